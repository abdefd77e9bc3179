//! One audit of the lab, for all tests, and what it left.

use std::fs;
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use daicho_tests::{no_namespaces, program, root, run, skip};
use serde_json::Value;
use tempfile::TempDir;

use super::capture::{self, Frame};

/// What the lab's hosts are made of.
const NEEDS: [&str; 14] = [
    "unshare",
    "ip",
    "nsenter",
    "bash",
    "python3",
    "tcpdump",
    "iptables",
    "nft",
    "dnsmasq",
    "miniupnpd",
    "radvd",
    "keepalived",
    "pppoe-server",
    "snmpd",
];
const MORE_NEEDS: [&str; 3] = ["smbd", "nmbd", "sshd"];

/// One host: a line of `table`.
#[derive(Debug)]
pub(super) struct Host {
    pub(super) name: String,
    pub(super) address: Ipv4Addr,
    /// Grades of M, F and U.
    pub(super) expected: [String; 3],
}

impl Host {
    /// Its card on the LAN.
    pub(super) fn mac(&self) -> [u8; 6] {
        [0x02, 0x77, 0, 0, 0, self.address.octets()[3]]
    }

    /// It neither forwards nor shows a way out.
    pub(super) fn is_ordinary(&self) -> bool {
        self.expected[1] == "nothing" && self.expected[2] == "undecidable"
    }
}

/// An audit, and the captures of the time.
pub(super) struct Night {
    pub(super) hosts: Vec<Host>,
    folder: TempDir,
    result: Value,
}

/// The audit of the lab; `None`, and said so, where it cannot run.
pub(super) fn night(test: &str) -> Option<&'static Night> {
    static NIGHT: OnceLock<Result<Night, String>> = OnceLock::new();
    match NIGHT.get_or_init(audit) {
        Ok(night) => Some(night),
        Err(why) => {
            skip(test, why);
            None
        }
    }
}

/// What is not installed here, and the lab's hosts are made of.
pub(super) fn missing() -> Option<String> {
    let places = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];
    let installed = |name: &str| places.iter().any(|place| Path::new(place).join(name).exists());
    let missing: Vec<&str> = NEEDS.into_iter().chain(MORE_NEEDS).filter(|name| !installed(name)).collect();
    (!missing.is_empty()).then(|| format!("not installed: {}", missing.join(", ")))
}

fn audit() -> Result<Night, String> {
    if let Some(why) = no_namespaces() {
        return Err(why);
    }
    if let Some(why) = missing() {
        return Err(why);
    }
    let folder = tempfile::tempdir().unwrap();
    let script = r#"
        "$DAICHO" init "$PROJECT" --quiet --scope 10.77.0.0/24 --interface lan0 || exit
        "$DAICHO" -C "$PROJECT" ledger import --quiet "$LAB/ledger.csv" || exit
        "$DAICHO" -C "$PROJECT" audit --json --lang en --fail-on urgent >"$PROJECT/result.json" || [ $? = 1 ]"#;
    let output = run(Command::new("bash")
        .arg(root().join("tests/uplinks/lab.sh"))
        .arg(root().join("tests/uplinks/table"))
        .arg(folder.path().join("hosts"))
        .args(["bash", "-c", script])
        .env("PROJECT", folder.path().join("project"))
        .env("DAICHO", program("daicho")));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {said}", output.status);
    let result = fs::read(folder.path().join("project/result.json")).unwrap();
    let result = serde_json::from_slice(&result).unwrap();
    Ok(Night { hosts: table(), folder, result })
}

fn table() -> Vec<Host> {
    let text = fs::read_to_string(root().join("tests/uplinks/table")).unwrap();
    let rows = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let host = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let address = Ipv4Addr::new(10, 77, 0, words[0].parse().unwrap());
        Host { name: words[1].to_owned(), address, expected: [2, 3, 4].map(|at| words[at].to_owned()) }
    };
    rows.map(host).collect()
}

impl Night {
    /// The machine that has the host's address.
    fn asset(&self, host: &Host) -> &Value {
        let assets = self.result["assets"].as_array().unwrap();
        let own = Value::from(host.address.to_string());
        let has = |interface: &Value| interface["addresses"].as_array().is_some_and(|it| it.contains(&own));
        let found = assets.iter().find(|asset| asset["interfaces"].as_array().is_some_and(|it| it.iter().any(has)));
        found.unwrap_or_else(|| panic!("{} was not found", host.name))
    }

    /// How a hypothesis is graded.
    pub(super) fn grade(&self, host: &Host, hypothesis: &str) -> String {
        self.asset(host)[hypothesis]["grade"].as_str().unwrap_or("?").to_owned()
    }

    /// What a probe saw of a host, of that which a grade stands on.
    pub(super) fn facts(&self, probe: &str, host: &Host) -> Vec<&Value> {
        let address = Value::from(host.address.to_string());
        let seen = self.result["evidence"].as_object().unwrap().values();
        let seen = seen.filter(|it| it["probe"] == probe && it["address"] == address);
        seen.flat_map(|it| it["facts"].as_array().unwrap()).collect()
    }

    /// Packets of a probe that reached a host.
    pub(super) fn packets(&self, host: &Host, probe: &str) -> u64 {
        let address = Value::from(host.address.to_string());
        let sent = self.result["sent"].as_array().unwrap().iter();
        sent.filter(|it| it["probe"] == probe && it["address"] == address).filter_map(|it| it["packets"].as_u64()).sum()
    }

    /// What was captured on the LAN.
    pub(super) fn lan(&self) -> Vec<Frame> {
        capture::read(&self.folder.path().join("hosts/lan0.pcap"))
    }

    /// What was captured on each line behind a host, with its name.
    pub(super) fn lines(&self, host: &Host) -> Vec<(String, Vec<Frame>)> {
        let entries = fs::read_dir(self.folder.path().join("hosts").join(&host.name)).unwrap();
        let paths =
            entries.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|it| it == "pcap"));
        paths.map(|path| (path.file_stem().unwrap().to_string_lossy().into_owned(), capture::read(&path))).collect()
    }
}
