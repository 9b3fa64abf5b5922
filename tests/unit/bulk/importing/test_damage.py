"""Cells that a program damaged are named; no text of a person is taken for one."""

import pytest

from bulk.importing.columns import columns
from bulk.importing.damage import has_holes, has_lost_letters, is_error_value, is_no_value
from bulk.importing.faults import RowFault
from bulk.importing.rows import appeal_of

TITLES = ("surname", "name", "patronymic", "phone", "address", "category", "services", "text", "notice.sms")
CELLS = ("Nümunəyev", "Nümunə", "", "0501234567", "", "wounded", "employment", "", "yes")
ERRORS = (
    "#N/A #REF! ######## #DIV/0! #NAME? #VALUE! #NUM! #NULL! #SPILL! #CALC! #GETTING_DATA #FIELD! "
    "#BLOCKED! Err:502 "
    "#Н/Д #ССЫЛКА! #ДЕЛ/0! #ИМЯ? #ЗНАЧ! #ЧИСЛО! #ПУСТО! #YOK #BAŞV! #SAYI/0! #AD? #DEĞER! #SAYI! #BOŞ! "
    "#TAŞMA! "
    "#NV #BEZUG! #WERT! #ZAHL! #ÜBERLAUF! #n/a"
).split()
LETTERS = "əƏıİöÖüÜçÇşŞğĞ"


def row(**changes: str) -> tuple[str, ...]:
    return tuple(changes.get(title, cell) for title, cell in zip(TITLES, CELLS, strict=True))


def fault_of(**changes: str) -> str:
    with pytest.raises(RowFault) as fault:
        appeal_of(columns(TITLES, {}), row(**changes))
    return fault.value.code


@pytest.mark.parametrize("value", ERRORS)
def test_an_error_value_is_named_in_every_cell(value: str) -> None:
    assert is_error_value(value) and is_error_value(f"\u00a0{value} ")
    for title in TITLES:
        assert fault_of(**{title: value}) == "csv.error_value"


@pytest.mark.parametrize("text", ["# 5", "#5", "#", "N1", "Nə üçün?", "#mənzil", "C# bilirəm!"])
def test_a_text_is_no_error_value(text: str) -> None:
    assert not is_error_value(text)


@pytest.mark.parametrize("word", ["NULL", "null", "N/A", "n/a", "None", "nan", "NaN", "(null)"])
def test_a_word_for_no_value_is_none_and_named_where_one_is_required(word: str) -> None:
    _, appeal = appeal_of(columns(TITLES, {}), row(patronymic=word, phone=word, address=word, text=word))
    assert appeal["applicant"] == {"surname": "Nümunəyev", "name": "Nümunə"} and "text" not in appeal
    for title in ("surname", "name", "category"):
        assert fault_of(**{title: word}) == "csv.no_value"
    assert not is_no_value("Nanə")


@pytest.mark.parametrize("encoding", ["cp1251", "cp1250", "cp1252", "cp1254", "latin-1", "cp866"])
@pytest.mark.parametrize("letter", LETTERS)
def test_letters_read_in_another_encoding_are_named(letter: str, encoding: str) -> None:
    read = "".join(bytes([byte]).decode(encoding, "ignore") or chr(byte) for byte in letter.encode())
    assert has_lost_letters(f"a{read}b") and fault_of(address=f"a{read}b") == "csv.letters_lost"


@pytest.mark.parametrize("title", ["surname", "name", "patronymic", "address", "text"])
def test_question_marks_for_letters_are_named(title: str) -> None:
    assert fault_of(**{title: "N?simi m?nzil"}) == "csv.letters_lost"


@pytest.mark.parametrize(
    "text",
    ["Mənzil nə vaxt?", "Var?Mənzil", "Kim? Harada?", "https://example.az/a?b=c", "Когда?", "Рёбра, ещё",
     "Əlilliyin qiymətləndirilməsi", "Why?", "5?6"],
)  # fmt: skip
def test_a_question_is_no_lost_letter(text: str) -> None:
    assert not has_holes(text) and not has_lost_letters(text)
