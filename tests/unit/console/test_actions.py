"""What a person can do with a case, and why not."""

import pytest

from casework.commands import staff
from casework.commands.context import CommandContext
from kit.problem import Problem
from services.console.actions import CODES, Action, actions_on, builder_of, permission_of
from tests.builders import STAFF, later, receive, report
from tests.unit.casework.harness import CATALOGUE, COMMISSION, RULES, CaseHarness, running


def actions(case: CaseHarness, by: object = STAFF, hours: float = 3) -> dict[str, Action]:
    context = CommandContext("preview", by, later(hours), case.state, CATALOGUE)  # type: ignore[arg-type]
    return {action.code: action for action in actions_on(context, RULES)}


def options(action: Action, field: str) -> dict[str, str | None]:
    """The options of a field: why each is refused, or None."""
    found = next(each for each in action.fields if each.name == field)
    return {option.value: option.refusal.code if option.refusal else None for option in found.options}


def test_an_open_case_offers_what_its_running_steps_allow() -> None:
    found = actions(running())
    assert {"reassign", "redispatch", "extend", "suspend", "resume", "close", "annotate"} <= found.keys()
    assert not {"settle", "decide", "place", "reopen"} & found.keys()
    assert options(found["reassign"], "step") == {"t1.examine": None}


def test_what_is_refused_says_why_before_it_is_given() -> None:
    case = running()
    assert actions(case)["resume"].refusal is not None
    assert case.execute(staff.suspend("t1.examine", "agency", "flood"), at=later(2)) == "accepted"
    found = actions(case)
    assert found["resume"].refusal is None and found["suspend"].refusal is not None
    assert found["suspend"].refusal.allowed


def test_a_preview_and_the_case_agree() -> None:
    """What is offered is accepted, and what is refused is refused with that code, by the case itself."""
    for refused, hours in ((False, 3), (True, 3)):
        case = running()
        if refused:
            assert case.execute(staff.extend(3, "documents_missing"), at=later(2)) == "accepted"
        action = actions(case, hours=hours)["extend"]
        form = {"term": next(iter(options(action, "term"))), "days": "1", "reason": "documents_missing"}
        code = case.execute(builder_of("extend", form), at=later(hours))
        assert code == (action.refusal.code if action.refusal else "accepted")


def test_triage_offers_the_suggested_services_first() -> None:
    case = CaseHarness().take(receive().model_copy(update={"suggestions": ("sanatorium", "medicines")}))
    services = list(options(actions(case)["place"], "service"))
    assert services[:2] == ["sanatorium", "medicines"]
    assert set(services) == set(CATALOGUE.passports)


def test_a_task_is_settled_by_the_staff() -> None:
    case = running().take(report("t1.examine", "fulfilled"))
    case.take(report("t1.examine", "corrected", at=later(2)))
    found = actions(case)
    assert options(found["settle"], "task") == {"correction/t1.examine/1": None}
    form = {"task": "correction/t1.examine/1", "decision": "dismiss"}
    assert case.execute(builder_of("settle", form), at=later(3)) == "accepted"


def test_who_may_not_is_told_by_the_rules_themselves() -> None:
    assert actions(running(), by=COMMISSION)["reassign"].refusal is not None


@pytest.mark.parametrize("code", CODES)
def test_a_form_without_its_fields_is_refused(code: str) -> None:
    if code in ("annotate", "decide"):
        with pytest.raises(Problem, match="field_missing"):
            builder_of(code, {"task": "agenda/1"})  # type: ignore[arg-type]
        return
    with pytest.raises(Problem, match=r"form\.field_missing"):
        builder_of(code, {})  # type: ignore[arg-type]


@pytest.mark.parametrize("days", ["0", "61", "-1", "1.5", "²", "x", "9" * 400])
def test_days_are_a_whole_number_within_bounds(days: str) -> None:
    with pytest.raises(Problem, match=r"form\.field_invalid"):
        builder_of("extend", {"term": "VHD-21-0000001-X", "days": days, "reason": "documents_missing"})


def test_only_the_agenda_needs_the_commission() -> None:
    assert {code for code in CODES if permission_of(code) == "decide"} == {"decide"}
