//! Answering a form as people do it, and that a frozen answer stays as it is whatever comes later. No packet leaves.
#![cfg(unix)]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const LEDGER: &str = "管理番号,IPアドレス,MACアドレス,コンピュータ名,部門,設置場所,利用者,OS,状態
A-001,10.20.0.5,00:80:A3:00:00:05,LAB-PC01,検査科,2階 検査室,検査科,Windows 11 23H2,稼働
A-002,10.20.0.6,00:80:A3:00:00:06,LAB-PC02,検査科,2階 検査室,検査科,不明,稼働
";
const DEPARTMENTS: &str = "部門コード,部門名,調達権限,情報セキュリティ担当者,外部接続点数(申告),申告日,申告者
D1,検査科,有,山田,0,2026/2/20,山田
D2,透析センター,無,,,,
";

struct Folder(tempfile::TempDir);

impl Folder {
    /// One judged run of 30 March 2026, a ledger, and a list of two departments.
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.runs(&["init", ".", "--scope", "10.20.0.0/24"]);
        let settings = fs::read_to_string(folder.path("daicho.toml")).unwrap();
        let settings =
            settings.replace("# scans_needed = 3", "scans_needed = 1").replace("hours = true", "hours = false");
        fs::write(folder.path("daicho.toml"), settings).unwrap();
        folder.import("台帳.csv", LEDGER);
        folder.import("部門マスタ.csv", DEPARTMENTS);
        folder.scan("30", &["10.20.0.5", "10.20.0.6"]);
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn daicho(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_daicho"));
        command.current_dir(self.0.path()).args(arguments).env("LANG", "ja_JP.UTF-8").env_remove("LC_ALL");
        command.output().unwrap()
    }

    fn runs(&self, arguments: &[&str]) -> String {
        let output = self.daicho(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// What it says, and with which exit code, where it cannot be done.
    fn fails(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let output = self.daicho(arguments);
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    }

    fn import(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
        self.runs(&["ledger", "import", name]);
    }

    /// A judged run of a day in March 2026.
    fn scan(&self, day: &str, addresses: &[&str]) {
        fs::write(self.path("batch.jsonl"), batch(day, addresses)).unwrap();
        self.runs(&["import-batch", "batch.jsonl"]);
        self.daicho(&["reconcile"]);
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.runs(arguments)).unwrap()
    }
}

fn batch(day: &str, addresses: &[&str]) -> String {
    let mut lines = vec![json!({
        "record": "header", "format": "daicho-batch", "version": 1, "agent": "0.1.0", "host": "scanner",
        "run": format!("01900000-0000-7000-8000-0000000000{day}"), "started": format!("2026-03-{day}T02:15:00Z"),
        "scope": ["10.20.0.0/24"], "exclude": [], "profile": "gentle", "interfaces": []
    })];
    for (number, address) in (1..).zip(addresses) {
        let last: u8 = address.rsplit('.').next().unwrap().parse().unwrap();
        let mac = format!("00:80:A3:00:00:{last:02X}");
        lines.push(json!({
            "record": "observation", "number": number, "at": format!("2026-03-{day}T02:15:01Z"), "probe": "arp",
            "target": {"address": address, "mac": mac, "interface": "eth0"}, "outcome": "answered",
            "facts": [{"fact": "link_address", "mac": mac}]
        }));
    }
    lines.push(json!({
        "record": "coverage", "segment": "10.20.0.0/24", "on_link": true, "probe": "arp", "asked": 254,
        "answered": addresses.len(), "not_allowed": 0, "not_reached": 0
    }));
    lines.push(json!({"record": "end", "finished": format!("2026-03-{day}T02:16:00Z"), "complete": true}));
    let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
    lines.join("\n") + "\n"
}

fn question<'v>(sheet: &'v Value, number: &str) -> &'v Value {
    let mut answers = sheet["answers"].as_array().unwrap().iter();
    answers.find(|answer| answer["question"]["number"] == number).unwrap()
}

#[test]
fn the_survey_is_answered_from_the_run_of_its_day() {
    let folder = Folder::new();
    let sheet = folder.json(&["answer", "gmis", "--as-of", "2026-03-31", "--out", "a", "--json"]);
    assert_eq!((&sheet["as_of"], &sheet["form"]["year"]), (&json!("2026-03-31"), &json!("令和7年度")));
    assert_eq!(sheet["basis"]["started"].as_str().map(|at| &at[..10]), Some("2026-03-30"));
    assert_eq!(question(&sheet, "Q8")["draft"], "no");
    assert_eq!(sheet["figures"]["departments.covered"]["value"], json!({"is": "share", "part": 1, "of": 2}));
    assert_eq!(sheet["figures"]["ledger.version_filled"]["value"], json!({"is": "share", "part": 1, "of": 2}));
    let stated: Vec<&Value> = sheet["departments"].as_array().unwrap().iter().map(|one| &one["stated"]).collect();
    assert_eq!(stated, [&json!(0), &Value::Null], "0 was said by one, nothing by the other");
    let ahead = folder.json(&["answer", "gmis", "--as-of", "2199-03-31", "--out", "ahead", "--json"]);
    assert_eq!(ahead["unseen"][0], json!({"what": "ahead", "day": "2199-03-31"}), "a forecast says that it is one");
    // The file is what was frozen, octet by octet.
    let listed = folder.json(&["answer", "list", "--json"]);
    let written = folder.read("a/gmis-r7-2026-03-31.json");
    assert_eq!(listed["answers"][1]["sha256"], hex::encode(Sha256::digest(&written)));
}

