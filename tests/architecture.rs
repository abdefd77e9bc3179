//! The architecture as a test: what each room may not know, and that every list is complete.

use std::fs;
use std::path::{Path, PathBuf};

use daicho_tests::root;

/// A room, what it may not name, and why.
const FORBIDDEN: &[(&str, &[&str], &str)] = &[
    (
        "shared/src",
        &["std::fs", "std::process", "UdpSocket", "TcpStream", "::now()"],
        "words do no I/O and read no clock",
    ),
    (
        "agent/src/probe",
        &["std::fs", "tokio", "socket2", "pnet_datalink", "::now()", "std::process"],
        "a probe speaks bytes and never dials",
    ),
    (
        "agent/src/engine",
        &["std::fs", "tokio", "socket2", "pnet_datalink", "::now()"],
        "the engine gets time as an argument",
    ),
    ("agent/src/plan.rs", &["std::fs", "tokio", "socket2", "::now()"], "a plan is a value"),
    ("agent/src/scope.rs", &["std::fs", "tokio", "socket2", "::now()"], "permission is decided, not done"),
    ("agent/src/scope", &["std::fs", "tokio", "socket2", "::now()"], "permission is decided, not done"),
    ("agent/src", &["daicho::", "reconciler"], "the agent has no opinion"),
    ("reconciler/src", &["daicho_agent"], "the reconciler knows the agent's batch, not the agent"),
    (
        "reconciler/src/judge",
        &[
            "std::fs",
            "std::process",
            "rusqlite",
            "::now()",
            "println!",
            "crate::store",
            "crate::render",
            "crate::import",
        ],
        "the judge takes values and returns values",
    ),
    (
        "reconciler/src/answer",
        &[
            "std::fs",
            "std::process",
            "rusqlite",
            "::now()",
            "println!",
            "crate::store",
            "crate::render",
            "crate::import",
        ],
        "an answer is counted from values, and worded where it is shown",
    ),
    (
        "reconciler/src/render",
        &["rusqlite", "::now()", "println!", "io::stdout", "crate::store"],
        "a renderer takes a value and a writer",
    ),
    ("reconciler/src/store", &["crate::render", "crate::judge::rule"], "the store decides nothing"),
    (
        "reconciler/src/vendor",
        &["std::fs", "std::process", "rusqlite", "::now()", "println!", "crate::store", "crate::render", "crate::run"],
        "what vendors are asked and answered are values",
    ),
    (
        "reconciler/src/export",
        &["std::fs", "std::process", "rusqlite", "::now()", "println!", "crate::store", "crate::run"],
        "an export takes octets and returns octets",
    ),
    (
        "reconciler/src/pack",
        &["std::fs", "std::process", "rusqlite", "::now()", "println!", "crate::store", "crate::render", "crate::run"],
        "a pack is octets, and so is what is found out about it",
    ),
    ("reconciler/src/import", &["rusqlite", "crate::store", "crate::judge::asset"], "import knows entries, not assets"),
];

/// Files that read the clock, one a program.
const CLOCKS: &[&str] = &["agent/src/edge/clock.rs", "reconciler/src/edge.rs"];

