//! A night that ships, so that whatever holds it up is seen to.

use std::fmt::Write as _;

use serde_json::Value;

use crate::project::{LAST_DAY, Project, day_file};

pub const EXPOSURES: &str = "data/exposures/all.csv";
const HEADER: &str = "id,user,event,amount,currency,at\n";

/// The small project with more purchases: `control` buys 3, 4 or 5 times (4 on average),
/// `one-page` now and then once more (4.67). Left alone, `one-page` ships.
pub fn shipping() -> Project {
    let project = Project::small();
    project.append("experiments/checkout.toml", "confirmations = 1\n");
    let mut days = vec![HEADER.to_owned(); 8];
    for user in 0..240 {
        for nth in 0..purchases(user) {
            let day = 1 + user % 5 + nth % 4;
            let amount = 10 + (user * 7 + nth * 13) % 50;
            let at = format!("2026-03-{day:02}T12:{nth:02}:00");
            let line = format!("{user}-{nth},u{user:03},purchase,{amount}.5,EUR,{at}\n");
            days[day as usize - 1].push_str(&line);
        }
    }
    for (i, text) in days.iter().enumerate() {
        project.write(&day_file(i as u32 + 1), text);
    }
    project
}

/// The pairs of users of a day are alike but for the variant.
fn purchases(user: u32) -> u32 {
    let pair = user / 2;
    3 + pair % 3 + if user % 2 == 1 && pair % 3 < 2 { 1 } else { 0 }
}

impl Project {
    /// One more fact, at noon.
    pub fn fact(&self, day: u32, id: &str, user: &str, amount: &str) -> &Project {
        let at = format!("2026-03-{day:02}T12:30:00");
        self.append(&day_file(day), &format!("{id},{user},purchase,{amount},EUR,{at}\n"))
    }

    /// One more exposure.
    pub fn exposure(&self, user: &str, variant: &str, at: &str) -> &Project {
        self.append(EXPOSURES, &format!("checkout,{user},{variant},{at}\n"))
    }

    /// Replaces lines of a file; `None` leaves one out.
    pub fn each_line(&self, name: &str, change: impl Fn(&str) -> Option<String>) -> &Project {
        let text = String::from_utf8(self.read(name)).unwrap();
        let mut lines = text.lines();
        let mut changed = lines.next().unwrap().to_owned() + "\n";
        for line in lines.filter_map(change) {
            writeln!(changed, "{line}").unwrap();
        }
        self.write(name, changed)
    }

    /// The same in the facts of every day.
    pub fn each_fact(&self, change: impl Fn(&str) -> Option<String>) -> &Project {
        for day in 1..=8 {
            self.each_line(&day_file(day), &change);
        }
        self
    }

    /// A night without any before it, whatever was asked of this folder so far.
    pub fn night(&self) -> Told {
        if self.path("out").exists() {
            self.remove("out");
        }
        self.judged(&["run", "--as-of", LAST_DAY])
    }

    /// One experiment of a project that has several.
    pub fn analysis(&self, experiment: &str, as_of: &str) -> Told {
        self.judged(&["analyze", experiment, "--as-of", as_of])
    }

    fn judged(&self, asked: &[&str]) -> Told {
        let asked = [asked, &["--log", "text", "--output", "json"]].concat();
        let output = self.command(&asked).output().unwrap();
        let code = output.status.code();
        assert!(matches!(code, Some(0 | 10)), "{}", self.told(output));
        let reports: Value = serde_json::from_slice(&output.stdout).unwrap();
        Told { code: code.unwrap(), report: reports[0].clone() }
    }
}

/// What a night says about its first experiment.
pub struct Told {
    pub code: i32,
    pub report: Value,
}

impl Told {
    /// Exit code, decision, whether it may be acted upon, and why not.
    #[track_caller]
    pub fn is(&self, code: i32, decision: &str, actionable: bool, held_by: &[&str]) {
        let verdict = &self.report["verdict"];
        let found = (self.code, verdict["decision"].as_str().unwrap(), &verdict["actionable"]);
        assert_eq!(found, (code, decision, &Value::Bool(actionable)), "{verdict:#}");
        assert_eq!(verdict["hold_reasons"], Value::from(held_by.to_vec()), "{verdict:#}");
    }

    /// Numbers that may be acted upon.
    #[track_caller]
    pub fn ships(&self) {
        self.is(0, "ship", true, &[]);
    }

    /// Numbers that nobody may act upon, because these checks failed.
    #[track_caller]
    pub fn is_held_by(&self, checks: &[&str]) {
        self.is(0, "investigate", false, checks);
    }

    #[track_caller]
    pub fn keeps_running(&self) {
        self.is(0, "keep_running", false, &[]);
    }

    pub fn recommendation(&self) -> &str {
        self.report["verdict"]["recommendation"].as_str().unwrap()
    }

    /// "fail: 3 units met more than one variant".
    #[track_caller]
    pub fn check(&self, name: &str) -> String {
        let rows = self.report["health"].as_array().unwrap();
        let row = rows.iter().find(|row| row["check"] == name);
        let row = row.unwrap_or_else(|| panic!("no check {name} in {rows:#?}"));
        format!("{}: {}", row["outcome"].as_str().unwrap(), row["detail"].as_str().unwrap())
    }

    /// Units or rows with a reason; 0 where there are none.
    pub fn count(&self, population: &str, reason: &str) -> u64 {
        let rows = self.report["waterfall"].as_array().unwrap();
        let is_it = |row: &&Value| row["population"] == population && row["reason"] == reason;
        rows.iter().find(is_it).map_or(0, |row| row["count"].as_u64().unwrap())
    }

    /// Of all units.
    pub fn estimate(&self, metric: &str) -> &Value {
        let rows = self.report["estimates"].as_array().unwrap();
        let is_it = |row: &&Value| row["metric"] == metric && row["segment"].is_null();
        rows.iter().find(is_it).unwrap()
    }

    /// "insufficient: too_few_units: `control` has 3 of at least 50 units".
    pub fn status(&self, metric: &str) -> String {
        let row = self.estimate(metric);
        let [status, reason] = ["status", "reason"].map(|key| row[key].as_str().unwrap_or("none"));
        format!("{status}: {reason}")
    }

    /// Mean of a metric in control and in the treatment.
    pub fn means(&self, metric: &str) -> (f64, f64) {
        let estimate = &self.estimate(metric)["estimate"];
        (estimate["control"].as_f64().unwrap(), estimate["treatment"].as_f64().unwrap())
    }
}
