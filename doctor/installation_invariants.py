"""What must hold between the rooms: nothing accepted is lost, no effect without a recorded cause. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import datetime, timedelta

from catalogue.calendar import WorkingCalendar
from doctor.findings import Finding, attention, broken
from doctor.ledger_index import FirstReading, LedgerIndex
from doctor.on_its_way import Stages, status_identity
from schemas.agency_statuses import command_id_of
from workflows.case.contracts import message_key

_A_YEAR = timedelta(days=366)
_REDRIVE_ROUTER = "Read `vahid dlq ls router`, then `vahid dlq redrive router`."
_RESTORE = "Restore the store of attachments from its backup."


@dataclass(frozen=True)
class AcceptedAppeal:
    """An appeal as intake accepted it."""

    appeal_id: str
    receipt_digest: str


def check_appeals(
    accepted: Iterable[AcceptedAppeal], index: LedgerIndex, first: FirstReading, stages: Stages
) -> Iterator[Finding]:
    """Every accepted appeal is in one case, with the receipt that the applicant holds, or on its way."""
    known = set()
    for appeal in accepted:
        known.add(appeal.appeal_id)
        yield from _check_appeal(appeal, index, stages)
    for appeal_id in first.appeals - known:
        yield broken("appeal.not_accepted", appeal_id, "It is in a case, and intake never accepted it.")


def _check_appeal(appeal: AcceptedAppeal, index: LedgerIndex, stages: Stages) -> Iterator[Finding]:
    places = index.appeals.get(appeal.appeal_id, [])
    if not places and stages.of(appeal.appeal_id) == "dead letters":
        sentence = "It was accepted, and waits among the dead letters of the router."
        yield attention("appeal.dead_lettered", appeal.appeal_id, sentence, _REDRIVE_ROUTER)
    elif not places and stages.lost(appeal.appeal_id):
        sentence = "It was accepted, is in no case, and is not on its way to one."
        remedy = "Check the logs of intake and router by the appeal's id. Publish its row again."
        yield broken("appeal.lost", appeal.appeal_id, sentence, remedy)
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


def check_messages(
    recorded: Iterable[RecordedMessage], index: LedgerIndex, first: FirstReading
) -> Iterator[Finding]:
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
    for case_id, delivered in first.messages_delivered:
        if message_key(case_id, delivered) not in sent:
            sentence = f"Message {delivered} is recorded as delivered, and no adapter sent it."
            yield broken("message.not_sent", case_id, sentence)


@dataclass(frozen=True)
class TakenStatus:
    """A status that an adapter took, about the assignment of `key`.

    One that was taken before statuses were known by their assignment has an empty key.
    """

    case_id: str
    agency_id: str
    key: str
    status_id: str

    @property
    def command(self) -> str:
        """The id of the command that brings it to its case."""
        if not self.key:
            return f"status/{self.agency_id}/{self.status_id}"
        return command_id_of(self.agency_id, self.key.removeprefix(f"{self.case_id}/"), self.status_id)

    @property
    def identity(self) -> str:
        """The identity under which it is on its way."""
        return status_identity(self.case_id, self.command)


def missing_statuses(taken: Iterable[TakenStatus], index: LedgerIndex) -> Iterator[TakenStatus]:
    """The statuses that no history has."""
    return (status for status in taken if (status.case_id, status.command) not in index.causes)


def check_statuses(taken: Iterable[TakenStatus], index: LedgerIndex, stages: Stages) -> Iterator[Finding]:
    """Every status that an adapter took reached its case, or is on its way."""
    for status in missing_statuses(taken, index):
        named = f"Status {status.status_id} of {status.agency_id}"
        if stages.of(status.identity) == "dead letters":
            sentence = f"{named} waits among the dead letters of the router."
            yield attention("status.dead_lettered", status.case_id, sentence, _REDRIVE_ROUTER)
        elif stages.lost(status.identity):
            sentence = f"{named} was taken, is not in its case, and is not on its way there."
            remedy = "Check the logs of agency-adapter and router."
            yield broken("status.lost", status.case_id, sentence, remedy)


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
    planned: Mapping[str, str], index: LedgerIndex, first: FirstReading, stages: Stages
) -> Iterator[Finding]:
    """Every notification has its event. Every event to notify of has notifications, or is on its way.

    `planned` maps event ids to cases.
    """
    for identity, case_id in planned.items():
        if identity not in index.event_ids:
            sentence = f"A notification is planned for event {identity}, which does not exist."
            yield broken("notification.no_cause", case_id, sentence)
    for identity, case_id in first.noticed.items():
        if identity in planned:
            continue
        if stages.of(identity) == "dead letters":
            sentence = (
                f"Event {identity} waits among the dead letters of the notifier: nobody is notified of it."
            )
            remedy = "Read `vahid dlq ls notifier`, then `vahid dlq redrive notifier`."
            yield attention("notification.dead_lettered", case_id, sentence, remedy)
        elif stages.lost(identity):
            yield broken("notification.missing", case_id, f"Nobody is notified of event {identity}.")


def parked_notifications(count: int) -> Iterator[Finding]:
    """The notifications with an unknown outcome, which wait for a person."""
    if count:
        sentence = f"{count} notifications may or may not have been sent."
        yield attention("notification.parked", "notifier", sentence)


def failed_notifications(reasons: Mapping[str, int]) -> Iterator[Finding]:
    """The notifications that will not be sent again, by reason: a person must reach those concerned."""
    if reasons:
        counted = ", ".join(f"{reason} {count}" for reason, count in sorted(reasons.items()))
        sentence = (
            f"{sum(reasons.values())} notifications failed, and nobody was notified by them: {counted}."
        )
        remedy = "Find them in `notifier.notifications` (state `failed`); call or write to those concerned."
        yield attention("notification.failed", "notifier", sentence, remedy)


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
