"""Adds a document to an accepted appeal, always under the same key, so that repeats add nothing."""

import json
from collections.abc import Mapping
from pathlib import Path

import httpx2

from tests.unit.intake.documents import SCAN


def last_accepted(receipts: Path) -> dict[str, str]:
    """The receipt of the last accepted appeal."""
    return dict(json.loads(receipts.read_text().splitlines()[-1]))


async def attach(intake: str, api_keys: Mapping[str, str], appeal: Mapping[str, str]) -> bool:
    """Whether intake, at the address `intake`, has accepted the document for `appeal`."""
    number = appeal["tracking_number"]
    headers = {
        "Authorization": f"Bearer {api_keys[appeal['channel']]}",
        "Idempotency-Key": f"document-{number}",
    }
    url = f"{intake}/v1/appeals/{number}/attachments?document=identity_card"
    async with httpx2.AsyncClient(timeout=30) as client:
        response = await client.post(url, headers=headers, content=SCAN)
    return response.status_code == 201
