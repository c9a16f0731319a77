"""Computes experiments a second time, from the rows, and compares every number with `assize`.

    python tests/differential.py project ASSIZE FOLDER DAY [DAY ...]
    python tests/differential.py random ASSIZE FIRST_SEED COUNT [FOLDER]

An independent reading of the design: DuckDB finds the rows, plain Python adds them up (`fsum`,
exact integers), scipy says the p-values. Units and rows must agree exactly, means to 1e-12,
variances and covariances to 1e-10, p-values to 1e-9, relative. `random` makes small warehouses
with everything that rows can have wrong with them; the same seed makes the same warehouse.
Prints one JSON object; exits 1 on any difference.

What the design leaves open is read as follows. A row that could be left out for two reasons has
the first of: unit, experiment, (instant, as_of, start, end), variant, in the order of `REASONS`.
Of the rows with one id that are facts by the end of as_of, the first by instant counts, then by
unit, then by the columns that the project's metrics read, by name. A fact whose value is NaN or
infinite for a metric of the night that it matches is left out altogether.
"""

import collections
import datetime
import decimal
import itertools
import json
import math
import pathlib
import re
import subprocess
import sys
import tempfile
import tomllib
import zoneinfo

import duckdb
import numpy as np
from scipy import stats

DAY = 86_400_000_000
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
TEN_YEARS = 3_653 * DAY
SPANS = {"d": DAY, "h": 3_600_000_000, "m": 60_000_000, "s": 1_000_000}


# ---------------------------------------------------------------------------- the promises


# Texts that name no unit, in any case; 0 is a number like any other.
NOBODY = (
    "(typeof(__unit) = 'VARCHAR' AND lower(CAST(__unit AS VARCHAR)) IN ('', 'null', '(null)',"
    " 'nil', 'none', 'nan', 'undefined', '00000000-0000-0000-0000-000000000000'))"
)


class Project:
    def __init__(self, root):
        self.root = pathlib.Path(root)
        table = tomllib.loads((self.root / "assize.toml").read_text())
        project = table["project"]
        self.zone = zoneinfo.ZoneInfo(project.get("timezone", "UTC"))
        self.sources = table["sources"]
        metrics = self.root / project.get("metrics", "metrics.toml")
        self.metrics = tomllib.loads(metrics.read_text())["metrics"]
        self.facts = [name for name, s in self.sources.items() if s.get("kind") == "facts"]
        self.experiments = {}
        for file in sorted((self.root / project.get("experiments", "experiments")).glob("*.toml")):
            experiment = tomllib.loads(file.read_text())
            self.experiments[experiment.get("key", file.stem)] = experiment

    def start_of(self, day):
        start = datetime.datetime(day.year, day.month, day.day, tzinfo=self.zone)
        return round((start - EPOCH).total_seconds()) * 1_000_000

    def simple(self, metric):
        """The metrics that rows are matched with: a ratio has two."""
        said = self.metrics[metric]
        return [said["numerator"], said["denominator"]] if said["kind"] == "ratio" else [metric]

    def source_of(self, metric):
        return self.metrics[metric].get("source", self.facts[0])


def metrics_of(experiment):
    names = []
    for role in ("primary", "secondary", "guardrail"):
        for used in experiment["metrics"].get(role, []):
            names.append(used if isinstance(used, str) else used["metric"])
    return names


def window_of(metric):
    text = metric.get("window")
    span = lambda part: int(part[:-1]) * SPANS[part[-1]]
    if text is None:
        return 0, None
    first, dots, last = text.partition("..")
    return (span(first), span(last)) if dots else (0, span(text))


def end_of(experiment):
    return experiment.get("end", experiment["start"] + datetime.timedelta(days=14))


# ---------------------------------------------------------------------------- the rows


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def literal(text):
    return "'" + text.replace("'", "''") + "'"


def in_zone(zone):
    """Microseconds of a local time; of an hour that is there twice, the first."""

    def instant(local):
        since = local.replace(tzinfo=zone).astimezone(datetime.UTC) - EPOCH
        return since // datetime.timedelta(microseconds=1)

    return instant


