//! From a verdict to what it sets in motion, by the program itself.

use std::fs;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde_json::Value;

use crate::project::Project;

/// Days of a project that ends yesterday.
struct Shop {
    project: Project,
    start: Date,
}

impl Shop {
    /// Ten days, up to yesterday, of a treatment under which `treated` times as many buy.
    fn new(treated: f64) -> Shop {
        let today = Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
        let start = today.checked_sub(10.days()).unwrap();
        let project = Project::empty();
        project.write("assize.toml", ASSIZE).write("metrics.toml", METRICS);
        let end = start.checked_add(30.days()).unwrap();
        project.write(
            "experiments/button.toml",
            BUTTON.replace("START", &start.to_string()).replace("END", &end.to_string()),
        );
        let shop = Shop { project, start };
        shop.rows(treated);
        shop
    }

    fn day(&self, n: i64) -> String {
        self.start.checked_add(n.days()).unwrap().to_string()
    }

    /// 4,000 users, 400 a day, of whom one in five buys, or `treated` times as many.
    fn rows(&self, treated: f64) {
        let mut exposures = String::from("experiment,user,variant,seen_at\n");
        let mut events = String::from("id,user,event,at\n");
        for user in 0..4_000_u32 {
            let (variant, share) = [("control", 0.2), ("green", 0.2 * treated)][user as usize % 2];
            let day = self.day(i64::from(user / 400));
            exposures += &format!("button,u{user},{variant},{day}T08:00:00\n");
            let drawn = f64::from(user.wrapping_mul(2_654_435_761) >> 8) / f64::from(1 << 24);
            if drawn < share {
                events += &format!("e{user},u{user},purchase,{day}T09:00:00\n");
            }
        }
        self.project.write("data/exposures.csv", exposures).write("data/events.csv", events);
    }

    fn run(&self, n: i64) -> String {
        let told = self.project.say(&["run", "--as-of", &self.day(n)]);
        assert!(told.starts_with("exit 0"), "{told}");
        told.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn act(&self, arguments: &[&str]) -> (i32, Vec<Value>, String) {
        let mut all = vec!["act", "--output", "json", "--log", "text"];
        all.extend(arguments);
        let output = self.project.command(&all).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        let lines = serde_json::from_slice(&output.stdout).unwrap_or_default();
        (output.status.code().unwrap(), lines, told)
    }

    fn outbox(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.project.path("outbox.ndjson")).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn flag(&self) -> String {
        String::from_utf8(self.project.read("flags.json")).unwrap()
    }
}

fn kinds(lines: &[Value]) -> Vec<(&str, &str)> {
    lines.iter().map(|l| (l["what"].as_str().unwrap(), l["state"].as_str().unwrap())).collect()
}

#[test]
fn a_ship_goes_out_once_in_steps_after_two_nights_and_only_with_yes() {
    let shop = Shop::new(1.25);
    shop.project.write("flags.json", FLAGS);
    assert!(shop.run(8).contains("One more night in a row must say so"));
    assert_eq!(shop.act(&[]).1.len(), 0, "an unconfirmed verdict asks for nothing");
    shop.run(9);
    let before = shop.flag();
    let (code, lines, told) = shop.act(&[]);
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("nothing was changed"), "{told}");
    assert!(kinds(&lines).contains(&("`green` to 10 %", "would_send")), "{lines:?}");
    assert_eq!((shop.flag(), shop.outbox().len()), (before, 0), "showing changes nothing");

    let (code, lines, told) = shop.act(&["--yes"]);
    assert_eq!(code, 0, "{told}");
    assert!(kinds(&lines).contains(&("`green` to 10 %", "applied")), "{lines:?}");
    assert!(shop.flag().contains("10"), "{}", shop.flag());
    let sent = shop.outbox().len();
    assert!(sent >= 2, "the outbox is told, too: {:?}", shop.outbox());

