"""The outcome of a demonstration: by the oracle, by the report and its recomputation, by the doctor."""

import asyncio
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from catalogue.loader import PACKAGED, load
from doctor.examination import examine
from doctor.findings import Examination
from kit.database import Database
from kit.kafka.connection import client_options
from kit.private_files import write_private
from kit.settings import Settings
from reporting.day_counter import DayCounter
from reporting.page import page
from reporting.reading import report
from reporting.recomputation import differences, read_topic, recompute
from vahid.demo.evidence import gather
from vahid.demo.figures import Figures, figures
from vahid.demo.oracle import OracleReport, examine_evidence
from vahid.demo.outage import Outage, OutageFigures, outage_figures
from vahid.terminal.instants import instants_of

SETTLE = timedelta(seconds=60)
"""The doctor does not miss what is younger than this: it may still be on its way."""


@dataclass
class Outcome:
    """`unanswered` are the cases that were still open when the limit was reached.

    `outage` was planned, and `outage_effect` is its effect. `report` is the Commission's; `differences` are
    its figures that Kafka alone gives otherwise, and the messages there that are no case events.
    An hour of work took `hour_seconds` of real time while appeals came.
    The services took `start_seconds` to start; from then, the outcome was known after `seconds`.
    """

    figures: Figures
    oracle: OracleReport
    unanswered: int
    outage: Outage
    outage_effect: OutageFigures
    report: dict[str, Any] = field(default_factory=dict)
    differences: list[str] = field(default_factory=list)
    examination: Examination = field(default_factory=Examination)
    hour_seconds: float = 0.0
    seconds: float = 0.0
    start_seconds: float = 0.0

    @property
    def sound(self) -> bool:
        """Whether all is answered, and the oracle, the recomputed report and the doctor find nothing."""
        broken = self.oracle.contradictions or self.differences or self.examination.exit_code
        return not (self.unanswered or broken)


def assess(home: Path, receipts: Path, settings: Settings, outage: Outage, unanswered: int) -> Outcome:
    """Assess the demonstration in `home`, and write its report as a page there.

    The doctor runs in a second process: both compute for some seconds.
    """
    with ProcessPoolExecutor(1, get_context("spawn")) as doctor:
        examining = doctor.submit(_examine, settings)
        outcome = _compare(home, receipts, settings, outage, unanswered)
        outcome.examination = examining.result()
    return outcome


def _examine(settings: Settings) -> Examination:
    return asyncio.run(examine(settings, SETTLE))


def _compare(home: Path, receipts: Path, settings: Settings, outage: Outage, unanswered: int) -> Outcome:
    catalogue, as_of = settings.catalogue or PACKAGED, settings.clock.now()
    evidence = gather(receipts, home / "simulators", catalogue)
    messages, foreign = read_topic(client_options(settings.kafka_bootstrap))
    found = asyncio.run(_report(settings, as_of))
    days = DayCounter.of(catalogue / "calendars" / "az.yaml")
    histories = _histories(messages)
    zone = instants_of(settings.catalogue).zone
    write_private(home / "report.html", page(found, as_of.astimezone(zone)), overwrite=True)
    return Outcome(
        figures=figures(histories),
        oracle=examine_evidence(evidence, messages),
        unanswered=unanswered,
        outage=outage,
        outage_effect=outage_figures(outage, histories),
        report=found,
        differences=[*differences(found, recompute(messages, as_of, days)), *foreign],
        hour_seconds=3_600 / settings.clock.scale,
    )


async def _report(settings: Settings, as_of: datetime) -> dict[str, Any]:
    database = Database(settings.database_url, pool_size=2, command_seconds=60)
    try:
        return (await report(database, as_of, load(settings.catalogue).calendar)).plain()
    finally:
        await database.close()


def _histories(messages: list[Any]) -> list[list[Any]]:
    cases: dict[str, dict[int, Any]] = {}
    for message in messages:
        cases.setdefault(message["subject"], {}).setdefault(message["data"]["seq"], message["data"])
    return [[entries[seq] for seq in sorted(entries)] for entries in cases.values()]


def as_json(outcome: Outcome) -> dict[str, Any]:
    """The outcome as plain values."""
    return {
        "figures": outcome.figures.as_json(),
        "shares": outcome.figures.shares(),
        "outage": {**asdict(outcome.outage), **asdict(outcome.outage_effect)},
        "oracle": {**outcome.oracle.counts, "contradictions": outcome.oracle.contradictions},
        "report": outcome.report,
        "differences": outcome.differences,
        "doctor": {**asdict(outcome.examination), "exit_code": outcome.examination.exit_code},
        "unanswered": outcome.unanswered,
        "hour_seconds": round(outcome.hour_seconds, 2),
        "seconds": round(outcome.seconds, 1),
        "start_seconds": round(outcome.start_seconds, 1),
    }
