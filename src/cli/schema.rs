//! `assize schema`.

use std::path::Path;

use clap::ValueEnum;
use serde_json::Value;

use super::args::{SchemaArgs, SchemaFile};
use super::{log, show};
use crate::config::json_schemas;
use crate::error::{Error, Kind, Problem};
use crate::source::plain;

/// Prints one schema, or writes all of them.
pub fn schema(args: SchemaArgs) -> Result<u8, Error> {
    match args.write {
        Some(folder) => write(&folder)?,
        None => show::print(&text(&find(args.file)?))?,
    }
    Ok(0)
}

fn find(file: SchemaFile) -> Result<Value, Error> {
    let wanted = file.to_possible_value().map(|value| value.get_name().to_string());
    json_schemas()
        .into_iter()
        .find(|(name, _)| Some(*name) == wanted.as_deref())
        .map(|(_, schema)| schema)
        .ok_or_else(|| Error::bug("no schema of that name"))
}

fn text(schema: &Value) -> String {
    format!("{schema:#}\n")
}

fn write(folder: &Path) -> Result<(), Error> {
    std::fs::create_dir_all(folder).map_err(|error| refused(folder, &error))?;
    for (name, schema) in json_schemas() {
        let path = folder.join(format!("{name}.json"));
        std::fs::write(&path, text(&schema)).map_err(|error| refused(&path, &error))?;
        log::note(&format!("written: {}", path.display()));
    }
    Ok(())
}

fn refused(path: &Path, error: &std::io::Error) -> Error {
    let message = format!("cannot write: {}", plain(&error.to_string()));
    Problem::new(Kind::Environment, path.display(), message)
        .hint("name a folder that may be written to")
        .into()
}
