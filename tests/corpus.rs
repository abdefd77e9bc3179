//! The corpus of `tests/devices/corpus`: what devices say, with its source, and what must be understood by it.
//!
//! Where a case holds a reply as it came over the wire, it is read by the agent's own probe; where it holds facts, these
//! stand for a probe's. The test prints which class was taken for which, and fails on any difference.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::time::Duration;

use daicho_agent::probe::{Question, Reply, SEEMING_POINTS, Step, named};
use daicho_shared::address::Mac;
use daicho_shared::class::Class;
use daicho_shared::fact::{Fact, NameSource, PortState, Transport};
use daicho_shared::knowledge::ports::Ports;
use daicho_shared::recognise::{Conclusion, Recognition, Rules, recognise, signs};
use daicho_tests::root;
use serde::Deserialize;

/// The fewest cases that the corpus may hold, and the fewest devices of a class.
const CASES: usize = 150;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    case: Vec<Case>,
}

/// One device.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    /// Standard, manual, daemon or recording that the words come from.
    source: String,
    #[serde(default)]
    see: See,
    expect: Expect,
}

/// What is seen of it.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct See {
    macs: Vec<Mac>,
    /// Open TCP ports.
    open: Vec<u16>,
    /// Open UDP ports.
    udp: Vec<u16>,
    names: BTreeMap<String, String>,
    /// `sysDescr` and `sysObjectID`.
    snmp: Option<[String; 2]>,
    http: Option<Page>,
    https: Option<Page>,
    announce: Vec<String>,
    /// `source.key`, value.
    attributes: BTreeMap<String, String>,
    products: Vec<Product>,
    os: Option<System>,
    services: Vec<Service>,
    replies: Vec<Answer>,
    facts: Vec<Fact>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Page {
    title: Option<String>,
    server: Option<String>,
    realm: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Product {
    source: String,
    maker: Option<String>,
    model: Option<String>,
    firmware: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct System {
    source: String,
    name: Option<String>,
    version: Option<String>,
    build: Option<u32>,
    edition: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Service {
    protocol: String,
    port: u16,
    #[serde(default)]
    udp: bool,
    product: Option<String>,
    version: Option<String>,
    banner: Option<String>,
}

/// A reply as it came over the wire.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    probe: String,
    /// TCP port, where it is a stream.
    port: Option<u16>,
    text: Option<String>,
    /// A file of `tests/devices`.
    file: Option<String>,
    /// It is a frame that was overheard.
    #[serde(default)]
    heard: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    class: Class,
    /// Absent: whatever it is. Empty: nothing may be said.
    maker: Option<String>,
    model: Option<String>,
    os: Option<String>,
    firmware: Option<String>,
    /// Classes that must be shown beside the answer, as contradictions.
    #[serde(default)]
    others: Vec<Class>,
    /// Systems that must be shown beside the answer.
    #[serde(default)]
    other_systems: Vec<String>,
    /// Prefixes of classes for which the agent must see enough to ask on, or to be careful.
    #[serde(default)]
    seems: Vec<String>,
}

#[test]
fn every_device_of_the_corpus_is_understood() {
    let (rules, ports) = (Rules::builtin(), Ports::builtin());
    let mut wrong = vec![];
    let mut confusion: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut spoke = BTreeSet::new();
    let cases = corpus();
    for (file, case) in &cases {
        let facts = case.see.facts();
        let found = recognise(rules, &signs(case.see.macs.iter().copied(), &facts, &ports));
        *confusion.entry((case.expect.class.code(), found.class.value.code())).or_default() += 1;
        wrong.extend(case.expect.differences(&found).into_iter().map(|what| format!("{file}: {}: {what}", case.name)));
        spoke.extend(rules_of(&found));
    }
    println!("{:>18}   {:<18} cases", "is", "was taken for");
    for ((is, taken), count) in &confusion {
        println!("{is:>18} {} {taken:<18} {count:>4}", if is == taken { ' ' } else { '!' });
    }
    let silent = rules.rules.iter().filter(|rule| !spoke.contains(&rule.name)).count();
    println!("{} cases; {} of {} rules spoke", cases.len(), spoke.len(), spoke.len() + silent);
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_corpus_has_devices_of_every_class_and_names_its_sources() {
    let cases = corpus();
    assert!(cases.len() >= CASES, "{}", cases.len());
    let names: BTreeSet<&str> = cases.iter().map(|(_, case)| case.name.as_str()).collect();
    assert_eq!(names.len(), cases.len(), "two cases have one name");
    for (file, case) in &cases {
        assert!(case.source.len() > 8, "{file}: {}: where is it from?", case.name);
    }
    for (class, code) in Class::ALL {
        let count = cases.iter().filter(|(_, case)| case.expect.class == class).count();
        assert!(count >= 2, "only {count} devices are {code}");
    }
}

fn corpus() -> Vec<(String, Case)> {
    let folder = root().join("tests/devices/corpus");
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut cases = vec![];
    for path in files {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let file: File = toml::from_str(&fs::read_to_string(&path).unwrap()).unwrap_or_else(|e| panic!("{name}: {e}"));
        cases.extend(file.case.into_iter().map(|case| (name.clone(), case)));
    }
    cases
}

/// Every rule that spoke, for the answer or against it.
fn rules_of(found: &Recognition) -> Vec<String> {
    fn of<T>(conclusion: &Conclusion<T>) -> Vec<String> {
        let others = conclusion.others.iter().flat_map(|other| &other.reasons);
        conclusion.reasons.iter().chain(others).map(|reason| reason.rule.clone()).collect()
    }
    let values = [&found.maker, &found.model, &found.os, &found.firmware];
    of(&found.class).into_iter().chain(values.into_iter().flatten().flat_map(of)).collect()
}

impl Expect {
    fn differences(&self, found: &Recognition) -> Vec<String> {
        let mut wrong = vec![];
        if found.class.value != self.class {
            let shown: Vec<String> =
                found.candidates.iter().map(|(class, points)| format!("{class} {points}")).collect();
            wrong.push(format!("is {}, was taken for {} ({})", self.class, found.class.value, shown.join(", ")));
        }
        let values = [
            ("maker", &self.maker, &found.maker),
            ("model", &self.model, &found.model),
            ("os", &self.os, &found.os),
            ("firmware", &self.firmware, &found.firmware),
        ];
        for (part, expected, found) in values {
            let value = found.as_ref().map_or("", |found| found.value.as_str());
            if expected.as_ref().is_some_and(|expected| expected != value) {
                wrong.push(format!("{part} is {:?}, was read as {value:?}", expected.as_deref().unwrap_or("")));
            }
        }
        let shown = |class: &&Class| found.class.others.iter().any(|other| other.value == **class);
        wrong.extend(self.others.iter().filter(|class| !shown(class)).map(|class| format!("{class} is not shown")));
        let systems: Vec<&str> = found.os.iter().flat_map(|os| &os.others).map(|other| other.value.as_str()).collect();
        let hidden = self.other_systems.iter().filter(|system| !systems.contains(&system.as_str()));
        wrong.extend(hidden.map(|system| format!("{system} is not shown beside the system, only {systems:?}")));
        let unseen = self.seems.iter().filter(|prefix| !found.seems(prefix, SEEMING_POINTS));
        wrong.extend(unseen.map(|prefix| format!("does not seem to be {prefix}: {:?}", found.candidates)));
        wrong
    }
}

impl See {
    fn facts(&self) -> Vec<Fact> {
        let open = |transport, port| Fact::Port { transport, port, state: PortState::Open };
        let tcp = self.open.iter().map(|port| open(Transport::Tcp, *port));
        let udp = self.udp.iter().map(|port| open(Transport::Udp, *port));
        let names = self.names.iter().map(|(source, name)| Fact::Name {
            source: name_source(source),
            name: name.clone(),
            domain: None,
        });
        let announced = self.announce.iter().map(|kind| Fact::Announcement {
            source: if kind.starts_with('_') { "mdns" } else { "ssdp" }.to_owned(),
            kind: kind.clone(),
            instance: None,
            port: None,
        });
        let attributes = self.attributes.iter().map(|(name, value)| {
            let (source, key) = name.split_once('.').unwrap_or_else(|| panic!("{name} has no source"));
            Fact::Attribute { source: source.to_owned(), key: key.to_owned(), value: value.clone() }
        });
        let mut facts: Vec<Fact> = tcp.chain(udp).chain(names).chain(announced).chain(attributes).collect();
        facts.extend(self.http.iter().map(|page| page.fact(80)).chain(self.https.iter().map(|page| page.fact(443))));
        facts.extend(self.snmp.iter().map(|[description, object_id]| Fact::System {
            description: description.clone(),
            object_id: object_id.clone(),
            name: String::new(),
            contact: String::new(),
            location: String::new(),
            uptime_seconds: 0,
        }));
        facts.extend(self.products.iter().map(Product::fact));
        facts.extend(self.os.iter().map(System::fact));
        facts.extend(self.services.iter().map(Service::fact));
        facts.extend(self.replies.iter().flat_map(Answer::facts));
        facts.extend(self.facts.iter().cloned());
        facts
    }
}

impl Page {
    fn fact(&self, port: u16) -> Fact {
        let (title, server, realm) = (self.title.clone(), self.server.clone(), self.realm.clone());
        Fact::Web { port, tls: port == 443, status: 200, title, server, realm }
    }
}

impl Product {
    fn fact(&self) -> Fact {
        let (source, maker, model, firmware) =
            (self.source.clone(), self.maker.clone(), self.model.clone(), self.firmware.clone());
        Fact::Product { source, maker, model, serial: None, firmware }
    }
}

impl System {
    fn fact(&self) -> Fact {
        Fact::OperatingSystem {
            source: self.source.clone(),
            name: self.name.clone(),
            version: self.version.clone(),
            build: self.build,
            edition: self.edition.clone(),
        }
    }
}

impl Service {
    fn fact(&self) -> Fact {
        Fact::Service {
            transport: if self.udp { Transport::Udp } else { Transport::Tcp },
            port: self.port,
            protocol: self.protocol.clone(),
            product: self.product.clone(),
            version: self.version.clone(),
            banner: self.banner.clone(),
        }
    }
}

impl Answer {
    /// What the agent's probe reads from it.
    fn facts(&self) -> Vec<Fact> {
        let probe = named(&self.probe).unwrap_or_else(|| panic!("no probe is called {}", self.probe));
        let bytes = self.bytes();
        if self.heard {
            return probe.hear(&bytes).unwrap_or_else(|| panic!("{} does not hear {:?}", self.probe, self.file)).facts;
        }
        let reading = if let Some(port) = self.port {
            let question = probe.speak(port).unwrap_or_else(|| panic!("{} does not speak on {port}", self.probe));
            let Question::Stream { mut dialogue, .. } = question else { panic!("{} is no stream", self.probe) };
            if dialogue.open(None) != Step::Done {
                dialogue.hear(&bytes);
            }
            dialogue.close()
        } else {
            let question = Question::Datagram { port: 1, payload: vec![], wait: Duration::ZERO };
            probe.read(&question, Reply::Datagram(&bytes))
        };
        assert!(!reading.facts.is_empty(), "{} reads nothing from {:?}", self.probe, self.file);
        reading.facts
    }

    fn bytes(&self) -> Vec<u8> {
        if let Some(file) = &self.file {
            let text = fs::read_to_string(root().join("tests/devices").join(file)).unwrap();
            return hex::decode(text.lines().filter(|line| !line.starts_with('#')).collect::<String>()).unwrap();
        }
        self.text.clone().unwrap_or_default().into_bytes()
    }
}

fn name_source(source: &str) -> NameSource {
    serde_json::from_value(serde_json::Value::String(source.to_owned())).unwrap_or_else(|_| panic!("{source}"))
}
