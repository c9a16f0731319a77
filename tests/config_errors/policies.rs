//! Policies by name, and rules of one's own.

use super::*;
use assize::config::{Policy, Rule, config_hash};

const POLICY: &str = "policy = \"risk-aware\"\n";

/// Rules of one's own instead of the policy.
fn own(rules: &str) -> String {
    format!("[decision]\nrules = [\n{rules}\n]\n")
}

/// The project with these rules is refused, at these places of the experiment.
#[track_caller]
fn rules_refused(rules: &str, expected: &str) {
    refused(&[(CHECKOUT_FILE, &format!("[decision]\n{POLICY}"), &own(rules))], expected);
}

fn rules(rules: &str) -> Vec<Rule> {
    let text = own(rules);
    let change = (CHECKOUT_FILE, &*format!("[decision]\n{POLICY}"), &*text);
    accepted(&[change]).project.experiments.remove(0).decision.rules
}

#[test]
fn policies_by_name_are_tables_of_rules() {
    for (name, policy) in [
        ("risk-aware", Policy::RiskAware),
        ("clear-signals", Policy::ClearSignals),
        ("do-no-harm", Policy::DoNoHarm),
    ] {
        let text = format!("policy = \"{name}\"\n");
        let decision =
            accepted(&[(CHECKOUT_FILE, POLICY, &text)]).project.experiments.remove(0).decision;
        assert_eq!((decision.policy, decision.rules), (policy, policy.rules()));
    }
    let none = accepted(&[(CHECKOUT_FILE, POLICY, "")]).project.experiments.remove(0).decision;
    assert_eq!((none.policy, none.rules), (Policy::RiskAware, Policy::RiskAware.rules()));
}

/// What the README says the policies are is what they are.
#[test]
fn the_readme_shows_the_rules_of_each_policy() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    for (name, policy) in [
        ("risk-aware", Policy::RiskAware),
        ("clear-signals", Policy::ClearSignals),
        ("do-no-harm", Policy::DoNoHarm),
    ] {
        let (_, rest) = readme.split_once(&format!("# policy = \"{name}\"\n")).unwrap();
        let shown = rest.split_once("]\n").unwrap().0.trim_start_matches("rules = [\n");
        assert_eq!(rules(shown), policy.rules(), "{name}");
    }
}

