"""Export what is agreed over HTTP: the OpenAPI document of each service that others call.

`python -m vahid.openapi` writes `schemas/published/openapi/`. `--check` writes nothing, and exits with 1 when
what is checked in differs from the code and the packaged catalogue.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from catalogue.loader import load
from catalogue.model import Catalogue
from kit.http import create_app
from schemas.publish import FOLDER as PUBLISHED
from schemas.publish import render
from services.agency_adapter import main as agency_adapter
from services.agency_adapter.connectors.protocols import check_mapping, schema_of_changes
from services.agency_adapter.webhook import add_webhooks
from services.intake import main as intake
from services.intake.appeals.batch_handlers import BatchLimits
from services.intake.appeals.handlers import IntakeDependencies
from services.intake.attachments.handlers import AttachmentDependencies
from vahid.terminal.console import echo

FOLDER = PUBLISHED / "openapi"

_NOTHING: Any = None
"""Stands for what a handler works with: here none runs."""


def documents() -> dict[str, dict[str, Any]]:
    """The OpenAPI documents as the code and the packaged catalogue have them, by file name."""
    catalogue = load()
    return {"agency-adapter.json": _agency_adapter(catalogue), "intake.json": _intake(catalogue)}


def check(folder: Path = FOLDER) -> list[str]:
    """What is wrong with the documents in `folder`, as sentences; empty when they agree with the code."""
    return [
        f"{name}: differs from the code; run `python -m vahid.openapi`."
        for name, document in documents().items()
        if not (folder / name).exists() or (folder / name).read_text() != render(document)
    ]


def write(folder: Path = FOLDER) -> None:
    """Write all documents to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, document in documents().items():
        (folder / name).write_text(render(document))


def _intake(catalogue: Catalogue) -> dict[str, Any]:
    known = intake.known_codes(catalogue)
    appeals = IntakeDependencies(_NOTHING, _NOTHING, _NOTHING, _NOTHING, known, catalogue, _NOTHING)
    attachments = AttachmentDependencies(_NOTHING, _NOTHING, _NOTHING, catalogue, known)
    app = create_app("intake", _ready, version=intake.API_VERSION)
    return intake.add_routes(app, appeals, attachments, BatchLimits(count=1, line=1)).openapi()


def _agency_adapter(catalogue: Catalogue) -> dict[str, Any]:
    connectors = {id_: agency.connector for id_, agency in catalogue.agencies.items() if agency.connector}
    changes = {id_: schema_of_changes(check_mapping(id_, each)) for id_, each in connectors.items()}
    app: FastAPI = create_app(agency_adapter.SERVICE, _ready)
    return add_webhooks(app, {}, changes).openapi()


async def _ready() -> Mapping[str, bool]:
    return {}


def main(arguments: list[str]) -> int:
    """Write the published documents, or check them."""
    if arguments not in ([], ["--check"]):
        echo(__doc__ or "", err=True)
        return 2
    if not arguments:
        write()
        return 0
    faults = check()
    for fault in faults:
        echo(fault, err=True)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
