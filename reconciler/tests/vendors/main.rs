//! Asking vendors and reading what they answer, with the program itself: from the workbook that goes out, through the one
//! that comes back, to the finding that it makes and that a corrected answer takes away. No packet leaves.
#![cfg(unix)]

mod folder;

use std::fs;

use calamine::{Reader, Xlsx, open_workbook};
use serde_json::{Value, json};

use self::folder::{Folder, KEY, LEDGER, answers, batch, is_row, text, today};

#[test]
fn a_round_trip_makes_a_finding_and_a_corrected_answer_takes_it_away() {
    let folder = Folder::new();
    let told = folder.done(&["vendor", "export", "--vendor", "(株)A医療", "--out", "A.xlsx"]);
    assert!(told.contains("照会番号 0001、機器2台"), "{told}");
    assert!(folder.refused(&["vendor", "export", "--vendor", "A医療", "--out", "A.xlsx"]).contains("A.xlsx"));
    assert_eq!(folder.findings("vendor_contradiction"), Vec::<Value>::new());

    // The vendor denies everything.
    let denied = folder.filled("A.xlsx", answers("無"));
    let looked = folder.done(&["vendor", "import", &denied, "--dry-run"]);
    assert!(looked.contains("取り込んでいません") && looked.contains("（台帳では『有』）"), "{looked}");
    assert_eq!(folder.json(&["vendor", "status"])[0]["answered"], 0, "a dry run keeps nothing");
    let read = folder.done(&["vendor", "import", &denied]);
    assert!(read.contains("A医療 保守部 佐藤") && read.contains("ME-001"), "{read}");
    assert!(
        read.contains("としていますが、この機器には外部からの保守に使える仕組み"),
        "what speaks against it is told at once: {read}"
    );
    let found = folder.findings("vendor_contradiction");
    assert_eq!(found.len(), 2, "the IKE endpoint and VNC: {found:#?}");
    let severities: Vec<&str> = found.iter().map(|one| one["severity"].as_str().unwrap()).collect();
    assert_eq!(severities, ["要対応", "要確認"], "an endpoint of tunnels weighs more than a program");
    assert!(found[0]["text"].as_str().unwrap().contains("ike udp/500"), "{:#}", found[0]);
    assert!(folder.done(&["vendor", "import", &denied]).contains("取り込み済み"), "the same file is the same answer");
    let chase = folder.json(&["vendor", "status"]);
    let line = chase.as_array().unwrap().iter().find(|line| line["vendor"] == "株式会社A医療").unwrap();
    assert_eq!((&line["state"], &line["contradictions"]), (&json!("answered"), &json!(2)), "{chase:#}");

    // It corrects itself: a further version; the earlier one stays.
    let corrected = folder.filled("A.xlsx", |sheet, key, code, found| {
        let said = answers("有")(sheet, key, code, found);
        if code == "purpose" && is_row(key) { Some("装置の監視".to_owned()) } else { said }
    });
    let read = folder.done(&["vendor", "import", &corrected]);
    assert!(read.contains("無 → 有") && read.contains("空欄: ME-001 CT-ROUTER 誰が"), "{read}");
    assert_eq!(folder.findings("vendor_contradiction"), Vec::<Value>::new());
    let store = daicho::store::Store::open_existing(&folder.path("data/daicho.sqlite")).unwrap();
    let replies = store.vendors().unwrap().replies;
    assert_eq!((replies.len(), replies[0].file.as_str(), replies[0].sha256.len()), (2, "返送.xlsx", 64));
}

#[test]
fn no_contract_is_contradicted_and_unknown_is_not() {
    let folder = Folder::new();
    folder.done(&["vendor", "export", "--vendor", "A医療", "--out", "A.xlsx"]);
    let unknown = folder.filled("A.xlsx", answers("不明"));
    folder.done(&["vendor", "import", &unknown]);
    assert_eq!(folder.findings("vendor_contradiction"), Vec::<Value>::new());
    let none = folder.filled("A.xlsx", answers("契約なし（記入不要）"));
    folder.done(&["vendor", "import", &none]);
    let found = folder.findings("vendor_contradiction");
    assert!(found.iter().all(|one| one["text"].as_str().unwrap().contains("契約なし")), "{found:#?}");
    assert_eq!(found.len(), 2);
}

