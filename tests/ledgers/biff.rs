//! A small writer of Excel 97-2003 workbooks ([MS-XLS] in [MS-CFB]): texts, numbers, dates and merged cells. No kept
//! library writes this format.

/// A cell.
pub(crate) enum Cell {
    Text(&'static str),
    Number(f64),
    /// Days in the 1900 system, shown as a date.
    Date(f64),
}

/// A sheet: its name, its cells by row and column from 0, and ranges that are merged downwards.
pub(crate) struct Sheet {
    pub name: &'static str,
    pub cells: Vec<(u16, u16, Cell)>,
    /// First row, last row, column.
    pub merged: Vec<(u16, u16, u16)>,
}

const SECTOR: usize = 512;
const FREE: u32 = 0xffff_ffff;
const END: u32 = 0xffff_fffe;
/// Streams below this stand in the mini stream, which this writer does not make.
const SMALL: usize = 4096;
const BUILT_IN_DATE: u16 = 14;

/// A workbook.
pub(crate) fn workbook(sheets: &[Sheet]) -> Vec<u8> {
    compound(&stream(sheets))
}

fn stream(sheets: &[Sheet]) -> Vec<u8> {
    let bodies: Vec<Vec<u8>> = sheets.iter().map(body).collect();
    // The offsets do not change the length of the records that name them.
    let length = globals(sheets, &vec![0; sheets.len()]).len();
    let offset = |at: usize| length + bodies[..at].iter().map(Vec::len).sum::<usize>();
    let offsets: Vec<usize> = (0..bodies.len()).map(offset).collect();
    let mut stream = globals(sheets, &offsets);
    stream.extend(bodies.concat());
    stream.resize(stream.len().max(SMALL).next_multiple_of(SECTOR), 0);
    stream
}

fn globals(sheets: &[Sheet], offsets: &[usize]) -> Vec<u8> {
    let mut out = record(0x0809, &[0x00, 0x06, 0x05, 0x00, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    out.extend(record(0x0042, &1200_u16.to_le_bytes()));
    for format in [0, BUILT_IN_DATE] {
        let mut xf = vec![0, 0];
        xf.extend(format.to_le_bytes());
        xf.resize(20, 0);
        out.extend(record(0x00e0, &xf));
    }
    for (sheet, offset) in sheets.iter().zip(offsets) {
        let name: Vec<u8> = sheet.name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut bound = u32::try_from(*offset).unwrap().to_le_bytes().to_vec();
        bound.extend([0, 0, u8::try_from(name.len() / 2).unwrap(), 1]);
        bound.extend(name);
        out.extend(record(0x0085, &bound));
    }
    out.extend(record(0x000a, &[]));
    out
}

fn body(sheet: &Sheet) -> Vec<u8> {
    let mut out = record(0x0809, &[0x00, 0x06, 0x10, 0x00, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    for (row, column, cell) in &sheet.cells {
        let format = u16::from(matches!(cell, Cell::Date(_)));
        let mut data: Vec<u8> = [*row, *column, format].into_iter().flat_map(u16::to_le_bytes).collect();
        match cell {
            Cell::Text(text) => {
                let text: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
                data.extend(u16::try_from(text.len() / 2).unwrap().to_le_bytes());
                data.push(1);
                data.extend(text);
                out.extend(record(0x0204, &data));
            }
            Cell::Number(number) | Cell::Date(number) => {
                data.extend(number.to_le_bytes());
                out.extend(record(0x0203, &data));
            }
        }
    }
    let mut merged = u16::try_from(sheet.merged.len()).unwrap().to_le_bytes().to_vec();
    let ranges = sheet.merged.iter().flat_map(|(top, bottom, column)| [*top, *bottom, *column, *column]);
    merged.extend(ranges.flat_map(u16::to_le_bytes));
    out.extend(record(0x00e5, &merged));
    out.extend(record(0x000a, &[]));
    out
}

fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    let mut out = kind.to_le_bytes().to_vec();
    out.extend(u16::try_from(data.len()).unwrap().to_le_bytes());
    out.extend(data);
    out
}

/// Sector 0 is the allocation table, sector 1 the directory; the stream follows.
fn compound(stream: &[u8]) -> Vec<u8> {
    let sectors = u32::try_from(stream.len() / SECTOR).unwrap();
    assert!(sectors <= 126, "one sector of the allocation table is enough for these books");
    let mut out = vec![0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    out.resize(24, 0);
    out.extend([0x3e, 0, 3, 0, 0xfe, 0xff, 9, 0, 6, 0]);
    out.resize(44, 0);
    for number in [1, 1, 0, 4096, END, 0, END, 0, 0] {
        out.extend(u32::to_le_bytes(number));
    }
    out.resize(SECTOR, 0xff);
    let chain = (0..sectors).map(|at| if at + 1 == sectors { END } else { at + 3 });
    let table: Vec<u8> = [0xffff_fffd, END].into_iter().chain(chain).flat_map(u32::to_le_bytes).collect();
    out.extend(table);
    out.resize(2 * SECTOR, 0xff);
    out.extend(entry("Root Entry", 5, 1, END, 0));
    out.extend(entry("Workbook", 2, FREE, 2, u64::try_from(stream.len()).unwrap()));
    out.resize(3 * SECTOR, 0);
    out.extend(stream);
    out
}

fn entry(name: &str, kind: u8, child: u32, start: u32, size: u64) -> Vec<u8> {
    let mut out: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let length = u16::try_from(out.len() + 2).unwrap();
    out.resize(64, 0);
    out.extend(length.to_le_bytes());
    out.extend([kind, 1]);
    for link in [FREE, FREE, child] {
        out.extend(link.to_le_bytes());
    }
    out.resize(116, 0);
    out.extend(start.to_le_bytes());
    out.extend(size.to_le_bytes());
    out
}
