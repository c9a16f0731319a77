//! What of a promise has changed since it was made.

use std::fmt;

use serde_json::{Map, Value};

/// One field of a promise that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromiseChange {
    /// Where it stands, for instance `test.alpha` or `metrics.revenue.cap`.
    pub field: String,
    /// As it was, and as it is now, in JSON; `None` where there was or is nothing.
    pub was: Option<String>,
    pub is: Option<String>,
}

impl fmt::Display for PromiseChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = &self.field;
        match (&self.was, &self.is) {
            (Some(was), Some(is)) => write!(f, "`{field}` changed from {was} to {is}"),
            (Some(was), None) => write!(f, "`{field}` was {was} and is gone"),
            (None, Some(is)) => write!(f, "`{field}` is new: {is}"),
            (None, None) => write!(f, "`{field}` changed"),
        }
    }
}

/// What a promise may gain without being another: a metric that is only reported.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PromiseCompared {
    /// What must not change, in the order of the promise.
    pub changes: Vec<PromiseChange>,
    /// Secondary metrics that were added.
    pub added: Vec<String>,
}

/// Compares two promises, as [`super::promise`] writes them.
///
/// A secondary metric may be added, with all that it is made of. Everything else is a change.
/// A promise that cannot be read differs as a whole.
pub fn compare_promises(was: &str, is: &str) -> PromiseCompared {
    let read = |text: &str| serde_json::from_str::<Map<String, Value>>(text).ok();
    let (Some(was), Some(is)) = (read(was), read(is)) else {
        let change = PromiseChange { field: "promise".to_owned(), was: None, is: None };
        let changes = if was == is { Vec::new() } else { vec![change] };
        return PromiseCompared { changes, added: Vec::new() };
    };
    let mut compared = PromiseCompared::default();
    in_objects("", &was, &is, &mut compared);
    compared
}

fn in_objects(
    path: &str,
    was: &Map<String, Value>,
    is: &Map<String, Value>,
    compared: &mut PromiseCompared,
) {
    let added = is.iter().filter(|(key, _)| !was.contains_key(*key));
    for (key, before) in was {
        let field = format!("{path}{key}");
        match (before, is.get(key)) {
            (before, Some(now)) if before == now => {}
            (Value::Object(before), Some(Value::Object(now))) => {
                in_objects(&format!("{field}."), before, now, compared);
            }
            (before, now) => compared.changes.push(PromiseChange {
                field,
                was: Some(before.to_string()),
                is: now.map(Value::to_string),
            }),
        }
    }
    for (key, now) in added {
        match may_be_added(path, now) {
            Addition::Metric => compared.added.push(key.clone()),
            Addition::PartOfMetric => {}
            Addition::Change => compared.changes.push(PromiseChange {
                field: format!("{path}{key}"),
                was: None,
                is: Some(now.to_string()),
            }),
        }
    }
}

enum Addition {
    Metric,
    PartOfMetric,
    Change,
}

/// Roles are `["secondary"]`; definitions and sources come with the metrics that need them.
fn may_be_added(path: &str, value: &Value) -> Addition {
    match path {
        "roles." if value[0] == "secondary" => Addition::Metric,
        "metrics." | "sources." => Addition::PartOfMetric,
        _ => Addition::Change,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(was: &str, is: &str) -> Vec<String> {
        compare_promises(was, is).changes.iter().map(PromiseChange::to_string).collect()
    }

    #[test]
    fn every_field_is_told_with_both_its_values() {
        let was = r#"{"test":{"alpha":0.05,"method":"t-test"},"end":"2026-11-05","enrollment":{"until":"2026-11-01"}}"#;
        let is = r#"{"test":{"alpha":0.1,"method":"t-test"},"end":"2026-11-12","entry":["a"]}"#;
        assert_eq!(
            changed(was, is),
            [
                "`test.alpha` changed from 0.05 to 0.1",
                "`end` changed from \"2026-11-05\" to \"2026-11-12\"",
                "`enrollment` was {\"until\":\"2026-11-01\"} and is gone",
                "`entry` is new: [\"a\"]",
            ]
        );
    }

    #[test]
    fn a_metric_that_is_only_reported_may_be_added_and_none_that_decides() {
        let was = r#"{"roles":{"a":["primary"]},"metrics":{"a":{"kind":["count"]}},"sources":{}}"#;
        let is = r#"{"roles":{"a":["primary"],"b":["secondary"]},"metrics":{"a":{"kind":["count"]},"b":{"kind":["sum"]}},"sources":{"s":{}}}"#;
        let compared = compare_promises(was, is);
        assert_eq!((compared.changes, compared.added), (vec![], vec!["b".to_owned()]));
        for role in ["primary", "guardrail"] {
            let is = is.replace("secondary", role);
            assert_eq!(changed(was, &is), [format!("`roles.b` is new: [\"{role}\"]")]);
        }
        assert_eq!(changed(is, was).len(), 3, "a metric that was promised may not vanish");
    }

    #[test]
    fn what_cannot_be_read_is_another_promise() {
        assert_eq!(changed("{", "{}"), ["`promise` changed"]);
        assert!(changed("{", "{").is_empty());
    }
}
