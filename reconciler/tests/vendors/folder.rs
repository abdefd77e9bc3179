//! A project with a ledger of three vendors and one judged night, and the workbooks that vendors send back.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use calamine::{Data, Reader, Xlsx, open_workbook};
use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};

pub(super) const LEDGER: &str =
    "管理番号,IPアドレス,MACアドレス,コンピュータ名,部門,機器区分,リモート保守,保守事業者,システム名,説明
ME-001,10.20.0.5,00:80:A3:00:00:05,CT-ROUTER,放射線科,ネットワーク機器,有,株式会社A医療,画像診断,B電子との共用ではない
ME-002,10.20.0.6,00:80:A3:00:00:06,CT-CONSOLE,放射線科,医療機器,,㈱Ａ医療,画像診断,
IT-003,10.20.0.7,00:80:A3:00:00:07,KARTE-SV,医療情報室,サーバ,,B電子,電子カルテ,
IT-004,10.20.0.8,00:80:A3:00:00:08,OLD-PC,医療情報室,端末PC,,A医療サービス,,
";

/// Code above the keys, and what the cover calls its second column.
pub(super) const KEY: &str = "daicho:key";

pub(super) struct Folder(tempfile::TempDir);

impl Folder {
    pub(super) fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.done(&["init", ".", "--scope", "10.20.0.0/24"]);
        fs::write(folder.path("台帳.csv"), LEDGER).unwrap();
        folder.done(&["ledger", "import", "台帳.csv"]);
        folder.night("0001", "2026-03-01", "10.20.0.0/24");
        folder.daicho(&["reconcile"]);
        folder
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(super) fn daicho(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_daicho"));
        command.current_dir(self.0.path()).args(arguments).env("LANG", "ja_JP.UTF-8").env_remove("LC_ALL");
        command.output().unwrap()
    }

    pub(super) fn done(&self, arguments: &[&str]) -> String {
        let output = self.daicho(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?} {output:?}");
        said(&output)
    }

    pub(super) fn refused(&self, arguments: &[&str]) -> String {
        let output = self.daicho(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?} {output:?}");
        said(&output)
    }

    pub(super) fn json(&self, arguments: &[&str]) -> Value {
        let output = self.daicho(&[arguments, &["--json"]].concat());
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
    }

    pub(super) fn findings(&self, code: &str) -> Vec<Value> {
        self.json(&["findings", "--where", &format!("code={code}")]).as_array().unwrap().clone()
    }

    /// A night on which an IKE endpoint answered at the first device, and VNC at the second.
    pub(super) fn night(&self, run: &str, day: &str, scope: &str) {
        let name = format!("{run}.jsonl");
        fs::write(self.path(&name), batch(run, day, scope)).unwrap();
        self.done(&["import-batch", &name]);
    }

