"""The transactional outbox: what is to be published is written with its cause, in one transaction."""
