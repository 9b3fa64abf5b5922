"""What anybody may try on a case: plausible commands and absurd ones, drawn for the state it is in."""

import random
import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import get_args

from schemas.actors import Actor, ActorKind
from schemas.agency_statuses import command_id_of
from tests.builders import CHANNEL, PERSON, STAFF, appeal, attachment, looked_up, report
from tests.commands import COMMANDS, COMMISSION
from tests.unit.workflows.case.attack.worlds import World
from workflows.case.commands import (
    AddAttachment,
    AnyCommand,
    DecideAgendaItem,
    ExtendTerm,
    JoinCase,
    ManualReview,
    MigrateTrack,
    Object,
    PlaceAppeal,
    Placement,
    ReassignStep,
    ReceiveAppeal,
    ReviseCalendar,
    SettleTask,
)
from workflows.case.state import CaseState, StepState, TaskState

LARGEST = 2**53 - 1
_ABSURD = 0.06
"""How often an actor of any kind gives the command, or another content comes under a known id."""

_ORDINARY = ("acknowledged", "in_progress", "in_progress", "information_requested", "note")
_ENDS = ("fulfilled", "fulfilled", "fulfilled", "refused", "forwarded", "corrected")


class Attacker:
    """Draws commands by a seeded chance; every draw is of the state that it is given."""

    def __init__(self, world: World, chance: random.Random) -> None:
        self.world = world
        self.chance = chance
        self.number = 0
        self.given: list[AnyCommand] = []

    def command(self, state: CaseState, now: datetime) -> AnyCommand:
        """Anything that somebody may send to the case now."""
        self.number += 1
        if self.given and self.chance.random() < _ABSURD:
            return self._again(now)
        kind = self.chance.choices(list(_KINDS), list(_KINDS.values()))[0]
        received = now - timedelta(hours=self.chance.choice([0, 0, 0, 1, 5, 30, 200]))
        if self.chance.random() < 0.03:  # the clock of the point of receipt is ahead
            received = now + timedelta(minutes=self.chance.choice([1, 90]))
        command = self._draw(kind, state, received)
        if self.chance.random() < _ABSURD:
            stranger = Actor(kind=self.chance.choice(get_args(ActorKind)), id="stranger")
            command = command.model_copy(update={"actor": stranger})
        self.given.append(command)
        return command

    def first(self, case_number: int, now: datetime) -> ReceiveAppeal:
        """The appeal that opens a case of its own."""
        return self._appeal(case_number, now)

    def fulfilment(self, step: StepState, now: datetime) -> AnyCommand:
        """The agency that has the step says that it is done."""
        self.number += 1
        return _status(step.key, step.agency_id, step.attempt, "fulfilled", now, f"last-{self.number}")

    def decision(self, task: TaskState, now: datetime) -> AnyCommand:
        """The staff settle the task, one way or the other."""
        self.number += 1
        decision = self.chance.choice(["confirm", "dismiss"])
        return SettleTask(
            id=f"last-{self.number}", actor=STAFF, received_at=now, task=task.id, decision=decision
        )

    def _again(self, now: datetime) -> AnyCommand:
        """One that was given before: the same, or another under its id."""
        known = self.chance.choice(self.given)
        if self.chance.random() < 0.5:
            return known.model_copy(update={"received_at": now, "traceparent": None})
        return self.chance.choice(self.given).model_copy(update={"id": known.id})

    def _draw(self, kind: str, state: CaseState, at: datetime) -> AnyCommand:
        if kind == "report_status":
            return self._report(state, at)
        own = _DRAWN_HERE.get(kind)
        identity = f"{kind}/{self.number}"
        if own is not None:
            return own(self, state, identity, at)
        return COMMANDS[kind](state, identity, at, self.chance)

    def _appeal(self, number: int, at: datetime) -> ReceiveAppeal:
        placements = self._placements()
        services = tuple(placed.passport.code for placed in placements)
        who = self.chance.choice([PERSON, PERSON, PERSON, PERSON, None, "somebody-else"])
        channels = self.chance.choice([(), ("sms",), ("sms", "email")])
        brought = appeal(number, *services, at=at).model_copy(
            update={"applicant_index": who, "notice_channels": channels}
        )
        return ReceiveAppeal(
            id=f"appeal/{brought.appeal_id}",
            actor=CHANNEL,
            received_at=at,
            appeal=brought,
            placements=placements,
        )

    def _placements(self) -> tuple[Placement, ...]:
        count = self.chance.choice([0, 1, 1, 1, 2, 3])
        return tuple(self.chance.sample(self.world.placements, min(count, len(self.world.placements))))

    def _receive(self, state: CaseState, identity: str, at: datetime) -> AnyCommand:
        command = self._appeal(self.chance.randint(1_000, 1_000_000), at)
        more: dict[str, object] = {}
        if self.chance.random() < 0.15:
            kind = self.chance.choice(["repeat_appeal", "likely_duplicate", "same_person"])
            more["manual_review"] = ManualReview(kind=kind, earlier=(str(uuid.UUID(int=77)),))
        elif self.chance.random() < 0.15:
            more["joined"] = str(uuid.UUID(int=78))
        return command.model_copy(update=more)

    def _attach(self, state: CaseState, identity: str, at: datetime) -> AnyCommand:
        """To an appeal of the case, or to one that comes later or never."""
        known = [uuid.UUID(found.appeal_id).int for found in state.appeals]
        number = self.chance.choice([*known, self.chance.randint(1, 9)])
        return AddAttachment(
            id=identity, actor=CHANNEL, received_at=at, attachment=attachment(number, identity, at)
        )

    def _place(self, state: CaseState, identity: str, at: datetime) -> AnyCommand:
        triage = [step.key for step in state.steps if step.code == "triage"]
        step = self.chance.choice(triage) if triage and self.chance.random() < 0.9 else self._step(state)
        placements = self._placements() or self.world.placements[:1]
        return PlaceAppeal(id=identity, actor=STAFF, received_at=at, step=step, placements=placements)

    def _reassign(self, state: CaseState, identity: str, at: datetime) -> AnyCommand:
        agency = self.chance.choice(self.world.agencies)
        return ReassignStep(
            id=identity, actor=STAFF, received_at=at, step=self._step(state), agency_id=agency
        )

    def _migrate(self, state: CaseState, identity: str, at: datetime) -> AnyCommand:
        """The version after the one that a track follows: the same steps, others, or fewer."""
        placed = self.chance.choice(self.world.placements)
        track = self.chance.choice([*state.tracks, None])
        own = track.passport if track is not None and track.passport is not None else placed.passport
        steps = own.steps if self.chance.random() < 0.6 else own.steps[:1]
        newer = own.model_copy(update={"version": f"{own.code}-{self.chance.randint(1, 3)}", "steps": steps})
        agencies = {step.code: self.chance.choice(self.world.agencies[:-1]) for step in steps}
        return MigrateTrack(
            id=identity,
            actor=STAFF,
            received_at=at,
            track=track.key if track is not None else "t9",
            placement=Placement(passport=newer, agencies=agencies),
        )

    def _object(self, state: CaseState, identity: str, at: datetime) -> AnyCommand:
        track = self._track(state)
        review = self.world.review_of(track)
        return Object(id=identity, actor=CHANNEL, received_at=at, track=track, review=review, sealed="sealed")

    def _extend(self, state: CaseState, identity: str, at: datetime) -> AnyCommand:
        term = self.chance.choice([None, "nothing", *(term.key for term in state.terms)])
        days = self.chance.choice([1, self.world.rules.terms.extension, self.world.rules.terms.extension + 1])
        return ExtendTerm(id=identity, actor=STAFF, received_at=at, term=term, days=days, reason="study")

    def _instruct(self, state: CaseState, identity: str, at: datetime) -> AnyCommand:
        task = self.chance.choice([task.id for task in state.tasks if task.kind == "agenda"] or ["nothing"])
        instruction = self.world.order if self.chance.random() < 0.7 else None
        return DecideAgendaItem(
            id=identity, actor=COMMISSION, received_at=at, task=task, instruction=instruction
        )

    def _settle(self, state: CaseState, identity: str, at: datetime) -> AnyCommand:
        open_tasks = [task.id for task in state.tasks if task.decision is None]
        task = self.chance.choice([*open_tasks, "nothing"])
        decision = self.chance.choice(["confirm", "confirm", "dismiss"])
        return SettleTask(id=identity, actor=STAFF, received_at=at, task=task, decision=decision)

    def _join(self, state: CaseState, identity: str, at: datetime) -> AnyCommand:
        into = str(uuid.UUID(int=self.chance.choice([1, 2, 3])))
        who = self.chance.choice([PERSON, PERSON, state.applicant_index])
        pending = self.chance.random() < 0.8
        join = JoinCase(id=identity, actor=STAFF, received_at=at, into=into, applicant=who, pending=pending)
        return looked_up(state, join)

    def _revise(self, state: CaseState, identity: str, at: datetime) -> AnyCommand:
        days = {date(2021, self.chance.randint(8, 12), self.chance.randint(1, 28)): "mourning" for _ in "123"}
        calendar = self.world.rules.calendar.model_copy(update={"version": identity, "holidays": days})
        return ReviseCalendar(id=identity, actor=STAFF, received_at=at, calendar=calendar)

    def _report(self, state: CaseState, at: datetime) -> AnyCommand:
        step = self._some_step(state)
        if step is None:
            return _status("t9.nothing", "moh", 1, "acknowledged", at, f"status-{self.number}")
        agency, attempt = self._assignment(step)
        identity = f"status-{self.number if self.chance.random() < 0.95 else self.number - 1}"
        command = _status(
            step.key,
            agency,
            attempt,
            self.chance.choice(_ORDINARY if self.chance.random() < 0.55 else _ENDS),
            at,
            identity,
            sequence=self._sequence(step, attempt),
            forward_to=self.chance.choice([None, *self.world.agencies]),
            reason_code=self.chance.choice([None, "documents_missing", "not_competent"]),
        )
        ahead = timedelta(hours=self.chance.choice([0, 0, 0, -3, -90, 4, 24 * 365]))
        status = command.status.model_copy(update={"occurred_at": at + ahead})
        return command.model_copy(update={"status": status})

    def _assignment(self, step: StepState) -> tuple[str, int]:
        """The agency and the attempt: of now, of an assignment that was forwarded, or of none."""
        chance = self.chance.random()
        if chance < 0.1 and step.former:
            former = self.chance.choice(step.former)
            return former.agency_id, former.attempt
        if chance < 0.16:
            return self.chance.choice(self.world.agencies[:-1]), step.attempt + self.chance.randint(-1, 2)
        return step.agency_id, max(step.attempt, 1)

    def _sequence(self, step: StepState, attempt: int) -> int | None:
        """Numbered, partly, or not: the same for all of an assignment."""
        habit = (len(step.key) + attempt) % 3
        if habit == 0 or (habit == 1 and self.chance.random() < 0.5):
            return None
        return self.chance.choice([0, LARGEST, self.number, self.number, self.chance.randint(0, 40)])

    def _some_step(self, state: CaseState) -> StepState | None:
        running = [step for step in state.steps if step.running]
        if running and self.chance.random() < 0.8:
            return self.chance.choice(running)
        return self.chance.choice(state.steps) if state.steps else None

    def _step(self, state: CaseState) -> str:
        step = self._some_step(state)
        return step.key if step is not None and self.chance.random() < 0.97 else "t9.nothing"

    def _track(self, state: CaseState) -> str:
        return self.chance.choice([*(track.key for track in state.tracks), "t9"])


