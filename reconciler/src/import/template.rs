//! An empty ledger workbook: the form's twelve columns in their order, then those that Daicho adds.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_xlsxwriter::{
    DataValidation, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use super::cells::date::date;
use super::columns::{Columns, Described};
use crate::judge::entry::{Entry, Field};

/// Rows that are prepared: choices and text formats reach this far.
const PREPARED_ROWS: u32 = 3_000;
/// The heading's row, from 0: a title, 最終更新日 and 最終更新者 stand above it.
const HEADING_ROW: u32 = 3;
/// The register that the empty form is for.
const TITLE: &str = "機器台帳";

/// The language of the guide. Headings stay Japanese: they are those of the official form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guide {
    /// 日本語.
    Japanese,
    /// English.
    English,
}

/// An empty ledger as an Excel workbook, with a guide sheet 記入例 that an import skips.
pub fn template(guide: Guide) -> Result<Vec<u8>, XlsxError> {
    let columns = Columns::builtin();
    let mut book = Workbook::new();
    ledger(book.add_worksheet(), TITLE, &columns)?;
    explain(book.add_worksheet(), &columns, guide)?;
    book.save_to_buffer()
}

/// The rows of one register.
pub(crate) struct Filled<'a> {
    /// The register's name.
    pub title: &'a str,
    /// Its rows.
    pub rows: Vec<&'a BTreeMap<Field, String>>,
}

/// A ledger in the form's columns, a sheet a register.
pub(crate) fn filled(
    sheets: &[Filled<'_>],
    columns: &Columns,
    updated: Date,
    updated_by: &str,
) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let day = Format::new().set_num_format("yyyy/m/d").set_align(FormatAlign::Left);
    for filled in sheets {
        let sheet = book.add_worksheet();
        ledger(sheet, filled.title, columns)?;
        sheet.write_with_format(1, 1, &serial(updated)?, &day)?;
        sheet.write(2, 1, updated_by)?;
        for (row, cells) in (HEADING_ROW + 1..).zip(&filled.rows) {
            for (at, column) in (0_u16..).zip(columns.described()) {
                let Some(text) = cells.get(&column.field) else { continue };
                match date(text).filter(|_| column.field == Field::RegisteredDate) {
                    Some(day) => sheet.write(row, at, &serial(day)?)?,
                    None => sheet.write_string(row, at, text)?,
                };
            }
        }
    }
    book.save_to_buffer()
}

fn serial(day: Date) -> Result<ExcelDateTime, XlsxError> {
    ExcelDateTime::from_ymd(day.year().unsigned_abs(), day.month().unsigned_abs(), day.day().unsigned_abs())
}

/// The word of a column's list for what a row says there; `None` where it says nothing that has one.
pub(crate) fn word(field: Field, entry: &Entry, columns: &Columns) -> Option<&'static str> {
    let words = &columns.words;
    let mut choices = choices(field)?.iter().copied();
    choices.find(|word| match field {
        Field::Status => words.status(word) == Some(entry.status),
        Field::DeviceType => entry.device_type.is_some() && words.device_type(word) == entry.device_type,
        Field::RemoteMaintenance => words.answer(word) == Some(entry.remote_maintenance),
        Field::NetworkConnected => words.answer(word) == Some(entry.network),
        Field::ExternalConnection => words.answer(word) == Some(entry.external_connection),
        Field::DualHomed => words.answer(word) == Some(entry.dual_homed),
        _ => false,
    })
}

/// The first word of a column's list that is meant; empty where there is none.
pub(crate) fn word_of(field: Field, is_meant: impl Fn(&str) -> bool) -> &'static str {
    choices(field).into_iter().flatten().copied().find(|word| is_meant(word)).unwrap_or_default()
}

fn ledger(sheet: &mut Worksheet, title: &str, columns: &Columns) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    let heading =
        Format::new().set_bold().set_border(FormatBorder::Thin).set_background_color("#E8EEF4").set_text_wrap();
    sheet.set_name(title)?;
    sheet.write_with_format(0, 0, title, &bold)?;
    sheet.write_with_format(1, 0, "最終更新日", &bold)?;
    sheet.write_with_format(2, 0, "最終更新者", &bold)?;
    for (at, column) in (0_u16..).zip(columns.described()) {
        // As text, so that a spreadsheet keeps 001, 2.0 and 001122334455 as they were typed.
        let cells = match column.field {
            Field::RegisteredDate => Format::new().set_num_format("yyyy/m/d"),
            _ => Format::new().set_num_format("@").set_text_wrap(),
        };
        sheet.set_column_format(at, &cells)?;
        sheet.set_column_width(at, width(column.field))?;
        sheet.write_with_format(HEADING_ROW, at, &column.header, &heading)?;
        if let Some(list) = choices(column.field) {
            let rule = DataValidation::new().allow_list_strings(list)?;
            sheet.add_data_validation(HEADING_ROW + 1, at, HEADING_ROW + PREPARED_ROWS, at, &rule)?;
        }
    }
    sheet.set_freeze_panes(HEADING_ROW + 1, 1)?;
    Ok(())
}

fn explain(sheet: &mut Worksheet, columns: &Columns, guide: Guide) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    sheet.set_name("記入例")?;
    let (head, what, example) = match guide {
        Guide::Japanese => ("見出し", "記入のしかた", "例"),
        Guide::English => ("Heading", "What to write", "Example"),
    };
    for (at, text) in (0_u16..).zip([head, what, example]) {
        sheet.write_with_format(0, at, text, &bold)?;
        sheet.set_column_width(at, [24.0, 70.0, 30.0][usize::from(at)])?;
    }
    for (row, column) in (1_u32..).zip(columns.described()) {
        sheet.write(row, 0, &column.header)?;
        sheet.write(row, 1, about(column, guide))?;
        sheet.write(row, 2, example_of(column.field))?;
    }
    Ok(())
}

