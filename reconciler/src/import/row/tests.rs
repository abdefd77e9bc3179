//! Sheets that hold more than their ledger: legends, histories, signatures, merged rows.

use rust_xlsxwriter::{Format, Workbook, Worksheet};

use crate::import::Imported;
use crate::import::tests::{csv, kinds, read};
use crate::judge::entry::ProblemKind::{CellsWithoutHeading, ColumnUnread, RowSkipped, StatusConflict, ValueUnknown};
use crate::judge::entry::Status::{Active, Retired, Unknown};
use crate::judge::entry::{Entry, Field, ProblemKind, Status};

fn statuses(found: &Imported) -> Vec<Status> {
    found.entries.iter().map(|entry| entry.status).collect()
}

fn numbers(found: &Imported) -> Vec<Option<&str>> {
    found.entries.iter().map(|entry| entry.asset_no.as_deref()).collect()
}

/// A sheet of texts; `(row, column)` from 0.
fn fill(sheet: &mut Worksheet, cells: &[(u32, u16, &str)]) {
    for (row, column, text) in cells {
        sheet.write(*row, *column, *text).unwrap();
    }
}

fn merge(sheet: &mut Worksheet, rows: (u32, u32), columns: (u16, u16), text: &str) {
    sheet.merge_range(rows.0, columns.0, rows.1, columns.1, text, &Format::new()).unwrap();
}

fn book(mut workbook: Workbook) -> Imported {
    read("台帳.xlsx", &workbook.save_to_buffer().unwrap()).unwrap()
}

#[test]
fn a_line_or_device_that_is_gone_is_retired_in_whatever_words() {
    for status in [
        "廃止",
        "解約済",
        "回線解約",
        "契約終了",
        "撤去済",
        "返却済",
        "除却",
        "売却",
        "稼働(R6.4廃棄)",
        "廃棄（R6.3）",
        "R6.4廃棄",
    ] {
        let found = csv(&format!("管理番号,コンピュータ名,IPアドレス,状態\nA-1,PC1,10.0.0.1,{status}\n"));
        assert_eq!((statuses(&found), kinds(&found)), (vec![Retired], vec![]), "{status}");
    }
    for status in ["稼働(2030/3/31廃棄)", "廃棄（2030/3/31）", "廃棄予定", "稼働（R12.3撤去予定）"]
    {
        let found = csv(&format!("管理番号,コンピュータ名,IPアドレス,状態\nA-1,PC1,10.0.0.1,{status}\n"));
        assert_eq!(statuses(&found), [Active], "{status}");
    }
}

