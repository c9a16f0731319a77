//! Where rows are put aside, in parts by their unit, when a night does not fit into memory.
//!
//! A night of many units is computed one part of units after another: all that is known of a
//! unit is in one part, and summaries of disjoint sets of units merge. Rows go to files of a
//! private folder, which is removed with the [`Shelf`], and every part is read as often as needed.

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use arrow::array::RecordBatch;
use arrow::compute::BatchCoalescer;
use arrow::datatypes::SchemaRef;
use arrow_ipc::CompressionType;
use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::{IpcWriteOptions, StreamWriter};
use datafusion::catalog::streaming::StreamingTable;
use datafusion::dataframe::DataFrame;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::expressions::col;
use datafusion::physical_plan::metrics::Time;
use datafusion::physical_plan::repartition::BatchPartitioner;
use datafusion::physical_plan::stream::RecordBatchReceiverStreamBuilder;
use datafusion::physical_plan::streaming::PartitionStream;
use tempfile::TempDir;

use super::execute::{Stopwatch, Taker, hand_over};
use super::session::explain;
use crate::error::{Error, Kind, Problem};

/// Rows of one batch in the files.
const BATCH: usize = 8192;

/// A private folder with rows in parts.
#[derive(Debug)]
pub struct Shelf {
    folder: TempDir,
    parts: usize,
}

/// A relation put aside: its files, by part.
#[derive(Debug)]
pub struct Shelved {
    schema: SchemaRef,
    files: Vec<Vec<PathBuf>>,
}

impl Shelf {
    /// A shelf with about so many parts. `readers` is how many streams the engine splits a
    /// relation into, by the same hash that finds a row's part.
    ///
    /// # Errors
    /// `Environment` where there is no room for temporary files.
    pub fn new(parts: usize, readers: usize) -> Result<Shelf, Error> {
        let folder = tempfile::Builder::new()
            .prefix("assize-")
            .tempdir()
            .map_err(|error| no_room(&std::env::temp_dir(), &error.to_string()))?;
        Ok(Shelf { folder, parts: coprime(parts, readers) })
    }

    pub fn parts(&self) -> usize {
        self.parts
    }

    /// Puts rows of one part aside that are in memory.
    ///
    /// # Errors
    /// `Environment` where the disk is full.
    pub fn keep(
        &self,
        name: &str,
        part: usize,
        (schema, batches): (SchemaRef, Vec<RecordBatch>),
    ) -> Result<Shelved, Error> {
        let path = self.folder.path().join(format!("{name}-{part}.arrow"));
        let mut file = PartFile::new(path, &schema);
        let written = batches.into_iter().try_for_each(|batch| file.add(batch));
        let path = written.and_then(|()| file.end()).map_err(explain)?;
        Ok(Shelved { schema, files: vec![path.into_iter().collect()] })
    }

    /// Runs a relation and puts its rows aside by a column: equal keys share a part.
    ///
    /// # Errors
    /// As the engine's; `Environment` where the disk is full.
    pub async fn put(
        &self,
        relation: DataFrame,
        key: &str,
        (name, stage): (&str, &str),
        watch: &Stopwatch,
    ) -> Result<Shelved, Error> {
        let files = OnceLock::new();
        let sorter = |schema: &SchemaRef| {
            let hash = vec![col(key, schema)?];
            let partitioner =
                BatchPartitioner::new_hash_partitioner(hash, self.parts, Time::default())?;
            let files = files.get_or_init(|| Arc::new(self.files(name, schema)));
            Ok(Sorter { partitioner, files: files.clone() })
        };
        let schema = hand_over(relation, stage, watch, sorter).await?;
        let files = files.into_inner().unwrap_or_default();
        let ended = files.iter().map(|file| Ok(locked(file).end()?.into_iter().collect()));
        let files = ended.collect::<Result<Vec<Vec<PathBuf>>>>().map_err(explain)?;
        Ok(Shelved { schema, files })
    }

    /// A file for each part; not there before its first row.
    fn files(&self, name: &str, schema: &SchemaRef) -> Vec<Mutex<PartFile>> {
        let path = |part: usize| self.folder.path().join(format!("{name}-{part}.arrow"));
        (0..self.parts).map(|part| Mutex::new(PartFile::new(path(part), schema))).collect()
    }
}

