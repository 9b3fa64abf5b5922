"""`python -m services.router`, with its settings in VAHID_… variables."""

from services.router.main import main

if __name__ == "__main__":
    main()
