//! Folders and files that are not as they should be.

use insta::assert_snapshot;

use crate::project::{Project, day_file};

const PARQUET_DAY: &str = "data/events/day=2026-10-20/part-0.parquet";

fn sample_refused(project: &Project) -> String {
    let told = project.say(&["run", "--as-of", "2026-10-28"]);
    assert!(project.live_files().is_empty());
    told
}

#[test]
fn a_location_that_does_not_exist() {
    let project = Project::small();
    project.remove("data/exposures");
    assert_snapshot!(project.refused(), @r#"
    exit 3
    --- stderr
    error: assize.toml:8:10: source `exposures`: data/exposures/ does not exist
      hint: set `location` to an existing file or folder, relative to assize.toml
    "#);
}

#[test]
fn an_empty_folder() {
    let project = Project::small();
    project.remove("data/exposures/all.csv");
    assert_snapshot!(project.refused(), @r#"
    exit 3
    --- stderr
    error: assize.toml:8:10: source `exposures`: data/exposures/ holds no Parquet, CSV or NDJSON files
      hint: check the location, and that the export has run
    "#);
}

#[test]
fn a_zero_byte_file() {
    let project = Project::small();
    project.write(&day_file(4), "");
    assert_snapshot!(project.refused(), @r#"
    exit 3
    --- stderr
    error: assize.toml:13:10: source `events`: data/events/day=2026-03-04/part-0.csv is empty (0 bytes)
      hint: a writer died or has not finished: write the file again, or remove it
    "#);
}

#[test]
fn a_csv_named_parquet() {
    let project = Project::sample();
    project.write(PARQUET_DAY, "id,user,event\n1,u1,purchase\n");
    assert_snapshot!(sample_refused(&project), @r#"
    exit 3
    --- stderr
    error: assize.toml:21:10: source `events`: data/events/day=2026-10-20/part-0.parquet is not a Parquet file: it looks like CSV
      hint: give the file its right extension, or remove it
    "#);
}

#[test]
fn parquet_among_csv() {
    let project = Project::small();
    project.write("data/events/day=2026-03-04/part-1.parquet", "PAR1");
    assert_snapshot!(project.refused(), @r#"
    exit 3
    --- stderr
    error: assize.toml:13:10: source `events`: data/events/ holds files of several formats: CSV, Parquet
      hint: state `format`; files of other kinds are then left out
    "#);
}

#[test]
fn a_truncated_parquet_file() {
    let project = Project::sample();
    let whole = project.read(PARQUET_DAY);
    project.write(PARQUET_DAY, &whole[..whole.len() - 700]);
    assert_snapshot!(sample_refused(&project), @r#"
    exit 3
    --- stderr
    error: assize.toml:21:10: source `events`: cannot read data/events/day=2026-10-20/part-0.parquet (33077 bytes) as Parquet: it is cut off
      hint: write the file again, or remove it
    "#);
    project.write(PARQUET_DAY, &whole[..10]);
    assert_snapshot!(sample_refused(&project), @r#"
    exit 3
    --- stderr
    error: assize.toml:21:10: source `events`: cannot read data/events/day=2026-10-20/part-0.parquet (10 bytes) as Parquet: it is cut off
      hint: write the file again, or remove it
    "#);
}

/// Damage within the pages of a file that a reader notices only while it reads.
#[test]
fn a_parquet_file_with_damaged_pages() {
    let project = Project::sample();
    let mut bytes = project.read(PARQUET_DAY);
    let (from, to) = (bytes.len() / 4, bytes.len() / 2);
    bytes[from..to].fill(0xff);
    project.write(PARQUET_DAY, bytes);
    assert_snapshot!(sample_refused(&project), @r#"
    exit 3
    --- stderr
    error: assize.toml:21:10: source `events`: cannot read data/events/day=2026-10-20/part-0.parquet: its pages are damaged
      hint: nothing was written; write the file again, or remove it
    "#);
}

/// Wherever a bit flips, a night that fails says so in a sentence that names the file.
///
/// Not: that each flip is noticed. These files have no page checksums (parquet-rs writes none),
/// and a flip within a value then is a value.
#[test]
fn a_flipped_bit_anywhere() {
    let project = Project::sample();
    let whole = project.read(PARQUET_DAY);
    for part in 1..7 {
        let mut bytes = whole.clone();
        let at = bytes.len() - 1 - 40 * part * part;
        bytes[at] ^= 1 << part;
        project.write(PARQUET_DAY, bytes);
        let told =
            project.say(&["analyze", "onboarding-v2", "--as-of", "2026-10-28", "--output", "csv"]);
        assert!(told.starts_with("exit 0") || told.starts_with("exit 3"), "byte {at}: {told}");
        assert!(!told.contains("panicked"), "byte {at}: {told}");
        if told.starts_with("exit 3") {
            assert!(told.contains("day=2026-10-20/part-0.parquet"), "byte {at}: {told}");
        }
    }
}

#[test]
fn a_missing_day() {
    let project = Project::small();
    project.remove("data/events/day=2026-03-04");
    assert_snapshot!(project.run(), @r#"
    exit 0
    --- stdout
    experiment  verdict      winner     lift            interval  confidence  units  days
    ──────────────────────────────────────────────────────────────────────────────────────
    checkout    investigate  —       +32.3 %  [-33.7 %, +98.3 %]      56.0 %    240     8

    checkout: Investigate before trusting any number: `events` lacks 1 day, the first is 2026-03-04;
      look at whether that load ran.
    --- stderr
    run [run]: 651 rows read, tables in [project]/out
    "#);
}

#[test]
fn partition_folders_that_are_no_days() {
    for folder in [
        "day=2026-3-3",
        "day=__HIVE_DEFAULT_PARTITION__",
        "day=2026-02-30",
        "day=..%2F..%2Fetc",
        "date=2026-03-03",
    ] {
        let project = Project::small();
        let text = project.read(&day_file(3));
        project.write(&format!("data/events/{folder}/part-0.csv"), text);
        let told = project.refused();
        assert!(told.contains(folder) && told.starts_with("exit 3"), "{told}");
    }
    let project = Project::small();
    let text = project.read(&day_file(3));
    project.write("data/events/day=2026-3-3/part-0.csv", &text);
    project.write("data/events/day=__HIVE_DEFAULT_PARTITION__/part-0.csv", &text);
    assert_snapshot!(project.refused(), @r#"
    exit 3
    --- stderr
    error: assize.toml:13:10: source `events`: data/events/day=2026-3-3/part-0.csv is not in a folder `day=YYYY-MM-DD` (and 1 more file)
      hint: rename the folder, or hide it with a leading `_`
    "#);
}

#[test]
fn a_file_in_a_subfolder() {
    let project = Project::small();
    project.write("data/exposures/old/all.csv", project.read("data/exposures/all.csv"));
    assert_snapshot!(project.refused(), @r#"
    exit 3
    --- stderr
    error: assize.toml:8:10: source `exposures`: data/exposures/old/all.csv is in a subfolder, which would be ignored
      hint: move it up, or hide its folder with a leading `_`
    "#);
}

#[test]
fn a_file_below_and_above_its_partition() {
    let project = Project::small();
    project.write("data/events/day=2026-03-04/late/part-0.csv", project.read(&day_file(4)));
    project.write("data/events/part-0.csv", project.read(&day_file(4)));
    assert_snapshot!(project.refused(), @r#"
    exit 3
    --- stderr
    error: assize.toml:13:10: source `events`: data/events/day=2026-03-04/late/part-0.csv is not directly in a folder `day=YYYY-MM-DD` (and 1 more file)
      hint: move it, or hide it with a leading `_`
    "#);
}

#[test]
fn partitions_that_nobody_declared() {
    let project = Project::small();
    project.edit("assize.toml", "partition = \"day\"\n", "");
    assert_snapshot!(project.refused(), @r#"
    exit 3
    --- stderr
    error: assize.toml:13:10: source `events`: data/events/day=2026-03-01/part-0.csv is in a subfolder, which would be ignored (and 7 more files)
      hint: for hive folders add `partition = "day"`
    "#);
}

/// Markers and unfinished work of other programs change nothing.
#[test]
fn hidden_files() {
    let project = Project::small();
    let undisturbed = project.say(&["analyze", "checkout", "--as-of", "2026-03-08"]);
    project.write("data/exposures/_SUCCESS", "").write("data/exposures/.all.csv.crc", "x");
    project.write("data/events/day=2026-03-04/_temporary/0/part-9.csv", "garbage");
    project.write("data/events/_committed_17", "{}");
    assert_eq!(project.say(&["analyze", "checkout", "--as-of", "2026-03-08"]), undisturbed);
}

#[test]
fn files_of_another_kind() {
    let project = Project::small();
    project.write("data/exposures/notes.txt", "who exported this?");
    let told = project.say(&["run", "--as-of", "2026-03-08", "--output", "csv"]);
    assert_snapshot!(told.split_once("--- stderr").unwrap().1, @r#"
    warning: source `exposures`: 1 file of another kind left out, first data/exposures/notes.txt
    run [run]: 699 rows read, tables in [project]/out
    "#);
}

/// Counted in the table of runs; no reason to say anything.
#[test]
fn a_file_without_rows() {
    let project = Project::small();
    project.write(&day_file(4), "id,user,event,amount,currency,at\n");
    assert_snapshot!(project.run(), @r"
    exit 0
    --- stdout
    experiment  verdict       winner     lift            interval  confidence  units  days
    ───────────────────────────────────────────────────────────────────────────────────────
    checkout    keep running  —       +32.3 %  [-33.7 %, +98.3 %]      56.0 %    240     8

    checkout: Keep running: no difference can be told from noise yet; the planned end is 2026-03-15. So
      far `one-page` leads: orders is up 32.3 % (between -33.7 % and 98.3 %), which may be chance.
    --- stderr
    run [run]: 651 rows read, tables in [project]/out
    ");
}

/// A project is checked where its data is not, too.
#[test]
fn a_check_out_of_reach_of_the_data() {
    let project = Project::small();
    project.remove("data");
    assert_snapshot!(project.say(&["check"]), @r#"
    exit 0
    --- stderr
    warning: assize.toml:13:10: source `events`: data/events/ does not exist
      hint: set `location` to an existing file or folder, relative to assize.toml
    warning: assize.toml:8:10: source `exposures`: data/exposures/ does not exist
      hint: set `location` to an existing file or folder, relative to assize.toml
    shop: the project files are right; the sources are out of reach from here, so their columns were not checked
    "#);
}

/// D41
#[test]
fn a_footer_that_is_too_large() {
    let project = Project::sample();
    let length = 70_000_000u32;
    let footer = vec![0; length as usize];
    let file = [b"PAR1", footer.as_slice(), &length.to_le_bytes(), b"PAR1"].concat();
    project.write(PARQUET_DAY, file);
    assert_snapshot!(sample_refused(&project), @r#"
    exit 3
    --- stderr
    error: assize.toml:21:10: source `events`: data/events/day=2026-10-20/part-0.parquet claims a footer of 70000000 bytes (at most 67108864)
      hint: it is damaged or made to do harm: write the file again, or remove it
    "#);
}
