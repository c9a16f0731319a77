//! What `assize.toml` says.

use std::collections::BTreeMap;

use serde::Serialize;

use super::setting::Setting;

#[derive(Serialize)]
pub(super) struct ProjectFile {
    project: Names,
    sources: BTreeMap<&'static str, Source>,
}

#[derive(Serialize)]
struct Names {
    name: &'static str,
    timezone: &'static str,
}

#[derive(Serialize, Default)]
struct Source {
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    location: String,
    /// Of instants as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    timezone: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attributes: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    members: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    clock_skew: Option<&'static str>,
    columns: BTreeMap<&'static str, &'static str>,
}

/// Sources whose rows are about experiments, and those whose rows are facts or members.
pub(super) fn project(setting: &Setting) -> ProjectFile {
    let all = ["assignments", "exposures", "events", "visits", "users", "staff"];
    let sources = all.into_iter().filter(|name| setting.has(name));
    ProjectFile {
        project: Names { name: "scenario", timezone: setting.zone },
        sources: sources.map(|name| (name, source(setting, name))).collect(),
    }
}

fn source(setting: &Setting, name: &'static str) -> Source {
    let kind = match name {
        "assignments" | "exposures" => None,
        "staff" => Some("members"),
        _ => Some("facts"),
    };
    let has_instants = !matches!(name, "users" | "staff");
    let is_events = name == "events";
    Source {
        kind,
        location: format!("data/{name}"),
        timezone: (has_instants && setting.format.is_text()).then_some("UTC"),
        attributes: match name {
            "assignments" => vec!["country", "platform", "age"],
            _ => Vec::new(),
        },
        members: (is_events && setting.has_members).then_some("staff"),
        clock_skew: setting.clock_skew.filter(|_| is_events),
        columns: columns(setting, name).into_iter().collect(),
    }
}

fn columns(setting: &Setting, name: &str) -> Vec<(&'static str, &'static str)> {
    let mut columns = vec![("unit", "user_id")];
    match name {
        "assignments" => {
            columns.extend([("experiment", "experiment_key"), ("variant", "variation")]);
            columns.extend(setting.assigned_at.then_some(("time", "assigned_at")));
            columns.extend(setting.forced[0].then_some(("forced", "is_forced")));
        }
        "exposures" => {
            columns.extend([("experiment", "experiment_key"), ("time", "exposed_at")]);
            columns.extend(setting.exposed_to.then_some(("variant", "variation")));
            columns.extend(setting.forced[1].then_some(("forced", "is_forced")));
        }
        "events" => {
            columns.extend([("time", "occurred_at"), ("event", "event_name")]);
            columns.extend(setting.has_ids.then_some(("id", "event_id")));
        }
        "visits" => columns.push(("time", "visited_at")),
        "staff" => columns = vec![("unit", "org_id"), ("member", "user_id")],
        _ => {}
    }
    columns
}
