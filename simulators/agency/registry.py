"""The simulated agencies, and the dialect of each."""

from simulators.agency.dialects.dialect import Dialect
from simulators.agency.dialects.local_executive import LocalExecutive
from simulators.agency.dialects.mlspp import Mlspp
from simulators.agency.dialects.mod import Mod
from simulators.agency.dialects.moh import Moh
from simulators.agency.dialects.samhi import Samhi
from simulators.agency.dialects.sicc import Sicc
from simulators.agency.dialects.ssmc import Ssmc

_DISTRICTS = (
    "binagadi garadagh khatai khazar narimanov nasimi nizami pirallahi sabail sabunchu sumgait surakhani "
    "yasamal"
).split()
_ALL: list[Dialect] = [
    *(Mlspp(), Mod(), Moh(), Samhi(), Sicc(), Ssmc()),
    *(LocalExecutive(f"{district}-executive") for district in _DISTRICTS),
]
DIALECTS = {dialect.agency: dialect for dialect in _ALL}
"""The dialects by agency id."""
