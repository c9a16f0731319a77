"""What a project promises, from its TOML files."""

import datetime
import pathlib
import tomllib
import zoneinfo

DAY = 86_400_000_000
SPANS = {"d": DAY, "h": 3_600_000_000, "m": 60_000_000, "s": 1_000_000}
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
ONE_DAY = datetime.timedelta(days=1)


def span(text):
    return int(text[:-1]) * SPANS[text[-1]]


def window(said):
    """`[from, to)` in microseconds; `to` is `None` where it is open."""
    text = said.get("window")
    if text is None:
        return 0, None
    first, dots, last = text.partition("..")
    return (span(first), span(last)) if dots else (0, span(text))


def table_of(said):
    return {"event": said} if isinstance(said, str) else said


class Experiment:
    def __init__(self, key, said, project):
        self.key, self.said = key, said
        self.variants = [v["key"] for v in said["variants"]]
        end = said.get("end", said["start"] + datetime.timedelta(days=14))
        self.start = project.midnight(said["start"])
        self.until = project.midnight(said.get("enroll_until", end))
        self.phases = [self.start] + [project.midnight(p["from"]) for p in said.get("phases", [])]
        self.holdouts = said.get("holdout", [])
        self.segments = said.get("segments", [])
        self.keeps_first = said.get("crossovers") == "first"
        default = "exposure" if "exposures" in project.sources else "assignment"
        self.by_exposure = said.get("basis", default) == "exposure"
        self.audience = said.get("audience")
        self.entry = said.get("entry")
        timed = [name for name in project.facts if project.has_time(name)]
        self.entry_source = self.entry and (self.entry.get("source") or timed[0])
        self.metrics = [
            table if isinstance(table, str) else table["metric"]
            for role in ("primary", "secondary", "guardrail")
            for table in said["metrics"].get(role, [])
        ]


class Project:
    def __init__(self, root):
        self.root = pathlib.Path(root)
        said = tomllib.loads((self.root / "assize.toml").read_text())
        self.zone = zoneinfo.ZoneInfo(said["project"].get("timezone", "UTC"))
        self.sources = said["sources"]
        self.facts = [name for name, s in self.sources.items() if s.get("kind") == "facts"]
        self.metrics = tomllib.loads((self.root / "metrics.toml").read_text())["metrics"]
        self.as_of = tomllib.loads((self.root / "scenario.toml").read_text())["as_of"]
        self.until = self.midnight(self.as_of + ONE_DAY)
        files = sorted((self.root / "experiments").glob("*.toml"))
        said = {file.stem: tomllib.loads(file.read_text()) for file in files}
        self.experiments = [
            Experiment(key, table, self) for key, table in said.items() if table["start"] <= self.as_of
        ]
        first = min((experiment.start for experiment in self.experiments), default=0)
        self.earliest, self.latest = first - 3_653 * DAY, self.until + 3_653 * DAY

    def midnight(self, day):
        start = datetime.datetime(day.year, day.month, day.day, tzinfo=self.zone)
        return round((start - EPOCH).total_seconds()) * 1_000_000

    def source_of(self, said):
        return said.get("source", self.facts[0])

    def has_time(self, source):
        return "time" in self.sources[source]["columns"]

    def skew(self, source):
        return span(self.sources[source].get("clock_skew", "0s"))

    def parts(self, key):
        """The metrics that rows are matched with: a ratio has two."""
        said = self.metrics[key]
        return [said["numerator"], said["denominator"]] if said["kind"] == "ratio" else [key]

    def covariate(self, key):
        """What is known from before: how, what, and in which span."""
        said = self.metrics[key].get("covariate", "none")
        if said == "none":
            return None, None, None
        if isinstance(said, str):
            return "before", None, span(said)
        if "attribute" in said:
            return "attribute", said["attribute"], None
        return "metric", said["metric"], span(said["window"])

    def matures(self, key):
        """How long a unit must have been enrolled to count, or `None`."""
        said = self.metrics[key]
        if said["kind"] != "retention" and said.get("maturity") != "matured":
            return None
        return max(window(self.metrics[part])[1] for part in self.parts(key))
