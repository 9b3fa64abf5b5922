"""Texts that a program damaged: error values, words for no value, letters that were lost. Pure.

Sources: the error values are those of Excel (ERROR.TYPE) and of LibreOffice Calc (`Err:` and three
digits), in English, Russian, Turkish and German.
"""

import re
from collections.abc import Iterator

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
_NONE_IN_WORDS = frozenset(
    fold(words)
    for words in (
        "yoxdur", "yoxdu", "yox", "yoxdur.", "bilinmir", "məlum deyil", "naməlum", "qeyd olunmayıb",
        "göstərilməyib", "нет", "нету", "отсутствует", "неизвестно", "не указано", "yoktur", "bilinmiyor",
        "unknown", "not given", "not available", "not applicable", "no data", "n.a.", "n\\a",
    )
)  # fmt: skip
_LONGEST_WORD = 32
_HOLES = 3
"""Small letters behind a question mark that are no chance."""
_ONLY_MARKS = re.compile(r"(?:[^\w#?\ufffd]|_)*")
ROUNDED = re.compile(r"[0-9][.,]?[0-9]*E\+[0-9]{1,3}", re.IGNORECASE)
"""A number as a spreadsheet writes a long one: digits are gone."""

_LETTERS = "əƏıİöÖüÜçÇşŞğĞ"
_WRONG_READINGS = ("cp1251", "cp1250", "cp1252", "cp1254", "latin-1", "cp866", "cp437", "cp850", "koi8-r")
_ADDRESS_OF_PAGE = re.compile(r"\S+://\S*|www\.\S*|\S+\.\S+/\S*")
_LATIN = r"[A-Za-z\u00c0-\u024f]"
_CONSONANTS = r"(?:(?![aeiouyAEIOUY\u00c0-\u024f])[A-Za-z])+"
# Between question marks for letters stand pieces without a vowel: m?nzil, edir?m, ?hm?d. In a?b they do too.
_PLAIN_HOLE = re.compile(rf"\b{_CONSONANTS}\?{_LATIN}|{_LATIN}\?{_CONSONANTS}\b")
_ONLY_QUESTIONS = re.compile(r"[\W_]*")
_HOLE = re.compile(r"[^\W\d_]\?[^\W\d_]|(?<!\S)\?[^\W\d_]")


def is_error_value(text: str) -> bool:
    """Whether a spreadsheet shows this where it could not calculate or draw: `#N/A`, `########`."""
    if "#" not in text and "＃" not in text and ":" not in text:
        return False
    folded = fold(normal_text(text).strip())
    return folded in _ERRORS or _ERROR_FORM.fullmatch(folded) is not None


def is_no_value(text: str) -> bool:
    """Whether the text is a program's word for no value: `NULL`, `None`, `nan`."""
    return len(text) <= _LONGEST_WORD and _folded(text) in _NO_VALUE


def means_none(text: str) -> bool:
    """Whether the text says that there is none: a word of a program or of a person, or only marks: `-`."""
    if len(text) > _LONGEST_WORD:
        return False
    folded = _folded(text)
    return folded in _NO_VALUE or folded in _NONE_IN_WORDS or _ONLY_MARKS.fullmatch(folded) is not None


def has_lost_letters(text: str) -> bool:
    """Whether letters were replaced, or stand as the characters of another encoding: `Ã‡` for `Ç`."""
    return not text.isascii() and _FIRST.search(text) is not None and _MISREAD.search(text) is not None


def has_holes(text: str) -> bool:
    """Whether question marks plainly stand where letters stood: `m?nzil`, `?????`.

    Where there is an ə none was lost. A question without a blank after it is none: `nece?niye`.
    """
    if "?" not in text or "ə" in text or "Ə" in text:
        return False
    if _ONLY_QUESTIONS.fullmatch(text):
        return True
    rest = _ADDRESS_OF_PAGE.sub("", text)
    return _PLAIN_HOLE.search(rest) is not None or len(_lower_holes(rest)) >= _HOLES


def _lower_holes(text: str) -> list[str]:
    """Holes before a small letter: a sentence that follows a question begins with a capital one, mostly."""
    return [found for found in _HOLE.findall(text) if found[-1].islower()]


def _folded(text: str) -> str:
    return text.strip().lower() if text.isascii() else fold(normal_text(text).strip())


def _misread(letter: str, encoding: str) -> str:
    """The two bytes of the letter in UTF-8 as the encoding reads them; a byte it does not know is itself."""
    return "".join(bytes([byte]).decode(encoding, "ignore") or chr(byte) for byte in letter.encode())


_PAIRS = sorted({_misread(letter, encoding) for letter in _LETTERS for encoding in _WRONG_READINGS})
_ACCENTED = set(map(chr, range(0xC0, 0x100))) - set("×÷")
_BEGIN = {pair[0] for pair in _PAIRS} | set("\ufffdРС") | _ACCENTED - set(_LETTERS)
_FIRST = re.compile(f"[{re.escape(''.join(sorted(_BEGIN)))}]")
"""What every text with lost letters has: one scan tells most texts, which have none."""


def _patterns() -> Iterator[str]:
    # A dash may follow a Cyrillic letter: there only a Latin letter after both shows that they were an Ö.
    yield from (rf"{re.escape(pair)}(?=[A-Za-z])" if pair == "Г–" else re.escape(pair) for pair in _PAIRS)
    # Cyrillic in UTF-8 read as cp1251: three letters at least, as one pair may stand there by chance.
    tails = "".join(bytes([byte]).decode("cp1251", "ignore") or chr(byte) for byte in range(0x80, 0xC0))
    yield rf"(?:[РС][{re.escape(tails)}]){{3}}"
    # Cyrillic in UTF-8 read as cp1252, and ş and ğ in cp1254 read so. A replaced letter.
    yield "[ðþÐÞ\ufffd]"
    # cp1251 read as cp1252: whole words of accented letters. Üçü is one of ours.
    letter, accented = r"[^\W\d_]", f"[{''.join(sorted(_ACCENTED))}]"
    yield rf"(?<!{letter})(?![öüçÖÜÇ]+(?!{letter})){accented}{{4,}}(?!{letter})"


_MISREAD = re.compile("|".join(_patterns()))