#[test]
fn a_planned_return_retires_no_device() {
    let found = csv("管理番号,コンピュータ名,IPアドレス,状態,返却日
A-1,PC1,10.0.0.1,稼働,2030/3/31
A-2,PC2,10.0.0.2,稼働,再リース
A-3,PC3,10.0.0.3,稼働,未返却
A-4,PC4,10.0.0.4,稼働,令和10年度予定
A-5,PC5,10.0.0.5,稼働,稼働中
A-6,PC6,10.0.0.6,,R6.3.31
A-7,PC7,10.0.0.7,稼働,R6.3.31
A-8,PC8,10.0.0.8,稼働,山田
");
    assert_eq!(statuses(&found), [Active, Active, Active, Active, Active, Retired, Retired, Active]);
    assert_eq!(kinds(&found), [(8, Some("D"), StatusConflict), (9, Some("E"), ValueUnknown)]);
    let flagged = csv("管理番号,コンピュータ名,IPアドレス,廃棄\nA-1,PC1,10.0.0.1,2030/3/31\nA-2,PC2,10.0.0.2,R6.4.1\n");
    assert_eq!(statuses(&flagged), [Active, Retired]);
}

#[test]
fn a_legend_beside_the_table_is_none_of_its_columns() {
    let found = csv("管理番号,コンピュータ名,IPアドレス,状態,備考,,状態,意味
A-1,PC1,10.0.0.1,稼働,,,稼働,使っている
A-2,PC2,10.0.0.2,稼働,,,廃棄,捨てた
,,,,,,予備,倉庫
");
    assert_eq!(statuses(&found), [Status::Active, Status::Active]);
    assert_eq!(kinds(&found), [(1, Some("G"), ColumnUnread), (1, Some("H"), ColumnUnread), (4, None, RowSkipped)]);
    let coded = csv(
        "管理番号,コンピュータ名,IPアドレス,,区分コード,意味,状態\nA-1,PC1,10.0.0.1,,1,端末,稼働\nA-2,PC2,10.0.0.2,,2,古い端末,廃棄\n",
    );
    assert_eq!(statuses(&coded), [Unknown, Unknown]);
    let second = csv("管理番号,コンピュータ名,備考,,IPアドレス,備考\nA-1,PC1,甲,,10.0.0.1,乙\nA-2,PC2,,,10.0.0.2,丙\n");
    assert_eq!(second.entries[0].addresses.len(), 1, "a column that only this half has is one of the table's");
}

#[test]
fn of_two_columns_of_the_same_heading_the_left_comes_first() {
    let found = csv("管理番号,コンピュータ名,IPアドレス,設置場所,設置場所\nA-1,PC1,10.0.0.1,本館,2階\n");
    assert_eq!(found.entries[0].location.as_deref(), Some("本館 2階"));
}

#[test]
fn totals_and_groups_do_not_make_a_row_number_an_asset_number() {
    for text in [
        "No,コンピュータ名,IPアドレス\n1,PC1,10.0.0.1\n2,PC2,10.0.0.2\n合計,2台\n",
        "No,コンピュータ名,IPアドレス\n【2階】\n1,PC1,10.0.0.1\n2,PC2,10.0.0.2\n【3階】\n1,PC3,10.0.0.3\n※ 3月に確認\n",
        "No,コンピュータ名,IPアドレス\n1,PC1,10.0.0.1\n2,PC2,10.0.0.2\n作成者,山田\n更新履歴\n2024/4/1,山田,初版\n",
    ] {
        let found = csv(text);
        assert!(
            found.entries.len() >= 2 && numbers(&found).iter().all(Option::is_none),
            "{text}: {:?}",
            numbers(&found)
        );
    }
    assert_eq!(numbers(&csv("No,コンピュータ名,IPアドレス\n7,PC1,10.0.0.1\n9,PC2,10.0.0.2\n")), [Some("7"), Some("9")]);
}

#[test]
fn rows_below_merged_cells_go_on_with_the_device() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("検査科").unwrap();
    for (column, text) in
        (0_u16..).zip(["管理番号", "コンピュータ名", "IPアドレス", "ソフトウェア", "バージョン", "部署"])
    {
        fill(sheet, &[(0, column, text)]);
    }
    for (column, text) in [(0, "K-1"), (1, "LIS1"), (2, "10.0.0.1")] {
        merge(sheet, (1, 3), (column, column), text);
    }
    fill(sheet, &[(1, 3, "Office"), (2, 3, "検査センター"), (3, 3, "電子カルテ"), (3, 4, "5")]);
    fill(
        sheet,
        &[(4, 0, "K-2"), (4, 1, "LIS2"), (4, 2, "10.0.0.2"), (5, 0, "K-3"), (5, 1, "LIS3"), (5, 2, "10.0.0.3")],
    );
    let found = book(workbook);
    assert_eq!(numbers(&found), [Some("K-1"), Some("K-2"), Some("K-3")]);
    let software =
        |entry: &Entry| entry.software.iter().map(|one| (one.name.clone(), one.version.clone())).collect::<Vec<_>>();
    let expected = [("Office", None), ("検査センター", None), ("電子カルテ", Some("5"))];
    let expected = expected.map(|(name, version)| (name.to_owned(), version.map(String::from)));
    assert_eq!(software(&found.entries[0]), expected);
    assert!(found.entries.iter().all(|entry| entry.department.as_deref() == Some("検査科")), "{:?}", found.entries);
}

#[test]
fn signatures_and_the_history_of_changes_are_no_devices() {
    let found = csv("管理番号,コンピュータ名,IPアドレス,設置場所,状態,備考
A-1,PC1,10.0.0.1,1F,稼働,
A-2,PC2,10.0.0.2,1F,稼働,
2025/4/1,鈴木,PC2を追加,,,
作成者,山田,,承認者,佐藤,
担当,山田,内線1234,2F,,
総台数,2,,,うち稼働,2
■改訂履歴
日付,担当,内容,設置場所
2024/4/1,山田,初版,1F
2025/4/1,鈴木,A-2を追加,1F
管理番号,コンピュータ名,IPアドレス,設置場所,状態,備考
A-3,PC3,10.0.0.3,2F,稼働,
");
    assert_eq!(numbers(&found), [Some("A-1"), Some("A-2"), Some("A-3")]);
    assert_eq!(kinds(&found), (4..=12).map(|row| (row, None, RowSkipped)).collect::<Vec<_>>());
}

/// Two lines of heading, whose lower one holds these words in columns C to G.
fn two_lines(lower: [&str; 5]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("検査科").unwrap();
    merge(sheet, (0, 0), (0, 8), "検査部門システム 機器一覧");
    for (column, text) in [(0, "管理番号"), (1, "装置名"), (7, "状態"), (8, "承認")] {
        merge(sheet, (1, 2), (column, column), text);
    }
    merge(sheet, (1, 1), (2, 4), "ネットワーク");
    merge(sheet, (1, 1), (5, 6), "設置");
    for (column, text) in (2_u16..).zip(lower) {
        fill(sheet, &[(2, column, text)]);
    }
    for row in 0..3_u32 {
        let (number, ip) = (format!("L-{row}"), format!("192.168.30.{}", row + 9));
        let mac = format!("00:80:A3:00:00:0{row}");
        let cells = [&number, "AU-1", &ip, &mac, "SW1", "検査室", "2020/4/1", "稼働", "済"];
        sheet.write_row(row + 3, 0, cells).unwrap();
    }
    workbook.save_to_buffer().unwrap()
}

#[test]
fn one_unknown_word_does_not_break_a_heading_of_two_lines() {
    for lower in [
        ["IP", "MAC", "接続口", "場所", "年月日"],
        ["IPアドレス", "MACアドレス", "接続ポート番号", "場所", "日"],
        ["IPアドレス", "MACアドレス", "コンピュータ名", "場所", "設置日"],
    ] {
        let found = read("台帳.xlsx", &two_lines(lower)).unwrap();
        assert_eq!(numbers(&found), [Some("L-0"), Some("L-1"), Some("L-2")], "{lower:?}");
        for entry in &found.entries {
            let (ip, mac) = (entry.addresses.len(), entry.macs.len());
            assert_eq!((ip, mac, entry.status, entry.location.is_some()), (1, 1, Status::Active, true), "{lower:?}");
        }
        let strays = found.problems.iter().filter(|problem| problem.kind == CellsWithoutHeading).count();
        assert_eq!(strays, 0, "{lower:?}: every upper heading is kept");
    }
    let programs = csv(
        "管理番号,コンピュータ名,IPアドレス,ソフトウェア,,状態\n,,,名称,バージョン,\nL-1,AU1,10.0.0.1,LIS,1.0,稼働\nL-2,AU2,10.0.0.2,XN,2.0,稼働\n",
    );
    let software: Vec<_> =
        programs.entries.iter().flat_map(|entry| &entry.software).map(|one| one.name.as_str()).collect();
    assert_eq!(software, ["LIS", "XN"]);
    // Without merged cells, as in separated values.
    let plain =
        csv("管理番号,装置名,ネットワーク,,,状態\n,,IP,MAC,接続口,\nL-1,AU-1,10.0.0.1,00:80:A3:00:00:01,SW1,稼働\n");
    assert_eq!((plain.entries.len(), plain.entries[0].macs.len()), (1, 1), "{plain:?}");
}

#[test]
fn numbers_are_read_as_they_are_shown_or_it_is_said_that_they_are_not() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("資産").unwrap();
    sheet.write_row(0, 0, ["管理番号", "シリアル番号", "コンピュータ名", "IPアドレス"]).unwrap();
    let cells = [
        ("\"ME-\"000", 59.0, "000000", 1234.0),
        ("0", 60.0, "0", 12_345_678_901_234_567_890.0),
        ("0", 61.0, "000-0000", 12345.0),
    ];
    for (row, (number_form, number, serial_form, serial)) in (1..).zip(cells) {
        sheet.write_with_format(row, 0, number, &Format::new().set_num_format(number_form)).unwrap();
        sheet.write_with_format(row, 1, serial, &Format::new().set_num_format(serial_form)).unwrap();
        fill(sheet, &[(row, 2, "PC"), (row, 3, "10.0.0.1")]);
    }
    let found = book(workbook);
    assert_eq!(numbers(&found), [Some("ME-059"), Some("60"), Some("61")]);
    assert_eq!(found.entries[0].serial_no.as_deref(), Some("001234"));
    let told = ProblemKind::NumberNotAsShown;
    assert_eq!(kinds(&found), [(3, Some("B"), told), (4, Some("B"), told)]);
}

#[test]
fn sheets_of_what_is_gone_say_so_and_hidden_ones_are_named() {
    let mut workbook = Workbook::new();
    for (name, hidden) in [("外来", false), ("廃棄済み一覧", false), ("R5年度廃棄", false), ("旧端末", true)]
    {
        let sheet = workbook.add_worksheet().set_name(name).unwrap().set_hidden(hidden);
        sheet.write_row(0, 0, ["管理番号", "コンピュータ名", "IPアドレス"]).unwrap();
        sheet.write_row(1, 0, [name, "PC", "10.0.0.1"]).unwrap();
    }
    let found = book(workbook);
    assert_eq!(statuses(&found), [Unknown, Retired, Retired, Unknown]);
    assert_eq!(kinds(&found), [(0, None, ProblemKind::SheetHidden)]);
    assert_eq!(found.problems[0].found, "旧端末");
}

#[test]
fn what_is_struck_through_is_told_and_a_struck_row_is_in_doubt() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.write_row(0, 0, ["管理番号", "コンピュータ名", "IPアドレス", "状態"]).unwrap();
    let struck = Format::new().set_font_strikethrough();
    for (row, line) in [(1, ["A-1", "PC1", "10.0.0.1", "稼働"]), (2, ["A-2", "PC2", "10.0.0.2", "廃棄"])] {
        for (column, text) in (0..).zip(line) {
            sheet.write_with_format(row, column, text, &struck).unwrap();
        }
    }
    sheet.write_row(3, 0, ["A-3", "PC3", "10.0.0.3", "稼働"]).unwrap();
    sheet.write_with_format(3, 2, "10.0.0.3", &struck).unwrap();
    sheet.write_row(4, 0, ["A-4", "PC4", "10.0.0.4", "稼働"]).unwrap();
    let found = book(workbook);
    assert_eq!(statuses(&found), [Unknown, Retired, Active, Active]);
    let told = kinds(&found);
    assert_eq!(
        told,
        [(2, None, ProblemKind::RowStruck), (3, None, ProblemKind::RowStruck), (4, Some("C"), ProblemKind::CellStruck)]
    );
}