class Rows:
    """Every source as a table of DuckDB with `__unit`, `__t` (microseconds) and `__id`."""

    def __init__(self, project, night, as_of, prune):
        self.project = project
        self.db = duckdb.connect()
        self.db.execute("SET TimeZone = 'UTC'")
        self.db.execute("SET threads = 1")
        starts = [project.experiments[key]["start"] for key in night]
        one = datetime.timedelta(days=1)
        zones = [source.get("timezone", "UTC") for source in project.sources.values()]
        is_utc = {project.zone.key, *zones} == {"UTC"}
        self.days = (min(starts) - one, as_of if is_utc else as_of + one) if prune else None
        located = {n: s for n, s in project.sources.items() if "location" in s}
        for name, source in located.items():
            self.load(name, source)
        for name, source in project.sources.items():
            if "query" in source:
                self.db.execute(f"CREATE TABLE {quoted(name)} AS {source['query']}")
        for name, source in project.sources.items():
            if name in ("exposures", "assignments") or source.get("kind") == "facts":
                self.name_columns(name, source)

    def load(self, name, source):
        root = self.project.root / source["location"]
        files = [root] if root.is_file() else sorted(root.rglob("*.*"))
        files = [f for f in files if f.is_file() and f.suffix in (".parquet", ".csv")]
        shown = files
        if "partition" in source and self.days:
            day = lambda f: datetime.date.fromisoformat(f.parent.name.partition("=")[2])
            shown = [f for f in files if self.days[0] <= day(f) <= self.days[1]]
        paths = [str(f) for f in shown or files[:1]]
        if paths[0].endswith(".csv"):
            rows = "read_csv(?, header = true, sample_size = -1, hive_partitioning = false)"
        else:
            rows = "read_parquet(?, hive_partitioning = false)"
        none = "" if shown else " LIMIT 0"
        self.db.execute(f"CREATE TABLE {quoted(name)} AS SELECT * FROM {rows}{none}", [paths])

    def types(self, name):
        return {row[0]: row[1] for row in self.db.execute(f"DESCRIBE {quoted(name)}").fetchall()}

    def name_columns(self, name, source):
        columns = source.get("columns", {})
        types = self.types(name)
        unit = quoted(columns.get("unit", "unit"))
        time = "NULL::BIGINT"
        if "time" in columns:
            time = quoted(columns["time"])
            if types[columns["time"]] != "TIMESTAMP WITH TIME ZONE":
                function = quoted(f"instant of {name}")
                self.db.create_function(
                    f"instant of {name}",
                    in_zone(zoneinfo.ZoneInfo(source["timezone"])),
                    ["TIMESTAMP"],
                    "BIGINT",
                )
                time = f"{function}(TRY_CAST({time} AS TIMESTAMP))"
            else:
                time = f"epoch_us({time})"
        told = quoted(columns["id"]) if "id" in columns else "NULL"
        self.db.execute(
            f"CREATE TABLE {quoted('rows of ' + name)} AS SELECT *, row_number() OVER () AS __row,"
            f" {unit} AS __unit, {time} AS __t, {told} AS __id FROM {quoted(name)}"
        )

    def all(self, query, *parameters):
        return self.db.execute(query, list(parameters)).fetchall()


# ---------------------------------------------------------------------------- who is analysed


