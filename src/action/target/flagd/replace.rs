//! A file replaced as a whole, if it still is what was read.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::Value;
use serde_json::ser::{PrettyFormatter, Serializer};
use sha2::{Digest, Sha256};

use crate::action::Fault;
use crate::action::change::hex;

/// What a file contained.
pub struct Contents {
    /// Where the file really is: a link stays a link.
    path: PathBuf,
    pub text: String,
    /// SHA-256, in hex.
    pub hash: String,
}

impl Contents {
    pub fn read(path: &Path) -> Result<Self, Fault> {
        let failed = |cause: io::Error| match cause.kind() {
            io::ErrorKind::NotFound => {
                Fault::unsupported(format!("there is no file `{}`", path.display()))
            }
            _ => Fault::unreachable(format!("`{}` cannot be read: {cause}", path.display())),
        };
        let real = fs::canonicalize(path).map_err(failed)?;
        let bytes = fs::read(&real).map_err(failed)?;
        let hash = hash(&bytes);
        let text = String::from_utf8(bytes)
            .map_err(|_| Fault::unsupported(format!("`{}` is not UTF-8", path.display())))?;
        Ok(Self { path: real, text, hash })
    }

    /// The value, indented as the file is.
    pub fn like(&self, value: &Value) -> Result<String, Fault> {
        let second = self.text.lines().nth(1).unwrap_or("  ");
        let indent = second.get(..second.len() - second.trim_start().len()).unwrap_or_default();
        let mut bytes = Vec::new();
        let indent = if indent.is_empty() { "  " } else { indent };
        let formatter = PrettyFormatter::with_indent(indent.as_bytes());
        value
            .serialize(&mut Serializer::with_formatter(&mut bytes, formatter))
            .map_err(|cause| Fault::refused(format!("the flags have no JSON: {cause}")))?;
        let mut text = String::from_utf8_lossy(&bytes).into_owned();
        if self.text.ends_with('\n') {
            text.push('\n');
        }
        Ok(text)
    }

    /// Readers see the old file or the new one, never a part of either.
    pub fn replace(&self, text: &str) -> Result<(), Fault> {
        let failed = |cause: io::Error| {
            Fault::unreachable(format!("`{}` cannot be written: {cause}", self.path.display()))
        };
        let temporary = self.write_beside(text).map_err(failed)?;
        let now = fs::read(&self.path).map_err(failed)?;
        if hash(&now) != self.hash {
            let _ = fs::remove_file(&temporary);
            return Err(Fault::conflict("the file was changed by somebody else"));
        }
        fs::rename(&temporary, &self.path).map_err(failed)?;
        let folder = self.path.parent().map(File::open).transpose().map_err(failed)?;
        folder.map(|folder| folder.sync_all()).transpose().map_err(failed)?;
        Ok(())
    }

    fn write_beside(&self, text: &str) -> io::Result<PathBuf> {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        let temporary = self.path.with_file_name(format!(".{name}.assize"));
        let mut file = File::create(&temporary)?;
        file.set_permissions(fs::metadata(&self.path)?.permissions())?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        Ok(temporary)
    }
}

fn hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}
