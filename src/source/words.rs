//! What an engine says, in words for the person who reads it.

/// Classes of an engine's error, which say nothing to who did not write the engine.
const CLASSES: [&str; 20] = [
    "Arrow error: ",
    "Cast error: ",
    "Compute error: ",
    "Csv error: ",
    "DataFusion error: ",
    "EOF: ",
    "Error during planning: ",
    "Execution error: ",
    "External error: ",
    "External: ",
    "Generic LocalFileSystem error: ",
    "Invalid argument error: ",
    "Json error: ",
    "Object Store error: ",
    "Parquet argument error: ",
    "Parquet error: ",
    "Parser error: ",
    "SQL error: ParserError(\"",
    "Schema error: ",
    "This feature is not implemented: ",
];

/// What comes before and after a value of the data in an engine's messages.
const AROUND_VALUES: [(&str, &str); 8] = [
    ("annot cast string '", "' to value of"),
    ("annot cast value '", "' to value of"),
    ("an't cast value ", " to type"),
    ("parsing timestamp from '", "': "),
    ("while parsing value '", "' as type"),
    ("ailed to parse ", " as "),
    ("parse the string value ", " to decimal"),
    ("decimal overflow (", ")"),
];

/// A message without the values and rows that it repeats: they may hold ids, and messages enter
/// logs.
pub fn without_values(message: &str) -> String {
    let mut line = message.split(". Row data: ").next().unwrap_or_default().to_owned();
    for (before, after) in AROUND_VALUES {
        let Some(start) = line.find(before).map(|at| at + before.len()) else { continue };
        let Some(length) = line[start..].rfind(after) else { continue };
        line.replace_range(start..start + length, "...");
    }
    // JSON of another shape: "whilst decoding field 'at': expected string got {...}".
    let is_json = line.contains("whilst decoding field '") || line.starts_with("expected ");
    match line.find(" got ").filter(|_| is_json) {
        Some(end) => line[..end].to_owned(),
        None => line,
    }
}

/// The first line of an engine's message: no class names, no catalog, no value of the data.
pub fn plain(message: &str) -> String {
    let mut line = message.lines().next().unwrap_or_default();
    while let Some(rest) = CLASSES.iter().find_map(|class| line.strip_prefix(class)) {
        line = rest;
    }
    if line.contains("Permission denied") {
        return "permission denied".into();
    }
    let line = without_values(line);
    let line = line.split(" (os error ").next().unwrap_or_default();
    let line = line.trim_end_matches("\")").trim_end_matches('.');
    let line =
        line.replace("datafusion.public.", "").replace(" at Line: 1, Column: ", " at character ");
    let line = line.replace("Expected: ", "expected ").replace(", found: ", ", found ");
    ragged(&line).unwrap_or_else(|| lower_case_first(&line))
}

/// "line 59 has 7 cells, not 6".
fn ragged(line: &str) -> Option<String> {
    let counts = line.split_once("unequal lengths between records on CSV file. Expected ")?.1;
    let words: Vec<&str> = counts.split_whitespace().collect();
    match words.as_slice() {
        [wanted, "records,", "found", found, "records", "at", "line", number] => {
            Some(format!("line {number} has {found} cells, the header has {wanted}"))
        }
        _ => None,
    }
}

/// As a message goes on after a colon; abbreviations stay.
fn lower_case_first(line: &str) -> String {
    let mut letters = line.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if first.is_uppercase() && second.is_lowercase() => {
            format!("{}{}", first.to_lowercase(), &line[first.len_utf8()..])
        }
        _ => line.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn messages_read_well() {
        for (said, plainly) in [
            ("Parquet error: EOF: file is too short", "file is too short"),
            (
                "Arrow error: Parser error: Error while parsing value '3.5.0' as type 'Float64' for column 3 at line 7. Row data: '[u1,3.5.0]'",
                "error while parsing value '...' as type 'Float64' for column 3 at line 7",
            ),
            (
                "Csv error: Encountered unequal lengths between records on CSV file. Expected 6 records, found 7 records at line 59",
                "line 59 has 7 cells, the header has 6",
            ),
            (
                "Error during planning: table 'datafusion.public.sen' not found",
                "table 'sen' not found",
            ),
            (
                "SQL error: ParserError(\"Expected: end of expression, found: ; at Line: 1, Column: 17\")",
                "expected end of expression, found ; at character 17",
            ),
            (
                "Arrow error: Cast error: Cannot cast string 'O'Neil' to value of Int64' to value of Int64 type",
                "cannot cast string '...' to value of Int64 type",
            ),
            (
                "Arrow error: Parser error: Error parsing timestamp from 'u0017': error parsing date",
                "error parsing timestamp from '...': error parsing date",
            ),
            (
                "Json error: whilst decoding field 'n': failed to parse \"u0017\" as Int64",
                "whilst decoding field 'n': failed to parse ... as Int64",
            ),
            (
                "Json error: whilst decoding field 'n': expected primitive got {\"id\": \"u0017\"}",
                "whilst decoding field 'n': expected primitive",
            ),
            ("No space left on device (os error 28)", "no space left on device"),
            ("", ""),
        ] {
            assert_eq!(plain(said), plainly);
        }
    }
}