class Answers:
    """What a night comes to: waterfall, and per metric and variant the units' numbers."""

    def __init__(self, project, night, as_of, prune=True):
        self.project, self.night, self.as_of = project, night, as_of
        self.rows = Rows(project, night, as_of, prune)
        self.until = project.start_of(as_of + datetime.timedelta(days=1))
        starts = [project.experiments[key]["start"] for key in night]
        self.earliest = project.start_of(min(starts)) - TEN_YEARS
        self.latest = self.until + TEN_YEARS
        self.waterfall = {key: {} for key in night}
        self.units = {}
        for key in night:
            self.enroll(key, project.experiments[key])
        self.numbers = {}
        used = {m for key in night for m in metrics_of(project.experiments[key])}
        self.parts = sorted({part for metric in used for part in project.simple(metric)})
        for source in sorted({project.source_of(part) for part in self.parts}):
            self.measure(source)

    def implausible(self):
        return f"(__t < {self.earliest} OR __t >= {self.latest})"

    def sightings(self, key, experiment, source, reasons):
        """Reasons of the rows that name an experiment, and the others by variant and unit."""
        columns = self.project.sources[source].get("columns", {})
        variants = ", ".join(literal(v["key"]) for v in experiment["variants"])
        variant = quoted(columns.get("variant", "variant"))
        if source == "exposures" and "variant" not in columns and "location" in self.project.sources[source]:
            variant = "NULL::VARCHAR"
        cases = " ".join(
            f"WHEN {when.format(variant=variant, variants=variants)} THEN '{reason}'"
            for reason, when in reasons
        )
        table = f"{source} of {key}"
        self.rows.db.execute(
            f"CREATE TABLE {quoted(table)} AS SELECT __unit AS unit, {variant} AS variant, __t AS t,"
            f" CASE {cases} END AS reason FROM {quoted('rows of ' + source)}"
            f" WHERE {quoted(columns.get('experiment', 'experiment'))} = ?",
            [key],
        )
        counts = self.rows.all(f"SELECT reason, count(*) FROM {quoted(table)} GROUP BY ALL")
        self.account(key, f"{source} rows", "named", {r or "counted": n for r, n in counts})
        sighted = collections.defaultdict(list)
        query = f"SELECT unit, variant, t FROM {quoted(table)} WHERE reason IS NULL"
        for unit, variant, t in self.rows.all(query):
            sighted[unit].append((0 if t is None else t, variant, t))
        return sighted

    def account(self, key, population, total, parts):
        parts = {reason: n for reason, n in parts.items() if n}
        if parts:
            self.waterfall[key][population] = (total, sum(parts.values()), parts)

    def enroll(self, key, experiment):
        sources = self.project.sources
        start = self.project.start_of(experiment["start"])
        end = self.project.start_of(end_of(experiment))
        exposures, assignments = {}, None
        if "exposures" in sources:
            said = sources["exposures"]
            reasons = [
                ("null_unit", "__unit IS NULL"),
                ("sentinel_unit", NOBODY),
                ("null_time", "__t IS NULL"),
                ("implausible_time", self.implausible()),
                ("after_as_of", f"__t >= {self.until}"),
                ("before_start", f"__t < {start}"),
                ("after_end", f"__t >= {end}"),
            ]
            if "variant" in said.get("columns", {}) or "query" in said:
                reasons.append(("null_variant", "{variant} IS NULL"))
                reasons.append(("unknown_variant", "{variant} NOT IN ({variants})"))
            exposures = self.sightings(key, experiment, "exposures", reasons)
        if "assignments" in sources:
            reasons = [("null_unit", "__unit IS NULL"), ("sentinel_unit", NOBODY)]
            if "time" in sources["assignments"].get("columns", {}):
                reasons.append(("null_time", "__t IS NULL"))
                reasons.append(("implausible_time", self.implausible()))
                reasons.append(("after_as_of", f"__t >= {self.until}"))
            reasons.append(("null_variant", "{variant} IS NULL"))
            reasons.append(("unknown_variant", "{variant} NOT IN ({variants})"))
            assignments = self.sightings(key, experiment, "assignments", reasons)
        default = "exposure" if "exposures" in sources else "assignment"
        keeps = experiment.get("crossovers", "exclude") == "first"
        fates = collections.Counter()
        analysed = {}
        if experiment.get("basis", default) == "exposure":
            for unit, met in exposures.items():
                promised = (assignments or {}).get(unit)
                seen = {variant for _, variant, _ in met if variant is not None}
                crossed = len(seen) > 1
                first = min(t for _, _, t in met)
                if assignments is None:
                    variant = min((t, v) for t, v, _ in met)[1]
                elif promised is None:
                    fates["unassigned"] += 1
                    continue
                else:
                    crossed = crossed or len({v for _, v, _ in promised}) > 1
                    variant = min((t, v) for t, v, _ in promised)[1]
                if crossed and not keeps:
                    fates["crossover"] += 1
                    continue
                fates["analysed"] += 1
                analysed[unit] = (variant, first)
        else:
            for unit, promised in (assignments or {}).items():
                times = [t for _, _, t in promised if t is not None]
                since = min(times) if times else None
                if since is not None and since < start:
                    fates["before_start"] += 1
                elif since is not None and since >= end:
                    fates["after_end"] += 1
                elif len({v for _, v, _ in promised}) > 1 and not keeps:
                    fates["crossover"] += 1
                else:
                    fates["analysed"] += 1
                    variant = min((t, v) for t, v, _ in promised)[1]
                    analysed[unit] = (variant, start if since is None else since)
        self.account(key, "units", "enrolled", fates)
        self.units[key] = analysed

    # ------------------------------------------------------------------------ what units did

    def mask(self, metric):
        said = self.project.metrics[metric]
        columns = self.project.sources[self.project.source_of(metric)].get("columns", {})
        parts = ["true"]
        if "event" in said:
            parts.append(f"{quoted(columns['event'])} = {literal(said['event'])}")
        if "where" in said:
            # DuckDB asks every part of every row.
            parts.append(f"({said['where'].replace('CAST(', 'TRY_CAST(')})")
        return f"coalesce({' AND '.join(parts)}, false)"

    def content(self, source, types):
        """Columns that the project's metrics read, by name."""
        read = set()
        for metric, said in self.project.metrics.items():
            if said["kind"] != "ratio" and self.project.source_of(metric) == source:
                text = f"{said.get('where', '')} {said.get('value', '')}"
                text = re.sub(r"'[^']*'", " ", text)
                read |= set(re.findall(r"[A-Za-z_][A-Za-z_0-9]*", text)) & set(types)
                if "event" in said:
                    read.add(self.project.sources[source]["columns"]["event"])
        return sorted(read)

    def measure(self, source):
        columns = self.project.sources[source].get("columns", {})
        table = quoted("rows of " + source)
        metrics = [part for part in self.parts if self.project.source_of(part) == source]
        types = self.rows.types("rows of " + source)
        order = ["__t", "__unit"] + [quoted(c) for c in self.content(source, types)]
        order = ", ".join(f"{column} ASC NULLS LAST" for column in order)
        fits = f"__unit IS NOT NULL AND NOT {NOBODY}"
        cases = [("null_unit", "__unit IS NULL"), ("sentinel_unit", NOBODY)]
        if "time" in columns:
            fits += f" AND __t IS NOT NULL AND NOT {self.implausible()} AND __t < {self.until}"
            cases += [
                ("null_time", "__t IS NULL"),
                ("implausible_time", self.implausible()),
                ("after_as_of", f"__t >= {self.until}"),
            ]
        if "id" in columns:
            cases.append(("differing_duplicate", "__id IS NOT NULL AND __version > 1"))
            cases.append(("duplicate", "__id IS NOT NULL AND __copy > 1"))
        masks = {metric: self.mask(metric) for metric in metrics}
        cases.append(("no_metric", "NOT (" + " OR ".join(masks.values()) + ")"))
        whens = " ".join(f"WHEN {when} THEN '{reason}'" for reason, when in cases)
        self.rows.db.execute(
            f"CREATE TABLE judged AS SELECT *, CASE {whens} END AS __reason FROM ("
            f" SELECT *, row_number() OVER copies AS __copy, rank() OVER copies AS __version"
            f" FROM {table} WINDOW copies AS (PARTITION BY __id, {fits} ORDER BY {order}))"
        )
        fates = collections.Counter(
            {r: n for r, n in self.rows.all("SELECT __reason, count(*) FROM judged WHERE __reason IS NOT NULL GROUP BY ALL")}
        )
        facts = {"rows": self.rows.all("SELECT __row, __unit, __t FROM judged WHERE __reason IS NULL")}
        for metric in metrics:
            value = self.project.metrics[metric].get("value", "1")
            query = f"SELECT __row, ({value}) FROM judged WHERE __reason IS NULL AND {masks[metric]}"
            facts[metric] = dict(self.rows.all(query))
        self.rows.db.execute("DROP TABLE judged")
        met = set()
        for key in self.night:
            self.meet(key, source, metrics, facts, met, "time" in columns)
        fates["met"] = len(met)
        fates["not_enrolled"] = len(facts["rows"]) - len(met)
        for key in self.night:
            self.account(key, f"{source} rows, all experiments", "read", fates)

    def meet(self, key, source, metrics, facts, met, timed):
        """Adds the facts of analysed units to their numbers."""
        units = self.units[key]
        found = {metric: collections.defaultdict(list) for metric in metrics}
        windows = {metric: window_of(self.project.metrics[metric]) for metric in metrics}
        parts = collections.Counter()
        for row, unit, t in facts["rows"]:
            if unit not in units:
                continue
            met.add(row)
            since = t - units[unit][1] if timed else 0
            parts["before_enrollment" if since < 0 else "after_enrollment"] += 1
            for metric in metrics:
                first, last = windows[metric]
                inside = not timed or (since >= first and (last is None or since < last))
                if inside and row in facts[metric]:
                    found[metric][unit].append(facts[metric][row])
        self.account(key, f"{source} rows", "met", parts)
        for metric in metrics:
            self.numbers[key, metric] = {unit: 0.0 for unit in units}
            for unit, values in found[metric].items():
                self.numbers[key, metric][unit] = total(values, self.project.metrics[metric]["kind"])

    def summary(self, key, metric, variant):
        units = [unit for unit, (v, _) in self.units[key].items() if v == variant]
        parts = self.project.simple(metric)
        columns = [[self.numbers[key, part][unit] for unit in units] for part in parts]
        return moments(columns, len(units))


