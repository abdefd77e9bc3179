//! Answering a form as people do it, and that a frozen answer stays as it is whatever comes later. No packet leaves.
#![cfg(unix)]

mod project;

use std::fs;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use project::{Folder, Night};

const LEDGER: &str = "管理番号,IPアドレス,MACアドレス,コンピュータ名,部門,設置場所,利用者,OS,状態
A-001,10.20.0.5,00:80:A3:00:00:05,LAB-PC01,検査科,2階 検査室,検査科,Windows 11 23H2,稼働
A-002,10.20.0.6,00:80:A3:00:00:06,LAB-PC02,検査科,2階 検査室,検査科,不明,稼働
";
const DEPARTMENTS: &str = "部門コード,部門名,調達権限,情報セキュリティ担当者,外部接続点数(申告),申告日,申告者
D1,検査科,有,山田,0,2026/2/20,山田
D2,透析センター,無,,,,
";

impl Folder {
    /// One judged run of 30 March 2026, a ledger, and a list of two departments.
    fn new() -> Self {
        let folder = Self::of_one_night();
        folder.import("台帳.csv", LEDGER);
        folder.import("部門マスタ.csv", DEPARTMENTS);
        folder.scan("30", &[5, 6]);
        folder
    }

    /// A judged run of a day in March 2026.
    fn scan(&self, day: &str, machines: &[u8]) {
        let mut night = Night::new(day, &format!("2026-03-{day}"));
        for last in machines {
            night.answers(*last);
        }
        self.keep(night.asked_all());
        self.daicho(&["reconcile"]);
    }

    /// As if a version of the ledger had been imported on another day.
    fn imported_on(&self, version: i64, day: &str) {
        let database = rusqlite::Connection::open(self.path("data/daicho.sqlite")).unwrap();
        let guards = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'ledger_versions'";
        let guards: Vec<(String, String)> = {
            let mut rows = database.prepare(guards).unwrap();
            rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
        };
        for (name, _) in &guards {
            database.execute_batch(&format!("DROP TRIGGER {name}")).unwrap();
        }
        let at = format!("{day}T03:00:00Z");
        let changed = database.execute(
            "UPDATE ledger_versions SET imported_us = unixepoch(?2) * 1000000,
             ledger = json_set(ledger, '$.files[0].imported', ?2) WHERE number = ?1",
            rusqlite::params![version, at],
        );
        assert_eq!(changed.unwrap(), 1);
        for (_, sql) in &guards {
            database.execute_batch(sql).unwrap();
        }
    }
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
    folder.scan("31", &[5, 6, 66]);
    folder.daicho(&["reconcile", "--run", "01900000-0000-7000-8000-000000000030"]);
    folder.runs(&["ledger", "rollback", "1"]);
    folder.set("name = \"\"", "name = \"別の病院\"");
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
fn a_past_day_is_answered_by_the_ledger_of_that_day() {
    let folder = Folder::new();
    folder.imported_on(1, "2026-03-20");
    folder.imported_on(2, "2026-03-20");
    let of_day = || folder.json(&["answer", "gmis", "--as-of", "2026-03-31", "--out", "x", "--json"]);
    let filled = |sheet: &Value| sheet["figures"]["ledger.version_filled"]["value"].clone();
    let (before, half) = (of_day(), json!({"is": "share", "part": 1, "of": 2}));
    assert_eq!(filled(&before), half);
    assert!(!before["unseen"].to_string().contains("later_ledger"), "{}", before["unseen"]);
    // What is filled in, corrected by a decision, or withdrawn afterwards counts for no day before, whenever the run is
    // judged again.
    folder.import("台帳.csv", &LEDGER.replace("不明", "Windows 11 24H2").replace("10.20.0.6,", "10.20.0.7,"));
    folder.daicho(&["reconcile"]);
    let mismatch = folder.json(&["findings", "--json", "--where", "code=mismatch"]);
    let handle = mismatch[0]["handle"].as_str().unwrap();
    folder.runs(&["decide", "correct", handle, "--set", "設置場所=5F", "--by", "山田"]);
    folder.runs(&["ledger", "withdraw", "部門マスタ.csv"]);
    folder.daicho(&["reconcile"]);
    let (after, today) = (of_day(), folder.json(&["answer", "gmis", "--as-of", "2199-01-01", "--out", "x", "--json"]));
    assert_eq!((filled(&after), &after["departments"]), (half, &before["departments"]));
    assert_eq!((&after["answers"], &after["basis"]), (&before["answers"], &before["basis"]));
    assert_eq!(filled(&today), json!({"is": "share", "part": 2, "of": 2}));
    assert_eq!(today["figures"]["departments.covered"]["value"]["why"], "no_departments");
    // The version of a day between.
    folder.imported_on(3, "2026-04-10");
    let between = folder.json(&["answer", "gmis", "--as-of", "2026-04-15", "--out", "x", "--json"]);
    assert_eq!(filled(&between), json!({"is": "share", "part": 2, "of": 2}));
    assert_eq!(between["departments"], before["departments"]);
}

#[test]
fn without_a_ledger_of_that_day_the_first_one_is_told_and_no_yes() {
    let folder = Folder::new();
    let sheet = folder.json(&["answer", "gmis", "--as-of", "2026-03-31", "--out", "x", "--json"]);
    let later = sheet["unseen"].as_array().unwrap().iter().filter(|one| one["what"] == "later_ledger").count();
    assert_eq!(later, 2);
    assert!(!sheet["answers"].as_array().unwrap().iter().any(|answer| answer["draft"] == "yes"));
}

#[test]
fn what_cannot_be_answered_is_refused_with_the_way_out() {
    let folder = Folder::new();
    let said = folder.refused(&["answer", "gmis", "--as-of", "2026-03-29", "--out", "a"], 2);
    assert!(said.contains("2026-03-29") && said.contains("--as-of"), "{said}");
    let said = folder.refused(&["answer", "census", "--out", "a"], 2);
    assert!(said.contains("census") && said.contains("gmis-r7"), "{said}");
    folder.refused(&["answer", "show", "7"], 2);
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
    let said = folder.refused(&["answer", "gmis", "--out", "a"], 2);
    assert!(said.contains("gmis-r8.toml"), "{said}");
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

#[test]
fn what_a_later_look_at_a_part_saw_counts() {
    let folder = Folder::new();
    let listed = |sheet: &Value| sheet["figures"]["machines.listed"]["value"].clone();
    let before = folder.json(&["answer", "gmis", "--as-of", "2026-03-30", "--out", "a", "--json"]);
    assert_eq!(listed(&before), json!({"is": "none"}));
    let mut part = Night::of("31", "2026-03-31", "10.20.0.64/26");
    let facts = json!([{"fact": "link_address", "mac": "00:11:22:33:44:66"}]);
    folder.keep(part.see("10.20.0.66", "00:11:22:33:44:66", "arp", &facts).asked_all());
    folder.daicho(&["reconcile"]);
    let after = folder.json(&["answer", "gmis", "--as-of", "2026-03-31", "--out", "b", "--json"]);
    assert_eq!(after["basis"]["started"].as_str().map(|at| &at[..10]), Some("2026-03-30"));
    assert_eq!(after["basis"]["others"], json!(["01900000-0000-7000-8000-000000000031"]));
    assert_eq!(listed(&after), json!({"is": "share", "part": 0, "of": 1}));
    // The day before is answered as it was: the part was looked at later.
    let again = folder.json(&["answer", "gmis", "--as-of", "2026-03-30", "--out", "c", "--json"]);
    assert_eq!(again["figures"], before["figures"]);
}
