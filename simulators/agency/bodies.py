"""Who the simulated bodies are, and the dialect that each one's system speaks."""

from simulators.agency.dialects.dialect import Dialect
from simulators.agency.dialects.local_executive import LocalExecutive
from simulators.agency.dialects.mlspp import Mlspp
from simulators.agency.dialects.moh import Moh

_DISTRICTS = (
    "binagadi garadagh khatai khazar narimanov nasimi nizami pirallahi sabail sabunchu sumgait surakhani "
    "yasamal"
).split()
_SPOKEN: list[Dialect] = [
    Mlspp(),
    Moh(),
    *(LocalExecutive(f"{district}-executive") for district in _DISTRICTS),
]
DIALECTS = {dialect.agency: dialect for dialect in _SPOKEN}
"""By the id of the body."""
