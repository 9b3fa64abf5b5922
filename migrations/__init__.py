"""The database's schemas, by Alembic. `python -m migrations --help` is Alembic's own command line."""

from importlib import import_module
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import MetaData

from kit.database import metadata

_TABLES = (
    "kit.vault",
    "kit.api_keys",
    "ledger.tables",
    "services.intake.tables",
    "services.router.tables",
    "services.agency_adapter.tables",
    "services.notifier.tables",
)


def complete_metadata() -> MetaData:
    """The metadata with the tables of all rooms."""
    for module in _TABLES:
        import_module(module)
    return metadata


def config(url: str) -> Config:
    """Alembic's settings for the database at `url`."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent))
    settings.attributes["url"] = url
    return settings


def upgrade(url: str) -> None:
    """Bring the database at `url` to the newest revision; nothing happens when it is there already."""
    command.upgrade(config(url), "head")
