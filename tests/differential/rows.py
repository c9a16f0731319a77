"""The rows: every source as a table of DuckDB, with `unit_`, `t_` (microseconds) and `id_`.

Facts are judged here: which of them happened, and why the others do not count. A member is
looked up in the table of members, before anything else is asked; of the rows with one id, the
first by instant counts. A row of the members without a unit or a member is no row.
"""

import duckdb

READERS = {
    ".parquet": "read_parquet(?)",
    ".csv": "read_csv(?, header = true, sample_size = -1)",
    ".ndjson": "read_json(?, format = 'newline_delimited', sample_size = -1)",
}


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def literal(text):
    return "'" + text.replace("'", "''") + "'"


class Rows:
    def __init__(self, project):
        self.project = project
        self.db = duckdb.connect()
        self.db.execute("SET TimeZone = 'UTC'; SET threads = 1; SET preserve_insertion_order = false")
        self.types = {}
        for name, source in project.sources.items():
            self.load(name, source)

    def all(self, query, *parameters):
        return self.db.execute(query, list(parameters)).fetchall()

    def load(self, name, source):
        columns = source["columns"]
        folder = self.project.root / source["location"]
        files = [str(file) for file in sorted(folder.iterdir())]
        reader = READERS[folder.joinpath(files[0]).suffix]
        found = self.db.execute(f"DESCRIBE SELECT * FROM {reader}", [files]).fetchall()
        self.types[name] = {row[0]: row[1] for row in found}
        time = "NULL::BIGINT"
        if "time" in columns:
            time = quoted(columns["time"])
            zoned = "WITH TIME ZONE" in self.types[name][columns["time"]]
            time = f"epoch_us({time})" if zoned else f"epoch_us(TRY_CAST({time} AS TIMESTAMP))"
        id_ = quoted(columns["id"]) if "id" in columns else "NULL"
        self.db.execute(
            f"CREATE TABLE {quoted('all ' + name)} AS SELECT *, {quoted(columns['unit'])} AS unit_,"
            f" {time} AS t_, {id_} AS id_ FROM {reader}",
            [files],
        )

    def implausible(self):
        return f"(t_ < {self.project.earliest} OR t_ >= {self.project.latest})"

    def judge(self, source, masks):
        """Makes the table of facts that happened, with `row_`; counts the others by reason."""
        said = self.project.sources[source]
        fits, cases = "unit_ IS NOT NULL", [("null_unit", "unit_ IS NULL")]
        if "time" in said["columns"]:
            implausible, late = self.implausible(), f"t_ >= {self.project.until}"
            fits += f" AND t_ IS NOT NULL AND NOT {implausible} AND NOT {late}"
            cases += [("null_time", "t_ IS NULL"), ("implausible_time", implausible), ("after_as_of", late)]
        cases.append(("differing_duplicate", "id_ IS NOT NULL AND version_ > 1"))
        cases.append(("duplicate", "id_ IS NOT NULL AND copy_ > 1"))
        who, owners = "unit_", ""
        if "members" in said:
            columns = self.project.sources[said["members"]]["columns"]
            who = "owner_"
            owners = (
                f" LEFT JOIN (SELECT {quoted(columns['member'])} AS member_, min(unit_) AS owner_,"
                f" count(DISTINCT unit_) AS owners_ FROM {quoted('all ' + said['members'])}"
                " WHERE unit_ IS NOT NULL GROUP BY 1) o ON o.member_ = a.unit_"
            )
            cases[1:1] = [("no_member", "owners_ IS NULL"), ("ambiguous_member", "owners_ > 1")]
        cases.append(("no_metric", f"NOT ({' OR '.join(masks) or 'false'})"))
        whens = " ".join(f"WHEN {when} THEN '{reason}'" for reason, when in cases)
        self.db.execute(
            f"CREATE TABLE {quoted('facts ' + source)} AS"
            f" SELECT *, {who} AS who_, row_number() OVER () AS row_, CASE {whens} END AS reason_ FROM ("
            f" SELECT *, row_number() OVER copies AS copy_, rank() OVER copies AS version_"
            f" FROM {quoted('all ' + source)} WINDOW copies AS (PARTITION BY id_, {fits} ORDER BY t_, unit_)) a{owners}"
        )
        return dict(self.all(
            f"SELECT reason_, count(*) FROM {quoted('facts ' + source)} WHERE reason_ IS NOT NULL GROUP BY 1"
        ))

    def mask(self, said, source):
        """Which facts of a source a filter means."""
        columns = self.project.sources[source]["columns"]
        parts = []
        if said.get("event") is not None:
            parts.append(f"{quoted(columns['event'])} = {literal(said['event'])}")
        if said.get("where") is not None:
            parts.append(f"({said['where']})")
        return f"coalesce({' AND '.join(parts) or 'true'}, false)"
