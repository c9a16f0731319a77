//! Numbers that no test can be trusted with.

use insta::assert_snapshot;

use super::night::{EXPOSURES, shipping};
use crate::project::{Project, day_file};

const EXPERIMENT: &str = "experiments/checkout.toml";

/// A night in which the primary is another metric.
fn with_primary(metric: &str) -> Project {
    let project = shipping();
    project.append("metrics.toml", &format!("\n[metrics.it]\n{metric}\n"));
    project.edit(EXPERIMENT, "primary = [\"orders\"]", "primary = [\"it\"]");
    project
}

/// D22: one unit of a thousand buys more than all others.
#[test]
fn one_unit_that_buys_for_everybody() {
    let project = shipping();
    for user in 240..1000 {
        let variant = ["control", "one-page"][user % 2];
        project.exposure(&format!("v{user}"), variant, "2026-03-03T08:00:00");
    }
    project.edit(EXPERIMENT, "primary = [\"orders\"]", "primary = [\"revenue\"]");
    project.edit(EXPERIMENT, "secondary = [\"revenue\"]", "secondary = [\"orders\"]");
    project.fact(8, "x", "u001", "1500.0");
    let night = project.night();
    night.is_held_by(&["dominant_unit:revenue"]);
    assert_snapshot!(night.check("dominant_unit:revenue"), @"fail: one unit of 1,000 makes up 32.1 % of the squares of revenue; look at who that is, or set a cap");
}

/// D30: sums of integers beyond 64 bits are right, and do not wrap.
#[test]
fn sums_that_need_more_than_64_bits() {
    let project = with_primary("kind = \"sum\"\nevent = \"purchase\"\nvalue = \"amount\"");
    for day in 1..=8 {
        project.edit(&day_file(day), ".5,EUR", ",EUR");
    }
    let before = project.night().means("it");
    let most = i64::MAX.to_string();
    project.fact(8, "x", "u001", &most).fact(8, "y", "u001", &most);
    let after = project.night().means("it");
    let added = 120.0 * (after.1 - before.1);
    assert!((added / (2.0 * i64::MAX as f64) - 1.0).abs() < 1e-12, "{added}");
    assert_eq!(after.0, before.0);
}

/// D56: nothing to divide by, or less, is no number, and no verdict rests on it.
#[test]
fn a_ratio_of_nothing() {
    for value in ["0", "-amount"] {
        let ratio = "kind = \"ratio\"\nnumerator = \"orders\"\ndenominator = \"refunds\"";
        let project = with_primary(ratio);
        let refunds = format!("kind = \"sum\"\nevent = \"purchase\"\nvalue = \"{value}\"");
        project.append("metrics.toml", &format!("\n[metrics.refunds]\n{refunds}\n"));
        let night = project.night();
        night.keeps_running();
        let status = night.status("it");
        assert_eq!(status, "insufficient: zero_denominator: the denominator sums to zero");
        assert!(night.report["verdict"]["lift"].is_null());
    }
}

/// D57: no test, and neither better nor worse.
#[test]
fn a_metric_that_is_the_same_for_everybody() {
    let night = with_primary("kind = \"max\"\nevent = \"purchase\"\nvalue = \"1\"").night();
    assert_snapshot!(night.status("it"), @"insufficient: no_variation: all units have the same value");
    night.keeps_running();
}

/// D58: what they would show is not said.
#[test]
fn two_units_each() {
    let project = shipping();
    project.each_line(EXPOSURES, |line| line.contains("u00").then(|| line.to_owned()));
    project.each_line(EXPOSURES, |line| (line.as_bytes()[12] < b'4').then(|| line.to_owned()));
    let night = project.night();
    assert_eq!(night.count("units", "analysed"), 4);
    assert_snapshot!(night.status("orders"), @"insufficient: too_few_units: `control` has 2 of at least 50 units");
    night.keeps_running();
}

/// D59: probably the name of the event.
#[test]
fn a_metric_that_is_zero_for_everybody() {
    let night = with_primary("kind = \"count\"\nevent = \"purchased\"").night();
    night.is_held_by(&["metric_all_zero"]);
    assert_snapshot!(night.check("metric_all_zero"), @"fail: it is 0 for every unit; look at its event name and its unit column");
}