#[test]
fn a_rule_is_read_as_it_is_written() {
    let short = rules(r#"{ when = { any = "primaries", are = "worse" }, then = "roll_back" }"#);
    let long = rules(
        r#"{ when = [{ any = ["primaries"], are = ["worse", "worse"] }], at = "any_look", then = "roll_back" }"#,
    );
    assert_eq!(short, long);
    let text = r#"{ when = { none = ["guardrails", "primaries"], are = ["safe", "flat"] }, at = "planned_end", then = "review", because = "x" }"#;
    insta::assert_debug_snapshot!(rules(text), @r#"
    [
        Rule {
            when: [
                Condition {
                    how_many: None,
                    of: [
                        Primaries,
                        Guardrails,
                    ],
                    are: [
                        Safe,
                        Flat,
                    ],
                },
            ],
            at: PlannedEnd,
            then: Review,
            because: Some(
                "x",
            ),
        },
    ]
    "#);
    let tables = "[[decision.rules]]\nwhen = { any = \"primaries\", are = \"worse\" }\nthen = \"roll_back\"\n";
    let folder = changed(&[(CHECKOUT_FILE, POLICY, "policy = \"rules\"\n")]);
    write(folder.path(), CHECKOUT_FILE, CHECKOUT.replace(POLICY, "policy = \"rules\"\n") + tables);
    let mut project = load(folder.path()).unwrap().project;
    assert_eq!(project.experiments.remove(0).decision.rules, short);
}

#[test]
fn policies_that_are_none() {
    refused(
        &[(CHECKOUT_FILE, POLICY, "policy = \"do-no-ham\"\n")],
        r"
experiments/checkout.toml:25:10: `policy` must be one of `risk-aware`, `clear-signals`, `do-no-harm`, `rules`, found `do-no-ham`
  hint: did you mean `do-no-harm`?
",
    );
    refused(
        &[(CHECKOUT_FILE, POLICY, "policy = \"rules\"\n")],
        r#"
experiments/checkout.toml:25:10: `policy = "rules"` needs `rules`
  hint: write them as `[[decision.rules]]`, with `when` and `then`
"#,
    );
    refused(
        &[(
            CHECKOUT_FILE,
            POLICY,
            "policy = \"risk-aware\"\nrules = [{ when = { any = \"primaries\", are = \"worse\" }, then = \"roll_back\" }]\n",
        )],
        r#"
experiments/checkout.toml:25:10: a policy with a name has rules already, and there are `rules`
  hint: leave `policy` out, or say `policy = "rules"`
"#,
    );
    rules_refused(
        "",
        r"
experiments/checkout.toml:25:9: `rules` is empty
",
    );
}

#[test]
fn rules_that_are_none() {
    rules_refused(
        "{ when = { any = \"primaries\", are = \"worse\" } },\n{ then = \"ship\" }",
        r"
experiments/checkout.toml:26:1: an item of `rules` needs `then`
experiments/checkout.toml:27:1: an item of `rules` needs `when`
",
    );
    rules_refused(
        "{ when = { some = \"primaries\", are = \"worse\" }, then = \"rollback\" }",
        r"
experiments/checkout.toml:26:10: `when` needs `any` or `all` or `none`
experiments/checkout.toml:26:12: unknown key `some`
  hint: allowed here: `any`, `all`, `none`, `are`
experiments/checkout.toml:26:56: `then` must be one of `ship`, `roll_back`, `review`, found `rollback`
  hint: did you mean `roll_back`?
",
    );
    rules_refused(
        "{ when = { any = \"secondaries\", are = \"worst\" }, then = \"ship\" }",
        r"
experiments/checkout.toml:26:18: `any` must be one of `primaries`, `guardrails`, found `secondaries`
experiments/checkout.toml:26:39: `are` must be one of `better`, `worse`, `safe`, `flat`, `holding`, found `worst`
  hint: did you mean `worse`?
",
    );
    rules_refused(
        "{ when = { any = [\"primaries\", \"guardrail\"], are = [\"safe\"] }, then = \"ship\" }",
        r"
experiments/checkout.toml:26:32: an item of `any` must be one of `primaries`, `guardrails`, found `guardrail`
  hint: did you mean `guardrails`?
",
    );
    rules_refused(
        "{ when = { all = \"primaries\", any = \"guardrails\", are = \"better\" }, then = \"ship\" }",
        r"
experiments/checkout.toml:26:18: `any` and `all` are two conditions
  hint: write a list: `when = [{ ... }, { ... }]`
",
    );
    rules_refused(
        "{ when = [], then = \"ship\" },\n{ when = { any = [], are = \"better\" }, then = \"ship\" },\n{ when = { any = \"primaries\", are = [] }, then = \"ship\" }",
        r#"
experiments/checkout.toml:26:10: `when` is empty
  hint: a rule for what no other rule says is `{ none = "primaries", are = "better" }`
experiments/checkout.toml:27:18: `any` is empty
experiments/checkout.toml:28:37: `are` is empty
"#,
    );
    rules_refused(
        "{ when = \"always\", at = \"end\", then = \"ship\", because = \" \" }",
        r"
experiments/checkout.toml:26:10: `when` must be a table or a list, found the string `always`
experiments/checkout.toml:26:25: `at` must be one of `any_look`, `planned_end`, found `end`
experiments/checkout.toml:26:57: `because` is empty
",
    );
}

/// The project with these rules is accepted, with exactly these warnings.
#[track_caller]
fn rules_warned(rules: &str, margin: &str, expected: &str) {
    let text = own(rules);
    let change = (CHECKOUT_FILE, &*format!("[decision]\n{POLICY}"), &*text);
    warned(&[change, (CHECKOUT_FILE, ", margin = 0.02", margin)], expected);
}

#[test]
fn rules_that_will_surprise() {
    let safe = r#"{ when = [{ any = "primaries", are = "better" }, { all = "guardrails", are = ["safe", "better"] }], then = "ship" }"#;
    rules_warned(safe, ", margin = 0.02", "");
    rules_warned(
        safe,
        "",
        r"
experiments/checkout.toml:26:10: `errors` has no margin, so it is never `safe`
  hint: `holding` is `safe` with a margin, and not worse without one
",
    );
    let nothing =
        r#"{ when = { none = ["primaries", "guardrails"], are = "worse" }, then = "ship" }"#;
    rules_warned(
        nothing,
        "",
        r#"
experiments/checkout.toml:26:10: this rule ships although nothing has to be `better` or `safe`, so it does at the first look after the minimum
  hint: to wait until there was time to see harm, say `at = "planned_end"`
"#,
    );
    rules_warned(&nothing.replace("then", "at = \"planned_end\", then"), "", "");
    let holding = r#"{ when = { all = "guardrails", are = "holding" }, then = "ship" }"#;
    rules_warned(holding, ", margin = 0.02", "");
    rules_warned(
        holding,
        "",
        r#"
experiments/checkout.toml:26:10: this rule ships although nothing has to be `better` or `safe`, so it does at the first look after the minimum
  hint: to wait until there was time to see harm, say `at = "planned_end"`
"#,
    );
}

/// Words may change, rules may not; without rules of one's own the hash knows nothing of them.
#[test]
fn rules_are_promised() {
    let hash = |rules: &str| {
        let text = own(rules);
        let change = (CHECKOUT_FILE, &*format!("[decision]\n{POLICY}"), &*text);
        let project = accepted(&[change]).project;
        config_hash(&project, &project.experiments[0])
    };
    let first =
        r#"{ when = { any = ["primaries", "guardrails"], are = "worse" }, then = "roll_back" }"#;
    let second = r#"{ when = { all = "primaries", are = "better" }, then = "ship" }"#;
    let both = hash(&format!("{first}, {second}"));
    let words = second.replace("then", "because = \"x\", at = \"any_look\", then");
    let turned = first.replace(r#""primaries", "guardrails""#, r#""guardrails", "primaries""#);
    assert_eq!(hash(&format!("{turned}, {words}")), both);
    for other in [
        format!("{second}, {first}"),
        first.to_owned(),
        format!("{first}, {}", second.replace("all", "any")),
        format!("{first}, {}", second.replace("primaries", "guardrails")),
        format!("{first}, {}", second.replace("better", "holding")),
        format!("{first}, {}", second.replace("\"ship\"", "\"review\"")),
        format!("{first}, {}", second.replace("then", "at = \"planned_end\", then")),
    ] {
        assert_ne!(hash(&other), both, "{other}");
    }
}