#[test]
fn a_vendor_gets_its_own_devices_and_nothing_of_others() {
    let folder = Folder::new();
    folder.done(&["vendor", "export", "--all", "--out", "照会"]);
    let mut names: Vec<String> =
        fs::read_dir(folder.path("照会")).unwrap().map(|one| one.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names.len(), 3, "{names:?}");
    for (name, own, others) in [
        (
            "株式会社A医療",
            &["10.20.0.5", "10.20.0.6", "CT-ROUTER", "ike udp/500"][..],
            &["10.20.0.7", "10.20.0.8", "KARTE", "OLD-PC", "B電子", "A医療サービス", "電子カルテ"][..],
        ),
        (
            "B電子",
            &["10.20.0.7", "KARTE-SV"],
            &["10.20.0.5", "10.20.0.6", "10.20.0.8", "CT-", "A医療", "画像診断", "ike"],
        ),
        (
            "A医療サービス",
            &["10.20.0.8", "OLD-PC"],
            &["10.20.0.5", "10.20.0.6", "10.20.0.7", "KARTE", "CT-", "B電子", "株式会社"],
        ),
    ] {
        let file = names.iter().find(|file| file[5..].trim_end_matches(".xlsx") == name).unwrap();
        let texts = folder.texts(&format!("照会/{file}"));
        for one in own {
            assert!(texts.contains(one), "{name} lacks {one}");
        }
        for one in others {
            assert!(!texts.contains(one), "{name} gets {one}");
        }
    }
}

