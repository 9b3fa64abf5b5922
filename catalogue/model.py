"""What the Commission agreed on: agencies, passports, calendar, escalation policy, rules, messages.

Plain frozen models without I/O. `catalogue.loader` reads and checks them.
"""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, JsonValue, StringConstraints

from catalogue.agreements import Agreement, GeneralAnswers
from catalogue.answers import DocumentWords
from catalogue.calendar import WorkingCalendar
from catalogue.free_text.model import FreeText
from catalogue.hours import Hours, Maintenance
from catalogue.terms import EscalationLevel, Terms
from kit.errors import PermanentError
from schemas.appeals import Channel, NoticeChannel
from schemas.case_lifecycle_events import Outcome
from schemas.frozen import AgencyId, Code, Frozen
from schemas.passports import LOCAL_EXECUTIVE, Passport, Text

Role = Literal["handler", "supervisor", "head"]
"""Whom in an agency the escalation policy can notify."""

NoticeEvent = Literal[
    "receipt", "answer", "extension", "information", "forwarding", "objection", "term", "delay"
]
"""What applicants are notified of: the receipt of the appeal, the answer to a track, an extension of the
term, a request for information, the forwarding of a step, who reviews an objection, another end of the
term, and a term that has passed without an answer."""

MessageEvent = Literal[NoticeEvent, "deadline"]
"""What applicants are notified of, and officials: of deadlines."""

Address = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$")]
"""An e-mail address of an office."""

YEARS_AHEAD = 2
"""For how many years after the current one a case's calendar holds the days."""


class Agency(Frozen):
    """An agency. `district` is that of a local agency; `roles` names the position that holds each role.

    `superior` is the agency one up, which reviews its answers; without one, the centre does so for the
    Commission. `contacts` are the e-mail addresses to which each role is notified of deadlines, within the
    agency's `hours`, or those of the calendar. Nothing is sent to its system in a `maintenance` window.

    `connector` is the adapter's own section, validated by the adapter; an agency without one is not connected
    yet, and the centre does its steps. `example` marks what the public record does not say.
    """

    id: AgencyId
    title: Text
    kind: Literal["central", "local", "centre"]
    district: Code | None = None
    superior: AgencyId | None = None
    roles: dict[Role, Text]
    contacts: dict[Role, Address] = Field(default_factory=dict)
    hours: Hours | None = None
    maintenance: tuple[Maintenance, ...] = ()
    connector: dict[str, JsonValue] | None = None
    example: bool = True

    @property
    def connected(self) -> bool:
        """Whether assignments can be sent to its system."""
        return self.connector is not None


class Official(Frozen):
    """Who is notified of deadlines besides the agency's own people (`catalogue.terms.ABOVE_THE_AGENCIES`)."""

    code: Code
    title: Text
    contact: Address
    hours: Hours | None = None
    example: bool = True


class Centre(Frozen):
    """A coordination centre where applicants are received, and the districts it serves."""

    code: Code
    title: Text
    opened_on: str
    districts: tuple[Code, ...] = ()
    example: bool = True


class Condition(Frozen):
    """When a routing rule fits: all stated fields must hold; a list holds if any of its values does.

    `asked`: whether any service was asked for. `identified`: whether the applicant gave a FIN. `keywords`:
    phrases of the free text, the last word of each with any ending.
    """

    asked: bool | None = None
    identified: bool | None = None
    services: tuple[Code, ...] = ()
    channels: tuple[Channel, ...] = ()
    districts: tuple[Code, ...] = ()
    keywords: tuple[str, ...] = ()


Destination = Literal["as_asked", "as_read", "triage"] | tuple[Code, ...]


class RoutingRule(Frozen):
    """One rule of the ordered list; the first that fits decides. `then` says where the appeal goes.

    `as_read`: to the one service that its text asks for by `Catalogue.free_text`, else to triage.
    """

    code: Code
    reason: str
    when: Condition = Condition()
    then: Destination


class Routing(Frozen):
    """How appeals are routed. The agency `unconnected` does the steps of agencies that are not connected.

    The `checking_channels` check the identity card of who comes: two appeals that came by them under one FIN
    are of one person.
    """

    unconnected: AgencyId
    checking_channels: tuple[Channel, ...] = ("on_site",)
    rules: tuple[RoutingRule, ...] = Field(min_length=1)


class MessageTemplate(Frozen):
    """A message, as a Jinja2 template in both languages; only e-mail has a subject."""

    event: MessageEvent
    channel: NoticeChannel
    subject: Text | None = None
    body: Text


