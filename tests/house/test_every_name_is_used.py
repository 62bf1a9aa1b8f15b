"""What nobody in the program calls by its name is deleted: a test of it tests nothing that happens."""

import ast
import re
from collections import Counter

from tests.house.plan import ROOT, product_files, tree

# Nobody gives a start back by hanging up: only the holds of a credential are used so far (api/v1/holds.py).
NOT_YET = {"release"}


def test_every_name_is_used_by_the_program() -> None:
    words = Counter(word for file in product_files() for word in re.findall(r"\w+", (ROOT / file).read_text("utf-8")))
    once = [
        f"{file}:{node.lineno} {name}"
        for file in product_files()
        if "migrations" not in file.parts
        for node in tree(file).body
        for name in _named(node)
        if words[name] == 1 and name not in NOT_YET
    ]
    assert once == []


def _named(node: ast.stmt) -> list[str]:
    """The names a statement of a module defines; a decorator may be what calls a function."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [] if node.decorator_list else [node.name]
    return [one.id for one in node.targets if isinstance(one, ast.Name)] if isinstance(node, ast.Assign) else []
