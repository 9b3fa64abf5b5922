"""The changes that are tried at a node of the code: small ones, each such as a slip would make."""

import ast
import copy
import re
from collections.abc import Callable, Iterator
from typing import Any

Change = tuple[ast.AST, str, str]
"""The node that is replaced, the operator, and the text that stands there instead."""

Text = tuple[str, str]

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_CALCULATED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv, ast.Pow: ast.Mult, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip
_SWAPPED = {"min": "max", "max": "min", "any": "all", "all": "any"}
TEXTS = ("remedy", "description", "title", "comment")
"""Arguments that are texts for people."""

_CODE = re.compile(r"[a-z][\w./:-]*")
"""A string that code reads. One with blanks is a text for people, and is not changed."""


def changes(node: ast.AST) -> Iterator[Change]:
    """All changes of `node` and of the conditions that it asks, those of its other children aside."""
    for operator, text in _OPERATORS.get(type(node), lambda _: ())(node):
        yield node, operator, text
    for condition in _conditions(node):
        if not isinstance(condition, ast.Compare | ast.UnaryOp):  # these have the same change of their own
            yield condition, "negated condition", f"(not ({ast.unparse(condition)}))"


def _conditions(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.If | ast.While | ast.IfExp):
        yield node.test
    elif isinstance(node, ast.comprehension):
        yield from node.ifs
    elif isinstance(node, ast.match_case) and node.guard:
        yield node.guard


def _with(node: ast.expr, field: str, operator: str, value: Any) -> tuple[str, str]:
    """The change that gives `field` of `node` another value."""
    changed = copy.copy(node)
    setattr(changed, field, value)
    return operator, f"({ast.unparse(ast.fix_missing_locations(changed))})"


def _compare(node: ast.Compare) -> Iterator[Text]:
    for place, operator in enumerate(node.ops):
        other = [*node.ops]
        other[place] = _COMPARED[type(operator)]()
        yield _with(node, "ops", "comparison", other)
    for place, compared in enumerate(node.comparators):
        for fewer in _fewer_elements(compared):
            others = [*node.comparators]
            others[place] = fewer
            yield _with(node, "comparators", "dropped element", others)


def _fewer_elements(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.Tuple | ast.Set | ast.List) and len(node.elts) > 1:
        for place in range(len(node.elts)):
            fewer = copy.copy(node)
            fewer.elts = node.elts[:place] + node.elts[place + 1 :]
            yield fewer


def _boolean(node: ast.BoolOp) -> Iterator[Text]:
    yield _with(node, "op", "and/or", ast.Or() if isinstance(node.op, ast.And) else ast.And())
    for place in range(len(node.values)):
        yield _dropped(node, place)


def _dropped(node: ast.BoolOp, place: int) -> Text:
    fewer = node.values[:place] + node.values[place + 1 :]
    left = fewer[0] if len(fewer) == 1 else ast.BoolOp(node.op, fewer)
    return "dropped operand", f"({ast.unparse(left)})"


def _arithmetic(node: ast.BinOp) -> Iterator[Text]:
    texts = (ast.JoinedStr, ast.List, ast.Tuple)
    is_text = any(
        isinstance(side, texts) or (isinstance(side, ast.Constant) and isinstance(side.value, str))
        for side in (node.left, node.right)
    )
    if type(node.op) in _CALCULATED and not is_text:
        yield _with(node, "op", "arithmetic", _CALCULATED[type(node.op)]())


def _unary(node: ast.UnaryOp) -> Iterator[Text]:
    if isinstance(node.op, ast.Not):
        yield "removed not", f"({ast.unparse(node.operand)})"


def _constant(node: ast.Constant) -> Iterator[Text]:
    value = node.value
    if isinstance(value, bool):
        yield "boolean", str(not value)
    elif isinstance(value, int | float):
        yield "constant + 1", repr(value + 1)
        yield "constant - 1", f"({value - 1!r})"
    elif isinstance(value, str) and _CODE.fullmatch(value):
        yield "string", repr(f"{value}x")


def _call(node: ast.Call) -> Iterator[Text]:
    for place, keyword in enumerate(node.keywords):
        if keyword.arg and keyword.arg not in TEXTS and not isinstance(keyword.value, ast.JoinedStr):
            fewer = node.keywords[:place] + node.keywords[place + 1 :]
            yield _with(node, "keywords", "removed keyword", fewer)
    if isinstance(node.func, ast.Name) and node.func.id in _SWAPPED:
        yield _with(node, "func", "min/max, any/all", ast.Name(_SWAPPED[node.func.id]))


def _set(node: ast.Set) -> Iterator[Text]:
    yield from (("dropped element", ast.unparse(fewer)) for fewer in _fewer_elements(node))


def _statement(node: ast.Expr) -> Iterator[Text]:
    if isinstance(node.value, ast.Call | ast.Await | ast.Yield | ast.YieldFrom):
        gives = isinstance(node.value, ast.Yield | ast.YieldFrom)
        yield "removed statement", "(yield from ())" if gives else "()"


def _assignment(node: ast.Assign | ast.AugAssign) -> Iterator[Text]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    if isinstance(node, ast.AugAssign) or all(
        isinstance(target, ast.Attribute | ast.Subscript) for target in targets
    ):
        yield "removed statement", "pass"


def _return(node: ast.Return) -> Iterator[Text]:
    if node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None):
        yield "returned None", "return None"


def _alternatives(node: ast.MatchOr) -> Iterator[Text]:
    for place in range(len(node.patterns)):
        fewer = node.patterns[:place] + node.patterns[place + 1 :]
        yield "dropped alternative", ast.unparse(fewer[0] if len(fewer) == 1 else ast.MatchOr(fewer))


_OPERATORS: dict[type[ast.AST], Callable[[Any], Iterator[Text]]] = {
    ast.Compare: _compare,
    ast.BoolOp: _boolean,
    ast.BinOp: _arithmetic,
    ast.UnaryOp: _unary,
    ast.Constant: _constant,
    ast.Call: _call,
    ast.Set: _set,
    ast.Expr: _statement,
    ast.Assign: _assignment,
    ast.AugAssign: _assignment,
    ast.Return: _return,
    ast.Raise: lambda _: iter([("removed statement", "pass")]),
    ast.Continue: lambda _: iter([("continue/break", "break")]),
    ast.Break: lambda _: iter([("continue/break", "continue")]),
    ast.MatchOr: _alternatives,
}
