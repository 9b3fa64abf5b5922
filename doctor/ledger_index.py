"""What the ledger holds, by the ids under which other rooms know it. Pure."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field

from ledger.messages import event_id
from schemas.case_events import RecordedEvent
from schemas.case_lifecycle_events import AppealJoined, CaseOpened
from schemas.frozen import CaseId
from schemas.hand_over_events import TracksDelivered, TracksHandedOver, TracksTakenOver
from schemas.step_events import MessageDelivered, StepDispatched
from services.notifier.officials import notifies_officials
from services.notifier.planning import notifies_applicants


@dataclass(frozen=True)
class FirstReading:
    """What other rooms must know by now, because the ledger had it before they were read."""

    appeals: Set[str]
    noticed: Mapping[str, CaseId]
    messages_delivered: Set[tuple[CaseId, str]]


@dataclass
class LedgerIndex:
    """The whole ledger, filled event by event, and once more after the other rooms were read.

    `appeals`: case and receipt digest of each place where an appeal is. `dispatched`: agency, case, step and
    attempt of each assignment. `noticed`: the case of each event that someone is notified of. `causes`: case
    and cause. `messages_delivered`: case and message. `handed_over`: from and to, by id; `delivered` the ids
    of those that arrived; `taken_over`: id and case, as often as it was recorded. `heads`: the last sequence
    read of each case.
    """

    appeals: dict[str, list[tuple[CaseId, str]]] = field(default_factory=dict)
    dispatched: set[tuple[str, str, str, int]] = field(default_factory=set)
    event_ids: set[str] = field(default_factory=set)
    noticed: dict[str, str] = field(default_factory=dict)
    causes: set[tuple[str, str]] = field(default_factory=set)
    messages_delivered: set[tuple[str, str]] = field(default_factory=set)
    handed_over: dict[str, tuple[CaseId, CaseId]] = field(default_factory=dict)
    delivered: set[str] = field(default_factory=set)
    taken_over: list[tuple[str, CaseId]] = field(default_factory=list)
    heads: dict[CaseId, int] = field(default_factory=dict)

    def first_reading(self) -> FirstReading:
        """What the index holds now, before the other rooms are read."""
        return FirstReading(set(self.appeals), dict(self.noticed), set(self.messages_delivered))

    def add(self, event: RecordedEvent) -> None:
        """Take one event into account."""
        identity = event_id(event.case_id, event.seq)
        self.event_ids.add(identity)
        self.causes.add((event.case_id, event.cause))
        payload = event.payload
        if isinstance(payload, CaseOpened | AppealJoined):
            place = (event.case_id, payload.appeal.receipt_digest)
            self.appeals.setdefault(payload.appeal.appeal_id, []).append(place)
        elif isinstance(payload, StepDispatched):
            self.dispatched.add((payload.agency_id, event.case_id, payload.step, payload.attempt))
        elif isinstance(payload, MessageDelivered):
            self.messages_delivered.add((event.case_id, payload.message))
        self._add_hand_over(event)
        if notifies_applicants(payload) or notifies_officials(payload):
            self.noticed[identity] = event.case_id

    def _add_hand_over(self, event: RecordedEvent) -> None:
        payload = event.payload
        if isinstance(payload, TracksHandedOver):
            self.handed_over[payload.hand_over.id] = (event.case_id, payload.hand_over.to_case)
        elif isinstance(payload, TracksDelivered):
            self.delivered.add(payload.hand_over)
        elif isinstance(payload, TracksTakenOver):
            self.taken_over.append((payload.hand_over, event.case_id))
