"""`python -m services.notifier`."""

from services.notifier.main import main

if __name__ == "__main__":
    main()
