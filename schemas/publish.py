"""Export what is agreed on the wire: a JSON Schema for each message, and AsyncAPI 3.0 for all topics.

`python -m schemas.publish` writes `schemas/published/`. `--check` writes nothing, and exits with 1 when what
is checked in differs from the code, or the code has changed a published schema incompatibly.
"""

import json
import sys
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from schemas.agency_changes import OfferedChange
from schemas.agency_statuses import AssignmentStatus
from schemas.appeals import AppealReceived, AppealSupplemented
from schemas.case_events import CaseEventMessage
from schemas.compatibility import incompatibilities
from schemas.envelope import CONTENT_TYPE, CloudEvent
from schemas.notice_outcomes import NoticeOutcome
from schemas.topics import load_contracts

MESSAGES: Mapping[str, type[BaseModel]] = {
    "appeal-received": CloudEvent[AppealReceived],
    "appeal-supplemented": CloudEvent[AppealSupplemented],
    "case-event": CaseEventMessage,
    "change-offered": CloudEvent[OfferedChange],
    "notice-settled": CloudEvent[NoticeOutcome],
    "status-reported": CloudEvent[AssignmentStatus],
}
"""Each published schema by its name in the topic contracts."""

FOLDER = Path(str(files("schemas") / "published"))


def documents() -> dict[str, dict[str, Any]]:
    """All published documents as the code has them, by file name."""
    exported = {f"{name}.json": _schema(name, model) for name, model in MESSAGES.items()}
    return {**exported, "asyncapi.json": _asyncapi()}


def _schema(name: str, model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema(mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:vahid:schema:{name}",
        **schema,
        "title": name,
    }


def _asyncapi() -> dict[str, Any]:
    channels, operations = {}, {}
    for contract in load_contracts():
        channel = contract.topic.removeprefix("vahid.").removesuffix(".v1")
        names = sorted(set(contract.types.values()))
        channels[channel] = {
            "address": contract.topic,
            "description": f"Owner: {contract.owner}. Key: {contract.key}. Retention: {contract.retention}.",
            "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
            "bindings": {"kafka": {"partitions": contract.partitions, "bindingVersion": "0.5.0"}},
        }
        operations[f"publish-{channel}"] = {
            "action": "send",
            "channel": {"$ref": f"#/channels/{channel}"},
            "summary": f"Published by {contract.owner}; read by {', '.join(contract.consumers)}.",
        }
    messages = {
        name: {"contentType": CONTENT_TYPE, "payload": {"$ref": f"./{name}.json"}} for name in MESSAGES
    }
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Vahid", "version": "1.0.0", "description": "What travels in Kafka."},
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages},
    }


def render(document: Mapping[str, Any]) -> str:
    """A document as it is checked in."""
    return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def check(folder: Path = FOLDER) -> list[str]:
    """What is wrong with the documents in `folder`, as sentences; empty when they agree with the code."""
    faults = []
    for name, document in documents().items():
        file = folder / name
        if not file.exists():
            faults.append(f"{name}: not published; run `python -m schemas.publish`.")
            continue
        published = json.loads(file.read_text())
        breaks = incompatibilities(published, document)
        faults += [
            f"{name}: {found.path}: {found.what}; add a field or a new version instead." for found in breaks
        ]
        if not breaks and file.read_text() != render(document):
            faults.append(f"{name}: differs from the code; run `python -m schemas.publish`.")
    return faults


def write(folder: Path = FOLDER) -> None:
    """Write all documents to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, document in documents().items():
        (folder / name).write_text(render(document))


def main(arguments: list[str]) -> int:
    """Write the published documents, or check them."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write(f"{__doc__}\n")
        return 2
    if not arguments:
        write()
        return 0
    faults = check()
    sys.stderr.write("".join(f"{fault}\n" for fault in faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
