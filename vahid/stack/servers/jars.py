"""Jars that are fetched once by Maven, checked by their digests, and kept in a cache."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from vahid.stack.errors import StackError

_DEPLOY = Path(__file__).resolve().parents[3] / "deploy"
_GOAL = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
"""In full: with the prefix alone, Maven reports an unreachable repository as a missing plugin."""


@dataclass(frozen=True)
class Jars:
    """Jars that belong together. `deploy/name/` has their pom.xml and their digests, jars.sha256.

    `variable` may name a folder that has them; `instead` is what else to do without them.
    """

    name: str
    title: str
    variable: str
    instead: str = ""

    @property
    def remedy(self) -> str:
        """What to do where they cannot be fetched."""
        return f"or set {self.variable} to a folder with them{self.instead}."

    @property
    def folder(self) -> Path:
        """The folder of their pom.xml and their digests."""
        return _DEPLOY / self.name


KAFKA = Jars("kafka", "Apache Kafka", "VAHID_KAFKA_JARS", ", or VAHID_KAFKA_BOOTSTRAP to a server of yours")
CONSOLE = Jars("console", "the console's scripts", "VAHID_CONSOLE_WEBJARS")


def ensure(jars: Jars, java_home: Path, print_line: Callable[[str], None]) -> Path:
    """The folder with the jars. They are fetched on first use, which `print_line` announces.

    Raises:
        StackError: `maven_missing`, `maven_failed`, `jars_list_missing` or `jars_differ`.
    """
    if given := os.environ.get(jars.variable):
        return Path(given)
    digests = read_digests(jars)
    folder = _cache() / f"{jars.name}-jars-{_fingerprint(digests)}"
    if not folder.is_dir():
        _fetch(jars, folder, digests, java_home, print_line)
    return folder


def read_digests(jars: Jars) -> dict[str, str]:
    """The expected SHA-256 of each jar by its name, from a file as sha256sum(1) writes it.

    Raises:
        StackError: `jars_list_missing`.
    """
    file = jars.folder / "jars.sha256"
    if not file.exists():
        raise StackError(
            "jars_list_missing",
            f"The list of the jars of {jars.title} is missing: {file}.",
            remedy=f"Run from a clone of the project, {jars.remedy}",
        )
    pairs = (line.split() for line in file.read_text().splitlines() if line.strip())
    return {name.lstrip("*"): digest for digest, name in pairs}


def check(jars: Jars, folder: Path, digests: dict[str, str]) -> None:
    """Refuse a folder that does not hold exactly the expected jars.

    Raises:
        StackError: `jars_differ`: a jar is missing, is too many, or has other bytes; it is named.
    """
    found = {jar.name: hashlib.sha256(jar.read_bytes()).hexdigest() for jar in folder.glob("*.jar")}
    wrong = sorted(name for name in digests.keys() | found.keys() if digests.get(name) != found.get(name))
    if wrong:
        raise StackError(
            "jars_differ",
            f"{len(wrong)} jars of {jars.title} are not the expected ones, the first is {wrong[0]}.",
            remedy="Remove it from Maven's local repository and try again, " + jars.remedy,
        )


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "vahid"


def _fingerprint(digests: dict[str, str]) -> str:
    return hashlib.sha256(repr(sorted(digests.items())).encode()).hexdigest()[:12]


def _fetch(
    jars: Jars, folder: Path, digests: dict[str, str], java_home: Path, print_line: Callable[[str], None]
) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise StackError(
            "maven_missing",
            f"Maven, which fetches {jars.title}, is not installed.",
            remedy=f"Install it (Debian: apt install maven), {jars.remedy}",
        )
    print_line(f"Fetching {jars.title} ({len(digests)} jars, once) into {folder}")
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        _run_maven(jars, maven, fresh, java_home)
        check(jars, fresh, digests)
        fresh.chmod(0o755)
        if not folder.is_dir():  # another start may have been faster
            fresh.rename(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def maven_environment(given: Mapping[str, str], java_home: Path) -> dict[str, str]:
    """The environment for Maven: an installed Java where there is one, else that of `java_home`.

    An installed Java trusts the authorities of its machine, also one of the network's own. A packaged Java
    trusts only those it comes with.
    """
    installed = given.get("JAVA_HOME") or shutil.which("java", path=given.get("PATH", os.defpath))
    return dict(given) if installed else {**given, "JAVA_HOME": str(java_home)}


def _run_maven(jars: Jars, maven: str, folder: Path, java_home: Path) -> None:
    command = [maven, "--batch-mode", "--quiet", "-f", str(jars.folder / "pom.xml"), _GOAL]
    command += [f"-DoutputDirectory={folder}", "-DincludeScope=runtime"]
    environment = maven_environment(os.environ, java_home)
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode != 0:
        lines = [line for line in done.stdout.splitlines() if "ERROR" in line] or [done.stderr.strip()]
        raise StackError(
            "maven_failed",
            f"Maven could not fetch {jars.title}: {lines[0]}",
            remedy=f"Check that Maven's repository can be reached, {jars.remedy}",
        )
