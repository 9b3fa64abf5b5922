"""The agencies' own systems: seven dialects of HTTP interface over one simulation."""
