"""Rules of single fields of an appeal: pure, each returns the normal form or refuses without an echo.

They hold for every point of receipt: one appeal, a batch, an import, the command line. A text that a program
damaged is refused; what may stand in free text is known from what cannot (`kit.damaged_text`).

Sources: FIN — seven characters, digits and A-Z but I and O, no public check digit (the identity
card's own description; python-stdnum has no rule for it); telephone and e-mail: `kit.contacts`.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Annotated, Any, LiteralString

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from kit.alphabets import one_alphabet
from kit.contacts import mail_address, phone_number
from kit.damaged_text import ROUNDED, has_holes, has_lost_letters, is_error_value, is_no_value, means_none
from kit.text_folding import normal_text

_FIN = re.compile(r"[0-9A-HJ-NP-Z]{7}", re.ASCII)
_UNCLEAR: LiteralString = "Write the date as YYYY-MM-DD: day or month may stand first."
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_DAY_FIRST = re.compile(r"([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4})(?: 00?:00(?::00)?)?")
_YEAR_FIRST = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[ T]00:00:00(?:\.0+)?)?")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})"
)
_BAKU = timezone(timedelta(hours=4))
OLDEST_AGE = 125
"""Years. The greatest age that was ever verified is 122."""


def normal_fin(value: str) -> str:
    """The FIN in upper case."""
    fin = value.upper()
    if not value.isascii() or _FIN.fullmatch(fin) is None:
        raise PydanticCustomError(
            "fin.invalid", "Give a FIN of exactly 7 characters: digits and A-Z, without I and O."
        )
    return fin


def normal_phone(value: str) -> str:
    """The telephone number in E.164 (`kit.contacts`)."""
    number = phone_number(value)
    if number is None:
        raise PydanticCustomError(
            "phone.invalid", "Give a telephone number of Azerbaijan, as in +994501234567."
        )
    return number


def normal_email(value: str) -> str:
    """The e-mail address, its host in lower case (`kit.contacts`)."""
    address = mail_address(value)
    if address is None:
        raise PydanticCustomError("email.invalid", "Give an e-mail address, as in name@example.az.")
    return address


class UnclearDayError(Exception):
    """A day is written in an order that nobody can tell."""


def day_of(value: str) -> date | None:
    """The day, written as YYYY-MM-DD or DD.MM.YYYY, with or without a time of midnight; None if it is none.

    Raises:
        UnclearDayError: day or month may stand first.
    """
    if found := _YEAR_FIRST.fullmatch(value):
        year, month, day = map(int, found.groups())
    elif found := _DAY_FIRST.fullmatch(value):
        day, month, year = int(found[1]), int(found[3]), int(found[4])
        if found[2] == "/" and day <= 12 and day != month:
            raise UnclearDayError
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def normal_birth_date(value: str, today: date) -> str:
    """The date of birth as `YYYY-MM-DD`: not after `today`, and of somebody whose age is possible."""
    try:
        born = day_of(value)
    except UnclearDayError:
        raise PydanticCustomError("birth_date.unclear", _UNCLEAR) from None
    if born is None:
        raise PydanticCustomError(
            "birth_date.invalid", "Write the date of birth as YYYY-MM-DD or DD.MM.YYYY."
        )
    if born > today:
        raise PydanticCustomError("birth_date.in_future", "Give a date of birth that is not in the future.")
    if today.year - born.year > OLDEST_AGE:
        raise PydanticCustomError(
            "birth_date.impossible_age",
            "Give a date of birth of the last {years} years.",
            {"years": OLDEST_AGE},
        )
    return born.isoformat()


def receipt_instant(value: object) -> object:
    """The instant that a text names: RFC 3339 with its offset, or a day, which counts from its beginning."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise _no_instant()
    text = undamaged(normal_text(value).strip())
    if _INSTANT.fullmatch(text) is None:
        return _beginning_of(text)
    try:
        instant = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise _no_instant() from None
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def _beginning_of(text: str) -> datetime:
    try:
        day = day_of(text)
    except UnclearDayError:
        raise PydanticCustomError("received_at.unclear", _UNCLEAR) from None
    if day is None or day.year < 1900:
        raise _no_instant()
    return datetime(day.year, day.month, day.day, tzinfo=_BAKU).astimezone(UTC)


def _no_instant() -> PydanticCustomError:
    return PydanticCustomError(
        "received_at.invalid", "Write the receipt as YYYY-MM-DD, or as 2026-05-04T10:30:00+04:00."
    )