class Vocabularies(Frozen):
    """The closed lists to which other items refer, by code, and texts of messages.

    `how_to_object` is what every answer says about objecting. `not_eligible` is the sentence for those who
    may not ask for a service: a template with the fields of `catalogue.answers.NOT_ELIGIBLE_FIELDS`.
    `answer_document` are the words of the answer as a document. `review` and `instruction` name the steps
    outside passports. `attachment_added`, with the field `document`, is the message to an agency about a
    later document. `deadlines` are the words of messages to officials: `reminded`, `escalated`, `withdrawn`,
    `of_case` (instead of a step), and the kinds of clocks. `and_more`, with the field `count`, ends a list
    that was cut.
    """

    categories: dict[Code, Text]
    districts: dict[Code, Text]
    documents: dict[Code, Text]
    outcomes: dict[Code, Text]
    reasons: dict[Code, Text]
    how_to_object: Text
    review: Text
    instruction: Text
    attachment_added: Text
    not_eligible: Text
    answer_document: DocumentWords
    deadlines: dict[Code, Text]
    and_more: Text = Text(az="və daha {count}", en="and {count} more")


class Catalogue(Frozen):
    """Everything that was agreed on. `version` is the content hash of all of it."""

    version: str
    agencies: dict[AgencyId, Agency]
    centres: tuple[Centre, ...]
    officials: dict[Code, Official]
    passports: dict[Code, Passport]
    agreements: dict[Code, Agreement]
    general_answers: GeneralAnswers
    calendar: WorkingCalendar
    other_calendars: dict[Code, WorkingCalendar] = Field(default_factory=dict)
    escalation_policy: tuple[EscalationLevel, ...]
    terms: Terms
    routing: Routing
    free_text: FreeText = FreeText()
    templates: tuple[MessageTemplate, ...]
    vocabularies: Vocabularies

    def agency(self, agency_id: AgencyId) -> Agency:
        """The agency of that id.

        Raises:
            PermanentError: `unknown_agency`.
        """
        if agency_id not in self.agencies:
            raise PermanentError("unknown_agency", f"the catalogue has no agency {agency_id!r}.")
        return self.agencies[agency_id]

    def passport(self, service: Code) -> Passport:
        """The passport of a service, as agreed now.

        Raises:
            PermanentError: `unknown_service`.
        """
        if service not in self.passports:
            known = ", ".join(sorted(self.passports))
            raise PermanentError(
                "unknown_service", f"the catalogue has no service {service!r}.", remedy=f"Known: {known}."
            )
        return self.passports[service]

    def calendar_of(self, code: Code) -> WorkingCalendar:
        """The calendar of that code: the one by which terms are counted, or another.

        Raises:
            PermanentError: `unknown_calendar`.
        """
        known = {self.calendar.code: self.calendar, **self.other_calendars}
        if code not in known:
            remedy = f"Known: {', '.join(known)}."
            raise PermanentError(
                "unknown_calendar", f"the catalogue has no calendar {code!r}.", remedy=remedy
            )
        return known[code]

    def agreement(self, service: Code) -> Agreement:
        """What was agreed about a service besides its passport: texts of answers, documents by category.

        Raises:
            PermanentError: `unknown_service`.
        """
        return self.agreements[self.passport(service).code]

    def answer_template(self, service: Code, outcome: Outcome) -> Text:
        """The text of an answer: as agreed for the service, or the general one (an appeal in triage)."""
        agreed = self.agreements.get(service)
        return (agreed.answers if agreed else self.general_answers.by_outcome)[outcome]

    def local_agency(self, district: Code | None) -> Agency | None:
        """The executive power of a district; None where there is none, or the district is unknown."""
        agencies = self.agencies.values()
        return next(
            (agency for agency in agencies if agency.kind == "local" and agency.district == district), None
        )

    def deliverable(self) -> tuple[Code, ...]:
        """The services all of whose agencies are connected, by code. One connected local agency is enough.

        In the other services, the centre does the steps of agencies that are not connected.
        """
        connected = {agency.id for agency in self.agencies.values() if agency.connected}
        if any(agency.connected and agency.kind == "local" for agency in self.agencies.values()):
            connected.add(LOCAL_EXECUTIVE)
        return tuple(
            sorted(
                passport.code
                for passport in self.passports.values()
                if all(step.agency in connected for step in passport.steps)
            )
        )

    def template(self, event: MessageEvent, channel: NoticeChannel) -> MessageTemplate:
        """The template of a message; the loader has checked that each event and channel has one."""
        return next(found for found in self.templates if (found.event, found.channel) == (event, channel))

    def longest_term(self) -> int:
        """The longest time, in working days, that any of its terms may have, with the law's extension."""
        terms = self.terms
        of_services = (passport.statutory_term for passport in self.passports.values())
        longest = max(terms.statutory, terms.study, terms.review, *of_services)
        return longest + terms.extension

    def calendar_for(self, instant: datetime) -> WorkingCalendar:
        """The calendar of the year of `instant` (aware), the one before if known, and the next two.

        A case carries it. A clock that began in the old year is read by the same days.

        Raises:
            InstallationError: `calendar_ended`: the catalogue's calendar does not know that year, or not the
                day on which the longest term that may begin now is due at the latest.
        """
        self.calendar.require(self.calendar.due_at(instant, self.longest_term()).date())
        first = instant.astimezone(self.calendar.zone).year
        known = all(self.calendar.covers(date(year, 1, 1)) for year in (first - 1, first))
        return self.calendar.window(first - 1 if known else first, first + YEARS_AHEAD)
