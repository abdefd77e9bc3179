//! What today's programs make of yesterday's replies, and whether everything they say has words.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use daicho::lang::Lang;
use daicho::render::words::observation::method_plain;
use daicho_agent::probe::PROBES;
use daicho_tests::{program, root};

#[test]
fn every_probe_has_words_in_both_languages() {
    let wordless = PROBES
        .iter()
        .map(|probe| probe.card().name)
        .filter(|name| [Lang::Ja, Lang::En].iter().any(|lang| method_plain(name, *lang) == *name));
    assert_eq!(wordless.collect::<Vec<_>>(), Vec::<&str>::new());
}

fn daicho(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(program("daicho"));
    command.current_dir(folder).args(arguments).env("LANG", "ja_JP.UTF-8").env_remove("LC_ALL");
    command.output().unwrap()
}

fn said(output: &Output) -> String {
    let both = [&output.stdout[..], &output.stderr].concat();
    String::from_utf8_lossy(&both).into_owned()
}

/// A night of last year: one device whose reply nobody could read then.
fn old_batch(folder: &Path) {
    let hex = fs::read_to_string(root().join("tests/devices/samba-nmbd-netbios.hex")).unwrap();
    let reply: String = hex.lines().filter(|line| !line.starts_with('#')).collect();
    let target = serde_json::json!({"address": "10.20.0.5", "mac": "00:80:A3:12:34:56", "interface": "eth0"});
    let records = [
        serde_json::json!({
            "record": "header", "format": "daicho-batch", "version": 1, "agent": "0.0.1", "host": "scanner",
            "run": "01900000-0000-7000-8000-000000000001", "started": "2025-03-31T02:15:00Z",
            "scope": ["10.20.0.0/24"], "exclude": [], "profile": "gentle", "interfaces": []
        }),
        serde_json::json!({
            "record": "observation", "number": 1, "at": "2025-03-31T02:15:01Z", "probe": "arp", "target": target,
            "outcome": "answered", "facts": [{"fact": "link_address", "mac": "00:80:A3:12:34:56"}]
        }),
        serde_json::json!({
            "record": "observation", "number": 2, "at": "2025-03-31T02:15:02Z", "probe": "netbios", "target": target,
            "outcome": "other_protocol", "reply": reply
        }),
        serde_json::json!({"record": "end", "finished": "2025-03-31T02:16:00Z", "complete": true}),
    ];
    let lines: Vec<String> = records.iter().map(ToString::to_string).collect();
    fs::write(folder.join("old.jsonl"), lines.join("\n") + "\n").unwrap();
}

#[test]
fn last_years_batch_gives_todays_understanding_and_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    assert!(daicho(folder, &["init", ".", "--scope", "10.20.0.0/24"]).status.success());
    let settings = fs::read_to_string(folder.join("daicho.toml")).unwrap();
    let agent = format!("[scan]\nagent = \"{}\"", program("daicho-agent").display());
    fs::write(folder.join("daicho.toml"), settings.replace("[scan]", &agent)).unwrap();
    old_batch(folder);
    assert!(daicho(folder, &["import-batch", "old.jsonl"]).status.success());
    daicho(folder, &["reconcile"]);
    let before = said(&daicho(folder, &["show", "10.20.0.5"]));
    assert!(!before.contains("NetBIOS）"), "{before}");

    let anew = daicho(folder, &["reconcile", "--rules"]);
    assert!(said(&anew).contains("1パケットも送信していません"), "{}", said(&anew));
    let name = "（NetBIOS）";
    let after = said(&daicho(folder, &["show", "10.20.0.5"]));
    // The sentence may be wrapped anywhere.
    let unwrapped: String = after.split_whitespace().collect();
    assert!(after.contains(name) && unwrapped.contains("読み直し"), "{after}");
    // The same batch is still the same: nothing of it was replaced.
    assert!(daicho(folder, &["import-batch", "old.jsonl"]).status.success());
    // A later plain judgement keeps what was read.
    daicho(folder, &["reconcile"]);
    assert!(said(&daicho(folder, &["show", "10.20.0.5"])).contains(name));
}
