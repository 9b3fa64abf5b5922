"""What must hold after every fault: judged from outside, examined from inside, with two exceptions by design.

An e-mail whose sender died while it spoke with the mail server is parked for a person: it may have gone out
or not. Such a one may be missing outside; no other, and none may have gone out twice. A document whose
request died before its commit leaves a sealed object that nothing names: it was sent again, and sealed anew.
"""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from sqlalchemy import and_, select

from catalogue.loader import PACKAGED
from doctor.examination import examine
from kit.database import Database
from kit.settings import Settings
from kit.vault import Vault, key_id_of
from reporting.recomputation import read_topic
from schemas.appeals import AppealContent
from services.notifier.contacts import contacts_of
from services.notifier.tables import notifications, recipients
from vahid.demo.evidence import gather
from vahid.demo.oracle import judge

PARKED = "notification.parked"
UNREFERENCED = "attachment.unreferenced"
_MISSING_MAIL = re.compile(
    r"email to contact (?P<contact>\w+): (?P<arrived>\d+) messages instead of (?P<wanted>\d+)"
)


async def objections(settings: Settings, receipts: Path, simulators: Path) -> list[str]:
    """Everything that speaks against the installation, a sentence each; empty when all holds."""
    parked = await _parked(settings)
    evidence = gather(receipts, simulators, settings.catalogue or PACKAGED)
    judged = judge(evidence, read_topic(settings.kafka_bootstrap)[0])
    untold = await _parked_for_officials(settings)
    said = [
        sentence
        for sentence in judged.contradictions
        if not _explained(sentence, parked) and not any(sentence.endswith(one) for one in untold)
    ]
    return [*said, *await _doctors(settings, parked.total() + len(untold))]


async def _doctors(settings: Settings, parked: int) -> list[str]:
    """What the doctor finds, down to what is only for a person, but for the messages parked."""
    examination = await examine(settings, settle=timedelta(0))
    said = [
        f"{one.level} {one.code} {one.subject}: {one.sentence}"
        for one in examination.findings
        if one.code != UNREFERENCED
    ]
    if parked:
        expected = [one for one in examination.findings if one.code == PARKED]
        if [one.sentence.split()[0] for one in expected] != [str(parked)]:
            said.append(f"{parked} messages are parked, and the doctor says: {expected}")
        said = [sentence for sentence in said if f" {PARKED} " not in sentence]
    if examination.exit_code != 0:
        said.append(
            f"the doctor's exit code is {examination.exit_code}; unreachable: {examination.unreachable}"
        )
    return said


def _explained(sentence: str, parked: Mapping[str, int]) -> bool:
    found = _MISSING_MAIL.fullmatch(sentence)
    if found is None:
        return False
    missing = int(found["wanted"]) - int(found["arrived"])
    return 0 < missing <= parked.get(found["contact"], 0)


async def _parked_for_officials(settings: Settings) -> list[str]:
    """How the oracle's sentence ends about each parked deadline that did not arrive."""
    query = select(notifications.c.case_id, notifications.c.notice).where(
        notifications.c.state == "parked", notifications.c.kind == "deadline"
    )
    database = Database(settings.database_url, pool_size=2)
    try:
        async with database.transaction() as connection:
            rows = (await connection.execute(query)).all()
    finally:
        await database.close()
    return [
        f"told 0 times instead of 1 of [{row.case_id} {row.notice['subject']} {row.notice['clock']}]"
        for row in rows
    ]


async def _parked(settings: Settings) -> Counter[str]:
    """Parked e-mails by contact, masked as the oracle masks them."""
    query = (
        select(recipients.c.sealed)
        .join(
            notifications,
            and_(
                notifications.c.case_id == recipients.c.case_id,
                notifications.c.appeal_id == recipients.c.appeal_id,
            ),
        )
        .where(notifications.c.state == "parked", notifications.c.channel == "email")
    )
    database, vault, found = (
        Database(settings.database_url, pool_size=2),
        Vault(settings.keys),
        Counter[str](),
    )
    try:
        async with database.transaction() as connection:
            for sealed in (await connection.execute(query)).scalars().all():
                key = await vault.data_key(connection, key_id_of(sealed))
                contact = contacts_of(AppealContent.model_validate_json(key.open(sealed)))["email"]
                found[sha256(contact.lower().encode()).hexdigest()[:8]] += 1
    finally:
        await database.close()
    return found
