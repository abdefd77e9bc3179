//! The commands as people run them, with an agent that is a shell script: what is kept, what is said,
//! and with which exit code. No packet leaves.
#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

const RUN: &str = "01900000-0000-7000-8000-000000000001";

struct Folder(tempfile::TempDir);

impl Folder {
    /// A project folder whose agent is this script. It finds its settings file as `$3`.
    fn with_agent(script: &str) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        assert_eq!(code(&folder.daicho(&["init", ".", "--scope", "10.20.0.0/24"])), 0);
        fs::write(folder.path("agent.sh"), script).unwrap();
        let settings = fs::read_to_string(folder.path("daicho.toml")).unwrap();
        let agent = format!("[scan]\nagent = [\"sh\", \"{}\"]", folder.path("agent.sh").display());
        fs::write(folder.path("daicho.toml"), settings.replace("[scan]", &agent)).unwrap();
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_daicho"));
        command.current_dir(self.0.path()).args(arguments).env("LANG", "ja_JP.UTF-8").env_remove("LC_ALL");
        command
    }

    fn daicho(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Observations of the newest run, as soon as there is one.
    fn kept(&self) -> Option<u64> {
        let output = self.daicho(&["runs", "--json"]);
        let runs: serde_json::Value = serde_json::from_slice(&output.stdout).ok()?;
        runs[0]["observations"].as_u64()
    }

    fn json(&self, arguments: &[&str]) -> serde_json::Value {
        let output = self.daicho(arguments);
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
    }
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap_or_else(|| panic!("{output:?}"))
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn header() -> String {
    let header = serde_json::json!({
        "record": "header", "format": "daicho-batch", "version": 1, "run": RUN, "agent": "0.1.0", "host": "scanner",
        "started": "2026-03-31T02:15:00Z", "scope": ["10.20.0.0/24"], "exclude": [], "profile": "gentle",
        "interfaces": []
    });
    header.to_string()
}

fn observation(number: u32) -> String {
    let observation = serde_json::json!({
        "record": "observation", "number": number, "at": "2026-03-31T02:15:01Z", "probe": "arp",
        "target": {"address": "10.20.0.5", "mac": "00:80:A3:12:34:56", "interface": "eth0"}, "outcome": "answered"
    });
    observation.to_string()
}

fn end(complete: bool) -> String {
    let end = serde_json::json!({"record": "end", "finished": "2026-03-31T02:16:00Z", "complete": complete});
    end.to_string()
}

/// A script that says these lines.
fn says(lines: &[String]) -> String {
    format!("cat <<'EOF'\n{}\nEOF\n", lines.join("\n"))
}

fn until(mut met: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !met() {
        assert!(begun.elapsed() < Duration::from_secs(20), "waited for 20 s");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn without_a_scope_nothing_is_scanned() {
    let folder = Folder(tempfile::tempdir().unwrap());
    assert_eq!(code(&folder.daicho(&["init", "."])), 0);
    let refused = folder.daicho(&["scan"]);
    assert_eq!(code(&refused), 2);
    assert!(
        said(&refused).contains("スキャン対象が設定されていません。daicho.toml の [scope] networks に"),
        "{refused:?}"
    );
    assert!(said(&folder.daicho(&["scan", "--lang", "en"])).contains("No network is set to be scanned."));
}

#[test]
fn a_folder_that_is_none_is_refused_and_left_empty() {
    let folder = Folder(tempfile::tempdir().unwrap());
    for arguments in [&["audit"][..], &["runs"], &["report"], &["ledger", "show"]] {
        let refused = folder.daicho(arguments);
        assert_eq!(code(&refused), 2, "{refused:?}");
        assert!(said(&refused).contains("daicho init"), "{refused:?}");
    }
    assert_eq!(fs::read_dir(folder.0.path()).unwrap().count(), 0);
}

#[test]
fn a_complete_scan_is_kept() {
    let folder = Folder::with_agent(&says(&[header(), observation(1), observation(2), end(true)]));
    let scanned = folder.daicho(&["scan", "--json"]);
    assert_eq!(code(&scanned), 0, "{scanned:?}");
    let runs = folder.json(&["runs", "--json"]);
    assert_eq!((runs[0]["id"].as_str(), runs[0]["observations"].as_u64()), (Some(RUN), Some(2)));
    assert_eq!((runs[0]["complete"].as_bool(), runs[0]["judged"].as_bool()), (Some(true), Some(false)));
}

#[test]
fn audit_judges_and_reports_and_a_device_that_nobody_declared_is_an_alarm() {
    let folder = Folder::with_agent(&says(&[header(), observation(1), end(true)]));
    fs::write(folder.path("台帳.csv"), "管理番号,IPアドレス,状態\nA-001,10.20.0.9,稼働\n").unwrap();
    assert_eq!(code(&folder.daicho(&["ledger", "import", "台帳.csv"])), 0);
    let info = folder.daicho(&["audit", "--fail-on", "info"]);
    assert_eq!(code(&info), 1, "{info:?}");
    assert!(said(&info).contains("報告書の出力先"), "{info:?}");
    let reports: Vec<_> = fs::read_dir(folder.path("reports")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(reports.len(), 1);
    let result: serde_json::Value = serde_json::from_slice(&fs::read(reports[0].join("result.json")).unwrap()).unwrap();
    let codes: Vec<_> = result["findings"].as_array().unwrap().iter().map(ToString::to_string).collect();
    assert!(codes.iter().any(|one| one.contains("not_in_ledger")), "{codes:?}");
    let again = folder.daicho(&["reconcile", "--json"]);
    assert_eq!(again.stdout, folder.daicho(&["reconcile", "--json"]).stdout, "the same data, the same bytes");
}

#[test]
fn a_cut_scan_keeps_what_came_and_is_partial() {
    let folder = Folder::with_agent(&says(&[header(), observation(1)]));
    let cut = folder.daicho(&["audit"]);
    assert_eq!(code(&cut), 3, "{cut:?}");
    assert!(said(&cut).contains("途中で中断しました"), "{cut:?}");
    let runs = folder.json(&["runs", "--json"]);
    assert_eq!((runs[0]["observations"].as_u64(), runs[0]["complete"].as_bool()), (Some(1), Some(false)));
}

#[test]
fn an_agent_that_says_nothing_or_nonsense_is_a_failure_in_words() {
    let silent = Folder::with_agent("echo 'no such interface: eth9' >&2; exit 2\n");
    let refused = silent.daicho(&["scan", "--quiet"]);
    assert_eq!(code(&refused), 2);
    assert!(said(&refused).contains("eth9"), "{refused:?}");
    let nonsense = Folder::with_agent(&says(&[header(), observation(1), "Segmentation fault".to_owned()]));
    let failed = nonsense.daicho(&["scan"]);
    assert_eq!(code(&failed), 4);
    assert!(said(&failed).contains("line 3"), "{failed:?}");
    assert_eq!(nonsense.json(&["runs", "--json"])[0]["observations"].as_u64(), Some(1));
}

#[test]
fn the_agent_is_told_the_scope_and_its_settings_are_private() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::with_agent(&says(&[header(), end(true)]));
    assert_eq!(code(&folder.daicho(&["scan"])), 0);
    let told = folder.path("data/agent.toml");
    assert_eq!(fs::metadata(&told).unwrap().permissions().mode() & 0o777, 0o600);
    let told: toml::Table = toml::from_str(&fs::read_to_string(&told).unwrap()).unwrap();
    assert_eq!(told["scope"]["networks"][0].as_str(), Some("10.20.0.0/24"));
    assert_eq!(told["pace"]["profile"].as_str(), Some("gentle"));
}

/// Says a little, then waits to be told to end, and says that it ended early.
fn patient_agent() -> String {
    let begin = says(&[header(), observation(1)]);
    let ended = says(&[end(false)]);
    format!("{begin}trap 'stop=1' TERM\ntouch started\nwhile [ -z \"$stop\" ]; do sleep 0.05; done\n{ended}exit 3\n")
}

#[test]
fn a_second_run_is_told_who_holds_the_folder_and_a_stop_keeps_the_partial_run() {
    let folder = Folder::with_agent(&patient_agent());
    let first = folder.start(&["audit"]);
    until(|| folder.path("started").exists());
    until(|| folder.kept() == Some(1));
    let second = folder.daicho(&["scan"]);
    assert_eq!(code(&second), 4);
    let holder = format!("プロセス {}（daicho audit", first.id());
    assert!(said(&second).contains(&holder), "{second:?}");
    terminate(&first);
    let begun = Instant::now();
    let stopped = first.wait_with_output().unwrap();
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert_eq!(code(&stopped), 3, "{stopped:?}");
    let runs = folder.json(&["runs", "--json"]);
    assert_eq!((runs[0]["complete"].as_bool(), runs[0]["judged"].as_bool()), (Some(false), Some(true)));
    assert!(runs[0]["finished"].is_string(), "the agent said that it ended");
}

#[test]
fn a_killed_run_keeps_what_came_and_the_folder_is_free_once_the_agent_is_gone() {
    let folder = Folder::with_agent(&patient_agent().replacen("cat", "echo $$ > agent.pid\ncat", 1));
    let mut first = folder.start(&["scan"]);
    until(|| folder.kept() == Some(1));
    first.kill().unwrap();
    first.wait().unwrap();
    let refused = folder.daicho(&["reconcile"]);
    assert_eq!(code(&refused), 4, "the agent still scans: {refused:?}");
    let agent: i32 = fs::read_to_string(folder.path("agent.pid")).unwrap().trim().parse().unwrap();
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(agent), nix::sys::signal::Signal::SIGTERM).unwrap();
    let mut judged = None;
    until(|| {
        judged = Some(folder.daicho(&["reconcile"]));
        judged.as_ref().is_some_and(|output| output.status.code() != Some(4))
    });
    assert_eq!(judged.map(|output| code(&output)), Some(3));
    assert_eq!(folder.json(&["runs", "--json"])[0]["observations"].as_u64(), Some(1));
}

fn terminate(child: &Child) {
    let pid = nix::unistd::Pid::from_raw(i32::try_from(child.id()).unwrap());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).unwrap();
}

#[test]
fn a_batch_of_another_machine_is_taken_once_however_often_it_comes() {
    let folder = Folder::with_agent("exit 4\n");
    let batch = [header(), observation(1), end(true), String::new()].join("\n");
    fs::write(folder.path("batch.jsonl"), &batch).unwrap();
    for _ in 0..2 {
        assert_eq!(code(&folder.daicho(&["import-batch", "batch.jsonl"])), 0);
    }
    assert_eq!(folder.json(&["runs", "--json"]).as_array().map(Vec::len), Some(1));
    fs::write(folder.path("forged.jsonl"), batch.replace("10.20.0.5", "10.20.0.6")).unwrap();
    let forged = folder.daicho(&["import-batch", "forged.jsonl"]);
    assert_eq!(code(&forged), 4);
    assert!(said(&forged).contains("observation 1"), "{forged:?}");
}

#[test]
fn an_import_with_one_bad_file_keeps_none_and_a_dry_run_keeps_nothing() {
    let folder = Folder::with_agent("exit 4\n");
    fs::write(folder.path("良い.csv"), "管理番号,IPアドレス,状態\nA-001,10.20.0.300,稼働\n").unwrap();
    fs::write(folder.path("悪い.xlsx"), b"PK\x03\x04 but no workbook").unwrap();
    let failed = folder.daicho(&["ledger", "import", "良い.csv", "悪い.xlsx"]);
    assert_eq!(code(&failed), 4, "{failed:?}");
    assert!(said(&failed).contains("悪い.xlsx"), "{failed:?}");
    let dry = folder.daicho(&["ledger", "import", "--dry-run", "良い.csv"]);
    assert_eq!(code(&dry), 0, "{dry:?}");
    assert!(String::from_utf8_lossy(&dry.stdout).contains("10.20.0.300"), "every problem is shown: {dry:?}");
    assert_eq!(code(&folder.daicho(&["ledger", "import", "良い.csv"])), 0);
    let versions = folder.json(&["ledger", "show", "--json"]);
    assert_eq!(versions.as_array().map(Vec::len), Some(1), "{versions}");
    assert_eq!(code(&folder.daicho(&["ledger", "withdraw", "良い.csv"])), 0);
    assert_eq!(code(&folder.daicho(&["ledger", "withdraw", "良い.csv"])), 2);
}

#[test]
fn versions_are_compared_and_taken_back() {
    let folder = Folder::with_agent("exit 4\n");
    let rows = |rows: &str| {
        fs::write(folder.path("台帳.csv"), format!("管理番号,IPアドレス,メーカー,設置場所\n{rows}")).unwrap();
    };
    rows("A-1,10.20.0.5,富士通,1F\nA-2,10.20.0.6,NEC,2F\n");
    assert_eq!(code(&folder.daicho(&["ledger", "import", "台帳.csv"])), 0);
    rows("A-1,10.20.0.7,㈱富士通,１Ｆ\nA-3,10.20.0.8,NEC,2F\n");
    let dry = folder.json(&["ledger", "import", "--dry-run", "--json", "台帳.csv"]);
    let changes = &dry[0]["changes"];
    assert_eq!((&changes["changed"][0]["after"], &changes["respelled"]), (&"10.20.0.7".into(), &2.into()), "{changes}");
    let text = String::from_utf8(folder.daicho(&["ledger", "import", "--dry-run", "台帳.csv"]).stdout).unwrap();
    assert!(text.contains("追加1行、削除1行、値の変更1か所、書き方だけの違い2か所"), "{text}");
    assert_eq!(folder.json(&["ledger", "show", "--json"]).as_array().map(Vec::len), Some(1), "nothing is kept");
    assert_eq!(code(&folder.daicho(&["ledger", "import", "台帳.csv"])), 0);
    assert_eq!(folder.json(&["ledger", "diff", "1", "2", "--json"]), *changes);
    let back = folder.daicho(&["ledger", "rollback", "1"]);
    assert!(code(&back) == 0 && said(&back).contains("版 1 の内容に戻しました"), "{back:?}");
    assert!(String::from_utf8_lossy(&folder.daicho(&["ledger", "show"]).stdout).contains("版1に戻した"));
    let none = folder.json(&["ledger", "diff", "1", "3", "--json"]);
    assert_eq!((none["same"].as_u64(), none["changed"].as_array().map(Vec::len)), (Some(2), Some(0)));
    for refused in [["ledger", "rollback", "3"], ["ledger", "rollback", "9"]] {
        assert_eq!(code(&folder.daicho(&refused)), 2, "{refused:?}");
    }
}

#[test]
fn a_mapping_is_written_once_and_imports_follow_it() {
    let folder = Folder::with_agent("exit 4\n");
    fs::write(folder.path("独自.csv"), "甲,乙,丙\nA-1,PC1,10.20.0.5\nA-2,PC2,10.20.0.6\n").unwrap();
    assert_eq!(code(&folder.daicho(&["ledger", "import", "独自.csv"])), 4, "no heading is known");
    let shown = folder.daicho(&["ledger", "map", "--write", "独自.csv"]);
    assert_eq!(code(&shown), 0, "{shown:?}");
    let text = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(text.contains("IPアドレス?（100%）") && text.contains("10.20.0.5 | 10.20.0.6"), "{text}");
    let path = folder.path("mappings/独自.toml");
    let mut mapping = fs::read_to_string(&path).unwrap();
    for field in ["asset_no", "hostname", "ip_address"] {
        mapping = mapping.replacen("field = \"\"", &format!("field = \"{field}\""), 1);
    }
    fs::write(&path, &mapping).unwrap();
    assert!(said(&folder.daicho(&["ledger", "map", "--write", "独自.csv"])).contains("変更していません"));
    let read = folder.json(&["ledger", "import", "--dry-run", "--json", "独自.csv"]);
    let entry = &read[0]["entries"][1];
    assert_eq!((&entry["hostname"], &entry["addresses"][0]), (&"PC2".into(), &"10.20.0.6".into()), "{read}");
    fs::write(&path, mapping.replace("hostname", "host_name")).unwrap();
    let refused = folder.daicho(&["ledger", "import", "独自.csv"]);
    assert!(code(&refused) == 2 && said(&refused).contains("host_name"), "{refused:?}");
}

#[test]
fn two_files_of_one_name_are_refused() {
    let folder = Folder::with_agent("exit 4\n");
    for place in ["検査科", "放射線科"] {
        fs::create_dir(folder.path(place)).unwrap();
        fs::write(folder.path(place).join("台帳.csv"), "管理番号,IPアドレス,状態\nA-001,10.20.0.5,稼働\n").unwrap();
    }
    assert_eq!(code(&folder.daicho(&["ledger", "import", "検査科/台帳.csv", "放射線科/台帳.csv"])), 2);
    assert_eq!(code(&folder.daicho(&["ledger", "import", "検査科/台帳.csv"])), 0);
    let moved = folder.daicho(&["ledger", "import", "放射線科/台帳.csv"]);
    assert!(said(&moved).contains("置き換わりました"), "{moved:?}");
}

#[test]
fn a_ledger_that_comes_again_under_another_name_is_known_again() {
    let folder = Folder::with_agent("exit 4\n");
    let rows = "管理番号,IPアドレス,状態\nA-001,10.20.0.5,稼働\nA-002,10.20.0.6,稼働\n";
    fs::write(folder.path("2025.csv"), rows).unwrap();
    fs::write(folder.path("2026.csv"), format!("{rows}A-003,10.20.0.7,稼働\n")).unwrap();
    fs::write(folder.path("別.csv"), "管理番号,IPアドレス,状態\nB-001,10.20.0.9,稼働\n").unwrap();
    assert_eq!(code(&folder.daicho(&["ledger", "import", "2025.csv"])), 0);
    for dry in [&["ledger", "import", "--dry-run", "2026.csv"][..], &["ledger", "import", "2026.csv"]] {
        let told = folder.daicho(dry);
        assert!(said(&told).contains("3行のうち2行") && said(&told).contains("withdraw '2025.csv'"), "{told:?}");
    }
    let other = folder.daicho(&["ledger", "import", "別.csv"]);
    assert!(!said(&other).contains("withdraw"), "{other:?}");
}

#[test]
fn usage_completions_and_manual_pages() {
    let folder = Folder(tempfile::tempdir().unwrap());
    assert_eq!(code(&folder.daicho(&["frobnicate"])), 2);
    let help = folder.daicho(&["--help"]);
    assert!(String::from_utf8_lossy(&help.stdout).contains("the scan was partial"), "{help:?}");
    assert!(String::from_utf8_lossy(&folder.daicho(&["completions", "bash"]).stdout).contains("import-batch"));
    assert_eq!(code(&folder.daicho(&["man", "man"])), 0);
    assert!(has_page(&folder.path("man"), "daicho-ledger-import.1"));
}

fn has_page(folder: &Path, name: &str) -> bool {
    fs::read_dir(folder).unwrap().any(|entry| entry.unwrap().file_name() == name)
}

#[test]
fn a_segment_believed_closed_is_scanned_alone_and_gets_a_statement() {
    let lines = [header(), observation(1), end(true)];
    let folder = Folder::with_agent(&format!("cp \"$3\" told.toml\n{}", says(&lines)));
    let refused = folder.daicho(&["audit", "--closed", "10.99.0.0/24"]);
    assert_eq!(code(&refused), 2, "{refused:?}");
    assert!(said(&refused).contains("10.99.0.0/24"), "{refused:?}");
    let result = folder.json(&["audit", "--closed", "10.20.0.0/25", "--json"]);
    assert_eq!((&result["closed"]["segment"], &result["closed"]["devices"]), (&"10.20.0.0/25".into(), &1.into()));
    let told: toml::Table = fs::read_to_string(folder.path("told.toml")).unwrap().parse().unwrap();
    assert_eq!(told["scope"]["networks"].to_string(), "[\"10.20.0.0/25\"]");
    assert_eq!(told["uplink"]["thorough"].as_bool(), Some(true));
    let reports: Vec<_> = fs::read_dir(folder.path("reports")).unwrap().map(|one| one.unwrap().path()).collect();
    let page = fs::read_to_string(reports[0].join("closed-10.20.0.0-25.html")).unwrap();
    assert!(page.contains("確認書") && page.contains("点検表"));
    let usual = folder.json(&["audit", "--json"]);
    assert!(usual["closed"].is_null());
}

#[test]
fn a_walk_is_told_with_its_reason() {
    let folder = Folder::with_agent(&format!("cp \"$3\" told.toml\n{}", says(&[header(), end(true)])));
    assert_eq!(code(&folder.daicho(&["scan", "--walk", "10.20.0.5"])), 2);
    assert_eq!(code(&folder.daicho(&["scan", "--walk", "10.20.0.5", "--reason", "情報システム室の指示"])), 0);
    let told: toml::Table = fs::read_to_string(folder.path("told.toml")).unwrap().parse().unwrap();
    assert_eq!(told["uplink"]["walk"][0]["address"].as_str(), Some("10.20.0.5"));
    assert_eq!(told["uplink"]["walk"][0]["reason"].as_str(), Some("情報システム室の指示"));
}

#[test]
fn a_ledger_of_what_was_seen_is_imported_and_leaves_nothing_to_say() {
    let folder = Folder::with_agent(&says(&[header(), observation(1), end(true)]));
    assert_eq!(code(&folder.daicho(&["audit", "--fail-on", "info"])), 1);
    for out in ["実測.xlsx", "実測.csv"] {
        let exported = folder.daicho(&["ledger", "export", "--from", "assets", "--out", out]);
        assert_eq!(code(&exported), 0, "{exported:?}");
        assert_eq!(code(&folder.daicho(&["ledger", "import", out])), 0);
        let quiet = folder.json(&["reconcile", "--json"]);
        assert_eq!(quiet["findings"], serde_json::json!([]), "{out}");
        assert_eq!(code(&folder.daicho(&["ledger", "withdraw", out])), 0);
    }
}

#[test]
fn the_official_ledger_is_a_new_file_and_never_takes_the_place_of_another() {
    let folder = Folder::with_agent("");
    fs::write(folder.path("台帳.csv"), "資産番号,ホスト名,IP,備考\nA-001,PC𠮷,10.20.0.9,=1+1\n").unwrap();
    assert_eq!(code(&folder.daicho(&["ledger", "import", "台帳.csv"])), 0);
    let export = |out: &str| folder.daicho(&["ledger", "export", "--official", "--out", out]);
    let exported = export("様式.csv");
    assert_eq!(code(&exported), 0, "{exported:?}");
    let told = String::from_utf8_lossy(&exported.stdout).into_owned();
    assert!(told.contains("2行目 コンピュータ名: CP932 に無い文字（𠮷）"), "{told}");
    let before = fs::read(folder.path("様式.csv")).unwrap();
    assert!(before.starts_with(b"\x8a\xc7\x97\x9d\x94\xd4\x8d\x86,"), "CP932, 管理番号 first");
    assert!(before.windows(5).any(|window| window == b"'=1+1"));
    let taken = export("様式.csv");
    assert_eq!(code(&taken), 2);
    assert!(said(&taken).contains("上書きはしません"), "{taken:?}");
    assert_eq!(fs::read(folder.path("様式.csv")).unwrap(), before);
    assert_eq!(code(&export("様式.pdf")), 2);
    assert_eq!(code(&export("様式.xlsx")), 0);
}

#[test]
fn only_the_imported_file_itself_is_written_back() {
    let folder = Folder::with_agent("");
    fs::write(folder.path("台帳.csv"), "管理番号,コンピュータ名,IPアドレス\nA-001,PC1,10.20.0.9\n").unwrap();
    let export = |out: &str| folder.daicho(&["ledger", "export", "--workbook", "台帳.csv", "--out", out]);
    fs::write(folder.path("別.csv"), "管理番号,コンピュータ名,IPアドレス\nB-001,PC2,10.20.0.8\n").unwrap();
    assert_eq!(code(&folder.daicho(&["ledger", "import", "別.csv"])), 0);
    assert!(said(&export("写し.csv")).contains("いまの台帳にありません"));
    assert_eq!(code(&folder.daicho(&["ledger", "import", "台帳.csv"])), 0);
    assert!(said(&export("写し.csv")).contains("承認した変更はありません"), "{:?}", export("写し.csv"));
    assert!(said(&export("台帳.csv")).contains("上書きはしません"));
    fs::write(folder.path("台帳.csv"), "管理番号,コンピュータ名,IPアドレス\nA-001,PC9,10.20.0.9\n").unwrap();
    let changed = export("写し.csv");
    assert_eq!(code(&changed), 2);
    assert!(said(&changed).contains("取り込んだあとで変更されています"), "{changed:?}");
    assert!(!folder.path("写し.csv").exists());
}
