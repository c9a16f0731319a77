//! Several numbers in one argument.

/// No list has more numbers.
const LONGEST: f64 = 1000.0;

/// `0.05`, `0.02,0.05`, or `0.01..0.05:0.01` from, to (included) and step.
///
/// # Errors
/// What is wrong with it, in words.
pub fn list(text: &str) -> Result<Vec<f64>, String> {
    let number = |part: &str| -> Result<f64, String> {
        let number: Option<f64> = part.trim().parse().ok();
        number.filter(|n| n.is_finite()).ok_or_else(|| format!("`{part}` is not a number"))
    };
    let Some((from, rest)) = text.split_once("..") else {
        return text.split(',').map(number).collect();
    };
    let (to, step) = rest.split_once(':').ok_or("a range has a step: `0.01..0.05:0.01`")?;
    let (from, to, step) = (number(from)?, number(to)?, number(step)?);
    let steps = ((to - from) / step + 1e-9).floor();
    if !(0.0..LONGEST).contains(&steps) {
        return Err(format!("`{text}` is no range of up to {LONGEST} numbers"));
    }
    // Through the nearest decimal, so that 0.01 + 2 * 0.01 is 0.03.
    let at = |i: usize| format!("{:.12e}", from + step * i as f64).parse().map_err(|_| text.into());
    (0..=steps as usize).map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_lists_and_ranges() {
        assert_eq!(list("0.05"), Ok(vec![0.05]));
        assert_eq!(list("1, 2,3"), Ok(vec![1.0, 2.0, 3.0]));
        assert_eq!(list("0.01..0.05:0.01"), Ok(vec![0.01, 0.02, 0.03, 0.04, 0.05]));
        assert_eq!(list("5..1:-2"), Ok(vec![5.0, 3.0, 1.0]));
        for wrong in ["", "a", "1..2", "1..2:0", "2..1:1", "0..1:1e-9", "nan", "1..inf:1"] {
            assert!(list(wrong).is_err(), "{wrong}");
        }
    }
}
