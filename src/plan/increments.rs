//! What the facts of each day add to the measures of each enrollment.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Int32Array};
use arrow::datatypes::{DataType, TimestampMicrosecondType};
use datafusion::common::internal_err;
use datafusion::dataframe::DataFrame;
use datafusion::error::Result;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarUDF, Volatility, cast, create_udf, ident, lit,
};
use datafusion::prelude::SessionContext;

use super::accumulate::{column, total};
use super::calendar::Days;
use super::facts::FactScan;
use super::measure::Measure;
use super::session::table;
use super::terms::Measures;

/// Microseconds of a day since enrollment.
pub const A_DAY: i64 = 86_400_000_000;

/// `slot, day, since, measure_*`: what facts added to each measure, by their day and by days since
/// enrollment; in this order. Rows that add nothing are not there.
pub async fn increments(
    session: &SessionContext,
    scans: &[FactScan],
    measures: &Measures,
    days: &Days,
) -> Result<Option<DataFrame>> {
    let mut all: Option<DataFrame> = None;
    for scan in scans.iter().filter(|scan| scan.has_time()) {
        let of_source = of_source(session, scan, measures, days).await?;
        all = Some(match all {
            Some(others) => others.union(of_source)?,
            None => of_source,
        });
    }
    let order = || ["slot", "day", "since"].map(|name| ident(name).sort(true, false)).to_vec();
    all.map(|all| all.sort(order())).transpose()
}

async fn of_source(
    session: &SessionContext,
    scan: &FactScan,
    measures: &Measures,
    days: &Days,
) -> Result<DataFrame> {
    let groups = vec![
        ident("slot"),
        day_of(days.clone()).call(vec![ident("time")]).alias("day"),
        since_enrollment().alias("since"),
    ];
    let adds_up = |(_, measure): &(usize, &Measure)| measure.accumulator.adds_up();
    let mine = measures.of_source(&scan.source).filter(adds_up);
    let of = |(i, measure)| Some((i, total(scan, measures, i, measure).into_iter().next()?));
    let (places, totals): (Vec<usize>, Vec<Expr>) = mine.filter_map(of).unzip();
    let matched = table(session, &format!("{}_matched", scan.source)).await?;
    let met = matched.filter(ident("enrollment").is_not_null())?.aggregate(groups, totals)?;
    let mut columns = ["slot", "day", "since"].map(ident).to_vec();
    columns.extend((0..measures.all.len()).map(|i| {
        let added = if places.contains(&i) { ident(column(i)) } else { lit(0.0) };
        cast(added, DataType::Float64).alias(column(i))
    }));
    let adds = places.iter().map(|i| ident(column(*i)).not_eq(lit(0.0))).reduce(Expr::or);
    met.select(columns)?.filter(adds.unwrap_or(lit(false)))
}

/// The place of an instant's day among the days of the night, in the project's zone.
fn day_of(days: Days) -> ScalarUDF {
    let day = move |arguments: &[ColumnarValue]| -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(arguments)?;
        let place = |at: i64| i32::try_from(days.place_of(at)).unwrap_or(i32::MAX);
        let [instants] = arrays.as_slice() else { return internal_err!("a day of one instant") };
        let instants = instants.as_primitive::<TimestampMicrosecondType>();
        let places: Int32Array = instants.iter().map(|at| at.map(place)).collect();
        Ok(ColumnarValue::Array(Arc::new(places) as ArrayRef))
    };
    let (takes, gives) = (vec![crate::source::utc()], DataType::Int32);
    create_udf("day_of", takes, gives, Volatility::Immutable, Arc::new(day))
}

/// Whole days from the enrollment to a fact; 0 where clocks put the fact shortly before.
fn since_enrollment() -> Expr {
    let instant = |name: &str| cast(ident(name), DataType::Int64);
    (instant("time") - instant("enrolled_at")) / lit(A_DAY)
}