def total(values, kind):
    if kind == "conversion":
        return 1.0
    if kind == "count":
        return float(len(values))
    # A value that is no number is skipped by the metric that asks for it, and by no other.
    values = [v for v in values if v is not None and not (isinstance(v, float) and not math.isfinite(v))]
    if any(isinstance(value, float) for value in values):
        return math.fsum(values)
    return float(sum(values, decimal.Decimal(0) if any(isinstance(v, decimal.Decimal) for v in values) else 0))


def moments(columns, units):
    """Units, means and centred co-moments, `y` and perhaps `d`."""
    if units == 0:
        return 0, [0.0] * len(columns), {}
    means = [math.fsum(column) / units for column in columns]
    away = [[value - mean for value in column] for column, mean in zip(columns, means)]
    left = [math.fsum(column) for column in away]
    comoments = {
        (i, j): math.fsum(a * b for a, b in zip(away[i], away[j])) - left[i] * left[j] / units
        for i in range(len(columns))
        for j in range(i, len(columns))
    }
    return units, means, comoments


# ---------------------------------------------------------------------------- what it says


def point(summary):
    """Value and its variance; `None` where there is none."""
    units, means, comoments = summary
    if units < 2:
        return None
    variance = {pair: moment / (units - 1) for pair, moment in comoments.items()}
    if len(means) == 1:
        return means[0], variance[0, 0] / units
    if not means[1] > 0:
        return None
    ratio = means[0] / means[1]
    spread = variance[0, 0] - 2 * ratio * variance[0, 1] + ratio**2 * variance[1, 1]
    # A numerator proportional to its denominator has a constant ratio.
    if spread <= 1e-14 * (variance[0, 0] + ratio**2 * variance[1, 1]):
        spread = 0.0
    return ratio, spread / means[1] ** 2 / units


