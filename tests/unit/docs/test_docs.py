"""The documentation says what is there: its links, commands, targets, files and tables against the code."""

import re
import tomllib
from importlib import import_module
from pathlib import Path
from typing import get_args

import pytest
from prometheus_client.metrics import MetricWrapperBase

from schemas.case_events import EventPayload
from schemas.topics import load_contracts
from tests.fault.points import in_code
from vahid.main import COMMANDS, load
from workflows.case.commands import AnyCommand

ROOT = Path(__file__).parents[3]
PAGES = sorted(
    [
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")),
    ]
)
ARCHITECTURE, GUARANTEES, CASE, WIRE, OPERATIONS = (
    ROOT / "docs" / name
    for name in (
        "architecture/README.md",
        "architecture/guarantees.md",
        "architecture/case.md",
        "architecture/wire.md",
        "operations/README.md",
    )
)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
COMMAND = re.compile(r"(?:\.venv/bin/|`)vahid((?: [a-z]+(?:-[a-z]+)*\b(?![./=-]))*)")
TARGET = re.compile(r"(?:^|`)make ([a-z-]+)", re.MULTILINE)
FILE = re.compile(
    r"`((?:schemas|kit|catalogue|ledger|workflows|casework|reporting|services|doctor|bulk|migrations|vahid|simulators|benchmarks|tests|deploy|docs)/[\w./-]*)`"
)
WALK = re.compile(r"`([\w./-]+\.py)`\s+→\s+`(\w+)`")
FIRST_CELL = re.compile(r"^\| `([^`]+)`", re.MULTILINE)
MAKES_METRICS = re.compile(r"^\w+ = (?:Counter|Gauge|Histogram)\(", re.MULTILINE)


