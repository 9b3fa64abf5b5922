"""The commands of `vahid`: a row for each. A new command is its module, its row here, and its test."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RegisteredCommand:
    """A command: the help that `vahid --help` shows, and its module in `vahid.commands`.

    The module has a Typer `app`, or a function of the module's name.
    """

    name: str
    help: str
    module: str


REGISTRY = (
    RegisteredCommand("up", "Start the servers, simulators and services of one machine.", "up"),
    RegisteredCommand("down", "Stop all of them. Data is kept.", "down"),
    RegisteredCommand("status", "Show each process: pid, address, readiness, restarts.", "status"),
    RegisteredCommand("restart", "Restart one process.", "restart"),
    RegisteredCommand("logs", "Show the log of one process.", "logs"),
    RegisteredCommand("demo", "Send seeded appeals through all channels and check every answer.", "demo"),
    RegisteredCommand("report", "Show the Commission's report. Recompute it from Kafka alone.", "report"),
    RegisteredCommand("submit", "Submit appeals from a JSON file.", "submit"),
    RegisteredCommand("import", "Import appeals from a CSV file. Safe to repeat.", "import_appeals"),
    RegisteredCommand("export", "Export accepted appeals as CSV or JSON Lines.", "export"),
    RegisteredCommand("case", "List cases, show one, and command it.", "case"),
    RegisteredCommand("deadline", "Compute when a term ends, and explain it.", "deadline"),
    RegisteredCommand("keys", "List, issue and revoke API keys.", "keys"),
    RegisteredCommand("catalogue", "Check and show the catalogue.", "catalogue"),
    RegisteredCommand("dlq", "List dead letters, and redrive them.", "dlq"),
    RegisteredCommand("bench", "Measure this machine: Vahid beside its peers, in one run.", "bench"),
    RegisteredCommand("doctor", "Check all invariants of the installation.", "doctor"),
)
"""In the order in which a newcomer needs them."""

COMMANDS = {command.name: command for command in REGISTRY}
