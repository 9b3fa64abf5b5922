"""Alembic's command line on the database VAHID_DATABASE_URL: see `migrations`."""

from alembic.config import CommandLine

from kit.settings import Settings
from migrations import config


def main() -> None:
    """Run one of Alembic's commands."""
    line = CommandLine(prog="python -m migrations")
    options = line.parser.parse_args()
    if not hasattr(options, "cmd"):
        line.parser.error("too few arguments")
    settings = config(Settings().database_url)
    settings.cmd_opts = options
    line.run_cmd(settings, options)


if __name__ == "__main__":
    main()
