"""The house as the tests walk it: its rooms, their files, and what a file imports."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("agent", "api", "prompts", "storage", "tools")


@cache
def product_files() -> list[Path]:
    """Every Python file of the product, relative to the root of the repository."""
    return sorted(file.relative_to(ROOT) for room in ROOMS for file in (ROOT / room).rglob("*.py"))


@cache
def tree(file: Path) -> ast.Module:
    """The parsed source of `file`, a path relative to the root."""
    return ast.parse((ROOT / file).read_text(encoding="utf-8"), filename=str(file))


def imports(file: Path) -> Iterator[str]:
    """The dotted names `file` imports, those inside functions too: `a.b` and, for `from a import b`, also `a.b`."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module, f"{file}:{node.lineno}: imports are written out in full"
            assert node.level == 0, f"{file}:{node.lineno}: imports are written out in full"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def lies_in(name: str, package: str) -> bool:
    """Whether the dotted `name` is `package` or something inside it."""
    return name == package or name.startswith(f"{package}.")
