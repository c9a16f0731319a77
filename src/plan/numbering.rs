//! Numbers the analysed units, and says of each in which phase and segments it is.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, AsArray, BooleanArray, Date32Array, Float64Array, Int32Array, Int64Array, RecordBatch,
};
use arrow::compute::{cast, filter_record_batch, is_null};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimestampMicrosecondType};
use arrow::row::{RowConverter, SortField};
use datafusion::common::HashSet;
use datafusion::error::Result;

use super::attributes::Attributes;
use super::calendar::Days;
use super::segments::{Codes, Segments, Tally};
use crate::config::Experiment;
use crate::source::{KeyType, unpacked};

/// Everything beside the rows that the numbering needs.
pub(super) struct Numbering<'a> {
    pub experiments: &'a [&'a Experiment],
    pub attributes: &'a Attributes,
    /// First instants of each experiment's phases, in the order of the experiments.
    pub phases: Vec<Vec<i64>>,
    pub days: Days,
    pub key: KeyType,
}

/// Columns of `enrollments`, the key of the units being what it is.
pub(super) fn enrollments_schema(key: KeyType, attributes: &Attributes) -> SchemaRef {
    let utc = crate::source::utc;
    let mut fields = vec![
        Field::new("experiment", DataType::Utf8View, true),
        Field::new("unit", key.data_type(), true),
        Field::new("variant", DataType::Utf8View, true),
        Field::new("enrolled_at", utc(), true),
        Field::new("met_at", utc(), true),
        Field::new("slot", DataType::Int64, false),
        Field::new("first", DataType::Boolean, false),
        Field::new("phase", DataType::Int64, false),
        Field::new("day", DataType::Date32, false),
    ];
    let segments = 0..attributes.segments.len();
    fields.extend(segments.map(|i| Field::new(format!("s{i}"), DataType::Int32, true)));
    let covariates = 0..attributes.covariates.len();
    fields.extend(covariates.map(|i| Field::new(format!("x{i}"), DataType::Float64, true)));
    Arc::new(Schema::new(fields))
}

/// What is known of the units of one batch from their assignments.
struct Known {
    /// By segment attribute, then row: the number of the value, where the experiment is split by
    /// that attribute.
    segments: Vec<Vec<Option<Option<usize>>>>,
    /// By covariate attribute, then row.
    covariates: Vec<Vec<Option<f64>>>,
}

