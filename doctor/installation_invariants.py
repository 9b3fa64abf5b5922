"""What must hold between the rooms: nothing accepted is lost, no effect without a recorded cause. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field

from doctor.findings import Finding, attention, broken
from ledger.messages import event_id
from schemas.case_events import RecordedEvent
from schemas.case_lifecycle_events import AppealJoined, CaseOpened
from schemas.frozen import CaseId
from schemas.hand_over_events import TracksDelivered, TracksHandedOver, TracksTakenOver
from schemas.step_events import MessageDelivered, StepDispatched
from services.notifier.officials import is_raised
from services.notifier.planning import is_told
from workflows.case.contracts import message_key

_RESTORE = "Restore the store of attachments from its backup."


@dataclass
class LedgerIndex:
    """What the ledger says, by what other rooms know of it. Filled event by event."""

    appeals: dict[str, list[tuple[CaseId, str]]] = field(default_factory=dict)
    dispatched: set[tuple[str, str, str, int]] = field(default_factory=set)
    event_ids: set[str] = field(default_factory=set)
    noticed: dict[str, str] = field(default_factory=dict)
    causes: set[tuple[str, str]] = field(default_factory=set)
    told: set[tuple[str, str]] = field(default_factory=set)
    handed: dict[str, tuple[CaseId, CaseId]] = field(default_factory=dict)
    brought: set[str] = field(default_factory=set)
    taken: list[tuple[str, CaseId]] = field(default_factory=list)

    def add(self, event: RecordedEvent) -> None:
        """Take one event into account."""
        identity = event_id(event.case_id, event.seq)
        self.event_ids.add(identity)
        self.causes.add((event.case_id, event.cause))
        payload = event.payload
        if isinstance(payload, CaseOpened | AppealJoined):
            said = (event.case_id, payload.appeal.receipt_digest)
            self.appeals.setdefault(payload.appeal.appeal_id, []).append(said)
        if isinstance(payload, StepDispatched):
            self.dispatched.add((payload.agency_id, event.case_id, payload.step, payload.attempt))
        if isinstance(payload, MessageDelivered):
            self.told.add((event.case_id, payload.message))
        self._add_hand_over(event)
        if is_told(payload) or is_raised(payload):
            self.noticed[identity] = event.case_id

    def _add_hand_over(self, event: RecordedEvent) -> None:
        payload = event.payload
        if isinstance(payload, TracksHandedOver):
            self.handed[payload.hand_over.id] = (event.case_id, payload.hand_over.to_case)
        elif isinstance(payload, TracksDelivered):
            self.brought.add(payload.hand_over)
        elif isinstance(payload, TracksTakenOver):
            self.taken.append((payload.hand_over, event.case_id))


@dataclass(frozen=True)
class AcceptedAppeal:
    """An appeal as intake accepted it; `settled` when it was accepted long enough ago to be in the ledger."""

    appeal_id: str
    receipt_digest: str
    settled: bool


def appeals_hold(accepted: Iterable[AcceptedAppeal], index: LedgerIndex) -> Iterator[Finding]:
    """Every accepted appeal is in exactly one case, with the receipt that the applicant holds."""
    known = set()
    for appeal in accepted:
        known.add(appeal.appeal_id)
        places = index.appeals.get(appeal.appeal_id, [])
        if not places and appeal.settled:
            yield broken(
                "appeal.lost",
                appeal.appeal_id,
                "Accepted, and in no case.",
                "See `vahid dlq ls` and the logs of intake and router.",
            )
        if len(places) > 1:
            cases = ", ".join(sorted(case_id for case_id, _ in places))
            yield broken("appeal.doubled", appeal.appeal_id, f"In the history more than once: {cases}.")
        for case_id, digest in places:
            if digest != appeal.receipt_digest:
                sentence = f"Case {case_id} has another receipt than the applicant."
                yield broken("appeal.receipt_differs", appeal.appeal_id, sentence)
    for appeal_id in index.appeals.keys() - known:
        yield broken("appeal.not_accepted", appeal_id, "In a case, and intake never accepted it.")


def assignments_hold(sent: Iterable[tuple[str, str, str, int]], index: LedgerIndex) -> Iterator[Finding]:
    """Every assignment (agency, case, step, attempt) that an adapter sent was decided in the ledger."""
    for agency_id, case_id, step, attempt in sent:
        if (agency_id, case_id, step, attempt) not in index.dispatched:
            sentence = f"Assignment {step}/{attempt} was sent to {agency_id}, and no entry says so."
            yield broken("assignment.no_cause", case_id, sentence)


@dataclass(frozen=True)
class NotedMessage:
    """What an adapter told an agency about an assignment, or was about to, under the id `key`."""

    agency_id: str
    case_id: str
    key: str
    step: str
    attempt: int
    told: bool


def messages_hold(noted: Iterable[NotedMessage], index: LedgerIndex) -> Iterator[Finding]:
    """Agencies are told of what was sent to them alone; what the ledger calls told, an adapter told."""
    told = set()
    for one in noted:
        if one.told:
            told.add(one.key)
        if (one.agency_id, one.case_id, one.step, one.attempt) not in index.dispatched:
            sentence = f"{one.agency_id} was told of {one.step}/{one.attempt}, which was never sent to it."
            yield broken("message.no_cause", one.case_id, sentence)
    for case_id, message in index.told:
        if message_key(case_id, message) not in told:
            sentence = f"Message {message} counts as delivered, and no adapter told it."
            yield broken("message.not_told", case_id, sentence)


def statuses_hold(taken: Iterable[tuple[str, str, str]], index: LedgerIndex) -> Iterator[Finding]:
    """Every settled status (case, agency, status id) that an adapter took reached its case."""
    for case_id, agency_id, status_id in taken:
        if (case_id, f"status/{agency_id}/{status_id}") not in index.causes:
            sentence = f"Status {status_id} of {agency_id} was taken, and its case never heard of it."
            yield broken("status.lost", case_id, sentence, "See `vahid dlq ls` and the router's log.")


def hand_overs_hold(index: LedgerIndex, settled: Set[str]) -> Iterator[Finding]:
    """What a case handed over was taken over by the case it names, once; nothing else was taken over.

    `settled` are the cases whose last entry is old enough.
    """
    taken = Counter(index.taken)
    for identity, (from_case, to_case) in index.handed.items():
        if identity in index.brought and from_case in settled and (identity, to_case) not in taken:
            sentence = f"It handed tracks over to {to_case}, which never took them."
            yield broken("hand_over.lost", from_case, sentence, "See the worker's log.")
    for (identity, case_id), count in taken.items():
        if index.handed.get(identity, ("", ""))[1] != case_id:
            yield broken("hand_over.no_cause", case_id, "It took over tracks that no case handed to it.")
        if count > 1:
            yield broken("hand_over.doubled", case_id, f"It took over the same tracks {count} times.")


def notifications_hold(
    planned: Mapping[str, str], index: LedgerIndex, settled: Set[str]
) -> Iterator[Finding]:
    """Every message has its event, and every settled event of which applicants hear has its messages.

    `planned` maps event ids to cases; `settled` are the cases whose last entry is old enough.
    """
    for identity, case_id in planned.items():
        if identity not in index.event_ids:
            yield broken(
                "notification.no_cause", case_id, f"A message for event {identity}, which is not there."
            )
    for identity, case_id in index.noticed.items():
        if identity not in planned and case_id in settled:
            yield broken("notification.missing", case_id, f"Nobody was told of event {identity}.")


@dataclass(frozen=True)
class RecordedAttachment:
    """An attachment as intake recorded it; `found` is the SHA-256 of what lies at its address, if any."""

    attachment_id: str
    address: str
    found: str | None


def attachments_hold(
    recorded: Iterable[RecordedAttachment], unreferenced: Iterable[str]
) -> Iterator[Finding]:
    """Every recorded attachment is in the store, unchanged. No attachment names one of `unreferenced`."""
    for one in recorded:
        if one.found is None:
            sentence = f"Recorded, and nothing lies at {one.address}."
            yield broken("attachment.missing", one.attachment_id, sentence, _RESTORE)
        elif one.found != one.address:
            sentence = f"What lies at {one.address} is not what was put there."
            yield broken("attachment.changed", one.attachment_id, sentence, _RESTORE)
    for address in unreferenced:
        sentence = "A sealed document that no attachment names: its request ended before the commit."
        yield attention("attachment.unreferenced", address, sentence, "Harmless; it may be deleted.")


def workflows_hold(awake: Set[str], running: Set[str]) -> Iterator[Finding]:
    """Every case in which something is to be done has a running workflow, and no other has one.

    So has a case that has ended, as long as an agency, or the case that takes over, must still be told.
    """
    for case_id in awake - running:
        yield broken(
            "workflow.missing",
            case_id,
            "Open, or with something to tell an agency or a case, and no workflow runs.",
            "Any command to the case starts one.",
        )
    for case_id in running - awake:
        yield attention("workflow.idle", case_id, "A workflow runs, and the ledger shows nothing to be done.")


def tasks_hold(stuck: Mapping[CaseId, Iterable[str]]) -> Iterator[Finding]:
    """No case stands still because its workflow's task keeps failing; `stuck` gives Temporal's words."""
    for case_id, problems in stuck.items():
        yield broken(
            "workflow.stuck",
            case_id,
            f"The workflow's task keeps failing ({', '.join(problems)}).",
            f"See the worker's log; run a mended one; if that does not help, `vahid case repair {case_id}`.",
        )


def queues_hold(oldest_seconds: Mapping[str, float], limit: float) -> Iterator[Finding]:
    """No outbox keeps a row longer than `limit` seconds."""
    for name, seconds in oldest_seconds.items():
        if seconds > limit:
            sentence = f"The oldest row of outbox {name} waits for {seconds:.0f} s."
            yield broken("outbox.stuck", name, sentence, "Is Kafka reachable? See the log of the relay.")


def for_a_person(dead_letters: Mapping[str, int], parked: int) -> Iterator[Finding]:
    """What only a person can settle."""
    for consumer, count in dead_letters.items():
        if count:
            yield attention(
                "dead_letters.waiting",
                consumer,
                f"{count} messages wait in the dead-letter topic of {consumer}.",
                f"`vahid dlq ls {consumer}`, then `vahid dlq redrive {consumer}`.",
            )
    if parked:
        yield attention(
            "notification.parked", "notifier", f"{parked} messages may or may not have been sent."
        )
