"""What keeps a command from beginning; its text is one line for the person at the terminal, and says what to do."""


class CannotStart(RuntimeError):
    """A setting, a database or another server stands in the way. Never holds a secret or personal data."""
