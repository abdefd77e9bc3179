//! The ledgers: each imitates the layout of a list that hospitals keep. Names, addresses and numbers are invented;
//! addresses are private or for documentation.
//!
//! Long because each ledger stands here as a person would see it.
#![allow(clippy::too_many_lines, reason = "a ledger is as long as its rows")]

use std::io::{Cursor, Write};

use daicho_tests::OFFICIAL;
use rust_xlsxwriter::{Format, Workbook, Worksheet};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::biff::{self, Cell};

/// File name and contents.
pub(crate) type Book = (&'static str, fn() -> Vec<u8>);

/// Every ledger.
pub(crate) const BOOKS: [Book; 14] = [
    ("医事課_情報機器管理台帳.xlsx", medical_affairs),
    ("放射線科_ME機器台帳.xlsx", radiology),
    ("保守業者_構成表.csv", vendor_list),
    ("固定資産台帳.xlsx", fixed_assets),
    ("部門別機器一覧.xlsx", departments),
    ("検査部_機器一覧.csv", cp932),
    ("薬剤部_端末一覧.csv", euc_jp),
    ("院内端末_Unicodeテキスト.txt", utf16),
    ("旧_端末台帳.xls", old_excel),
    ("健診センター_機器一覧.ods", open_document),
    ("フロア別一覧.xlsx", groups),
    ("管理台帳一式.xlsx", registers),
    ("事業者台帳.tsv", vendors),
    ("病棟_端末.csv", ward),
];

fn sheet<'a>(book: &'a mut Workbook, name: &str, top: u32, rows: &[&[&str]]) -> &'a mut Worksheet {
    let sheet = book.add_worksheet().set_name(name).unwrap();
    for (row, cells) in (top..).zip(rows) {
        for (column, text) in (0_u16..).zip(*cells).filter(|(_, text)| !text.is_empty()) {
            sheet.write(row, column, *text).unwrap();
        }
    }
    sheet
}

/// The form of the checklist manual, with its example row left in, ditto marks, and dates of both calendars.
fn medical_affairs() -> Vec<u8> {
    let mut book = Workbook::new();
    let found = sheet(
        &mut book,
        "台帳",
        0,
        &[
            &["情報機器管理台帳"],
            &["最終更新日：2024年7月1日", "", "", "最終更新者：鈴木一郎"],
            &["部署：医事課"],
            &[],
            &OFFICIAL,
            &[
                "001",
                "A社",
                "Win11",
                "〇〇電子カルテ",
                "2.0",
                "192.168.〇.〇",
                "Room1のPC1",
                "Room1",
                "a医師（〇〇科）、b医師（〇〇科）",
                "2020/12/1",
                "稼働",
                "メンテナンス",
            ],
            &[
                "002",
                "富士通",
                "Windows 11 Pro",
                "医事会計\n電子カルテ",
                "1.10\n2.0",
                "１９２．１６８．１．１０",
                "IJI-PC02",
                "受付",
                "c職員",
                "令和6年4月1日",
                "稼働中",
                "",
            ],
            &[
                "003",
                "〃",
                "〃",
                "〃",
                "〃",
                "192.168.1.11",
                "IJI-PC03",
                "同上",
                "d職員・e職員",
                "R6.4.1",
                "〃",
                "2枚挿し",
            ],
            &[
                "004",
                "㈱富士通",
                "Win10",
                "",
                "",
                "192.168.1.300",
                "IJI-PC04",
                "会計",
                "",
                "S63.4.1",
                "廃棄（R6.3）",
                "",
            ],
            &["※ 006 以降は欠番"],
        ],
    );
    found.write_with_format(10, 0, 5, &Format::new()).unwrap();
    found.write(10, 6, "IJI-PC05").unwrap();
    found.write_with_format(10, 9, 45383, &Format::new().set_num_format("yyyy/m/d")).unwrap();
    found.write(11, 0, "合計 5台").unwrap();
    book.save_to_buffer().unwrap()
}

