"""Declares the parts of the console: the only place of it that connects to anything."""

from datetime import timedelta
from functools import partial

from fastapi import FastAPI

from casework.commands.session import CaseworkSession
from catalogue.loader import load
from kit import service
from kit.database import Database
from kit.key_files import MASTER_KEY
from kit.service import Service
from kit.temporal import connect
from kit.vault import Vault
from schemas.actors import Actor
from services.console.access import Access
from services.console.errors import show_errors
from services.console.headers import PageHeaders
from services.console.live_events import LiveEvents
from services.console.live_reader import LiveReader
from services.console.page import Pages
from services.console.pages.board import BoardReader, board_routes
from services.console.pages.case import CaseDependencies, case_routes
from services.console.pages.cases import cases_routes
from services.console.pages.sign_in import sign_in_routes
from services.console.pages.stream import stream_routes
from services.console.sessions import Sessions
from services.console.settings import ConsoleSettings
from services.console.static_files import StaticFiles, static_routes
from workflows.case.rules import Rules
from workflows.client import CaseClient

_POOL = 8


async def declare(console: Service, settings: ConsoleSettings) -> None:
    """The database, the client of cases, the pages, and the reader of live updates."""
    catalogue, clock = load(settings.catalogue), settings.clock
    database = await console.open(Database(settings.database_url, _POOL))
    temporal = await connect(settings.temporal_address, settings.temporal_namespace, keys=settings.keys)
    vault = Vault(settings.keys, (MASTER_KEY,))
    cases = CaseClient(temporal, partial(Rules.of, catalogue), clock)

    def commanding(actor: Actor) -> CaseworkSession:
        return CaseworkSession(actor, catalogue, cases, database, vault, clock)

    lasting, idle = settings.console_session_hours, settings.console_idle_minutes
    sessions = Sessions(database, timedelta(hours=lasting), timedelta(minutes=idle))
    pages, access, events = Pages(catalogue, clock), Access(sessions), LiveEvents()
    reader = LiveReader(settings.kafka_bootstrap, events)

    app = application(console, pages, access)
    app.include_router(static_routes(StaticFiles(settings.console_webjars)))
    app.include_router(sign_in_routes(pages, access, sessions, settings))
    app.include_router(board_routes(pages, access, BoardReader(database, catalogue.calendar, clock)))
    app.include_router(cases_routes(pages, access, database, catalogue, clock))
    needs = CaseDependencies(database, catalogue, clock, commanding)
    app.include_router(case_routes(pages, access, needs))
    app.include_router(stream_routes(access, events))
    console.checks(database=database.ping)
    console.tasks(reader.run)


def application(console: Service, pages: Pages, access: Access) -> FastAPI:
    """The application without its pages: its headers, and how errors are shown."""
    app = console.http(openapi_url=None)
    app.add_middleware(PageHeaders)
    show_errors(app, pages, access)
    return app


def main() -> None:
    """Run the console with the settings of the environment."""
    service.main("console", ConsoleSettings, declare)
