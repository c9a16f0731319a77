//! The tables of an output folder, each at the version that was read.

use super::delta::Table;
use super::recover::{recover_tables, refuse_rows};
use super::tables::{BY_COMMANDS, COMMIT_POINT, FOLLOWERS};
use super::{Output, OutputError};

/// The tables of a night, ready to be written to.
pub(super) struct Tables {
    pub followers: Vec<Table>,
    pub verdicts: Table,
}

impl Tables {
    /// Creates what is missing, and takes back what a killed run left.
    ///
    /// `verdicts` is created first: no other table has rows without it, unless it got lost.
    pub async fn ready(output: &Output) -> Result<Tables, OutputError> {
        let root = output.root();
        if Table::open(root, COMMIT_POINT).await?.is_none() {
            for spec in FOLLOWERS {
                if let Some(table) = Table::open(root, spec).await? {
                    refuse_rows(output, &table)?;
                }
            }
        }
        let verdicts = Table::open_or_create(root, COMMIT_POINT).await?;
        let (mut followers, mut by_commands) = (Vec::new(), Vec::new());
        for spec in FOLLOWERS {
            followers.push(Table::open_or_create(root, spec).await?);
        }
        for spec in BY_COMMANDS {
            by_commands.push(Table::open_or_create(root, spec).await?);
        }
        recover_tables(output, &mut followers, &verdicts, &by_commands).await?;
        Ok(Tables { followers, verdicts })
    }

    pub fn in_commit_order(&mut self) -> impl Iterator<Item = &mut Table> {
        self.followers.iter_mut().chain([&mut self.verdicts])
    }

    /// One of the followers.
    pub fn follower(&mut self, name: &'static str) -> Result<&mut Table, OutputError> {
        let found = self.followers.iter_mut().find(|table| table.spec.name == name);
        found.ok_or_else(|| OutputError::Bug(format!("`{name}` is no table of a night")))
    }

    pub async fn checkpoint(&mut self) {
        for table in self.in_commit_order() {
            table.checkpoint_if_due().await;
        }
    }
}
