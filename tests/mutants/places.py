"""All places of a module that can be changed, and what is left out."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from tests.mutants.operators import TEXTS, changes

UNTOLD_CALLS = ("log", "logger", "failpoints", "Counter", "Gauge", "Histogram", "TypeVar", "NewType")
"""Calls that are left out: the log, points for tests, the declaration of a metric or of a type."""


@dataclass(frozen=True)
class Mutant:
    """One change. `begin` and `end` are offsets in the UTF-8 text of the module."""

    area: str
    path: str
    line: int
    """The first line of what is changed."""
    last_line: int
    function: str
    """The function or class that it stands in, dotted; empty at the top of the module."""
    operator: str
    begin: int
    end: int
    before: str
    after: str

    @property
    def change(self) -> str:
        """The change in one line."""
        before, after = (" ".join(text.split()) for text in (self.before, self.after))
        return f"{self.operator}: {before} -> {after}"

    def applied(self, source: bytes) -> bytes:
        """The module's text with the change."""
        return source[: self.begin] + self.after.encode() + source[self.end :]

    def is_python(self, source: bytes) -> bool:
        """Whether the module still compiles: one that does not is no mutant."""
        try:
            compile(self.applied(source), self.path, "exec")
        except SyntaxError:
            return False
        return True


def mutants(area: str, path: str, source: str, *, synchronous: bool = False) -> Iterator[Mutant]:
    """All mutants of a module, in the order of its text; with `synchronous`, none inside async functions."""
    text = source.encode()
    starts = _line_starts(text)
    for function, parent in _walk(ast.parse(source), "", synchronous):
        for node, operator, after in changes(parent):
            begin = starts[node.lineno - 1] + node.col_offset
            end = starts[node.end_lineno - 1] + node.end_col_offset
            before = text[begin:end].decode()
            yield Mutant(
                area, path, node.lineno, node.end_lineno, function, operator, begin, end, before, after
            )


def _line_starts(text: bytes) -> list[int]:
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    return starts


def _walk(node: ast.AST, function: str, synchronous: bool) -> Iterator[tuple[str, ast.AST]]:
    """The nodes that are changed, each with the dotted name of what it stands in."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        function = f"{function}.{node.name}".lstrip(".")
    yield function, node
    for child in _children(node):
        if not _left_out(child) and not (synchronous and isinstance(child, ast.AsyncFunctionDef)):
            yield from _walk(child, function, synchronous)


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """The children that run: no annotation, no decorator, no option of a class."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            run = (ast.stmt, ast.arguments)
            yield from (child for child in ast.iter_child_nodes(node) if isinstance(child, run))
        case ast.arguments():
            yield from (default for default in (*node.defaults, *node.kw_defaults) if default)
            yield from (
                limit for arg in ast.walk(node) for limit in _limits(getattr(arg, "annotation", None))
            )
        case ast.AnnAssign():
            yield from _limits(node.annotation)
            yield from ([node.value] if node.value else [])
        case ast.Subscript(value=ast.Name(id="Annotated" | "Literal")):
            yield from _limits(node)
        case _:
            yield from ast.iter_child_nodes(node)


def _limits(annotation: ast.AST | None) -> Iterator[ast.AST]:
    """What an annotation lets a model check: the calls in it, as `Field(max_length=64)`."""
    if annotation is not None:
        yield from (node for node in ast.walk(annotation) if isinstance(node, ast.Call))


def _left_out(node: ast.AST) -> bool:
    match node:
        case (
            ast.JoinedStr() | ast.Expr(value=ast.Constant())
        ):  # texts; Python 3.11 knows no places in the first
            return True
        case ast.Call() | ast.Expr(value=ast.Call()):
            call = node if isinstance(node, ast.Call) else node.value
            return not set(ast.unparse(call.func).split(".")).isdisjoint(UNTOLD_CALLS)
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
        case ast.Assign(targets=[ast.Name(id="__all__" | "model_config" | "__slots__")]):
            return True
        case ast.Assign(value=ast.BinOp(op=ast.BitOr())):  # a name for a union of types
            return True
        case ast.keyword():
            return node.arg in TEXTS
        case _:
            return False
