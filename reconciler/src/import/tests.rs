//! Whole files, from octets to entries.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::judge::entry::ProblemKind::{
    AddressPlaceholder, AssetNoMissing, CellsWithoutHeading, ColumnUnread, GroupRow, MacDamaged, NoKey, RowSkipped,
    ValueUnknown,
};
use crate::judge::entry::{Field, FourValued, ProblemKind, Register, Status};

static COLUMNS: LazyLock<Columns> = LazyLock::new(Columns::builtin);

pub(super) fn read(name: &str, bytes: &[u8]) -> Result<Imported, ImportError> {
    let day: jiff::Timestamp = "2026-11-21T03:00:00Z".parse().unwrap();
    read_in_process(name, bytes, day, &COLUMNS)
}

pub(super) fn csv(text: &str) -> Imported {
    read("台帳.csv", text.as_bytes()).unwrap()
}

pub(super) fn kinds(found: &Imported) -> Vec<(u32, Option<&str>, ProblemKind)> {
    found.problems.iter().map(|problem| (problem.origin.row, problem.column.as_deref(), problem.kind)).collect()
}

const OFFICIAL: &str = "情報機器管理台帳
最終更新日：2024年7月1日,,最終更新者：,鈴木一郎

管理番号,メーカー,OS,ソフトウェア,ソフトウェアバージョン,IPアドレス,コンピュータ名,設置場所,利用者,登録日,状態,説明,MACアドレス
001,A社,Win11,〇〇電子カルテ,2.0,192.168.〇.〇,Room1のPC1,Room1,\"a医師（〇〇科）、b医師（〇〇科）\",2020/12/1,稼働,メンテナンス,
002,〃,〃,\"A
B\",\"1.10
2.0\",192.168.001.010,PC-002,Room2,,R2.12.1,たぶん,=cmd(),1122334455
合計,2台
";

#[test]
fn the_official_form_is_read_with_its_title_rows() {
    let found = csv(OFFICIAL);
    assert_eq!(found.file.updated, Some(jiff::civil::date(2024, 7, 1)));
    assert_eq!(found.file.updated_by.as_deref(), Some("鈴木一郎"));
    assert_eq!((found.file.rows, found.file.encoding.as_deref()), (2, Some("UTF-8")));
    let expected = [
        (5, Some("F"), AddressPlaceholder),
        (6, Some("M"), MacDamaged),
        (6, Some("K"), ValueUnknown),
        (7, None, RowSkipped),
    ];
    assert_eq!(kinds(&found), expected);
    let second = &found.entries[1];
    assert_eq!((second.manufacturer.as_deref(), second.os.as_deref()), (Some("A社"), Some("Win11")));
    assert_eq!(second.cells[&Field::Manufacturer].raw, "〃");
    assert_eq!(second.addresses[0].to_string(), "192.168.1.10");
    assert_eq!(second.software[1].version.as_deref(), Some("2.0"));
    assert_eq!(second.registered, Some(jiff::civil::date(2020, 12, 1)));
    assert_eq!((second.status, second.description.as_deref()), (Status::Unknown, Some("=cmd()")));
    assert_eq!((second.id.0.as_str(), second.origin.row), ("equipment:002", 6));
    assert_eq!(second.cells[&Field::IpAddress].column, "F");
}

