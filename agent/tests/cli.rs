//! The command line as a scheduler meets it: what is refused, and with which exit code.

use std::process::{Command, Output};

fn agent(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_daicho-agent")).args(args).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn no_scope_no_scan() {
    let output = agent(&["scan"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty(), "nothing is written where nothing is scanned");
    assert!(said(&output).contains("スキャン対象が設定されていません"), "{}", said(&output));
}

#[test]
fn wide_and_public_scopes_are_refused_before_anything_is_sent() {
    for (scope, flag) in [("10.0.0.0/8", "--allow-large"), ("198.51.100.0/24", "--allow-public")] {
        let output = agent(&["scan", "--dry-run", "--scope", scope]);
        assert_eq!(output.status.code(), Some(2), "{scope}");
        assert!(said(&output).contains(flag), "{}", said(&output));
    }
}

#[test]
fn a_scope_that_is_none_is_a_usage_error() {
    let output = agent(&["scan", "--scope", "192.168.1.300/24"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("192.168.1.300/24"), "{}", said(&output));
}

#[test]
fn settings_that_do_not_exist_fail_with_their_path() {
    let output = agent(&["scan", "--config", "no/such/agent.toml"]);
    assert_eq!(output.status.code(), Some(4));
    assert!(said(&output).contains("no/such/agent.toml"), "{}", said(&output));
}

#[test]
fn settings_with_a_mistake_say_where() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("agent.toml");
    std::fs::write(&path, "[scope]\nnetwork = []\n").unwrap();
    let output = agent(&["scan", "--config", path.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(4));
    assert!(said(&output).contains("line 2"), "{}", said(&output));
}

#[test]
fn a_dry_run_says_what_would_be_sent() {
    let output = agent(&["scan", "--scope", "10.255.255.0/24", "--dry-run", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let preview: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(preview["packets_per_second"].as_u64().unwrap() <= 200);
    assert!(preview["packets_per_second_and_device"].as_u64().unwrap() <= 10);
    assert_eq!(preview["addresses_routed"], 254);
    assert!(preview["packets_per_device_at_most"].as_u64().unwrap() > 20);
}

#[test]
fn every_probe_is_listed_with_its_standard() {
    let output = agent(&["probes", "--json"]);
    let lines = String::from_utf8(output.stdout).unwrap();
    let probes: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(probes.len() >= 14);
    assert!(probes.iter().all(|probe| !probe["standard"].as_str().unwrap().is_empty()));
}

#[test]
fn completions_and_manual_pages_are_written() {
    let folder = tempfile::tempdir().unwrap();
    assert!(String::from_utf8(agent(&["completions", "bash"]).stdout).unwrap().contains("daicho-agent"));
    assert!(agent(&["man", folder.path().to_str().unwrap()]).status.success());
    assert!(folder.path().join("daicho-agent.1").exists());
}
