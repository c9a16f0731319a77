//! Files that are missing, broken or hostile.

use super::*;

#[test]
fn no_project() {
    refuses(
        tempfile::tempdir().unwrap().path(),
        r"
assize.toml:1:1: there is no such file
  hint: a project is a folder with `assize.toml`, `metrics.toml` and `experiments/`
",
    );
}

#[test]
fn no_metrics_file_and_no_experiments_folder() {
    refuses(
        folder(&[(PROJECT_FILE, PROJECT)]).path(),
        r"
assize.toml:1:1: there is no experiments folder `experiments`
assize.toml:1:1: there is no metrics file `metrics.toml`
",
    );
}

#[test]
fn no_experiments() {
    let folder =
        changed(&[("experiments/.hidden.toml", "", "x"), ("experiments/notes.md", "", "x")]);
    fs::remove_file(folder.path().join(CHECKOUT_FILE)).unwrap();
    refuses(
        folder.path(),
        r"
assize.toml:1:1: the folder `experiments` has no `*.toml`
",
    );
}

/// C24: a byte order mark and line ends of Windows are not the author's mistake.
#[test]
fn c24_byte_order_mark_and_line_ends() {
    let folder = changed(&[]);
    let text = format!("\u{feff}{}", CHECKOUT.replace('\n', "\r\n"));
    write(folder.path(), CHECKOUT_FILE, &text);
    assert!(load(folder.path()).is_ok());
    write(folder.path(), CHECKOUT_FILE, text.replace("alpha", "aplha"));
    refuses(
        folder.path(),
        r"
experiments/checkout.toml:19:1: unknown key `aplha`
  hint: did you mean `alpha`?
",
    );
}

/// C24
#[test]
fn c24_files_that_no_one_wrote_by_hand() {
    let folder = changed(&[]);
    write(folder.path(), CHECKOUT_FILE, "#".repeat((1 << 20) + 1));
    refuses(
        folder.path(),
        r"
experiments/checkout.toml:1:1: the file has 1048577 bytes, and at most 1048576 are read
",
    );
    write(folder.path(), CHECKOUT_FILE, b"name = \"caf\xe9\"");
    refuses(
        folder.path(),
        r"
experiments/checkout.toml:1:12: the file is not UTF-8 from here on
",
    );
    let deep = vec!["a"; 100_000].join(".");
    write(folder.path(), CHECKOUT_FILE, format!("{deep} = 1"));
    refuses(
        folder.path(),
        r"
experiments/checkout.toml:1:1: this is nested too deeply
",
    );
    for text in [
        format!("[{deep}]"),
        format!("a = {{ {deep} = 1 }}"),
        format!("a = {}", "[".repeat(100_000)),
    ] {
        write(folder.path(), CHECKOUT_FILE, text);
        let text = load(folder.path()).unwrap_err().to_string();
        assert!(text.contains("nested too deeply"), "{text:.500}");
    }
}

/// C03: the parser goes on after a line that is not TOML.
#[test]
fn c03_every_line_that_is_not_toml() {
    refused(
        &[
            (METRICS_FILE, "kind = \"conversion\"", "kind = conversion"),
            (METRICS_FILE, "value = \"amount\"", "value = \"amount"),
            (METRICS_FILE, "[metrics.errors]", "[metrics.errors"),
        ],
        r#"
metrics.toml:2:8: not TOML: string values must be quoted, expected literal string
metrics.toml:9:16: not TOML: invalid basic string, expected `"`
metrics.toml:21:16: not TOML: unclosed table, expected `]`
"#,
    );
}

/// C04: what TOML itself refuses.
#[test]
fn c04_said_twice() {
    refused(
        &[
            (METRICS_FILE, "[metrics.errors]", "[metrics.orders]"),
            (CHECKOUT_FILE, "alpha = 0.05", "alpha = 0.05\nalpha = 0.01"),
        ],
        r"
experiments/checkout.toml:20:1: `alpha` is said twice, first at experiments/checkout.toml:19:1
metrics.toml:21:10: `orders` is said twice, first at metrics.toml:12:1
",
    );
}
