//! Whether the pages of Parquet files carry checksums.
//!
//! Neither footer nor column says it: each page does, in its header. Writers write them for all
//! pages or for none, so the first page of one file is asked.

use datafusion::object_store::{ObjectStore, ObjectStoreExt};

use super::preflight::CheckedFile;

/// Enough for the numbers that come before the checksum in a header.
const HEADER_BYTES: u64 = 32;

/// `None` without a page, or where its header cannot be read.
pub async fn are_there(store: &dyn ObjectStore, files: &[CheckedFile]) -> Option<bool> {
    let (file, start) = files.iter().find_map(|file| Some((file, file.first_page?)))?;
    let end = (start + HEADER_BYTES).min(file.listed.meta.size);
    let header = store.get_range(&file.listed.meta.location, start..end).await.ok()?;
    in_header(&header)
}

/// A page's header is a struct in Thrift's compact protocol whose first fields are type,
/// uncompressed size, compressed size and, if it is there, the checksum.
fn in_header(mut bytes: &[u8]) -> Option<bool> {
    /// The next field, by its number, holds a 32-bit integer.
    const NEXT_IS_I32: u8 = 0x15;
    for _ in 0..3 {
        let (&NEXT_IS_I32, number) = bytes.split_first()? else { return None };
        let last = number.iter().position(|byte| byte & 0x80 == 0)?;
        bytes = &number[last + 1..];
    }
    Some(*bytes.first()? == NEXT_IS_I32)
}

#[cfg(test)]
mod tests {
    use super::in_header;

    #[test]
    fn the_fourth_field_is_the_checksum() {
        let sizes = [0x15, 0x04, 0x15, 0xb0, 0x09, 0x15, 0x80, 0x01];
        assert_eq!(in_header(&[&sizes[..], &[0x15, 0xff, 0x01]].concat()), Some(true));
        assert_eq!(in_header(&[&sizes[..], &[0x2c, 0x15]].concat()), Some(false));
        assert_eq!(in_header(&sizes), None);
        assert_eq!(in_header(b"PAR1"), None);
    }
}