impl Shelved {
    /// These rows and more of the same columns.
    pub fn with(mut self, more: Shelved) -> Shelved {
        for (files, more) in self.files.iter_mut().zip(more.files) {
            files.extend(more);
        }
        self
    }

    /// Gives the room of a part back, which nobody reads again.
    pub fn remove(&self, part: usize) {
        for file in self.files.get(part).into_iter().flatten() {
            // What stays is removed with the folder.
            let _ = std::fs::remove_file(file);
        }
    }

    /// The rows of one part, as a table of at most so many streams.
    pub fn part(&self, part: usize, readers: usize) -> Result<StreamingTable> {
        let files = self.files.get(part).map_or(&[][..], Vec::as_slice);
        let each = files.len().div_ceil(readers.max(1)).max(1);
        let stream = |files: &[PathBuf]| -> Arc<dyn PartitionStream> {
            Arc::new(PartRows { schema: self.schema.clone(), files: files.to_vec() })
        };
        let streams = match files {
            [] => vec![stream(&[])],
            files => files.chunks(each).map(stream).collect(),
        };
        StreamingTable::try_new(self.schema.clone(), streams)
    }
}

/// At least so many parts, without a common divisor with `readers`: a part holds the keys of one
/// remainder of the hash, and readers split them by another.
fn coprime(parts: usize, readers: usize) -> usize {
    let divides = |a: usize, b: usize| {
        let (mut a, mut b) = (a, b);
        while b != 0 {
            (a, b) = (b, a % b);
        }
        a
    };
    (parts.max(1)..).find(|parts| divides(*parts, readers.max(1)) == 1).unwrap_or(parts)
}

/// Deals the rows of one stream out to the files of the parts, which all streams share: the more
/// streams, the more files would be open, and rows in memory that wait for a batch to be full.
struct Sorter {
    partitioner: BatchPartitioner,
    files: Arc<Vec<Mutex<PartFile>>>,
}

impl Taker for Sorter {
    fn take(&mut self, batch: RecordBatch) -> Result<()> {
        let Sorter { partitioner, files } = self;
        partitioner.partition(batch, |part, rows| locked(&files[part]).add(rows))
    }
}

fn locked(file: &Mutex<PartFile>) -> MutexGuard<'_, PartFile> {
    file.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One file; not there before its first row.
struct PartFile {
    path: PathBuf,
    rows: BatchCoalescer,
    writer: Option<StreamWriter<BufWriter<File>>>,
}

impl PartFile {
    fn new(path: PathBuf, schema: &SchemaRef) -> PartFile {
        PartFile { path, rows: BatchCoalescer::new(schema.clone(), BATCH), writer: None }
    }

    fn add(&mut self, batch: RecordBatch) -> Result<()> {
        self.rows.push_batch(batch)?;
        self.write()
    }

    fn write(&mut self) -> Result<()> {
        while let Some(batch) = self.rows.next_completed_batch() {
            let full = |error: &dyn std::fmt::Display| {
                let folder = self.path.parent().unwrap_or(&self.path);
                DataFusionError::External(Box::new(no_room(folder, &error.to_string())))
            };
            let writer = match &mut self.writer {
                Some(writer) => writer,
                None => {
                    let file = File::create_new(&self.path).map_err(|error| full(&error))?;
                    let options = IpcWriteOptions::default()
                        .try_with_compression(Some(CompressionType::LZ4_FRAME))?;
                    let schema = self.rows.schema();
                    let file = BufWriter::new(file);
                    self.writer.insert(StreamWriter::try_new_with_options(file, &schema, options)?)
                }
            };
            writer.write(&batch).map_err(|error| full(&error))?;
        }
        Ok(())
    }

    /// The file, if it has rows.
    fn end(&mut self) -> Result<Option<PathBuf>> {
        self.rows.finish_buffered_batch()?;
        self.write()?;
        let Some(mut writer) = self.writer.take() else { return Ok(None) };
        writer.finish()?;
        Ok(Some(self.path.clone()))
    }
}

