//! The hospital as a command meets it, through a real kernel: skipped, and said so, where user
//! namespaces are not allowed.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Output};
use std::time::Duration;

use serde_json::Value;

const HOSPITAL: &str = env!("CARGO_BIN_EXE_daicho-hospital");
/// This test binary runs itself inside the hospital with this variable set.
const INSIDE: &str = "DAICHO_HOSPITAL_TEST_INSIDE";
const REFUSED: i32 = 4;

fn exec(options: &[&str], command: &[&str]) -> Option<Output> {
    let output = Command::new(HOSPITAL)
        .args(["exec", "--quiet"])
        .args(options)
        .arg("--")
        .args(command)
        .env(INSIDE, "1")
        .output()
        .expect("the binary was built");
    if output.status.code() == Some(REFUSED) {
        eprintln!("SKIPPED: user namespaces are not allowed here");
        return None;
    }
    Some(output)
}

/// Runs one of the tests below named `inside_…` in the hospital.
fn inside(test: &str, options: &[&str]) -> bool {
    let own = std::env::current_exe().expect("a running test has a path");
    let own = own.to_str().expect("the path of a build is text");
    let Some(output) = exec(options, &[own, "--exact", test, "--nocapture", "--test-threads=1"]) else { return false };
    let said = [output.stdout.as_slice(), &output.stderr].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&said));
    true
}

fn is_inside() -> bool {
    std::env::var_os(INSIDE).is_some()
}

fn connect(address: &str) -> std::io::Result<TcpStream> {
    let address: SocketAddr = address.parse().expect("a constant");
    let stream = TcpStream::connect_timeout(&address, Duration::from_secs(3))?;
    stream.set_read_timeout(Some(Duration::from_secs(3)))?;
    Ok(stream)
}

fn ask(address: &str, request: &[u8]) -> Vec<u8> {
    let mut stream = connect(address).unwrap();
    stream.write_all(request).unwrap();
    let mut answer = vec![];
    stream.read_to_end(&mut answer).unwrap();
    answer
}

#[test]
fn the_exit_code_is_the_commands() {
    let Some(output) = exec(&[], &["sh", "-c", "echo out; exit 7"]) else { return };
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(7), b"out\n".as_slice()));
}

#[test]
fn a_signal_reaches_the_command() {
    let child = Command::new(HOSPITAL).args(["exec", "--quiet", "--", "sleep", "60"]).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(700));
    let pid = nix::unistd::Pid::from_raw(i32::try_from(child.id()).unwrap());
    // Where namespaces are refused the process has ended already.
    let _ = nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM);
    let code = child.wait_with_output().unwrap().status.code();
    if code == Some(REFUSED) {
        eprintln!("SKIPPED: user namespaces are not allowed here");
        return;
    }
    assert_eq!(code, Some(128 + 15));
}

#[test]
fn devices_answer_and_what_reached_them_is_written_down() {
    let folder = tempfile::tempdir().unwrap();
    let (stats, record) = (folder.path().join("stats.json"), folder.path().join("all.pcap"));
    let options = ["--stats", stats.to_str().unwrap(), "--record", record.to_str().unwrap()];
    if !inside("inside_services_answer", &options) {
        return;
    }
    let stats: Value = serde_json::from_slice(&std::fs::read(stats).unwrap()).unwrap();
    let frames = stats["frames_in"].as_u64().unwrap() + stats["frames_out"].as_u64().unwrap();
    let mut recorded = 0;
    let capture = std::fs::read(record).unwrap();
    let mut rest = &capture[24..];
    while let Some(head) = rest.first_chunk::<16>() {
        let length = u32::from_le_bytes([head[8], head[9], head[10], head[11]]);
        rest = &rest[16 + usize::try_from(length).unwrap()..];
        recorded += 1;
    }
    assert_eq!(recorded, frames);
    let incidents: Vec<_> = stats["incidents"].as_array().unwrap().iter().collect();
    let of = |device: &str| incidents.iter().filter(|incident| incident["device"] == device).count();
    assert_eq!((of("PRT-1F01"), of("ANLZ-HEMA01"), incidents.len()), (1, 1, 2), "{incidents:?}");
}

#[test]
fn inside_services_answer() {
    if !is_inside() {
        return;
    }
    let page = String::from_utf8(ask("10.10.0.14:80", b"GET / HTTP/1.0\r\n\r\n")).unwrap();
    assert!(page.contains("<title>RIS Web</title>"), "{page}");
    let reject = ask("10.20.0.25:104", &[1, 0, 0, 0, 0, 2, 0, 1]);
    assert_eq!(reject, [3, 0, 0, 0, 0, 4, 0, 1, 1, 7]);
    let refused = connect("10.20.0.21:105").unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
    connect("10.10.0.110:9100").unwrap().write_all(b"x").unwrap();
    connect("10.10.0.160:5000").unwrap().write_all(b"x").unwrap();
    // The octets must have arrived before the hospital ends.
    std::thread::sleep(Duration::from_millis(300));
    let socket = std::net::UdpSocket::bind("0.0.0.0:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(3))).unwrap();
    socket.send_to(b"M-SEARCH * HTTP/1.1\r\nST: upnp:rootdevice\r\n\r\n", "239.255.255.250:1900").unwrap();
    let mut from = std::collections::BTreeSet::new();
    let mut answer = [0; 1500];
    while from.len() < 2 {
        let (_, peer) = socket.recv_from(&mut answer).unwrap();
        from.insert(peer.ip().to_string());
    }
    assert_eq!(from.into_iter().collect::<Vec<_>>(), ["10.10.0.131", "10.10.0.200"]);
}
