"""Tracking numbers, as `VHD-21-0001234-K`: year of receipt, a running number, a check character.

The check is ISO 7064's pure system with radix 2, by python-stdnum, over 29 symbols: digits and those of
A-Z that are not mistaken for a digit (no I, L, O, S, B, Z) or for each other (no U). 29 is prime and 2 is a
primitive root of it, so every single wrong character and every exchange of two characters is found.
"""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from stdnum.iso7064 import mod_37_2

from kit.errors import PermanentError

ALPHABET = "0123456789ACDEFGHJKMNPQRTVWXY"
ZONE = ZoneInfo("Asia/Baku")

_SHAPE = re.compile(rf"VHD-([0-9]{{2}})-([0-9]{{7,15}})-([{ALPHABET}])", re.ASCII)


class TrackingNumberError(PermanentError):
    """The tracking number was mistyped."""


def tracking_number(received_at: datetime, sequence: int) -> str:
    """The number of the `sequence`th appeal (from 1, never reset), received at `received_at` (aware)."""
    year = received_at.astimezone(ZONE).year % 100
    serial = f"{sequence:07d}"
    check = mod_37_2.calc_check_digit(f"{year:02d}{serial}", alphabet=ALPHABET)
    return f"VHD-{year:02d}-{serial}-{check}"


def parse_tracking_number(typed: str) -> str:
    """The tracking number as it was given out, from what a person typed, in any case and with outer blanks.

    Raises:
        TrackingNumberError: the shape is another one, or the check character does not fit.
    """
    number = typed.strip().upper()
    shape = _SHAPE.fullmatch(number)
    if shape is None or not mod_37_2.is_valid("".join(shape.groups()), alphabet=ALPHABET):
        raise TrackingNumberError(
            "tracking_number.invalid",
            "This is not a tracking number as given out.",
            remedy="Copy it from the receipt, as in VHD-21-0001234-K.",
        )
    return number