/// The rows of some files, read in a thread that may wait.
#[derive(Debug)]
struct PartRows {
    schema: SchemaRef,
    files: Vec<PathBuf>,
}

impl PartitionStream for PartRows {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _: Arc<TaskContext>) -> SendableRecordBatchStream {
        let mut rows = RecordBatchReceiverStreamBuilder::new(self.schema.clone(), 2);
        let (sender, files) = (rows.tx(), self.files.clone());
        rows.spawn_blocking(move || {
            for path in files {
                for batch in StreamReader::try_new(BufReader::new(File::open(path)?), None)? {
                    // Nobody listens any more: the query has ended.
                    if sender.blocking_send(batch.map_err(Into::into)).is_err() {
                        return Ok(());
                    }
                }
            }
            Ok(())
        });
        rows.build()
    }
}

fn no_room(folder: &Path, why: &str) -> Error {
    let message = format!("cannot put rows aside in {}: {why}", folder.display());
    Problem::new(Kind::Environment, "", message)
        .hint("nothing was written; make room there, or set TMPDIR to a folder on a larger disk")
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{Array, AsArray, Int64Array, StringViewArray};
    use arrow::datatypes::Int64Type;
    use datafusion::prelude::SessionContext;
    use std::collections::{BTreeMap, BTreeSet};

    /// 30,000 rows of 5,000 units, some of them nobody's.
    fn facts() -> RecordBatch {
        let unit = |i: i64| (i % 11 > 0).then(|| format!("a unit with a long name {}", i % 5_000));
        let units: StringViewArray = (0..30_000).map(unit).collect();
        RecordBatch::try_from_iter([
            ("unit", Arc::new(units) as Arc<dyn Array>),
            ("row", Arc::new(Int64Array::from_iter_values(0..30_000))),
        ])
        .unwrap()
    }

    fn rows_of(batches: &[RecordBatch]) -> BTreeMap<i64, Option<String>> {
        let rows = batches.iter().flat_map(|batch| {
            let units = batch["unit"].as_string_view();
            let rows = batch["row"].as_primitive::<Int64Type>().values().iter();
            rows.copied().zip(units.iter().map(|unit| unit.map(str::to_string)))
        });
        rows.collect()
    }

    #[tokio::test]
    async fn every_row_is_in_the_one_part_of_its_unit() {
        let session = SessionContext::new();
        let shelf = Shelf::new(6, 4).unwrap();
        assert_eq!(shelf.parts(), 7);
        let relation = session.read_batch(facts()).unwrap();
        let relation =
            relation.repartition(datafusion::logical_expr::Partitioning::RoundRobinBatch(3));
        let watch = Stopwatch::default();
        let shelved =
            shelf.put(relation.unwrap(), "unit", ("facts", "facts"), &watch).await.unwrap();
        let (mut all, mut seen) = (BTreeMap::new(), BTreeSet::new());
        for part in 0..shelf.parts() {
            let table = Arc::new(shelved.part(part, 4).unwrap());
            let rows = rows_of(&session.read_table(table).unwrap().collect().await.unwrap());
            let units: BTreeSet<_> = rows.values().cloned().collect();
            assert!(units.iter().all(|unit| seen.insert(unit.clone())), "a unit in two parts");
            all.extend(rows);
        }
        assert_eq!(all, rows_of(&[facts()]));
    }

    #[tokio::test]
    async fn nothing_is_left_behind() {
        let session = SessionContext::new();
        let shelf = Shelf::new(1, 4).unwrap();
        let folder = shelf.folder.path().to_path_buf();
        let relation = session.read_batch(facts()).unwrap();
        shelf.put(relation, "unit", ("facts", "facts"), &Stopwatch::default()).await.unwrap();
        assert!(folder.join("facts-0.arrow").is_file());
        drop(shelf);
        assert!(!folder.exists());
    }

    #[test]
    fn a_part_is_shared_by_all_readers() {
        let found = [(1, 2), (2, 2), (6, 4), (24, 2), (9, 6)].map(|(p, r)| coprime(p, r));
        assert_eq!(found, [1, 3, 7, 25, 11]);
    }
}
