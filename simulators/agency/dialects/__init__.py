"""The dialects of the simulated agencies, one file each."""
