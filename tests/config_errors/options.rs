//! Numbers, caps and maturity of metrics, and the kinds that have no use for them.

use super::kinds::{accepted_extra, refused_extra};
use assize::config::Maturity;

#[test]
fn numbers_in_their_ranges() {
    refused_extra(
        "kind = \"conversion\"\nat_least = 0",
        r"
metrics.toml:28:12: `at_least` must be at least 1, found `0`
",
    );
    refused_extra(
        "kind = \"quantile\"\nlevel = 90\nvalue = \"amount\"\nof = \"fact\"",
        r"
metrics.toml:28:9: `level` must be more than 0 and less than 1, found `90`
  hint: it is a fraction: 90 % is `0.9`
metrics.toml:30:6: `of` must be one of `units`, `facts`, found `fact`
  hint: did you mean `facts`?
",
    );
    refused_extra(
        "kind = \"sum\"\nvalue = \"amount\"\ncap = { at = 0, quantile = 99.9 }",
        r"
metrics.toml:29:14: `at` must be more than 0, found `0`
metrics.toml:29:28: `quantile` must be more than 0 and at most 1, found `99.9`
  hint: it is a fraction: 99.9 % is `0.999`
",
    );
    refused_extra(
        "kind = \"sum\"\nvalue = \"amount\"\ncap = { at = 5, quantile = 0.99 }",
        r"
metrics.toml:29:28: `cap` has an `at` and a `quantile`, and needs one
",
    );
    refused_extra(
        "kind = \"sum\"\nvalue = \"amount\"\ncap = {}",
        r"
metrics.toml:29:7: `cap` needs `at` or `quantile`
",
    );
    refused_extra(
        "kind = \"sum\"\nvalue = \"amount\"\ncap = 500",
        r"
metrics.toml:29:7: `cap` must be a table with `at`, `quantile`, found `500`
",
    );
    refused_extra(
        "kind = \"sum\"\nvalue = \"amount\"\ncap = { quantle = 0.99 }",
        r"
metrics.toml:29:9: unknown key `quantle`
  hint: did you mean `quantile`?
",
    );
}

#[test]
fn what_a_kind_has_no_use_for() {
    refused_extra(
        "kind = \"count\"\nat_least = 2\nlevel = 0.5\nof = \"units\"\nvalue = \"x\"",
        r"
metrics.toml:28:12: a count has no `at_least`
  hint: only a `conversion` has one
metrics.toml:29:9: a count has no `level`
  hint: only a `quantile` has one
metrics.toml:30:6: a count has no `of`
  hint: only a `quantile` has one
metrics.toml:31:9: a count has no `value`
  hint: these have one: `sum`, `max`, `distinct`, `quantile`
",
    );
    refused_extra(
        "kind = \"retention\"\nwindow = \"7d\"\ncap = { at = 1 }\ncovariate = \"7d\"",
        r"
metrics.toml:29:7: a retention has no `cap`
  hint: these have one: `count`, `sum`, `max`, `distinct`
metrics.toml:30:13: a retention has no `covariate`
  hint: these have one: `conversion`, `count`, `sum`, `max`, `distinct`, `ratio`
",
    );
    refused_extra(
        "kind = \"ratio\"\nnumerator = \"revenue\"\ndenominator = \"orders\"\ncap = { at = 1 }",
        r"
metrics.toml:30:7: a ratio has no `cap`
  hint: its numerator and denominator have their own
",
    );
    refused_extra(
        "kind = \"quantile\"\nvalue = \"amount\"\nlevel = 0.5\ncovariate = \"7d\"",
        r"
metrics.toml:30:13: a quantile has no `covariate`
  hint: these have one: `conversion`, `count`, `sum`, `max`, `distinct`, `ratio`
",
    );
}

#[test]
fn only_a_window_that_ends_closes() {
    let matured = "maturity = \"matured\"";
    let metric = accepted_extra(&format!("kind = \"count\"\nwindow = \"7d\"\n{matured}"));
    assert_eq!(metric.maturity, Maturity::Matured);
    refused_extra(
        &format!("kind = \"count\"\n{matured}"),
        r#"
metrics.toml:28:12: `maturity = "matured"` needs a `window`
  hint: `window = "7d"` closes 7 days after a unit's enrollment
"#,
    );
    refused_extra(
        "kind = \"count\"\nwindow = \"7d\"\nmaturity = \"mature\"",
        r"
metrics.toml:29:12: `maturity` must be one of `all`, `matured`, found `mature`
  hint: did you mean `matured`?
",
    );
    refused_extra(
        "kind = \"retention\"\nwindow = \"7d\"\nmaturity = \"all\"",
        r"
metrics.toml:29:12: `maturity` of a retention is always `matured`
  hint: a unit that still has time has not left
",
    );
    accepted_extra(&format!("kind = \"retention\"\nwindow = \"7d\"\n{matured}"));
    refused_extra(
        &format!(
            "kind = \"ratio\"\nnumerator = \"activation\"\ndenominator = \"orders\"\n{matured}"
        ),
        r#"
metrics.toml:30:12: `maturity = "matured"` needs a `window` of `orders`
  hint: it closes with the later one of the ratio's parts
"#,
    );
    let closing = "[metrics.views]\nkind = \"count\"\nwindow = \"3d\"\n";
    let ratio = format!(
        "kind = \"ratio\"\nnumerator = \"activation\"\ndenominator = \"views\"\n{matured}\n{closing}"
    );
    assert_eq!(accepted_extra(&ratio).maturity, Maturity::Matured);
}
