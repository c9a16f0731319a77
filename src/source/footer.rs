//! What the footer of a Parquet file says.

use std::ops::Range;
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use bytes::Bytes;
use datafusion::object_store::path::Path as ObjectPath;
use datafusion::object_store::{ObjectStore, ObjectStoreExt};
use futures::future::{BoxFuture, ready};
use futures::{FutureExt, TryFutureExt};
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::arrow::async_reader::MetadataFetch;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};

use super::limits::{check_claims, check_footer};
use super::listing::ListedFile;

/// A file by its footer.
pub struct Said {
    pub schema: SchemaRef,
    pub rows: u64,
    /// Where the first page begins, if there is one.
    pub first_page: Option<u64>,
}

/// Reads the footer, and refuses one that claims too much.
///
/// # Errors
/// The store's, the reader's, or [`Beyond`](super::limits::Beyond); see [`cause`].
pub async fn footer(store: &Arc<dyn ObjectStore>, file: &ListedFile) -> Result<Said, ParquetError> {
    let fetch = Footer { store: store.clone(), path: file.meta.location.clone() };
    let metadata: ParquetMetaData =
        ParquetMetaDataReader::new().load_and_finish(fetch, file.meta.size).await?;
    let rows = u64::try_from(metadata.file_metadata().num_rows()).unwrap_or(0);
    check_claims(&metadata).map_err(|beyond| ParquetError::External(Box::new(beyond)))?;
    let group = metadata.row_groups().iter().find(|group| group.num_rows() > 0);
    let first = group.and_then(|group| group.columns().first()).map(|column| {
        let data = column.data_page_offset();
        column.dictionary_page_offset().map_or(data, |dictionary| dictionary.min(data))
    });
    let first_page = first.and_then(|page| u64::try_from(page).ok());
    let arrow = ArrowReaderMetadata::try_new(Arc::new(metadata), ArrowReaderOptions::new())?;
    Ok(Said { schema: arrow.schema().clone(), rows, first_page })
}

/// Reads a footer through the object store.
struct Footer {
    store: Arc<dyn ObjectStore>,
    path: ObjectPath,
}

impl MetadataFetch for Footer {
    fn fetch(&mut self, range: Range<u64>) -> BoxFuture<'_, parquet::errors::Result<Bytes>> {
        if let Err(beyond) = check_footer(range.end.saturating_sub(range.start)) {
            return ready(Err(ParquetError::External(Box::new(beyond)))).boxed();
        }
        let read = self.store.get_range(&self.path, range);
        read.map_err(|error| ParquetError::External(Box::new(error))).boxed()
    }
}

/// An error of somebody else's below one of the Parquet reader.
pub fn cause<E: std::error::Error + 'static>(error: &ParquetError) -> Option<&E> {
    match error {
        ParquetError::External(cause) => cause.downcast_ref(),
        _ => None,
    }
}
