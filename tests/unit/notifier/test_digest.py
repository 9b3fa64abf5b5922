"""A digest names every deadline once."""

from services.notifier.digest import CaseDeadline, render_digest
from services.notifier.notices import DeadlineNotice
from services.notifier.officials import LANGUAGE, official_contact_of
from tests.unit.notifier.builders import escalated, escalation_withdrawn, reminded
from tests.unit.notifier.test_officials import CASE, CATALOGUE, planned


def test_a_digest_names_every_deadline_once_what_has_passed_first() -> None:
    official = official_contact_of(CATALOGUE, "official/mlspp/head")
    assert official is not None
    near = planned(reminded("head"))[0].notice
    passed = planned(escalated("head"))[0].notice
    whole = planned(reminded("head", subject="case"))[0].notice
    notices = (near, passed, whole)
    deadlines = [CaseDeadline(CASE, notice) for notice in notices if isinstance(notice, DeadlineNotice)]
    message = render_digest(CATALOGUE, official, deadlines, LANGUAGE)
    lines = [line for line in message.body.splitlines() if line.endswith("]")]
    assert message.subject == "Müddətlər: 3" and message.body.startswith(official.title.az)
    assert len(lines) == 3 and lines[0].startswith(CATALOGUE.vocabularies.deadlines["escalated"].az)
    for reference in (
        f"[{CASE} t1.a 1/service_norm/escalation_head]",
        f"[{CASE} t1.a 1/service_norm/reminder_half]",
        f"[{CASE} case 1/service_norm/reminder_half]",
    ):
        assert message.body.count(reference) == 1
    assert "VHD-1, VHD-2" in lines[0] and "27.08.2021 18:00" in lines[0]
    assert CATALOGUE.agencies["mlspp"].title.az in lines[0]


def test_a_withdrawn_escalation_says_so_to_whoever_heard_of_it() -> None:
    """Those who were told of an escalation that was false are told that it was (findings E1)."""
    official = official_contact_of(CATALOGUE, "official/mlspp/head")
    told, again = planned(escalated("head", "centre")), planned(escalation_withdrawn("head", "centre"))
    assert [row.recipient for row in again] == [row.recipient for row in told]
    notices = [row.notice for row in again if isinstance(row.notice, DeadlineNotice)]
    assert official is not None and notices[0].withdrawn and not notices[0].passed
    message = render_digest(CATALOGUE, official, [CaseDeadline(CASE, notices[0])], "en")
    assert CATALOGUE.vocabularies.deadlines["withdrawn"].en in message.body
    assert f"[{CASE} t1.a 1/service_norm/escalation_head]" in message.body
