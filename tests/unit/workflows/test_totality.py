"""The type check fails where an event is forgotten in the evolver or the report, a command in the decider."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
UNIONS = {
    Path("schemas/case_events.py"): ("EventPayload", "Frozen"),
    Path("workflows/case/commands.py"): ("AnyCommand", "Command"),
}
"""Where each union is defined, its name, and the base of its members."""


def with_one_more(file: Path) -> str:
    """The source of `file`, in which the union has a member that nothing else knows."""
    union, base = UNIONS[file]
    source, begin = (ROOT / file).read_text(), f"{union} = Annotated[\n"
    assert source.count(begin) == 1
    member = f'class Forgotten{base}({base}):\n    type: str = "forgotten"\n    kind: str = "forgotten"\n\n\n'
    return source.replace(begin, f"{member}{begin}    Forgotten{base}\n    | ")


def test_mypy_finds_an_event_and_a_command_that_were_added_and_forgotten(tmp_path: Path) -> None:
    shadows: list[str] = []
    for file in UNIONS:
        shadow = tmp_path / file.name
        shadow.write_text(with_one_more(file))
        shadows += ["--shadow-file", str(file), str(shadow)]
    checked = ("workflows.case.evolve.evolver", "workflows.case.decide.decider", "reporting.reported_events")
    modules = [argument for module in checked for argument in ("-m", module)]
    mypy = [sys.executable, "-m", "mypy", "--cache-dir", str(tmp_path / "cache"), "--no-pretty"]
    run = subprocess.run([*mypy, *shadows, *modules], cwd=ROOT, capture_output=True, text=True, check=False)
    found = [line.partition(": error: ")[::2] for line in run.stdout.splitlines() if ": error: " in line]
    assert {(place.split(":")[0], message.split(";")[0]) for place, message in found} == {
        (f"{module}.py", f'Argument 1 to "assert_never" has incompatible type "{member}"')
        for module, member in (
            ("workflows/case/evolve/evolver", "ForgottenFrozen"),
            ("workflows/case/decide/decider", "ForgottenCommand"),
            ("reporting/reported_events", "ForgottenFrozen"),
        )
    }, run.stdout + run.stderr
