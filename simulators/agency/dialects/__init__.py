"""The dialects of the simulated bodies, one file each."""
