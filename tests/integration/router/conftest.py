"""Appeals, and a ledger that the test writes in place of the case workflow."""

import json
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import insert

from kit.database import Database
from kit.vault import Vault
from ledger import tables as ledger
from schemas.appeals import AppealContent, AppealReceived
from services.router.earlier_persons import EarlierPersons
from tests.builders import MONDAY
from tests.receipts import sealed_for

PERSONS = EarlierPersons(Vault(Path("no-keys"), ()), ())
"""Where the indexes of one person's names agree, nothing sealed is opened."""


def brought(*services: str, person: str | None, at: datetime = MONDAY, **more: Any) -> AppealReceived:
    """A new appeal of `person`, who always has the same contact."""
    if person is not None:
        more = {"person_index": f"name-of-{person}", "contact_indexes": (f"contact-of-{person}",)} | more
    appeal_id, case_id = str(uuid4()), str(uuid4())
    values: dict[str, Any] = {
        "appeal_id": appeal_id,
        "case_id": case_id,
        "tracking_number": f"VHD-{appeal_id[:8]}",
        "channel": "online",
        "received_at": at,
        "services": services,
        "applicant_index": person,
        "receipt_digest": "0" * 64,
        "sealed": sealed_for(case_id),
    }
    return AppealReceived(**values | more)


async def with_text(text: str, appeal: AppealReceived, database: Database, vault: Vault) -> AppealReceived:
    """The appeal with this free text in its sealed content."""
    async with database.transaction() as connection:
        key = await vault.create_data_key(connection, appeal.case_id)
    person = AppealContent.Person(surname="Sınaq", name="Sınaq")
    content = AppealContent(applicant=person, category="wounded", text=text)
    return appeal.model_copy(update={"sealed": key.seal(content.model_dump_json().encode())})


class Cases:
    """Writes into the ledger what the case workflow would."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def opens(
        self, case_id: str, *, status: str = "open", appeals: int = 1, size: int = 6, **tracks: str | None
    ) -> None:
        """The case is open, with one track per service and its outcome (`_` stands for `-` in a service).

        It has so many `appeals`, whose contents have `size` characters together.
        """
        async with self._database.transaction() as connection:
            await connection.execute(
                insert(ledger.cases).values(
                    case_id=case_id,
                    seq=1,
                    head="",
                    status=status,
                    opening=1,
                    opened_at=MONDAY,
                    tracking_numbers=[f"VHD-{number}" for number in range(appeals)],
                    appeals_size=size,
                    open_tasks=[],
                    suggestions=[],
                    unsent=False,
                )
            )
            for service, outcome in tracks.items():
                code = service.replace("_", "-")
                await connection.execute(
                    insert(ledger.tracks).values(
                        case_id=case_id,
                        track=code,
                        service=code,
                        lead_agency="moh",
                        outcome=outcome,
                        opening=1,
                    )
                )

    async def receives(self, case_id: str, appeal: AppealReceived, seq: int = 1) -> None:
        """The case has received the appeal: an event names the appeal's command as its cause."""
        async with self._database.transaction() as connection:
            await connection.execute(
                insert(ledger.events).values(
                    case_id=case_id,
                    seq=seq,
                    type="az.vahid.case.opened.v1",
                    recorded_at=MONDAY,
                    cause=f"appeal/{appeal.appeal_id}",
                    entry="{}",
                    prev_hash="",
                    hash="",
                )
            )

    async def brings(self, case_id: str, appeal: AppealReceived) -> None:
        """The case was opened by the appeal, which stands whole in its event."""
        brought = {"appeal": appeal.model_dump(mode="json", exclude_none=True)}
        await self._record(case_id, 1, "case.opened", f"appeal/{appeal.appeal_id}", brought)

    async def hands_over(self, case_id: str, to_case: str, appeal: AppealReceived, service: str) -> None:
        """The case has handed a track over; `takes_over` records that the other case has it."""
        handed = {
            "id": appeal.appeal_id,
            "to_case": to_case,
            "appeals": [{"appeal_id": appeal.appeal_id}],
            "tracks": [{"service": service}],
        }
        await self._record(case_id, 3, "tracks.handed_over", "casework/split", {"hand_over": handed})

    async def takes_over(self, case_id: str, appeal: AppealReceived) -> None:
        """The case has taken over what was handed to it."""
        cause, payload = f"hand_over/{appeal.appeal_id}", {"hand_over": appeal.appeal_id}
        await self._record(case_id, 1, "tracks.taken_over", cause, payload)

    async def _record(self, case_id: str, seq: int, name: str, cause: str, payload: dict[str, Any]) -> None:
        async with self._database.transaction() as connection:
            await connection.execute(
                insert(ledger.events).values(
                    case_id=case_id,
                    seq=seq,
                    type=f"az.vahid.{name}.v1",
                    recorded_at=MONDAY,
                    cause=cause,
                    entry=json.dumps({"payload": payload}),
                    prev_hash="",
                    hash="",
                )
            )

    async def answers(self, case_id: str, service: str, seq: int = 2) -> None:
        """The case has refused a service, with reasons."""
        payload = {"service": service, "outcome": "refused"}
        await self._record(case_id, seq, "track.answered", "status/moh/1", payload)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
def cases(database: Database) -> Cases:
    return Cases(database)


@pytest.fixture
def person() -> str:
    """A blind index of the test's own."""
    return uuid4().hex
