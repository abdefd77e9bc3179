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

/// A batch with one reply of Samba's `nmbd`, and with nothing read in it.
fn old_batch() -> String {
    let path = format!("{}/../tests/devices/samba-nmbd-netbios.hex", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let reply: String = text.lines().filter(|line| !line.starts_with('#')).collect();
    let header = "{\"record\":\"header\",\"format\":\"daicho-batch\",\"version\":1,\"run\":\"run-1\",\"agent\":\"0.0.1\",\
                  \"host\":\"scanner\",\"started\":\"2025-03-31T02:15:00Z\",\"scope\":[],\"exclude\":[],\
                  \"profile\":\"gentle\",\"interfaces\":[]}";
    let seen = format!(
        "{{\"record\":\"observation\",\"number\":1,\"at\":\"2025-03-31T02:15:01Z\",\"probe\":\"netbios\",\
         \"target\":{{\"address\":\"10.20.0.5\"}},\"outcome\":\"other_protocol\",\"reply\":\"{reply}\"}}"
    );
    format!("{header}\n{seen}\n")
}

fn reread(mut command: Command) -> Output {
    use std::io::Write;
    use std::process::Stdio;
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(old_batch().as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn kept_replies_are_read_again_by_a_program_that_has_no_network_at_all() {
    let agent = env!("CARGO_BIN_EXE_daicho-agent");
    let mut here = Command::new(agent);
    here.arg("reread");
    let output = reread(here);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(text.contains("\"source\":\"netbios\"") && text.contains("\"outcome\":\"answered\""), "{text}");
    assert!(text.contains(&format!("\"agent\":\"{}\"", env!("CARGO_PKG_VERSION"))), "{text}");
    // A namespace of its own has no interface but a loopback that is down.
    let mut alone = Command::new("unshare");
    alone.args(["--user", "--map-root-user", "--net", agent, "reread"]);
    match Command::new("unshare").args(["--user", "--map-root-user", "--net", "true"]).status() {
        Ok(status) if status.success() => assert_eq!(reread(alone).stdout, output.stdout),
        _ => assert!(std::env::var_os("DAICHO_TEST_ALL").is_none(), "no namespaces here"),
    }
}

#[test]
fn what_is_no_batch_is_told() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_daicho-agent"));
    command.arg("reread").stdin(std::process::Stdio::null());
    let output = command.output().unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(4), 0));
    assert!(said(&output).contains("no batch"), "{}", said(&output));
}
