"""Runs the agency adapter: `python -m services.agency_adapter`, with its settings in VAHID_… variables."""

import sys

from kit import process
from kit.errors import PermanentError
from services.agency_adapter.main import run
from services.agency_adapter.settings import AdapterSettings

if __name__ == "__main__":
    try:
        process.run(run(AdapterSettings()))
    except PermanentError as error:
        sys.exit(f"agency_adapter: {error}")
