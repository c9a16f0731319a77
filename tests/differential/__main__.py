"""Computes random scenarios a second time, in DuckDB, and compares every number with `assize`.

    python tests/differential ASSIZE FIRST END [FOLDER]

An independent reading of the design: `assize simulate --scenario` makes the projects of the seeds
from FIRST to before END, and sets of SQL statements say who is analysed, what units did and what
their numbers come to. Nothing of the engine is used, and no code is shared with it. A folder
keeps the projects. Prints one JSON object, each difference with the seed it is of; exits 1 on any.

`project` reads the promises, `rows` the rows, `enrollment` says who is analysed, `measures` what
units did, `summaries` and `quantiles` what that comes to, `night` puts them together, `compare`
says where `assize` says otherwise. The first three say how they read what the design leaves open.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import traceback

from compare import Comparison
from night import answers
from project import Project


def ask(assize, arguments):
    done = subprocess.run([assize, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode not in (0, 10):
        said = [line for line in done.stderr.splitlines() if '"level":"INFO"' not in line]
        return None, f"exit {done.returncode}: {' / '.join(said)[-900:]}"
    return json.loads(done.stdout), None


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
        experiment = next(e for e in project.experiments if e.key == report["experiment"])
        comparison.estimates(name, experiment, cells, report)


def main():
    assize, first, end, *kept = sys.argv[1:]
    comparison = Comparison()
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(*kept) if kept else pathlib.Path(folder)
        subprocess.run([assize, "simulate", root, "--scenario", f"{first}..{end}"], check=True)
        for seed in range(int(first), int(end)):
            try:
                compare(comparison, assize, seed, root / str(seed))
            except Exception as error:
                where = traceback.format_exc() if kept else ""
                comparison.differences.append(f"seed {seed}: {type(error).__name__}: {error} {where}")
    failed = sorted({int(line.split()[1].strip(":")) for line in comparison.differences})
    print(json.dumps({
        "scenarios": int(end) - int(first),
        "numbers": comparison.numbers,
        "differences": comparison.differences,
        "repeat": [
            f"$ASSIZE_PYTHON tests/differential {assize} {seed} {seed + 1} FOLDER" for seed in failed
        ],
    }, indent=1))
    sys.exit(1 if comparison.differences else 0)


if __name__ == "__main__":
    main()
