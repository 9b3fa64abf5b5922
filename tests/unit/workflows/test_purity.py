"""What runs in a workflow without being loaded anew must not look at the world: no time, chance or I/O."""

import ast
from importlib.util import find_spec
from pathlib import Path

import pytest

from workflows.worker import PASSED_THROUGH

OURS = [name for name in PASSED_THROUGH if name.startswith(("workflows.", "ledger.", "kit."))]
ALLOWED = {("kit.clock", "now")}
FORBIDDEN_NAMES = {"open", "print", "input", "exec", "eval", "__import__", "globals"}
FORBIDDEN_ATTRIBUTES = {"now", "utcnow", "today", "uuid4", "uuid1", "environ", "getenv", "random", "urandom"}
FORBIDDEN_MODULES = {"random", "secrets", "time", "os", "asyncio", "threading", "socket", "subprocess"}


def _calls_to_the_world(source: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in FORBIDDEN_ATTRIBUTES:
            is_plain_value = isinstance(node.value, ast.Name) and node.value.id in ("self", "turn")
            if not is_plain_value:
                found.add(node.attr)
        if isinstance(node, ast.Name) and node.id in FORBIDDEN_NAMES:
            found.add(node.id)
        if isinstance(node, ast.Import | ast.ImportFrom):
            module = getattr(node, "module", None) or node.names[0].name
            found |= {module} & FORBIDDEN_MODULES
    return found


def _source(module: str) -> str:
    spec = find_spec(module)
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).read_text()


@pytest.mark.parametrize("module", OURS)
def test_a_module_passed_through_the_sandbox_is_pure(module: str):
    found = {name for name in _calls_to_the_world(_source(module)) if (module, name) not in ALLOWED}
    assert found == set()


@pytest.mark.parametrize(
    "source",
    ["datetime.now(UTC)", "import random", "from time import sleep", "open('x')", "uuid.uuid4()"],
)
def test_the_check_finds_what_it_looks_for(source: str):
    assert _calls_to_the_world(source)


def test_every_module_of_the_case_but_the_shell_is_passed_through() -> None:
    assert {"workflows.case.decide", "workflows.case.evolve", "workflows.case.strikes"} <= set(OURS)
    assert "workflows.case.workflow" not in OURS
