"""Telephone numbers and e-mail addresses in one normal form, and what each can take. Pure.

A point of receipt and a sender must agree: what is taken for an address is one that mail goes to, and a
message is promised by SMS only where a number can take it. So both ask here.
Sources: numbers: E.164, the numbering plan of Azerbaijan in phonenumbers; addresses: RFC 5321, 4.1.2
(`Dot-string "@" Domain`, in ASCII) and 4.5.3.1 (lengths). An address with quotes, a comment, an IP literal
or characters beyond ASCII is none: servers on the way refuse or change it.
"""

import re
from collections.abc import Iterable
from typing import Any, Protocol

import phonenumbers

from schemas.appeals import NoticeChannel

REGION = "AZ"
COUNTRY_CODE = 994
LONGEST_LOCAL_PART, LONGEST_ADDRESS = 64, 254

_LOCAL = r"[A-Z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL = r"[A-Z0-9](?:[A-Z0-9-]{0,61}[A-Z0-9])?"
_TOP = r"(?:[A-Z]{2,63}|XN--[A-Z0-9-]{0,58}[A-Z0-9])"  # never a number: 10.0.0.12 is no host name
_ADDRESS = re.compile(rf"({_LOCAL})@((?:{_LABEL}\.)+{_TOP})", re.ASCII | re.IGNORECASE)

_ENCODED_WORD = re.compile(r"=\?[^?]+\?[bq]\?[^?]*\?=", re.IGNORECASE)
"""Readers of mail decode it (RFC 2047), and have another address then."""


class Reachable(Protocol):
    """A party with contacts, as written or in normal form."""

    @property
    def phone(self) -> str | None:
        """A telephone number."""

    @property
    def email(self) -> str | None:
        """An e-mail address."""


def _of_kinds(*kinds: str) -> re.Pattern[str]:
    """Numbers in E.164 of these kinds, by the numbering plan of the library."""
    plan: Any = phonenumbers.PhoneMetadata.metadata_for_region(REGION)
    valid = "|".join(f"(?:{getattr(plan, kind).national_number_pattern})" for kind in kinds)
    general = plan.general_desc.national_number_pattern
    return re.compile(rf"\+{COUNTRY_CODE}(?=(?:{general})$)(?:{valid})", re.ASCII)


# A pattern takes a twentieth of the library's time, and says what most numbers are. A test compares the two.
_USUAL = _of_kinds("fixed_line", "mobile", "toll_free", "premium_rate")
_MOBILE = _of_kinds("mobile")


def phone_number(written: str) -> str | None:
    """The number in E.164; None for what is no number of Azerbaijan.

    A number without a country code is read as one of Azerbaijan. An extension cannot be kept: it is refused.
    """
    if _USUAL.fullmatch(written):
        return written
    try:
        number = phonenumbers.parse(written, REGION)
    except phonenumbers.NumberParseException:
        return None
    if number.country_code != COUNTRY_CODE or number.extension or not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def takes_sms(number: str) -> bool:
    """Whether the number, in E.164, is a mobile one: no other kind can be trusted to take an SMS."""
    return _MOBILE.fullmatch(number) is not None


def mail_address(written: str) -> str | None:
    """The address with its domain in lower case, as the domain alone is blind to case; None if it is none."""
    found = _ADDRESS.fullmatch(written)
    if found is None or len(written) > LONGEST_ADDRESS or len(found[1]) > LONGEST_LOCAL_PART:
        return None
    if _ENCODED_WORD.search(found[1]):
        return None
    return f"{found[1]}@{found[2].lower()}"


def contact_by_channel(parties: Iterable[Reachable]) -> dict[NoticeChannel, str]:
    """The contact for each channel by which a party can be reached; an earlier party comes first."""
    contacts: dict[NoticeChannel, str] = {}
    for party in parties:
        number, address = phone_number(party.phone or ""), mail_address((party.email or "").strip())
        if number is not None and takes_sms(number):
            contacts.setdefault("sms", number)
        if address is not None:
            contacts.setdefault("email", address)
    return contacts


def folded_contact(channel: NoticeChannel, contact: str) -> str:
    """What a blind index is made of: the same for every spelling of one contact in normal form.

    The local part of an address counts in lower case: no provider gives `A@` and `a@` to two people.
    """
    return f"{channel}:{contact.lower()}"
