"""Every number of a report against ours: counts exactly, the others to 1e-10.

Means are relative to the root of the mean square, co-moments to the geometric mean of their
diagonals, quantiles and variances to themselves. A sum of squares whose values are the same but
for the last digit of a double is nought.
"""

import math

from summaries import LETTERS, OTHER, PAIRS

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
            where = row["metric"], row["variant"], row["phase"], row["segment"]
            if where in theirs:
                self.differences.append(f"{name}: {where} is there twice")
            theirs[where] = row
        ours = {(*where[:3], written(where[3])): cell for where, cell in ours.items()}
        for where in sorted({*ours, *theirs}, key=repr):
            self.summary(f"{name}: {' '.join(map(str, where))}", ours.get(where), theirs.get(where))

    def estimates(self, name, experiment, ours, report):
        """One row for every metric, treatment and segment, whatever happened to it."""
        segments = {written(where[3]) for where in ours} | {None}
        treatments = [v["key"] for v in experiment.said["variants"] if not v.get("control")]
        wanted = [(m, t, s) for m in experiment.metrics for t in treatments for s in segments]
        found = [(row["metric"], row["treatment"], row["segment"]) for row in report["estimates"]]
        self.same(f"{name}: estimates", sorted(wanted, key=repr), sorted(found, key=repr))

    def summary(self, what, mine, row):
        theirs = (row or {}).get("quantile") or (row or {}).get("summary") or {"units": 0}
        self.same(f"{what} units", mine["units"] if mine else 0, theirs["units"])
        if not mine or not theirs["units"]:
            return
        if "quantile" in mine:
            self.quantile(what, mine["quantile"], theirs)
            return
        self.moments(what, mine, theirs)
        if mine["cap"] is not None:
            self.close(f"{what} cap", mine["cap"], row["cap"])
            self.same(f"{what} capped", mine["capped"], row["capped"])
        if "steps" in mine:
            self.same(f"{what} steps", mine["steps"], row["steps"])
        if "smallest" in row:
            self.tails(what, mine, row)

    def moments(self, what, mine, theirs):
        units, squares = mine["units"], mine["comoment"]
        for i, letter in enumerate(LETTERS):
            scale = math.hypot(mine["mean"][i], math.sqrt(max(squares[letter, letter], 0.0) / units))
            self.close(f"{what} mean {letter}", mine["mean"][i], theirs["mean"][i], scale)
        for a, b in PAIRS:
            i, j = LETTERS.index(a), LETTERS.index(b)
            scale = math.sqrt(abs(squares[a, a] * squares[b, b]))
            noise = units * (4 * EPSILON) ** 2 * abs(mine["mean"][i] * mine["mean"][j])
            self.close(f"{what} comoment {a}{b}", squares[a, b], theirs["comoment"][i][j], scale, noise)

    def quantile(self, what, mine, theirs):
        """Where there is no quantile, there is a reason in its place."""
        self.same(f"{what} has a quantile", mine is not None, "value" in theirs)
        if mine is not None and "value" in theirs:
            self.close(f"{what} quantile", mine[0], theirs["value"])
            self.close(f"{what} variance", mine[1], theirs["variance"])

    def tails(self, what, mine, row):
        smallest, largest, third = mine["tails"]
        self.close(f"{what} smallest", smallest, row["smallest"])
        self.close(f"{what} largest", largest, row["largest"])
        skewness = None
        if smallest < largest:
            skewness = third / mine["units"] / (mine["comoment"]["y", "y"] / mine["units"]) ** 1.5
        self.close(f"{what} skewness", skewness, row["skewness"], 1.0)


def written(segment):
    """As reports write it: `country=DE`, `country (other)`, `country (missing)`."""
    if segment is None:
        return None
    attribute, value = segment
    return f"{attribute} (missing)" if value is None else f"{attribute} (other)" if value == OTHER else f"{attribute}={value}"