def welch(control, treatment):
    """t and p, two-sided; `None` where there is nothing to compare."""
    a, b = point(control), point(treatment)
    if a is None or b is None or not a[1] + b[1] > 1e-28 * (a[0] ** 2 + b[0] ** 2):
        return None
    if len(control[1]) == 1:
        spread = lambda summary: math.sqrt(summary[2][0, 0] / (summary[0] - 1))
        said = stats.ttest_ind_from_stats(
            b[0], spread(treatment), treatment[0], a[0], spread(control), control[0], equal_var=False
        )
        return said.statistic, said.pvalue
    t = (b[0] - a[0]) / math.sqrt(a[1] + b[1])
    freedom = (a[1] + b[1]) ** 2 / (a[1] ** 2 / (control[0] - 1) + b[1] ** 2 / (treatment[0] - 1))
    return t, 2 * stats.t.sf(abs(t), freedom)


def score(control, treatment):
    """p of Miettinen and Nurminen (1985), or `None` where ten convert, and do not, in each arm."""
    units = [control[0], treatment[0]]
    converted = [round(summary[0] * summary[1][0]) for summary in (control, treatment)]
    share = sum(converted) / sum(units)
    expected = min(share, 1 - share) * min(units)
    if min(*converted, *(n - c for n, c in zip(units, converted)), expected) >= 10:
        return None
    variance = share * (1 - share) * (1 / units[0] + 1 / units[1]) * sum(units) / (sum(units) - 1)
    return 2 * stats.norm.sf(abs(treatment[1][0] - control[1][0]) / math.sqrt(variance))


