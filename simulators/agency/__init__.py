"""A state body's own system, in one of three dialects."""
