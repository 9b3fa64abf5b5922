"""How an applicant can be reached. Pure; the result is personal and stays in memory."""

from kit.contacts import contact_by_channel
from schemas.appeals import AppealContent, NoticeChannel


def contacts_of(content: AppealContent) -> dict[NoticeChannel, str]:
    """The one contact for each channel on which there is a usable one: E.164 number, e-mail address.

    The applicant's own comes before the representative's.
    """
    people = [content.applicant, *([content.representative] if content.representative else [])]
    return contact_by_channel(people)
