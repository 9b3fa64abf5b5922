"""Memory and disk a case."""

import pytest

from benchmarks import footprint


def test_growth_is_given_a_case():
    assert footprint.growth_a_case({"temporal": 100.0}, {"temporal": 110.0}, 1024) == {"temporal": 10.0}


def test_holes_of_a_file_occupy_no_disk(tmp_path):
    with (tmp_path / "index").open("wb") as file:
        file.truncate(64 * footprint.MIB)
    (tmp_path / "log").write_bytes(b"x" * 2 * footprint.MIB)
    assert footprint.disk({"kafka": tmp_path})["kafka"] == pytest.approx(2, abs=0.5)
