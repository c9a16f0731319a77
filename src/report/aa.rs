//! How often the chain is wrong where nothing differs, beside what it promises.

use serde_json::{Value, json};

use super::table::{align_right, fitting, plain, wrapped};
use super::text::{absent, harmless, thousands};
use crate::verdict::{AaMetric, AaReport, Rate};

/// For a terminal of `width` characters: of one experiment every rate, of several a line each;
/// then what they mean.
pub fn aa(reports: &[AaReport], width: u16) -> String {
    match reports {
        [] => String::new(),
        [report] => format!("{}\n{}", detail(report, width), meaning(report, width)),
        several => {
            let overview = overview(several, width);
            let sentences = several.iter().map(|report| format!("\n{}", meaning(report, width)));
            format!("{overview}{}", sentences.collect::<String>())
        }
    }
}

fn overview(reports: &[AaReport], width: u16) -> String {
    let header = ["experiment", "units", "nights", "shuffles", "ship", "roll back", "false alarm"];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    rows.extend(reports.iter().map(|report| {
        vec![
            report.experiment.clone(),
            thousands(report.units),
            report.nights.to_string(),
            thousands(report.shuffles),
            beside(&report.ship),
            beside(&report.roll_back),
            beside(&report.alarm),
        ]
    }));
    shown(&rows, width)
}

/// "1.2 % (≤ 2.5 %)".
fn beside(rate: &Rate) -> String {
    match rate.promised {
        Some(_) => format!("{} ({})", percent(rate.share()), promised(rate)),
        None => percent(rate.share()),
    }
}

fn detail(report: &AaReport, width: u16) -> String {
    let head = format!(
        "{}: {} shuffles of {} units, {} nights through {}\n\n",
        report.experiment,
        thousands(report.shuffles),
        thousands(report.units),
        report.nights,
        report.as_of
    );
    let header = ["on some night", "shuffles", "share", "95 % interval", "promised"];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    let decisions =
        [("ship", &report.ship), ("roll back", &report.roll_back), ("false alarm", &report.alarm)];
    rows.extend(decisions.map(|(what, rate)| line(what.to_owned(), rate)));
    rows.extend(report.checks.iter().map(|(check, rate)| line(format!("  {check}"), rate)));
    format!("{head}{}\n{}", shown(&rows, width), metrics(report, width))
}

fn line(what: String, rate: &Rate) -> Vec<String> {
    vec![what, thousands(rate.count), percent(rate.share()), range(rate), promised(rate)]
}

fn metrics(report: &AaReport, width: u16) -> String {
    let header = ["metric", "treatment", "better", "worse", "either", "95 % interval", "promised"];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    let line = |of: &AaMetric| {
        let rate = &of.either;
        let name = format!("{} ({})", of.metric, of.role);
        let mut cells = vec![name, of.treatment.clone()];
        if of.tested == 0 {
            cells.extend(["never tested".to_owned(), absent(), absent(), absent(), promised(rate)]);
        } else {
            let counts = [thousands(of.better), thousands(of.worse)];
            cells.extend(counts);
            cells.extend([percent(rate.share()), range(rate), promised(rate)]);
        }
        cells
    };
    rows.extend(report.metrics.iter().map(line));
    shown(&rows, width)
}

/// What the rates mean, and what they do not cover.
fn meaning(report: &AaReport, width: u16) -> String {
    let mut lines = vec![format!("{}: {}", report.experiment, report.sentence)];
    for left_out in &report.left_out {
        lines.push(format!("{} was not shuffled: {}", left_out.metric, left_out.why));
    }
    for row in &report.fails {
        lines.push(format!(
            "On the real data {} fails, of which the shuffles know nothing: {}",
            row.check, row.detail
        ));
    }
    lines.iter().map(|line| wrapped(&harmless(line), width)).collect()
}

/// A header and its rows; without columns where they have no room.
fn shown(rows: &[Vec<String>], width: u16) -> String {
    let [header, lines @ ..] = rows else { return String::new() };
    let mut table = plain();
    table.set_header(header);
    table.add_rows(lines);
    let numbers = header.iter().position(|name| name == "treatment").map_or(1, |place| place + 1);
    align_right(&mut table, numbers..header.len());
    fitting(table, width).unwrap_or_else(|| rows.iter().map(|r| r.join("  ") + "\n").collect())
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(absent, |share| format!("{:.1} %", 100.0 * share))
}

/// "0.4 – 3.1 %".
fn range(rate: &Rate) -> String {
    rate.interval.map_or_else(absent, |ends| {
        format!("{:.1} – {:.1} %", 100.0 * ends.lower, 100.0 * ends.upper)
    })
}

fn promised(rate: &Rate) -> String {
    rate.promised.map_or_else(absent, |promised| format!("≤ {:.1} %", 100.0 * promised))
}

/// One object per experiment, all digits, `null` for what is not there.
pub fn aa_json(reports: &[AaReport]) -> Value {
    let of = |report: &AaReport| {
        json!({
            "experiment": report.experiment,
            "as_of": report.as_of.to_string(),
            "nights": report.nights,
            "units": report.units,
            "shuffles": report.shuffles,
            "seed": report.seed,
            "keeping": report.keeping.code(),
            "sentence": report.sentence,
            "ship": rate(&report.ship),
            "roll_back": rate(&report.roll_back),
            "false_alarm": rate(&report.alarm),
            "checks": report.checks.iter().map(check).collect::<Value>(),
            "metrics": report.metrics.iter().map(metric).collect::<Value>(),
            "left_out": report.left_out.iter().map(|left_out| {
                json!({ "metric": left_out.metric, "reason": left_out.why })
            }).collect::<Value>(),
            "fails_on_real_data": report.fails.iter().map(|row| {
                json!({ "check": row.check, "detail": row.detail })
            }).collect::<Value>(),
        })
    };
    reports.iter().map(of).collect()
}

fn rate(rate: &Rate) -> Value {
    json!({
        "count": rate.count,
        "share": rate.share(),
        "interval": rate.interval.map(|ends| [ends.lower, ends.upper]),
        "promised": rate.promised,
        "keeping": rate.keeping().map(|keeping| keeping.code()),
    })
}

fn check((name, of): &(String, Rate)) -> Value {
    json!({ "check": name, "rate": rate(of) })
}

fn metric(of: &AaMetric) -> Value {
    json!({
        "metric": of.metric,
        "role": of.role,
        "treatment": of.treatment,
        "alpha": of.alpha,
        "tested": of.tested,
        "better": of.better,
        "worse": of.worse,
        "either": rate(&of.either),
        "skewness": of.skewness,
    })
}
