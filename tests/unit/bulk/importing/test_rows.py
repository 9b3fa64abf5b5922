"""Cells as a spreadsheet leaves them: what becomes an appeal, and what is named instead of guessed."""

import json
from pathlib import Path

import pytest

from bulk.importing.columns import EXPORT_COLUMNS, REJECT_COLUMNS, Columns, columns, read_mapping
from bulk.importing.faults import FileFault, RowFault
from bulk.importing.rows import appeal_of, is_blank, problem_fault
from services.intake.appeals.domain import accept
from tests.unit.intake.submissions import KNOWN

TITLES = ("reference", "Surname", "name", "fin", "birth_date", "phone", "category", "services", "notice.sms")
CELLS = ("A-1", "Əliyev", "Elşən", "5ABC1D2", "14.02.1990", "994501234567", "wounded", "employment", "bəli")


def row(**changes: str) -> tuple[str, ...]:
    """The cells, with changes by their column."""
    names = [title.lower().replace(".", "_") for title in TITLES]
    return tuple(changes.get(name, cell) for name, cell in zip(names, CELLS, strict=True))


def fault_of(cells: tuple[str, ...]) -> str:
    with pytest.raises(RowFault) as fault:
        appeal_of(columns(TITLES, {}), cells)
    assert fault.value.remedy and not any(len(cell) > 3 and cell in fault.value.remedy for cell in cells)
    return fault.value.code


def test_a_row_is_an_appeal_that_intake_accepts() -> None:
    reference, appeal = appeal_of(columns(TITLES, {}), row())
    assert reference == "A-1"
    assert appeal == {
        "channel": "import",
        "applicant": {
            "surname": "Əliyev", "name": "Elşən", "fin": "5ABC1D2", "birth_date": "1990-02-14",
            "phone": "+994501234567",
        },
        "category": "wounded",
        "services": ["employment"],
        "notice": {"sms": True},
    }  # fmt: skip
    assert accept(appeal, KNOWN).applicant.phone == "+994501234567"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": "Şahin".encode("cp1254").decode(errors="surrogateescape")}, "csv.not_utf8"),
        ({"name": "El\0şən"}, "csv.nul"),
        ({"notice_sms": "maybe"}, "csv.yes_or_no"),
    ],
)
def test_what_a_spreadsheet_broke_is_named(changes: dict[str, str], code: str) -> None:
    assert fault_of(row(**changes)) == code


def test_rows_of_another_length_are_named_unless_what_is_more_is_empty() -> None:
    assert fault_of(row()[:6]) == fault_of(row()[:1]) == "csv.too_few_cells"
    assert appeal_of(columns(TITLES, {}), row()[:-1]) == appeal_of(columns(TITLES, {}), row(notice_sms=""))
    assert fault_of((*row(), "more")) == "csv.too_many_cells"
    assert appeal_of(columns(TITLES, {}), (*row(), "", " ")) == appeal_of(columns(TITLES, {}), row())
    assert fault_of(TITLES) == "csv.header_repeated"
    assert is_blank(("", " ", "\t")) and not is_blank(("", "x"))


@pytest.mark.parametrize(
    ("written", "read"),
    [("14/02/1990", "1990-02-14"), ("1990-2-14 00:00:00", "1990-02-14"), ("03-02-1990", "1990-02-03"),
     ("02/02/1990", "1990-02-02"), ("'14.02.1990", "1990-02-14")],
)  # fmt: skip
def test_dates_that_are_clear(written: str, read: str) -> None:
    assert appeal_of(columns(TITLES, {}), row(birth_date=written))[1]["applicant"]["birth_date"] == read


def test_a_cell_is_text_whatever_it_begins_with() -> None:
    _, appeal = appeal_of(columns(TITLES, {}), row(surname="'=cmd|' /C calc'!A0", phone="'+994501234567"))
    assert appeal["applicant"]["surname"] == "=cmd|' /C calc'!A0"
    assert appeal["applicant"]["phone"] == "+994501234567"


