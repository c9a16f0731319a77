//! A Parquet file with page checksums, which parquet-rs reads and cannot write.
//!
//! One INT64 column `x`, required, plain, uncompressed, one page; every byte is written here.
//! See apache/parquet-format, `parquet.thrift`, and Thrift's compact protocol.

pub struct Sealed {
    pub bytes: Vec<u8>,
    /// Where the first value lies.
    pub data_at: usize,
}

/// A file of these values, its page with or without a CRC.
pub fn file(values: &[i64], sealed: bool) -> Sealed {
    let data: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    let header = page_header(&data, values.len(), sealed);
    let mut bytes = b"PAR1".to_vec();
    bytes.extend(&header);
    let data_at = bytes.len();
    bytes.extend(&data);
    let footer = footer(values.len(), header.len() + data.len());
    bytes.extend(&footer);
    bytes.extend((footer.len() as u32).to_le_bytes());
    bytes.extend(b"PAR1");
    Sealed { bytes, data_at }
}

fn page_header(data: &[u8], values: usize, sealed: bool) -> Vec<u8> {
    let size = data.len() as i64;
    let mut header = Struct::default().i32(1, 0).i32(2, size).i32(3, size);
    if sealed {
        header = header.i32(4, i64::from(crc32(data).cast_signed()));
    }
    let plain = Struct::default().i32(1, values as i64).i32(2, 0).i32(3, 3).i32(4, 3);
    header.nested(5, plain).end()
}

fn footer(values: usize, chunk: usize) -> Vec<u8> {
    let (values, chunk) = (values as i64, chunk as i64);
    let root = Struct::default().text(4, "schema").i32(5, 1);
    let leaf = Struct::default().i32(1, 2).i32(3, 0).text(4, "x");
    let column = Struct::default()
        .i32(1, 2)
        .list(2, 5, vec![zigzag(0)])
        .list(3, 8, vec![text("x")])
        .i32(4, 0)
        .i64(5, values)
        .i64(6, chunk)
        .i64(7, chunk)
        .i64(9, 4);
    let chunk_meta = Struct::default().i64(2, 4).nested(3, column);
    let group = Struct::default().list(1, 12, vec![chunk_meta.end()]).i64(2, chunk).i64(3, values);
    Struct::default()
        .i32(1, 1)
        .list(2, 12, vec![root.end(), leaf.end()])
        .i64(3, values)
        .list(4, 12, vec![group.end()])
        .end()
}

/// A struct of Thrift's compact protocol, fields in ascending order.
#[derive(Default)]
struct Struct {
    bytes: Vec<u8>,
    last: u8,
}

impl Struct {
    fn field(mut self, id: u8, kind: u8, content: Vec<u8>) -> Self {
        self.bytes.push((id - self.last) << 4 | kind);
        self.bytes.extend(content);
        self.last = id;
        self
    }

    fn i32(self, id: u8, value: i64) -> Self {
        self.field(id, 5, zigzag(value))
    }

    fn i64(self, id: u8, value: i64) -> Self {
        self.field(id, 6, zigzag(value))
    }

    fn text(self, id: u8, value: &str) -> Self {
        self.field(id, 8, text(value))
    }

    fn list(self, id: u8, kind: u8, items: Vec<Vec<u8>>) -> Self {
        let mut content = vec![(items.len() as u8) << 4 | kind];
        content.extend(items.concat());
        self.field(id, 9, content)
    }

    fn nested(self, id: u8, inner: Struct) -> Self {
        self.field(id, 12, inner.end())
    }

    fn end(mut self) -> Vec<u8> {
        self.bytes.push(0);
        self.bytes
    }
}

fn text(value: &str) -> Vec<u8> {
    [varint(value.len() as u64), value.as_bytes().to_vec()].concat()
}

fn zigzag(value: i64) -> Vec<u8> {
    varint(((value << 1) ^ (value >> 63)).cast_unsigned())
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value > 0x7f {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

/// CRC-32 as in gzip, a bit at a time.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| match crc & 1 {
            1 => (crc >> 1) ^ 0xEDB8_8320,
            _ => crc >> 1,
        })
    })
}
