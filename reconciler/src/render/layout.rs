//! How a ledger file's columns would be read, for the terminal and for mapping files.

use std::io::{self, Write};

use comfy_table::{ContentArrangement, Table, presets};

use super::words::layout as words;
use super::words::phrase::{mark, shown};
use super::words::{Lang, fixed, problem};
use super::wrap::wrap;
use crate::import::layout::{ColumnLayout, Layouts, SheetLayout};

/// Writes a table for every sheet. Borders are ASCII, as everywhere on the terminal.
pub fn text(found: &Layouts, lang: Lang, width: u16, output: &mut impl Write) -> io::Result<()> {
    writeln!(output, "{}", words::file(&shown(&found.file), found.encoding.as_deref(), lang))?;
    for sheet in &found.sheets {
        let name = shown(&sheet.sheet);
        let register = fixed::register(sheet.register, lang);
        writeln!(output, "\n{}", words::sheet(&name, sheet.state, register, sheet.row, lang))?;
        if !sheet.columns.is_empty() {
            writeln!(output, "{}", table(sheet, lang, width))?;
        }
    }
    Ok(())
}

/// What a mapping file says beside a column.
pub fn remark(column: &ColumnLayout, lang: Lang) -> String {
    let mut remark = read_as(column, lang);
    if column.field.is_empty() && column.suggestion.is_some() {
        remark = words::could_be(&column.suggestion.map(|(field, _)| field.code()).unwrap_or_default(), &remark);
    }
    let samples: Vec<String> = column.samples.iter().map(|text| mark(text)).collect();
    shown(&format!("{remark}  {}", words::examples(&samples, lang))).replace(['\n', '\r'], " ").trim().to_owned()
}

fn table(sheet: &SheetLayout, lang: Lang, width: u16) -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Disabled);
    table.force_no_tty();
    let width = usize::from(width).max(60);
    let widths = [4, width / 5, width / 4, width - 12 - width / 5 - width / 4];
    table.set_header(words::HEADINGS.map(|(ja, en)| lang.pick(ja, en)));
    for column in &sheet.columns {
        let cells =
            [column.column.clone(), shown(&column.heading), read_as(column, lang), shown(&column.samples.join(" | "))];
        table.add_row(cells.iter().zip(widths).map(|(text, width)| wrap(text, width)));
    }
    table
}

fn read_as(column: &ColumnLayout, lang: Lang) -> String {
    let field = words::field(&column.field, lang);
    let suggestion = column.suggestion.map(|(field, percent)| (problem::field(field, lang), percent));
    words::read_as(&field, column.how, column.confidence, suggestion, lang)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::layout::{How, State};
    use crate::judge::entry::{Field, Register};

    fn column(field: &str, how: How, confidence: u8) -> ColumnLayout {
        ColumnLayout {
            column: "C".into(),
            heading: "識別\u{1b}[31m".into(),
            field: field.into(),
            how,
            confidence,
            suggestion: (how == How::LeftOver).then_some((Field::MacAddress, 66)),
            samples: vec!["00-00-5E-00-53-01".into()],
        }
    }

    #[test]
    fn every_column_says_what_it_is_and_how_sure_that_is() {
        let columns = vec![
            column("asset_no", How::Recognised, 100),
            column("hostname", How::Guessed, 90),
            column("disposed", How::Mapped, 100),
            column("", How::LeftOver, 0),
        ];
        let sheet = SheetLayout {
            sheet: "放射線科".into(),
            state: State::Recognised,
            register: Register::Medical,
            row: 3,
            columns,
        };
        let found = Layouts { file: "台帳.xlsx".into(), encoding: None, sheets: vec![sheet] };
        let mut bytes = vec![];
        text(&found, Lang::Ja, 120, &mut bytes).unwrap();
        let said = String::from_utf8(bytes).unwrap();
        for part in
            ["放射線科", "医療機器台帳", "管理番号（見出しから）", "90%", "廃棄日（対応表から）", "MACアドレス?（66%）"]
        {
            assert!(said.contains(part), "{part}: {said}");
        }
        assert!(!said.contains('\u{1b}'), "device text cannot steer the terminal");
        assert!(remark(&found.sheets[0].columns[3], Lang::Ja).contains("mac_address"));
    }
}