#[test]
fn a_frozen_answer_stays_as_it_is_whatever_comes_later() {
    let folder = Folder::new();
    let told = folder.runs(&["answer", "gmis", "--as-of", "2026-03-31", "--out", "a"]);
    // The version that was missing is filled in, the list of departments goes, and comes back shorter; another machine
    // appears, something is decided, the run is judged again, and the hospital gets another name.
    folder.import("台帳.csv", &LEDGER.replace("不明", "Windows 11 24H2"));
    folder.runs(&["ledger", "withdraw", "部門マスタ.csv"]);
    folder.import("部門マスタ.csv", DEPARTMENTS.lines().take(2).collect::<Vec<_>>().join("\n").as_str());
    folder.scan("31", &["10.20.0.5", "10.20.0.6", "10.20.0.66"]);
    folder.daicho(&["reconcile", "--run", "01900000-0000-7000-8000-000000000030"]);
    folder.runs(&["ledger", "rollback", "1"]);
    let settings = fs::read_to_string(folder.path("daicho.toml")).unwrap();
    let renamed = settings.replacen("name = \"\"", "name = \"別の病院\"", 1);
    assert_ne!(renamed, settings);
    fs::write(folder.path("daicho.toml"), renamed).unwrap();
    let later = folder.json(&["answer", "gmis", "--as-of", "2026-03-31", "--out", "later", "--json"]);
    assert_ne!(folder.read("a/gmis-r7-2026-03-31.json"), folder.read("later/gmis-r7-2026-03-31.json"));
    assert_eq!(later["basis"]["started"].as_str().map(|at| &at[..10]), Some("2026-03-31"));
    let again = folder.runs(&["answer", "show", "1", "--out", "b"]);
    assert_eq!(again, told);
    for file in ["gmis-r7-2026-03-31.json", "gmis-r7-2026-03-31.xlsx"] {
        assert_eq!(folder.read(&format!("a/{file}")), folder.read(&format!("b/{file}")), "{file}");
    }
}

#[test]
fn what_cannot_be_answered_is_refused_with_the_way_out() {
    let folder = Folder::new();
    let (code, said) = folder.fails(&["answer", "gmis", "--as-of", "2026-03-29", "--out", "a"]);
    assert!(code == Some(2) && said.contains("2026-03-29") && said.contains("--as-of"), "{said}");
    let (code, said) = folder.fails(&["answer", "census", "--out", "a"]);
    assert!(code == Some(2) && said.contains("census") && said.contains("gmis-r7"), "{said}");
    let (code, _) = folder.fails(&["answer", "show", "7"]);
    assert_eq!(code, Some(2));
    assert!(!folder.path("a").exists(), "nothing is written");
    assert_eq!(folder.json(&["answer", "list", "--json"])["answers"], json!([]), "nothing is frozen");
}

#[test]
fn a_new_year_is_a_file_in_the_projects_folder() {
    let folder = Folder::new();
    let form = include_str!("../../config/questions/gmis-r7.toml");
    let next = form.replace("令和7年度", "令和8年度").replace("2025-04-01", "2026-03-31").replace("Q8\"", "Q7-3\"");
    fs::create_dir(folder.path("questions")).unwrap();
    fs::write(folder.path("questions/gmis-r8.toml"), next).unwrap();
    let sheet = folder.json(&["answer", "gmis", "--as-of", "2026-03-31", "--out", "a", "--json"]);
    assert_eq!(sheet["form"]["year"], "令和8年度");
    assert_eq!(question(&sheet, "Q7-3")["question"]["key"], "ledger");
    let old = folder.json(&["answer", "gmis", "--as-of", "2026-03-31", "--year", "r7", "--out", "a", "--json"]);
    assert_eq!(old["form"]["year"], "令和7年度");
    fs::write(folder.path("questions/gmis-r8.toml"), "form = \"gmis\"\n").unwrap();
    let (code, said) = folder.fails(&["answer", "gmis", "--out", "a"]);
    assert!(code == Some(2) && said.contains("gmis-r8.toml"), "{said}");
}

#[test]
fn a_checklist_is_answered_twice_and_printed_as_a_page() {
    let folder = Folder::new();
    let first = folder.json(&["answer", "hospital-checklist", "--as-of", "2026-03-30", "--out", "a", "--json"]);
    assert_eq!(first.get("first"), None, "nothing was frozen before");
    let again = folder.json(&["answer", "hospital-checklist", "--as-of", "2026-03-30", "--out", "a", "--json"]);
    assert_eq!(again.get("first"), None, "the same day is the same round");
    let second = folder.json(&["answer", "hospital-checklist", "--as-of", "2026-03-31", "--out", "a", "--json"]);
    assert_eq!(second["first"]["as_of"], "2026-03-30");
    assert_eq!(second["first"]["number"], 1, "the first that was frozen");
    assert_eq!(second["first"]["drafts"]["ledger"]["draft"], question(&first, "2-(1)")["draft"]);
    let page = String::from_utf8(folder.read("a/hospital-checklist-r6-2026-03-31.html")).unwrap();
    assert!(
        page.contains("1回目の回答案は、回答案 1")
            && page.contains("サーバ、端末PC、ネットワーク機器の台帳管理を行っている。")
    );
    assert!(!page.contains("<script"));
    // Shown again, the page is the same to the last octet.
    folder.runs(&["answer", "show", "3", "--out", "b"]);
    assert_eq!(folder.read("b/hospital-checklist-r6-2026-03-31.html"), page.into_bytes());
}