def _past_birth_date(value: str) -> str:
    return normal_birth_date(value, datetime.now(_BAKU).date())


def without_controls(value: str) -> str:
    """Refuses control characters; line breaks and tabs are text."""
    if _CONTROL.search(value):
        raise PydanticCustomError("text.control_characters", "Leave out control characters.")
    return value


def one_line(value: str) -> str:
    """Refuses control characters, line breaks among them."""
    if not value.isprintable():
        raise PydanticCustomError("text.control_characters", "Write one line of printable text.")
    return value


def undamaged(value: str) -> str:
    """Refuses the error value of a spreadsheet, and letters that a wrong encoding lost."""
    if is_error_value(value):
        raise PydanticCustomError(
            "text.error_value", "This is an error of a spreadsheet. Type the value anew."
        )
    if has_lost_letters(value):
        raise _lost()
    return value


def unrounded(value: str) -> str:
    """Refuses what a spreadsheet made of a number of which each digit counts."""
    if is_error_value(value) or ROUNDED.fullmatch(value) is None:
        return undamaged(value)
    raise PydanticCustomError("text.number_rounded", "A program rounded the number. Type it anew, as text.")


def without_holes(value: str) -> str:
    """Refuses question marks that plainly stand for letters; others are questions."""
    if has_holes(value):
        raise _lost()
    return value


def without_questions(value: str) -> str:
    """Refuses any question mark: in a name or an address it can only be a letter that was lost."""
    if "?" in value:
        raise _lost()
    return value


def normal_name(value: str) -> str:
    """A name, each word in one alphabet (`kit.alphabets`); one that is wholly Cyrillic stays as it is."""
    if any(map(str.isalnum, value)):
        valued(value)
    name = one_alphabet(value)
    if name is None:
        raise PydanticCustomError(
            "name.mixed_alphabets", "Write each word of a name in one alphabet, Latin or Cyrillic."
        )
    return name


def valued(value: str) -> str:
    """Refuses a word for no value where there must be one."""
    if value and means_none(value):
        raise PydanticCustomError("text.no_value", "This is a word for no value. Give the value.")
    return value


def _lost() -> PydanticCustomError:
    return PydanticCustomError("text.letters_lost", "A wrong encoding lost letters. Type the text anew.")


def given(value: object) -> object:
    """The value of a field that may be missing; None for what says that there is none."""
    return None if isinstance(value, str) and means_none(value) else value


def written(value: object) -> object:
    """Free text; None for a program's word for no value alone. A person's words are never taken away."""
    return None if isinstance(value, str) and is_no_value(value) else value


def _normal(value: object) -> object:
    return normal_text(value) if isinstance(value, str) else value


NORMAL = BeforeValidator(_normal)
"""Every text of an appeal is read in one normal form, before it is measured."""

IF_GIVEN = BeforeValidator(given)
"""A field that is missing where it says so: `NULL`, `yoxdur`, `-`."""
IF_WRITTEN = BeforeValidator(written)


def _described(**keywords: str | int) -> Any:
    """What a JSON Schema can say of a rule; formats of our own are named in `openapi`."""
    return Field(json_schema_extra={**keywords})


ReceivedAt = Annotated[AwareDatetime, BeforeValidator(receipt_instant), _described(format="receipt")]

# Damage comes first: what was read in a wrong encoding has control characters, too.
_Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=200),
    AfterValidator(undamaged),
    AfterValidator(one_line),
    _described(format="line"),
]
Line = Annotated[_Line, AfterValidator(without_holes), NORMAL]
Place = Annotated[_Line, AfterValidator(without_questions), NORMAL]
Name = Annotated[Place, AfterValidator(normal_name), _described(format="person-name")]
Prose = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=10_000),
    AfterValidator(undamaged),
    AfterValidator(without_controls),
    AfterValidator(without_holes),
    NORMAL,
    _described(format="prose"),
]
Fin = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=20),
    AfterValidator(unrounded),
    AfterValidator(normal_fin),
    NORMAL,
    _described(pattern="^[0-9A-HJ-NP-Za-hj-np-z]{7}$", maxLength=7),
]
Phone = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=40),
    AfterValidator(unrounded),
    AfterValidator(normal_phone),
    NORMAL,
    _described(format="phone"),
]
Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=254),
    AfterValidator(undamaged),
    AfterValidator(normal_email),
    NORMAL,
    _described(format="email"),
]
BirthDate = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=30),
    AfterValidator(unrounded),
    AfterValidator(_past_birth_date),
    NORMAL,
    _described(format="date", maxLength=10),
]