fn about(column: &Described, guide: Guide) -> &str {
    if guide == Guide::Japanese { &column.about } else { &column.about_en }
}

fn width(field: Field) -> f64 {
    match field {
        Field::Description | Field::Software | Field::User => 28.0,
        Field::IpAddress | Field::MacAddress | Field::Hostname | Field::Location | Field::Os => 20.0,
        _ => 14.0,
    }
}

/// The words that a column's list offers; `config/values.toml` knows every one of them.
pub(crate) fn choices(field: Field) -> Option<&'static [&'static str]> {
    match field {
        Field::Status => Some(&["稼働", "停止", "予備", "修理", "持出", "予定", "廃棄"]),
        Field::DeviceType => Some(&["サーバ", "端末PC", "ネットワーク機器", "医療機器", "プリンタ", "その他"]),
        Field::RemoteMaintenance => Some(&["有", "無", "不明", "契約なし"]),
        Field::NetworkConnected | Field::ExternalConnection | Field::DualHomed => Some(&["有", "無", "不明"]),
        _ => None,
    }
}

fn example_of(field: Field) -> &'static str {
    match field {
        Field::AssetNo => "001",
        Field::Manufacturer => "A社",
        Field::Os => "Windows 11 Pro 23H2",
        Field::Software => "電子カルテ",
        Field::SoftwareVersion => "2.0",
        Field::IpAddress => "192.0.2.10",
        Field::Hostname => "KARTE-PC01",
        Field::Location => "本館2F 第1診察室",
        Field::User => "a医師（内科）、b医師（内科）",
        Field::RegisteredDate => "2024/4/1",
        Field::Status => "稼働",
        Field::Description => "外来診察用",
        Field::MacAddress => "00-00-5E-00-53-01",
        Field::Department => "内科",
        Field::DeviceType => "端末PC",
        Field::Model => "NOTE-100",
        Field::SerialNo => "SN0001",
        Field::NetworkConnected => "有",
        Field::RemoteMaintenance | Field::ExternalConnection | Field::DualHomed => "無",
        Field::LineKind => "（外部接続がある機器だけ）光、LTE など",
        Field::Purpose => "外来診察",
        Field::Vendor => "B社",
        Field::Segment => "192.0.2.0/24",
        // The form has the twenty-five columns above; the others are those of other registers.
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::read_in_process;
    use crate::judge::entry::{DeviceType, FourValued, ProblemKind, Status};

    #[test]
    fn an_empty_template_imports_without_a_row() {
        for guide in [Guide::Japanese, Guide::English] {
            let bytes = template(guide).unwrap();
            let found = read_in_process("台帳.xlsx", &bytes, jiff::Timestamp::UNIX_EPOCH, &Columns::builtin()).unwrap();
            assert_eq!(found.entries, []);
            let kinds: Vec<_> =
                found.problems.iter().map(|problem| (problem.kind, problem.origin.sheet.as_str())).collect();
            assert_eq!(kinds, [(ProblemKind::SheetSkipped, "記入例")]);
        }
    }

    #[test]
    fn every_choice_is_understood() {
        let columns = Columns::builtin();
        for column in columns.described() {
            for word in choices(column.field).unwrap_or_default() {
                let known = match column.field {
                    Field::Status => columns.words.status(word).is_some(),
                    Field::DeviceType => columns.words.device_type(word).is_some(),
                    _ => columns.words.answer(word).is_some(),
                };
                assert!(known, "{word}");
            }
        }
    }

    #[test]
    fn a_filled_template_imports_cleanly() {
        let columns = Columns::builtin();
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        ledger(sheet, TITLE, &columns).unwrap();
        sheet.write(1, 1, "2024年7月1日").unwrap();
        sheet.write(2, 1, "鈴木一郎").unwrap();
        for (at, column) in (0_u16..).zip(columns.described()).filter(|(_, column)| column.field != Field::LineKind) {
            sheet.write(HEADING_ROW + 1, at, example_of(column.field)).unwrap();
        }
        let bytes = book.save_to_buffer().unwrap();
        let found = read_in_process("台帳.xlsx", &bytes, jiff::Timestamp::UNIX_EPOCH, &columns).unwrap();
        assert_eq!(found.problems, []);
        assert_eq!(found.file.updated, Some(jiff::civil::date(2024, 7, 1)));
        assert_eq!(found.file.updated_by.as_deref(), Some("鈴木一郎"));
        let entry = &found.entries[0];
        assert_eq!((entry.id.0.as_str(), entry.origin.row), ("equipment:001", 5));
        assert_eq!(entry.addresses[0].to_string(), "192.0.2.10");
        assert_eq!(entry.macs[0].to_string(), "00:00:5E:00:53:01");
        assert_eq!((entry.status, entry.device_type), (Status::Active, Some(DeviceType::Client)));
        assert_eq!((entry.remote_maintenance, entry.network), (FourValued::No, FourValued::Yes));
        assert_eq!(entry.registered, Some(jiff::civil::date(2024, 4, 1)));
        assert_eq!(entry.software[0].version.as_deref(), Some("2.0"));
        assert_eq!(entry.users.len(), 2);
        assert_eq!((entry.purpose.as_deref(), entry.vendor.as_deref()), (Some("外来診察"), Some("B社")));
        assert_eq!(entry.segments, ["192.0.2.0/24".parse().unwrap()]);
        assert_eq!(entry.cells.len(), 24);
    }
}
