//! Deciding about findings as people do it: in one line for sixty, in the workbook, by a rule. No packet leaves.
#![cfg(unix)]

mod project;

use std::fs;
use std::path::PathBuf;

use calamine::{Data, Reader, Xlsx, open_workbook};
use rust_xlsxwriter::Workbook;
use serde_json::Value;

use project::{Folder, Night, said};

/// Undeclared devices of the segment.
const DEVICES: u8 = 60;

impl Folder {
    /// A night on which sixty devices answered that no row declares, and one row's device did not.
    fn new(rules: &str) -> Self {
        Self::with(LEDGER, rules)
    }

    fn with(ledger: &str, rules: &str) -> Self {
        let folder = Self::of_one_night();
        folder.write("daicho.toml", &(folder.settings() + rules));
        folder.import("台帳.csv", ledger);
        folder.keep(&night(1, 6));
        folder.daicho(&["reconcile"]);
        folder
    }

    /// The line of the ledger that holds this name, after the accepted changes were written into it.
    fn exported(&self, name: &str) -> Option<String> {
        fs::remove_file(self.path("out.csv")).ok();
        let arguments = ["ledger", "export", "--workbook", "台帳.csv", "--out", "out.csv"];
        self.daicho(&arguments);
        let text = fs::read_to_string(self.path("out.csv")).ok()?;
        text.lines().find(|line| line.contains(name)).map(str::to_owned)
    }

    /// The findings workbook as somebody saves it after filling in: `fill` sees a row by its headings.
    fn filled(&self, fill: impl Fn(&mut dyn FnMut(&str, &str), &dyn Fn(&str) -> String)) -> PathBuf {
        assert_eq!(self.code(&["report", "--out", "out"]), 0);
        let mut book: Xlsx<_> = open_workbook(self.path("out/findings.xlsx")).unwrap();
        let sheet = book.worksheet_range("所見一覧").unwrap();
        let mut rows: Vec<Vec<String>> = sheet.rows().map(|row| row.iter().map(Data::to_string).collect()).collect();
        let head = rows[0].clone();
        let at = |name: &str| head.iter().position(|heading| heading == name).unwrap_or_else(|| panic!("{name}"));
        for row in &mut rows[1..] {
            let seen = row.clone();
            fill(&mut |name, text| text.clone_into(&mut row[at(name)]), &|name| seen[at(name)].clone());
        }
        let mut saved = Workbook::new();
        let page = saved.add_worksheet().set_name("所見一覧").unwrap();
        for (number, row) in (0..).zip(&rows) {
            for (column, text) in (0..).zip(row) {
                page.write(number, column, text).unwrap();
            }
        }
        let path = self.path("記入済み.xlsx");
        saved.save(&path).unwrap();
        path
    }
}

const LEDGER: &str = "管理番号,IPアドレス,MACアドレス,コンピュータ名,部門,状態
A-001,10.20.0.5,00:80:A3:00:00:05,LAB-PC01,検査科,稼働
A-002,10.20.0.9,00:80:A3:00:00:06,LAB-PC02,検査科,稼働
A-003,192.168.〇.〇,,LAB-PC03,検査科,稼働
";

/// `second` is where the device of row A-002 answers.
fn night(run: u8, second: u8) -> Night {
    let mut night = Night::new(&run.to_string(), &format!("2026-03-{run:02}"));
    night.answers(5).answers_as(second, 6);
    for last in 100..100 + DEVICES {
        night.answers(last);
    }
    night.asked_all();
    night
}

