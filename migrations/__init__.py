"""The database's schemas, by Alembic.

`python -m migrations` is Alembic's own command line on the database VAHID_DATABASE_URL. To add a revision:

1. upgrade a database: `python -m migrations upgrade head`;
2. change the tables in the rooms' `tables.py`;
3. write the difference: `python -m migrations revision --autogenerate --rev-id 0002 -m "..."`.

Alembic sees neither sequences nor triggers: write these by hand. A test holds that a migrated database has
exactly the declared tables.
"""

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
    "services.console.tables",
)


def complete_metadata() -> MetaData:
    """All tables of all rooms."""
    for module in _TABLES:
        import_module(module)
    return metadata


def config(url: str) -> Config:
    """Alembic's configuration for the database at `url`."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent))
    settings.attributes["url"] = url
    return settings


def upgrade(url: str) -> None:
    """Bring the database at `url` to the newest revision; do nothing if it is there already."""
    command.upgrade(config(url), "head")