#[test]
fn rows_and_columns_that_nobody_sees_are_told() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.write_row(0, 0, ["管理番号", "コンピュータ名", "IPアドレス", "備考"]).unwrap();
    for row in 1..=5 {
        sheet.write_row(row, 0, [format!("A-{row}"), format!("PC{row}"), format!("10.0.0.{row}"), "x".into()]).unwrap();
    }
    for row in [2, 3, 5] {
        sheet.set_row_hidden(row).unwrap();
    }
    sheet.set_column_hidden(3).unwrap();
    let found = book(workbook);
    assert_eq!(found.entries.len(), 5);
    assert_eq!(kinds(&found), [(3, None, ProblemKind::RowsHidden), (1, Some("D"), ProblemKind::ColumnHidden)]);
    assert_eq!((found.problems[0].found.as_str(), found.problems[1].found.as_str()), ("3–4, 6", "備考"));
}

#[test]
fn a_table_that_is_merged_into_nothing_says_so() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.write_row(0, 0, ["管理番号", "コンピュータ名", "IPアドレス"]).unwrap();
    merge(sheet, (1, 20), (0, 2), "");
    let found = book(workbook);
    assert_eq!((found.entries.len(), kinds(&found)), (0, vec![(1, None, ProblemKind::TableEmpty)]));
    let mut whole = Workbook::new();
    let sheet = whole.add_worksheet();
    for (column, heading) in (0..).zip(["管理番号", "コンピュータ名", "IPアドレス"]) {
        merge(sheet, (0, 20), (column, column), heading);
    }
    let found = book(whole);
    assert_eq!((found.entries.len(), kinds(&found)), (0, vec![(1, None, ProblemKind::TableEmpty)]));
}

