"""`make test-mutants`: is a seeded sample of small changes to the code noticed by the unit layer?

`areas` says which code, `operators` which changes, `places` what is left out, `choosing` which tests are
asked first, `sample` what is drawn. mutmut 3 has no seeded sample and changes functions only; cosmic-ray
changes the checkout itself and does not choose tests by what they run.
"""
