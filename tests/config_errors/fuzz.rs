//! No file can make reading panic, or refuse without a reason.

use super::*;
use proptest::prelude::*;

fn survives(file: &str, text: impl AsRef<[u8]>) {
    let folder = changed(&[]);
    write(folder.path(), file, text);
    if let Err(errors) = load(folder.path()) {
        assert!(!errors.to_string().contains("bug in assize"), "{errors}");
    }
}

fn any_file() -> impl Strategy<Value = (&'static str, &'static str)> {
    prop_oneof![
        Just((PROJECT_FILE, PROJECT)),
        Just((METRICS_FILE, METRICS)),
        Just((CHECKOUT_FILE, CHECKOUT)),
    ]
}

/// A value of any type, to stand where another is expected.
const VALUES: [&str; 12] = [
    "1",
    "-1",
    "1.5",
    "inf",
    "1e400",
    "true",
    "\"x\"",
    "\"\"",
    "[]",
    "[[1]]",
    "{}",
    "1979-05-27T07:32:00Z",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes((file, _) in any_file(), bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        survives(file, bytes);
    }

    #[test]
    fn any_text((file, _) in any_file(), text in "\\PC{0,200}") {
        survives(file, text);
    }

    /// Any value in the place of any other.
    #[test]
    fn any_value((file, text) in any_file(), line in 0usize..40, value in 0usize..VALUES.len()) {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let line = line % lines.len();
        if let Some((key, _)) = lines[line].clone().split_once(" = ") {
            lines[line] = format!("{key} = {}", VALUES[value]);
        }
        survives(file, lines.join("\n"));
    }

    /// Any piece missing, any piece twice.
    #[test]
    fn any_cut((file, text) in any_file(), a in 0usize..900, b in 0usize..900) {
        let (a, b) = (a.min(b) % text.len(), a.max(b) % text.len());
        let (a, b) = (a.min(b), a.max(b));
        survives(file, format!("{}{}", &text[..a], &text[b..]));
        survives(file, format!("{}{}", &text[..b], &text[a..]));
    }
}