#[test]
fn sixty_devices_are_registered_in_one_line_and_the_next_report_says_so() {
    let folder = Folder::new("");
    let filter = "種別=台帳未登録 セグメント=10.20.0.0/24";
    assert_eq!(folder.findings(filter).len(), DEVICES as usize);
    let line = ["decide", "accept", "--where", filter, "--set", "部門=検査科", "--by", "山田"];
    let unasked = folder.daicho(&line);
    assert_eq!(unasked.status.code(), Some(2), "nobody said that all of them are meant");
    assert!(said(&unasked).contains("--yes"), "{unasked:?}");
    assert_eq!(folder.findings("state=accepted").len(), 0);
    let done = folder.daicho(&[&line[..], &["--yes"]].concat());
    assert_eq!(done.status.code(), Some(0), "{done:?}");
    assert!(said(&done).contains("60件の判断を記録しました"), "{done:?}");
    assert_eq!(folder.findings(filter), Vec::<Value>::new(), "they stand in the ledger now");
    // One is taken back: it is not in the ledger any more.
    let log: Vec<Value> = serde_json::from_slice(&folder.daicho(&["log", "show", "--json"]).stdout).unwrap();
    assert_eq!(log.len(), DEVICES as usize);
    let one = log[0]["deed"]["finding"].as_str().unwrap();
    assert_eq!(folder.code(&["decide", "reopen", one, "--reason", "別の部門の機器"]), 0);
    assert_eq!(folder.findings(filter).len(), 1);
}

/// 種別 without what happened, which stands behind it: 属性不一致（IPアドレスの変更）.
fn kind(text: &str) -> &str {
    text.split('（').next().unwrap_or(text)
}

