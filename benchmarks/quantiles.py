"""Percentiles and ratios of measurements. Pure."""

from collections.abc import Mapping, Sequence
from statistics import quantiles

PERCENTS = (50, 90, 99)


def percentile(values: Sequence[float], percent: int) -> float:
    """The percentile `percent` (1 to 99) of `values`, interpolated between neighbours.

    Raises:
        statistics.StatisticsError: there is no value.
    """
    return quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else values[0]


def spread(values: Sequence[float], digits: int = 2) -> dict[str, float]:
    """The reported percentiles by name, and the greatest value."""
    found = {f"p{percent}": round(percentile(values, percent), digits) for percent in PERCENTS}
    return {**found, "most": round(max(values), digits)}


def ratios(ours: Mapping[str, float], theirs: Mapping[str, float]) -> dict[str, float]:
    """Ours divided by theirs, for each figure that both have."""
    return {name: round(ours[name] / theirs[name], 3) for name in ours if theirs.get(name)}
