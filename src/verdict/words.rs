//! Numbers and names as people read them.

/// `5210` is "5,210".
pub(super) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// "1 day", "6 days", "5,210 units".
pub fn counted(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", count(number), if number == 1 { "" } else { "s" })
}

/// A fraction as percent: "8.2 %", "5 %", "-0.031 %", "1,250 %".
pub(super) fn percent(fraction: f64) -> String {
    let value = 100.0 * fraction;
    if !value.is_finite() {
        return "an unknown share".to_owned();
    }
    format!("{} %", short(value))
}

/// A confidence as percent, never rounded up: "95 %", "99.93 %", "99.9999 %".
pub(super) fn certainty(confidence: f64) -> String {
    let doubt = (1.0 - confidence).max(1e-12);
    let decimals = if doubt < 0.05 { (-doubt.log10() - 2.0).ceil().max(1.0) as i32 } else { 1 };
    let scale = 10f64.powi(decimals);
    // Half a step of a double, so that 0.95 stays 95 %.
    let percent = (100.0 * confidence * scale * (1.0 + f64::EPSILON)).floor() / scale;
    let text = format!("{percent:.*}", decimals as usize);
    let text =
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text} %")
}

/// One decimal, or two digits where that would say 0.
pub(super) fn short(value: f64) -> String {
    let size = value.abs();
    let decimals = match size {
        s if s >= 999.95 || s == 0.0 => 0,
        s if s >= 0.095 => 1,
        s => ((1.0 - s.log10().floor()) as usize).min(12),
    };
    if decimals == 0 {
        let sign = if value <= -0.5 { "-" } else { "" };
        return format!("{sign}{}", count(size.round() as u64));
    }
    let text = format!("{value:.decimals$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// `activation_rate` is "activation rate".
pub(super) fn readable(metric: &str) -> String {
    metric.replace('_', " ")
}

/// "a", "a and b", "a, b and c".
pub(super) fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}

/// "`b`".
pub(super) fn quoted(name: &str) -> String {
    format!("`{name}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_people_write_them() {
        assert_eq!([0, 999, 1000, 1_234_567].map(count), ["0", "999", "1,000", "1,234,567"]);
        let fractions = [0.082, 0.05, -0.134, 0.000_312, 12.5, 0.0, -0.0, 0.9999];
        let texts = ["8.2 %", "5 %", "-13.4 %", "0.031 %", "1,250 %", "0 %", "0 %", "100 %"];
        assert_eq!(fractions.map(percent), texts);
        let confidences = [0.95, 0.999_999, 0.9999, 0.99939, 0.9768, 0.5, 0.0, 1.0, 0.123_456];
        let texts = "95 % 99.9999 % 99.99 % 99.93 % 97.6 % 50 % 0 % 100 % 12.3 %";
        assert_eq!(confidences.map(certainty).join(" "), texts);
        assert_eq!(percent(f64::NAN), "an unknown share");
        assert_eq!((counted(1, "day"), counted(6, "day")), ("1 day".into(), "6 days".into()));
        assert_eq!(list(&["a".into(), "b".into(), "c".into()]), "a, b and c");
    }
}
