"""What is changed in a module, and what is left out."""

import ast

import pytest

from tests.mutants.places import Mutant, mutants


def made(source: str, *, synchronous: bool = False) -> list[Mutant]:
    return list(mutants("case", "m.py", source, synchronous=synchronous))


def changed(source: str) -> set[str]:
    """The statements that a module of one statement becomes."""
    texts = {ast.unparse(ast.parse(mutant.applied(source.encode()))) for mutant in made(source)}
    return {" ".join(text.split()) for text in texts}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a < b", {"a <= b"}),
        ("a is None", {"a is not None"}),
        ("a in (B, C)", {"a not in (B, C)", "a in (C,)", "a in (B,)"}),
        ("a and b and c", {"a or b or c", "b and c", "a and c", "a and b"}),
        ("a + b", {"a - b"}),
        ("a or not b", {"a and (not b)", "not b", "a", "a or b"}),
        ("x = 1", {"x = 2", "x = 0"}),
        ("x = True", {"x = False"}),
        ("x = 'case.opened'", {"x = 'case.openedx'"}),
        ("x = {A, B}", {"x = {B}", "x = {A}"}),
        ("x = min(a, b=c)", {"x = max(a, b=c)", "x = min(a)"}),
        ("f(a)", {"()"}),
        ("a.b = c", {"pass"}),
        ("x += y", {"pass"}),
        ("raise a", {"pass"}),
        ("a if b else c", {"a if not b else c"}),
        ("[a for a in b if c]", {"[a for a in b if not c]"}),
        ("def f(a=True): ...", {"def f(a=False): ..."}),
        ("def f():\n  return a", {"def f(): return None"}),
        ("match a:\n  case B() | C(): ...", {"match a: case C(): ...", "match a: case B(): ..."}),
        ("match a:\n  case B() if d: ...", {"match a: case B() if not d: ..."}),
        ("def f():\n  yield a", {"def f(): yield from ()"}),
        ("x: Annotated[str, Field(max_length=9)]", {
            "x: Annotated[str, Field()]", "x: Annotated[str, Field(max_length=8)]",
            "x: Annotated[str, Field(max_length=10)]",
        }),
    ],
)  # fmt: skip
def test_small_slips_are_made(source: str, expected: set[str]) -> None:
    assert changed(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        '"""A docstring."""',
        "'docstring'",
        "x: Literal['a', 'b']",
        "def f(a: Literal['a'], *, b: int | None = None) -> Literal['b']: ...",
        "@decorated(frozen=True)\nclass C(B, extra='forbid'):\n  model_config = ConfigDict(extra='forbid')",
        "__all__ = ['a']",
        "log.warning('case.waits', case=1)",
        "failpoints.hit('ledger.before_commit')",
        "HELD = Gauge('vahid_held', 'Held.', ['outbox'])",
        "if TYPE_CHECKING:\n  x = 1",
        "AnyCommand = OneCommand | OtherCommand",
        "x = f'{a + b}'",
        "x = 'A text for people.'",
        "return_none = None",
    ],
)
def test_what_is_no_decision_is_left_out(source: str) -> None:
    assert made(source) == []


def test_texts_for_people_are_left_out_and_the_code_beside_them_is_not() -> None:
    source = "e = E('case.closed', remedy='wait', field=a)"
    assert {mutant.change for mutant in made(source)} == {
        "string: 'case.closed' -> 'case.closedx'",
        "removed keyword: E('case.closed', remedy='wait', field=a) -> (E('case.closed', remedy='wait'))",
    }


def test_a_place_is_found_behind_characters_of_several_bytes() -> None:
    source = "x = 'ə'\ny = f('İş', a < b)\n"
    (comparison,) = (mutant for mutant in made(source) if mutant.operator == "comparison")
    assert (comparison.line, comparison.before) == (2, "a < b")
    assert comparison.applied(source.encode()).decode() == "x = 'ə'\ny = f('İş', (a <= b))\n"


def test_a_place_has_the_name_that_it_stands_in() -> None:
    source = "class A:\n  def f(self):\n    def g():\n      raise b\n"
    assert [mutant.function for mutant in made(source)] == ["A.f.g"]


def test_asynchronous_code_is_changed_where_wanted() -> None:
    source = "async def f():\n  g()\ndef h():\n  return a\n"
    assert [mutant.function for mutant in made(source)] == ["f", "h"]
    assert [mutant.function for mutant in made(source, synchronous=True)] == ["h"]


def test_what_no_longer_compiles_is_no_mutant() -> None:
    source = "async def f():\n  yield a\n"
    (removed,) = made(source)
    assert not removed.is_python(source.encode())