def sample_ratio(observed, weights):
    units = sum(observed)
    if units == 0:
        return None
    expected = [units * weight / sum(weights) for weight in weights]
    if len(observed) == 2 and min(expected) < 5:
        return stats.binomtest(observed[0], units, weights[0] / sum(weights)).pvalue
    if min(expected) < 5 and math.comb(units + len(observed) - 1, units) <= 200_000:
        return exact_multinomial(observed, units, [weight / sum(weights) for weight in weights])
    return stats.chisquare(observed, expected).pvalue


def exact_multinomial(observed, units, shares):
    """Probability of all outcomes that are no more likely than the one seen."""
    bars = itertools.combinations(range(units + len(shares) - 1), len(shares) - 1)
    cuts = np.array([(-1, *bar, units + len(shares) - 1) for bar in bars])
    mass = stats.multinomial.logpmf(np.diff(cuts, axis=1) - 1, units, shares)
    return np.exp(mass[mass <= stats.multinomial.logpmf(observed, units, shares) + 1e-7]).sum()


# ---------------------------------------------------------------------------- the comparison


class Comparison:
    def __init__(self):
        self.numbers = 0
        self.differences = []

    def same(self, what, ours, theirs):
        self.numbers += 1
        if ours != theirs:
            self.differences.append(f"{what}: assize says {theirs}, the rows say {ours}")

    def close(self, what, ours, theirs, tolerance, scale=0.0):
        self.numbers += 1
        if ours is None or theirs is None:
            fine = ours is None and theirs is None
        else:
            fine = abs(ours - theirs) <= tolerance * max(abs(ours), abs(theirs)) + scale
        if not fine:
            self.differences.append(f"{what}: assize says {theirs}, the rows say {ours}")

    def report(self, name, answers, report, waterfall=True):
        key = report["experiment"]
        experiment = answers.project.experiments[key]
        name = f"{name} {key} {report['as_of']}"
        if waterfall:
            theirs = {}
            for row in report["waterfall"]:
                total, whole, parts = theirs.get(row["population"], (None, None, {}))
                if row["is_total"]:
                    total, whole = row["reason"], row["count"]
                else:
                    parts[row["reason"]] = row["count"]
                theirs[row["population"]] = (total, whole, parts)
            for population in sorted({*theirs, *answers.waterfall[key]}):
                mine = answers.waterfall[key].get(population)
                self.same(f"{name}: {population}", mine, theirs.get(population))
        variants = experiment["variants"]
        by_variant = collections.Counter(variant for variant, _ in answers.units[key].values())
        observed = [by_variant[v["key"]] for v in variants]
        ratio = next(h for h in report["health"] if h["check"] == "sample_ratio")
        expected = sample_ratio(observed, [v["weight"] for v in variants])
        self.close(f"{name}: sample ratio", expected, ratio["p_value"], 1e-9, 1e-300)
        said = {(row["metric"], row["variant"]): row["summary"] for row in report["summaries"]}
        control = next(v["key"] for v in variants if v.get("control"))
        estimates = {(row["metric"], row["treatment"]): row for row in report["estimates"]}
        for metric in metrics_of(experiment):
            summaries = {v["key"]: answers.summary(key, metric, v["key"]) for v in variants}
            for variant, mine in summaries.items():
                self.summary(f"{name}: {metric} in {variant}", mine, said.get((metric, variant)))
            for treatment in (v["key"] for v in variants if v["key"] != control):
                what = f"{name}: {metric} of {treatment}"
                mine = welch(summaries[control], summaries[treatment])
                theirs = estimates[metric, treatment].get("estimate")
                self.same(f"{what} exists", mine is not None, theirs is not None)
                if mine and theirs:
                    self.close(f"{what} t", mine[0], theirs["statistic"], 1e-9, 1e-12)
                    few = None
                    if answers.project.metrics[metric]["kind"] == "conversion":
                        few = score(summaries[control], summaries[treatment])
                    p_value = mine[1] if few is None else few
                    self.close(f"{what} p", p_value, theirs["fixed"]["p_value"], 1e-9, 1e-300)
        self.same(f"{name}: estimates", len(metrics_of(experiment)) * (len(variants) - 1), len(estimates))

    def summary(self, what, mine, theirs):
        units, means, comoments = mine
        self.same(f"{what} units", units, theirs["units"] if theirs else 0)
        if not theirs or units == 0:
            return
        for i, mean in enumerate(means):
            self.close(f"{what} mean {i}", mean, theirs["mean"][i], 1e-12)
        for (i, j), moment in comoments.items():
            scale = math.sqrt(abs(comoments[i, i] * comoments[j, j])) * 1e-10 if i != j else 0.0
            noise = 1e-28 * units * abs(means[i] * means[j])
            self.close(f"{what} comoment {i}{j}", moment, theirs["comoment"][i][j], 1e-10, scale + noise)