#[test]
fn no_room_names_what_it_may_not_know() {
    let mut broken = vec![];
    for (room, words, why) in FORBIDDEN {
        for file in sources(room) {
            let text = program_text(&file);
            for word in words.iter().filter(|word| text.contains(**word)) {
                broken.push(format!("{}: names `{word}`: {why}", shown(&file)));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_clock_is_read_in_one_file_of_each_program() {
    let clocks = ["Timestamp::now()", "Instant::now()", "SystemTime::now()", "Zoned::now()"];
    let readers = ["agent/src", "reconciler/src"].into_iter().flat_map(sources).filter(|file| {
        let text = program_text(file);
        clocks.iter().any(|clock| text.replace("tokio::time::Instant::now()", "").contains(clock))
            && !CLOCKS.contains(&shown(file).as_str())
            && !shown(file).starts_with("agent/src/edge/udp.rs")
    });
    assert_eq!(readers.map(|file| shown(&file)).collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn only_the_scope_makes_a_permit() {
    let makers = sources("agent/src").into_iter().filter(|file| {
        let text = program_text(file);
        shown(file) != "agent/src/scope.rs" && (text.contains("Permit {") && text.contains("granted:"))
    });
    assert_eq!(makers.count(), 0);
    let scope = fs::read_to_string(root().join("agent/src/scope.rs")).unwrap();
    let fields = scope.split("pub struct Permit {").nth(1).and_then(|rest| rest.split('}').next()).unwrap();
    assert!(!fields.contains("pub "), "a permit's fields are its own");
}

#[test]
fn everything_in_the_edge_that_sends_takes_a_permit() {
    for (file, send) in [
        ("link.rs", "send_to("),
        ("tcp.rs", "socket.connect("),
        ("udp.rs", "UdpSocket::bind("),
        ("echo.rs", ".ping("),
        ("snmp.rs", "UdpTransport::bind("),
    ] {
        let text = program_text(&root().join("agent/src/edge").join(file));
        assert!(text.contains(send), "{file}: {send} moved; this test must move with it");
        assert!(text.contains("permit.spend("), "{file} sends without spending a permit");
    }
    let senders = [
        "send_to(",
        "TcpStream::connect",
        "TcpSocket::new",
        "UdpSocket::bind",
        "UdpTransport::bind",
        "pnet_datalink::channel",
    ];
    for file in sources("agent/src").into_iter().filter(|file| !shown(file).starts_with("agent/src/edge/")) {
        let text = program_text(&file);
        assert!(senders.iter().all(|send| !text.contains(send)), "{} sends", shown(&file));
    }
}

#[test]
fn unsafe_code_is_in_the_agents_edge_only() {
    for room in ["shared/src", "agent/src", "reconciler/src", "tests"] {
        for file in sources(room).into_iter().filter(|file| !shown(file).starts_with("agent/src/edge/")) {
            let text = program_text(&file);
            assert!(!text.contains("unsafe {") && !text.contains("allow(unsafe_code"), "{}", shown(&file));
        }
    }
}

#[test]
fn every_probe_and_every_rule_is_registered() {
    let registry = program_text(&root().join("agent/src/probe/mod.rs"));
    let mut probes = 0;
    for file in sources("agent/src/probe") {
        let text = program_text(&file);
        for name in text.split("impl Probe for ").skip(1).filter_map(|rest| rest.split_whitespace().next()) {
            probes += 1;
            assert!(registry.contains(&format!("::{name},")), "{}: {name} is not in PROBES", shown(&file));
        }
    }
    assert!(probes >= 15, "{probes} probes were found: this test has lost them");
    let rules = fs::read_to_string(root().join("reconciler/src/judge/rule/mod.rs")).unwrap();
    for name in modules("reconciler/src/judge/rule") {
        assert!(rules.contains(&format!("{name}::")), "rule/{name}.rs is not in the list of rules");
    }
}

#[test]
fn every_config_file_parses() {
    for file in files("config", "toml") {
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.parse::<toml::Table>().is_ok(), "{}: {:?}", shown(&file), text.parse::<toml::Table>().err());
    }
    for file in files("config", "json") {
        assert!(serde_json::from_slice::<serde_json::Value>(&fs::read(&file).unwrap()).is_ok(), "{}", shown(&file));
    }
}

#[test]
fn nothing_outside_tests_panics_on_purpose() {
    // A message that says why it cannot happen.
    let allowed = |line: &str| ["parsed by a test", "cannot", "is a constant"].iter().any(|why| line.contains(why));
    let mut found = vec![];
    for room in ["shared/src", "agent/src", "reconciler/src"] {
        for file in sources(room) {
            let text = program_text(&file);
            let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            let bad = lines.filter(|line| (line.contains(".unwrap()") || line.contains(".expect(")) && !allowed(line));
            found.extend(bad.map(|line| format!("{}: {}", shown(&file), line.trim())));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_member_inherits_the_lints_and_every_version_is_pinned_once() {
    for manifest in ["shared", "agent", "reconciler", "tests", "tests/fuzz", "tests/hospital"] {
        let text = fs::read_to_string(root().join(manifest).join("Cargo.toml")).unwrap();
        let table: toml::Table = text.parse().unwrap();
        assert_eq!(table["lints"]["workspace"].as_bool(), Some(true), "{manifest}");
        for section in ["dependencies", "dev-dependencies"] {
            let Some(dependencies) = table.get(section).and_then(toml::Value::as_table) else { continue };
            for (name, value) in dependencies {
                assert!(value.get("workspace").is_some(), "{manifest}: {name} is not a workspace dependency");
            }
        }
    }
}

/// The Rust files of a room, or the one file.
fn sources(room: &str) -> Vec<PathBuf> {
    let path = root().join(room);
    if path.is_file() { vec![path] } else { files(room, "rs") }
}

fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut found = vec![];
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        for path in entries.map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The modules of a folder, by file.
fn modules(folder: &str) -> Vec<String> {
    let names = files(folder, "rs").into_iter().filter_map(|file| Some(file.file_stem()?.to_str()?.to_owned()));
    names.filter(|name| name != "mod" && name != "tests").collect()
}

/// A file's text without its tests.
fn program_text(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let by_name = ["tests.rs", "laws.rs", "sample.rs", "fixture.rs", "architecture.rs", "oracle.rs"]
        .iter()
        .any(|name| file.ends_with(name));
    let in_room = file.strip_prefix(root()).unwrap_or(file).starts_with("reconciler/src");
    if by_name || in_room && file.components().any(|part| part.as_os_str() == "tests") {
        return String::new();
    }
    without_tests(&text)
}

/// The text without the items that only tests are compiled with.
fn without_tests(text: &str) -> String {
    let mut kept = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.trim_start() != "#[cfg(test)]" {
            kept.push_str(line);
            kept.push('\n');
            continue;
        }
        let end = format!("{}}}", &line[..line.len() - line.trim_start().len()]);
        // A line that opens nothing is the whole item; otherwise it ends with its brace.
        if lines.by_ref().find(|line| !line.trim_start().starts_with("#[")).is_some_and(|line| line.ends_with('{')) {
            lines.by_ref().find(|line| *line == end);
        }
    }
    kept
}

#[test]
fn items_of_tests_are_left_out_and_nothing_else() {
    let text = "a\n#[cfg(test)]\nmod laws;\nb\n    #[cfg(test)]\n    fn t() {\n        x\n    }\nc\n#[cfg(test)]\nmod t {\n}\n";
    assert_eq!(without_tests(text), "a\nb\nc\n");
}

fn shown(file: &Path) -> String {
    file.strip_prefix(root()).unwrap_or(file).display().to_string()
}