def _status(
    step: str, agency: str, attempt: int, status: str, at: datetime, identity: str, **more: object
) -> AnyCommand:
    via = "casework" if agency == "centre" else "webhook"
    actor = STAFF if agency == "centre" else None
    given = {"reason_code": None, **more}
    command = report(
        step, status, agency=agency, attempt=attempt, at=at, status_id=identity, actor=actor, **given
    )
    stated = command.status.model_copy(update={"via": via})
    command_id = command_id_of(agency, f"{step}/{attempt}", identity)
    return command.model_copy(update={"id": command_id, "status": stated})


_DRAWN_HERE: dict[str, Callable[[Attacker, CaseState, str, datetime], AnyCommand]] = {
    "receive_appeal": Attacker._receive,
    "add_attachment": Attacker._attach,
    "place_appeal": Attacker._place,
    "reassign_step": Attacker._reassign,
    "migrate_track": Attacker._migrate,
    "object": Attacker._object,
    "extend_term": Attacker._extend,
    "decide_agenda_item": Attacker._instruct,
    "settle_task": Attacker._settle,
    "join_case": Attacker._join,
    "revise_calendar": Attacker._revise,
}
_OFTEN = {"report_status": 40, "place_appeal": 4, "settle_task": 6, "receive_appeal": 4, "reopen_track": 3}
_SELDOM = {"withdraw": 0.5, "close_track": 0.7, "join_case": 0.7, "revise_calendar": 0.7}
_KINDS = {kind: {**_OFTEN, **_SELDOM}.get(kind, 1.5) for kind in ("report_status", *sorted(COMMANDS))}
"""How often each kind is tried."""