/// A heading of two rows with merged groups, a department merged over its devices, several numbers in one cell.
fn radiology() -> Vec<u8> {
    let mut book = Workbook::new();
    let plain = Format::new();
    let found = sheet(
        &mut book,
        "ME機器台帳",
        0,
        &[
            &["放射線科　ME機器台帳"],
            &["ME番号", "設置部署", "装置名", "メーカー", "型式", "製造番号", "ネットワーク情報", "", "", "保守", ""],
            &["", "", "", "", "", "", "IPアドレス", "MACアドレス", "AEタイトル", "保守業者", "保守契約"],
            &[
                "ME-0001",
                "",
                "CT装置 操作卓",
                "キヤノンメディカルシステムズ",
                "TSX-101A",
                "1CA1234",
                "192.168.20.10",
                "00-00-5E-00-53-01",
                "CT01_SCU",
                "B社",
                "有",
            ],
            &[
                "ME-0002",
                "",
                "MRI装置",
                "東芝メディカル",
                "MRT-200",
                "1CA5678",
                "192.168.20.11\n192.168.120.11",
                "有線：00:00:5E:00:53:02\n無線：0000.5e00.5303",
                "MR01",
                "B社",
                "スポット",
            ],
            &["ME-0003", "", "生体情報モニタ", "日本光電", "BSM-1700", "00123", "-", "1122334455", "", "C社", "無"],
            &[
                "ME-0004",
                "",
                "DRシステム",
                "富士フイルム",
                "FDR",
                "55-1",
                "192.168.20.30～32",
                "",
                "DR01、DR02",
                "D社",
                "有",
            ],
        ],
    );
    found.merge_range(1, 6, 1, 8, "ネットワーク情報", &plain).unwrap();
    found.merge_range(1, 9, 1, 10, "保守", &plain).unwrap();
    for column in 0..6 {
        let heading = ["ME番号", "設置部署", "装置名", "メーカー", "型式", "製造番号"][usize::from(column)];
        found.merge_range(1, column, 2, column, heading, &plain).unwrap();
    }
    found.merge_range(3, 1, 4, 1, "放射線科 CT・MRI室", &plain).unwrap();
    found.merge_range(5, 1, 6, 1, "救急外来", &plain).unwrap();
    book.save_to_buffer().unwrap()
}

/// What a system vendor hands over: English headings among Japanese ones, servers with several addresses.
fn vendor_list() -> Vec<u8> {
    let text = "システム構成表（電子カルテ）,,,,,,,\r\nNo,Hostname,役割,OS,IPv4アドレス,MAC address,設置場所,Remarks\r\n1,EMR-DB01,DBサーバ,Windows Server 2019 Standard,\"10.1.1.11,12\",00005E005311,サーバ室,VIP 10.1.1.10\r\n2,EMR-AP01.hosp.local,APサーバ,WS2019,10.1.1.21/24,0000.5E00.5321,サーバ室,\r\n3,EMR-BK01,バックアップ,RHEL 8.4,10.1.1.31（旧10.1.0.31）,00-00-5E-00-53-31-99,サーバ室,NIC交換済\r\n4,L3SW-1F,コアスイッチ,,10.1.1.1/10.1.2.1,00:00:5e:00:53:41,EPS,\r\n";
    [b"\xef\xbb\xbf", text.as_bytes()].concat()
}

/// An accounting export: lots of several devices, dates of acquisition, nothing to compare with the network.
fn fixed_assets() -> Vec<u8> {
    let mut book = Workbook::new();
    sheet(
        &mut book,
        "Sheet1",
        2,
        &[
            &["固定資産番号", "資産名称", "資産種別", "取得年月日", "取得価額", "数量", "配置", "耐用年数", "除却日"],
            &["F-00120", "生体情報モニタ一式", "医療機器", "平成26年10月1日", "4800000", "4台", "ICU", "2020年度", ""],
            &["F-00121", "ノートPC", "PC", "H31.4.30", "120000", "1", "医局", "2024/3", ""],
            &[
                "F-00122",
                "レーザープリンタ",
                "プリンタ",
                "令和元年5月1日",
                "80000",
                "1",
                "薬局",
                "不明",
                "令和5年3月31日",
            ],
            &["", "", "", "合計", "5000000", "6"],
        ],
    );
    book.save_to_buffer().unwrap()
}

