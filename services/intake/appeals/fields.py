"""Rules of single fields of an appeal: pure, each returns the normal form or refuses without an echo.

Sources: FIN — seven characters, digits and A-Z but I and O, no public check digit (the identity
card's own description; python-stdnum has no rule for it); telephone and e-mail: `kit.contacts`.
"""

import re
import unicodedata
from datetime import date, datetime, timedelta, timezone
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, StringConstraints
from pydantic_core import PydanticCustomError

from kit.contacts import mail_address, phone_number
from kit.text_folding import normal_text

_FIN = re.compile(r"[0-9A-HJ-NP-Z]{7}", re.ASCII)
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


def normal_birth_date(value: str, today: date) -> str:
    """The date of birth as `YYYY-MM-DD`: not after `today`, and of somebody whose age is possible."""
    try:
        born = date.fromisoformat(value)
    except ValueError as error:
        raise _birth_date_refused() from error
    if len(value) != 10:
        raise _birth_date_refused()
    if born > today:
        raise PydanticCustomError("birth_date.in_future", "Give a date of birth that is not in the future.")
    if today.year - born.year > OLDEST_AGE:
        raise PydanticCustomError(
            "birth_date.impossible_age",
            "Give a date of birth of the last {years} years.",
            {"years": OLDEST_AGE},
        )
    return born.isoformat()


def _past_birth_date(value: str) -> str:
    return normal_birth_date(value, datetime.now(_BAKU).date())


def _birth_date_refused() -> PydanticCustomError:
    return PydanticCustomError("birth_date.invalid", "Write the date of birth as YYYY-MM-DD.")


def without_controls(value: str) -> str:
    """Refuses control characters; line breaks and tabs are text."""
    if any(unicodedata.category(character) == "Cc" and character not in "\n\r\t" for character in value):
        raise PydanticCustomError("text.control_characters", "Leave out control characters.")
    return value


def one_line(value: str) -> str:
    """Refuses control characters, line breaks among them."""
    if not value.isprintable():
        raise PydanticCustomError("text.control_characters", "Write one line of printable text.")
    return value


def _normal(value: object) -> object:
    return normal_text(value) if isinstance(value, str) else value


NORMAL = BeforeValidator(_normal)
"""Every text of an appeal is read in one normal form, before it is measured."""

Line = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(one_line), NORMAL
]
Prose = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=10_000), AfterValidator(without_controls), NORMAL
]
Fin = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=20), AfterValidator(normal_fin), NORMAL
]
Phone = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=40), AfterValidator(normal_phone), NORMAL
]
Email = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=254), AfterValidator(normal_email), NORMAL
]
BirthDate = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=20), AfterValidator(_past_birth_date), NORMAL
]