#[test]
fn the_workbook_is_read_back_whole_or_not_at_all() {
    let folder = Folder::new("");
    let wrong = folder.filled(|set, of| match kind(&of("種別")) {
        "台帳未登録" => set("判断", "登録"),
        "属性不一致" => {
            set("判断", "保留");
            set("期日", "いつか");
        }
        _ => set("理由", "判断はまだ"),
    });
    let refused = folder.daicho(&["decide", "import", wrong.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    for told in ["『いつか』 日付として読めません", "「判断」の列が空です", "どの判断も記録していません"]
    {
        assert!(said(&refused).contains(told), "{told}: {refused:?}");
    }
    assert!(said(&folder.daicho(&["log", "show"])).contains("まだありません"));

    let open = folder.findings("state=open").len();
    let right = folder.filled(|set, of| match kind(&of("種別")) {
        "台帳未登録" => {
            set("判断", "登録");
            set("修正内容", "部門=検査科；設置場所=本館2F");
        }
        "属性不一致" => set("判断", "登録"),
        "台帳不備" => {
            set("判断", "修正");
            set("修正内容", "10.20.0.77");
        }
        _ => {
            set("判断", "依頼");
            set("担当", "検査科");
            set("期日", "2027/3/31");
        }
    });
    let right = right.to_str().unwrap();
    assert_eq!(folder.code(&["decide", "import", right, "--dry-run"]), 0);
    assert_eq!(folder.findings("state=open").len(), open, "a dry run keeps nothing");
    let read = folder.daicho(&["decide", "import", right, "--by", "山田"]);
    assert_eq!(read.status.code(), Some(0), "{read:?}");
    let left = folder.findings("state=open");
    // The corrected row is compared for the first time now, and nothing else is open.
    assert!(left.iter().all(|one| one["device"] == "LAB-PC03"), "{left:#?}");
    let again = folder.daicho(&["decide", "import", right]);
    assert!(again.status.success() && said(&again).contains("判断 0件"), "{again:?}");
}

/// What was corrected stays when the finding is handed over or closed, and two corrections of one cell follow each other.
#[test]
fn a_later_decision_takes_nothing_back_but_the_one_that_does() {
    let folder = Folder::new("");
    let finding = folder.findings("code=mismatch").remove(0);
    let handle = finding["handle"].as_str().unwrap();
    let location = |folder: &Folder| -> String {
        assert_eq!(folder.code(&["ledger", "export", "--official", "--out", "out.csv"]), 0);
        let written = String::from_utf8_lossy(&fs::read(folder.path("out.csv")).unwrap()).into_owned();
        fs::remove_file(folder.path("out.csv")).unwrap();
        written
    };
    for place in ["5F", "6F"] {
        assert_eq!(folder.code(&["decide", "correct", handle, "--set", &format!("設置場所={place}")]), 0);
    }
    assert_eq!(folder.code(&["decide", "close", handle, "--reason", "現物確認済み"]), 0);
    assert!(location(&folder).contains("6F") && !location(&folder).contains("5F"), "{}", location(&folder));
    assert_eq!(folder.findings("code=defective_entry text=6F"), Vec::<Value>::new());
    assert_eq!(folder.code(&["decide", "reopen", handle, "--reason", "誤り"]), 0);
    assert!(!location(&folder).contains("6F"));
}

#[test]
fn a_workbook_of_before_overrides_no_newer_decision_and_another_reason_is_another_decision() {
    let folder = Folder::new("");
    let close = |folder: &Folder, why: &str| {
        folder.filled(|set, of| {
            if kind(&of("種別")) == "属性不一致" {
                set("判断", "完了");
                set("理由", why);
            }
        })
    };
    let old = fs::read(close(&folder, "現物確認済み")).unwrap();
    fs::write(folder.path("old.xlsx"), &old).unwrap();
    assert_eq!(folder.code(&["decide", "import", "old.xlsx"]), 0);
    assert!(said(&folder.daicho(&["decide", "import", "old.xlsx"])).contains("判断 0件"));
    let handle = folder.findings("code=mismatch")[0]["handle"].as_str().unwrap().to_owned();
    assert_eq!(folder.code(&["decide", "reopen", &handle, "--reason", "誤り"]), 0);
    let refused = folder.daicho(&["decide", "import", "old.xlsx"]);
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    let new = close(&folder, "廃棄証明あり");
    assert!(said(&folder.daicho(&["decide", "import", new.to_str().unwrap()])).contains("判断 1件"));
    let other = close(&folder, "廃棄証明の番号 12");
    assert!(
        said(&folder.daicho(&["decide", "import", other.to_str().unwrap()])).contains("判断 1件"),
        "another reason"
    );
}

#[test]
fn a_stale_or_a_foreign_workbook_decides_nothing() {
    let folder = Folder::new("");
    let stale = folder.filled(|set, of| {
        if kind(&of("種別")) == "属性不一致" {
            set("判断", "登録");
        }
    });
    folder.keep(&night(2, 7));
    folder.daicho(&["reconcile"]);
    let refused = folder.daicho(&["decide", "import", stale.to_str().unwrap()]);
    assert!(refused.status.code() == Some(2) && said(&refused).contains("書き出した後に変わりました"), "{refused:?}");
    for (name, bytes) in [("台帳.csv", LEDGER.as_bytes()), ("壊れた.xlsx", &b"PK\x03\x04 but no workbook"[..])] {
        fs::write(folder.path(name), bytes).unwrap();
        let refused = folder.daicho(&["decide", "import", name]);
        assert_eq!(refused.status.code(), Some(4), "{refused:?}");
    }
}

#[test]
fn a_rule_decides_what_nobody_decided_and_its_name_stands_in_the_log() {
    let rule = |name: &str, filter: &str, approver: &str| {
        format!(
            "\n[[decide]]\nname = \"{name}\"\nwhere = \"{filter}\"\naction = \"ignore\"\nuntil = \"2027-03-31\"\nby = \"山田\"\nreason = \"来客用\"\napprover = \"{approver}\"\n"
        )
    };
    let folder = Folder::new(&rule("来客の端末", "code=not_in_ledger segment=10.20.0.100/30", "委員会"));
    let ruled = folder.findings("state=ignored");
    assert_eq!(ruled.len(), 4);
    assert!(ruled[0]["decision"].as_str().unwrap().contains("規則: 来客の端末"), "{ruled:?}");
    assert!(said(&folder.daicho(&["log", "show"])).contains("規則: 来客の端末"));
    let powerless = rule("期限切れ", "code=mismatch", "委員会").replace("2027-03-31", "2020-01-01");
    let settings = fs::read_to_string(folder.path("daicho.toml")).unwrap();
    fs::write(folder.path("daicho.toml"), settings.clone() + &powerless).unwrap();
    assert!(said(&folder.daicho(&["reconcile"])).contains("規則『期限切れ』に当てはまる所見 1件"));
    fs::write(folder.path("daicho.toml"), settings).unwrap();
    // Whoever takes it back is not overruled on the next night.
    let handle = ruled[0]["handle"].as_str().unwrap();
    assert_eq!(folder.code(&["decide", "reopen", handle, "--reason", "来客の端末ではない"]), 0);
    folder.daicho(&["reconcile"]);
    assert_eq!(folder.findings("state=ignored").len(), 3);
    let settings = fs::read_to_string(folder.path("daicho.toml")).unwrap();
    for (wrong, told) in [("colour=red", "where"), ("code=not_found\"\nto = \"誰か", "expected action")] {
        fs::write(folder.path("daicho.toml"), settings.clone() + &rule("誤り", wrong, "委員会")).unwrap();
        let refused = folder.daicho(&["findings"]);
        assert!(refused.status.code() == Some(2) && said(&refused).contains(told), "{refused:?}");
    }
}

#[test]
fn an_ignored_finding_is_back_when_its_facts_change_and_a_file_that_says_a_third_thing_is_told() {
    let folder = Folder::new("");
    let handle = folder.findings("code=mismatch")[0]["handle"].as_str().unwrap().to_owned();
    assert_eq!(folder.code(&["decide", "accept", &handle, "--by", "山田"]), 0);
    assert_eq!(folder.findings("code=mismatch"), Vec::<Value>::new());
    folder.keep(&night(2, 7));
    folder.daicho(&["reconcile"]);
    let back = folder.findings("code=mismatch");
    assert_eq!(back[0]["state"], "reopened");
    assert!(back[0]["decision"].as_str().unwrap().contains("今は『10.20.0.7』"), "{back:?}");
    folder.import("台帳.csv", &LEDGER.replace("10.20.0.9,", "10.20.0.7,"));
    folder.daicho(&["reconcile"]);
    let told = folder.findings("code=defective_entry text=10.20.0.7");
    assert!(told[0]["text"].as_str().unwrap().contains("判断で決めた値とも違う"), "{told:?}");
    folder.import("台帳.csv", &LEDGER.replace("10.20.0.9,", "10.20.0.6,"));
    folder.daicho(&["reconcile"]);
    assert_eq!(folder.findings("code=defective_entry text=10.20.0.7"), Vec::<Value>::new(), "the file says so now");
}

#[test]
fn the_end_of_the_log_stands_in_the_report_and_finds_out_what_is_cut_off() {
    let folder = Folder::new("");
    for finding in folder.findings("code=not_in_ledger").iter().take(2) {
        let handle = finding["handle"].as_str().unwrap();
        assert_eq!(folder.code(&["decide", "close", handle, "--reason", "確認済み"]), 0);
    }
    assert_eq!(folder.code(&["report", "--out", "out"]), 0);
    let result: Value = serde_json::from_slice(&fs::read(folder.path("out/result.json")).unwrap()).unwrap();
    assert_eq!(result["summary"]["states"]["closed"], 2);
    let head = format!("{}:{}", result["decision_log"]["number"], result["decision_log"]["hash"].as_str().unwrap());
    assert!(fs::read_to_string(folder.path("out/report.html")).unwrap().contains(&head));
    assert_eq!(folder.code(&["log", "verify", "--head", &head]), 0);
    let database = rusqlite::Connection::open(folder.path("data/daicho.sqlite")).unwrap();
    database.execute_batch("DROP TRIGGER log_remains; DELETE FROM log WHERE number = 2").unwrap();
    let beside = folder.daicho(&["log", "verify"]);
    assert!(beside.status.code() == Some(1) && said(&beside).contains("末尾の行が削除されたか"), "{beside:?}");
    fs::remove_file(folder.path("data/log-heads.txt")).unwrap();
    assert_eq!(folder.code(&["log", "verify"]), 1, "its end is not written down, and it is not guarded");
    let guard =
        "CREATE TRIGGER log_remains BEFORE DELETE ON log BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END";
    database.execute_batch(guard).unwrap();
    let forged: String = database.query_row("SELECT hash FROM log WHERE number = 1", [], |row| row.get(0)).unwrap();
    fs::write(folder.path("data/log-heads.txt"), format!("1:{forged}\n")).unwrap();
    assert_eq!(folder.code(&["log", "verify"]), 0, "without an end kept elsewhere, nothing tells");
    assert_eq!(folder.code(&["log", "verify", "--head", &head]), 1, "the printed one does");
    assert_eq!(folder.code(&["log", "verify", "--head", "2:xyz"]), 2);
}

/// Rows without a number of their own: two devices that are not there, and one number for two devices.
const NAMELESS: [&str; 6] = [
    ",10.20.0.41,,PC-41,外来,稼働",
    ",10.20.0.42,,PC-42,外来,稼働",
    ",10.20.0.43,,PC-43,外来,稼働",
    "IT-900,10.20.0.44,,PC-44,医事,稼働",
    "IT-900,10.20.0.45,,PC-45,医事,稼働",
    "A-009,10.20.0.x,,PC-46,医事,稼働",
];

/// A row that is put in above them.
const NEW: &str = "X-1,10.20.0.50,,NEW,外来,稼働";

fn nameless(rows: &[&str]) -> String {
    format!("管理番号,IPアドレス,MACアドレス,コンピュータ名,部門,状態\n{}\n", rows.join("\n"))
}

#[test]
fn a_correction_goes_with_its_device_when_rows_come_go_and_change_places() {
    let folder = Folder::with(&nameless(&NAMELESS), "");
    for name in ["PC-42", "PC-44"] {
        let found = folder.findings(&format!("code=not_found text~{name}"));
        assert_eq!(found.len(), 1, "{found:?}");
        let handle = found[0]["handle"].as_str().unwrap();
        assert_eq!(folder.code(&["decide", "correct", handle, "--set", "状態=廃棄", "--by", "山田"]), 0);
    }
    let [first, second, third, one, other, last] = NAMELESS;
    let turned = [second, third, first, other, one, last];
    for rows in [&NAMELESS[..], &turned, &[second, third, one, last], &[&[NEW], &turned[..]].concat()] {
        folder.import("台帳.csv", &nameless(rows));
        folder.daicho(&["reconcile"]);
        for row in rows {
            let name = row.split(',').nth(3).unwrap();
            let state = if ["PC-42", "PC-44"].contains(&name) { "廃棄" } else { "稼働" };
            let line = folder.exported(name).unwrap();
            assert!(line.ends_with(state), "{line} of {rows:?}");
        }
        assert_eq!(folder.findings("code=defective_entry text~判断"), Vec::<Value>::new(), "{rows:?}");
    }
    // The rows themselves are gone: no other row is touched, and a person is told by the device's name.
    folder.import("台帳.csv", &nameless(&[first, third, other, last]));
    folder.daicho(&["reconcile"]);
    let told = folder.findings("code=defective_entry text~廃棄");
    assert_eq!(told.len(), 2, "{told:?}");
    for name in ["PC-42", "PC-44"] {
        assert!(told.iter().any(|one| one["text"].as_str().unwrap().contains(name)), "{name}: {told:?}");
    }
    for name in ["PC-41", "PC-43", "PC-45"] {
        assert!(folder.exported(name).is_none_or(|line| line.ends_with("稼働")), "{name}");
        assert_eq!(folder.findings(&format!("code=not_found text~{name}")).len(), 1, "{name}");
    }
}

#[test]
fn what_is_set_aside_stays_so_for_its_own_device_when_a_row_is_put_in_above() {
    let folder = Folder::with(&nameless(&NAMELESS), "");
    for filter in ["code=not_found text~PC-42", "code=defective_entry"] {
        let reason = ["--until", "2027-03-31", "--reason", "貸出中", "--approver", "委員会", "--yes"];
        assert_eq!(folder.code(&[&["decide", "ignore", "--where", filter][..], &reason].concat()), 0);
    }
    let ignored = || {
        let found = folder.findings("state=ignored code=not_found,defective_entry");
        found.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect::<std::collections::BTreeSet<_>>()
    };
    let before = ignored();
    assert!(before.len() > 1);
    let more = [&[NEW], &NAMELESS[..]].concat();
    let turned: Vec<&str> = NAMELESS.into_iter().rev().collect();
    for rows in [&more[..], &turned, &NAMELESS] {
        folder.import("台帳.csv", &nameless(rows));
        folder.daicho(&["reconcile"]);
        assert_eq!(ignored(), before, "{rows:?}");
    }
    let left: Vec<&str> = NAMELESS.into_iter().filter(|row| !row.contains("PC-42")).collect();
    folder.import("台帳.csv", &nameless(&left));
    folder.daicho(&["reconcile"]);
    assert_eq!(folder.findings("state=ignored code=not_found"), Vec::<Value>::new(), "PC-43 stands in its line now");
}
