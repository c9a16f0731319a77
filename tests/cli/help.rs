//! What can be asked, as the program says it itself.

use insta::assert_snapshot;

use crate::project::Project;

#[test]
fn the_program_and_its_exit_codes() {
    assert_snapshot!(Project::small().say(&["--help"]), @r"
    exit 0
    --- stdout
    Verdicts on online experiments, from rows that you already have

    Usage: assize [OPTIONS] <COMMAND>

    Commands:
      run       The nightly job: analyse every experiment that is due and write the verdict tables
      check     Check project files and sources; compute nothing
      analyze   Analyse one experiment and print everything about it; write nothing
      why       Why an experiment got its verdict, and where its rows and units went; write nothing
      history   What each look said of an experiment, from the tables; write nothing
      diff      What changed from one run to another: verdicts, metrics, checks and files
      verify    Make a stored run again and compare, and look whether its files are as they were written
      act       Set in motion what verdicts have asked for; shows what it would do, and does it with
                --yes
      aa        How often the chain is wrong where nothing differs: shuffle variants on your own data;
                write nothing
      unlock    Let a locked experiment change: a new phase begins, and what came before acts on nothing
      accept    Say that a failed health check was looked into, and is no reason to wait
      unit      What is known of one unit, and what each of its rows counts for; write nothing
      sql       Print the queries of one experiment, stage by stage
      schema    Print the JSON Schema of the project files, for editors
      estimate  Estimates from aggregates that you already have: NDJSON, CSV, Parquet or `summaries`
      power     Sample size, days, power or smallest effect: before an experiment, or of a running one
      simulate  Write a synthetic warehouse with known truth, as a complete project
      help      Print this message or the help of the given subcommand(s)

    Options:
          --log <LOG>  How standard error speaks: `auto` is text on a terminal and JSON lines elsewhere
                       [default: auto] [possible values: auto, text, json]
      -h, --help       Print help
      -V, --version    Print version

    Exit codes:
      0   done
      2   the project files or the arguments are wrong; every problem is listed
      3   the run failed and nothing became visible
      4   another run holds the output folder
      5   not ready, or a source changed meanwhile: try again
      10  done, but some experiment has an error, or `verify` found something else than is stored
      130 stopped by ctrl-C; 143 by a request to terminate
    ");
}

#[test]
fn aa() {
    assert_snapshot!(Project::small().say(&["aa", "--help"]), @r"
    exit 0
    --- stdout
    How often the chain is wrong where nothing differs: shuffle variants on your own data; write nothing

    Usage: assize aa [OPTIONS] [KEY]

    Arguments:
      [KEY]  Key of the experiment [default: every experiment that is due]

    Options:
          --log <LOG>            How standard error speaks: `auto` is text on a terminal and JSON lines
                                 elsewhere [default: auto] [possible values: auto, text, json]
          --project <FOLDER>     Folder that holds `assize.toml` [default: .]
          --memory-limit <SIZE>  Memory that the computation keeps within, such as `4GB`; what does not
                                 fit is put aside in temporary files (TMPDIR) [default: three quarters
                                 of what the machine has]
          --shuffles <NUMBER>    How often units are dealt to the variants anew [default: 500]
          --seed <NUMBER>        Another seed, other shuffles [default: 1]
          --as-of <YYYY-MM-DD>   Last night, whose day is included [default: as for `run`]
          --output <OUTPUT>      What is printed on standard output [default: table] [possible values:
                                 table, json]
      -h, --help                 Print help
    ");
}

#[test]
fn run() {
    assert_snapshot!(Project::small().say(&["run", "--help"]), @r"
    exit 0
    --- stdout
    The nightly job: analyse every experiment that is due and write the verdict tables

    Usage: assize run [OPTIONS]

    Options:
          --log <LOG>            How standard error speaks: `auto` is text on a terminal and JSON lines
                                 elsewhere [default: auto] [possible values: auto, text, json]
          --project <FOLDER>     Folder that holds `assize.toml` [default: .]
          --memory-limit <SIZE>  Memory that the computation keeps within, such as `4GB`; what does not
                                 fit is put aside in temporary files (TMPDIR) [default: three quarters
                                 of what the machine has]
          --as-of <YYYY-MM-DD>   Last day included, in the project's time zone [default: the last day
                                 that the partitioned sources have, yesterday at the latest]
          --select <KEYS>        Only these experiments: keys or patterns such as `checkout-*`,
                                 separated by commas
          --dry-run              Write nothing, and say what this night would change in the verdicts
                                 that are there
          --output <OUTPUT>      What is printed on standard output [default: table] [possible values:
                                 table, json, csv]
      -h, --help                 Print help
    ");
}

#[test]
fn check() {
    assert_snapshot!(Project::small().say(&["check", "--help"]), @r#"
    exit 0
    --- stdout
    Check project files and sources; compute nothing

    Usage: assize check [OPTIONS]

    Options:
          --log <LOG>         How standard error speaks: `auto` is text on a terminal and JSON lines
                              elsewhere [default: auto] [possible values: auto, text, json]
          --project <FOLDER>  Folder that holds `assize.toml` [default: .]
      -h, --help              Print help
    "#);
}

#[test]
fn analyze() {
    assert_snapshot!(Project::small().say(&["analyze", "--help"]), @r#"
    exit 0
    --- stdout
    Analyse one experiment and print everything about it; write nothing

    Usage: assize analyze [OPTIONS] <KEY>

    Arguments:
      <KEY>  Key of the experiment

    Options:
          --log <LOG>            How standard error speaks: `auto` is text on a terminal and JSON lines
                                 elsewhere [default: auto] [possible values: auto, text, json]
          --project <FOLDER>     Folder that holds `assize.toml` [default: .]
          --memory-limit <SIZE>  Memory that the computation keeps within, such as `4GB`; what does not
                                 fit is put aside in temporary files (TMPDIR) [default: three quarters
                                 of what the machine has]
          --as-of <YYYY-MM-DD>   Last day included [default: as for `run`]
          --by <ATTRIBUTES>      Split results by these attributes of the assignments, separated by
                                 commas: exploratory, and of no account for the verdict
          --metric <METRIC>      Only this metric's rows are printed; the verdict is still about all
          --daily                No verdict, but each day from the start on: what a night as of it would
                                 have said, and what units do in each day since they enrolled
          --output <OUTPUT>      What is printed on standard output [default: table] [possible values:
                                 table, json, csv]
      -h, --help                 Print help
    "#);
}

#[test]
fn why() {
    assert_snapshot!(Project::small().say(&["why", "--help"]), @r#"
    exit 0
    --- stdout
    Why an experiment got its verdict, and where its rows and units went; write nothing

    Usage: assize why [OPTIONS] <KEY>

    Arguments:
      <KEY>  Key of the experiment

    Options:
          --log <LOG>            How standard error speaks: `auto` is text on a terminal and JSON lines
                                 elsewhere [default: auto] [possible values: auto, text, json]
          --project <FOLDER>     Folder that holds `assize.toml` [default: .]
          --memory-limit <SIZE>  Memory that the computation keeps within, such as `4GB`; what does not
                                 fit is put aside in temporary files (TMPDIR) [default: three quarters
                                 of what the machine has]
          --as-of <YYYY-MM-DD>   Last day included [default: as for `run`]
          --waterfall            Not the rules, but where every row and every unit went
          --output <OUTPUT>      What is printed on standard output [default: table] [possible values:
                                 table, json]
      -h, --help                 Print help
    "#);
}

#[test]
fn unit() {
    assert_snapshot!(Project::small().say(&["unit", "--help"]), @r#"
    exit 0
    --- stdout
    What is known of one unit, and what each of its rows counts for; write nothing

    Usage: assize unit [OPTIONS] --experiment <KEY> <ID>

    Arguments:
      <ID>  The unit, as the sources write it

    Options:
          --experiment <KEY>     Key of the experiment
          --log <LOG>            How standard error speaks: `auto` is text on a terminal and JSON lines
                                 elsewhere [default: auto] [possible values: auto, text, json]
          --project <FOLDER>     Folder that holds `assize.toml` [default: .]
          --memory-limit <SIZE>  Memory that the computation keeps within, such as `4GB`; what does not
                                 fit is put aside in temporary files (TMPDIR) [default: three quarters
                                 of what the machine has]
          --as-of <YYYY-MM-DD>   Last day included [default: as for `run`]
          --output <OUTPUT>      What is printed on standard output [default: table] [possible values:
                                 table, json]
      -h, --help                 Print help
    "#);
}

#[test]
fn sql() {
    assert_snapshot!(Project::small().say(&["sql", "--help"]), @r#"
    exit 0
    --- stdout
    Print the queries of one experiment, stage by stage

    Usage: assize sql [OPTIONS] <KEY>

    Arguments:
      <KEY>  Key of the experiment

    Options:
          --log <LOG>           How standard error speaks: `auto` is text on a terminal and JSON lines
                                elsewhere [default: auto] [possible values: auto, text, json]
          --project <FOLDER>    Folder that holds `assize.toml` [default: .]
          --as-of <YYYY-MM-DD>  Last day included [default: as for `run`]
      -h, --help                Print help
    "#);
}

#[test]
fn schema() {
    assert_snapshot!(Project::small().say(&["schema", "--help"]), @r#"
    exit 0
    --- stdout
    Print the JSON Schema of the project files, for editors

    Usage: assize schema [OPTIONS] [FILE]

    Arguments:
      [FILE]
              Which file's schema

              Possible values:
              - project:    `assize.toml`
              - metrics:    `metrics.toml`
              - experiment: `experiments/*.toml`

              [default: project]

    Options:
          --log <LOG>
              How standard error speaks: `auto` is text on a terminal and JSON lines elsewhere

              [default: auto]
              [possible values: auto, text, json]

          --write <FOLDER>
              Write all of them into this folder instead

      -h, --help
              Print help (see a summary with '-h')
    "#);
}

#[test]
fn simulate() {
    assert_snapshot!(Project::small().say(&["simulate", "--help"]), @r#"
    exit 0
    --- stdout
    Write a synthetic warehouse with known truth, as a complete project

    Usage: assize simulate [OPTIONS] <OUT>

    Arguments:
      <OUT>  Folder to write into: new or empty, or holding only its `simulate.toml`

    Options:
          --log <LOG>                  How standard error speaks: `auto` is text on a terminal and JSON
                                       lines elsewhere [default: auto] [possible values: auto, text,
                                       json]
          --spec <FILE>                What to simulate [default: FOLDER/simulate.toml where it exists,
                                       else a benchmark]
          --units <UNITS>              Units of the benchmark [default: 20000]
          --events <EVENTS>            Events of the benchmark, about [default: 1000000]
          --experiments <EXPERIMENTS>  Experiments of the benchmark [default: 5]
          --seed <SEED>                Another seed, another warehouse [default: the spec's, or 1]
          --overwrite                  Replace the files of a former simulation in the folder
          --scenario <SEED>            A small random project instead, with all that a project may have;
                                       of seeds `1..100`, each in a folder of its own
      -h, --help                       Print help
    "#);
}

#[test]
fn nothing_asked() {
    let told = Project::small().told(Project::small().command(&[]).output().unwrap());
    assert!(told.starts_with("exit 2\n--- stderr\nVerdicts on online experiments"), "{told}");
}

#[test]
fn a_command_that_does_not_exist() {
    assert_snapshot!(Project::small().say(&["rnu"]), @r#"
    exit 2
    --- stderr
    error: unrecognized subcommand 'rnu'

    Usage: assize [OPTIONS] <COMMAND>

    For more information, try '--help'.
    "#);
}

#[test]
fn a_day_that_does_not_exist() {
    assert_snapshot!(Project::small().say(&["run", "--as-of", "2026-13-01"]), @r#"
    exit 2
    --- stderr
    error: invalid value '2026-13-01' for '--as-of <YYYY-MM-DD>': not a day, which is written like 2026-10-28

    For more information, try '--help'.
    "#);
}

#[test]
fn a_day_in_words() {
    assert_snapshot!(Project::small().say(&["run", "--as-of", "yesterday"]), @r#"
    exit 2
    --- stderr
    error: invalid value 'yesterday' for '--as-of <YYYY-MM-DD>': not a day, which is written like 2026-10-28

    For more information, try '--help'.
    "#);
}

#[test]
fn a_day_that_is_not_over() {
    let told = Project::small().say(&["run", "--as-of", "9998-01-01"]);
    let (first, hint) = told.split_once("  hint: the last complete day is ").unwrap();
    assert_snapshot!(first, @r#"
    exit 2
    --- stderr
    error: --as-of 9998-01-01 is not over in UTC
    "#);
    assert_eq!(hint.trim().len(), "2026-03-08".len());
}
