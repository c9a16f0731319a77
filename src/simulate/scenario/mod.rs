//! What a small project looks like that leaves nothing out.
//!
//! A seed in, a project out: a few hundred units, a few thousand rows, and whatever a
//! configuration may promise and rows may have wrong with them. There is no truth in it; it is
//! for a second implementation of the analysis, which has to find the same numbers in it.
//!
//! | file          | question                                                  |
//! |---------------|-----------------------------------------------------------|
//! | `chance`      | what is drawn                                             |
//! | `setting`     | what the project has: sources, zone, days                 |
//! | `sources`     | what `assize.toml` says                                   |
//! | `metrics`     | what `metrics.toml` says                                  |
//! | `experiments` | what a file in `experiments/` says                        |
//! | `units`       | who there is, and what is known about them                |
//! | `meetings`    | which assignments and exposures there are                 |
//! | `deeds`       | which facts there are                                     |
//! | `table`       | how rows become Parquet, CSV or NDJSON                    |
//!
//! The same seed gives the same files. What the design leaves open is not asked for: no row is
//! forced into an unknown variant, no exposure is forced or held out where assignments are the
//! basis, no unit has two values of an attribute, and the source that admits units has no clock
//! skew.

mod chance;
mod deeds;
mod experiments;
mod meetings;
mod metrics;
mod setting;
mod sources;
mod table;
mod units;

#[cfg(test)]
mod tests;

use std::fs;
use std::path::Path;

use serde::Serialize;

use self::chance::Chance;
use self::setting::Setting;
use super::error::SimulateError;
use super::project::put;

/// What `scenario.toml` says: all that is not in the project itself.
#[derive(Serialize)]
struct About {
    seed: u64,
    /// The day to analyse.
    #[serde(with = "super::date")]
    as_of: jiff::civil::Date,
}

/// Writes the project of a seed into `out`, a folder that is new or empty.
pub fn scenario(seed: u64, out: &Path) -> Result<(), SimulateError> {
    fs::create_dir_all(out).map_err(SimulateError::io(out, "create folder"))?;
    super::folder::refuse_occupied(out)?;
    let mut chance = Chance::new(seed);
    let setting = Setting::draw(&mut chance);
    let metrics = metrics::draw(&setting, &mut chance);
    let experiments = experiments::draw(&setting, &metrics, &mut chance);
    let units = units::draw(&setting, &mut chance);
    let (mut assignments, mut exposures) = meetings::tables(&setting);
    let mut met = Vec::new();
    for one in &experiments {
        meetings::draw(
            &setting,
            one,
            &units,
            &mut chance,
            (&mut assignments, &mut exposures),
            &mut met,
        );
    }
    let mut tables = vec![("assignments", assignments), ("exposures", exposures)];
    tables.extend(deeds::draw(&setting, &units, &met, &mut chance));
    for (source, rows) in tables {
        if setting.has(source) {
            let file = format!("data/{source}/rows.{}", setting.format.extension());
            rows.write(&out.join(file), setting.format)?;
        }
    }
    write(out, "assize.toml", &sources::project(&setting))?;
    write(out, "metrics.toml", &metrics::file(&metrics))?;
    for one in &experiments {
        write(out, &format!("experiments/{}.toml", one.key), &one.file)?;
    }
    write(out, "scenario.toml", &About { seed, as_of: setting.as_of })
}

fn write(out: &Path, file: &str, content: &impl Serialize) -> Result<(), SimulateError> {
    let path = out.join(file);
    let text = toml::to_string(content).map_err(SimulateError::table(&path))?;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(SimulateError::io(folder, "create folder"))?;
    }
    put(&path, &text)
}
