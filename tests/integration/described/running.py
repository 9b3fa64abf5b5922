"""Runs schemathesis with all its checks against a running service."""

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from tests.waiting import LIMIT

API_KEY = "TESTED_API_KEY"
WEBHOOK_SECRET = "TESTED_WEBHOOK_SECRET"

THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
EXAMPLES = 300 if THOROUGH else 16


@dataclass(frozen=True)
class Tried:
    """What schemathesis found: its exit status and report, and the statuses that each operation answered."""

    exit_status: int
    report: str
    answered: Mapping[str, frozenset[int]]


def described(url: str) -> dict[str, Any]:
    """The OpenAPI document of the service at `url`."""
    document: dict[str, Any] = httpx2.get(f"{url}/openapi.json").json()
    return document


def operations(document: Mapping[str, Any]) -> list[str]:
    """The operations of an OpenAPI document, each by its method and path."""
    return [f"{method.upper()} {path}" for path, found in document["paths"].items() for method in found]


def tried(description: str, url: str, folder: Path, environment: Mapping[str, str], *options: str) -> Tried:
    """Try the service at `url`, as `description` (a file or a URL) says."""
    events = folder / "events.ndjson"
    command = [sys.executable, "-m", "schemathesis.cli", "run", description, "--url", url]
    command += ["--checks", "all", "--max-examples", str(EXAMPLES)]
    command += ["--no-color", "--report", "ndjson", "--report-ndjson-path", str(events), *options]
    command += ["--generation-deterministic"] if not THOROUGH else ["--generation-database", "none"]
    hooks = {"SCHEMATHESIS_HOOKS": "tests.integration.described.hooks"}
    ended = subprocess.run(
        command,
        env={**os.environ, **hooks, **environment},
        capture_output=True,
        text=True,
        timeout=10 * LIMIT,
        check=False,
    )
    return Tried(ended.returncode, ended.stdout + ended.stderr, _answered(events) if events.exists() else {})


def _answered(events: Path) -> dict[str, frozenset[int]]:
    found: defaultdict[str, set[int]] = defaultdict(set)
    for line in events.read_text().splitlines():
        for label, status in _statuses(json.loads(line)):
            found[label].add(status)
    return {label: frozenset(statuses) for label, statuses in found.items()}


def _statuses(event: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    recorder = event.get("ScenarioFinished", {}).get("recorder", {})
    for case_id, interaction in recorder.get("interactions", {}).items():
        case, response = recorder["cases"][case_id]["value"], interaction["response"]
        if response is not None:
            yield f"{case['method']} {case['path']}", int(response["status_code"])
