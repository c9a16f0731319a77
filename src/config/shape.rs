//! Whether a file has the shape that its schema describes.
//!
//! Reports unknown keys, wrong types and missing keys, and goes on after each. The schema is
//! the one that editors get, so both say the same. It knows the part of JSON Schema that our
//! types produce: `properties`, `required`, `additionalProperties`, `items`, `anyOf`, `oneOf`
//! of constants, `enum` and `type`. Of ours are `x-one-of` (keys of which one is needed),
//! `x-form` and `x-not-yet`.

use std::ops::Range;

use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::document::Page;
use super::form;
use super::words::{either, hint, nearest, quote};

/// Reports everything in `table` that its schema does not allow.
pub(super) fn check(table: &Spanned<DeTable>, schema: &Value, page: Page) {
    // The root table spans the whole file; what it lacks is missing from its beginning.
    check_table("this file", table.get_ref(), 0..0, schema, page);
}

fn check_table(name: &str, table: &DeTable, span: Range<usize>, schema: &Value, page: Page) {
    let mut meant = Vec::new();
    for (key, value) in table {
        match property(schema, key.get_ref()) {
            Some(property) => check_value(&quote(key.get_ref()), value, property, page),
            None => {
                unknown_key(key, schema, page);
                meant.extend(nearest(key.get_ref(), &form::keys(schema)));
            }
        }
    }
    // A key that is only misspelt is not missing as well.
    let is_missing = |key: &&str| !table.contains_key(*key) && !meant.contains(key);
    for required in form::texts(&schema["required"]).into_iter().filter(is_missing) {
        page.error(span.clone(), format!("{name} needs {}", quote(required)));
    }
    let one_of = form::texts(&schema["x-one-of"]);
    if !one_of.is_empty() && one_of.iter().all(is_missing) {
        let keys: Vec<String> = one_of.into_iter().map(quote).collect();
        page.error(span, format!("{name} needs {}", either(&keys)));
    }
}

/// What may stand under `key`, if anything.
fn property<'a>(schema: &'a Value, key: &str) -> Option<&'a Value> {
    let any_name = || schema.get("additionalProperties").filter(|any| any.is_object());
    schema.get("properties").and_then(|named| named.get(key)).or_else(any_name)
}

fn unknown_key(key: &Spanned<std::borrow::Cow<str>>, schema: &Value, page: Page) {
    let name = key.get_ref();
    if form::texts(&schema["x-not-yet"]).contains(&name.as_ref()) {
        page.error(key.span(), format!("{} is not supported in this version", quote(name)));
        return;
    }
    let known = form::keys(schema);
    let hint = hint(name, &known, "allowed here");
    page.error_with(key.span(), format!("unknown key {}", quote(name)), hint);
}

fn check_value(name: &str, value: &Spanned<DeValue>, schema: &Value, page: Page) {
    let Some(form) = form::branches(schema).into_iter().find(|form| form::fits(value, form)) else {
        return wrong_form(name, value, schema, page);
    };
    match value.get_ref() {
        DeValue::Table(table) => check_table(name, table, value.span(), form, page),
        DeValue::Array(items) => {
            for item in items.iter() {
                check_value(&format!("an item of {name}"), item, &form["items"], page);
            }
        }
        DeValue::String(text) => check_choice(name, text, value.span(), form, page),
        _ => {}
    }
}

fn wrong_form(name: &str, value: &Spanned<DeValue>, schema: &Value, page: Page) {
    let forms: Vec<String> = form::branches(schema).into_iter().map(form::describe).collect();
    let found = form::found(value.get_ref());
    if form::is_too_large(value.get_ref(), schema) {
        page.error(value.span(), format!("{name} is too large, found {found}"));
        return;
    }
    page.error(value.span(), format!("{name} must be {}, found {found}", either(&forms)));
}

fn check_choice(name: &str, text: &str, span: Range<usize>, schema: &Value, page: Page) {
    let choices = form::choices(schema);
    if choices.is_empty() || choices.contains(&text) {
        return;
    }
    if form::texts(&schema["x-not-yet"]).contains(&text) {
        let message = format!("{name} {} is not supported in this version", quote(text));
        page.error_with(span, message, hint("", &choices, "supported"));
        return;
    }
    let message = format!("{name} must be {}, found {}", form::describe(schema), quote(text));
    let near = nearest(text, &choices).map(|near| format!("did you mean {}?", quote(near)));
    page.error_with(span, message, near);
}
