"""Quantiles and percentiles, in plain Python and exact ranks.

The quantile is numpy's and R's default (Gumbel 1939). Its variance is that of Deng, Knoblich and
Lu (2018): the width of the 95 % interval of order statistics (section 4.2), and for values that
belong to units the variance of the share below, unit by unit (section 4.3).
"""

import fractions
import math

DEVIATE = 1.959963984540054


def quantile(ordered, level):
    """Linear between the values around rank `1 + (n - 1) level`; a decimal level is exact."""
    rank = (len(ordered) - 1) * fractions.Fraction(repr(level))
    below = math.floor(rank)
    if rank == below:
        return ordered[below]
    low, high = fractions.Fraction(ordered[below]), fractions.Fraction(ordered[below + 1])
    return float(low + (rank - below) * (high - low))


def independent(ordered, level):
    """Value and variance of the quantile of independent values; `None` where there is none."""
    n = len(ordered)
    if n < 2 or n <= DEVIATE**2 * max(level / (1 - level), (1 - level) / level):
        return None
    half = DEVIATE * math.sqrt(level * (1 - level) / n)
    lower, upper = quantile(ordered, level - half), quantile(ordered, level + half)
    if lower == upper:
        return None
    return quantile(ordered, level), (n - 1) / n * ((upper - lower) / (2 * DEVIATE)) ** 2


def clustered(values, level):
    """The same for facts, a list per unit; units without facts have an empty one."""
    ordered = sorted(value for own in values for value in own)
    found = independent(ordered, level)
    if found is None or len(values) < 2:
        return None
    at, variance = found
    below = [sum(value <= at for value in own) for own in values]
    share = sum(below) / len(ordered)
    residuals = math.fsum((b - share * len(own)) ** 2 for b, own in zip(below, values))
    if residuals <= 1e-14 * math.fsum(b * b for b in below):
        return None
    of_share = residuals * len(values) / (len(values) - 1) / len(ordered) ** 2
    return at, variance * of_share / (level * (1 - level) / len(ordered))
