"""Small warehouses with everything that rows can have wrong with them.

    python tests/nasty.py SEED FOLDER

`make(seed, folder)` writes a project and returns the days worth looking at. The same seed makes
the same warehouse. Half of the seeds are Parquet, a third has integer keys, some have partitions,
another time zone, a source without instants, no assignments, no exposures, no ids, two sources
over the same files, names that an engine would like to lower or to split.
"""

import datetime
import json
import pathlib
import random
import sys
import zoneinfo

import polars

START = datetime.date(2026, 10, 20)
UTC = datetime.UTC
MICRO = datetime.timedelta(microseconds=1)
SPANS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
WINDOWS = [None, None, "1d", "36h", "3d", "1d..3d", "30m..12h", "7d", "45s"]
WHERES = [None, None, "currency = 'EUR'", "amount > 10", "currency <> 'EUR' OR amount < 5",
          "currency IS NULL", "quantity >= 2 AND currency = 'EUR'", "NOT (amount > 10)"]
PAYLOAD = ["CAST(payload AS DOUBLE) > 2", "CAST(payload AS DOUBLE)"]
VALUES = ["amount", "quantity", "amount * quantity", "quantity + 1"]


class Maker:
    def __init__(self, seed, folder):
        self.draw = random.Random(seed)
        self.folder = folder
        d = self.draw
        self.format = d.choice(["parquet", "csv"])
        self.keys = d.choice(["int", "text", "odd"])
        self.zone = d.choice(["UTC", "UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"])
        self.variants = ["control", "a", "b"][: d.choice([2, 2, 3])]
        self.has = d.choice([{"assignments", "exposures"}] * 4 + [{"exposures"}, {"assignments"}])
        self.naive = self.format == "csv" or d.random() < 0.3
        self.source_zone = d.choice(["UTC", "UTC", "Europe/Berlin", "Asia/Tokyo"]) if self.naive else None
        self.partitioned = self.zone == "UTC" and d.random() < 0.5
        self.events = d.choice(["events", "Events", "shop.events", "my-events", "unit"])
        self.twin = d.random() < 0.25
        # One file has one type per column, several CSV files need not.
        self.payload = d.random() < 0.5 and (self.format == "parquet" or not self.partitioned)
        self.with_ids = d.random() < 0.7
        self.assigned_at = d.random() < 0.8
        self.exposed_to = "assignments" not in self.has or d.random() < 0.8
        self.unit_table = d.random() < 0.3
        self.units = [self.unit(i) for i in range(d.choice([3, 12, 40, 120]))]
        self.experiments = {}
        self.metrics = {}

    def unit(self, i):
        if self.keys == "int":
            return i * 7919 - 50 if i else 9_007_199_254_740_993
        if self.keys == "text" or self.format == "csv":
            return f"u{i}"
        odd = ["01", "1", " 1", "NULL", "null", "ü", "u\u0308", "A", "a", "", "'", '"', "x,y", "ß", "🦀"]
        return odd[i] if i < len(odd) else f"U{i}"

    # ------------------------------------------------------------------------------- promises

    def promise(self):
        d = self.draw
        names = ["conv", "count", "sum", "other", "total"]
        source = lambda: "users" if self.unit_table and d.random() < 0.2 else self.events
        for name in names:
            kind = {"conv": "conversion", "count": "count", "sum": "sum"}.get(name) or d.choice(["sum", "count", "conversion"])
            metric = {"kind": kind, "better": "lower" if d.random() < 0.2 else "higher"}
            where = source()
            if self.twin and where != "users" and d.random() < 0.3:
                where = "twin"
            if self.unit_table or self.twin or d.random() < 0.2:
                metric["source"] = where
            if where == "users":
                if kind == "sum":
                    metric["value"] = "visits"
                if d.random() < 0.5:
                    metric["where"] = "visits > 1"
            else:
                if d.random() < 0.8:
                    metric["event"] = d.choice(["purchase", "purchase", "click", "never"])
                if kind == "sum":
                    metric["value"] = d.choice(VALUES)
                predicate, window = d.choice(WHERES), d.choice(WINDOWS)
                if predicate:
                    metric["where"] = predicate
                if self.payload and d.random() < 0.3:
                    metric["event"] = "purchase"
                    metric["value" if kind == "sum" else "where"] = PAYLOAD[kind == "sum"]
                if window:
                    metric["window"] = window
            self.metrics[name] = metric
        self.metrics["ratio"] = {"kind": "ratio", "numerator": "sum", "denominator": "count"}
        self.metrics["share"] = {"kind": "ratio", "numerator": "conv", "denominator": "other"}
        for i in range(d.choice([1, 2, 3])):
            shares = {2: [[50, 50], [90, 10], [30, 70]], 3: [[40, 30, 30], [80, 10, 10]]}[len(self.variants)]
            used = d.sample(sorted(self.metrics), d.randint(1, 5))
            experiment = {
                "start": START + datetime.timedelta(days=i * d.randint(0, 3)),
                "crossovers": d.choice(["exclude", "exclude", "first"]),
                "variants": [
                    {"key": v, "weight": w, "control": v == "control"}
                    for v, w in zip(self.variants, d.choice(shares))
                ],
                "metrics": {"primary": used[:1], "secondary": used[1:]},
            }
            if d.random() < 0.7:
                experiment["end"] = experiment["start"] + datetime.timedelta(days=d.randint(1, 10))
            # A window may not be longer than the experiment.
            if any(m.get("window") == "7d" for m in self.metrics.values()) and "end" in experiment:
                experiment["end"] = max(experiment["end"], experiment["start"] + datetime.timedelta(days=7))
            elif "end" in experiment:
                experiment["end"] = max(experiment["end"], experiment["start"] + datetime.timedelta(days=3))
            if self.has == {"assignments", "exposures"} and d.random() < 0.25:
                experiment["basis"] = "assignment"
            self.experiments[f"exp-{i}"] = experiment

    def write_promises(self):
        lines = ["[project]", 'name = "nasty"', f"timezone = {text(self.zone)}"]
        columns = {
            "assignments": {"experiment": "Exp", "unit": "user id", "variant": "variation"},
            "exposures": {"experiment": "experiment", "unit": "unit", "time": "at"},
            self.events: {"unit": "who", "time": "when", "event": "event"},
            "twin": {"unit": "who", "time": "when", "event": "event"},
            "users": {"unit": "unit"},
        }
        if self.assigned_at:
            columns["assignments"]["time"] = "assigned at"
        if self.exposed_to:
            columns["exposures"]["variant"] = "Variant"
        if self.with_ids:
            columns[self.events]["id"] = "event_id"
        for source in self.sources():
            shared = self.events if source == "twin" else source
            lines += ["", f"[sources.{text(source)}]", f'location = "data/{shared}"']
            if source in (self.events, "twin", "users"):
                lines.append('kind = "facts"')
            if self.partitioned and source in (self.events, "twin", "exposures"):
                lines.append('partition = "day"')
            if self.source_zone and source != "users":
                lines.append(f"timezone = {text(self.source_zone)}")
            pairs = ", ".join(f"{k} = {text(v)}" for k, v in columns[source].items())
            lines.append(f"columns = {{ {pairs} }}")
        write(self.folder / "assize.toml", lines)
        lines = []
        for name, metric in self.metrics.items():
            lines += [f"[metrics.{name}]"] + [f"{k} = {text(v)}" for k, v in metric.items()] + [""]
        write(self.folder / "metrics.toml", lines)
        for key, experiment in self.experiments.items():
            lines = [f"{k} = {text(v)}" for k, v in experiment.items() if k not in ("variants", "metrics")]
            variants = [
                "{ " + ", ".join(f"{k} = {text(x)}" for k, x in v.items()) + " }"
                for v in experiment["variants"]
            ]
            lines += ["variants = [" + ", ".join(variants) + "]", "", "[metrics]"]
            lines += [f"{k} = {json.dumps(v)}" for k, v in experiment["metrics"].items() if v]
            write(self.folder / "experiments" / f"{key}.toml", lines)

    def sources(self):
        return sorted(self.has) + [self.events] + ["users"] * self.unit_table + ["twin"] * self.twin

    # ------------------------------------------------------------------------------- rows

    def some(self, value, otherwise=None, chance=0.03):
        return otherwise if self.draw.random() < chance else value

    def instant(self, day, spread=6.0):
        """Around a day; now and then an edge of it, or no instant that anybody lived through."""
        d = self.draw
        midnight = datetime.datetime(day.year, day.month, day.day, tzinfo=UTC)
        if d.random() < 0.1:
            return midnight + d.choice([-1, 0, 1]) * MICRO + datetime.timedelta(days=d.randint(-1, 8))
        if d.random() < 0.02:
            return d.choice([datetime.datetime(1970, 1, 1, tzinfo=UTC), datetime.datetime(2085, 5, 5, tzinfo=UTC)])
        return midnight + datetime.timedelta(microseconds=round(d.uniform(-1, spread) * 86_400e6))

    def rows(self):
        d = self.draw
        assignments, exposures, events = [], [], []
        odd = ["Control", "control ", "zzz", None]
        for key, experiment in self.experiments.items():
            weights = [v["weight"] for v in experiment["variants"]]
            for unit in self.units:
                promised = d.choices(self.variants, weights)[0]
                if d.random() < 0.93:
                    at = self.instant(experiment["start"], 4)
                    assignments.append((self.some(key, None, 0.01), self.some(unit), self.some(promised, d.choice(odd)), self.some(at)))
                    if d.random() < 0.1:
                        assignments.append((key, unit, d.choice(self.variants), self.instant(experiment["start"], 4)))
                for _ in range(d.choice([0, 1, 1, 1, 2, 3])):
                    met = promised if d.random() < 0.95 else d.choice(self.variants + odd)
                    at = self.instant(experiment["start"])
                    exposures.append((self.some(key, d.choice([None, "other"]), 0.02), self.some(unit), met, self.some(at)))
                    for _ in range(d.choice([0, 1, 2, 4])):
                        events.append(self.event(unit, at))
        ids = 0
        told = []
        for event in events:
            ids += 1
            told.append(self.paid(event) + (self.some(f"id{ids}"),))
            if d.random() < 0.15:
                who, when, name, amount, quantity, currency = event
                copies = [
                    event,
                    (d.choice(self.units), when, name, amount, quantity, currency),
                    (who, when, d.choice(["purchase", "click"]), amount, quantity, currency),
                    (who, when, name, d.choice([None, 3.25, -7.0]), d.choice([None, 5]), d.choice([None, "EUR", "USD"])),
                    (who, when and when + d.choice([-1, 1]) * datetime.timedelta(hours=d.randint(0, 60)), name, amount, quantity, currency),
                    (who, datetime.datetime(1970, 1, 1, tzinfo=UTC), name, amount, quantity, currency),
                    (None, when, name, amount, quantity, currency),
                ]
                told.append(self.paid(d.choice(copies)) + (f"id{ids}",))
        users = [(unit, self.some(d.randint(0, 4))) for unit in self.units + self.units[:2] if d.random() < 0.8]
        users.append((None, 1))
        for rows in (assignments, exposures, told, users):
            d.shuffle(rows)
        return assignments, exposures, told, users

    def paid(self, event):
        """With a text that is a number where the event has one."""
        return event + (str(self.draw.randint(-2, 9)) if event[2] == "purchase" else "n/a",)

    def event(self, unit, at):
        """A fact near a window's edge of an enrollment at `at`, or anywhere."""
        d = self.draw
        if d.random() < 0.4:
            edge = d.choice([0, 45, 1800, 43_200, 86_400, 129_600, 259_200, 604_800])
            when = at + datetime.timedelta(seconds=edge) + d.choice([-1, 0, 0, 1]) * MICRO
        else:
            when = self.instant(START, 9)
        who = self.some(unit if d.random() < 0.97 else d.choice(self.units))
        amount = round(d.lognormvariate(2, 1.5), 2)
        amount = d.choice([None, None, 0.0, -3.5, 1e12, not_finite(d, self.format)]) if d.random() < 0.1 else amount
        currency = d.choice(["EUR", "EUR", "USD", None])
        name = d.choice(["purchase", "purchase", "click", None])
        return (who, self.some(when, None, 0.02), name, amount, self.some(d.randint(-1, 4)), currency)

    def write_rows(self):
        assignments, exposures, events, users = self.rows()
        key = polars.Int64 if self.keys == "int" else polars.String
        text = polars.String
        when = polars.Datetime("us", None if self.naive else "UTC")
        tables = {
            "assignments": ({"Exp": text, "user id": key, "variation": text, "assigned at": when}, assignments),
            "exposures": ({"experiment": text, "unit": key, "Variant": text, "at": when}, exposures),
            self.events: ({"who": key, "when": when, "event": text, "amount": polars.Float64,
                           "quantity": polars.Int64, "currency": text, "payload": text,
                           "event_id": text}, events),
            "users": ({"unit": key, "visits": polars.Int64}, users),
        }
        for source in self.sources():
            if source == "twin":
                continue
            schema, rows = tables[source]
            days = {}
            for row in rows:
                days.setdefault(self.day_of(source, row), []).append(tuple(map(self.local, row)))
            for i, (day, rows) in enumerate(sorted(days.items(), key=str)):
                folder = self.folder / "data" / source / (f"day={day}" if day else "")
                folder.mkdir(parents=True, exist_ok=True)
                cut = self.draw.randint(0, len(rows)) if len(rows) > 20 and self.format == "parquet" else 0
                for part, some in enumerate([rows[:cut], rows[cut:]]):
                    if some:
                        self.write_file(folder / f"part-{part}", polars.DataFrame(some, schema, orient="row"))

    def day_of(self, source, row):
        if not self.partitioned or source not in (self.events, "exposures"):
            return None
        at = row[3] if source == "exposures" else row[1]
        return self.local(at or datetime.datetime(2026, 10, 21, tzinfo=UTC)).date()

    def local(self, value):
        if not isinstance(value, datetime.datetime) or not self.naive:
            return value
        return value.astimezone(zoneinfo.ZoneInfo(self.source_zone)).replace(tzinfo=None)

    def write_file(self, path, frame):
        if self.format == "csv":
            frame.write_csv(path.with_suffix(".csv"), datetime_format="%Y-%m-%d %H:%M:%S%.6f")
        else:
            frame.write_parquet(path.with_suffix(".parquet"))


def not_finite(draw, format):
    return draw.choice([float("nan"), float("inf"), float("-inf")]) if format == "parquet" else None


def text(value):
    if isinstance(value, datetime.date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False)


def write(path, lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")


def make(seed, folder):
    maker = Maker(seed, pathlib.Path(folder))
    maker.promise()
    maker.write_promises()
    maker.write_rows()
    days = [START + datetime.timedelta(days=n) for n in (0, 3, 6, 12)]
    return maker.draw.sample(days, 2)


if __name__ == "__main__":
    print(*make(int(sys.argv[1]), sys.argv[2]))
