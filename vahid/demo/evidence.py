"""Evidence from outside the system: receipts, logs of agencies and providers, the published history."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

Event = Mapping[str, Any]
"""An entry of a case's history, as the topic of case events holds it."""
Histories = Mapping[str, list[Event]]
"""The entries of each case, in order."""


@dataclass(frozen=True)
class Evidence:
    """Receipts of applicants, the log of each agency by its id, and the messages that the providers took.

    `offices` are the e-mail addresses of those notified of deadlines: by `{agency}/{role}`, or by the code
    of an official above the agencies.
    """

    receipts: list[dict[str, Any]]
    agencies: dict[str, list[dict[str, Any]]]
    mails: list[dict[str, Any]]
    texts: list[dict[str, Any]]
    offices: dict[str, str] = field(default_factory=dict)


def gather(receipts: Path, simulators: Path, catalogue: Path) -> Evidence:
    """Read the driver's receipts, the logs in the simulators' folders, and the offices.

    It reads nothing but the addresses from the folder `catalogue`.
    """
    agencies = {
        folder.name.removeprefix("agency-"): _lines(folder / "received.jsonl")
        for folder in sorted(simulators.glob("agency-*"))
    }
    return Evidence(
        receipts=_lines(receipts),
        agencies=agencies,
        mails=_lines(simulators / "mail" / "messages.jsonl"),
        texts=_lines(simulators / "sms" / "messages.jsonl"),
        offices=_offices(catalogue),
    )


def events(histories: Histories, *names: str) -> Iterator[tuple[str, Event]]:
    """Every entry of one of the types `names`, with its case."""
    for case, history in histories.items():
        yield from ((case, event) for event in history if is_a(event, *names))


def is_a(event: Event, *names: str) -> bool:
    """Whether an entry is of one of the types `names`, such as `case.opened`."""
    return event["payload"]["type"] in {f"az.vahid.{name}.v1" for name in names}


def key_of(case: str, event: Event) -> str:
    """The key of the assignment that an entry is about."""
    return f"{case}/{event['payload']['step']}/{event['payload']['attempt']}"


def keys_taken(log: list[dict[str, Any]]) -> list[str]:
    """The keys of the assignments that an agency took as new, in order."""
    return [entry["key"] for entry in log if entry.get("outcome") == "new"]


def _offices(catalogue: Path) -> dict[str, str]:
    yaml = YAML(typ="safe", pure=True)
    offices = {
        str(official["code"]): str(official["contact"])
        for official in yaml.load(catalogue / "officials.yaml")
    }
    for file in sorted((catalogue / "agencies").glob("*.yaml")):
        agency = yaml.load(file)
        contacts = agency.get("contacts", {})
        offices |= {f"{agency['id']}/{role}": str(contact) for role, contact in contacts.items()}
    return offices


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
