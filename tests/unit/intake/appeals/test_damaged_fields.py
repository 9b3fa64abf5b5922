"""What a program did to a text is seen in each field of an appeal, and is the same for a body and a row."""

from typing import Any

import pytest

from bulk.importing.columns import columns
from bulk.importing.rows import appeal_of, problem_fault
from services.intake.appeals.domain import AppealRefused, accept
from services.intake.appeals.responses import refusal
from services.intake.appeals.submission import Submission
from tests.unit.intake.submissions import KNOWN
from tests.unit.kit.test_damaged_text import ERRORS

TITLES = (
    "surname", "name", "patronymic", "fin", "birth_date", "phone", "email", "address", "category", "district",
    "services", "text", "details.unit",
)  # fmt: skip
CELLS = ("Nümunəyev", "Nümunə", "", "", "", "0501234567", "", "", "wounded", "", "employment", "", "")
PERSON = TITLES[:8]


def by_row(**changes: str) -> dict[str, Any]:
    cells = [changes.get(title.rpartition(".")[2], cell) for title, cell in zip(TITLES, CELLS, strict=True)]
    return appeal_of(columns(TITLES, {}), cells)[1]


def by_body(**changes: str) -> dict[str, Any]:
    """The same appeal as a program sends it: each value as it is."""
    values = dict(zip(TITLES, CELLS, strict=True)) | changes
    body: dict[str, Any] = {
        "channel": "online",
        "applicant": {name: values[name] for name in PERSON if values[name]},
        "services": [values["services"]] if values["services"] else [],
    }
    body |= {name: values[name] for name in ("category", "district", "text") if values[name]}
    return body | ({"details": {"unit": changes["unit"]}} if "unit" in changes else {})


def outcome(body: dict[str, Any]) -> Submission | str:
    """What is stored of the appeal, whichever channel it names, or the code of the refusal."""
    try:
        return accept({**body, "channel": "online", "notice": {}}, KNOWN)
    except AppealRefused as refused:
        return refused.code


def outcome_of(**changes: str) -> Submission | str:
    found = outcome(by_body(**changes))
    assert outcome(by_row(**changes)) == found
    return found


def test_both_ways_give_one_appeal() -> None:
    assert isinstance(outcome_of(birth_date="14.02.1990", fin="5abc1d2", unit="N"), Submission)


@pytest.mark.parametrize("value", [*ERRORS[:6], "#Н/Д", "#BAŞV!", "########"])
@pytest.mark.parametrize("field", [title.rpartition(".")[2] for title in TITLES])
def test_an_error_value_is_refused_in_every_field(field: str, value: str) -> None:
    assert outcome_of(**{field: value}) == "text.error_value"


@pytest.mark.parametrize("word", ["NULL", "N/A", "None", "yoxdur", "-", "нет"])
def test_a_word_for_none_is_none_where_a_value_may_be_missing(word: str) -> None:
    found = outcome_of(patronymic=word, fin=word, birth_date=word, email=word, address=word, district=word)
    assert isinstance(found, Submission) and found.district is None
    stored = found.applicant.model_dump(exclude_none=True)
    assert stored == {"surname": "Nümunəyev", "name": "Nümunə", "phone": "+994501234567"}
    assert outcome_of(phone=word) == "appeal.anonymous"


@pytest.mark.parametrize("word", ["NULL", "None", "yoxdur", "Нет"])
def test_a_word_for_none_is_no_name_and_no_category(word: str) -> None:
    for field in ("surname", "name", "category"):
        assert outcome_of(**{field: word}) == "text.no_value"


def test_a_representative_has_a_ground() -> None:
    acting = {"surname": "Nümunəyeva", "name": "Nümunə", "ground": "NULL"}
    assert outcome(by_body() | {"representative": acting}) == "text.no_value"
    acting |= {"ground": "qəyyumluq", "patronymic": "-"}
    found = outcome(by_body() | {"representative": acting})
    assert isinstance(found, Submission) and found.representative and found.representative.patronymic is None


def test_free_text_is_a_persons_own_unless_a_program_wrote_all_of_it() -> None:
    for text in ("yoxdur", "-", "Cavab: NULL idi", "Xanada #N/A yazılıb", "Nece?niye"):
        found = outcome_of(text=text, unit=text)
        assert isinstance(found, Submission) and (found.text, found.details) == (text, {"unit": text})
    found = outcome_of(text="NULL", unit="None")
    assert isinstance(found, Submission) and (found.text, found.details) == (None, {})
    assert outcome_of(services="NULL", text="N/A") == "appeal.empty"
    assert outcome_of(text="M?n? m?nzil veril?r?m") == outcome_of(unit="m?nzil") == "text.letters_lost"
    assert outcome_of(text="\xc3\x87i\xc3\xa7\xc9\x99k") == "text.letters_lost"
    assert outcome_of(text="Salam\ufffd") == "text.letters_lost"


