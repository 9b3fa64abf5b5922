"""`make test-mutants`: is a seeded sample of small changes to the code noticed by the unit layer?

See docs/adr/0032-our-own-mutants.md for why this is no tool of others.
"""
