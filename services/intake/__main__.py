"""`python -m services.intake`, with its settings in VAHID_… variables."""

from services.intake.main import main

if __name__ == "__main__":
    main()
