"""`python -m services.agency_adapter`, with its settings in VAHID_… variables."""

from services.agency_adapter.main import main

if __name__ == "__main__":
    main()