def named(page: Path, heading: str = "") -> set[str]:
    """What stands first in the rows of a page's tables, or of those under one heading."""
    text = page.read_text()
    if heading:
        text = re.split(r"^## ", text.partition(f"\n## {heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    return set(FIRST_CELL.findall(text))


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as they are made on GitHub."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_resolves(page: Path) -> None:
    broken = []
    for link in LINK.findall(page.read_text()):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if "://" in link:
            continue
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_page_was_left_half_merged(page: Path) -> None:
    assert re.findall(r"^(?:<{7}|>{7}) .*$|^={7}$", page.read_text(), re.MULTILINE) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_named_exists(page: Path) -> None:
    missing = [name for name in FILE.findall(page.read_text()) if not (ROOT / name).exists()]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_function_that_a_walk_ends_at_exists(page: Path) -> None:
    walks = WALK.findall(page.read_text())
    assert walks or page.parent.name != "docs" or page.name != "README.md"
    missing = [
        (file, name)
        for file, name in walks
        if not re.search(rf"^\s*(?:async )?(?:def|class) {name}\b", (ROOT / file).read_text(), re.MULTILINE)
    ]
    assert missing == []


def test_every_command_named_exists() -> None:
    named = {tuple(words.split()) for page in PAGES for words in COMMAND.findall(page.read_text())} - {()}
    assert len(named) > 10
    assert {words for words in named if words[0] not in COMMANDS} == set()
    groups = {name: getattr(load(name), "commands", None) for name in {words[0] for words in named}}
    below = {words for words in named if groups[words[0]] is not None and len(words) > 1}
    assert {words for words in below if words[1] not in groups[words[0]]} == set()


def test_every_make_target_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {name for page in PAGES for name in TARGET.findall(page.read_text())} <= targets


def test_the_readme_names_the_command_of_the_tests() -> None:
    assert "\nmake test\n" in (ROOT / "README.md").read_text()
    assert "make test\n" in (ROOT / ".ci" / "run").read_text()


def test_every_failpoint_is_in_the_table_and_no_other() -> None:
    assert {name for name in named(GUARANTEES, "Failpoints") if "/" not in name} == in_code()


def test_every_code_of_the_doctor_is_in_the_table_and_no_other() -> None:
    code = "".join(file.read_text() for file in (ROOT / "doctor").glob("*.py"))
    chain = (ROOT / "ledger" / "chain.py").read_text()
    raised = set(re.findall(r"(?:broken|attention)\(\s*\"([a-z_.]+)\"", code))
    raised |= set(re.findall(r"ChainFault\(expected, \"([a-z_.]+)\"", chain))
    assert named(OPERATIONS, "The doctor") == raised


def test_every_metric_is_in_the_tables_and_no_other() -> None:
    files = [path for top in ("kit", "services", "workflows") for path in (ROOT / top).rglob("*.py")]
    metered = [path.relative_to(ROOT) for path in files if MAKES_METRICS.search(path.read_text())]
    modules = [import_module(".".join(path.with_suffix("").parts)) for path in metered]
    values = [value for module in modules for value in vars(module).values()]
    made = [value for value in values if isinstance(value, MetricWrapperBase)]
    assert named(OPERATIONS, "Metrics") == {name for metric in made for name in exposed(metric)}


def exposed(metric: MetricWrapperBase) -> list[str]:
    """The name under which a metric is scraped: a counter's ends in `_total`."""
    (family,) = metric.describe()
    return [f"{family.name}_total" if family.type == "counter" else family.name]


def test_every_event_of_a_case_is_in_the_table_and_no_other() -> None:
    types = {variant.model_fields["type"].default for variant in get_args(get_args(EventPayload)[0])}
    assert named(CASE, "Events") == {name.removeprefix("az.vahid.").removesuffix(".v1") for name in types}


def test_every_code_of_a_refused_command_is_in_the_table_and_no_other() -> None:
    code = "".join(file.read_text() for file in (ROOT / "workflows" / "case" / "decide").glob("*.py"))
    by_rule = re.findall(r"refuse\(\s*decision,\s*\"([a-z_.]+)\"", code)
    assert len(by_rule) == len(re.findall(r"refuse\(\s*decision,", code)) - len(["by permission"]) > 30
    by_permission = {kind.permission.code for kind in get_args(get_args(AnyCommand)[0])}
    assert named(CASE, "Refusals") == by_permission | set(by_rule)


def test_every_kind_of_command_is_in_the_table_and_no_other() -> None:
    kinds = {variant.model_fields["kind"].default for variant in get_args(get_args(AnyCommand)[0])}
    table = CASE.read_text().partition("\n## Commands\n")[2].partition("\n## ")[0]
    rows = "".join(row.split("|")[1] for row in table.splitlines() if row.startswith("| `"))
    assert set(re.findall(r"`([a-z_]+)`", rows)) == kinds


def test_every_command_of_a_case_is_in_the_table_and_no_other() -> None:
    given = {name.split()[2] for name in named(OPERATIONS, "Commanding a case")}
    commands = set(getattr(load("case"), "commands", ()))
    assert given == commands - {"list", "show", "documents", "why", "answer", "repair"}


def test_every_topic_is_in_the_table_and_no_other() -> None:
    topics = {contract.topic for contract in load_contracts()}
    assert named(WIRE, "Topics") - {"vahid.dlq.{consumer}.v1"} == topics


def test_every_import_contract_is_in_the_table_and_no_other() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts = {contract["name"] for contract in settings["tool"]["importlinter"]["contracts"]}
    table = ARCHITECTURE.read_text().partition("| contract |")[2].partition("\n\n")[0]
    rows = [row.split("|")[1].strip() for row in table.splitlines()[2:]]
    assert set(rows) == contracts


def test_every_room_is_in_the_table_and_no_other() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    table = ARCHITECTURE.read_text().partition("| room |")[2].partition("\n\n")[0]
    rooms = set(settings["tool"]["importlinter"]["root_packages"])
    assert set(FIRST_CELL.findall(table)) == rooms
    assert rooms <= set(re.findall(r"^\| \[(\w+)/\]", (ROOT / "README.md").read_text(), re.MULTILINE))


def test_every_decision_is_in_the_list_once_and_in_order() -> None:
    folder = ROOT / "docs" / "adr"
    files = sorted(path.name for path in folder.glob("[0-9]*.md"))
    listed = re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", (folder / "README.md").read_text())
    assert listed == files
    numbers = [int(name[:4]) for name in files]
    assert numbers == sorted(set(numbers))  # a number is given before its page is there