/// T15: what differed before cannot be an effect.
#[test]
fn a_difference_before_the_experiment() {
    let project = with_primary("kind = \"count\"\nevent = \"purchase\"\ncovariate = \"2d\"");
    for user in (0..240u32).filter(|user| user % 2 == 1 || user.is_multiple_of(3)) {
        let line = format!("e{user},u{user:03},purchase,1,EUR,2026-02-28T09:00:00\n");
        let file = "data/events/day=2026-02-28/part-0.csv";
        if user == 0 {
            project.write(file, "id,user,event,amount,currency,at\n");
        }
        project.append(file, &line);
    }
    let night = project.night();
    night.is_held_by(&["pre_period:it"]);
    assert_snapshot!(night.check("pre_period:it"), @"fail: before the experiment the covariate of it was 0.1 in `control` and 0.4 in `one-page`; look for a carry-over from another experiment");
}

/// T18: only units whose window has closed count.
#[test]
fn windows_that_have_not_closed() {
    let night = with_primary(
        "kind = \"count\"\nevent = \"purchase\"\nwindow = \"10d\"\nmaturity = \"matured\"",
    )
    .night();
    night.keeps_running();
    assert_snapshot!(night.status("it"), @"insufficient: not_matured: a variant has no unit whose window has closed");
    let night = with_primary(
        "kind = \"count\"\nevent = \"purchase\"\nwindow = \"5d\"\nmaturity = \"matured\"",
    )
    .night();
    night.ships();
}

/// T21: the normal distribution is not trusted with them.
#[test]
fn a_handful_of_conversions() {
    let project = with_primary("kind = \"conversion\"\nevent = \"refund\"");
    for user in [1u32, 3, 5, 7, 9, 11, 0] {
        let line = format!("e{user},u{user:03},refund,1,EUR,2026-03-08T09:00:00\n");
        project.append(&day_file(8), &line);
    }
    let night = project.night();
    night.keeps_running();
    assert_snapshot!(night.status("it"), @"insufficient: rare_events: 3.5 converted units are to be expected in the smaller variant, and a test at every look needs 10");
    assert_snapshot!(night.check("rare:it"), @"warn: it has too few units that converted, or that did not, to compare `one-page` with `control`: 1 where 10 are needed; wait");
}

/// T23: a person looks at it first.
#[test]
fn a_lift_beyond_belief() {
    let project = shipping();
    for user in (0..240u32).filter(|user| user % 2 == 1) {
        project.fact(8, &format!("a{user}"), &format!("u{user:03}"), "3.5");
    }
    let night = project.night();
    night.is_held_by(&["implausible_lift"]);
    assert_snapshot!(night.check("implausible_lift"), @"fail: orders of `one-page` differs by 41.7 %, too good or too bad to be true; look for a change in logging");
}

/// T25: the effect is told, the lift is not.
#[test]
fn a_lift_from_almost_nothing() {
    let project = with_primary("kind = \"count\"\nevent = \"refund\"");
    project.edit(EXPERIMENT, "primary = [\"it\"]", "primary = [\"orders\", \"it\"]");
    for user in (0..240u32).filter(|user| user % 2 == 1 || *user == 0) {
        let line = format!("e{user},u{user:03},refund,1,EUR,2026-03-08T09:00:00\n");
        project.append(&day_file(8), &line);
    }
    let night = project.night();
    assert_snapshot!(night.status("it"), @"ok: control_near_zero: the control's value is too close to zero to divide by");
}

/// D61, T22: a verdict on a small arm beside a large one, with tails too long for it, is told
/// and not acted upon.
#[test]
fn tails_in_a_small_arm() {
    let project = shipping();
    project.edit(EXPERIMENT, "\"control\", weight = 50", "\"control\", weight = 80");
    project.edit(EXPERIMENT, "\"one-page\", weight = 50", "\"one-page\", weight = 20");
    project.edit(EXPERIMENT, "minimum_units = 50", "minimum_units = 20");
    project.each_line(EXPOSURES, |line| {
        let user: u32 = line[10..13].parse().unwrap();
        (user.is_multiple_of(2) || user % 8 == 1).then(|| line.to_owned())
    });
    let night = project.night();
    night.is(0, "ship", false, &["tails:orders"]);
    assert_snapshot!(night.check("tails:orders"), @"warn: orders is too skewed for 30 units in the smaller of `control` and `one-page`, 178 are needed; cap it in the next experiment");
}

