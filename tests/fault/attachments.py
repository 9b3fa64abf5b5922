"""A document added to an appeal that was accepted, under one key: it is one, however often it is sent."""

import json
from collections.abc import Mapping
from pathlib import Path

import httpx2

from tests.unit.intake.documents import SCAN


def last_accepted(receipts: Path) -> dict[str, str]:
    """What an applicant holds who came last."""
    return dict(json.loads(receipts.read_text().splitlines()[-1]))


async def attach(intake: str, api_keys: Mapping[str, str], appeal: Mapping[str, str]) -> bool:
    """Whether intake, at its address, has accepted the document for `appeal`."""
    number = appeal["tracking_number"]
    headers = {
        "Authorization": f"Bearer {api_keys[appeal['channel']]}",
        "Idempotency-Key": f"document-{number}",
    }
    url = f"{intake}/v1/appeals/{number}/attachments?document=identity_card"
    async with httpx2.AsyncClient(timeout=30) as client:
        answer = await client.post(url, headers=headers, content=SCAN)
    return answer.status_code == 201
