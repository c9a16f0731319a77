//! Estimates from aggregates: what goes in, what comes out.

use std::fs::File;
use std::io::Write;
use std::process::Stdio;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use insta::assert_snapshot;
use parquet::arrow::ArrowWriter;
use serde_json::{Map, Value, json};

use crate::project::Project;

pub const MEANS: &str = "\
experiment,metric,variant,units,mean,variance
checkout,revenue,control,1000,10,100
checkout,revenue,one-page,1010,11,110
checkout,revenue,no-login,990,9.9,101
";

/// The same rows as objects.
fn rows() -> Vec<Value> {
    let row = |variant: &str, units: u64, mean: f64, variance: f64| {
        json!({"experiment": "checkout", "metric": "revenue", "variant": variant,
            "units": units, "mean": mean, "variance": variance})
    };
    vec![
        row("control", 1000, 10.0, 100.0),
        row("one-page", 1010, 11.0, 110.0),
        row("no-login", 990, 9.9, 101.0),
    ]
}

fn lines(rows: &[Value]) -> String {
    rows.iter().map(|row| format!("{row}\n")).collect()
}

fn write_parquet(project: &Project, name: &str) {
    let columns: [(&str, ArrayRef); 6] = [
        ("experiment", Arc::new(StringArray::from(vec!["checkout"; 3]))),
        ("metric", Arc::new(StringArray::from(vec!["revenue"; 3]))),
        ("variant", Arc::new(StringArray::from(vec!["control", "one-page", "no-login"]))),
        ("units", Arc::new(Int64Array::from(vec![1000, 1010, 990]))),
        ("mean", Arc::new(Float64Array::from(vec![10.0, 11.0, 9.9]))),
        ("variance", Arc::new(Float64Array::from(vec![100.0, 110.0, 101.0]))),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let file = File::create(project.path(name)).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

/// What `assize estimate` says of a file with this name and content.
pub fn said(name: &str, content: &str, arguments: &[&str]) -> String {
    let project = Project::empty();
    project.write(name, content);
    project.say(&[&["estimate", name], arguments].concat())
}

/// Its answers, from a run that must succeed.
pub fn answers(project: &Project, arguments: &[&str]) -> Vec<Map<String, Value>> {
    let output = project.command(&[&["estimate"], arguments].concat()).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

pub fn answers_to(content: &str, arguments: &[&str]) -> Vec<Map<String, Value>> {
    let project = Project::empty();
    project.write("rows.csv", content);
    answers(&project, &[&["rows.csv"], arguments].concat())
}

fn number(answer: &Map<String, Value>, name: &str) -> f64 {
    answer.get(name).and_then(Value::as_f64).unwrap_or_else(|| panic!("no {name} in {answer:?}"))
}

fn assert_close(a: f64, b: f64) {
    assert!((a - b).abs() <= 1e-9 * a.abs().max(b.abs()), "{a} and {b}");
}

#[test]
fn every_format_says_the_same() {
    let project = Project::empty();
    project.write("rows.csv", MEANS).write("rows.ndjson", lines(&rows()));
    project.write("rows.json", serde_json::to_string_pretty(&rows()).unwrap());
    project.write("windows.csv", format!("\u{feff}{}", MEANS.replace('\n', "\r\n")));
    project.write("windows.ndjson", format!("\u{feff}{}", lines(&rows())));
    project.write("rows.txt", lines(&rows()));
    write_parquet(&project, "rows.parquet");
    let wanted = project.say(&["estimate", "rows.csv"]);
    assert!(wanted.starts_with("exit 0\n--- stdout\n{"), "{wanted}");
    let files =
        ["rows.ndjson", "rows.json", "windows.csv", "windows.ndjson", "rows.txt", "rows.parquet"];
    for file in files {
        assert_eq!(project.say(&["estimate", file]), wanted, "{file}");
    }
}

#[test]
fn standard_input_is_a_file() {
    let project = Project::empty();
    project.write("rows.csv", MEANS);
    write_parquet(&project, "rows.parquet");
    let wanted = project.say(&["estimate", "rows.csv"]);
    let parquet = project.read("rows.parquet");
    for content in [MEANS.as_bytes(), lines(&rows()).as_bytes(), &parquet] {
        let mut command = project.command(&["--log", "text", "estimate", "-"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(content).unwrap();
        assert_eq!(project.told(child.wait_with_output().unwrap()), wanted);
    }
}

#[test]
fn three_shapes_have_the_same_numbers() {
    let moments = "variant,units,mean,variance\ncontrol,4,2.5,3\nb,5,4,2.5\n";
    let sums = "variant,n,sum,sum_squares\ncontrol,4,10,34\nb,5,20,90\n";
    let centred = "variant,units,mean_y,c_yy\ncontrol,4,2.5,9\nb,5,4,10\n";
    let values = "variant,values\ncontrol,\"[1, 1, 4, 4]\"\nb,\"[2, 3, 4, 5, 6]\"\n";
    let of = |content: &str| answers_to(content, &["--method", "t-test"]).remove(0);
    let wanted = of(moments);
    for content in [sums, centred, values] {
        let found = of(content);
        for name in ["effect", "std_error", "dof", "p_value", "lower", "upper", "lift"] {
            assert_close(number(&wanted, name), number(&found, name));
        }
    }
}

#[test]
fn our_own_tables_say_what_the_run_said() {
    let project = Project::sample();
    let told = project.command(&["run", "--as-of", "2026-10-28", "--output", "json"]).output();
    let run: Value = serde_json::from_slice(&told.unwrap().stdout).unwrap();
    let answers = answers(&project, &["out", "--method", "t-test"]);
    assert_eq!(answers.len(), 13);
    let mut compared = 0;
    for experiment in run.as_array().unwrap() {
        for ours in experiment["estimates"].as_array().unwrap() {
            let is_same = |answer: &&Map<String, Value>| {
                answer["experiment"] == experiment["experiment"]
                    && answer["metric"] == ours["metric"]
                    && answer["variant"] == ours["treatment"]
            };
            let answer = answers.iter().find(is_same).unwrap();
            let of_run = |name: &str| ours["estimate"][name].as_f64().unwrap();
            assert_close(of_run("effect"), number(answer, "effect"));
            assert_close(
                ours["estimate"]["fixed"]["log_p_value"].as_f64().unwrap(),
                number(answer, "log_p_value"),
            );
            compared += 1;
        }
    }
    assert_eq!(compared, 13);
    let folder = project.say(&["estimate", "out"]);
    assert_eq!(project.say(&["estimate", "out/summaries"]), folder);
    // What `summaries` says is what `estimate` reads.
    let moments = project.command(&["estimate", "out", "--method", "summaries"]).output().unwrap();
    project.write("moments.ndjson", moments.stdout);
    assert_snapshot!(project.say(&["estimate", "moments.ndjson", "--method", "best", "--set", "better=lower"]).lines().count(), @"10");
}

#[test]
fn a_table_for_people() {
    assert_snapshot!(said("rows.csv", MEANS, &["--output", "table"]), @r#"
    exit 0
    --- stdout
    checkout: sequential, valid at every look
    metric   variant   control  treatment     lift       95 % interval  p-value
    ────────────────────────────────────────────────────────────────────────────
    revenue  one-page  10.0000    11.0000  +10.0 %   [-4.9 %, +24.9 %]   0.3304
    revenue  no-login  10.0000     9.9000   -1.0 %  [-14.9 %, +12.9 %]   1.0000
    "#);
    assert_snapshot!(said("rows.csv", MEANS, &["--output", "table", "--method", "bayesian", "--alpha", "0.1"]), @r#"
    exit 0
    --- stdout
    checkout: bayesian, valid at one look
    metric   variant   control  treatment     lift      90 % interval  chance to win
    ─────────────────────────────────────────────────────────────────────────────────
    revenue  one-page  10.0000    11.0000  +10.0 %  [+2.1 %, +17.9 %]         98.6 %
    revenue  no-login  10.0000     9.9000   -1.0 %   [-8.4 %, +6.4 %]         41.2 %
    "#);
    assert_snapshot!(said("rows.csv", MEANS, &["--output", "table", "--method", "best"]), @r#"
    exit 0
    --- stdout
    checkout: best (how likely each variant is the best, by its normal posterior)
    metric   variant     value  chance to be best  expected loss
    ─────────────────────────────────────────────────────────────
    revenue  control   10.0000              1.4 %         1.0034
    revenue  one-page  11.0000             97.9 %         0.0034
    revenue  no-login   9.9000              0.7 %         1.1034
    "#);
    assert_snapshot!(said("rows.csv", MEANS, &["--output", "table", "--method", "sample-ratio"]), @r#"
    exit 0
    --- stdout
    checkout: sample-ratio (whether units fell by their `weight`s: chi-square, exact for few)
    metric   test        p-value
    ─────────────────────────────
    revenue  chi-square   0.9048
    "#);
    assert_snapshot!(said("rows.csv", MEANS, &["--output", "table", "--method", "t-test", "--correction", "holm"]), @r#"
    exit 0
    --- stdout
    checkout: t-test, valid at the planned end
    metric   variant   control  treatment     lift      95 % interval  p-value  adjusted
    ─────────────────────────────────────────────────────────────────────────────────────
    revenue  one-page  10.0000    11.0000  +10.0 %  [+0.6 %, +19.4 %]   0.0288    0.0576
    revenue  no-login  10.0000     9.9000   -1.0 %   [-9.8 %, +7.8 %]   0.8240    0.8240
    "#);
    assert_snapshot!(said("design.csv", "information_fraction\n\"[0.5, 1]\"\n", &["--output", "table", "--method", "boundaries"]), @r#"
    exit 0
    --- stdout
    boundaries (no data: boundaries and power of a group-sequential design)
      information 0.5000, 1.0000
      boundary 2.9626, 1.9686
      alpha_spent 0.0031, 0.0500
      nominal_p_value 0.0031, 0.0490
      inflation_factor 1.0037
      drift 2.8068
      power 0.8000
      power_by_look 0.1641, 0.6359
      expected_information 0.9180
      expected_information_without_effect 0.9985
    "#);
}

#[test]
fn a_narrow_terminal() {
    let project = Project::empty();
    project.write("rows.csv", MEANS);
    let arguments = ["--log", "text", "estimate", "rows.csv", "--output", "table"];
    let output = project.command(&arguments).env("COLUMNS", "60").output().unwrap();
    assert_snapshot!(project.told(output), @r#"
    exit 0
    --- stdout
    checkout: sequential, valid at every look
    revenue / one-page
      control 10.0000, treatment 11.0000, lift +10.0 %, 95 %
      interval [-4.9 %, +24.9 %], p-value 0.3304
    revenue / no-login
      control 10.0000, treatment 9.9000, lift -1.0 %, 95 %
      interval [-14.9 %, +12.9 %], p-value 1.0000
    "#);
}

#[test]
fn rows_without_numbers_stand_in_the_table() {
    let rows = "metric,variant,units,mean,variance\n\
                orders,control,50,1,2\norders,b,1,2,0\norders,c,60,1.5,2\nvisits,control,50,1,2\n";
    assert_snapshot!(said("rows.csv", rows, &["--output", "table"]), @r#"
    exit 0
    --- stdout
    sequential, valid at every look
    metric  variant  control  treatment     lift         95 % interval  p-value
    ────────────────────────────────────────────────────────────────────────────
    orders  b              —          —        —                     —        —
    orders  c         1.0000     1.5000  +50.0 %  [-172.8 %, +272.8 %]   0.8371
    visits  —              —          —        —                     —        —
    orders / b: no number, a variant has only 1 unit
    visits: no number, there is nobody but `control` to compare
    "#);
}

#[test]
fn names_do_not_steer_a_terminal() {
    let rows = "metric,variant,units,mean,variance\n\u{1b}[2J,control,50,1,2\n\u{1b}[2J,b,60,2,2\n";
    assert!(!said("rows.csv", rows, &["--output", "table"]).contains('\u{1b}'));
}

#[test]
fn csv_has_a_column_for_everything() {
    let rows = "variant,units,mean,variance\ncontrol,50,1,2\nb,60,2,2\nc,1,2,0\n";
    assert_snapshot!(said("rows.csv", rows, &["--output", "csv", "--method", "t-test"]), @r#"
    exit 0
    --- stdout
    variant,method,status,reason,alpha,valid,control_units,treatment_units,control_value,treatment_value,control_variance,treatment_variance,effect,std_error,dof,statistic,p_value,log_p_value,lower,upper,lift_method,lift,lift_std_error,lift_dof,lift_statistic,lift_p_value,lift_log_p_value,lift_lower,lift_upper,message
    b,t-test,ok,,0.05,at the planned end,50,60,1.0,2.0,2.0,2.0,1.0,0.27080128015453203,104.45237384293819,3.6927447293799815,0.0003548186463658,-7.9439037543274935,0.46301827032344156,1.5369817296765584,delta,1.0,0.43969686527576396,104.45237384293819,2.27429413073671,0.024992401228640077,-3.6891834511707566,0.12810905799852446,1.8718909420014755,
    c,t-test,insufficient,too_few_units,,,,,,,,,,,,,,,,,,,,,,,,,,a variant has only 1 unit
    "#);
}

#[test]
fn a_row_is_heard_before_the_command_line() {
    let rows = "variant,units,mean,variance,alpha\n\
                control,50,1,2,\nb,60,2,2,0.2\nc,60,2,2,\n";
    let answers = answers_to(rows, &["--method", "t-test", "--alpha", "0.01"]);
    let alpha: Vec<f64> = answers.iter().map(|answer| number(answer, "alpha")).collect();
    assert_eq!(alpha, [0.2, 0.01]);
    assert!(number(&answers[0], "lower") > number(&answers[1], "lower"));
    let rows = "metric,variant,units,mean,variance,method\n\
                a,control,50,1,2,\na,b,60,2,2,z-test\nb,control,50,1,2,\nb,b,60,2,2,\n";
    let answers = answers_to(rows, &["--method", "T_test"]);
    assert_eq!(
        (&answers[0]["method"], &answers[1]["method"]),
        (&json!("z-test"), &json!("t-test"))
    );
}

#[test]
fn options_on_the_command_line() {
    let means =
        |arguments: &[&str]| answers_to(MEANS, &[&["--method", "t-test"], arguments].concat());
    let against = means(&["--control", "no-login"]);
    let variants: Vec<&Value> = against.iter().map(|answer| &answer["variant"]).collect();
    assert_eq!(variants, [&json!("control"), &json!("one-page")]);
    assert_close(number(&against[0], "effect"), 0.1);
    let greater = means(&["--alternative", "greater"]);
    assert_eq!(greater[0]["upper"], json!("Infinity"));
    let fieller = means(&["--set", "lift=fieller", "--set", "null=0.5"]);
    assert_eq!(fieller[0]["lift_method"], json!("fieller"));
    let margin = means(&["--margin", "0.02"]);
    assert_eq!(margin[0]["non_inferior"], json!(true));
    let prior = answers_to(MEANS, &["--method", "bayesian", "--prior", "0,0.0001"]);
    assert!(number(&prior[0], "lift_posterior_mean") < 0.02);
    let sequence = |arguments: &[&str]| number(&answers_to(MEANS, arguments)[0], "tuning");
    assert_eq!(sequence(&["--tuning", "800"]), 800.0);
    assert_eq!(sequence(&["--target", "900"]), 900.0);
    let look = ["--method", "group-sequential", "--information-fraction", "[0.3, 0.6]"];
    assert_close(number(&answers_to(MEANS, &look)[0], "information"), 0.6);
}

#[test]
fn partitions_and_phases() {
    let whole = "variant,units,sum,sum_squares\ncontrol,100,120,400\nb,90,130,420\n";
    let parts = "variant,partition,units,sum,sum_squares\n\
                 control,x,40,50,150\ncontrol,y,60,70,250\nb,x,50,70,220\nb,y,40,60,200\n";
    let of = |content: &str| answers_to(content, &["--method", "t-test"]).remove(0);
    for name in ["effect", "std_error", "dof", "p_value"] {
        assert_close(number(&of(whole), name), number(&of(parts), name));
    }
    // Half of all units are in each phase, whatever the variant had: (2 - 1 + 6 - 4) / 2.
    let phases = "variant,phase,units,mean,variance\n\
                  control,1,80,1,2\ncontrol,2,20,4,2\nb,1,20,2,2\nb,2,80,6,2\n";
    assert_close(number(&of(phases), "effect"), 1.5);
}

#[test]
fn columns_of_an_export_are_left_out_aloud() {
    let rows = "variant,units,mean,variance,dashboard,owner\ncontrol,50,1,2,d,o\n";
    assert_snapshot!(said("rows.csv", rows, &[]), @r#"
    exit 0
    --- stdout
    {"method":"sequential","status":"insufficient","reason":"no_treatment","message":"there is nobody but `control` to compare"}
    --- stderr
    columns that mean nothing here are left out: `dashboard`, `owner`
    "#);
}

#[test]
fn an_error_in_one_row_does_not_silence_the_others() {
    let rows = "metric,variant,units,sum,sum_squares\n\
                orders,control,50,50,90\norders,b,50,50,40\norders,c,50,60,99\n";
    assert_snapshot!(said("rows.csv", rows, &["--output", "table"]), @r#"
    exit 10
    --- stdout
    sequential, valid at every look
    metric  variant  control  treatment     lift         95 % interval  p-value
    ────────────────────────────────────────────────────────────────────────────
    orders  b              —          —        —                     —        —
    orders  c         1.0000     1.2000  +20.0 %  [-102.6 %, +142.6 %]   0.9732
    orders / b: no number, rows.csv: line 3: the summary contradicts itself
    "#);
    let rows = "variant,units,mean,variance\ncontrol,50,1,-2\nb,50,2,1\n";
    assert_snapshot!(said("rows.csv", rows, &[]), @r#"
    exit 10
    --- stdout
    {"variant":"b","method":"sequential","status":"error","reason":"corrupt_summary","message":"rows.csv: line 2: the summary contradicts itself"}
    "#);
}

/// What is NULL in `summaries` was no finite number there.
#[test]
fn a_mean_that_was_not_finite() {
    let rows = "{\"variant\": \"control\", \"units\": 50, \"mean_y\": 1, \"c_yy\": 2}\n\
                {\"variant\": \"b\", \"units\": 50, \"mean_y\": null, \"c_yy\": null}\n";
    assert_snapshot!(said("rows.ndjson", rows, &[]), @r#"
    exit 10
    --- stdout
    {"variant":"b","method":"sequential","status":"error","reason":"overflow","message":"rows.ndjson: line 2: the sums are too large to represent"}
    "#);
}

/// A quantile has no moments, but a value with its variance; several phases of one are for the
/// `estimates` table.
#[test]
fn quantiles_of_the_summaries_table() {
    let row = |variant: &str, phase: u32, value: &str| {
        format!(
            "{{\"metric\": \"latency\", \"variant\": \"{variant}\", \"phase\": {phase}, \"units\": 5000, \
             \"mean_y\": null, \"c_yy\": null, {value}}}\n"
        )
    };
    let point = |value: f64| {
        format!("\"point_value\": {value}, \"point_variance\": 4, \"point_dof\": null")
    };
    let rows = row("control", 0, &point(250.0)) + &row("b", 0, &point(260.0));
    let told = said("rows.ndjson", &rows, &["--method", "z-test"]);
    for part in
        ["\"effect\":10.0", "\"std_error\":2.8284271247461903", "\"statistic\":3.53553390593"]
    {
        assert!(told.contains(part), "{told}");
    }
    let none = "\"no_value\": \"too_few_values: the quantile needs 8 values, and there are 3\"";
    let rows = row("control", 0, &point(250.0)) + &row("b", 0, none);
    assert_snapshot!(said("rows.ndjson", &rows, &[]), @r#"
    exit 0
    --- stdout
    {"metric":"latency","variant":"b","method":"sequential","status":"insufficient","reason":"no_value","message":"rows.ndjson: line 2: too_few_values: the quantile needs 8 values, and there are 3"}
    "#);
    let phases = rows + &row("control", 1, &point(240.0)) + &row("b", 1, &point(241.0));
    let told = said("rows.ndjson", &phases, &[]);
    assert!(told.contains("see the `estimates` table"), "{told}");
}

#[test]
fn insufficient_units_say_so_and_are_no_failure() {
    let rows = "variant,units,mean,variance\ncontrol,50,1,2\nb,0,,\nc,1,2,0\n";
    assert_snapshot!(said("rows.csv", rows, &[]), @r#"
    exit 0
    --- stdout
    {"variant":"b","method":"sequential","status":"insufficient","reason":"too_few_units","message":"a variant has no units"}
    {"variant":"c","method":"sequential","status":"insufficient","reason":"too_few_units","message":"a variant has only 1 unit"}
    "#);
    assert_snapshot!(said("rows.csv", "metric,variant,units,mean,variance\norders,control,50,1,2\n", &[]), @r#"
    exit 0
    --- stdout
    {"metric":"orders","method":"sequential","status":"insufficient","reason":"no_treatment","message":"there is nobody but `control` to compare"}
    "#);
    let phases = "variant,phase,units,mean,variance\n\
                  control,1,80,1,2\ncontrol,2,20,4,2\nb,1,20,2,2\n";
    assert_snapshot!(said("rows.csv", phases, &[]), @r#"
    exit 0
    --- stdout
    {"variant":"b","method":"sequential","status":"insufficient","reason":"too_few_units","message":"variant `b` has no units in phase `2`"}
    "#);
    let constant = "variant,units,mean,variance\ncontrol,50,1,0\nb,50,1,0\n";
    assert_snapshot!(said("rows.csv", constant, &[]), @r#"
    exit 0
    --- stdout
    {"variant":"b","method":"sequential","status":"insufficient","reason":"no_variation","message":"all units have the same value"}
    "#);
}