def test_letters_of_the_language_are_never_taken_for_lost() -> None:
    for name in ("Çingiz", "Öşür", "Ğ İı", "Üzeyir»", "Əfqan «Ü»", "Šime"):
        assert appeal_of(columns(TITLES, {}), row(name=name))[1]["applicant"]["name"] == name


@pytest.mark.parametrize(
    ("header", "mapping", "code"),
    [
        (("surname", "shoe size"), {}, "header.unknown"),
        (("surname", "applicant.surname"), {}, "header.doubled"),
        (("surname",), {"Soyad": "name"}, "header.mapping"),
    ],
)
def test_a_header_that_would_be_misread_is_refused(
    header: tuple[str, ...], mapping: dict[str, str], code: str
) -> None:
    with pytest.raises(FileFault) as fault:
        columns(header, mapping)
    assert fault.value.code == code


def test_a_mapping_says_what_titles_mean(tmp_path: Path) -> None:
    file = tmp_path / "mapping.json"
    file.write_text(json.dumps({"Soyadı": "applicant.surname", "Qeyd": "", "Ad": "first"}))
    with pytest.raises(FileFault):
        read_mapping(file)
    file.write_text(json.dumps({"Soyadı": "applicant.surname", "Qeyd": "", "Hissə": "details.unit"}))
    meant = columns((" soyadı ", "qeyd", "HISSƏ", "", ""), read_mapping(file))
    assert meant.fields == ("applicant.surname", "", "details.unit")


@pytest.mark.parametrize("ours", [REJECT_COLUMNS, EXPORT_COLUMNS, (*REJECT_COLUMNS, *EXPORT_COLUMNS)])
def test_what_was_written_here_can_be_imported(ours: tuple[str, ...]) -> None:
    assert columns((*ours, "surname"), {}).fields == (*("" for _ in ours), "applicant.surname")


@pytest.mark.parametrize("title", ["FİN", "FIN", "fin", "Fın", " Applicant.FİN "])
def test_a_title_is_known_whatever_keyboard_wrote_it(title: str) -> None:
    assert columns((title,), {}).fields == ("applicant.fin",)
    assert columns(("DİSTRİCT", "NOTİCE.EMAİL"), {}).fields == ("district", "notice.email")
    assert columns(("XİDMƏT",), {"Xidmət": "services"}).fields == ("services",)


def test_a_mapping_that_reads_alike_means_one_thing() -> None:
    with pytest.raises(FileFault) as fault:
        columns(("SAĞ",), {"Sağ": "text", "Sag": "category"})
    assert fault.value.code == "header.mapping"
    assert columns(("SAĞ",), {"Sağ": "text", "Sag": "text"}).fields == ("text",)


@pytest.mark.parametrize(
    ("written", "agreed"),
    [("BƏLİ", True), ("Bəli", True), ("beli", True), ("HƏ", True), ("DOĞRU", True), ("Yes", True),
     ("X", True), ("XEYR", False), ("Yox", False), ("", False), ("NO", False)],
)  # fmt: skip
def test_a_consent_is_read_whatever_keyboard_wrote_it(written: str, agreed: bool) -> None:
    assert appeal_of(columns(TITLES, {}), row(notice_sms=written))[1]["notice"] == {"sms": agreed}


def test_intakes_problems_name_the_titles_of_the_file() -> None:
    meant = Columns(("Telefon", "Xidmət"), ("applicant.phone", "services"))
    problem = {
        "type": "urn:vahid:problem:appeal.invalid",
        "detail": "…",
        "errors": [
            {"pointer": "#/applicant/phone", "detail": "A number."},
            {"pointer": "#/services/0", "detail": "Unknown."},
        ],
    }
    fault = problem_fault(meant, problem)
    assert (fault.code, fault.remedy) == ("appeal.invalid", "Telefon: A number. Xidmət: Unknown.")


def test_of_corrected_rejects_the_earlier_fault_is_not_read() -> None:
    assert columns((*REJECT_COLUMNS, "surname"), {}).reject_columns == len(REJECT_COLUMNS)
    assert columns((*EXPORT_COLUMNS, "surname"), {}).reject_columns == 0
    assert columns(("surname",), {}).reject_columns == 0
