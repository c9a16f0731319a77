//! How names and lists are written in messages.

/// `name` in backticks; control and direction characters are spelled out, long texts cut.
pub(super) fn quote(name: &str) -> String {
    const LONGEST: usize = 80;
    let mut quoted = String::from("`");
    for (index, character) in name.chars().enumerate() {
        if index == LONGEST {
            quoted.push('…');
            break;
        }
        match character {
            c if is_unprintable(c) => quoted.extend(c.escape_unicode()),
            c => quoted.push(c),
        }
    }
    quoted.push('`');
    quoted
}

/// Characters that hide in a terminal or reorder what stands around them.
pub(super) fn is_unprintable(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// "`a`, `b`, `c`".
pub(super) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(quote).collect::<Vec<_>>().join(", ")
}

/// "a or b or c".
pub(super) fn either(forms: &[String]) -> String {
    forms.join(" or ")
}

/// Names in a hint; whoever has more of them does not read them all.
const MOST: usize = 24;

/// "did you mean `alpha`?", else what there is to choose from.
pub(super) fn hint(name: &str, known: &[&str], otherwise: &str) -> Option<String> {
    match nearest(name, known) {
        Some(near) => Some(format!("did you mean {}?", quote(near))),
        None if known.is_empty() => None,
        None => {
            Some(format!("{otherwise}: {}{}", list(known.iter().copied().take(MOST)), more(known)))
        }
    }
}

/// What a list leaves out.
fn more(known: &[&str]) -> String {
    match known.len().saturating_sub(MOST) {
        0 => String::new(),
        rest => format!(" and {rest} more"),
    }
}

/// The known name that a slip of the fingers could have turned into `name`.
///
/// Damerau-Levenshtein, because swapped neighbours are one slip. One edit in three letters.
pub(super) fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    // The distance takes quadratic time, and no name of ours is this long.
    if name.len() > 256 {
        return None;
    }
    let name = name.to_lowercase();
    known
        .iter()
        .map(|candidate| {
            (strsim::damerau_levenshtein(&name, &candidate.to_lowercase()), *candidate)
        })
        .filter(|(edits, candidate)| *edits <= (candidate.chars().count() / 3).max(1))
        .min()
        .map(|(_, candidate)| candidate)
}

/// "1 day", "14 days".
pub(super) fn days(count: i64) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} day{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_name_can_move_the_cursor() {
        assert_eq!(quote("a\u{1b}[31m\u{202e}b"), r"`a\u{1b}[31m\u{202e}b`");
        assert_eq!(quote(&"x".repeat(10_000)).chars().count(), 83);
    }

    #[test]
    fn swapped_letters_are_one_slip() {
        assert_eq!(nearest("aplha", &["power", "alpha"]), Some("alpha"));
        assert_eq!(nearest("colour", &["power", "alpha"]), None);
    }
}
