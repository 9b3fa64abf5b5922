"""`python -m services.intake`: the process, its settings from the environment."""

import asyncio

from services.intake.main import run
from services.intake.settings import IntakeSettings

if __name__ == "__main__":
    asyncio.run(run(IntakeSettings()))
