"""Cells that a program damaged: error values, words for no value, letters that were lost. Pure.

Sources: the error values are those of Excel (ERROR.TYPE) and of LibreOffice Calc (`Err:` and three
digits), in English, Russian, Turkish and German.
"""

import re

from kit.text_folding import fold, normal_text

# With a mark at the end they are known by their form, in every language: #REF!, #ССЫЛКА!, #BAŞV!, #NAME?.
_ERROR_FORM = re.compile(r"#[^\W\d_][\w/.]*[!?]|#{2,}|err:[0-9]{3}")
_ERRORS = frozenset(
    fold(value)
    for value in (
        "#N/A", "#N.A.", "#NA", "#Н/Д", "#YOK", "#NV", "#GETTING_DATA", "#ОЖИДАНИЕ_ДАННЫХ", "#VERİ_ALINIYOR",
        "#DATEN_ABRUFEN", "#N/D", "#N/V",
    )
)  # fmt: skip
_NO_VALUE = frozenset(
    {"null", "(null)", "<null>", "[null]", "\\n", "n/a", "none", "(none)", "nan", "nat", "<na>", "undefined"}
)
_LETTERS = "əƏıİöÖüÜçÇşŞğĞ"
_WRONG_READINGS = ("cp1251", "cp1250", "cp1252", "cp1254", "latin-1", "cp866", "cp437", "cp850", "koi8-r")
_ADDRESS_OF_PAGE = re.compile(r"\S+://\S*|www\.\S*")
_HOLE = re.compile(r"[^\W\d_]\?[^\W\d_]|(?<!\S)\?[^\W\d_]")


def is_error_value(cell: str) -> bool:
    """Whether a spreadsheet shows this where it could not calculate or draw: `#N/A`, `########`."""
    folded = fold(normal_text(cell).strip())
    return folded in _ERRORS or _ERROR_FORM.fullmatch(folded) is not None


def is_no_value(cell: str) -> bool:
    """Whether the cell is a program's word for no value: `NULL`, `None`, `nan`."""
    return fold(normal_text(cell).strip()) in _NO_VALUE


def has_lost_letters(cell: str) -> bool:
    """Whether letters were replaced, or stand as the characters of another encoding: `Ã‡` for `Ç`."""
    return "\ufffd" in cell or _MISREAD.search(cell) is not None


def has_holes(text: str) -> bool:
    """Whether question marks stand where letters stood: `m?nzil`. Where there is an ə none was lost."""
    if "ə" in text or "Ə" in text:
        return False
    return _HOLE.search(_ADDRESS_OF_PAGE.sub("", text)) is not None


def _misread(letter: str, encoding: str) -> str:
    """The two bytes of the letter in UTF-8 as the encoding reads them; a byte it does not know is itself."""
    return "".join(bytes([byte]).decode(encoding, "ignore") or chr(byte) for byte in letter.encode())


_MISREAD = re.compile(
    "|".join(
        sorted({re.escape(_misread(letter, encoding)) for letter in _LETTERS for encoding in _WRONG_READINGS})
    )
)
