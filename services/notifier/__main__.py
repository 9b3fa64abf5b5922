"""`python -m services.notifier`, with its settings in VAHID_… variables."""

from services.notifier.main import main

if __name__ == "__main__":
    main()
