"""Messages of before receipts were sent are on their way through an upgrade: intake's own row proves them."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, make_url

from kit.database import Database
from kit.errors import PermanentError
from kit.receipts import ReceiptKeys
from migrations.roles import ROLES, ensure_roles, role_name
from schemas.appeals import APPEAL_RECEIVED, APPEAL_SUPPLEMENTED, AppealReceived, AppealSupplemented
from schemas.envelope import CloudEvent
from services.intake.tables import appeals, attachments
from services.router.origin import Origin
from tests.builders import MONDAY
from tests.integration.router.conftest import brought
from tests.integration.router.harness import supplement
from tests.receipts import sealed_for

pytestmark = pytest.mark.stack

Either = CloudEvent[AppealReceived | AppealSupplemented]


@pytest.fixture
def origin(database: Database, keys: Path) -> Origin:
    return Origin(ReceiptKeys(keys), database)


@pytest.fixture
def appeal() -> AppealReceived:
    return brought("a", "b", person=None, district="nasimi")


@pytest.fixture
def document(appeal: AppealReceived) -> AppealSupplemented:
    return supplement(appeal)


def message(record: AppealReceived | AppealSupplemented) -> Any:
    type_ = APPEAL_RECEIVED if isinstance(record, AppealReceived) else APPEAL_SUPPLEMENTED
    event = Either(id="1", source="x", type=type_, subject=record.case_id, time=MONDAY, data=record)
    return Either.model_validate_json(event.encode())


async def keep(database: Database, *records: AppealReceived | AppealSupplemented, **more: str) -> None:
    """Intake has accepted the records."""
    async with database.transaction() as connection:
        for record in records:
            table = appeals if isinstance(record, AppealReceived) else attachments
            names = {column.name for column in table.c} & set(type(record).model_fields)
            row = {name: getattr(record, name) for name in names}
            await connection.execute(insert(table).values(**row, actor_id="online", **more))


async def refused(origin: Origin, record: AppealReceived | AppealSupplemented) -> str:
    with pytest.raises(PermanentError) as caught:
        await origin.require(message(record))
    return caught.value.code


async def test_what_was_on_its_way_before_the_upgrade_is_proven(origin, database, appeal, document) -> None:
    await keep(database, appeal, document)
    await origin.require(message(appeal))
    await origin.require(message(document))


@pytest.mark.parametrize(
    "changes",
    [
        {"services": ("a",)},
        {"tracking_number": "VHD-2"},
        {"channel": "mobile"},
        {"received_at": MONDAY.replace(year=2020)},
        {"receipt_digest": "f" * 64},
    ],
    ids=lambda changes: next(iter(changes)),
)
async def test_without_a_receipt_it_must_say_what_intake_keeps(origin, database, appeal, changes) -> None:
    await keep(database, appeal)
    assert await refused(origin, appeal.model_copy(update=changes)) == "receipt_missing"
    exchanged = appeal.model_copy(update={"sealed": sealed_for(appeal.case_id, b"another")})
    assert await refused(origin, exchanged) == "receipt_missing"


@pytest.mark.parametrize(
    "changes",
    [{"address": "1" * 64}, {"sealed_size": 2}, {"channel": "mobile"}, {"tracking_number": "VHD-2"}],
    ids=lambda changes: next(iter(changes)),
)
async def test_so_must_a_document(origin, database, appeal, document, changes) -> None:
    await keep(database, appeal, document)
    assert await refused(origin, document.model_copy(update=changes)) == "receipt_missing"


async def test_nobody_takes_the_receipt_from_what_has_one(origin, database, appeal, document) -> None:
    await keep(database, appeal, document, record_digest="d" * 64)
    assert await refused(origin, appeal) == "receipt_missing"
    assert await refused(origin, document) == "receipt_missing"


async def test_what_intake_never_had_is_refused(origin, appeal, document) -> None:
    assert await refused(origin, appeal) == "receipt_missing"
    assert await refused(origin, document) == "receipt_missing"


async def test_the_role_of_the_router_may_ask(database_url, database, keys, appeal, document) -> None:
    await keep(database, appeal, document)
    await ensure_roles(database_url, dict.fromkeys(ROLES, "only for this test"))
    own = make_url(database_url).set(username=role_name("router"), password="only for this test")
    async with Database(own.render_as_string(hide_password=False)) as as_router:
        origin = Origin(ReceiptKeys(keys), as_router)
        await origin.require(message(appeal))
        await origin.require(message(document))
