"""What must hold after every fault: the oracle and the doctor find nothing, with two exceptions by design.

An e-mail whose sender died during the SMTP dialogue is parked for a person: it may have gone out or not. Such
an e-mail may be missing at the provider; no other may, and none may have gone out twice. A document whose
request died before its commit leaves a sealed object without a reference: the repeat sealed a new one.
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
from kit.kafka.connection import client_options
from kit.settings import Settings
from kit.vault import Vault, key_id_of
from reporting.recomputation import read_topic
from schemas.appeals import AppealContent
from services.notifier.contacts import contacts_of
from services.notifier.tables import notifications, recipients
from vahid.demo.evidence import gather
from vahid.demo.oracle import examine_evidence

PARKED = "notification.parked"
UNREFERENCED = "attachment.unreferenced"
_MISSING_MAIL = re.compile(
    r"email to contact (?P<contact>\w+): (?P<arrived>\d+) messages instead of (?P<wanted>\d+)"
)


async def contradictions(settings: Settings, receipts: Path, simulators: Path) -> list[str]:
    """Everything wrong with the installation, a sentence each; empty when all holds."""
    parked = await _parked(settings)
    evidence = gather(receipts, simulators, settings.catalogue or PACKAGED)
    report = examine_evidence(evidence, read_topic(client_options(settings.kafka_bootstrap))[0])
    to_officials = await _parked_for_officials(settings)
    found = [
        sentence
        for sentence in report.contradictions
        if not _explained(sentence, parked) and not sentence.endswith(tuple(to_officials))
    ]
    return [*found, *await _findings(settings, parked.total() + len(to_officials))]


async def _findings(settings: Settings, parked: int) -> list[str]:
    """The doctor's findings of every level, but for so many parked messages and for unreferenced objects."""
    examination = await examine(settings, settle=timedelta(0))
    found = [
        f"{finding.level} {finding.code} {finding.subject}: {finding.sentence}"
        for finding in examination.findings
        if finding.code != UNREFERENCED
    ]
    if parked:
        findings = [finding for finding in examination.findings if finding.code == PARKED]
        if [finding.sentence.split()[0] for finding in findings] != [str(parked)]:
            found.append(f"{parked} messages are parked, and the doctor found: {findings}")
        found = [sentence for sentence in found if f" {PARKED} " not in sentence]
    if examination.exit_code != 0:
        found.append(
            f"the doctor's exit code is {examination.exit_code}; unreachable: {examination.unreachable}"
        )
    return found


def _explained(sentence: str, parked: Mapping[str, int]) -> bool:
    found = _MISSING_MAIL.fullmatch(sentence)
    if found is None:
        return False
    missing = int(found["wanted"]) - int(found["arrived"])
    return 0 < missing <= parked.get(found["contact"], 0)


async def _parked_for_officials(settings: Settings) -> list[str]:
    """The end of the oracle's sentence about each parked notice of a deadline."""
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
        f"notified 0 times instead of 1 of [{row.case_id} {row.notice['subject']} {row.notice['deadline']}]"
        for row in rows
    ]


async def _parked(settings: Settings) -> Counter[str]:
    """Parked e-mails by contact, masked as in the oracle's sentences."""
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