@pytest.mark.parametrize("field", ["surname", "name", "patronymic", "address", "district"])
@pytest.mark.parametrize("value", ["N?simi", "Bakı?", "NЙ™simi", "A\ufffdb", "\xc3\x87i\xc3\xa7\xc9\x99k"])
def test_lost_letters_are_refused_where_no_question_is_asked(field: str, value: str) -> None:
    assert outcome_of(**{field: value}) == "text.letters_lost"


@pytest.mark.parametrize("field", ["surname", "name", "patronymic"])
def test_a_name_is_in_one_alphabet(field: str) -> None:
    found = outcome_of(**{field: "Сəfаrоv"})
    assert isinstance(found, Submission) and getattr(found.applicant, field) == "Cəfarov"
    found = outcome_of(**{field: "Рустамов"})
    assert isinstance(found, Submission) and getattr(found.applicant, field) == "Рустамов"
    assert outcome_of(**{field: "Gьlnar"}) == "name.mixed_alphabets"


@pytest.mark.parametrize("field", ["fin", "phone", "birth_date"])
def test_a_rounded_number_is_refused(field: str) -> None:
    for number in ("9.94501E+11", "9,94501E+11", "5E+12"):
        assert outcome_of(**{field: number}) == "text.number_rounded"


@pytest.mark.parametrize(
    ("written", "code"),
    [("32918", "birth_date.invalid"), ("14.02.90", "birth_date.invalid"),
     ("30.02.1990", "birth_date.invalid"), ("03/02/1990", "birth_date.unclear"),
     ("14.02.2945", "birth_date.in_future")],
)  # fmt: skip
def test_a_day_that_is_none_is_refused(written: str, code: str) -> None:
    assert outcome_of(birth_date=written) == code


@pytest.mark.parametrize(
    "written",
    ["nasimi", "Nasimi", "NASİMİ", "Nəsimi", "NƏSİMİ", "Nəsimi rayonu", "Nesimi r.", "Nasimi district",
     "Bakı, Nəsimi rayonu", "Nәsimi", " Nəsimi\u00a0rayonu "],
)  # fmt: skip
def test_a_district_is_found_by_its_title(written: str) -> None:
    found = outcome_of(district=written)
    assert isinstance(found, Submission) and found.district == "nasimi"


@pytest.mark.parametrize("written", ["Gəncə", "Насиминский район", "Nəsimi Səbail", "rayonu", "Nəsim"])
def test_a_district_that_is_none_is_refused_with_the_list(written: str) -> None:
    assert outcome_of(district=written) == "appeal.unknown_district"
    with pytest.raises(AppealRefused) as refused:
        accept(by_body(district=written), KNOWN)
    (finding,) = refused.value.findings
    assert finding.pointer == "/district" and "nasimi, sabail" in finding.message
    assert written not in finding.message


def test_a_row_is_rejected_by_the_codes_of_files_with_the_title() -> None:
    columns_of_file = columns(("Ad", "Doğum"), {"Ad": "name", "Doğum": "birth_date"})
    for changes, code, title in (
        ({"name": "#REF!"}, "csv.error_value", "Ad"),
        ({"name": "NULL"}, "csv.no_value", "Ad"),
        ({"name": "?li"}, "csv.letters_lost", "Ad"),
        ({"birth_date": "5E+12"}, "csv.number_rounded", "Doğum"),
        ({"birth_date": "03/02/1990"}, "csv.date_unclear", "Doğum"),
        ({"name": "Gьlnar"}, "name.mixed_alphabets", "Ad"),
    ):
        with pytest.raises(AppealRefused) as refused:
            accept(by_row(**changes), KNOWN)
        fault = problem_fault(columns_of_file, refusal(refused.value).document(None))
        assert fault.code == code and fault.remedy.startswith(f"{title}: ")


def test_damage_is_named_before_all_else() -> None:
    assert outcome_of(surname="#N/A", name="", phone="") == "text.error_value"
    assert outcome_of(surname="NULL", name="?li", fin="1") == "text.letters_lost"
