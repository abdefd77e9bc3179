//! A project folder with the program in it, and nights that never were: what the tests share that use both as people do.
//! No packet leaves.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::{Value, json};

/// The one network of all these projects.
pub(crate) const SCOPE: &str = "10.20.0.0/24";

/// A project folder. It is gone when the test ends.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    /// A new project, with the settings that `daicho init` writes.
    pub(crate) fn init() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.runs(&["init", ".", "--scope", SCOPE]);
        folder
    }

    /// A new project in which one night is enough for everything that is said, whatever the hour.
    pub(crate) fn of_one_night() -> Self {
        let folder = Self::init();
        folder.set("# scans_needed = 3", "scans_needed = 1");
        folder.set("hours = true", "hours = false");
        folder
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn settings(&self) -> String {
        fs::read_to_string(self.path("daicho.toml")).unwrap()
    }

    /// Replaces a text in the settings, which must be there.
    pub(crate) fn set(&self, before: &str, after: &str) {
        let settings = self.settings();
        assert!(settings.contains(before), "{before}: {settings}");
        self.write("daicho.toml", &settings.replacen(before, after, 1));
    }

    pub(crate) fn daicho(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_daicho"));
        command.current_dir(self.0.path()).args(arguments).env("LANG", "ja_JP.UTF-8").env_remove("LC_ALL");
        command.output().unwrap()
    }

    /// With which exit code it ends.
    pub(crate) fn code(&self, arguments: &[&str]) -> i32 {
        let output = self.daicho(arguments);
        output.status.code().unwrap_or_else(|| panic!("{output:?}"))
    }

    /// What it says on standard output; it must end with 0.
    pub(crate) fn runs(&self, arguments: &[&str]) -> String {
        let output = self.daicho(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// What it says on standard error; it must end with this code.
    pub(crate) fn refused(&self, arguments: &[&str], code: i32) -> String {
        let output = self.daicho(arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {output:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    /// What it says with these arguments, which must ask for JSON.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let output = self.daicho(arguments);
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {arguments:?}: {output:?}"))
    }

    /// Findings that a filter chooses.
    pub(crate) fn findings(&self, filter: &str) -> Vec<Value> {
        let found = self.json(&["findings", "--json", "--where", filter]);
        found.as_array().unwrap_or_else(|| panic!("{found}")).clone()
    }

    /// Imports a ledger file, without judging.
    pub(crate) fn import(&self, name: &str, text: &str) {
        self.write(name, text);
        self.runs(&["ledger", "import", name]);
    }

    /// Keeps a night, without judging.
    pub(crate) fn keep(&self, night: &Night) {
        self.write("night.jsonl", &night.text());
        self.runs(&["import-batch", "night.jsonl"]);
    }
}

/// Everything that it says.
pub(crate) fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// The batch of one night, as an agent writes it.
pub(crate) struct Night {
    lines: Vec<Value>,
    day: String,
    scope: String,
    seen: u32,
}

impl Night {
    /// A night in which nobody has been seen yet; `run` is the end of its id.
    pub(crate) fn new(run: &str, day: &str) -> Self {
        Self::of(run, day, SCOPE)
    }

    pub(crate) fn of(run: &str, day: &str, scope: &str) -> Self {
        let header = json!({
            "record": "header", "format": "daicho-batch", "version": 1, "agent": "0.1.0", "host": "scanner",
            "run": format!("01900000-0000-7000-8000-{run:0>12}"), "started": format!("{day}T02:15:00Z"),
            "scope": [scope], "exclude": [], "profile": "gentle", "interfaces": []
        });
        Self { lines: vec![header], day: day.to_owned(), scope: scope.to_owned(), seen: 0 }
    }

    /// A probe saw facts at an address.
    pub(crate) fn see(&mut self, address: &str, mac: &str, probe: &str, facts: &Value) -> &mut Self {
        self.seen += 1;
        self.lines.push(json!({
            "record": "observation", "number": self.seen, "at": format!("{}T02:15:01Z", self.day), "probe": probe,
            "target": {"address": address, "mac": mac, "interface": "eth0"}, "outcome": "answered", "facts": facts,
            "reply": "00ff"
        }));
        self
    }

    /// An address of the network with the MAC address that goes with it answered.
    pub(crate) fn answers(&mut self, last: u8) -> &mut Self {
        self.answers_as(last, last)
    }

    /// The same with the MAC address of another one.
    pub(crate) fn answers_as(&mut self, last: u8, card: u8) -> &mut Self {
        let mac = mac(card);
        let fact = json!([{"fact": "link_address", "mac": mac}]);
        self.see(&format!("10.20.0.{last}"), &mac, "arp", &fact)
    }

    /// Everybody was asked.
    pub(crate) fn asked_all(&mut self) -> &mut Self {
        self.lines.push(json!({
            "record": "coverage", "segment": self.scope, "on_link": true, "probe": "arp", "asked": 254,
            "answered": self.seen, "not_allowed": 0, "not_reached": 0
        }));
        self
    }

    /// The batch, whole.
    pub(crate) fn text(&self) -> String {
        let end = json!({"record": "end", "finished": format!("{}T02:16:00Z", self.day), "complete": true});
        let lines: Vec<String> = self.lines.iter().chain([&end]).map(ToString::to_string).collect();
        lines.join("\n") + "\n"
    }
}

/// The MAC address that goes with `10.20.0.last`.
pub(crate) fn mac(last: u8) -> String {
    format!("00:80:A3:00:00:{last:02X}")
}
