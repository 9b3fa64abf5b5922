"""How an applicant can be reached. Pure; the result is personal and stays in memory."""

from email.errors import MessageError
from email.headerregistry import Address

import phonenumbers

from schemas.appeals import AppealContent, NoticeChannel

_REGION = "AZ"


def contacts_of(content: AppealContent) -> dict[NoticeChannel, str]:
    """The one contact for each channel on which there is a usable one: E.164 number, e-mail address.

    The applicant's own comes before the representative's.
    """
    people = [content.applicant, *([content.representative] if content.representative else [])]
    numbers = [number for person in people if (number := _number(person.phone))]
    addresses = [address for person in people if (address := _address(person.email))]
    contacts: dict[NoticeChannel, str] = {}
    if numbers:
        contacts["sms"] = numbers[0]
    if addresses:
        contacts["email"] = addresses[0]
    return contacts


def _number(phone: str | None) -> str | None:
    try:
        parsed = phonenumbers.parse(phone or "", _REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _address(email: str | None) -> str | None:
    """The address with its domain in lower case, as the domain alone is blind to case (RFC 5321, 2.4)."""
    try:
        parsed = Address(addr_spec=(email or "").strip())
    except (MessageError, ValueError, IndexError):
        return None
    if not parsed.username or not parsed.domain or any(char.isspace() for char in parsed.addr_spec):
        return None
    return f"{parsed.username}@{parsed.domain.lower()}"
