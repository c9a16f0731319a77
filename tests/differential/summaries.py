"""What the units of a variant say about a metric, by phase and segment.

Units, means and centred co-moments of `[y, d, x, e]`; for caps how many units had more; for
funnels how many took each step; for quantiles value and variance. Of an attribute's values the
twenty most frequent among the analysed units stand for themselves, ties by text.

What the design leaves open is read as follows. A covariate that is another metric has that
metric's cap, and not the one of the metric that it is for; an attribute has none.
"""

import collections

from quantiles import clustered, independent, quantile
from measures import AFTER
from rows import literal, quoted

LETTERS = "ydxe"
PAIRS = [(a, b) for i, a in enumerate(LETTERS) for b in LETTERS[i:]]
KEPT = 20
OTHER = "..."


class Summaries:
    """`cells[metric, variant, phase, segment]`; a segment is `None` or (attribute, value).

    The value of a segment is its text, or `...` for the others, or `None` for the missing.
    """

    def __init__(self, rows, measures):
        self.rows, self.measures, self.project = rows, measures, rows.project
        self.experiment = measures.experiment
        self.split()
        self.caps = {}
        selects = [self.select(key) for key in self.experiment.metrics]
        self.rows.db.execute(f"CREATE OR REPLACE TABLE numbers AS {' UNION ALL '.join(selects)}")
        self.cells = {}
        self.sum_up()
        for key in self.experiment.metrics:
            kind = self.project.metrics[key]["kind"]
            if kind == "quantile":
                self.quantiles(key)
            if kind == "funnel":
                self.steps(key)

    def split(self):
        """Each unit once for all and once for each of its segments."""
        units = quoted("units " + self.experiment.key)
        parts = [f"SELECT unit, NULL AS attribute, NULL AS value FROM {units}"]
        for name in self.experiment.segments:
            column = quoted(name)
            counts = dict(self.rows.all(
                f"SELECT {column}::VARCHAR, count(*) FROM {units} WHERE {column} IS NOT NULL GROUP BY 1"
            ))
            kept = sorted(counts, key=lambda value: (-counts[value], value.encode()))[:KEPT]
            listed = ", ".join(map(literal, kept)) or "NULL"
            parts.append(
                f"SELECT unit, {literal(name)}, CASE WHEN {column} IS NULL THEN NULL"
                f" WHEN {column}::VARCHAR IN ({listed}) THEN {column}::VARCHAR ELSE {literal(OTHER)} END FROM {units}"
            )
        self.rows.db.execute(f"CREATE OR REPLACE TABLE segments AS {' UNION ALL '.join(parts)}")

    # ------------------------------------------------------------------------------ caps

    def limit(self, key, column, counted):
        """What a number of this metric is held to, or `None`."""
        cap = self.project.metrics[key].get("cap")
        if cap is None or "at" in cap:
            return None if cap is None else float(cap["at"])
        values = [row[0] for row in self.rows.all(f"SELECT {column} FROM measured WHERE {counted} ORDER BY 1")]
        return quantile(values, cap["quantile"]) if values else None

    def select(self, key):
        """The numbers of one metric's units, capped."""
        numbers = self.measures.numbers(key)
        counted = self.measures.is_counted(key)
        parts = self.project.parts(key)
        has_twin = self.project.covariate(key)[0] == "before"
        above = "false"
        for i, part in enumerate(parts):
            limit = self.limit(part, numbers[i], counted)
            if limit is None:
                continue
            if len(parts) == 1:
                self.caps[key] = limit
                above = f"{numbers[0]} > {limit!r}::DOUBLE"
            twin = self.limit(part, numbers[i + 2], counted) if has_twin else None
            numbers[i] = f"least({numbers[i]}, {limit!r}::DOUBLE)"
            if twin is not None:
                numbers[i + 2] = f"least({numbers[i + 2]}, {twin!r}::DOUBLE)"
        how, what, _ = self.project.covariate(key)
        other = self.limit(what, numbers[2], counted) if how == "metric" else None
        if other is not None:
            numbers[2] = f"least({numbers[2]}, {other!r}::DOUBLE)"
        y, d, x, e = (f"({number})::DOUBLE" for number in numbers)
        return (
            f"SELECT {literal(key)} AS metric, unit, variant, phase, {y} AS y, {d} AS d, {x} AS x, {e} AS e,"
            f" {above} AS above FROM measured WHERE {counted}"
        )

    # ------------------------------------------------------------------------------ moments

    def sum_up(self):
        by = "metric, variant, phase, attribute, value"
        means = ", ".join(f"fsum({a}) / count(*) AS m{a}" for a in LETTERS)
        away = ", ".join(f"{a} - m{a} AS {a}" for a in LETTERS)
        moments = ", ".join(f"fsum({a} * {b}) - fsum({a}) * fsum({b}) / count(*)" for a, b in PAIRS)
        rows = self.rows.all(
            f"WITH split AS (SELECT * FROM numbers JOIN segments USING (unit)),"
            f" means AS (SELECT {by}, {means} FROM split GROUP BY ALL),"
            f" away AS (SELECT {', '.join('s.' + c for c in by.split(', '))}, above, my, md, mx, me,"
            f" s.y AS raw, s.y - my AS y, s.d - md AS d, s.x - mx AS x, s.e - me AS e"
            f" FROM split s JOIN means m ON s.metric = m.metric AND s.variant = m.variant AND s.phase = m.phase"
            f" AND s.attribute IS NOT DISTINCT FROM m.attribute AND s.value IS NOT DISTINCT FROM m.value)"
            f" SELECT {by}, count(*), sum(above::INTEGER), any_value(my), any_value(md), any_value(mx), any_value(me),"
            f" min(raw), max(raw), fsum(y * y * y),"
            f" {moments} FROM away GROUP BY {by}"
        )
        for metric, variant, phase, attribute, value, units, above, *numbers in rows:
            self.cells[metric, variant, phase, attribute and (attribute, value)] = {
                "units": units,
                "mean": numbers[:4],
                "tails": numbers[4:7],
                "comoment": dict(zip(PAIRS, numbers[7:])),
                "capped": int(above),
                "cap": self.caps.get(metric),
            }

    def cell(self, metric, variant, phase, attribute, value):
        return self.cells[metric, variant, phase, attribute and (attribute, value)]

    def steps(self, key):
        source = self.project.source_of(self.project.metrics[key])
        count = len(self.project.metrics[key]["steps"])
        taken = ", ".join(f"count(*) FILTER (WHERE steps > {i})" for i in range(count))
        rows = self.rows.all(
            f"SELECT variant, phase, attribute, value, {taken} FROM measured JOIN segments USING (unit)"
            f" LEFT JOIN ({self.measures.funnel(key, source)}) s USING (unit)"
            f" WHERE {self.measures.is_counted(key)} GROUP BY ALL"
        )
        for variant, phase, attribute, value, *steps in rows:
            self.cell(key, variant, phase, attribute, value)["steps"] = steps

    def quantiles(self, key):
        said = self.project.metrics[key]
        if said.get("of") != "facts":
            values = f"SELECT unit, [{self.measures.wanted[key, AFTER]}] AS own FROM measured"
        else:
            source = self.project.source_of(said)
            value, is_number = self.measures.value(said, source)
            chosen = f"{self.rows.mask(said, source)} AND {self.measures.inside(said, source, AFTER)} AND {is_number}"
            values = (
                "SELECT u.unit, coalesce(own, []) AS own FROM measured u LEFT JOIN (SELECT unit,"
                f" list({value}) AS own FROM {quoted('met ' + source)} WHERE {chosen} GROUP BY unit) f USING (unit)"
            )
        cells = collections.defaultdict(list)
        for *cell, own in self.rows.all(
            f"SELECT variant, phase, attribute, value, own FROM ({values}) v JOIN measured USING (unit)"
            f" JOIN segments USING (unit) WHERE {self.measures.is_counted(key)}"
        ):
            cells[tuple(cell)].append(own)
        for cell, owns in cells.items():
            if said.get("of") == "facts":
                found = clustered(owns, said["level"])
            else:
                found = independent(sorted(own[0] for own in owns), said["level"])
            self.cell(key, *cell)["quantile"] = found