    let (code, lines, told) = shop.act(&["--yes"]);
    assert_eq!((code, lines.len()), (0, 0), "nothing twice: {told}");
    shop.run(9);
    assert_eq!(shop.act(&["--yes"]).1.len(), 0, "a rerun asks for nothing");
    assert_eq!(shop.outbox().len(), sent);
}

#[test]
fn harm_goes_to_control_in_one_night() {
    let shop = Shop::new(0.72);
    shop.project.write("flags.json", FLAGS);
    assert!(shop.run(9).contains("Roll back `green`"));
    let (code, lines, told) = shop.act(&["--yes"]);
    assert_eq!(code, 0, "{told}");
    assert!(kinds(&lines).contains(&("everybody to the control", "applied")), "{lines:?}");
}

/// A04, A09
#[test]
fn a09_a_flag_that_somebody_changed_is_left_alone_until_a_person_agrees() {
    let shop = Shop::new(1.25);
    shop.project.write("flags.json", FLAGS);
    shop.project.edit("experiments/button.toml", "every = \"1d\"", "every = \"1s\"");
    shop.run(7);
    shop.run(8);
    assert_eq!(shop.act(&["--yes"]).0, 0);
    // Somebody turns it up by hand; the next step would take it back.
    let mut by_hand: Value = serde_json::from_str(&shop.flag()).unwrap();
    by_hand["flags"]["button"]["targeting"]["fractional"] =
        serde_json::json!([["control", 30], ["green", 70]]);
    shop.project.write("flags.json", by_hand.to_string());
    std::thread::sleep(std::time::Duration::from_millis(1100));
    shop.run(9);
    let (code, lines, told) = shop.act(&["--yes"]);
    assert_eq!(code, 10, "{told}");
    let step = lines.iter().find(|line| line["target"] == "flags").unwrap();
    assert_eq!((&step["what"], &step["state"]), (&"`green` to 50 %".into(), &"conflict".into()));
    let words = step["detail"].as_str().unwrap();
    assert!(
        words.contains("it was on, control 90 %, green 10 %, and is on, control 30 %, green 70 %")
    );
    assert_eq!(shop.flag(), by_hand.to_string(), "nothing was written");
    let id = step["action_id"].as_str().unwrap();
    let (code, lines, told) = shop.act(&["--yes", "--approve", &id[..8]]);
    assert_eq!(code, 0, "{told}");
    assert!(kinds(&lines).contains(&("`green` to 50 %", "applied")), "{lines:?}");
}

/// A17
#[test]
fn a17_one_word_stops_everything() {
    let shop = Shop::new(1.25);
    shop.project.write("flags.json", FLAGS);
    shop.run(8);
    shop.run(9);
    let before = shop.flag();
    let mut command = shop.project.command(&["act", "--yes", "--output", "json"]);
    let output = command.env("ASSIZE_ACTIONS", "off").output().unwrap();
    let lines: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert!(lines.iter().all(|line| line["state"] == "waits"), "{lines:?}");
    shop.project.write("out/STOP", "");
    let (_, lines, _) = shop.act(&["--yes"]);
    assert!(lines.iter().all(|line| line["state"] == "waits"), "{lines:?}");
    assert_eq!((shop.flag(), shop.outbox().len()), (before, 0));
}

#[test]
fn a_person_says_yes_where_the_project_wants_one() {
    let shop = Shop::new(1.25);
    shop.project.write("flags.json", FLAGS);
    shop.project.edit("assize.toml", "mode = \"plan\"", "mode = \"plan\"\napprove = \"ship\"");
    shop.run(8);
    shop.run(9);
    let (_, lines, _) = shop.act(&["--yes"]);
    let step =
        lines.iter().find(|l| l["what"] == "`green` to 10 %" && l["target"] == "flags").unwrap();
    assert_eq!(step["state"], "waits");
    assert!(step["detail"].as_str().unwrap().contains("assize act --approve"), "{step}");
    let id = step["action_id"].as_str().unwrap();
    let (code, lines, told) = shop.act(&["--yes", "--approve", &id[..12], "--reason", "seen"]);
    assert_eq!(code, 0, "{told}");
    assert!(kinds(&lines).contains(&("`green` to 10 %", "applied")), "{lines:?}");
    let (code, _, told) = shop.act(&["--approve", "ffff"]);
    assert_eq!(code, 2, "{told}");
}

