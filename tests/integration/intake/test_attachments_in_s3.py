"""Documents in a store that speaks S3: accepted while it is there, refused for now while it is not."""

from pathlib import Path

import pytest

from kit.database import Database
from kit.object_store import Objects
from tests.integration.intake.process import Channel, IntakeProcess
from tests.integration.intake.published import count
from tests.integration.object_server import LOCATION, object_server
from tests.integration.service import until
from tests.unit.intake.documents import SCAN
from tests.unit.intake.submissions import body

ROWS = "intake.attachments"


async def test_a_document_is_accepted_again_when_the_store_that_was_killed_is_back(
    settings: dict[str, str],
    tmp_path: Path,
    api_keys: dict[str, str],
    database: Database,
    key: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with object_server(tmp_path) as server:
        await server.start()
        there = {**settings, **server.environment, "VAHID_ATTACHMENTS": LOCATION}
        async with IntakeProcess(tmp_path, there) as process:
            online = Channel(process, api_keys["online"])
            number = (await online.post(body(), f"{key}-appeal")).json()["tracking_number"]
            first = await online.attach(number, "identity_card", SCAN, f"{key}-first")
            assert first.status_code == 201
            server.kill()
            before = await count(database, ROWS)
            refused = await online.attach(number, "medical_record", SCAN, key)
            assert refused.status_code == 503 and "Retry-After" in refused.headers
            assert await count(database, ROWS) == before
            await server.start()

            async def is_accepted() -> bool:
                return (await online.attach(number, "medical_record", SCAN, key)).status_code == 201

            await until(is_accepted)
            assert await count(database, ROWS) == before + 1
        server.configure(monkeypatch)
        objects = Objects(LOCATION)
        stored = [stored_object.address async for stored_object in objects.all()]
        assert len(stored) == 2  # each sealed anew, though the same scan
        assert [await objects.digest(address) for address in stored] == stored