#[test]
fn a_ditto_mark_below_a_group_row_means_the_group() {
    let found = csv("管理番号,コンピュータ名,IPアドレス,設置場所,部門
A-1,PC1,10.0.0.1,1階,放射線科
【検査科】,,,,
A-2,PC2,10.0.0.2,〃,〃
A-3,PC3,10.0.0.3,〃,〃
");
    let said: Vec<_> = found.entries.iter().map(|row| (row.location.as_deref(), row.department.as_deref())).collect();
    let wanted = [("1階", "放射線科"), ("1階", "検査科"), ("1階", "検査科")];
    assert_eq!(said, wanted.map(|(place, department)| (Some(place), Some(department))));
}

#[test]
fn the_names_of_errors_and_numbers_without_their_digits_identify_nothing() {
    let text = "管理番号,コンピュータ名,シリアル番号,IPアドレス\n\
                A-1,#N/A,#REF!,10.0.0.1\nA-2,#N/A,#REF!,10.0.0.2\n\
                A-3,PC3,1.23E+11,10.0.0.3\nA-4,PC4,1.23E+11,########\nA-5,Err:502,SN#5,10.0.0.5\n";
    let found = csv(text);
    let names: Vec<_> = found.entries.iter().map(|row| (row.hostname.as_deref(), row.serial_no.as_deref())).collect();
    let expected = [(None, None), (None, None), (Some("PC3"), None), (Some("PC4"), None), (None, Some("SN#5"))];
    assert_eq!(names, expected);
    assert_eq!(found.entries[2].cells[&Field::SerialNo].raw, "1.23E+11");
    let count = |kind| found.problems.iter().filter(|problem| problem.kind == kind).count();
    assert_eq!([ProblemKind::FormulaError, ProblemKind::NumberNotAsShown].map(count), [6, 2]);
}