impl Numbering<'_> {
    /// Numbers the rows of `enrolled` that have no reason, and marks one enrollment of each unit,
    /// so that a fact of a unit in three experiments can be counted once.
    pub(super) fn number(&self, enrolled: &[RecordBatch]) -> Result<(Vec<RecordBatch>, Segments)> {
        let mut tallies: BTreeMap<(usize, usize), Tally> = BTreeMap::new();
        let mut rows = Vec::with_capacity(enrolled.len());
        for batch in enrolled {
            let analysed = filter_record_batch(batch, &is_null(&batch["reason"])?)?;
            let of = self.experiments_of(&analysed)?;
            let known = self.known(&analysed, &of, &mut tallies)?;
            rows.push((analysed, of, known));
        }
        let mut segments = Segments::default();
        let mut codes: BTreeMap<(usize, usize), Codes> = BTreeMap::new();
        for ((e, a), tally) in tallies {
            let (values, coded) = tally.coded();
            segments.keep(&self.experiments[e].key, &self.attributes.segments[a], values);
            codes.insert((e, a), coded);
        }
        let schema = enrollments_schema(self.key, self.attributes);
        let mut marks = Marks::new(self.key)?;
        let mut out = Vec::with_capacity(rows.len());
        for (analysed, of, known) in rows {
            let mut columns = marks.columns(&analysed)?;
            columns.extend(self.times(&analysed, &of)?);
            for (a, numbers) in known.segments.into_iter().enumerate() {
                let code = |(e, number): (&usize, Option<Option<usize>>)| {
                    Some(codes.get(&(*e, a))?.of(number?))
                };
                let column: Int32Array = of.iter().zip(numbers).map(code).collect();
                columns.push(Arc::new(column));
            }
            let covariates = known.covariates.into_iter();
            columns.extend(covariates.map(|x| Arc::new(Float64Array::from(x)) as ArrayRef));
            out.push(RecordBatch::try_new(schema.clone(), columns)?);
        }
        Ok((out, segments))
    }

    /// The experiment of each row, by its place among the night's.
    fn experiments_of(&self, batch: &RecordBatch) -> Result<Vec<usize>> {
        let places = self.experiments.iter().enumerate().map(|(i, e)| (e.key.as_str(), i));
        let places: BTreeMap<&str, usize> = places.collect();
        let keys = cast(&batch["experiment"], &DataType::Utf8View)?;
        let place = |key: Option<&str>| key.and_then(|key| places.get(key).copied());
        let found: Option<Vec<usize>> = keys.as_string_view().iter().map(place).collect();
        found.ok_or_else(|| internal("a unit of an experiment that nobody analyses"))
    }

    fn known(
        &self,
        batch: &RecordBatch,
        of: &[usize],
        tallies: &mut BTreeMap<(usize, usize), Tally>,
    ) -> Result<Known> {
        let Attributes { segments, covariates, .. } = self.attributes;
        let (at_segment, at_covariate) =
            (self.attributes.places(segments), self.attributes.places(covariates));
        let mut known = Known {
            segments: vec![Vec::with_capacity(of.len()); segments.len()],
            covariates: vec![Vec::with_capacity(of.len()); covariates.len()],
        };
        if self.attributes.carried().is_empty() {
            return Ok(known);
        }
        let texts = cast(&batch["said"], &DataType::Utf8View)?;
        let mut values: Vec<Option<&str>> = Vec::new();
        for (text, &e) in texts.as_string_view().iter().zip(of) {
            values.clear();
            values.extend(text.into_iter().flat_map(unpacked));
            let value =
                |place: &Option<usize>| place.and_then(|i| values.get(i).copied().flatten());
            let split = &self.experiments[e].segments;
            for (a, (place, rows)) in at_segment.iter().zip(&mut known.segments).enumerate() {
                let is_split = split.contains(&segments[a]);
                rows.push(is_split.then(|| tallies.entry((e, a)).or_default().meet(value(place))));
            }
            for (place, rows) in at_covariate.iter().zip(&mut known.covariates) {
                rows.push(value(place).and_then(number));
            }
        }
        Ok(known)
    }

    /// `phase` and `day`, by when a unit met its experiment.
    fn times(&self, batch: &RecordBatch, of: &[usize]) -> Result<[ArrayRef; 2]> {
        let met_at = batch["met_at"].as_primitive::<TimestampMicrosecondType>();
        let rows = || met_at.values().iter().zip(of);
        let phase = |(at, e): (&i64, &usize)| {
            let begun = self.phases[*e].partition_point(|from| from <= at);
            begun.saturating_sub(1) as i64
        };
        let phases = Int64Array::from_iter_values(rows().map(phase));
        let days = Date32Array::from_iter_values(rows().map(|(at, _)| self.days.day_of(*at)));
        Ok([Arc::new(phases), Arc::new(days)])
    }
}

/// A number as it was written; NaN and the infinities are none.
fn number(text: &str) -> Option<f64> {
    match text {
        "true" => Some(1.0),
        "false" => Some(0.0),
        text => text.parse().ok().filter(|number: &f64| number.is_finite()),
    }
}

fn internal(message: &str) -> datafusion::error::DataFusionError {
    datafusion::error::DataFusionError::Internal(message.to_string())
}

/// Numbers enrollments in their order, and knows the units that were met before.
struct Marks {
    converter: RowConverter,
    seen: HashSet<Box<[u8]>>,
    next: i64,
}

impl Marks {
    fn new(key: KeyType) -> Result<Marks> {
        let converter = RowConverter::new(vec![SortField::new(key.data_type())])?;
        Ok(Marks { converter, seen: HashSet::new(), next: 0 })
    }

    /// The columns up to `first`.
    fn columns(&mut self, analysed: &RecordBatch) -> Result<Vec<ArrayRef>> {
        let rows = self.converter.convert_columns(&[analysed["unit"].clone()])?;
        let first: BooleanArray =
            rows.iter().map(|row| Some(self.seen.insert(row.as_ref().into()))).collect();
        let slots = self.next..self.next + analysed.num_rows() as i64;
        self.next = slots.end;
        Ok(vec![
            cast(&analysed["experiment"], &DataType::Utf8View)?,
            analysed["unit"].clone(),
            cast(&analysed["variant"], &DataType::Utf8View)?,
            analysed["enrolled_at"].clone(),
            analysed["met_at"].clone(),
            Arc::new(Int64Array::from_iter_values(slots)),
            Arc::new(first),
        ])
    }
}