/// A sheet for each department, one for what was thrown away, and some that are no ledgers.
fn departments() -> Vec<u8> {
    let mut book = Workbook::new();
    let heading: &[&str] = &["機器番号", "機器名", "IPアドレス", "MACアドレス", "状態"];
    sheet(&mut book, "記入例", 0, &[heading, &["X-1", "PC-EXAMPLE", "192.168.1.1", "", "稼働"]]);
    sheet(
        &mut book,
        "放射線科",
        0,
        &[
            heading,
            &["R-1", "RAD-PC1", "192.168.30.1", "00-00-5E-00-53-51", "稼働"],
            &["R-2", "RAD-PC2", "DHCP", "00-00-5E-00-53-52", "予備"],
        ],
    );
    sheet(
        &mut book,
        "3F東病棟",
        0,
        &[
            heading,
            &["W-1", "WARD-PC1", "192.168.31.1", "00-00-5E-00-53-61", "○"],
            &["W-2", "WARD-PC2", "自動取得", "00-00-5E-00-53-62", "たぶん"],
        ],
    );
    sheet(&mut book, "廃棄", 0, &[heading, &["D-1", "OLD-PC1", "192.168.30.9", "00-00-5E-00-53-71", ""]]);
    sheet(
        &mut book,
        "アカウント一覧",
        0,
        &[&["No.", "所属部署", "姓", "名", "ユーザID", "権限"], &["1", "A科", "山田", "花子", "yamada", "User"]],
    );
    book.save_to_buffer().unwrap()
}

/// What Excel in Japan saves as CSV: Windows-31J with its own characters, and half-width kana.
fn cp932() -> Vec<u8> {
    let text = "検査部 機器一覧,,,,,,\r\n管理№,ﾒｰｶｰ,ﾎｽﾄ名,ＩＰｱﾄﾞﾚｽ,設置場所,導入年度,備考\r\nK-①,㈱髙橋医科器械,LAB-01,192．168．40．1,検査室②,2014年度,～10時停止\r\nK-②,シスメックス,LAB-02,192.168.40.2,﨑山分院,H26.10,ソフト更新予定\r\n";
    encoding_rs::SHIFT_JIS.encode(text).0.into_owned()
}

/// An export of an old Unix system.
fn euc_jp() -> Vec<u8> {
    let text = "端末番号,端末名,所属部署,ＩＰアドレス,使用者,使用状況\nP001,YAKU-PC1,薬剤部,192.168.50.1,薬剤師Ａ,使用中\nP002,YAKU-PC2,薬剤部,192.168.50.2,薬剤師Ａ、薬剤師Ｂ,休止中\n";
    encoding_rs::EUC_JP.encode(text).0.into_owned()
}