#[test]
fn purpose_vendor_and_segment_are_read_of_every_register() {
    let external = csv("外部接続点台帳
接続点番号,部門,名称,目的,回線種別,回線事業者,保守業者,機器IP,院内側セグメント
EX-1,放射線科,CT保守回線,リモート保守,LTE,D社,B社,192.168.20.250,\"画像系 192.168.20.0/24\"
");
    let row = &external.entries[0];
    assert_eq!(row.register, Register::ExternalConnection);
    assert_eq!((row.purpose.as_deref(), row.vendor.as_deref()), (Some("リモート保守"), Some("B社")));
    assert_eq!(row.description.as_deref(), Some("CT保守回線 / D社"), "whoever runs the line is not who is asked");
    assert_eq!(row.segments, ["192.168.20.0/24".parse().unwrap()]);
    let equipment = csv("機器台帳
管理番号,コンピュータ名,用途,保守会社,セグメント,説明
SV-1,REPORT1,検査結果の配信,C社,\"10.1.0.0/16
172.16.5.0/24\",2枚挿し
");
    let row = &equipment.entries[0];
    assert_eq!((row.purpose.as_deref(), row.vendor.as_deref()), (Some("検査結果の配信"), Some("C社")));
    assert_eq!((row.segments.len(), row.description.as_deref()), (2, Some("2枚挿し")));
}

#[test]
fn importing_the_same_file_twice_says_the_same() {
    assert_eq!(csv(OFFICIAL), csv(OFFICIAL));
}

/// The ids of the rows, in their order.
fn ids(entries: &[Entry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.id.0.as_str()).collect()
}

#[test]
fn a_number_that_stands_twice_is_neither_rows_own() {
    let found = csv("管理番号,コンピュータ名,IPアドレス
001,PC1,10.0.0.1
001,PC2,10.0.0.1
,PC3,10.0.0.3
002,PC4,
");
    let expected = ["equipment:001!name=pc1", "equipment:001!name=pc2", "equipment:!name=pc3", "equipment:002"];
    assert_eq!(ids(&found.entries), expected);
    assert_eq!(kinds(&found), [(4, None, ProblemKind::AssetNoMissing)]);
}

#[test]
fn a_row_is_called_by_its_device_and_not_by_its_line() {
    let rows = [
        ",SN-1,00:80:A3:00:00:01,PC1,10.0.0.1,,",
        ",,00:80:a3:00:00:02,PC2,10.0.0.2,,",
        ",,,PC3,10.0.0.3,,",
        ",,,PC3,10.0.0.4,,",
        ",,,,10.0.0.5,,",
        ",,,,,キヤノン,1F",
        ",,,,,キヤノン,2F",
        "7,,,PC7,10.0.0.7,甲社,",
        "7,,,PC7,10.0.0.7,乙社,",
    ];
    let read = |rows: &[&str]| {
        let heading = "管理番号,シリアル番号,MACアドレス,コンピュータ名,IPアドレス,メーカー,設置場所";
        let found = csv(&format!("{heading}\n{}\n", rows.join("\n"))).entries;
        let named =
            |entry: &Entry| (entry.cells.values().map(|cell| cell.raw.clone()).collect::<Vec<_>>(), entry.id.clone());
        found.iter().map(named).collect::<std::collections::BTreeMap<_, _>>()
    };
    let all = read(&rows);
    let apart: std::collections::BTreeSet<_> = all.values().collect();
    assert_eq!(apart.len(), rows.len(), "{all:?}");
    assert!(all.values().any(|id| id.0 == "equipment:!serial=sn-1"), "{all:?}");
    let turned: Vec<&str> = rows.iter().rev().copied().collect();
    assert_eq!(read(&turned), all, "wherever a row stands, it is called the same");
    let first = read(&rows[1..]);
    assert!(first.iter().all(|(row, id)| all[row] == *id), "{first:?}");
}

#[test]
fn rows_that_say_the_same_are_counted() {
    let found = csv("管理番号,コンピュータ名,設置場所\n,PC1,1F\n,PC1,1F\n,PC1,1F\n");
    let ids = ids(&found.entries);
    assert_eq!((ids[1], ids[2]), (format!("{}!2", ids[0]).as_str(), format!("{}!3", ids[0]).as_str()));
}

#[test]
fn the_same_number_in_two_files_is_neither_rows_own() {
    let one = csv("管理番号,コンピュータ名,IPアドレス\n001,PC1,10.0.0.1\n002,PC2,\n");
    let mut two = csv("管理番号,コンピュータ名,IPアドレス\n001,PC8,10.0.0.8\n001,PC9,10.0.0.9\n");
    two.file.name = "別.csv".into();
    for (files, expected) in [
        (vec![one.clone()], &["equipment:001", "equipment:002"][..]),
        (
            vec![one, two],
            &["equipment:001!name=pc1", "equipment:002", "equipment:001!name=pc8", "equipment:001!name=pc9"],
        ),
    ] {
        let mut ledger = join(files);
        assert_eq!(ids(&ledger.entries), expected);
        super::ids::settle(&mut ledger.entries, &mut ledger.records);
        assert_eq!(ids(&ledger.entries), expected, "said again");
    }
}

#[test]
fn an_external_connection_point_keeps_its_line_and_device() {
    let found = csv(
        "外部接続点台帳\n接続点番号,部門,名称,回線種別,接続機器,機器IP,機器MAC,状態\nEX-001,放射線部門,CT保守回線,LTE,LTEルータ,192.168.1.250,00-00-5E-00-53-01,使用中\n",
    );
    let entry = &found.entries[0];
    assert_eq!((entry.register, entry.id.0.as_str()), (Register::ExternalConnection, "external_connection:EX-001"));
    assert_eq!((entry.line_kind.as_deref(), entry.department.as_deref()), (Some("LTE"), Some("放射線部門")));
    assert_eq!((entry.addresses.len(), entry.macs.len()), (1, 1));
    assert_eq!((entry.model.as_deref(), entry.external_connection), (Some("LTEルータ"), FourValued::Yes));
    assert_eq!(kinds(&found), []);
}

#[test]
fn columns_that_hint_are_understood() {
    let found = csv(
        "No,機器名,IP割当,IPアドレス,スタンドアロン,NIC数,廃棄日,好きな色\n1,CT-PC1,DHCP,10.0.0.1,,2,,青\n2,CT-PC2,固定,,○,1,R6.4.1,\n",
    );
    let [one, two] = found.entries.as_slice() else { panic!("{found:?}") };
    assert_eq!((one.hostname.as_deref(), one.dynamic_address, one.dual_homed), (Some("CT-PC1"), true, FourValued::Yes));
    assert_eq!((two.network, two.dual_homed, two.status), (FourValued::No, FourValued::No, Status::Retired));
    assert_eq!(kinds(&found), [(1, Some("H"), ColumnUnread), (1, None, AssetNoMissing)]);
}

#[test]
fn rows_that_are_no_devices_are_said_to_be_skipped() {
    let found = csv(
        "管理番号,コンピュータ名,IPアドレス,メーカー\n【2階】\n001,PC1,10.0.0.1,A社\n管理番号,コンピュータ名,IPアドレス,メーカー\n002,PC2,10.0.0.2,B社,余り\n※ 3月に確認\n003,,,C社\n",
    );
    assert_eq!(found.entries.len(), 3);
    assert!(found.entries.iter().all(|entry| entry.location.as_deref() == Some("2階")), "{:?}", found.entries);
    let expected = [
        (2, None, GroupRow),
        (4, None, RowSkipped),
        (5, Some("E"), CellsWithoutHeading),
        (6, None, RowSkipped),
        (7, None, NoKey),
    ];
    assert_eq!(kinds(&found), expected);
}

#[test]
fn a_second_table_below_has_its_own_columns() {
    let found = csv(
        "管理番号,コンピュータ名,IPアドレス\n001,PC1,10.0.0.1\n\nサーバ名,管理番号,MACアドレス,型番\nSV1,S01,00-00-5E-00-53-01,R740\n",
    );
    assert_eq!(found.entries.len(), 2, "{:?}", found.problems);
    let server = &found.entries[1];
    assert_eq!(
        (server.hostname.as_deref(), server.asset_no.as_deref(), server.macs.len()),
        (Some("SV1"), Some("S01"), 1)
    );
}

#[test]
fn tables_about_persons_are_not_taken() {
    let error = read(
        "a.csv",
        "No.,所属部署,姓,名,電話番号,ユーザID,説明,権限,状態\n1,A科,efg,hij,****,efg,使用者,User,使用可\n".as_bytes(),
    );
    assert!(matches!(error.unwrap_err().reason, Reason::Personal { .. }));
}

#[test]
fn cp932_and_tabs_are_read() {
    let text = OFFICIAL.replace('〃', "同上");
    let (bytes, _, _) = encoding_rs::SHIFT_JIS.encode(&text);
    let found = read("台帳.csv", &bytes).unwrap();
    assert_eq!(found.file.encoding.as_deref(), Some("Shift_JIS"));
    assert_eq!(found.entries[1].manufacturer.as_deref(), Some("A社"));
    let tabs =
        read("台帳.tsv", "管理番号\tコンピュータ名\tIPアドレス\n001\tPC1\t10.0.0.1, 10.1.0.1\n".as_bytes()).unwrap();
    assert_eq!(tabs.entries[0].addresses.len(), 2);
}

#[test]
fn a_workbook_is_read_sheet_by_sheet() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let bold = rust_xlsxwriter::Format::new().set_num_format("yyyy/m/d");
    let sheet = book.add_worksheet().set_name("放射線科").unwrap();
    sheet.write(0, 1, "ネットワーク情報").unwrap();
    sheet.write_row(1, 0, ["管理番号", "IPアドレス", "MACアドレス", "部門", "登録日"]).unwrap();
    sheet.merge_range(2, 3, 3, 3, "放射線科", &rust_xlsxwriter::Format::new()).unwrap();
    for row in 2..4 {
        sheet.write(row, 0, f64::from(row)).unwrap();
        sheet.write(row, 1, format!("10.0.0.{row}")).unwrap();
        sheet.write_with_format(row, 4, 45383, &bold).unwrap();
    }
    sheet.write_formula(3, 2, rust_xlsxwriter::Formula::new("=VLOOKUP(1,A:B,2)").set_result("#N/A")).unwrap();
    book.add_worksheet().set_name("凡例").unwrap().write(0, 0, "色の説明").unwrap();
    let found = read("台帳.xlsx", &book.save_to_buffer().unwrap()).unwrap();
    assert_eq!(found.entries.len(), 2, "{:?}", found.problems);
    assert!(found.entries.iter().all(|entry| entry.department.as_deref() == Some("放射線科")));
    assert!(found.entries.iter().all(|entry| entry.registered == Some(jiff::civil::date(2024, 4, 1))));
    assert_eq!(found.entries[0].id.0, "equipment:2");
    assert_eq!(found.entries[0].origin.sheet, "放射線科");
    assert!(found.problems.iter().any(|problem| problem.kind == ProblemKind::SheetSkipped && problem.found == "凡例"));
    assert!(
        found.problems.iter().any(|problem| (problem.origin.row, problem.column.as_deref()) == (4, Some("C"))),
        "{:?}",
        found.problems
    );
}

proptest! {
    #[test]
    fn no_octets_panic(bytes: Vec<u8>) {
        let _ = read("台帳.csv", &bytes);
        let _ = read("台帳.xlsx", &bytes);
    }

    #[test]
    fn no_cells_panic_and_every_row_is_an_entry_or_a_problem(rows in proptest::collection::vec(proptest::collection::vec("[^\",\r\n]{0,12}", 5), 1..20)) {
        let mut text = String::from("管理番号,コンピュータ名,IPアドレス,MACアドレス,状態\n");
        for row in &rows {
            text.push_str(&row.join(","));
            text.push('\n');
        }
        if let Ok(found) = read("台帳.csv", text.as_bytes()) {
            for (index, row) in rows.iter().enumerate().filter(|(_, row)| row.iter().any(|cell| !cell.trim().is_empty())) {
                let number = u32::try_from(index).unwrap() + 2;
                let told = found.entries.iter().any(|entry| entry.origin.row == number)
                    || found.problems.iter().any(|problem| problem.origin.row == number);
                prop_assert!(told, "{row:?}");
            }
        }
    }
}
