"""A CSV file of appeals as spreadsheets write it, some rows broken in every way, drawn from a seed."""

import csv
import io
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

TITLES = (
    "surname", "name", "patronymic", "fin", "birth_date", "phone", "email", "address", "category", "district",
    "services", "text", "notice.sms",
)  # fmt: skip
SURNAMES = "Əliyev Məmmədov Həsənov Hüseynov Quliyev İsmayılov Rzayev Cəfərov Abbasov Şirinov".split()
NAMES = "Elşən Rəşad Nigar Aytən Orxan Günel Vüqar Sevinc Tural Ülviyyə Çingiz Leyla".split()
CATEGORIES = ("martyr_family", "wounded", "war_disabled")
SERVICES = ("disability-assessment", "psychological-support")
CHARACTERS = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
REPEATED = 0.002
BLANK = 0.002

Cells = list[str]
Breaks = Callable[[Cells], bytes]


@dataclass
class Expected:
    """The expected result of an import: lines of good rows, of repeated rows, of broken rows."""

    good: set[int] = field(default_factory=set)
    repeated: set[int] = field(default_factory=set)
    broken: dict[int, str] = field(default_factory=dict)
    """By line, the code that the row must be rejected with."""


def write(path: Path, rows: int, seed: int, share: float = 0.02) -> Expected:
    """Write a file of `rows` rows, a `share` of them broken; return the expected result of its import."""
    chance, expected, line = random.Random(f"{seed}/{rows}"), Expected(), 2
    kinds = [(code, breaks) for code, several in WAYS.items() for breaks in several]
    with path.open("wb") as file:
        file.write(b"\xef\xbb\xbf" + _encoded(TITLES))
        last: bytes | None = None
        broken = 0
        for number in range(rows):
            drawn = chance.random()
            cells = _cells(chance, number)
            if drawn < share:
                code, breaks = kinds[broken % len(kinds)]
                broken += 1
                content = breaks(cells)
                expected.broken[line] = code
            elif drawn < share + REPEATED and last is not None:
                content = last
                expected.repeated.add(line)
            else:
                content = last = _encoded(_varied(chance, cells))
                expected.good.add(line)
            if chance.random() < BLANK:
                content += chance.choice((b"\r\n", b",,,,\r\n"))
            file.write(content)
            line += content.count(b"\n")
    return expected


def _cells(chance: random.Random, number: int) -> Cells:
    return [
        chance.choice(SURNAMES), chance.choice(NAMES), "Vaqif oğlu",
        "".join(chance.choice(CHARACTERS) for _ in range(7)),
        f"{chance.randint(1950, 2002)}-{chance.randint(1, 12):02}-{chance.randint(13, 28):02}",
        f"+99450{2_000_000 + number % 7_000_000}", f"applicant{number}@example.az",
        f"Bakı, {chance.randint(1, 120)}-ci məhəllə", chance.choice(CATEGORIES), "nasimi",
        chance.choice(SERVICES), f"Müraciət {number}", "yes",
    ]  # fmt: skip


def _varied(chance: random.Random, cells: Cells) -> Cells:
    """A good row, in one of the ways in which spreadsheets write it."""
    variant = chance.randrange(12)
    year, month, day = cells[4].split("-")
    changed = {
        0: {4: f"{day}.{month}.{year}"},
        1: {4: f"{day}/{month}/{year}"},
        2: {5: f"'{cells[5]}"},
        3: {5: cells[5].removeprefix("+")},
        4: {11: f'{cells[11]}\nikinci sətir, "dırnaqda"'},
        5: {11: f"=SUM(A1:A9) {cells[11]}"},
        6: {6: ""},
        7: {3: ""},
    }.get(variant, {})
    varied = [changed.get(place, cell) for place, cell in enumerate(cells)]
    return [*varied, "", ""] if variant == 8 else varied


def _encoded(cells: Sequence[str]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue().encode()


def _with(place: int, cell: str) -> Breaks:
    return lambda cells: _encoded([*cells[:place], cell, *cells[place + 1 :]])


def _without(*places: int) -> Breaks:
    return lambda cells: _encoded(["" if place in places else cell for place, cell in enumerate(cells)])


def _replaced(old: bytes, new: bytes) -> Breaks:
    return lambda cells: _encoded(cells).replace(old, new, 1)


WAYS: dict[str, list[Breaks]] = {
    "csv.quotes": [_replaced(b"Vaqif", b'"Vaqif'), _replaced(b"Vaqif", b'"Vaqif"x')],
    "csv.too_long": [_with(11, "x" * 70_000)],
    "csv.too_few_cells": [lambda cells: _encoded(cells[:7])],
    "csv.too_many_cells": [lambda cells: _encoded([*cells, "more"]), _replaced(b"yes", b"yes,no")],
    "csv.header_repeated": [lambda _: _encoded(TITLES)],
    "csv.nul": [_replaced(b"Vaqif", b"Va\0qif")],
    "csv.not_utf8": [_replaced("oğlu".encode(), "oğlu".encode("cp1254"))],
    "csv.letters_lost": [_with(0, "?liyev"), _with(1, "Çiçək".encode().decode("cp1252", "replace")),
                         _with(1, "Ülviyyə".encode().decode("latin-1"))],
    "csv.number_rounded": [_with(5, "9.9450E+11"), _with(5, "9,9450E+11"), _with(3, "5E+12")],
    "csv.date_unclear": [_with(4, "32918"), _with(4, "03/02/1990"), _with(4, "14.02.90"),
                         _with(4, "30.02.1990")],
    "csv.yes_or_no": [_with(12, "maybe")],
    "appeal.anonymous": [_without(0), _without(1), _without(5, 6, 7)],
    "appeal.empty": [_without(10, 11)],
    "appeal.unknown_service": [_with(10, "no-such-service")],
    "appeal.unknown_category": [_with(8, "no-such-category")],
    "fin.invalid": [_with(3, "5ABC1DO"), _with(3, "5ABC1D")],
    "phone.invalid": [_with(5, "+123"), _with(5, "994502000000.0")],
    "email.invalid": [_with(6, "nobody")],
    "birth_date.impossible_age": [_with(4, "1790-02-14")],
    "text.control_characters": [_with(0, "Əli\ayev")],
    "field.missing": [_without(8)],
}  # fmt: skip
"""By code of rejection, the ways to break a row that must lead to it."""