#[test]
fn every_problem_is_told_with_its_cell_and_nothing_is_kept() {
    let folder = Folder::new();
    folder.done(&["vendor", "export", "--vendor", "A医療", "--out", "A.xlsx"]);
    folder.done(&["vendor", "export", "--vendor", "B電子", "--out", "B.xlsx"]);
    let whole = folder.filled("A.xlsx", answers("無"));
    let wrong = folder.filled("A.xlsx", |sheet, key, code, found| match (sheet, code) {
        ("リモートメンテナンス", KEY) if key.starts_with("0001-") => Some(format!("{}0", &key[..14])),
        ("MDS・SDS", "disclosure") if is_row(key) => Some("たぶん".to_owned()),
        ("対象機器", "patch_date") if is_row(key) => Some("いつか".to_owned()),
        ("対象機器", "responsible") if is_row(key) => Some("○".to_owned()),
        ("照会票", "value") if key == "cover:answered_by" => None,
        _ => answers("無")(sheet, key, code, found),
    });
    let told = folder.refused(&["vendor", "import", &wrong]);
    for part in [
        "記号が書き換えられたか、別の病院の照会票です",
        "『たぶん』 一覧（有・無・不明",
        "『いつか』 日付として読めません",
        "『○』 一覧（有・無",
        "回答者の記入が必要です",
        "シート『対象機器』5行目",
        "何も取り込んでいません",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    // The other vendor's cover over this one's rows, and the other way round.
    let swapped = folder.filled("B.xlsx", |sheet, key, code, found| match key {
        "cover:vendor" if code == "value" => Some("株式会社A医療".to_owned()),
        _ => answers("無")(sheet, key, code, found),
    });
    assert!(folder.refused(&["vendor", "import", &swapped]).contains("宛先が異なります"));
    let mixed = folder.filled("A.xlsx", |sheet, key, code, found| match code {
        KEY if key.starts_with("0001-") => Some(key.replace("0001-", "0002-")),
        _ => answers("無")(sheet, key, code, found),
    });
    assert!(folder.refused(&["vendor", "import", &mixed]).contains("別の照会票のものです"));
    let unknown = folder.filled("A.xlsx", |sheet, key, code, found| match key {
        "cover:enquiry" if code == "value" => Some("0099".to_owned()),
        _ => answers("無")(sheet, key, code, found),
    });
    assert!(folder.refused(&["vendor", "import", &unknown]).contains("記録にありません"));
    let empty =
        folder.filled("A.xlsx", |_, key, code, _| answers("")("", key, code, "").filter(|_| key.starts_with("cover:")));
    assert!(folder.refused(&["vendor", "import", &empty]).contains("どの行にも回答がありません"));
    assert!(folder.daicho(&["vendor", "import", "台帳.csv"]).status.code() == Some(4), "no enquiry at all");
    let store = daicho::store::Store::open_existing(&folder.path("data/daicho.sqlite")).unwrap();
    assert_eq!(store.vendors().unwrap().replies, []);
    drop(store);
    // `filled` writes one file: the whole one is made anew, and is taken.
    let _ = whole;
    let whole = folder.filled("A.xlsx", answers("無"));
    folder.done(&["vendor", "import", &whole]);
}

#[test]
fn silence_and_old_confirmations_are_findings_and_are_chased() {
    let folder = Folder::new();
    folder.done(&["vendor", "export", "--vendor", "A医療", "--out", "A.xlsx"]);
    folder.done(&["vendor", "export", "--vendor", "B電子", "--out", "B.xlsx"]);
    let answered = folder.filled("A.xlsx", answers("有"));
    folder.done(&["vendor", "import", &answered]);
    assert_eq!(folder.findings("vendor_silent"), Vec::<Value>::new());
    // Two years later, by the run's own day.
    folder.night("0002", "2031-03-01", "10.20.0.0/24");
    folder.daicho(&["reconcile"]);
    let silent = folder.findings("vendor_silent");
    assert_eq!(silent.len(), 1, "{silent:#?}");
    assert!(silent[0]["text"].as_str().unwrap().starts_with("B電子に"), "{silent:#?}");
    let old = folder.findings("vendor_outdated");
    assert_eq!(old.len(), 1, "{old:#?}");
    let day = today();
    let day = format!("{}年{}月{}日", day.year(), day.month(), day.day());
    assert!(old[0]["text"].as_str().unwrap().contains(&day), "{old:#?}");
    let letter = folder.done(&["vendor", "remind", "--vendor", "Ｂ電子", "--contact", "医療情報室 山田"]);
    assert!(letter.contains("B電子\nご担当者様") && letter.contains("照会番号 0002"), "{letter}");
    for _ in 0..2 {
        folder.done(&["vendor", "status", "--out", "督促"]);
        assert_eq!(fs::read_dir(folder.path("督促")).unwrap().count(), 1, "a nightly job runs it twice on a day");
    }
    let table = folder.done(&["vendor", "status"]);
    assert!(table.contains("回答待ち") && table.contains("未照会") && table.contains("再確認が必要"), "{table}");
    assert!(folder.refused(&["vendor", "remind", "--vendor", "A医"]).contains("B電子"), "no vendor of that name");
}

#[test]
fn a_sheet_full_of_unknown_is_a_reply_and_confirms_nothing() {
    let folder = Folder::new();
    folder.done(&["vendor", "export", "--vendor", "A医療", "--out", "A.xlsx"]);
    let unknown = folder.filled("A.xlsx", |sheet, key, code, found| {
        let said = answers("不明")(sheet, key, code, found);
        if code == "disclosure" && is_row(key) {
            Some("不明".to_owned())
        } else {
            said.filter(|_| code != "disclosure_kind")
        }
    });
    folder.done(&["vendor", "import", &unknown]);
    let line = folder.chase("株式会社A医療");
    assert_eq!((&line["state"], &line["answered"], &line["unknown"]), (&json!("unconfirmed"), &json!(0), &json!(4)));
    assert!(folder.done(&["vendor", "status"]).contains("回答あり・不明のみ"));
    let found = folder.findings("vendor_unknown");
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0]["text"].as_str().unwrap().contains("確認できたことにはなりません"), "{found:#?}");
    let letter = folder.done(&["vendor", "remind", "--vendor", "A医療"]);
    assert!(letter.contains("4行が「不明」"), "{letter}");
    let account = format!("の{}でございます", std::env::var("USER").unwrap_or_else(|_| "root".to_owned()));
    assert!(letter.contains("＿＿＿＿") && !letter.contains(&account), "{letter}");
    let sheet = folder.json(&["answer", "hospital-checklist", "--out", "回答"]);
    assert_eq!(sheet["figures"]["vendors.unconfirmed"]["value"]["count"], 1, "{:#}", sheet["figures"]);
    let known = folder.filled("A.xlsx", answers("有"));
    folder.done(&["vendor", "import", &known]);
    assert_eq!(folder.chase("株式会社A医療")["state"], "answered");
    assert_eq!(folder.findings("vendor_unknown"), Vec::<Value>::new());
}

