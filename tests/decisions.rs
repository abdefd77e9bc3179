//! The first nights of a hospital that begins: the findings of the first run are decided until none is left undecided,
//! the second run is quiet, a fact that changes brings one back, and whoever edits the log is found out.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use daicho_tests::{no_namespaces, program, run, skip};
use serde_json::Value;

/// A project folder, and what is typed in it.
struct Folder(PathBuf);

impl Folder {
    fn daicho(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(program("daicho"));
        run(command.arg("-C").arg(&self.0).args(arguments).env("LANG", "ja_JP.UTF-8").env_remove("LC_ALL"))
    }

    /// What is typed must be taken.
    fn done(&self, arguments: &[&str]) -> String {
        let output = self.daicho(arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}\n{said}");
        String::from_utf8_lossy(&output.stdout).into_owned() + &said
    }

    fn decide(&self, arguments: &[&str]) -> String {
        self.done(&[&["decide"], arguments, &["--by", "山田"]].concat())
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let output = self.daicho(&[arguments, &["--json"]].concat());
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
    }

    fn open(&self) -> Vec<Value> {
        self.json(&["findings", "--open"]).as_array().unwrap().clone()
    }

    /// The handle of the one open finding that this fits.
    fn handle(&self, filter: &str) -> String {
        let found = self.json(&["findings", "--open", "--where", filter]);
        let [one] = found.as_array().unwrap().as_slice() else { panic!("{filter}: {found:#}") };
        one["handle"].as_str().unwrap().to_owned()
    }

    fn code(&self, arguments: &[&str]) -> Option<i32> {
        self.daicho(arguments).status.code()
    }
}

#[test]
fn from_the_first_night_to_none_undecided_and_a_quiet_second_one() {
    if let Some(why) = no_namespaces() {
        return skip("decisions", &why);
    }
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("demo");
    let begun = run(Command::new(program("daicho")).args(["demo", "--quiet", "--out"]).arg(&out));
    assert_eq!(begun.status.code(), Some(0), "{begun:?}");
    let hospital = Folder(out);
    assert!(hospital.open().len() >= 15, "the demo has become too tidy for this test");
    assert_eq!(hospital.code(&["reconcile"]), Some(1), "undecided findings raise the alarm");

    decide_everything(&hospital);
    assert_eq!(hospital.open(), Vec::<Value>::new());
    assert_eq!(hospital.code(&["reconcile"]), Some(0), "what is decided raises none");

    // The second night: the same hospital is scanned again.
    let second = hospital.daicho(&["audit"]);
    assert_eq!(second.status.code(), Some(0), "{second:?}");
    assert_eq!(hospital.open(), Vec::<Value>::new(), "the second run is quiet");
    let verified = hospital.done(&["log", "verify"]);
    assert!(verified.contains("すべて連続しており"), "{verified}");

    a_changed_fact_brings_one_back(&hospital, folder.path());
    an_edited_row_is_found_out(&hospital);
}

