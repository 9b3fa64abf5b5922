"""What must hold between the rooms: nothing accepted is lost, no effect without a recorded cause. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import datetime, timedelta

from catalogue.calendar import WorkingCalendar
from doctor.findings import Finding, attention, broken
from doctor.ledger_index import LedgerIndex
from schemas.agency_statuses import command_id_of
from workflows.case.contracts import message_key

_A_YEAR = timedelta(days=366)
_RESTORE = "Restore the store of attachments from its backup."


@dataclass(frozen=True)
class AcceptedAppeal:
    """An appeal as intake accepted it; `settled`: accepted long enough ago to be in the ledger."""

    appeal_id: str
    receipt_digest: str
    settled: bool


def check_appeals(accepted: Iterable[AcceptedAppeal], index: LedgerIndex) -> Iterator[Finding]:
    """Every accepted appeal is in exactly one case, with the receipt that the applicant holds."""
    known = set()
    for appeal in accepted:
        known.add(appeal.appeal_id)
        yield from _check_appeal(appeal, index)
    for appeal_id in index.appeals.keys() - known:
        yield broken("appeal.not_accepted", appeal_id, "It is in a case, and intake never accepted it.")


def _check_appeal(appeal: AcceptedAppeal, index: LedgerIndex) -> Iterator[Finding]:
    places = index.appeals.get(appeal.appeal_id, [])
    if not places and appeal.settled:
        remedy = "Check `vahid dlq ls router` and the logs of intake and router."
        yield broken("appeal.lost", appeal.appeal_id, "It was accepted, and is in no case.", remedy)
    if len(places) > 1:
        cases = ", ".join(sorted(case_id for case_id, _ in places))
        yield broken("appeal.doubled", appeal.appeal_id, f"It is in the ledger more than once: {cases}.")
    for case_id, digest in places:
        if digest != appeal.receipt_digest:
            sentence = f"Case {case_id} has another receipt than the applicant."
            yield broken("appeal.receipt_differs", appeal.appeal_id, sentence)


def check_assignments(sent: Iterable[tuple[str, str, str, int]], index: LedgerIndex) -> Iterator[Finding]:
    """Every assignment (agency, case, step, attempt) that an adapter sent was decided in the ledger."""
    for agency_id, case_id, step, attempt in sent:
        if (agency_id, case_id, step, attempt) not in index.dispatched:
            sentence = f"Assignment {step}/{attempt} was sent to {agency_id}, and no entry records it."
            yield broken("assignment.no_cause", case_id, sentence)


@dataclass(frozen=True)
class RecordedMessage:
    """A message about an assignment, as an adapter recorded it under `key`; `sent`: the agency has it."""

    agency_id: str
    case_id: str
    key: str
    step: str
    attempt: int
    sent: bool


def check_messages(recorded: Iterable[RecordedMessage], index: LedgerIndex) -> Iterator[Finding]:
    """Each message is about an assignment of its agency; each that the ledger calls delivered was sent."""
    sent = set()
    for message in recorded:
        if message.sent:
            sent.add(message.key)
        if (message.agency_id, message.case_id, message.step, message.attempt) not in index.dispatched:
            assignment = f"{message.step}/{message.attempt}"
            sentence = (
                f"{message.agency_id} got a message about {assignment}, and no entry records the assignment."
            )
            yield broken("message.no_cause", message.case_id, sentence)
    for case_id, delivered in index.messages_delivered:
        if message_key(case_id, delivered) not in sent:
            sentence = f"Message {delivered} is recorded as delivered, and no adapter sent it."
            yield broken("message.not_sent", case_id, sentence)


def check_statuses(taken: Iterable[tuple[str, str, str, str]], index: LedgerIndex) -> Iterator[Finding]:
    """Every settled status (case, agency, assignment key, status id) that an adapter took reached its case.

    One that was taken before statuses were known by their assignment has no key.
    """
    for case_id, agency_id, key, status_id in taken:
        assignment = key.removeprefix(f"{case_id}/")
        cause = command_id_of(agency_id, assignment, status_id) if key else f"status/{agency_id}/{status_id}"
        if (case_id, cause) not in index.causes:
            sentence = f"Status {status_id} of {agency_id} was taken, and never reached its case."
            yield broken(
                "status.lost", case_id, sentence, "Check `vahid dlq ls router` and the router's log."
            )


def check_hand_overs(index: LedgerIndex, settled: Set[str]) -> Iterator[Finding]:
    """What a case handed over was taken over by the case it names, once; nothing else was taken over.

    `settled` are the cases whose last entry is old enough.
    """
    taken = Counter(index.taken_over)
    for identity, (from_case, to_case) in index.handed_over.items():
        if identity in index.delivered and from_case in settled and (identity, to_case) not in taken:
            sentence = f"It handed tracks over to {to_case}, which never took them over."
            yield broken("hand_over.lost", from_case, sentence, "Check the worker's log.")
    for (identity, case_id), count in taken.items():
        if index.handed_over.get(identity, ("", ""))[1] != case_id:
            yield broken("hand_over.no_cause", case_id, "It took over tracks that no case handed to it.")
        if count > 1:
            yield broken("hand_over.doubled", case_id, f"It took over the same tracks {count} times.")


def check_notifications(
    planned: Mapping[str, str], index: LedgerIndex, settled: Set[str]
) -> Iterator[Finding]:
    """Every notification has its event, and every settled event to notify of has its notifications.

    `planned` maps event ids to cases; `settled` are the cases whose last entry is old enough.
    """
    for identity, case_id in planned.items():
        if identity not in index.event_ids:
            sentence = f"A notification is planned for event {identity}, which does not exist."
            yield broken("notification.no_cause", case_id, sentence)
    for identity, case_id in index.noticed.items():
        if identity not in planned and case_id in settled:
            yield broken("notification.missing", case_id, f"Nobody is notified of event {identity}.")


def parked_notifications(count: int) -> Iterator[Finding]:
    """The notifications with an unknown outcome, which wait for a person."""
    if count:
        sentence = f"{count} notifications may or may not have been sent."
        yield attention("notification.parked", "notifier", sentence)


@dataclass(frozen=True)
class RecordedAttachment:
    """An attachment as intake recorded it; `found` is the SHA-256 of the object at its address, if any."""

    attachment_id: str
    address: str
    found: str | None


def check_attachments(
    recorded: Iterable[RecordedAttachment], unreferenced: Iterable[str]
) -> Iterator[Finding]:
    """Every recorded attachment is in the store, unchanged. No attachment names one of `unreferenced`."""
    for attachment in recorded:
        if attachment.found is None:
            sentence = f"It is recorded, and nothing is stored at {attachment.address}."
            yield broken("attachment.missing", attachment.attachment_id, sentence, _RESTORE)
        elif attachment.found != attachment.address:
            sentence = f"The object at {attachment.address} is not the one that was stored."
            yield broken("attachment.changed", attachment.attachment_id, sentence, _RESTORE)
    for address in unreferenced:
        sentence = "No attachment names this sealed document: its request ended before the commit."
        yield attention("attachment.unreferenced", address, sentence, "It is harmless; you may delete it.")


def check_calendar(calendar: WorkingCalendar, now: datetime) -> Iterator[Finding]:
    """The calendar knows the year that follows on business time `now`."""
    ends_at = calendar.ends_at
    if ends_at is not None and ends_at - now <= _A_YEAR:
        sentence = f"The working calendar knows no day from {ends_at:%d.%m.%Y} on; appeals will wait then."
        yield attention(
            "calendar.ends_soon", calendar.code, sentence, "Extend `last_year` in its file of the catalogue."
        )


def check_outboxes(oldest_seconds: Mapping[str, float], limit: float) -> Iterator[Finding]:
    """No outbox keeps a row longer than `limit` seconds."""
    for name, seconds in oldest_seconds.items():
        if seconds > limit:
            sentence = f"The oldest row of outbox {name} has waited for {seconds:.0f} s."
            yield broken(
                "outbox.stuck", name, sentence, "Check that Kafka is reachable, and the relay's log."
            )