/// T05: everybody bought more in the first phase, when one in ten met the treatment. Of all
/// units together it would seem to sell a third less; within the phases nothing differs.
#[test]
fn weights_and_purchases_that_change_together() {
    let project = shipping();
    project.edit(
        EXPERIMENT,
        "[metrics]",
        "[[phases]]\nfrom = 2026-03-03\nweights = { control = 50, one-page = 50 }\n\n[metrics]",
    );
    project.edit(EXPERIMENT, "\"control\", weight = 50", "\"control\", weight = 90");
    project.edit(EXPERIMENT, "\"one-page\", weight = 50", "\"one-page\", weight = 10");
    let mut met = "experiment,user,variant,seen_at\n".to_owned();
    let mut facts = "id,user,event,amount,currency,at\n".to_owned();
    for user in 0..200 {
        let (day, one_page, base) = match user {
            0..100 => (1, user < 10, 4),
            _ => (3, user < 150, 1),
        };
        let variant = if one_page { "one-page" } else { "control" };
        met += &format!("checkout,u{user},{variant},2026-03-0{day}T08:00:00\n");
        for nth in 0..base + 2 * (user % 2) {
            facts += &format!("{user}-{nth},u{user},purchase,2.5,EUR,2026-03-08T12:00:00\n");
        }
    }
    project.each_fact(|_| None).write(EXPOSURES, met).write(&day_file(8), facts);
    let night = project.night();
    night.keeps_running();
    assert!(night.check("sample_ratio").starts_with("pass"), "{}", night.check("sample_ratio"));
    assert_eq!(night.estimate("orders")["estimate"]["effect"], 0.0);
}

/// T11: what is found with little power is larger than the truth, most of the time.
#[test]
fn a_lift_that_was_found_by_luck() {
    let project = shipping();
    project.append(EXPERIMENT, "\n[test]\nminimum_effect = 0.05\n");
    let night = project.night();
    night.ships();
    assert_snapshot!(night.check("power:orders"), @"warn: a lift of 5 % in orders of `one-page` would be found with a chance of 0.4 % by now, so the lift that was found is probably larger than the true one; wait for more units before you count on its size");
    project.edit(EXPERIMENT, "minimum_effect = 0.05", "minimum_effect = 0.3");
    assert_snapshot!(project.night().check("power:orders"), @"pass: a lift of 30 % in orders of `one-page` would be found with a chance of 100 %");
}

/// T13: an effect that gets smaller with every day since enrollment.
#[test]
fn a_novelty_that_wears_off() {
    let project = Project::small();
    let mut days = vec![String::from("id,user,event,amount,currency,at\n"); 8];
    for (user, since) in (0..240u32).flat_map(|user| (0..7).map(move |since| (user, since))) {
        let day = 1 + user % 5 + since;
        let is_drawn = user % 2 == 1 && (7 * (user / 2) + 5 * since) % 11 < 7 - since;
        for nth in (0..1 + u32::from(is_drawn)).filter(|_| day <= 8) {
            let at = format!("2026-03-{day:02}T12:{nth:02}:00");
            let line = format!("{user}-{since}-{nth},u{user:03},purchase,1.5,EUR,{at}\n");
            days[day as usize - 1].push_str(&line);
        }
    }
    for (i, text) in days.iter().enumerate() {
        project.write(&day_file(i as u32 + 1), text);
    }
    let asked = ["analyze", "checkout", "--as-of", "2026-03-08", "--daily", "--metric", "orders"];
    let told = project.say(&asked);
    let (_, said) = told.split_once("\nthe effect of").unwrap_or(("", &told));
    let line = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_snapshot!(line, @"`one-page` changes by -0.0898 a day since enrollment (p 1.8e-7 over 7 days): a novelty may wear off, or a habit grow; wait until it is steady");
}

/// T14: success is told in the middle of a week, and that it is one is said.
#[test]
fn a_success_in_the_middle_of_a_week() {
    let project = shipping();
    assert_snapshot!(project.night().check("partial_week"), @"warn: day 8 is in the middle of a week, in which some weekdays have counted once more; the next whole week ends on 2026-03-14");
    let week = project.analysis("checkout", "2026-03-07");
    assert_snapshot!(week.check("partial_week"), @"pass: every weekday has counted as often");
}
