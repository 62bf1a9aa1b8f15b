"""The console's templates: one layout, the pieces pages are made of, and the pages."""