#[test]
fn devices_that_come_later_are_told_and_an_enquiry_about_devices_that_are_gone_is_withdrawn() {
    let folder = Folder::new();
    folder.done(&["vendor", "export", "--vendor", "B電子", "--out", "B.xlsx"]);
    folder.done(&["vendor", "export", "--vendor", "A医療", "--out", "A.xlsx"]);
    let answered = folder.filled("A.xlsx", answers("有"));
    folder.done(&["vendor", "import", &answered]);
    let moved = LEDGER.replace("IT-003,", "IT-009,") + "ME-005,10.20.0.9,,NEW-CT,放射線科,医療機器,,A医療,画像診断,\n";
    folder.ledger(&moved);
    folder.daicho(&["reconcile"]);
    let line = folder.chase("株式会社A医療");
    assert_eq!((&line["state"], &line["added"]), (&json!("added"), &json!(1)), "{line:#}");
    let found = folder.findings("vendor_unasked");
    assert_eq!(found.len(), 2, "the new device, and the one under another number: {found:#?}");
    let line = folder.chase("B電子");
    assert_eq!((&line["state"], &line["gone"]), (&json!("waiting"), &json!(1)), "{line:#}");
    assert!(folder.done(&["vendor", "status"]).contains("daicho vendor withdraw 1"));
    assert!(folder.refused(&["vendor", "withdraw", "9", "--reason", "x"]).contains("0009"));
    let told = folder.done(&["vendor", "withdraw", "1", "--reason", "機器を廃棄したため", "--by", "山田"]);
    assert!(told.contains("B電子への照会 0001 を取り下げ"), "{told}");
    assert!(folder.refused(&["vendor", "withdraw", "1", "--reason", "x"]).contains("山田が取り下げ済み"));
    let line = folder.chase("B電子");
    assert_eq!((&line["state"], &line["enquiry"]), (&json!("not_asked"), &Value::Null), "{line:#}");
    let log = folder.done(&["log", "show"]);
    assert!(log.contains("山田") && log.contains("機器を廃棄したため"), "{log}");
    folder.done(&["log", "verify"]);
}

#[test]
fn who_has_no_contract_is_not_chased_and_a_device_that_is_not_the_vendors_is_told() {
    let folder = Folder::new();
    folder.ledger(
        &LEDGER
            .replace("サーバ,,B電子,電子カルテ", "サーバ,契約なし,B電子,電子カルテ")
            .replace("A医療サービス", "契約なし"),
    );
    folder.daicho(&["reconcile"]);
    let list = folder.json(&["vendor", "status"]);
    let states: Vec<(&Value, &Value)> =
        list.as_array().unwrap().iter().map(|line| (&line["vendor"], &line["state"])).collect();
    assert_eq!(
        states,
        [(&json!("株式会社A医療"), &json!("not_asked")), (&json!("B電子"), &json!("no_contract"))],
        "契約なし is no vendor's name"
    );
    let told = folder.done(&["vendor", "export", "--all", "--out", "照会"]);
    assert!(told.contains("B電子: 台帳では契約なし") && told.contains("「当院の担当」は空欄"), "{told}");
    assert_eq!(fs::read_dir(folder.path("照会")).unwrap().count(), 1);
    let file = "照会/0001-株式会社A医療.xlsx";
    let disowned = folder.filled(file, |sheet, key, code, found| match (sheet, code) {
        ("対象機器", "responsible") if is_row(key) => Some("契約なし（記入不要）".to_owned()),
        (_, "remote_maintenance") if is_row(key) => None,
        _ => answers("")(sheet, key, code, found),
    });
    let read = folder.done(&["vendor", "import", &disowned]);
    let found = folder.findings("vendor_disowned");
    assert_eq!(found.len(), 2, "{read} {found:#?}");
    assert_eq!(found[0]["severity"], "要対応", "an IKE endpoint of nobody's: {found:#?}");
    let line = folder.chase("株式会社A医療");
    assert_eq!((&line["rows"], &line["answered"]), (&json!(4), &json!(3)), "the rest need not be filled in: {line:#}");
}

#[test]
fn a_cell_with_two_systems_is_two_rows_and_nothing_is_said_twice() {
    let folder = Folder::new();
    folder.ledger(&LEDGER.replace("画像診断", "PACS、RIS"));
    folder.daicho(&["reconcile"]);
    folder.done(&["vendor", "export", "--vendor", "A医療", "--out", "A.xlsx"]);
    let texts = folder.texts("A.xlsx");
    let lines: Vec<&str> = texts.lines().collect();
    assert!(lines.contains(&"PACS") && lines.contains(&"RIS") && !texts.contains("PACS、RIS"), "{texts}");
}

