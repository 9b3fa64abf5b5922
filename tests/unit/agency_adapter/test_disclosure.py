"""An agency sees the fields that its passport step names, and no others."""

from schemas.appeals import AppealContent
from services.agency_adapter.disclosure import disclose
from tests.unit.agency_adapter.connectors.rest.test_request_body import APPEAL


def test_only_the_named_fields_are_disclosed() -> None:
    assert disclose([APPEAL], ("applicant.fin", "details.diagnosis", "representative.name", "no.such")) == {
        "applicant": {"fin": "5XK2B7Q"},
        "details": {"diagnosis": "F43"},
    }


def test_a_later_appeal_provides_what_the_first_left_out() -> None:
    bare = APPEAL.model_copy(update={"applicant": AppealContent.Person(surname="Məmmədov", name="Ə.")})
    shown = disclose([bare, APPEAL], ("applicant.name", "applicant.fin"))
    assert shown == {"applicant": {"name": "Ə.", "fin": "5XK2B7Q"}}


def test_later_text_precedes_the_appeal_s_where_that_is_disclosed() -> None:
    bare = APPEAL.model_copy(update={"text": None})
    assert disclose([APPEAL], ("text",), "Etiraz edirəm.") == {"text": f"Etiraz edirəm.\n\n{APPEAL.text}"}
    assert disclose([bare], ("text",), "Etiraz edirəm.") == {"text": "Etiraz edirəm."}
    assert "text" not in disclose([APPEAL], ("applicant.name",), "Etiraz edirəm.")
