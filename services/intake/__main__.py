"""`python -m services.intake`: the process, its settings from the environment."""

from kit import process
from services.intake.main import run
from services.intake.settings import IntakeSettings

if __name__ == "__main__":
    process.run(run(IntakeSettings()))
