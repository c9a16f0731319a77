"""What a night comes to: the waterfall of each experiment, and its summaries.

A fact that only admits units counts as much as one of a metric; a fact that is only a covariate's
happened before its unit enrolled, like any other.
"""

from enrollment import Enrollment
from measures import Measures
from project import table_of
from rows import Rows, quoted
from summaries import Summaries


def answers(project):
    """Waterfall and cells by experiment, as the rows have them."""
    rows = Rows(project)
    read = {}
    for source, keys in by_source(project).items():
        wanted = [mask for key in keys for mask in masks(rows, key, source)]
        entries = [e.entry for e in project.experiments if e.entry_source == source]
        read[source] = rows.judge(source, wanted + [rows.mask(entry, source) for entry in entries])
    found = {}
    for experiment in project.experiments:
        waterfall = Enrollment(rows, experiment).waterfall
        found[experiment.key] = waterfall, Summaries(rows, Measures(rows, experiment)).cells
    for source, reasons in read.items():
        account(rows, project, source, reasons, found)
    return found


def by_source(project):
    """The metrics that facts are matched with, by the source they are of."""
    used = {key for e in project.experiments for key in e.metrics}
    twins = {what for how, what, _ in map(project.covariate, used) if how == "metric"}
    sources = {}
    for key in sorted({part for key in used | twins for part in project.parts(key)}):
        sources.setdefault(project.source_of(project.metrics[key]), []).append(key)
    for source in {e.entry_source for e in project.experiments} - {None}:
        sources.setdefault(source, [])
    return sources


def masks(rows, key, source):
    """Facts that a metric counts: of a funnel those of any step."""
    said = rows.project.metrics[key]
    if said["kind"] != "funnel":
        return [rows.mask(said, source)]
    own = rows.mask({"where": said.get("where")}, source)
    return [f"({own} AND {rows.mask(table_of(step), source)})" for step in said["steps"]]


def account(rows, project, source, reasons, found):
    """Where every fact went: to an analysed unit, or not, and before or after it enrolled."""
    units = " UNION ".join(f"SELECT unit FROM {quoted('units ' + e.key)}" for e in project.experiments)
    met, counted = rows.all(
        f"SELECT count(*) FILTER (WHERE who_ IN ({units})), count(*)"
        f" FROM {quoted('facts ' + source)} WHERE reason_ IS NULL"
    )[0]
    for e in project.experiments:
        waterfall = found[e.key][0]
        waterfall[f"{source} rows, all experiments"] = (
            "read", reasons | {"met": met, "not_enrolled": counted - met},
        )
        before = f"coalesce(t_ < enrolled_at - {project.skew(source)}, false)"
        parts = rows.all(
            f"SELECT CASE WHEN {before} THEN 'before_enrollment' ELSE 'after_enrollment' END, count(*)"
            f" FROM {quoted('facts ' + source)} JOIN {quoted('units ' + e.key)} ON unit = who_"
            " WHERE reason_ IS NULL GROUP BY 1"
        )
        if parts:
            waterfall[f"{source} rows"] = "met", dict(parts)