/// A command that breaks off after the conclusion arrived leaves the record to the next one.
#[test]
fn a_concluded_experiment_has_one_record_whatever_broke_off() {
    let shop = Shop::new(1.25);
    shop.project.write("flags.json", FLAGS);
    let config = String::from_utf8(shop.project.read("experiments/button.toml")).unwrap();
    let (before, _) = config.split_once("[rollout]").unwrap();
    shop.project.write("experiments/button.toml", before);
    shop.run(8);
    shop.run(9);
    assert_eq!(shop.act(&["--yes"]).0, 0);
    let records = || shop.project.live_files_of("programme").len();
    assert_eq!(records(), 1);
    shop.project.remove("out/programme");
    assert_eq!(shop.act(&["--yes"]).0, 0);
    assert_eq!(records(), 1, "made up for");
    assert_eq!(shop.act(&["--yes"]).0, 0);
    assert_eq!(records(), 1, "once");
}

/// A10
#[test]
fn a10_an_experiment_that_somebody_concluded_is_left_alone() {
    let shop = Shop::new(1.25);
    shop.project.write("flags.json", FLAGS);
    shop.run(8);
    shop.run(9);
    let before = shop.flag();
    shop.project.edit("experiments/button.toml", "start = ", "status = \"concluded\"\nstart = ");
    let (code, lines, told) = shop.act(&["--yes"]);
    assert_eq!(code, 10, "{told}");
    let step = lines.iter().find(|line| line["target"] == "flags").unwrap();
    assert_eq!(step["state"], "refused");
    assert_eq!(step["detail"], "the experiment is concluded");
    assert_eq!(shop.flag(), before);
}

/// A02
#[test]
fn a02_a_verdict_on_old_data_asks_for_nothing() {
    let shop = Shop::new(1.25);
    shop.project.write("flags.json", FLAGS);
    shop.project.edit("assize.toml", "expires = \"30d\"", "expires = \"1h\"");
    shop.run(7);
    shop.run(8);
    assert_eq!(shop.act(&["--yes"]).1.len(), 0);
    assert_eq!(shop.outbox().len(), 0);
}

const ASSIZE: &str = r#"[project]
name = "shop"

[actions]
mode = "plan"
expires = "30d"

[targets.flags]
kind = "flagd"
path = "flags.json"
allow = ["button"]

[targets.outbox]
kind = "file"
path = "outbox.ndjson"

[sources.exposures]
location = "data/exposures.csv"
timezone = "UTC"
columns = { experiment = "experiment", unit = "user", variant = "variant", time = "seen_at" }

[sources.events]
kind = "facts"
location = "data/events.csv"
timezone = "UTC"
columns = { unit = "user", time = "at", event = "event", id = "id" }
"#;

const METRICS: &str = r#"[metrics.buyers]
kind = "conversion"
event = "purchase"
better = "higher"
"#;

const BUTTON: &str = r#"start = START
end = END
variants = [
  { key = "control", weight = 50, control = true },
  { key = "green", weight = 50 },
]

[metrics]
primary = ["buyers"]

[decision]
minimum_days = 3

[rollout]
flag = "button"
steps = [10, 50, 100]
every = "1d"
"#;

const FLAGS: &str = r#"{
  "flags": {
    "button": {
      "state": "ENABLED",
      "variants": { "control": "grey", "green": "green" },
      "defaultVariant": "control",
      "targeting": { "fractional": [["control", 50], ["green", 50]] }
    }
  }
}
"#;
