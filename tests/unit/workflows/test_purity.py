"""What runs in a workflow must not read the world: no time, chance or I/O of its own.

The case runs outside the SDK's sandbox (ADR 17): this and the stored histories stand in for it.
"""

import ast
from importlib.util import find_spec
from pathlib import Path
from pkgutil import walk_packages

import pytest

from workflows import case

SHELL = {"workflows.case.shell.workflow", "workflows.case.shell.sending"}

ACTIVITIES = {"workflows.case.shell.record_activity", "workflows.case.shell.hand_over_activity"}
IN_A_WORKFLOW = [
    *(
        module.name
        for module in walk_packages(case.__path__, "workflows.case.")
        if module.name not in ACTIVITIES
    ),
    "ledger.chain",
    "kit.canonical_json",
    "kit.clock",
    "catalogue.calendar",
    "catalogue.terms",
]
ALLOWED = {("kit.clock", "now"), *((module, "asyncio") for module in SHELL)}
"""The real clock is read by services; the shell's tasks are the SDK's, which replaces asyncio's loop."""
PLAIN_VALUES = {"self", "decision", "workflow"}
FORBIDDEN_NAMES = {"open", "print", "input", "exec", "eval", "__import__", "globals"}
FORBIDDEN_ATTRIBUTES = {"now", "utcnow", "today", "uuid4", "uuid1", "environ", "getenv", "random", "urandom"}
FORBIDDEN_MODULES = {"random", "secrets", "time", "os", "asyncio", "threading", "socket", "subprocess"}


def _calls_to_the_world(source: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in FORBIDDEN_ATTRIBUTES:
            is_plain_value = isinstance(node.value, ast.Name) and node.value.id in PLAIN_VALUES
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


@pytest.mark.parametrize("module", IN_A_WORKFLOW)
def test_a_module_that_runs_in_a_workflow_is_pure(module: str):
    found = {name for name in _calls_to_the_world(_source(module)) if (module, name) not in ALLOWED}
    assert found == set()


@pytest.mark.parametrize(
    "source",
    ["datetime.now(UTC)", "import random", "from time import sleep", "open('x')", "uuid.uuid4()"],
)
def test_the_check_finds_what_is_forbidden(source: str):
    assert _calls_to_the_world(source)


def test_the_shell_and_the_core_are_checked() -> None:
    assert {*SHELL, "workflows.case.decide.decider", "workflows.case.evolve.evolver"} <= set(IN_A_WORKFLOW)


@pytest.mark.parametrize("module", sorted(SHELL))
def test_the_shell_imports_only_what_runs_in_a_workflow(module: str) -> None:
    imported = {
        node.module
        for node in ast.walk(ast.parse(_source(module)))
        if isinstance(node, ast.ImportFrom) and node.module is not None
    }
    standard = {"collections.abc", "datetime", "functools", "typing"}
    known = {*IN_A_WORKFLOW, *standard, "temporalio", "temporalio.common", "temporalio.exceptions"}
    assert {name for name in imported if not name.startswith("schemas.")} <= known
