"""What the binary under test can do; a project is reduced to that before both see it.

    python tests/differential/able.py FOLDER
"""

import json
import pathlib
import sys
import tomllib

KINDS = {"conversion", "count", "sum", "ratio"}
METRIC_KEYS = {"kind", "source", "event", "where", "value", "window", "better", "numerator", "denominator"}
SOURCE_KINDS = {None, "facts"}
SOURCE_KEYS = {"kind", "location", "timezone", "attributes", "columns"}
COLUMNS = {"unit", "experiment", "variant", "time", "event", "id"}
EXPERIMENT_KEYS = {"start", "end", "basis", "crossovers", "variants", "metrics"}


def text(value):
    if isinstance(value, bool) or isinstance(value, (int, float)):
        return json.dumps(value)
    if isinstance(value, str):
        return json.dumps(value)
    if isinstance(value, list):
        return "[" + ", ".join(map(text, value)) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(k)} = {text(v)}" for k, v in value.items()) + " }"
    return value.isoformat()


def write(path, table):
    path.write_text("".join(f"{json.dumps(key)} = {text(value)}\n" for key, value in table.items()))


def only(table, keys):
    return {key: value for key, value in table.items() if key in keys}


def reduce(root):
    root = pathlib.Path(root)
    project = tomllib.loads((root / "assize.toml").read_text())
    sources = {n: s for n, s in project["sources"].items() if s.get("kind") in SOURCE_KINDS}
    project["sources"] = {n: only(s, SOURCE_KEYS) | {"columns": only(s["columns"], COLUMNS)} for n, s in sources.items()}
    write(root / "assize.toml", project)
    metrics = tomllib.loads((root / "metrics.toml").read_text())["metrics"]
    metrics = {key: m for key, m in metrics.items() if m["kind"] in KINDS}
    needs = lambda m: {m.get("numerator"), m.get("denominator")} - {None}
    metrics = {key: only(m, METRIC_KEYS) for key, m in metrics.items() if needs(m) <= set(metrics)}
    metrics["spare"] = {"kind": "count", "better": "higher", "source": "events"}
    write(root / "metrics.toml", {"metrics": metrics})
    for file in (root / "experiments").glob("*.toml"):
        said = only(tomllib.loads(file.read_text()), EXPERIMENT_KEYS)
        roles = {role: [m for m in used if m in metrics] for role, used in said["metrics"].items()}
        roles["primary"] = roles["primary"] or ["spare"]
        said["metrics"] = {role: used for role, used in roles.items() if used}
        write(file, said)


if __name__ == "__main__":
    for folder in sys.argv[1:]:
        reduce(folder)