#[test]
fn the_books_read_vendors_as_the_enquiries_do_and_show_what_came_back() {
    let folder = Folder::new();
    folder.ledger(&LEDGER.replace("B電子,電子カルテ", "B電子、(株)A医療,電子カルテ、医事"));
    folder.daicho(&["reconcile"]);
    folder.done(&["vendor", "export", "--vendor", "A医療", "--out", "A.xlsx"]);
    let denied = folder.filled("A.xlsx", |sheet, key, code, found| match code {
        "disclosure" if is_row(key) => Some("不明".to_owned()),
        "disclosure_kind" => None,
        _ => answers("無")(sheet, key, code, found),
    });
    folder.done(&["vendor", "import", &denied]);
    folder.done(&["books", "--out", "帳票", "--only", "vendors", "remote"]);
    let mut book: Xlsx<_> = open_workbook(folder.path("帳票/事業者とシステムの対応表.xlsx")).unwrap();
    let matrix = book.worksheet_range("事業者×システム").unwrap();
    let rows: Vec<Vec<String>> = matrix.rows().map(|row| row.iter().map(text).collect()).collect();
    let own: Vec<&Vec<String>> =
        rows.iter().filter(|row| row[0].contains("A医療") && !row[0].contains("サービス")).collect();
    let [own] = &own[..] else { panic!("one vendor under all of its names: {rows:?}") };
    assert_eq!((own[0].as_str(), own[1].as_str()), ("株式会社A医療", "回答あり・不明が残る"));
    let head = rows.iter().find(|row| row[0] == "事業者").unwrap();
    let at = |system: &str| own[head.iter().position(|cell| cell == system).unwrap()].clone();
    assert_eq!((at("画像診断"), at("電子カルテ"), at("医事")), ("□ 2".into(), "□ 1".into(), "□ 1".into()));
    let other = rows.iter().find(|row| row[0] == "B電子").unwrap();
    assert_eq!((other[1].as_str(), other[2].as_str()), ("未照会", ""));
    let mut book: Xlsx<_> = open_workbook(folder.path("帳票/リモート保守台帳.xlsx")).unwrap();
    let answers = book.worksheet_range("事業者の回答").unwrap();
    let rows: Vec<Vec<String>> = answers.rows().map(|row| row.iter().map(text).collect()).collect();
    let row = rows.iter().find(|row| row[1] == "ME-001 CT-ROUTER").unwrap_or_else(|| panic!("{rows:?}"));
    assert_eq!((row[0].as_str(), row[4].as_str(), row[6].as_str()), ("株式会社A医療", "無", "A医療 保守部 佐藤"));
}

#[test]
fn a_vendors_own_batch_is_a_run_of_its_own_and_is_refused_where_it_is_about_others() {
    let folder = Folder::new();
    fs::write(folder.path("wide.jsonl"), batch("0003", "2026-04-01", "10.20.0.0/24")).unwrap();
    let told = folder.refused(&["import-batch", "--vendor", "A医療", "wide.jsonl"]);
    assert!(told.contains("10.20.0.0/24") && told.contains("何も取り込んでいません"), "{told}");
    let narrow = batch("0004", "2026-04-01", "10.20.0.5/32");
    let beyond = narrow.replace("\"segment\":\"10.20.0.5/32\"", "\"segment\":\"10.20.0.0/24\"");
    assert_ne!(beyond, narrow);
    fs::write(folder.path("beyond.jsonl"), beyond).unwrap();
    let told = folder.refused(&["import-batch", "--vendor", "A医療", "beyond.jsonl"]);
    assert!(told.contains("10.20.0.0/24"), "it looked at more than its scope says: {told}");
    fs::write(folder.path("own.jsonl"), narrow).unwrap();
    let told = folder.done(&["import-batch", "--vendor", "A医療", "own.jsonl"]);
    assert!(told.contains("範囲の外の3個のアドレス"), "what is about others is told: {told}");
    let runs = folder.json(&["runs"]);
    let run = &runs.as_array().unwrap()[0];
    assert_eq!((runs.as_array().unwrap().len(), &run["vendor"]), (2, &json!("株式会社A医療")), "{runs:#}");
    assert!(folder.done(&["runs"]).contains("株式会社A医療から受領"));
    let own = folder.daicho(&["import-batch", "--vendor", "A医療", "0001.jsonl"]);
    assert_ne!(own.status.code(), Some(0), "the hospital's own run does not become a vendor's: {own:?}");
    let latest: Value = folder.json(&["reconcile"]);
    assert_eq!(latest["run"]["started"].as_str().unwrap()[..10], *"2026-03-01", "reports are about the hospital's run");
    let theirs: Value = folder.json(&["reconcile", "--run", run["id"].as_str().unwrap()]);
    assert_eq!(theirs["run"]["id"], run["id"]);
}
