//! A small warehouse in memory, written down in whatever way must not matter.

use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use jiff::Timestamp;
use parquet::arrow::ArrowWriter;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Map, Value, json};

/// 2026-10-01 00:00 UTC, in microseconds.
pub const START: i64 = 1_790_812_800_000_000;
pub const DAY: i64 = 86_400_000_000;

/// "unit U met variant V of experiment E at T", or was assigned to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Sighting {
    pub experiment: String,
    pub unit: String,
    pub variant: String,
    pub at: i64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub id: String,
    pub unit: String,
    pub name: String,
    pub at: i64,
    pub amount: Option<f64>,
}

/// Two experiments, four metrics, and whatever rows.
#[derive(Debug, Clone)]
pub struct Shop {
    pub exposures: Vec<Sighting>,
    pub assignments: Vec<Sighting>,
    pub events: Vec<Event>,
    /// Keys of the experiments that the project has, with their secondary metrics.
    pub experiments: Vec<(&'static str, &'static str)>,
    /// Text of more metrics.
    pub more_metrics: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Csv,
    Ndjson,
    Parquet,
}

/// How a shop is written.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    pub form: Form,
    /// Files per source; ignored where events are in a folder per day.
    pub files: usize,
    /// Events in folders `day=YYYY-MM-DD` by when they happened.
    pub by_day: bool,
}

pub const ONE_CSV: Layout = Layout { form: Form::Csv, files: 1, by_day: false };

impl Shop {
    /// Everything drawn from a seed: crossovers, disagreements, rows outside of every window,
    /// amounts without a value, amounts of very different size.
    pub fn drawn(seed: u64) -> Shop {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut shop = Shop {
            exposures: Vec::new(),
            assignments: Vec::new(),
            events: Vec::new(),
            experiments: vec![("checkout", SECONDARY), ("search", SECONDARY)],
            more_metrics: String::new(),
        };
        for number in 0..40 {
            shop.draw_unit(&mut rng, &format!("u{number:03}"));
        }
        for _ in 0..300 {
            // Some ids come twice, with another unit, instant and content each time.
            let id = rng.random_range(0..1_000);
            let unit = format!("u{:03}", rng.random_range(0..44));
            let name = ["purchase", "purchase", "click", "noise"][rng.random_range(0..4)];
            let amount = 10f64.powf(rng.random_range(-8.0..12.0));
            let amount = (name == "purchase" && rng.random_bool(0.9)).then_some(amount);
            let at = START + rng.random_range(-DAY..9 * DAY);
            let (id, name) = (format!("e{id:04}"), name.to_string());
            shop.events.push(Event { id, unit, name, at, amount });
        }
        shop
    }

    fn draw_unit(&mut self, rng: &mut ChaCha8Rng, unit: &str) {
        for experiment in ["checkout", "search"] {
            let assigned = ["control", "treatment"][rng.random_range(0..2)];
            let sighting = |variant: &str, at: i64| Sighting {
                experiment: experiment.to_string(),
                unit: unit.to_string(),
                variant: variant.to_string(),
                at,
            };
            if rng.random_bool(0.95) {
                self.assignments.push(sighting(assigned, START));
            }
            for _ in 0..rng.random_range(0..3) {
                let odd = rng.random_bool(0.05);
                let variant = if odd { "control" } else { assigned };
                self.exposures.push(sighting(variant, START + rng.random_range(0..8 * DAY)));
            }
        }
    }

    /// The same rows in another order.
    pub fn shuffled(&self, seed: u64) -> Shop {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut shop = self.clone();
        shop.exposures.shuffle(&mut rng);
        shop.assignments.shuffle(&mut rng);
        shop.events.shuffle(&mut rng);
        shop
    }

    /// The same shop whose units have other names.
    pub fn renamed(&self, name: impl Fn(&str) -> String) -> Shop {
        let mut shop = self.clone();
        let sightings = shop.exposures.iter_mut().chain(&mut shop.assignments);
        let units = sightings.map(|row| &mut row.unit);
        units.chain(shop.events.iter_mut().map(|row| &mut row.unit)).for_each(|unit| {
            *unit = name(unit);
        });
        shop
    }

    /// Writes a whole project.
    pub fn write(&self, folder: &Path, layout: Layout) {
        let put = |name: &str, text: String| fs::write(folder.join(name), text).unwrap();
        fs::create_dir_all(folder.join("experiments")).unwrap();
        put("assize.toml", project(layout));
        put("metrics.toml", format!("{METRICS}{}", self.more_metrics));
        for (experiment, secondary) in &self.experiments {
            let text = EXPERIMENT.replace("SECONDARY", secondary);
            put(&format!("experiments/{experiment}.toml"), text);
        }
        let rows = |rows: &[Sighting]| rows.iter().map(|row| row.row()).collect::<Vec<_>>();
        write_files(&folder.join("data/exposures"), &rows(&self.exposures), layout);
        write_files(&folder.join("data/assignments"), &rows(&self.assignments), layout);
        let events = folder.join("data/events");
        if !layout.by_day {
            let rows: Vec<Row> = self.events.iter().map(Event::row).collect();
            return write_files(&events, &rows, layout);
        }
        let mut days: Vec<i64> = self.events.iter().map(|event| event.at.div_euclid(DAY)).collect();
        days.sort_unstable();
        days.dedup();
        for day in days {
            let of_day = self.events.iter().filter(|event| event.at.div_euclid(DAY) == day);
            let rows: Vec<Row> = of_day.map(Event::row).collect();
            let name = instant(day * DAY)[..10].to_string();
            write_files(&events.join(format!("day={name}")), &rows, Layout { files: 1, ..layout });
        }
    }
}

