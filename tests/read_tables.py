"""Reads the tables of an output folder with readers that share no code with their writer.

    python tests/read_tables.py OUTPUT_FOLDER

Three times over: DuckDB on the files that `_delta_log/*.json` leaves live (add minus remove),
Polars by `read_delta`, and deltalake by `DeltaTable`. Prints one JSON object with row counts,
verdicts and states; exits 1 if the readers differ in any cell.
"""

import json
import math
import pathlib
import sys
from urllib.parse import unquote

import deltalake
import duckdb
import polars

TABLES = [
    "summaries", "estimates", "health", "looks", "actions", "runs", "verdicts", "interventions", "programme",
]


def live_files(table: pathlib.Path) -> list[str]:
    """What the log says, read without any Delta library."""
    live = set()
    for entry in sorted((table / "_delta_log").glob("[0-9]*.json")):
        for line in entry.read_text().splitlines():
            action = json.loads(line)
            if "add" in action:
                live.add(unquote(action["add"]["path"]))
            if "remove" in action:
                live.discard(unquote(action["remove"]["path"]))
    return sorted(str(table / path) for path in live)


def by_duckdb(table: pathlib.Path) -> list[dict]:
    files = live_files(table)
    if not files:
        return []
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    # A file of an older version lacks columns, which are NULL there.
    cursor = connection.execute("SELECT * FROM read_parquet(?, union_by_name = true)", [files])
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row)) for row in cursor.fetchall()]


def by_polars(table: pathlib.Path) -> list[dict]:
    return polars.read_delta(str(table)).to_dicts()


def by_deltalake(table: pathlib.Path) -> list[dict]:
    batches = deltalake.QueryBuilder().register("t", deltalake.DeltaTable(str(table)))
    return polars.DataFrame(batches.execute("SELECT * FROM t").read_all()).to_dicts()


def plain(value):
    """One spelling per value, so that readers can be compared; NaN must not exist."""
    if isinstance(value, float) and not math.isfinite(value):
        raise SystemExit(f"a number that is not finite: {value}")
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value


def rows(read, table: pathlib.Path) -> list[str]:
    return sorted(json.dumps(plain(row), sort_keys=True) for row in read(table))


def main(folder: str) -> int:
    root = pathlib.Path(folder)
    found = {table: rows(by_duckdb, root / table) for table in TABLES}
    differ = [
        f"{read.__name__}: {table}"
        for read in (by_polars, by_deltalake)
        for table in TABLES
        if rows(read, root / table) != found[table]
    ]
    verdicts = [json.loads(row) for row in found["verdicts"]]
    estimates = [json.loads(row) for row in found["estimates"]]
    print(json.dumps({
        "rows": {table: len(found[table]) for table in TABLES},
        "runs": sorted({verdict["run_id"] for verdict in verdicts}),
        "verdicts": [
            {name: verdict[name] for name in (
                "experiment", "as_of", "revision", "decision", "winner", "lift", "lift_lower",
                "lift_upper", "actionable", "hold_reasons", "trace", "decided_at",
            )}
            for verdict in verdicts
        ],
        "estimates": [
            {name: estimate[name] for name in (
                "experiment", "as_of", "revision", "metric", "treatment", "state", "status", "effect",
            )}
            for estimate in estimates
        ],
        "readers_differ": differ,
    }, indent=2))
    return 1 if differ else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
