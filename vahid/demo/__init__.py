"""The demonstration: seeded appeals through all channels, on the real stack, in demo time."""
