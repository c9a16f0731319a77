//! What a file says under one key.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use toml::Spanned;

use super::problem::{Checked, Reported};

/// A key of a file: left out, of the wrong shape, or said.
///
/// Reading never fails here. What does not fit becomes `Bad`, as does a required key that is
/// missing (serde asks for it from nothing, and that fails); `shape` reports both with better
/// words than serde has. An optional field is marked `#[serde(default)]`.
#[derive(Debug, Clone, Default)]
pub(super) enum Field<T> {
    #[default]
    Absent,
    Bad,
    Said(Spanned<T>),
}

impl<T> Field<T> {
    /// The value with its span, `None` where the key was left out.
    pub fn get(&self) -> Checked<Option<&Spanned<T>>> {
        match self {
            Self::Absent => Ok(None),
            Self::Bad => Err(Reported),
            Self::Said(said) => Ok(Some(said)),
        }
    }

    /// The value of a required key.
    pub fn need(&self) -> Checked<&Spanned<T>> {
        self.get()?.ok_or(Reported)
    }

    /// The value, for checks that need one to say anything.
    pub fn said(&self) -> Option<&Spanned<T>> {
        self.get().ok().flatten()
    }

    /// Where the value is, else `otherwise`.
    pub fn span_or(&self, otherwise: &Range<usize>) -> Range<usize> {
        self.said().map_or_else(|| otherwise.clone(), Spanned::span)
    }
}

impl<T: Clone> Field<T> {
    pub fn or(&self, default: T) -> Checked<T> {
        Ok(self.get()?.map_or(default, |said| said.get_ref().clone()))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Spanned::deserialize(deserializer).map_or(Self::Bad, Self::Said))
    }
}

impl<T: JsonSchema> JsonSchema for Field<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// A number that can be compared: `nan` and `inf` are TOML, and never meant.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(try_from = "f64")]
#[schemars(with = "f64", inline)]
pub(super) struct Finite(pub f64);

impl TryFrom<f64> for Finite {
    type Error = &'static str;

    fn try_from(number: f64) -> Result<Self, Self::Error> {
        if number.is_finite() { Ok(Self(number)) } else { Err("not a finite number") }
    }
}

/// Tables under names that the user chooses.
#[derive(Debug, Clone)]
pub(super) struct Named<T>(pub BTreeMap<Spanned<String>, Field<T>>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Named<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BTreeMap::deserialize(deserializer).map(Self)
    }
}

impl<T: JsonSchema> JsonSchema for Named<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("Named{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let table = generator.subschema_for::<T>();
        json_schema!({
            "type": "object",
            "propertyNames": { "pattern": super::key::PATTERN },
            "additionalProperties": table,
        })
    }
}

/// A text, or a table where more has to be said.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(untagged)]
pub(super) enum TextOr<T> {
    Text(String),
    Table(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for TextOr<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextOrVisitor(PhantomData))
    }
}

/// Not `#[serde(untagged)]`: its buffer would lose the spans.
struct TextOrVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for TextOrVisitor<T> {
    type Value = TextOr<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or a table")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(TextOr::Text(text.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(TextOr::Table)
    }
}

/// One of something, or a list of them.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(untagged)]
pub(super) enum OneOrMany<T> {
    One(T),
    Many(Vec<Field<T>>),
}

impl<T: Clone> OneOrMany<T> {
    /// Each of them with its span; the one has that of the whole.
    pub fn each(said: &Spanned<Self>) -> Vec<Checked<Spanned<T>>> {
        match said.get_ref() {
            Self::One(one) => vec![Ok(Spanned::new(said.span(), one.clone()))],
            Self::Many(many) => many.iter().map(|item| item.need().cloned()).collect(),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrManyVisitor(PhantomData))
    }
}

struct OneOrManyVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for OneOrManyVisitor<T> {
    type Value = OneOrMany<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("one value or a list of them")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
        T::deserialize(text.into_deserializer()).map(OneOrMany::One)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(OneOrMany::One)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(items)).map(OneOrMany::Many)
    }
}
