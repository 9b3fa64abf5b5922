"""The evidence, as it is read from files."""

from pathlib import Path

from catalogue.loader import PACKAGED
from tests.packaged import packaged
from vahid.demo.evidence import gather


def test_the_offices_are_read_from_the_catalogue(tmp_path: Path) -> None:
    offices = gather(tmp_path / "receipts.jsonl", tmp_path, PACKAGED).offices
    catalogue = packaged()
    assert offices == {
        **{code: official.contact for code, official in catalogue.officials.items()},
        **{
            f"{agency.id}/{role}": contact
            for agency in catalogue.agencies.values()
            for role, contact in agency.contacts.items()
        },
    }
