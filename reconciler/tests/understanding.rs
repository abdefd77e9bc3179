//! `show`, `decide`, `reconcile --rules` and `import-inventory` as people run them, with an agent that is a
//! shell script. No packet leaves.
#![cfg(unix)]

mod project;

use std::fs;

use project::{Folder, Night};

const PRINTER: &str = "00:80:A3:12:34:56";

impl Folder {
    /// A project folder whose agent says this batch, and reads replies again as the script says.
    fn new(batch: &str, reread: &str) -> Self {
        let folder = Self::init();
        folder.agent(batch, reread);
        let script = folder.path("agent.sh");
        folder.set("[scan]", &format!("[scan]\nagent = [\"sh\", \"{}\"]", script.display()));
        folder
    }

    fn agent(&self, batch: &str, reread: &str) {
        let script = format!("case $1 in\nscan) cat <<'EOF'\n{batch}\nEOF\n;;\nreread) {reread};;\nesac\n");
        fs::write(self.path("agent.sh"), script).unwrap();
    }

    /// What a command says on standard output; it must end with 0 or 1.
    fn said(&self, arguments: &[&str]) -> String {
        let output = self.daicho(arguments);
        assert!(matches!(output.status.code(), Some(0 | 1)), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }
}

/// One night: a printer, as far as its open port says, and a device of which nothing is known.
fn batch(run: u32) -> String {
    let other = "00:80:A3:12:34:57";
    let link = |mac: &str| serde_json::json!([{"fact": "link_address", "mac": mac}]);
    let open = serde_json::json!([{"fact": "port", "transport": "tcp", "port": 9100, "state": "open"}]);
    let name = serde_json::json!([{"fact": "name", "source": "netbios", "name": "PRT-01", "domain": null}]);
    let mut night = Night::new(&run.to_string(), &format!("2026-03-3{run}"));
    night.see("10.20.0.5", PRINTER, "arp", &link(PRINTER)).see("10.20.0.5", PRINTER, "connect", &open);
    night.see("10.20.0.5", PRINTER, "netbios", &name).see("10.20.0.6", other, "arp", &link(other));
    night.text().trim_end().to_owned()
}

fn scanned() -> Folder {
    let folder = Folder::new(&batch(0), "cat");
    folder.said(&["audit", "--fail-on", "urgent", "--quiet"]);
    folder
}

#[test]
fn one_device_is_shown_with_the_reasons_however_it_is_named() {
    let folder = scanned();
    for device in ["10.20.0.5", "00-80-a3-12-34-56", "prt-01", "mac-0080A3123456"] {
        let said = folder.said(&["show", device]);
        assert!(said.starts_with("10.20.0.5  PRT-01  [mac-0080A3123456]\n"), "{said}");
        assert!(said.contains("分類: プリンタ・複合機（確信度") && said.contains("理由: "), "{said}");
        assert!(said.contains("台帳: 該当する行なし（台帳未登録）"), "{said}");
    }
    let english = folder.said(&["show", "10.20.0.5", "--lang", "en"]);
    assert!(english.contains("Class: printer (") && english.contains("why: "), "{english}");
    let json: serde_json::Value = serde_json::from_str(&folder.said(&["show", "10.20.0.5", "--json"])).unwrap();
    assert_eq!(json["device"]["class"]["value"], "printer");
    assert!(json["device"]["class"]["reasons"][0]["field"].is_string());
    assert_eq!(json["questions"].as_array().map(Vec::len), Some(3));
    assert!(folder.refused(&["show", "10.20.0.99"], 2).contains("見つかっていません"));
    assert!(folder.refused(&["show", "nobody", "--lang", "en"], 2).contains("No device"));
}

#[test]
fn a_decision_wins_survives_the_next_scan_and_is_cared_for() {
    let folder = scanned();
    let decided =
        folder.daicho(&["decide", "class", "PRT-01", "medical.infusion", "--by", "山田", "--note", "銘板で確認"]);
    assert_eq!(decided.status.code(), Some(0), "{decided:?}");
    let is_decided = |folder: &Folder| {
        let said = folder.said(&["show", "10.20.0.5"]);
        assert!(said.contains("分類: 医療機器（輸液・シリンジポンプ）［人の判断］"), "{said}");
        assert!(said.contains("人の判断: 山田、") && said.contains("『銘板で確認』"), "{said}");
        assert!(said.contains("反する手がかり: プリンタ・複合機 ← "), "{said}");
    };
    is_decided(&folder);
    folder.agent(&batch(1), "cat");
    folder.said(&["audit", "--fail-on", "urgent", "--quiet"]);
    is_decided(&folder);
    let told: toml::Table = toml::from_str(&fs::read_to_string(folder.path("data/agent.toml")).unwrap()).unwrap();
    assert_eq!(told["care"]["macs"].to_string(), format!("[\"{PRINTER}\"]"));
    // The run of the night before is judged by what is known now, too.
    folder.said(&["reconcile", "--run", "01900000-0000-7000-8000-000000000000", "--fail-on", "urgent"]);
    let old = folder.said(&["show", "10.20.0.5", "--run", "01900000-0000-7000-8000-000000000000"]);
    assert!(old.contains("［人の判断］"), "{old}");
    assert!(
        folder
            .said(&["decide", "list"])
            .contains("医療機器（輸液・シリンジポンプ） [medical.infusion]\t山田\t銘板で確認")
    );
    folder.said(&["decide", "withdraw", "class", "10.20.0.5"]);
    assert!(folder.said(&["show", "10.20.0.5"]).contains("分類: プリンタ・複合機"));
    assert_eq!(folder.said(&["decide", "list", "--all"]).lines().count(), 2);
}

#[test]
fn makers_are_decided_too_and_what_cannot_be_decided_is_told() {
    let folder = scanned();
    folder.said(&["decide", "maker", "10.20.0.5", "リコー", "--by", "山田"]);
    assert!(folder.said(&["show", "10.20.0.5"]).contains("メーカー: リコー［人の判断］"));
    assert!(folder.refused(&["decide", "class", "10.20.0.5", "robot"], 2).contains("decide classes"));
    assert!(folder.refused(&["decide", "class", "10.20.0.99", "pc"], 2).contains("見つかっていません"));
    assert!(folder.refused(&["decide", "withdraw", "os", "10.20.0.5"], 2).contains("取り消す判断がありません"));
    assert!(folder.said(&["decide", "classes"]).contains("medical.analyser\t医療機器（検体検査装置）"));
}

#[test]
fn old_replies_read_again_are_told_device_by_device_and_added_rules_count() {
    let reread = "sed 's/\"name\":\"PRT-01\"/\"name\":\"PRT-NEW\"/; s/10.20.0.6/10.20.0.7/'";
    let folder = Folder::new(&batch(0), reread);
    folder.said(&["audit", "--fail-on", "urgent", "--quiet"]);
    fs::create_dir(folder.path("rules")).unwrap();
    let rule = "[[rule]]\nname = \"own\"\nweight = 70\nmodel = \"Own $1\"\nwhen.name = ['^(PRT-.*)$']\n";
    fs::write(folder.path("rules/own.toml"), rule).unwrap();
    let said = folder.said(&["reconcile", "--rules", "rules", "--fail-on", "urgent"]);
    assert!(said.contains("2台中 1台の理解が変わりました（読み直した応答のうち 1件に新しい内容）"), "{said}");
    assert!(said.contains("型番: 不明 → Own PRT-NEW（確信度 70%）"), "{said}");
    // The child may say what it reads, and not whom it is about.
    let shown = folder.said(&["show", "10.20.0.6"]);
    assert!(shown.contains("own.toml") && shown.contains("読み直し"), "{shown}");
    assert!(folder.refused(&["show", "10.20.0.7"], 2).contains("見つかっていません"));
    fs::write(folder.path("rules/own.toml"), "[[rule]]\nname = 1\n").unwrap();
    assert!(folder.refused(&["reconcile", "--rules", "rules"], 2).contains("own.toml"));
}

const GLPI: &str = r#"{"deviceid": "X", "content": {"hardware": {"name": "UKETSUKE-PC01", "workgroup": "HOSP"},
    "bios": {"smanufacturer": "FUJITSU", "smodel": "ESPRIMO", "ssn": "YLNX012345"},
    "operatingsystem": {"full_name": "Microsoft Windows 10 Pro", "kernel_version": "10.0.19045"},
    "networks": [{"description": "LAN", "mac": "00:80:a3:12:34:57", "ipaddress": "10.20.0.6", "status": "up"},
                 {"description": "USB", "mac": "00:80:a3:99:99:99", "ipaddress": "192.168.42.129", "ipmask": "255.255.255.0", "status": "up"}]}}"#;

