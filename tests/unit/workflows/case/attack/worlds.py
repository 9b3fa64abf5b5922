"""The worlds in which cases are attacked: rules, services and agencies, other than the defaults too."""

from dataclasses import dataclass
from datetime import date, datetime, time

from catalogue.calendar import ShortDay, WorkingCalendar
from catalogue.routing import assign_agencies
from catalogue.terms import CENTRE, EscalationLevel, Terms
from schemas.passports import Passport
from tests.builders import MONDAY, PARALLEL, RULES, SEQUENTIAL, passport, placement, step
from tests.packaged import packaged
from workflows.case.commands import Placement
from workflows.case.rules import Rules


@dataclass(frozen=True)
class World:
    """Rules, and the services that can be asked for, each with the agencies that do its steps."""

    name: str
    rules: Rules
    placements: tuple[Placement, ...]
    begins: datetime = MONDAY

    @property
    def agencies(self) -> tuple[str, ...]:
        """Agencies to which a step can go, those that cannot take it too."""
        return (*self.rules.connected[:6], CENTRE, "nobody")

    @property
    def longest_term(self) -> int:
        """The longest statutory term in working days, without an extension."""
        terms = self.rules.terms
        instruction = max(step.resolve_within for step in self.order.passport.steps)
        own = (placed.passport.statutory_term for placed in self.placements)
        return max(terms.statutory, terms.review, instruction, *own)

    @property
    def order(self) -> Placement:
        """What the Commission instructs."""
        return placement(passport("instruction", step("instruction", "moh", acknowledge=1, resolve=6)))

    def review_of(self, track: str) -> Placement:
        """Who reviews the answer of a track."""
        return placement(passport(f"review-{track}", step("review", "mlspp", resolve=8)))


def _plain() -> World:
    return World("plain", RULES, (placement(SEQUENTIAL), placement(PARALLEL)))


def _packaged() -> World:
    catalogue = packaged()
    district = next(agency.district for agency in catalogue.agencies.values() if agency.district)
    assigned = assign_agencies(catalogue, sorted(catalogue.passports), district)
    placements = tuple(Placement(passport=found.passport, agencies=found.agencies) for found in assigned)
    return World("packaged", Rules.of(catalogue, MONDAY), placements)


def _other() -> World:
    """Nothing is as by default: terms, hours, the escalation policy, the shape of the services."""
    calendar = WorkingCalendar(
        code="other",
        version="1",
        timezone="Asia/Tbilisi",
        day_starts=time(8, 30),
        day_ends=time(16, 45),
        weekend=(4, 5),
        holidays={date(2021, 8, 31): "a holiday", date(2021, 9, 14): "another"},
        moved_working_days={date(2021, 9, 4): "worked"},
        short_days={date(2021, 8, 30): ShortDay(ends=time(13), name="the day before")},
    )
    policy = (
        EscalationLevel(code="early", fraction=0.25, told=("handler",)),
        EscalationLevel(code="at_the_end", fraction=1.0, told=("agency_head",)),
        EscalationLevel(code="agenda", fraction=1.0, working_days_after=1, told=("commission", "centre")),
    )
    terms = Terms(
        statutory=11,
        study=23,
        extension=7,
        forwarding=2,
        maximum_hops=1,
        information=4,
        objection_window=6,
        reopening_window=8,
        review=9,
        take_on=1,
    )
    rules = Rules(
        version="other",
        calendar=calendar,
        escalation_policy=policy,
        terms=terms,
        connected=("mlspp", "mod", "moh", "sicc", "ssmc"),
    )
    return World("other", rules, tuple(placement(shape) for shape in _shapes()))


def _shapes() -> tuple[Passport, ...]:
    """Steps in order and in parallel, a track with two ends, one that goes on without information."""
    diamond = passport(
        "diamond",
        step("begin", "moh", acknowledge=1, resolve=3),
        step("left", "mlspp", "begin", resolve=4),
        step("right", "mod", "begin", resolve=7),
        step("end", "ssmc", "left", "right", acknowledge=3, resolve=2),
        term=23,
    )
    fork = passport(
        "fork",
        step("examine", "sicc", resolve=1),
        step("pay", "mlspp", "examine", resolve=5),
        step("inform", CENTRE, "examine", resolve=9),
        term=7,
    )
    single = passport("single", step("only", "ssmc", acknowledge=1, resolve=1), term=1)
    goes_on = diamond.model_copy(update={"without_information": "go_on"})
    return goes_on, fork, single.model_copy(update={"documents": ("passport",)})


WORLDS = {"plain": _plain, "packaged": _packaged, "other": _other}
