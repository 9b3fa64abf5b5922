"""What a simulated agency knows, in one SQLite file: one module a table, and the transactions over them."""
