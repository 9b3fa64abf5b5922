"""The transactional outbox: a message is written with its cause in one transaction, and published later."""
