"""Every number of a report against ours: counts exactly, the others to 1e-10.

Means are relative to the root of the mean square, co-moments to the geometric mean of their
diagonals, quantiles and variances to themselves. A sum of squares whose values are the same but
for the last digit of a double is nought.
"""

import math

from summaries import LETTERS, PAIRS

TOLERANCE = 1e-10
EPSILON = 2.0**-52


class Comparison:
    def __init__(self):
        self.numbers = 0
        self.differences = []

    def same(self, what, ours, theirs):
        self.numbers += 1
        if ours != theirs:
            self.differences.append(f"{what}: assize says {theirs}, the rows say {ours}")

    def close(self, what, ours, theirs, scale=0.0, noise=0.0):
        self.numbers += 1
        if ours is None or theirs is None:
            fine = ours is None and theirs is None
        else:
            fine = abs(ours - theirs) <= TOLERANCE * max(abs(ours), scale) + noise
        if not fine:
            self.differences.append(f"{what}: assize says {theirs}, the rows say {ours}")

    # ------------------------------------------------------------------------------ reports

    def waterfall(self, name, ours, report):
        theirs = {}
        for row in report["waterfall"]:
            total, parts = theirs.get(row["population"], (None, {}))
            if row["is_total"]:
                total = row["reason"], row["count"]
            elif row["count"]:
                parts[row["reason"]] = row["count"]
            theirs[row["population"]] = total, parts
        for population in sorted({*theirs, *ours}):
            mine = ours.get(population)
            if mine is not None:
                parts = {reason: count for reason, count in mine[1].items() if count}
                mine = (mine[0], sum(parts.values())), parts
            self.same(f"{name}: {population}", mine, theirs.get(population))

    def summaries(self, name, ours, report):
        theirs = {}
        for row in report["summaries"]:
            where = row["metric"], row["variant"], row.get("phase", 0), segment_of(row)
            if where in theirs:
                self.differences.append(f"{name}: {where} is there twice")
            theirs[where] = row
        for where in sorted({*ours, *theirs}, key=repr):
            self.summary(f"{name}: {' '.join(map(str, where))}", ours.get(where), theirs.get(where))

    def estimates(self, name, experiment, ours, report):
        """One row for every metric, treatment and segment, whatever happened to it."""
        segments = {where[3] for where in ours} | {None}
        treatments = [v["key"] for v in experiment.said["variants"] if not v.get("control")]
        wanted = [(m, t, s) for m in experiment.metrics for t in treatments for s in segments]
        found = [(row["metric"], row["treatment"], segment_of(row)) for row in report["estimates"]]
        self.same(f"{name}: estimates", sorted(wanted, key=repr), sorted(found, key=repr))

    def summary(self, what, mine, row):
        theirs = row["summary"] if row else {"units": 0}
        self.same(f"{what} units", mine["units"] if mine else 0, theirs["units"])
        if not mine or not theirs["units"]:
            return
        if "quantile" in mine:
            return self.quantile(what, mine["quantile"], row["quantile"])
        units, squares = mine["units"], mine["comoment"]
        for i, letter in enumerate(LETTERS):
            scale = math.hypot(mine["mean"][i], math.sqrt(max(squares[letter, letter], 0.0) / units))
            self.close(f"{what} mean {letter}", mine["mean"][i], theirs["mean"][i], scale)
        for a, b in PAIRS:
            i, j = LETTERS.index(a), LETTERS.index(b)
            scale = math.sqrt(abs(squares[a, a] * squares[b, b]))
            noise = units * (4 * EPSILON) ** 2 * abs(mine["mean"][i] * mine["mean"][j])
            self.close(f"{what} comoment {a}{b}", squares[a, b], theirs["comoment"][i][j], scale, noise)
        if mine["cap"] is not None:
            self.close(f"{what} cap", mine["cap"], row["cap"])
            self.same(f"{what} capped", mine["capped"], row["capped"])
        if "steps" in mine:
            self.same(f"{what} steps", mine["steps"], row["steps"])

    def quantile(self, what, mine, theirs):
        """Where there is no quantile, there is a reason in its place."""
        found = isinstance(theirs, dict) and "value" in theirs
        self.same(f"{what} has a quantile", mine is not None, found)
        if mine is not None and found:
            self.close(f"{what} quantile", mine[0], theirs["value"])
            self.close(f"{what} variance", mine[1], theirs["variance"])


def segment_of(row):
    segment = row.get("segment")
    return segment
