"""What units did: for each metric of an experiment the units' `[y, d, x, e]`.

A measure is what one metric makes of the facts of one span: those of its window after a unit
enrolled, or those of a covariate's span before it met the experiment. All measures of a source
are columns of one query; a funnel is a chain of them, one step at a time.

What the design leaves open is read as follows. A fact within the clock skew is in a window as if
it happened at the instant of enrollment, in the order of its source's own clock among the steps
of a funnel, and in a covariate's span besides. A step that
says the same as an earlier one is later than that one, not than those between. A value that is
not finite has no place among distinct ones either.
"""

from project import table_of, window
from rows import quoted

AFTER = "after"


class Measures:
    def __init__(self, rows, experiment):
        self.rows, self.project, self.experiment = rows, rows.project, experiment
        self.wanted = {}
        for key in experiment.metrics:
            self.want(key)
        self.met = {}
        for source in sorted({self.project.source_of(self.project.metrics[key]) for key, _ in self.wanted}):
            self.meet(source)
        self.count()

    # ------------------------------------------------------------------------------ wanted

    def want(self, key):
        for part in self.project.parts(key):
            self.column(part, AFTER)
        how, what, span = self.project.covariate(key)
        if how == "before":
            for part in self.project.parts(key):
                self.column(part, span)
        if how == "metric":
            self.column(what, span)

    def column(self, key, when):
        return self.wanted.setdefault((key, when), f"m{len(self.wanted)}")

    def inside(self, said, source, when):
        if not self.project.has_time(source):
            return "true"
        if when != AFTER:
            return f"before > 0 AND before <= {when}"
        first, last = window(said)
        return f"since >= {first}" + (f" AND since < {last}" if last is not None else "")

    # ------------------------------------------------------------------------------ facts

    def meet(self, source):
        """The facts of analysed units, with how long after enrollment and before the meeting."""
        skew = self.project.skew(source)
        self.rows.db.execute(
            f"CREATE OR REPLACE TABLE {quoted('met ' + source)} AS SELECT f.*, u.unit,"
            f" CASE WHEN t_ >= enrolled_at THEN t_ - enrolled_at WHEN t_ >= enrolled_at - {skew} THEN 0 END AS since,"
            f" met_at - t_ AS before FROM {quoted('facts ' + source)} f"
            f" JOIN {quoted('units ' + self.experiment.key)} u ON u.unit = f.who_ WHERE reason_ IS NULL"
        )

    def count(self):
        """One row per unit, one column per measure; `steps` of funnels beside them."""
        columns, joins = [], []
        sources = {}
        for (key, when), name in self.wanted.items():
            sources.setdefault(self.project.source_of(self.project.metrics[key]), []).append((key, when, name))
        for number, (source, measures) in enumerate(sources.items()):
            simple = [(key, when, name) for key, when, name in measures if not self.is_funnel(key)]
            if simple:
                found = ", ".join(f"{self.aggregate(key, source, when)} AS {name}" for key, when, name in simple)
                joins.append(
                    f"LEFT JOIN (SELECT unit, {found} FROM {quoted('met ' + source)} GROUP BY unit) s{number} USING (unit)"
                )
                columns += [f"coalesce({name}, 0)::DOUBLE AS {name}" for _, _, name in simple]
            for key, _, name in measures:
                if self.is_funnel(key):
                    joins.append(f"LEFT JOIN ({self.funnel(key, source)}) {name} USING (unit)")
                    columns.append(f"coalesce({name}.taken, 0)::DOUBLE AS {name}")
        self.rows.db.execute(
            f"CREATE OR REPLACE TABLE measured AS SELECT {', '.join(['u.*', *columns])}"
            f" FROM {quoted('units ' + self.experiment.key)} u {' '.join(joins)}"
        )

    def is_funnel(self, key):
        return self.project.metrics[key]["kind"] == "funnel"

    def value(self, said, source):
        """The finite values, as doubles; those of other types as they are."""
        text = f"({said['value']})"
        if self.rows.types[source].get(said["value"]) == "VARCHAR":
            return text, f"{text} IS NOT NULL"
        return f"({text}::DOUBLE + 0.0)", f"isfinite({text}::DOUBLE)"

    def aggregate(self, key, source, when):
        said = self.project.metrics[key]
        chosen = f"{self.rows.mask(said, source)} AND {self.inside(said, source, when)}"
        kind = said["kind"]
        if kind in ("conversion", "retention"):
            return f"(count(*) FILTER (WHERE {chosen}) >= {said.get('at_least', 1)})::INTEGER"
        if kind == "count":
            return f"count(*) FILTER (WHERE {chosen})"
        value, is_number = self.value(said, source)
        chosen = f"FILTER (WHERE {chosen} AND {is_number})"
        if kind == "max":
            return f"max({value}) {chosen}"
        if kind == "distinct":
            return f"count(DISTINCT {value}) {chosen}"
        return f"fsum({value}) {chosen}"

    def funnel(self, key, source):
        """How many steps each unit took; a unit that took none is not in it."""
        said = self.project.metrics[key]
        steps = [table_of(step) for step in said["steps"]]
        same = [(step.get("event"), step.get("where")) for step in steps]
        mine = f"{self.rows.mask({'where': said.get('where')}, source)} AND {self.inside(said, source, AFTER)}"
        chain = []
        for i, step in enumerate(steps):
            reached = f" JOIN step{i - 1} p USING (unit)" if i else ""
            after = [f"f.t_ >= p.at{i - 1}"] if i else []
            after += [f"f.t_ > p.at{j}" for j in range(i) if same[j] == same[i]]
            past = "".join(f", p.at{j}" for j in range(i))
            chosen = " AND ".join([mine, self.rows.mask(step, source), *after])
            chain.append(
                f"step{i} AS MATERIALIZED (SELECT f.unit{past}, min(f.t_) AS at{i} FROM {quoted('met ' + source)} f{reached}"
                f" WHERE {chosen} GROUP BY ALL)"
            )
        taken = " UNION ALL ".join(f"SELECT unit FROM step{i}" for i in range(len(steps)))
        return f"WITH {', '.join(chain)} SELECT unit, (count(*) = {len(steps)})::INTEGER AS taken, count(*) AS steps FROM ({taken}) GROUP BY unit"

    # ------------------------------------------------------------------------------ numbers

    def numbers(self, key):
        """Expressions of `y, d, x, e` over `measured`."""
        parts = [self.wanted[part, AFTER] for part in self.project.parts(key)]
        y, d = parts if len(parts) == 2 else (parts[0], "1.0")
        how, what, span = self.project.covariate(key)
        if how == "before":
            twins = [self.wanted[part, span] for part in self.project.parts(key)]
            return [y, d, twins[0], twins[1] if len(twins) == 2 else "1.0"]
        if how == "metric":
            return [y, d, self.wanted[what, span], "1.0"]
        if how == "attribute":
            known = f"coalesce(isfinite({quoted(what)}::DOUBLE), false)"
            return [y, d, f"CASE WHEN {known} THEN {quoted(what)} ELSE 0 END", f"{known}::INTEGER"]
        return [y, d, "1.0", "1.0"]

    def is_counted(self, key):
        matures = self.project.matures(key)
        return "true" if matures is None else f"enrolled_at + {matures} <= {self.project.until}"
