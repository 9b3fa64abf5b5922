"""Which agency is one up from another."""

import pytest

from catalogue.sources import CatalogueError
from catalogue.superiors import superior_of
from catalogue.terms import CENTRE
from tests.packaged import packaged
from tests.unit.catalogue.conftest import Folder

CATALOGUE = packaged()


def test_every_chain_ends_with_the_centre() -> None:
    for agency in CATALOGUE.agencies:
        chain = [agency]
        while chain[-1] != CENTRE:
            chain.append(superior_of(CATALOGUE, chain[-1]))
            assert len(chain) < 5
    assert superior_of(CATALOGUE, "nasimi-executive") == superior_of(CATALOGUE, "moh") == "mlspp"
    assert superior_of(CATALOGUE, "mlspp") == superior_of(CATALOGUE, CENTRE) == CENTRE


@pytest.mark.parametrize(
    ("file", "old", "new", "message", "remedy"),
    [
        ("moh", "superior: mlspp", "superior: moon", "no agency 'moon'.", "Known: "),
        (
            "mlspp",
            "superior: centre",
            "superior: moh",
            "a circle: mlspp below moh below mlspp",
            "Break",
        ),
        ("moh", "superior: mlspp", "superior: moh", "a circle: moh below moh.", "Break"),
        (
            "centre",
            "kind: centre",
            "kind: centre\nsuperior: mlspp",
            "the centre has no superior",
            "Remove it.",
        ),
    ],
)
def test_a_fault_of_the_chain_is_named(
    folder: Folder, file: str, old: str, new: str, message: str, remedy: str
) -> None:
    folder.edit(f"agencies/{file}.yaml", old, new)
    with pytest.raises(CatalogueError) as caught:
        folder.load()
    found = next(fault for fault in caught.value.faults if fault.file.endswith(f"{file}.yaml"))
    assert message in found.message and found.remedy.startswith(remedy)
    assert found.line == folder.line(f"agencies/{file}.yaml", "superior:")
