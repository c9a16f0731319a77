//! What all days of a metric say together, where every one of them may be looked at.

use std::collections::HashMap;

use super::answer::{Answer, Fields};
use crate::stats::{AllLooks, Intersection, Interval, Test};

/// Days of one treatment, under everything but the day that its answers say of themselves.
type Series = Vec<String>;

/// Adds the smallest p-value and the intersection of intervals up to each day, where a treatment
/// has answers of several days (`as_of`, in the order of its text) that are valid at every look.
pub fn run_on(answers: &mut [Answer]) {
    let mut series: HashMap<Series, Vec<(String, usize)>> = HashMap::new();
    for (i, answer) in answers.iter().enumerate() {
        if let Some((key, day)) = place(answer) {
            series.entry(key).or_default().push((day, i));
        }
    }
    for mut days in series.into_values().filter(|days| days.len() > 1) {
        days.sort();
        let mut so_far = AllLooks::NONE;
        for (_, i) in days {
            if let Ok(fields) = &mut answers[i].outcome
                && let Some(test) = test(fields)
            {
                so_far = so_far.and(&test);
                add(fields, &so_far);
            }
        }
    }
}

/// The series that an answer belongs to, and its day.
fn place(answer: &Answer) -> Option<(Series, String)> {
    let fields = answer.outcome.as_ref().ok()?;
    let text = |name: &str| fields.get(name).map(ToString::to_string).unwrap_or_default();
    if fields.get("valid")?.as_str()? != "at every look" {
        return None;
    }
    let day = answer.keys.get("as_of")?.to_string();
    let keys = answer.keys.iter().filter(|(name, _)| !matches!(*name, "as_of" | "revision"));
    let mut series: Series = keys.map(|(name, key)| format!("{name} {key}")).collect();
    series.extend([
        answer.variant.clone().unwrap_or_default(),
        answer.method.into(),
        text("alpha"),
    ]);
    Some((series, day))
}

fn test(fields: &Fields) -> Option<Test> {
    let get = |name: &str| fields.get_number(name);
    let interval = Interval { lower: get("lower")?, upper: get("upper")? };
    Some(Test::new(get("log_p_value")?, interval))
}

fn add(fields: &mut Fields, so_far: &AllLooks) {
    fields
        .put("looks", so_far.looks())
        .number("running_p_value", so_far.p_value())
        .number("running_log_p_value", so_far.log_p_value());
    match so_far.intersection() {
        Intersection::Interval(interval) => fields.interval("running_", interval),
        Intersection::Empty { since_look } => fields
            .maybe("running_lower", None)
            .maybe("running_upper", None)
            .put("running_reason", format!("no value is in all intervals since look {since_look}")),
    };
}

#[cfg(test)]
mod tests {
    use super::super::{Answer, estimate};
    use serde_json::{Map, Value, json};

    fn night(as_of: &str, mean: f64) -> Vec<(String, Map<String, Value>)> {
        let row = |variant: &str, mean: f64| {
            let row = json!({
                "as_of": as_of, "variant": variant, "units": 1000, "mean": mean, "variance": 1,
            });
            (as_of.to_owned(), row.as_object().cloned().unwrap_or_default())
        };
        vec![row("control", 0.0), row("treatment", mean)]
    }

    fn answers(nights: &[(&str, f64)]) -> Vec<Answer> {
        let rows = nights.iter().flat_map(|(as_of, mean)| night(as_of, *mean)).collect();
        estimate(rows, Map::new()).unwrap().answers
    }

    fn number(answer: &Answer, name: &str) -> Option<f64> {
        answer.outcome.as_ref().unwrap().get_number(name)
    }

    /// Whatever the order of the rows, a day knows the days before it and none after.
    #[test]
    fn the_smallest_p_value_stays() {
        let found = answers(&[("2026-10-03", 0.1), ("2026-10-01", 0.05), ("2026-10-02", 0.2)]);
        let p = |i: usize, name: &str| number(&found[i], name).unwrap();
        assert_eq!(p(1, "running_p_value"), p(1, "p_value"));
        assert_eq!(p(2, "running_p_value"), p(2, "p_value"));
        assert_eq!(p(0, "running_p_value"), p(2, "p_value"));
        assert!(p(0, "running_lower") >= p(0, "lower"));
        assert_eq!(p(0, "looks"), 3.0);
    }

    /// An effect that turns is not one number, and no interval with its ends exchanged.
    #[test]
    fn intervals_without_a_common_value_are_told() {
        let found = answers(&[("2026-10-01", 1.0), ("2026-10-02", -1.0)]);
        assert_eq!(number(&found[1], "running_lower"), None);
        let fields = found[1].outcome.as_ref().unwrap();
        let reason = fields.get("running_reason").unwrap().as_str().unwrap();
        assert_eq!(reason, "no value is in all intervals since look 2");
    }

    #[test]
    fn one_day_is_no_series() {
        assert_eq!(number(&answers(&[("2026-10-01", 1.0)])[0], "running_p_value"), None);
    }
}