    /// The workbook as somebody saves it who filled it in: only values, no formats. `fill` sees the cell's sheet, the
    /// key of its row, its code, and what stands there.
    pub(super) fn filled(&self, from: &str, fill: impl Fn(&str, &str, &str, &str) -> Option<String>) -> String {
        let mut book: Xlsx<_> = open_workbook(self.path(from)).unwrap();
        let mut saved = Workbook::new();
        for name in book.sheet_names() {
            let range = book.worksheet_range(&name).unwrap();
            let (top, left) = range.start().unwrap();
            let page = saved.add_worksheet().set_name(&name).unwrap();
            let rows: Vec<Vec<String>> = range.rows().map(|row| row.iter().map(text).collect()).collect();
            let codes = rows.iter().find(|row| row.iter().any(|cell| cell == KEY)).cloned().unwrap_or_default();
            let at = codes.iter().position(|cell| cell == KEY);
            for (number, row) in (top..).zip(&rows) {
                for (column, cell) in row.iter().enumerate() {
                    let key = at.map_or("", |at| row[at].as_str());
                    let code = codes.get(column).map_or("", String::as_str);
                    let now = fill(&name, key, code, cell).unwrap_or_else(|| cell.clone());
                    page.write(number, u16::try_from(column).unwrap() + u16::try_from(left).unwrap(), now).unwrap();
                }
            }
        }
        let path = self.path("返送.xlsx");
        saved.save(&path).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Every text of a workbook.
    pub(super) fn texts(&self, name: &str) -> String {
        let mut book: Xlsx<_> = open_workbook(self.path(name)).unwrap();
        let mut all = String::new();
        for sheet in book.sheet_names() {
            let range = book.worksheet_range(&sheet).unwrap();
            range.rows().flatten().for_each(|cell| all.push_str(&(text(cell) + "\n")));
        }
        all
    }
}

pub(super) fn text(cell: &Data) -> String {
    match cell {
        Data::DateTime(day) => {
            let (year, month, date, ..) = day.to_ymd_hms_milli();
            format!("{year}/{month}/{date}")
        }
        other => other.to_string(),
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

pub(super) fn batch(run: &str, day: &str, scope: &str) -> String {
    let at = format!("{day}T02:15:01Z");
    let mut lines = vec![json!({
        "record": "header", "format": "daicho-batch", "version": 1, "agent": "0.1.0", "host": "scanner",
        "run": format!("01900000-0000-7000-8000-00000000{run}"), "started": at, "scope": [scope], "exclude": [],
        "profile": "gentle", "interfaces": []
    })];
    let mut number = 0;
    let mut see = |last: u8, probe: &str, facts: Vec<Value>| {
        number += 1;
        let (address, mac) = (format!("10.20.0.{last}"), format!("00:80:A3:00:00:{last:02X}"));
        lines.push(json!({
            "record": "observation", "number": number, "at": at, "probe": probe, "outcome": "answered",
            "target": {"address": address, "mac": mac, "interface": "eth0"}, "facts": facts
        }));
    };
    let service = |transport: &str, port: u16, protocol: &str| {
        json!({"fact": "service", "transport": transport, "port": port, "protocol": protocol, "product": null,
            "version": null, "banner": null})
    };
    for last in 5..9 {
        let mac = format!("00:80:A3:00:00:{last:02X}");
        see(last, "arp", vec![json!({"fact": "link_address", "mac": mac})]);
    }
    see(5, "ike", vec![service("udp", 500, "ike")]);
    see(6, "vnc", vec![service("tcp", 5900, "vnc")]);
    lines.push(json!({
        "record": "coverage", "segment": scope, "on_link": true, "probe": "arp", "asked": 254, "answered": 4,
        "not_allowed": 0, "not_reached": 0
    }));
    lines.push(json!({"record": "end", "finished": format!("{day}T02:16:00Z"), "complete": true}));
    let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
    lines.join("\n") + "\n"
}

/// Somebody signs, says `remote` of every row about remote maintenance, and that MDS/SDS were handed in.
pub(super) fn answers(remote: &'static str) -> impl Fn(&str, &str, &str, &str) -> Option<String> {
    move |_, key, code, _| {
        let value = match (key, code) {
            ("cover:answered_by", "value") => "A医療 保守部 佐藤",
            ("cover:answered_on", "value") => return Some(today().to_string()),
            (key, "remote_maintenance") if is_row(key) => remote,
            (key, "disclosure") if is_row(key) => "有",
            (key, "disclosure_kind") if is_row(key) => "MDS",
            _ => return None,
        };
        Some(value.to_owned())
    }
}

/// The day of the enquiry, on which the vendor answers at once.
pub(super) fn today() -> jiff::civil::Date {
    jiff::Zoned::now().date()
}

pub(super) fn is_row(key: &str) -> bool {
    key.starts_with("000") && key.len() == 15
}

impl Folder {
    /// One vendor's line of the chase list.
    pub(super) fn chase(&self, vendor: &str) -> Value {
        let list = self.json(&["vendor", "status"]);
        list.as_array().unwrap().iter().find(|line| line["vendor"] == vendor).unwrap().clone()
    }

    pub(super) fn ledger(&self, text: &str) {
        fs::write(self.path("台帳.csv"), text).unwrap();
        self.done(&["ledger", "import", "台帳.csv"]);
    }
}