pub const SECONDARY: &str = r#"["revenue", "order_value", "clicked"]"#;

const METRICS: &str = r#"
[metrics.orders]
kind = "count"
event = "purchase"

[metrics.revenue]
kind = "sum"
event = "purchase"
value = "amount"
window = "3d"

[metrics.order_value]
kind = "ratio"
numerator = "revenue"
denominator = "orders"

[metrics.clicked]
kind = "conversion"
event = "click"
window = "12h..4d"
"#;

const EXPERIMENT: &str = r#"
start = 2026-10-01
end = 2026-10-08
variants = [
  { key = "control", weight = 50, control = true },
  { key = "treatment", weight = 50 },
]

[metrics]
primary = ["orders"]
secondary = SECONDARY
"#;

fn project(layout: Layout) -> String {
    let partition = if layout.by_day { "partition = \"day\"" } else { "" };
    let columns = "experiment = \"experiment\", unit = \"unit\", variant = \"variant\"";
    format!(
        r#"
[project]
name = "shop"

[sources.exposures]
location = "data/exposures"
timezone = "UTC"
columns = {{ {columns}, time = "at" }}

[sources.assignments]
location = "data/assignments"
timezone = "UTC"
columns = {{ {columns}, time = "at" }}

[sources.events]
kind = "facts"
location = "data/events"
timezone = "UTC"
{partition}
columns = {{ unit = "unit", time = "at", event = "name", id = "id" }}
"#
    )
}

/// One row, in the order of its columns.
type Row = Vec<(&'static str, Cell)>;

enum Cell {
    Text(String),
    Instant(i64),
    Number(Option<f64>),
}

impl Sighting {
    fn row(&self) -> Row {
        let text = |text: &String| Cell::Text(text.clone());
        let (experiment, unit) = (text(&self.experiment), text(&self.unit));
        let (variant, at) = (text(&self.variant), Cell::Instant(self.at));
        vec![("experiment", experiment), ("unit", unit), ("variant", variant), ("at", at)]
    }
}

impl Event {
    fn row(&self) -> Row {
        let text = |text: &String| Cell::Text(text.clone());
        let (id, unit, name) = (text(&self.id), text(&self.unit), text(&self.name));
        let (at, amount) = (Cell::Instant(self.at), Cell::Number(self.amount));
        vec![("id", id), ("unit", unit), ("name", name), ("at", at), ("amount", amount)]
    }
}

fn instant(microseconds: i64) -> String {
    format!("{:.6}", Timestamp::from_microsecond(microseconds).unwrap())
}

/// Deals the rows out to files, in their order.
fn write_files(folder: &Path, rows: &[Row], layout: Layout) {
    fs::create_dir_all(folder).unwrap();
    let each = rows.len().div_ceil(layout.files).max(1);
    for (i, rows) in rows.chunks(each).enumerate() {
        let path = |extension: &str| folder.join(format!("part-{i}.{extension}"));
        match layout.form {
            Form::Csv => fs::write(path("csv"), csv(rows)).unwrap(),
            Form::Ndjson => fs::write(path("ndjson"), ndjson(rows)).unwrap(),
            Form::Parquet => parquet(&path("parquet"), rows),
        }
    }
}

fn csv(rows: &[Row]) -> String {
    let names: Vec<&str> = rows[0].iter().map(|(name, _)| *name).collect();
    let mut text = names.join(",") + "\n";
    for row in rows {
        let cell = |(_, cell): &(&str, Cell)| match cell {
            Cell::Text(text) => text.clone(),
            Cell::Instant(at) => instant(*at),
            Cell::Number(number) => number.map_or(String::new(), |number| format!("{number:?}")),
        };
        text += &(row.iter().map(cell).collect::<Vec<_>>().join(",") + "\n");
    }
    text
}

fn ndjson(rows: &[Row]) -> String {
    let value = |cell: &Cell| match cell {
        Cell::Text(text) => json!(text),
        Cell::Instant(at) => json!(instant(*at)),
        Cell::Number(number) => json!(number),
    };
    let object = |row: &Row| -> Map<String, Value> {
        row.iter().map(|(name, cell)| (name.to_string(), value(cell))).collect()
    };
    rows.iter().map(|row| Value::Object(object(row)).to_string() + "\n").collect()
}

fn parquet(path: &Path, rows: &[Row]) {
    let column = |i: usize| -> ArrayRef {
        let cells = || rows.iter().map(|row| &row[i].1);
        match rows[0][i].1 {
            Cell::Text(_) => Arc::new(StringArray::from_iter(cells().map(|cell| match cell {
                Cell::Text(text) => Some(text.as_str()),
                _ => None,
            }))),
            Cell::Instant(_) => {
                let at = cells().map(|cell| match cell {
                    Cell::Instant(at) => Some(*at),
                    _ => None,
                });
                Arc::new(TimestampMicrosecondArray::from_iter(at).with_timezone("UTC"))
            }
            Cell::Number(_) => Arc::new(Float64Array::from_iter(cells().map(|cell| match cell {
                Cell::Number(number) => *number,
                _ => None,
            }))),
        }
    };
    let columns = (0..rows[0].len()).map(|i| (rows[0][i].0, column(i), true));
    let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
    let mut writer =
        ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}