def ask(assize, arguments):
    done = subprocess.run([assize, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode not in (0, 10):
        return None, f"exit {done.returncode}: {done.stderr.strip()[-900:]}"
    return json.loads(done.stdout), None


def due(project, as_of):
    is_due = lambda e: e["start"] <= as_of and e.get("status", "running") in ("running", "paused", "stopped")
    return [key for key, experiment in project.experiments.items() if is_due(experiment)]


def compare(comparison, assize, folder, as_of, name):
    """A whole night, then its first experiment alone, which must say the same."""
    project = Project(folder)
    night = due(project, as_of)
    if not night:
        return
    reports, problem = ask(assize, ["run", "--project", folder, "--as-of", as_of, "--output", "json"])
    if problem:
        comparison.differences.append(f"{name} {as_of}: {problem}")
        return
    answers = Answers(project, night, as_of)
    comparison.same(f"{name} {as_of}: experiments", sorted(night), sorted(r["experiment"] for r in reports))
    for report in reports:
        comparison.report(name, answers, report)
    whole = Answers(project, night, as_of, prune=False)
    if name.startswith("random"):
        for report in reports:
            comparison.report(f"{name} unpruned", whole, report, waterfall=False)
    alone, problem = ask(assize, ["analyze", night[0], "--project", folder, "--as-of", as_of, "--output", "json"])
    if problem:
        comparison.differences.append(f"{name} {as_of} alone: {problem}")
        return
    comparison.report(f"{name} alone", Answers(project, night[:1], as_of), alone[0])
    together = next(r for r in reports if r["experiment"] == night[0])
    what = f"{name} {as_of} alone and together: summaries"
    comparison.same(what, together["summaries"], alone[0]["summaries"])


def main():
    mode, assize, *rest = sys.argv[1:]
    comparison = Comparison()
    warehouses = 0
    if mode == "project":
        folder, *days = rest
        for day in days:
            compare(comparison, assize, folder, datetime.date.fromisoformat(day), "project")
        warehouses = 1
    elif mode == "random":
        from nasty import make

        first, count = int(rest[0]), int(rest[1])
        for seed in range(first, first + count):
            with tempfile.TemporaryDirectory() as folder:
                kept = pathlib.Path(rest[2], str(seed)) if len(rest) > 2 else pathlib.Path(folder)
                for as_of in make(seed, kept):
                    compare(comparison, assize, kept, as_of, f"random {seed}")
            warehouses += 1
    print(json.dumps({
        "warehouses": warehouses,
        "numbers": comparison.numbers,
        "differences": comparison.differences,
    }, indent=1))
    sys.exit(1 if comparison.differences else 0)


if __name__ == "__main__":
    main()
