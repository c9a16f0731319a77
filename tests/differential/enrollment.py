"""Who is analysed: one row per unit with its variant, instants, phase and attributes.

What the design leaves open is read as follows. A row that could be left out for two reasons has
the first: unit, (instant, as_of, start, end), forced, variant, holdout. A forced row tells nothing
about its unit but that it was forced, a held-out one nothing but that it is held out: neither says
when the unit was met or makes a crossover, and both are looked for in exposures and assignments. A
unit whose only assignments are forced or hold it out is not unassigned. Nobody is forced once
nobody enrolls any more.
"""

from project import window
from rows import literal, quoted


class Enrollment:
    def __init__(self, rows, experiment):
        self.rows, self.experiment = rows, experiment
        self.waterfall = {}
        self.sight("exposures", self.exposure_reasons())
        self.sight("assignments", self.assignment_reasons())
        self.judge_units()

    # ------------------------------------------------------------------------------ rows

    def has(self, source):
        return source in self.rows.project.sources

    def column(self, source, ours):
        return self.rows.project.sources[source]["columns"].get(ours)

    def variant_reasons(self):
        e = self.experiment
        variants = ", ".join(map(literal, e.variants))
        holdouts = ", ".join(map(literal, e.holdouts)) or "NULL"
        return [
            ("null_variant", "variant IS NULL"),
            ("holdout", f"variant IN ({holdouts})"),
            ("unknown_variant", f"variant NOT IN ({variants})"),
        ]

    def exposure_reasons(self):
        e, project = self.experiment, self.rows.project
        reasons = [
            ("null_unit", "unit_ IS NULL"),
            ("null_time", "t_ IS NULL"),
            ("implausible_time", self.rows.implausible()),
            ("after_as_of", f"t_ >= {project.until}"),
            ("before_start", f"t_ < {e.start}"),
            ("after_end", f"t_ >= {e.until}"),
            ("forced", "coalesce(forced, false)"),
        ]
        if self.has("exposures") and self.column("exposures", "variant"):
            reasons += self.variant_reasons()
        return reasons

    def assignment_reasons(self):
        reasons = [("null_unit", "unit_ IS NULL")]
        if self.has("assignments") and self.column("assignments", "time"):
            reasons += [
                ("null_time", "t_ IS NULL"),
                ("implausible_time", self.rows.implausible()),
                ("after_as_of", f"t_ >= {self.rows.project.until}"),
            ]
        late = f"coalesce(forced AND t_ >= {self.experiment.until}, false)"
        return reasons + [("after_end", late), ("forced", "coalesce(forced, false)"), *self.variant_reasons()]

    def sight(self, source, reasons):
        """Rows that name the experiment; an absent source is an empty table."""
        e = self.experiment
        table = f"CREATE OR REPLACE TABLE seen_{source} AS"
        if not self.has(source):
            self.rows.db.execute(
                f"{table} SELECT NULL::VARCHAR AS unit, NULL::VARCHAR AS variant, NULL::BIGINT AS t,"
                " NULL::VARCHAR AS reason WHERE false"
            )
            return
        columns = {
            ours: quoted(self.column(source, ours)) if self.column(source, ours) else f"NULL::{type_}"
            for ours, type_ in (("variant", "VARCHAR"), ("forced", "BOOLEAN"))
        }
        whens = " ".join(f"WHEN {when} THEN '{reason}'" for reason, when in reasons)
        self.rows.db.execute(
            f"{table} SELECT unit_ AS unit, variant, t_ AS t, CASE {whens} END AS reason FROM ("
            f" SELECT unit_, t_, {columns['variant']} AS variant, {columns['forced']} AS forced"
            f" FROM {quoted('all ' + source)} WHERE {quoted(self.column(source, 'experiment'))} = ?)",
            [e.key],
        )
        counts = dict(self.rows.all(f"SELECT coalesce(reason, 'counted'), count(*) FROM seen_{source} GROUP BY 1"))
        if counts:
            self.waterfall[f"{source} rows"] = ("named", counts)

    # ------------------------------------------------------------------------------ units

    def judge_units(self):
        e = self.experiment
        both = " UNION ALL ".join(f"SELECT unit, reason FROM seen_{s}" for s in ("exposures", "assignments"))
        per_source = (
            "SELECT unit, count(DISTINCT variant) FILTER (WHERE reason IS NULL) AS variants,"
            " min({'t': coalesce(t, 0), 'v': variant}) FILTER (WHERE reason IS NULL) AS first_,"
            " min(t) FILTER (WHERE reason IS NULL) AS since"
            " FROM {} WHERE reason IS NULL OR reason IN ('forced', 'holdout') GROUP BY unit"
        )
        basis, other = ("x", "a") if e.by_exposure else ("a", "x")
        promised = self.has("assignments")
        crossed = "a.variants > 1" if not e.by_exposure else (
            "coalesce(x.variants > 1, false) OR coalesce(a.variants > 1, false)"
        )
        variant = "a.first_.v" if promised else "x.first_.v"
        met = f"{basis}.since" if e.by_exposure else f"coalesce(a.since, {e.start})"
        cases = []
        if e.by_exposure and promised:
            cases.append(("unassigned", "a.unit IS NULL"))
        if not e.by_exposure:
            cases += [("before_start", f"a.since < {e.start}"), ("after_end", f"a.since >= {e.until}")]
        if not e.keeps_first:
            cases.append(("crossover", crossed))
        cases += [("forced", "g.forced"), ("holdout", "g.held")]
        whens = " ".join(f"WHEN {when} THEN '{reason}'" for reason, when in cases)
        self.rows.db.execute(
            "CREATE OR REPLACE TABLE judged AS WITH"
            f" x AS ({per_source.replace('{}', 'seen_exposures')}),"
            f" a AS ({per_source.replace('{}', 'seen_assignments')}),"
            f" g AS (SELECT unit, bool_or(reason IS NOT DISTINCT FROM 'forced') AS forced,"
            f" bool_or(reason IS NOT DISTINCT FROM 'holdout') AS held FROM ({both}) GROUP BY unit)"
            f" SELECT {basis}.unit, {variant} AS variant, {met} AS met_at, CASE {whens} END AS reason"
            f" FROM {basis} LEFT JOIN {other} USING (unit) LEFT JOIN g USING (unit)"
        )
        self.describe()
        self.admit()
        self.count()

    def describe(self):
        """Adds the attributes, which a unit has one value of; asks the audience."""
        names = self.rows.project.sources.get("assignments", {}).get("attributes", [])
        self.attributes = names
        if not names:
            self.rows.db.execute("CREATE OR REPLACE TABLE described AS SELECT * FROM judged")
            return
        values = ", ".join(f"max({quoted(name)}) AS {quoted(name)}" for name in names)
        key = quoted(self.column("assignments", "experiment"))
        audience = self.experiment.audience or "true"
        columns = ", ".join(f"k.{quoted(name)}" for name in names)
        self.rows.db.execute(
            "CREATE OR REPLACE TABLE described AS"
            f" SELECT j.unit, j.variant, j.met_at, coalesce(j.reason, CASE WHEN coalesce(({audience}), false)"
            f" THEN NULL ELSE 'not_in_audience' END) AS reason, {columns} FROM judged j LEFT JOIN ("
            f" SELECT unit_ AS unit, {values} FROM {quoted('all assignments')} WHERE {key} = ? GROUP BY unit_"
            ") k USING (unit)",
            [self.experiment.key],
        )

    def admit(self):
        """Enrollment begins with the entry, where there is one."""
        entry = self.experiment.entry
        enrolled, join = "d.met_at", ""
        if entry is not None:
            source = self.experiment.entry_source
            first, last = window(entry)
            inside = f"f.t_ >= d.met_at + {first}" + (f" AND f.t_ < d.met_at + {last}" if last else "")
            enrolled = "n.at"
            join = (
                " LEFT JOIN (SELECT d.unit, min(f.t_) AS at FROM described d"
                f" JOIN {quoted('facts ' + source)} f ON f.who_ = d.unit AND f.reason_ IS NULL"
                f" AND {inside} AND {self.rows.mask(entry, source)} WHERE d.reason IS NULL GROUP BY 1)"
                " n USING (unit)"
            )
        phase = " + ".join(f"(d.met_at >= {at})::INTEGER" for at in self.experiment.phases[1:]) or "0"
        self.rows.db.execute(
            f"CREATE OR REPLACE TABLE fates AS SELECT d.*, {enrolled} AS enrolled_at, {phase} AS phase,"
            f" coalesce(d.reason, CASE WHEN {enrolled} IS NULL THEN 'no_entry' ELSE 'analysed' END) AS fate"
            f" FROM described d{join}"
        )

    def count(self):
        fates = dict(self.rows.all("SELECT fate, count(*) FROM fates GROUP BY 1"))
        if fates:
            self.waterfall["units"] = ("enrolled", fates)
        self.rows.db.execute(
            f"CREATE OR REPLACE TABLE {quoted('units ' + self.experiment.key)} AS"
            " SELECT * EXCLUDE (reason, fate) FROM fates WHERE fate = 'analysed'"
        )
