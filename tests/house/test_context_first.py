"""Nothing asks for data without saying whose: the Context comes first, and only `storage/lookup.py` may go without."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.plan import product_files, tree

QUERIES = {"select", "insert", "update", "delete", "exists"}
WITHOUT_CONTEXT = Path("storage/lookup.py")
IN_SCOPE = [
    file for file in product_files() if file.parts[0] in ("tools", "storage") and "migrations" not in file.parts
]


def public_functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in tree(file).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            yield node


def annotations(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    """The annotation of each parameter as written, in order; an empty string where there is none."""
    every = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return [ast.unparse(parameter.annotation).strip("'\"") if parameter.annotation else "" for parameter in every]


def asks_the_database(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    called = (node.func for node in ast.walk(function) if isinstance(node, ast.Call))
    return any(isinstance(name, ast.Name) and name.id in QUERIES for name in called)


@pytest.mark.parametrize("file", IN_SCOPE, ids=str)
def test_a_function_that_takes_a_context_takes_it_first(file: Path) -> None:
    wrong = [f.name for f in public_functions(file) if "Context" in annotations(f)[1:]]
    assert wrong == []


@pytest.mark.parametrize("file", [file for file in IN_SCOPE if file != WITHOUT_CONTEXT], ids=str)
def test_a_function_that_asks_the_database_says_whose_data_first(file: Path) -> None:
    first = {f.name: (annotations(f) or [""])[0] for f in public_functions(file) if asks_the_database(f)}
    assert {name: given for name, given in first.items() if given not in ("Context", "Session")} == {}
