"""Runs `night.sql` over a project of the benchmark in DuckDB, and prints what it cost.

    python benches/night.py FOLDER [EXPERIMENTS]

The first so many experiments of the project, one after another, as hand-written SQL does it.
"""

import datetime
import pathlib
import resource
import sys
import time
import tomllib

import duckdb

folder = pathlib.Path(sys.argv[1])
query = (pathlib.Path(__file__).parent / "night.sql").read_text()
days = sorted(path.name.partition("=")[2] for path in (folder / "data/events").iterdir())
until = datetime.date.fromisoformat(days[-1]) + datetime.timedelta(days=1)
database = duckdb.connect()
database.execute("SET TimeZone = 'UTC'")
started = time.perf_counter()
units = 0
files = sorted((folder / "experiments").glob("*.toml"))
for file in files[: int(sys.argv[2])] if len(sys.argv) > 2 else files:
    experiment = tomllib.loads(file.read_text())
    rows = database.execute(
        query,
        {
            "folder": str(folder),
            "experiment": file.stem,
            "start": str(experiment["start"]),
            "end": str(experiment["end"]),
            "until": str(until),
        },
    ).fetchall()
    units += sum(row[1] for row in rows)
elapsed = time.perf_counter() - started
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(f"  DuckDB {duckdb.__version__}, by hand: wall {elapsed:.2f}s, peak memory {peak} MB, {units} units")
