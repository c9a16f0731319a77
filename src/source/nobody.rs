//! Ids that name nobody: what a program writes where it has no id, and what is too long for one.
//!
//! Does not: say what becomes of such a row.

use std::sync::Arc;

use arrow::array::{Array, AsArray, BooleanArray};
use arrow::buffer::BooleanBuffer;
use arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err};
use datafusion::functions::expr_fn::octet_length;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility, lit,
    when,
};
use datafusion::scalar::ScalarValue;

use super::view::KeyType;

/// Bytes of the longest id. A text of a megabyte is no id, and a million of them fill the memory.
const LONGEST_ID: i32 = 1_024;

/// Whether an id of a class is one of some words, in any case; `None` where none of them can be.
pub fn names_nobody(id: Expr, key: KeyType, words: &[String]) -> Option<Expr> {
    match key {
        KeyType::Text if words.is_empty() => None,
        KeyType::Text => Some(ScalarUDF::from(NamesNobody::new(words)).call(vec![id])),
        KeyType::Integer | KeyType::WideInteger => {
            let numbers: Vec<Expr> =
                words.iter().filter_map(|word| key.read(word.trim())).map(lit).collect();
            (!numbers.is_empty()).then(|| id.in_list(numbers, false))
        }
    }
}

/// Whether a text is too long for an id; `None` for what is no text.
pub fn is_too_long(id: Expr, data_type: &DataType) -> Option<Expr> {
    data_type.is_string().then(|| octet_length(id).gt(lit(LONGEST_ID)))
}

/// `long_id`, `sentinel_unit`, or NULL for an id that names a unit.
///
/// # Errors
/// As the engine's.
pub fn flaw(unit: Expr, key: KeyType, words: &[String]) -> Result<Expr> {
    let long = is_too_long(unit.clone(), &key.data_type()).map(|long| (long, "long_id"));
    let nobody = names_nobody(unit, key, words).map(|nobody| (nobody, "sentinel_unit"));
    let mut cases = long.into_iter().chain(nobody);
    let text = |reason: &str| lit(ScalarValue::Utf8View(Some(reason.to_string())));
    let Some((first, reason)) = cases.next() else {
        return Ok(lit(ScalarValue::Utf8View(None)));
    };
    let mut chain = when(first, text(reason));
    for (condition, reason) in cases {
        chain = chain.when(condition, text(reason));
    }
    chain.end()
}

/// `names_nobody(id)`: a hash table of words would look at every id; most are told by their length.
#[derive(Debug, PartialEq, Eq, Hash)]
struct NamesNobody {
    words: Vec<String>,
    /// Bit n is set where some word has n bytes.
    lengths: u64,
    signature: Signature,
}

impl NamesNobody {
    fn new(words: &[String]) -> NamesNobody {
        let lengths = words.iter().fold(0, |lengths, word| lengths | bit(word.len()));
        let signature = Signature::exact(vec![DataType::Utf8View], Volatility::Immutable);
        NamesNobody { words: words.to_vec(), lengths, signature }
    }

    fn is_one(&self, id: &str) -> bool {
        self.lengths & bit(id.len()) != 0
            && self.words.iter().any(|word| word.eq_ignore_ascii_case(id))
    }
}

/// Lengths from 63 on share a bit.
fn bit(length: usize) -> u64 {
    1 << length.min(63)
}

impl ScalarUDFImpl for NamesNobody {
    fn name(&self) -> &str {
        "names_nobody"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [ids] = args.args.as_slice() else { return exec_err!("names_nobody takes one id") };
        let ids = ids.to_array(args.number_rows)?;
        let Some(ids) = ids.as_string_view_opt() else {
            return exec_err!("names_nobody takes a text, found {}", ids.data_type());
        };
        // The length is in the view: most texts are not looked at.
        let is_one = |row: usize| {
            let length = ids.views()[row] as u32 as usize;
            self.lengths & bit(length) != 0 && ids.is_valid(row) && self.is_one(ids.value(row))
        };
        let found = BooleanBuffer::collect_bool(ids.len(), is_one);
        let found = BooleanArray::new(found, ids.nulls().cloned());
        Ok(ColumnarValue::Array(Arc::new(found)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_in_any_case() {
        let long = "x".repeat(80);
        let words = ["", "NaN", "undefined", &long].map(str::to_owned);
        let nobody = NamesNobody::new(&words);
        for id in ["", "nan", "NAN", "Undefined", &long] {
            assert!(nobody.is_one(id), "{id}");
        }
        for id in [" ", "nane", "undefine", "u1", &"x".repeat(81)] {
            assert!(!nobody.is_one(id), "{id}");
        }
    }
}