/// As somebody would go through them, group by group.
fn decide_everything(hospital: &Folder) {
    hospital.decide(&["accept", "--where", "種別=台帳未登録 分類=端末PC", "--set", "部門=総務課", "--yes"]);
    // The mismatch of the second card's machine is set aside below.
    let kept_aside = hospital.handle("code=mismatch text=YAKUZAI-PC01");
    hospital.decide(&[
        "ignore",
        &kept_aside,
        "--until",
        &next_year(),
        "--reason",
        "移設の途中",
        "--approver",
        "委員会",
    ]);
    hospital.decide(&["accept", "--where", "code=mismatch", "--yes"]);
    hospital.decide(&["accept", "--where", "code=retired_but_seen", "--reason", "看護部で再利用", "--yes"]);
    let urgent = "code=undeclared_uplink severity=urgent";
    let refused = hospital.daicho(&["decide", "close", "--where", urgent, "--reason", "確認済み", "--yes"]);
    assert_eq!(refused.status.code(), Some(2), "an urgent way out is not closed without an approver");
    let assign = ["assign", "--where", "code=undeclared_uplink,dual_homed", "--to", "検査機器サービス社", "--yes"];
    let refused = hospital.daicho(&[&["decide"][..], &assign].concat());
    assert_eq!(refused.status.code(), Some(2), "nor handed over for good");
    hospital.decide(&[&assign[..], &["--until", &next_year()]].concat());
    hospital.decide(&["close", "--where", "code=not_in_ledger", "--reason", "撤去を依頼済み", "--yes"]);
    hospital.decide(&["correct", "--where", "code=not_found department=総務課", "--set", "状態=廃棄", "--yes"]);
    hospital.decide(&["correct", "--where", "code=not_found department=外来", "--set", "状態=予備", "--yes"]);
    let until = next_year();
    let rest = ["ignore", "--where", "code=not_found,not_checked", "--until", &until, "--yes"];
    hospital.decide(&[&rest[..], &["--reason", "次の点検で確認", "--approver", "委員会"]].concat());
    let broken = hospital.handle("code=defective_entry text=00-00-48-31-0Z-01");
    hospital.decide(&["correct", &broken, "--set", "MACアドレス=00-00-48-31-0A-01"]);
    // What was corrected is compared now, and the correction was wrong.
    hospital.decide(&["accept", "--where", "code=mismatch", "--yes"]);
    hospital.decide(&["close", "--where", "code=defective_entry", "--reason", "原本を直す", "--yes"]);
    let twice = hospital.handle("code=duplicate_entry text=IT-900");
    hospital.decide(&["correct", &twice, "--set", "管理番号=IT-901", "--row", "43"]);
    let rest = hospital.open();
    for finding in rest {
        hospital.decide(&["comment", finding["handle"].as_str().unwrap(), "--reason", "現地を確認"]);
        hospital.decide(&["close", finding["handle"].as_str().unwrap(), "--reason", "現地で確認済み"]);
    }
}

fn next_year() -> String {
    let year: i32 = String::from_utf8_lossy(&run(Command::new("date").arg("+%Y")).stdout).trim().parse().unwrap();
    format!("{}-03-31", year + 1)
}

/// The night of which the batch is handed in by a file: the same answers, but one device has another address.
fn a_changed_fact_brings_one_back(hospital: &Folder, folder: &Path) {
    let before = "10.10.0.81";
    let latest = hospital.json(&["runs"])[0]["id"].as_str().unwrap().to_owned();
    let store = daicho::store::Store::open_existing(&hospital.0.join("data/daicho.sqlite")).unwrap();
    let mut batch = store.batch(&latest.as_str().into()).unwrap();
    drop(store);
    batch.header.run = "01900000-0000-7000-8000-00000000beef".into();
    batch.header.started += std::time::Duration::from_hours(24);
    let mut lines = Vec::new();
    batch.write(&mut lines).unwrap();
    let lines = String::from_utf8(lines).unwrap();
    assert!(lines.contains(&format!("\"{before}\"")), "the device has moved to another address");
    let mut unused = (150..250).map(|host| format!("10.10.0.{host}"));
    let now = unused.find(|address| !lines.contains(address.as_str())).unwrap();
    let file = folder.join("third.jsonl");
    fs::write(&file, lines.replace(&format!("\"{before}\""), &format!("\"{now}\""))).unwrap();
    hospital.done(&["import-batch", file.to_str().unwrap()]);
    hospital.daicho(&["reconcile"]);
    let back = hospital.json(&["findings", "--where", "state=reopened"]);
    let [one] = back.as_array().unwrap().as_slice() else { panic!("{back:#}") };
    let said = one["decision"].as_str().unwrap();
    assert!(said.contains(&format!("実測の値が前は『{before}』、今は『{now}』")), "{said}");
    assert!(said.contains("移設の途中"), "what was decided before is still told: {said}");
    assert_eq!(hospital.open().len(), 1);
}

fn an_edited_row_is_found_out(hospital: &Folder) {
    let database = rusqlite::Connection::open(hospital.0.join("data/daicho.sqlite")).unwrap();
    let edit = "UPDATE log SET record = replace(record, '委員会', '院長') WHERE number = 2";
    assert!(database.execute(edit, []).is_err(), "the triggers refuse");
    database.execute_batch("DROP TRIGGER log_stays").unwrap();
    assert_eq!(database.execute(edit, []).unwrap(), 1);
    drop(database);
    let verified = hospital.daicho(&["log", "verify"]);
    assert_eq!(verified.status.code(), Some(1), "{verified:?}");
    let said = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert!(said.contains("最初に合わない行: 2行目"), "{said}");
}