#[test]
fn an_inventory_is_judged_with_the_latest_run_and_cited_by_its_file() {
    let folder = scanned();
    fs::write(folder.path("pc1.json"), GLPI).unwrap();
    let said = folder.said(&["import-inventory", "pc1.json"]);
    assert!(said.contains("1台を取り込みました（形式 glpi-json）。うち1台が最新の調査で見えている機器です"), "{said}");
    let shown = folder.said(&["show", "10.20.0.6"]);
    assert!(
        shown.contains("シリアル番号: YLNX012345") && shown.contains("インベントリファイル『pc1.json』"),
        "{shown}"
    );
    assert!(shown.contains("UKETSUKE-PC01 @ HOSP（インベントリファイル）"), "{shown}");
    // A second network that only the machine itself knows of.
    assert!(shown.contains("二系統接続"), "{shown}");
    let result: serde_json::Value = serde_json::from_str(&folder.said(&["report", "--json"])).unwrap();
    assert_eq!(result["inventories"][0]["name"], "pc1.json");
    let cited: Vec<_> =
        result["evidence"].as_object().unwrap().keys().filter(|id| id.starts_with("inventory-")).collect();
    assert_eq!(cited.len(), 1);
}

#[test]
fn hostile_and_wrong_inventories_are_one_clear_error_and_keep_nothing() {
    let folder = scanned();
    let cases: [(&str, Vec<u8>, &str); 5] = [
        ("deep.json", vec![b'['; 4 << 20], "壊れています"),
        ("deep.xml", format!("<REQUEST>{}", "<A>".repeat(500_000)).into_bytes(), "壊れています"),
        ("ledger.csv", "管理番号,IPアドレス\nA-1,10.20.0.5\n".into(), "読み取れるインベントリではありません"),
        ("empty.json", vec![], "中身がありません"),
        ("cut.json", GLPI.as_bytes()[..200].to_vec(), "壊れています"),
    ];
    for (name, bytes, expected) in cases {
        fs::write(folder.path(name), bytes).unwrap();
        fs::write(folder.path("good.json"), GLPI).unwrap();
        let said = folder.refused(&["import-inventory", "good.json", name], 4);
        assert!(said.contains(name) && said.contains(expected), "{said}");
        let english = folder.refused(&["import-inventory", name, "--lang", "en"], 4);
        assert!(english.contains("Nothing was imported"), "{english}");
    }
    let result: serde_json::Value = serde_json::from_str(&folder.said(&["report", "--json"])).unwrap();
    assert_eq!(result["inventories"].as_array().map(Vec::len), Some(0));
}
