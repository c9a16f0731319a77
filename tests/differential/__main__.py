"""Computes random scenarios a second time, in DuckDB, and compares every number with `assize`.

    python tests/differential ASSIZE FIRST END [FOLDER]

An independent reading of the design: `assize simulate --scenario` makes the projects of the seeds
from FIRST to before END, and sets of SQL statements say who is analysed, what units did and what
their numbers come to. Nothing of the engine is used, and no code is shared with it. A folder
keeps the projects. Prints one JSON object, each difference with the seed it is of; exits 1 on any.

`project` reads the promises, `rows` the rows, `enrollment` says who is analysed, `measures` what
units did, `summaries` and `quantiles` what that comes to, `compare` where `assize` says otherwise.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import traceback

from able import reduce
from compare import Comparison
from enrollment import Enrollment
from measures import Measures
from project import Project
from rows import Rows, quoted
from summaries import Summaries


def ask(assize, arguments):
    done = subprocess.run([assize, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode not in (0, 10):
        said = [line for line in done.stderr.splitlines() if '"level":"INFO"' not in line]
        return None, f"exit {done.returncode}: {' / '.join(said)[-900:]}"
    return json.loads(done.stdout), None


def answers(project):
    """Waterfall and cells by experiment, as the rows have them."""
    rows = Rows(project)
    used = {key for e in project.experiments for key in e.metrics}
    used |= {p for key in used for p in project.parts(key)}
    used |= {c[1] for c in map(project.covariate, used) if c and c[0] == "metric"}
    simple = sorted(key for key in used if project.metrics[key]["kind"] != "ratio")
    read = {}
    for source in sorted({project.source_of(project.metrics[key]) for key in simple}):
        mine = [key for key in simple if project.source_of(project.metrics[key]) == source]
        read[source] = rows.judge(source, [mask for key in mine for mask in masks(rows, key, source)])
    for e in project.experiments:
        for source in entry_sources(project, e) - set(read):
            rows.judge(source, ["true"])
    found = {}
    for e in project.experiments:
        waterfall = Enrollment(rows, e).waterfall
        measures = Measures(rows, e)
        found[e.key] = waterfall, Summaries(rows, measures).cells
    account(rows, project, read, found)
    return found


def masks(rows, key, source):
    """Facts that a metric counts: of a funnel those of any step."""
    said = rows.project.metrics[key]
    if said["kind"] != "funnel":
        return [rows.mask(said, source)]
    own = rows.mask({"where": said.get("where")}, source)
    steps = [step if isinstance(step, dict) else {"event": step} for step in said["steps"]]
    return [f"({own} AND {rows.mask(step, source)})" for step in steps]


def entry_sources(project, experiment):
    if experiment.entry is None:
        return set()
    return {experiment.entry.get("source") or next(s for s in project.facts if project.has_time(s))}


def account(rows, project, read, found):
    """Where every fact went: to an analysed unit, or not, and before or after it enrolled."""
    for source, reasons in read.items():
        units = " UNION ".join(f"SELECT unit FROM {quoted('units ' + e.key)}" for e in project.experiments)
        met, all_ = rows.all(
            f"SELECT count(*) FILTER (WHERE who_ IN ({units})), count(*) FROM {quoted('facts ' + source)} WHERE reason_ IS NULL"
        )[0]
        whole = reasons | {"met": met, "not_enrolled": all_ - met}
        for e in project.experiments:
            waterfall = found[e.key][0]
            waterfall[f"{source} rows, all experiments"] = "read", whole
            if source not in {project.source_of(project.metrics[p]) for m in e.metrics for p in project.parts(m)}:
                pass
            before = f"coalesce(t_ < enrolled_at - {project.skew(source)}, false)"
            parts = rows.all(
                f"SELECT CASE WHEN {before} THEN 'before_enrollment' ELSE 'after_enrollment' END, count(*)"
                f" FROM {quoted('facts ' + source)} JOIN {quoted('units ' + e.key)} ON unit = who_"
                " WHERE reason_ IS NULL GROUP BY 1"
            )
            if parts:
                waterfall[f"{source} rows"] = "met", dict(parts)


def compare(comparison, assize, seed, folder):
    project = Project(folder)
    if not project.experiments:
        return
    found = answers(project)
    common = ["--project", folder, "--as-of", project.as_of, "--output", "json"]
    if len(found) == 1:
        command = ["analyze", next(iter(found)), *common]
    else:
        command = ["run", *common]
    reports, problem = ask(assize, command)
    if problem:
        comparison.differences.append(f"seed {seed}: {problem}")
        return
    comparison.same(f"seed {seed}: experiments", sorted(found), sorted(r["experiment"] for r in reports))
    for report in reports:
        name = f"seed {seed} {report['experiment']}"
        waterfall, cells = found[report["experiment"]]
        comparison.waterfall(name, waterfall, report)
        comparison.summaries(name, cells, report)


def main():
    assize, first, end, *kept = sys.argv[1:]
    comparison = Comparison()
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(*kept) if kept else pathlib.Path(folder)
        subprocess.run([assize, "simulate", root, "--scenario", f"{first}..{end}"], check=True)
        for seed in range(int(first), int(end)):
            try:
                if os.environ.get("REDUCE", "1") == "1":
                    reduce(root / str(seed))
                compare(comparison, assize, seed, root / str(seed))
            except Exception as error:
                where = traceback.format_exc() if kept else ""
                comparison.differences.append(f"seed {seed}: {type(error).__name__}: {error} {where}")
    print(json.dumps({
        "scenarios": int(end) - int(first),
        "numbers": comparison.numbers,
        "differences": comparison.differences,
    }, indent=1))
    sys.exit(1 if comparison.differences else 0)


if __name__ == "__main__":
    main()
