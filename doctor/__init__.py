"""Whether an installation keeps its promises: every invariant looked at over all that is stored."""
