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
use jiff::civil::Date;

use super::attributes::Attributes;
use super::calendar::{Calendar, Days};
use super::segments::{Segments, Tallies};
use crate::config::Experiment;
use crate::error::Error;
use crate::source::{KeyType, unpacked};

/// Everything beside the rows that the numbering needs.
pub struct Numbering<'a> {
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

impl<'a> Numbering<'a> {
    pub fn of(
        (experiments, attributes): (&'a [&'a Experiment], &'a Attributes),
        (calendar, as_of): (&Calendar, Date),
        key: KeyType,
    ) -> std::result::Result<Numbering<'a>, Error> {
        let starts =
            |e: &&Experiment| e.phases.iter().map(|phase| calendar.start_of(phase.from)).collect();
        let first = experiments.iter().map(|e| e.start).min().unwrap_or(as_of);
        Ok(Numbering {
            experiments,
            attributes,
            phases: experiments.iter().map(starts).collect::<std::result::Result<_, Error>>()?,
            days: Days::between(calendar, first, as_of)?,
            key,
        })
    }

    /// Counts the values of the analysed units of `enrolled`.
    pub fn tally(&self, enrolled: &[RecordBatch], tallies: &mut Tallies) -> Result<()> {
        if self.attributes.segments.is_empty() {
            return Ok(());
        }
        for batch in enrolled {
            let analysed = analysed(batch)?;
            let of = self.experiments_of(&analysed)?;
            self.each_value(&analysed, &of, |e, a, value| tallies.meet(e, a, value))?;
        }
        Ok(())
    }

    /// Numbers the rows of `enrolled` that have no reason, and marks one enrollment of each unit,
    /// so that a fact of a unit in three experiments can be counted once.
    pub fn number(
        &self,
        enrolled: &[RecordBatch],
        segments: &Segments,
    ) -> Result<Vec<RecordBatch>> {
        let schema = enrollments_schema(self.key, self.attributes);
        let mut marks = Marks::new(self.key)?;
        let number = |batch: &RecordBatch| {
            let analysed = analysed(batch)?;
            let of = self.experiments_of(&analysed)?;
            let mut columns = marks.columns(&analysed)?;
            columns.extend(self.times(&analysed, &of)?);
            columns.extend(self.codes(&analysed, &of, segments)?);
            columns.extend(self.covariates(&analysed)?);
            Ok(RecordBatch::try_new(schema.clone(), columns)?)
        };
        enrolled.iter().map(number).collect()
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

    /// Hands over the value of each row for each attribute that its experiment is split by.
    fn each_value(
        &self,
        batch: &RecordBatch,
        of: &[usize],
        mut take: impl FnMut(usize, usize, Option<&str>),
    ) -> Result<()> {
        let places = self.attributes.places(&self.attributes.segments);
        self.each_row(batch, |row, values| {
            let e = of[row];
            let split = &self.experiments[e].segments;
            for (a, (attribute, place)) in self.attributes.segments.iter().zip(&places).enumerate()
            {
                if split.contains(attribute) {
                    take(e, a, place.and_then(|i| values.get(i).copied().flatten()));
                }
            }
        })
    }

    /// `s0`, `s1`, ...: NULL where the experiment is not split by the attribute.
    fn codes(
        &self,
        batch: &RecordBatch,
        of: &[usize],
        segments: &Segments,
    ) -> Result<Vec<ArrayRef>> {
        let count = self.attributes.segments.len();
        let mut columns = vec![Vec::with_capacity(of.len()); count];
        if count > 0 {
            let places = self.attributes.places(&self.attributes.segments);
            self.each_row(batch, |row, values| {
                let e = of[row];
                let split = &self.experiments[e].segments;
                for (a, column) in columns.iter_mut().enumerate() {
                    let value = places[a].and_then(|i| values.get(i).copied().flatten());
                    let is_split = split.contains(&self.attributes.segments[a]);
                    column.push(is_split.then(|| segments.code(e, a, value)));
                }
            })?;
        }
        Ok(columns.into_iter().map(|c| Arc::new(Int32Array::from(c)) as ArrayRef).collect())
    }

    /// `x0`, `x1`, ...
    fn covariates(&self, batch: &RecordBatch) -> Result<Vec<ArrayRef>> {
        let places = self.attributes.places(&self.attributes.covariates);
        let mut columns = vec![Vec::with_capacity(batch.num_rows()); places.len()];
        if !places.is_empty() {
            self.each_row(batch, |_, values| {
                for (place, column) in places.iter().zip(&mut columns) {
                    let value = place.and_then(|i| values.get(i).copied().flatten());
                    column.push(value.and_then(number));
                }
            })?;
        }
        Ok(columns.into_iter().map(|c| Arc::new(Float64Array::from(c)) as ArrayRef).collect())
    }

    /// Hands over the attributes of each row that assignments carry.
    fn each_row(
        &self,
        batch: &RecordBatch,
        mut take: impl FnMut(usize, &[Option<&str>]),
    ) -> Result<()> {
        let texts = cast(&batch["said"], &DataType::Utf8View)?;
        let mut values: Vec<Option<&str>> = Vec::new();
        for (row, text) in texts.as_string_view().iter().enumerate() {
            values.clear();
            values.extend(text.into_iter().flat_map(unpacked));
            take(row, &values);
        }
        Ok(())
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

/// The rows of `enrolled` that have no reason.
pub fn analysed(batch: &RecordBatch) -> Result<RecordBatch> {
    Ok(filter_record_batch(batch, &is_null(&batch["reason"])?)?)
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
