"""A case at all of its limits: of everything that it keeps as much as it can have."""

from functools import cache

from kit.vault import SEALED_LIMIT
from schemas.actors import SYSTEM
from schemas.agency_statuses import AssignmentStatus
from schemas.appeals import AppealReceived
from tests.builders import (
    PARALLEL,
    SEQUENTIAL,
    STAFF,
    appeal,
    attachment,
    by,
    close,
    later,
    passport,
    placement,
    receive,
    report,
    step,
)
from tests.case import Case
from tests.commands import REVIEW
from workflows.case.commands import (
    AddAttachment,
    AnnotateCase,
    Object,
    ProvideInformation,
    ReceiveAppeal,
    ReportMessage,
)
from workflows.case.limits import (
    MOST_APPEALS,
    MOST_CHARACTERS,
    MOST_DOCUMENTS,
    MOST_EARLY,
    MOST_ENDS,
    MOST_INFORMATION,
    MOST_MESSAGES,
    MOST_STATEMENTS,
    remembers_too_much,
)

DOCUMENTS = 4
"""To each appeal: more than agencies are sent."""
WORDY = 2_700
"""Characters of sealed text: a remark of two thousand characters."""


def _brought(number: int) -> ReceiveAppeal:
    size = MOST_CHARACTERS // MOST_APPEALS
    whole: AppealReceived = appeal(number, PARALLEL.code).model_copy(
        update={"sealed": "s" * size, "applicant_index": "i" * 64, "contact_indexes": ("c" * 64,) * 2}
    )
    return ReceiveAppeal(
        **{**by(STAFF, f"appeal/{number}", number / 100), "actor": receive().actor},
        appeal=whole,
        placements=(placement(PARALLEL), placement(SEQUENTIAL)) if number == 1 else (placement(PARALLEL),),
    )


def _services(case: Case) -> None:
    """As many services as a case holds, and objections to the answers of most of them, as long as can be."""
    steps = step("first", "moh"), step("last", "mlspp", "first")
    others = (passport(f"service-{number}", *steps) for number in range(60))
    for number, service in enumerate(others, start=1):
        case.take(receive(service, number=number))
    answered = [track.key for track in case.state.tracks if track.service.startswith("service")]
    for number, key in enumerate(answered[1::2]):
        case.take(close(key, at=later(1)))
        objection = by(STAFF, f"object/{key}", 1.5)
        words = "w" * (30_000 if number < 10 else 100)
        case.take(Object(**objection, track=key, review=placement(REVIEW), sealed=words))


def _deliver(case: Case) -> None:
    """The agencies take all messages that wait."""
    for message in case.state.messages:
        known = by(SYSTEM, f"message/{message.id}/1", 1)
        case.take(ReportMessage(**known, message=message.id, group=1))


@cache
def fill() -> Case:
    """A case at its limits: of everything that it keeps as much as it can have."""
    case = Case()
    for number in range(1, MOST_APPEALS + 1):
        case.take(_brought(number))
        for document in range(DOCUMENTS):
            paper = attachment(number, f"{document}", later(1), sealed="d" * 400)
            case.take(
                AddAttachment(
                    **{**by(STAFF, f"attachment/{paper.attachment_id}", 1), "actor": receive().actor},
                    attachment=paper,
                )
            )
            if len(case.state.documents) <= MOST_DOCUMENTS - MOST_MESSAGES // 3:
                _deliver(case)
    for key in ("t1.social", "t1.medical", "t2.examine"):
        agency = case.state.step(key).agency_id
        for number in range(MOST_STATEMENTS + 5):
            status: AssignmentStatus = report(key, "information_requested", agency=agency).status
            wordy = status.model_copy(
                update={"status_id": f"{key}/{number}", "sealed_note": "n" * WORDY, "raw_code": "C" * 64}
            )
            command = report(key, "information_requested", agency=agency, at=later(2 + number / 10))
            case.take(command.model_copy(update={"id": f"status/{key}/{number}", "status": wordy}))
    _services(case)
    _early(case)
    _information(case)
    _ends(case)
    _commands(case)
    return case


def _early(case: Case) -> None:
    """Statuses about an assignment that was not sent yet: short ones, as the notes have no space left."""
    for number in range(MOST_EARLY + 5):
        command = report("t2.decide", "in_progress", agency="mlspp", at=later(20))
        status = command.status.model_copy(update={"status_id": f"early/{number}", "raw_code": "C" * 64})
        case.take(command.model_copy(update={"id": f"status/early/{number}", "status": status}))


def _information(case: Case) -> None:
    """The sixteen long texts, then short ones until there are as many as can be."""
    for number in range(16 + MOST_INFORMATION):
        sealed = "i" * (SEALED_LIMIT if number < 16 else 300)
        command = ProvideInformation(**by(STAFF, f"given/{number}", 21), step="t1.social", sealed=sealed)
        case.take(command)


def _ends(case: Case) -> None:
    """An end with the longest of notes, and others that contradict it."""
    for number in range(MOST_ENDS + 5):
        kind = "fulfilled" if number % 2 == 0 else "refused"
        command = report("t1.medical", kind, agency="moh", at=later(22 + number / 100))
        changed = {"status_id": f"end/{number}", "sealed_note": "e" * SEALED_LIMIT}
        status = command.status.model_copy(update=changed)
        case.take(command.model_copy(update={"id": f"status/end/{number}", "status": status}))


def _commands(case: Case) -> None:
    """Commands under ids as long as can be, until the case remembers as many as it may."""
    number = 0
    while not remembers_too_much(case.state):
        identity = f"note/{number}".ljust(200, "x")
        case.take(AnnotateCase(**{**by(STAFF, "", 24), "id": identity}, sealed_note="n"))
        number += 1
