//! `assize.toml` without its sources.

use super::*;

/// C01
#[test]
fn c01_unknown_keys() {
    refused(
        &[
            (PROJECT_FILE, "timezone", "timezoen"),
            (PROJECT_FILE, "partition", "bucket"),
            (PROJECT_FILE, "name =", "colour = 1\nname ="),
        ],
        r"
assize.toml:2:1: unknown key `colour`
  hint: allowed here: `name`, `timezone`, `experiments`, `metrics`, `output`
assize.toml:4:1: unknown key `timezoen`
  hint: did you mean `timezone`?
assize.toml:18:1: unknown key `bucket`
  hint: allowed here: `kind`, `location`, `query`, `format`, `partition`, `ready`, `timezone`, `columns`, `attributes`, `members`, `sentinel_ids`, `clock_skew`
",
    );
}

/// C02
#[test]
fn c02_wrong_types() {
    refused(
        &[
            (PROJECT_FILE, "\"shop\"", "7"),
            (PROJECT_FILE, "\"data/events\"", "[]"),
            (PROJECT_FILE, "[\"country\", \"platform\"]", "[\"country\", 1.5]"),
        ],
        r"
assize.toml:2:8: `name` must be a string, found `7`
assize.toml:8:26: an item of `attributes` must be a string, found `1.5`
assize.toml:16:12: `location` must be a string or a table with `env`, found a list
",
    );
    refused(
        &[(PROJECT_FILE, "[sources.events]", "[sources]\nevents = 1\n[other]")],
        r"
assize.toml:15:10: `events` must be a table, found `1`
assize.toml:16:2: unknown key `other`
  hint: allowed here: `project`, `sources`, `actions`, `targets`
",
    );
}

#[test]
fn missing_keys() {
    refused(
        &[(PROJECT_FILE, "name = \"shop\"\n", "")],
        r"
assize.toml:1:1: `project` needs `name`
",
    );
    let folder = changed(&[]);
    write(folder.path(), PROJECT_FILE, "");
    refuses(
        folder.path(),
        r"
assize.toml:1:1: this file needs `project`
assize.toml:1:1: this file needs `sources`
",
    );
}

/// C26
#[test]
fn c26_time_zones() {
    refused(
        &[(PROJECT_FILE, "Europe/Berlin", "EST")],
        r"
assize.toml:3:12: unknown time zone `EST`
  hint: abbreviations are ambiguous; did you mean `America/New_York`?
",
    );
    refused(
        &[(PROJECT_FILE, "Europe/Berlin", "Europe/Berlim")],
        r"
assize.toml:3:12: unknown time zone `Europe/Berlim`
  hint: did you mean `Europe/Berlin`?
",
    );
    refused(
        &[(PROJECT_FILE, "Europe/Berlin", "Mars")],
        r"
assize.toml:3:12: unknown time zone `Mars`
  hint: `UTC`, or an IANA name such as `Europe/Berlin`
",
    );
    refused(
        &[(PROJECT_FILE, "partition = \"day\"", "timezone = \"utc\"")],
        r"
assize.toml:17:12: unknown time zone `utc`
  hint: did you mean `UTC`?
",
    );
    for zone in ["UTC", "Etc/UTC", "America/Argentina/Ushuaia"] {
        accepted(&[(PROJECT_FILE, "Europe/Berlin", zone)]);
    }
}

/// C17
#[test]
fn c17_output_stays_in_the_project() {
    let out = |path: &str| format!("name = \"shop\"\noutput = \"{path}\"");
    let with = |path: &str| changed(&[(PROJECT_FILE, "name = \"shop\"", &out(path))]);
    refuses(
        with("../out").path(),
        r"
assize.toml:3:10: a relative `output` must not contain `..`
  hint: an absolute path may be anywhere
",
    );
    refuses(
        with("s3://bucket/out").path(),
        r"
assize.toml:3:10: `output` is a URL, and only local paths are read in this version
",
    );
    refuses(
        with("").path(),
        r"
assize.toml:3:10: `output` is empty
",
    );
    let elsewhere = tempfile::tempdir().unwrap();
    let absolute = with(elsewhere.path().to_str().unwrap());
    assert_eq!(load(absolute.path()).unwrap().project.output, elsewhere.path());
    #[cfg(unix)]
    {
        let linked = with("link/out");
        std::os::unix::fs::symlink(elsewhere.path(), linked.path().join("link")).unwrap();
        refuses(
            linked.path(),
            r"
assize.toml:3:10: `output` leads out of the project through a link
  hint: an absolute path may be anywhere
",
        );
    }
}

/// C18
#[test]
fn c18_output_and_sources_are_apart() {
    let out = |path: &str| format!("name = \"shop\"\noutput = \"{path}\"");
    let with = |path: &str| changed(&[(PROJECT_FILE, "name = \"shop\"", &out(path))]);
    refuses(
        with("data/events/out").path(),
        r"
assize.toml:3:10: `output` is inside the location of source `events`
  hint: tables that are written would be read as rows
",
    );
    refuses(
        with("data/./events").path(),
        r"
assize.toml:3:10: `output` is the location of source `events`
  hint: tables that are written would be read as rows
",
    );
    refuses(
        with("data").path(),
        r"
assize.toml:3:10: `output` contains the location of source `assignments`
  hint: tables that are written would be read as rows
",
    );
    accepted(&[(PROJECT_FILE, "name = \"shop\"", &out("data/out"))]);
    refused(
        &[
            (PROJECT_FILE, "\"data/events\"", "\"data/events/*.csv\""),
            (PROJECT_FILE, "name = \"shop\"", &out("data/events/out")),
        ],
        r"
assize.toml:3:10: `output` is inside the location of source `events`
  hint: tables that are written would be read as rows
",
    );
}

/// C21
#[test]
fn c21_secrets() {
    refused(
        &[
            (PROJECT_FILE, "\"shop\"", "\"AKIAIOSFODNN7EXAMPLE\""),
            (PROJECT_FILE, "\"data/events\"", "\"postgres://me:hunter2@host/db\""),
            (METRICS_FILE, "\"amount\"", "\"amount\"\napi_key = \"x9\""),
            (CHECKOUT_FILE, "\"sequential\"", "\"ghp_0123456789\""),
        ],
        r"
assize.toml:2:8: this looks like a secret, and secrets do not belong in files
  hint: remove it here and revoke it where it was made
assize.toml:16:12: this looks like a secret, and secrets do not belong in files
  hint: remove it here and revoke it where it was made
experiments/checkout.toml:18:10: this looks like a secret, and secrets do not belong in files
  hint: remove it here and revoke it where it was made
metrics.toml:10:1: this looks like a secret, and secrets do not belong in files
  hint: remove it here and revoke it where it was made
",
    );
}

/// C22
#[test]
fn c22_environment_variables() {
    refused(
        &[
            (
                PROJECT_FILE,
                "name = \"shop\"",
                "name = \"shop\"\noutput = { env = \"ASSIZE_NO_SUCH\" }",
            ),
            (PROJECT_FILE, "\"data/events\"", "{ evn = \"X\" }"),
        ],
        r"
assize.toml:3:18: environment variable `ASSIZE_NO_SUCH` is not set
assize.toml:17:14: unknown key `evn`
  hint: did you mean `env`?
",
    );
    let loaded = accepted(&[(PROJECT_FILE, "\"data/events\"", "{ env = \"CARGO_MANIFEST_DIR\" }")]);
    let assize::config::Input::Location { location, .. } = &loaded.project.sources["events"].input
    else {
        panic!("a location")
    };
    assert_eq!(location, env!("CARGO_MANIFEST_DIR"));
}
