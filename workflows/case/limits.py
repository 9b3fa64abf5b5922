"""How much one case may hold. Pure.

What goes to Temporal in one piece must stay well below its limit of 2 MB (ADR 33). A hand-over carries all
appeals of the case; its state carries a reference to each, its documents, and what agencies have stated.
"""

from collections.abc import Iterable, Sequence

from schemas.step_events import Supplement
from workflows.case.state import CaseState, StepState
from workflows.case.statements import ENDS, Statement

MOST_APPEALS = 100
MOST_CHARACTERS = 600_000
"""Of all sealed contents of its appeals together; an appeal of 10,000 characters has some 20,000."""
MOST_SERVICES = 30
"""Tracks of services: each has its passport. A review or an instruction is one more track."""
MOST_DOCUMENTS = 300
"""Documents that agencies are sent."""
MOST_OF_DOCUMENTS = 120_000
"""Characters of what is sealed about these documents together."""
MOST_INFORMATION = 100
"""Pieces of information that the applicant gave, for all steps together, and that agencies are sent."""
MOST_OF_INFORMATION = 80_000
"""Characters of that information together, sealed."""
MOST_OF_WORDS = 70_000
"""Characters of the sealed objections and instructions together that their agencies are sent."""
MOST_OF_SUPPLEMENTS = 250_000
"""Characters of what the agencies are sent beside the appeals when one command has steps sent to them."""
MOST_OF_BATCH = 600_000
"""Characters of the entries of one batch; a single command may have more."""
MOST_OF_COMMAND = 1_500_000
"""Characters of one command as JSON."""
MOST_MESSAGES = 400
"""Messages that agencies must still be sent; recalls are sent beyond that too."""
MOST_STATEMENTS = 100
"""Statements of progress of one agency about one assignment."""
MOST_STATEMENTS_OF_CASE = 250
"""Statements of progress in the case, about all assignments together."""
MOST_ENDS = 10
"""Ends and corrections of one agency about one assignment."""
MOST_OF_NOTES = 60_000
"""Characters of the sealed notes of the statements about one assignment together."""
MOST_OF_NOTES_OF_CASE = 90_000
"""Characters of all sealed notes in the state of a case."""
MOST_EARLY = 20
"""Statuses about assignments of one step that were not sent yet."""
MOST_OF_OUTCOMES = 180_000
"""Characters of the outcomes of commands that a case keeps; some 1,200 outcomes."""

_OUTCOME = 100  # characters of an outcome's names, digest and marks


def is_full(appeals: int, characters: int) -> bool:
    """Whether so many appeals, with so many characters of sealed content, are too many for one case.

    An appeal on the same matter then opens a case of its own, and a person is asked to look at both.
    """
    return appeals > MOST_APPEALS or characters > MOST_CHARACTERS


def has_space_for_services(state: CaseState, more: int) -> bool:
    """Whether so many more tracks of services may be opened."""
    services = sum(track.passport is not None and track.purpose is None for track in state.tracks)
    return not more or services + more <= MOST_SERVICES


def has_space_for_document(state: CaseState, sealed: str) -> bool:
    """Whether agencies are sent one more document, about which so much is sealed."""
    size = sum(len(document.sealed) for document in state.documents) + len(sealed)
    return len(state.documents) < MOST_DOCUMENTS and size <= MOST_OF_DOCUMENTS


def has_space_for_information(given: Sequence[str], sealed: str) -> bool:
    """Whether agencies are sent one more piece of information, where `given` are those of all steps."""
    size = sum(map(len, given)) + len(sealed)
    return len(given) < MOST_INFORMATION and size <= MOST_OF_INFORMATION


def fitting_information(state: CaseState, given: Sequence[str]) -> tuple[str, ...]:
    """Of the information that another case hands over, from the first on, what agencies are sent."""
    kept = information_of(state)
    known = len(kept)
    for sealed in given:
        if not has_space_for_information(kept, sealed):
            break
        kept = (*kept, sealed)
    return kept[known:]


def fitting_documents(state: CaseState, given: Sequence[Supplement]) -> tuple[Supplement, ...]:
    """Of the documents that another case hands over, from the first on, what agencies are sent."""
    known = len(state.documents)
    for document in given:
        if not has_space_for_document(state, document.sealed):
            break
        state = state.model_copy(update={"documents": (*state.documents, document)})
    return state.documents[known:]


def has_space_for_words(state: CaseState, sealed: str) -> bool:
    """Whether the agencies of one more track are sent these sealed words with their assignments."""
    size = sum(len(track.sealed or "") for track in state.tracks) + len(sealed)
    return size <= MOST_OF_WORDS


def has_space_for_messages(state: CaseState, more: int) -> bool:
    """Whether so many more messages to agencies may wait."""
    return len(state.messages) + more <= MOST_MESSAGES


def information_of(state: CaseState) -> tuple[str, ...]:
    """All information that agencies are sent, of all steps."""
    return tuple(sealed for step in state.steps for sealed in step.information)


def states_too_much(state: CaseState, statements: Sequence[Statement], note: str | None) -> bool:
    """Whether an agency has stated so much about one assignment that further progress is only recorded.

    Or all agencies together about the case.
    """
    notes = sum(len(known.whole.sealed_note or "") for known in statements if known.whole is not None)
    progress = sum(len(known) for step in state.steps for known in _sets_of(step))
    return (
        len(statements) >= MOST_STATEMENTS
        or notes >= MOST_OF_NOTES
        or progress >= MOST_STATEMENTS_OF_CASE
        or not has_space_for_note(state, note)
        or remembers_too_much(state)
    )


def ends_too_often(statements: Sequence[Statement]) -> bool:
    """Whether one assignment was ended so often that a further end or correction is only recorded."""
    return sum(known.kind in ENDS or known.kind == "corrected" for known in statements) >= MOST_ENDS


def has_space_for_note(state: CaseState, note: str | None) -> bool:
    """Whether the state can keep the note of one more status."""
    return not note or _notes_in(state) + len(note) <= MOST_OF_NOTES_OF_CASE


def remembers_too_much(state: CaseState) -> bool:
    """Whether the case has taken so many commands that it takes only those which end something."""
    outcomes = state.seen
    if len(outcomes) * _OUTCOME > MOST_OF_OUTCOMES:
        return True
    if len(outcomes) * (_OUTCOME + 300) < MOST_OF_OUTCOMES:  # most cases: nothing is counted
        return False
    size = sum(len(identity) + len(known.code) + len(known.allowed) for identity, known in outcomes.items())
    return size + len(outcomes) * _OUTCOME > MOST_OF_OUTCOMES


def _notes_in(state: CaseState) -> int:
    return sum(map(len, _notes(state)))


def _notes(state: CaseState) -> Iterable[str]:
    for step in state.steps:
        statuses = [known.whole for statements in _sets_of(step) for known in statements]
        for status in (*statuses, step.ended_by, *step.early):
            if status is not None and status.sealed_note:
                yield status.sealed_note
    for task in state.tasks:
        if task.status is not None and task.status.sealed_note:
            yield task.status.sealed_note


def _sets_of(step: StepState) -> tuple[tuple[Statement, ...], ...]:
    return (step.statements, *(former.statements for former in step.former))
