//! Numbers and names as a person reads them.

/// `12345678` as `12,345,678`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 file`, `1,200 files`.
pub fn counted(number: usize, what: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{} {what}{ending}", thousands(number as u64))
}

/// A fraction as a signed percentage: `+8.2 %`; `—` for none.
pub fn percent(fraction: Option<f64>) -> String {
    fraction.map_or_else(absent, |f| format!("{:+.1} %", 100.0 * f))
}

/// A number with as many digits as it deserves; `—` for none.
pub fn number(value: Option<f64>) -> String {
    match value {
        None => absent(),
        Some(v) if !v.is_finite() => "∞".into(),
        Some(v) if v != 0.0 && (v.abs() < 1e-4 || v.abs() >= 1e9) => format!("{v:.3e}"),
        Some(v) if v.abs() >= 100.0 => format!("{v:.1}"),
        Some(v) => format!("{v:.4}"),
    }
}

/// A p-value: never 0.
pub fn p_value(p: Option<f64>) -> String {
    match p {
        None => absent(),
        Some(p) if p < 1e-99 => "< 1e-99".into(),
        Some(p) if p < 1e-4 => format!("{p:.1e}"),
        Some(p) => format!("{p:.4}"),
    }
}

/// `[a, b]`; an open end is `∞`.
pub fn interval(lower: Option<f64>, upper: Option<f64>, show: impl Fn(f64) -> String) -> String {
    match (lower, upper) {
        (None, None) => absent(),
        (lower, upper) => {
            let end = |end: Option<f64>, open: &str| match end {
                Some(end) if end.is_finite() => show(end),
                _ => open.to_string(),
            };
            format!("[{}, {}]", end(lower, "-∞"), end(upper, "∞"))
        }
    }
}

/// What stands where there is no number.
pub fn absent() -> String {
    "—".into()
}

/// Text of others without control characters: a name must not steer a terminal.
pub fn harmless(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(1234567), "1,234,567");
        assert_eq!((counted(1, "file"), counted(2, "file")), ("1 file".into(), "2 files".into()));
        assert_eq!(percent(Some(-0.0312)), "-3.1 %");
        assert_eq!(percent(None), "—");
        assert_eq!(p_value(Some(0.0)), "< 1e-99");
        assert_eq!(number(Some(0.19020)), "0.1902");
        assert_eq!(interval(Some(1.0), Some(f64::INFINITY), |x| x.to_string()), "[1, ∞]");
        assert_eq!(harmless("a\u{1b}[2Jb"), "a\u{fffd}[2Jb");
    }
}
