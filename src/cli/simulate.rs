//! `assize simulate`.

use std::path::{Path, PathBuf};

use super::args::{Seeds, SimulateArgs};
use super::log;
use crate::error::{Error, Kind, Problem};
use crate::report::thousands;
use crate::simulate::{Options, SimulateError, Spec, scenario, simulate_with};

/// Writes a synthetic warehouse with known truth.
pub fn simulate(args: SimulateArgs) -> Result<u8, Error> {
    if let Some(seeds) = &args.scenario {
        return scenarios(seeds, &args.out);
    }
    let own = args.out.join("simulate.toml");
    let spec = match args.spec.clone().or_else(|| own.is_file().then_some(own)) {
        Some(path) => read(&path, args.seed)?,
        None => Spec::benchmark(args.units, args.events, args.experiments, args.seed.unwrap_or(1)),
    };
    let options = Options { overwrite: args.overwrite, ..Options::default() };
    let truth = simulate_with(&spec, &args.out, &options).map_err(explain)?;
    log::note(&format!(
        "{}: {} assignments, {} exposures and {} events; the truth is in {}",
        args.out.display(),
        thousands(truth.rows.assignments),
        thousands(truth.rows.exposures),
        thousands(truth.rows.events),
        args.out.join("truth.json").display()
    ));
    Ok(0)
}

fn scenarios(seeds: &Seeds, out: &Path) -> Result<u8, Error> {
    match seeds {
        Seeds::One(seed) => scenario(*seed, out).map_err(explain)?,
        Seeds::Range(seeds) => seeds
            .clone()
            .try_for_each(|seed| scenario(seed, &out.join(seed.to_string())))
            .map_err(explain)?,
    }
    Ok(0)
}

fn read(path: &PathBuf, seed: Option<u64>) -> Result<Spec, Error> {
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
    let spec = Spec::from_toml(&text, &path.display().to_string()).map_err(explain)?;
    Ok(Spec { seed: seed.unwrap_or(spec.seed), ..spec })
}

fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    Problem::new(Kind::Spec, path.display(), format!("cannot read: {error}")).into()
}

fn explain(error: SimulateError) -> Error {
    let kind = match &error {
        SimulateError::Io { .. } | SimulateError::Table { .. } => Kind::Environment,
        SimulateError::Bug(_) => Kind::Bug,
        _ => Kind::Spec,
    };
    if let SimulateError::Spec(problems) = &error {
        let problem =
            |p: &crate::simulate::Problem| Problem::new(Kind::Spec, &p.at, &p.what).hint(&p.hint);
        return Error { problems: problems.iter().map(problem).collect() };
    }
    let problem = Problem::new(kind, "", error.to_string());
    match error.hint() {
        Some(hint) => problem.hint(hint).into(),
        None => problem.into(),
    }
}
