"""Which code is changed: the case, the catalogue, the services' decisions, the ledger and the relay."""

import ast
from collections.abc import Iterator
from pathlib import Path

AREAS = {
    "case": "workflows/case",
    "catalogue": "catalogue",
    "services": "services",
    "ledger": "ledger",
    "relay": "kit/outbox",
}

DOES_IO = (
    "sqlalchemy", "aiohttp", "asyncio", "fastapi", "faststream", "temporalio", "aiokafka", "starlette",
    "obstore", "aiosmtplib", "prometheus_client", "pydantic_settings", "typst",
    "kit.database", "kit.kafka", "kit.settings",
)  # fmt: skip
"""What a module imports that does I/O, or that only states settings, metrics or tables."""

DECISIONS_BESIDE_IO = (
    "services/agency_adapter/status_inbox.py",
    "services/intake/channels.py",
    "services/router/routing_decision.py",
)
"""Modules of the services that do I/O, and decide beside it: their synchronous code is changed."""

TABLES = ("ledger/tables.py",)
"""Compared with the migrations by tests/integration/stack/test_migrations.py."""


def modules(root: Path) -> Iterator[tuple[str, str]]:
    """The area and the path (relative to `root`) of each module that is changed, in order."""
    for area, folder in AREAS.items():
        for file in sorted((root / folder).rglob("*.py")):
            path = file.relative_to(root).as_posix()
            if path not in TABLES and (area != "services" or decides(path, file.read_text())):
                yield area, path


def decides(path: str, source: str) -> bool:
    """Whether a module of the services decides: it does no I/O, or is one of those that decide beside it."""
    return path in DECISIONS_BESIDE_IO or not any(
        name == io or name.startswith(f"{io}.") for name in _imported(ast.parse(source)) for io in DOES_IO
    )


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