/// What Excel calls "Unicode text": UTF-16 with tabs. One heading is nobody's word, but its values tell.
fn utf16() -> Vec<u8> {
    let text = "資産番号\tPC名\tカード番号（本体）\tOS\tIP割当\tIPアドレス\tリモート保守\r\nT-1\tTERM-1\t00-00-5E-00-53-81\tWin11\t固定\t192.168.60.1\t契約なし\r\nT-2\tTERM-2\t00-00-5E-00-53-82\tWin11\tDHCP\t\t有（様式5）\r\n";
    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

/// A list of the days of Windows XP.
fn old_excel() -> Vec<u8> {
    let text = |row, column, text| (row, column, Cell::Text(text));
    let mut cells = vec![text(0, 0, "端末台帳"), text(1, 0, "令和6年4月1日現在")];
    for (column, heading) in
        (0..).zip(["台帳番号", "端末名", "部署", "IPアドレス", "ＭＡＣアドレス", "購入日", "登録日"])
    {
        cells.push(text(3, column, heading));
    }
    cells.extend([
        (4, 0, Cell::Number(101.0)),
        text(4, 1, "OLD-XP1"),
        text(4, 2, "栄養課"),
        text(4, 3, "192.168.70.1"),
        text(4, 4, "00-00-5E-00-53-91"),
        (4, 5, Cell::Date(38808.0)),
        (4, 6, Cell::Date(45383.0)),
        (5, 0, Cell::Number(102.0)),
        text(5, 1, "OLD-XP2"),
        text(5, 3, "192.168.70.2"),
        (5, 4, Cell::Number(1_122_334_455.0)),
        text(5, 5, "平成18年4月"),
        text(5, 6, "'20/12/1"),
    ]);
    let ledger = biff::Sheet { name: "端末", cells, merged: vec![(4, 5, 2)] };
    let note = biff::Sheet { name: "凡例", cells: vec![text(0, 0, "色の説明")], merged: vec![] };
    biff::workbook(&[ledger, note])
}

/// LibreOffice: dates as ISO, repeated empty cells, a cell of two paragraphs with a comment, a merged department.
fn open_document() -> Vec<u8> {
    const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.3"><office:body><office:spreadsheet><table:table table:name="機器">"#;
    let text = |text: &str| {
        format!(r#"<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>"#)
    };
    let row = |cells: &[String]| format!("<table:table-row>{}</table:table-row>", cells.concat());
    let date = r#"<table:table-cell office:value-type="date" office:date-value="2024-04-01"><text:p>令和6年4月1日</text:p></table:table-cell>"#;
    let two = r#"<table:table-cell office:value-type="string"><text:p>192.168.80.1</text:p><text:p>192.168.180.1</text:p></table:table-cell>"#;
    let merged = r#"<table:table-cell office:value-type="string" table:number-rows-spanned="2" table:number-columns-spanned="1"><text:p>健診センター</text:p></table:table-cell>"#;
    let headings: Vec<String> = ["資産番号", "ホスト名", "部門", "IP", "登録日"].into_iter().map(text).collect();
    let rows = [
        r#"<table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="1024"/></table:table-row>"#.to_owned(),
        row(&headings),
        row(&[text("H-1"), text("KENSHIN-1"), merged.to_owned(), two.to_owned(), date.to_owned()]),
        row(&[text("H-2"), text("KENSHIN-2"), "<table:covered-table-cell/>".to_owned(), text("192.168.80.2"), text("R06.04.01")]),
        r#"<table:table-row table:number-rows-repeated="1048571"><table:table-cell table:number-columns-repeated="1024"/></table:table-row>"#.to_owned(),
    ];
    let content =
        format!("{HEAD}{}</table:table></office:spreadsheet></office:body></office:document-content>", rows.concat());
    archive(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        (
            "META-INF/manifest.xml",
            r#"<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>"#,
        ),
        ("content.xml", &content),
    ])
}

/// An archive of these parts.
pub(crate) fn archive(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        // The first part of an OpenDocument file says what it is, and is stored as it is (ODF 1.3 part 2, 3.3).
        let method = if *name == "mimetype" { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        archive.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// Rows that name a floor, a kind or a department; a repeated heading, blank rows, subtotals and notes.
fn groups() -> Vec<u8> {
    let mut book = Workbook::new();
    sheet(
        &mut book,
        "R6",
        0,
        &[
            &["機器一覧（令和6年度）"],
            &["No.", "管理番号", "コンピュータ名", "IPアドレス", "設置部署", "種別"],
            &["【1階】"],
            &["■サーバ"],
            &["1", "S-1", "SV-01", "192.168.90.1", "情報管理室", ""],
            &["", "", "小計", "1台"],
            &[],
            &["【2階】"],
            &["■端末"],
            &["● 小児科"],
            &["2", "C-1", "PED-PC1", "192.168.90.21", "", ""],
            &["3", "C-2", "PED-PC2", "192.168.90.22", "", ""],
            &["No.", "管理番号", "コンピュータ名", "IPアドレス", "設置部署", "種別"],
            &["● 内科"],
            &["4", "C-3", "NAI-PC1", "192.168.90.23", "", "プリンタ"],
            &["※ 3月に現物確認"],
            &["以上"],
        ],
    );
    book.save_to_buffer().unwrap()
}

/// Every register beside the equipment, as one workbook.
fn registers() -> Vec<u8> {
    let mut book = Workbook::new();
    sheet(
        &mut book,
        "クラウドサービス台帳",
        0,
        &[
            &[
                "サービス提供事業者",
                "サービス名称/用途",
                "ドメイン/アドレス",
                "利用場所/アクセス経路",
                "利用者/グループ",
                "利用者認証方法",
                "利用開始日",
                "利用状況",
                "SDS受領",
            ],
            &[
                "C社",
                "Web予約",
                "yoyaku.example.jp",
                "受付 / 光回線A",
                "医事課、看護部",
                "ID+PW+SMS",
                "2023/4/1",
                "利用中",
                "依頼中",
            ],
        ],
    );
    sheet(
        &mut book,
        "リモート保守台帳",
        0,
        &[
            &[
                "管理番号",
                "事業者",
                "対象システム",
                "有無",
                "誰が",
                "どこから",
                "どのように",
                "接続元IP制限",
                "実施タイミング",
                "連絡の有無",
                "確認日",
                "エビデンス",
            ],
            &[
                "RM-001",
                "B社",
                "PACS",
                "有",
                "B社サポートセンター",
                "東京センター",
                "IPsec-VPN",
                "有: 203.0.113.0/29",
                "都度",
                "事前電話",
                "2025/6/10",
                "patch_20250610.png",
            ],
            &["RM-002", "D社", "検査システム", "契約なし", "", "", "", "", "", "", "令和7年6月", ""],
        ],
    );
    sheet(
        &mut book,
        "外部接続点台帳",
        0,
        &[
            &[
                "接続点番号",
                "部門",
                "名称",
                "用途",
                "回線種別",
                "事業者",
                "接続機器",
                "機器IP",
                "機器MAC",
                "院内側セグメント",
                "責任分界点",
                "状態",
                "確認日",
            ],
            &[
                "EX-001",
                "放射線部門",
                "CT保守回線",
                "リモート保守",
                "LTE5G",
                "B社",
                "LTEルータ",
                "192.168.20.250",
                "00-00-5E-00-53-A1",
                "画像系 192.168.20.0/24",
                "ルータLAN側ポート",
                "使用中",
                "2025/6/10",
            ],
        ],
    );
    sheet(
        &mut book,
        "部門マスタ",
        0,
        &[
            &["部門コード", "部門名", "別名", "調達権限", "情報セキュリティ担当者", "外部接続点数(申告)", "申告日"],
            &["D03", "放射線部門", "放射線科、放射線部", "有", "技師長", "2", "2026/2/20"],
            &["D04", "薬剤部門", "", "無", "薬剤部長", "0", "R8.2.20"],
        ],
    );
    sheet(
        &mut book,
        "セグメント一覧",
        0,
        &[
            &["ネットワーク", "名称", "所管部門", "ゲートウェイ", "閉域", "DHCP範囲", "探索許可"],
            &["192.168.20.0/24", "画像系", "放射線部門", "192.168.20.1", "閉域と認識", ".100-.199", "許可"],
            &["192.168.10.0", "HIS系", "医療情報室", "192.168.10.254", "不明", "", "不可"],
        ],
    );
    sheet(
        &mut book,
        "確認・報告記録",
        0,
        &[
            &["日付", "会議名", "出席(経営層)", "報告内容", "決定事項", "議事録番号"],
            &["2026/3/25", "医療情報管理委員会", "院長、事務長", "台帳412/実測397/差分21", "次年度に更新", "R7-12"],
        ],
    );
    book.save_to_buffer().unwrap()
}

/// A vendor register whose dates are told apart by the group above them.
fn vendors() -> Vec<u8> {
    "事業者台帳\n\t\t\t\tチェックリスト\t\tMDS/SDS\t\t\n業者コード\t事業者名\t担当システム\t緊急連絡先\t依頼日\t回収日\t依頼日\t受領日\tリモート契約\nV-012\t株式会社B社\tPACS\t03-0000-0000\t2025/5/1\t2025/5/20\t2025/5/1\t2025/6/1\t有\nV-013\tC社\t電子カルテ、医事会計\t-\t2025/5/1\t\t2025年度\tなし\t無\n".as_bytes().to_vec()
}

/// A ward's own list: addresses in short with the network above, people by name, marks for yes and no.
fn ward() -> Vec<u8> {
    "部署,3階西病棟,,ネットワーク,192.168.33.0/24\n端末名,IPアドレス,主な利用者,スタンドアロン,2枚挿し,廃棄,備考\nW33-01,.10,看護師,,無,,\nW33-02,\".11、.12\",看護師・医師,,有,,LAN2はPACS\nW33-03,－,共用,○,無,,\nW33-04,192.168.33.x,,,不明,○,\n".as_bytes().to_vec()
}
