//! Whether a table has our columns, and how it gets those that it lacks.
//!
//! A table of an older version lacks what came later: its columns are added, NULL in the rows
//! that are there. A table with any other column or type is refused, because its rows would not
//! mean what we write.

use arrow::datatypes::Schema;
use deltalake_core::kernel::engine::arrow_conversion::TryIntoKernel;
use deltalake_core::kernel::{Action, MetadataExt, StructField, StructType};
use deltalake_core::protocol::DeltaOperation;
use serde_json::json;

use super::OutputError;
use super::delta::Table;

impl Table {
    /// Adds the columns that an older version did not have; refuses any other difference.
    pub async fn fit_layout(&mut self) -> Result<(), OutputError> {
        let name = self.spec.name;
        let failed = || OutputError::table(name, "read its schema");
        let ours = kernel_schema(&(self.spec.schema)())?;
        let snapshot = self.delta().snapshot().map_err(failed())?;
        let theirs = snapshot.schema();
        let (fields, added) = extended(&ours, &theirs).map_err(|difference| {
            OutputError::OtherLayout { table: name, path: self.folder.clone(), difference }
        })?;
        if added.is_empty() {
            return Ok(());
        }
        let bug = |error: String| OutputError::Bug(format!("`{name}`: {error}"));
        let schema = StructType::try_new(fields).map_err(|error| bug(error.to_string()))?;
        let metadata = snapshot.metadata().clone();
        let metadata = metadata.with_schema(&schema).map_err(|error| bug(error.to_string()))?;
        let columns: Vec<String> = added.iter().map(|field| field.name().clone()).collect();
        tracing::info!(table = name, ?columns, "adding columns to a table of an older version");
        let operation = DeltaOperation::AddColumn { fields: added };
        let about = json!({ "added": columns });
        self.commit(vec![Action::Metadata(metadata)], operation, about).await.map(|_| ())
    }
}

/// All fields of the table to be, and those that it lacks yet; or the first field of theirs
/// that is not ours, in words.
fn extended(
    ours: &StructType,
    theirs: &StructType,
) -> Result<(Vec<StructField>, Vec<StructField>), String> {
    let (mut fields, mut added) = (Vec::new(), Vec::new());
    let mut theirs = theirs.fields().enumerate().peekable();
    let mut lacking: Option<&StructField> = None;
    for our in ours.fields() {
        match theirs.next_if(|(_, their)| words(their) == words(our)) {
            Some((_, their)) => {
                fields.push(their.clone());
                lacking = None;
            }
            None => {
                let new = StructField { nullable: true, ..our.clone() };
                fields.push(new.clone());
                added.push(new);
                lacking = lacking.or(Some(our));
            }
        }
    }
    match theirs.next() {
        None => Ok((fields, added)),
        Some((at, their)) => {
            let our = lacking.map_or("nothing".into(), |our| format!("`{}`", words(our)));
            Err(format!("column {} is `{}`, not {our}", at + 1, words(their)))
        }
    }
}

/// Name and type.
fn words(field: &StructField) -> String {
    format!("{} {}", field.name(), field.data_type())
}

pub(super) fn kernel_schema(schema: &Schema) -> Result<StructType, OutputError> {
    schema.try_into_kernel().map_err(|error| OutputError::Bug(format!("schema: {error}")))
}
