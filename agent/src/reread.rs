//! Kept replies, read again by today's probes: last year's batch gives today's understanding, without a
//! packet. Octets in, facts out; no question is put, and no socket is opened.
//!
//! An observation keeps everything that was seen then: time, target, octets. Its facts become the union of
//! what was read then and what is read now; of one thing (a name of one source, a service on one port) the
//! new reading stands where it says at least as much. What left no octets behind (SNMP variables, a plain
//! connection) stays as it is.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::Arc;

use daicho_shared::batch::Batch;
use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, PortState, Transport};
use daicho_shared::knowledge::ports::Ports;
use daicho_shared::observation::{Observation, Target};
use daicho_shared::recognise::{Recognition, Rules, recognise, signs};

use crate::probe::{Dialogue, Known, Link, Probe, Question, Reading, Reply, Security, Step, TlsPeer, named};

/// The most questions of one kind that are tried against one reply.
const TRIED: usize = 16;
/// The most questions that a reply may have led to and that are remembered.
const FOLLOWED: usize = 32;

/// Reads every kept reply of the batch again; says how many observations tell something else now.
pub fn reread(batch: &mut Batch) -> u32 {
    let links = links(batch);
    let mut past = Past::new(&batch.observations);
    let mut changed = 0;
    for observation in &mut batch.observations {
        if let Some(reading) = past.read(observation, &links) {
            changed += u32::from(take(Arc::make_mut(observation), reading));
        }
    }
    changed
}

/// The agent's own links of that night, as far as they were written down.
fn links(batch: &Batch) -> Vec<Link> {
    let interfaces = batch.header.interfaces.iter();
    let link = |one: &daicho_shared::batch::AgentInterface| Some(Link::new(&one.name, one.mac?, one.addresses.clone()));
    interfaces.filter_map(link).collect()
}

/// Puts a reading in place of what was read before; says whether that changed anything.
fn take(observation: &mut Observation, reading: Reading) -> bool {
    let facts = merged(&observation.facts, reading.facts);
    let settled = matches!(observation.outcome, Outcome::OtherProtocol | Outcome::BrokeOff);
    let outcome = match reading.outcome {
        Some(Outcome::Answered) if settled && !facts.is_empty() => Outcome::Answered,
        _ => observation.outcome,
    };
    let sorted = |facts: &[Fact]| facts.iter().cloned().collect::<BTreeSet<Fact>>();
    if outcome == observation.outcome && sorted(&facts) == sorted(&observation.facts) {
        return false;
    }
    (observation.facts, observation.outcome) = (facts.into(), outcome);
    true
}

/// What one reading says of one thing.
type Slot = Vec<(String, String)>;

/// The union: of every thing, the newer facts where they say at least as much, else the older ones.
fn merged(old: &[Fact], new: Vec<Fact>) -> Vec<Fact> {
    let (before, now) = (slots(old), slots(&new));
    let stands = |slot: &Slot| now.get(slot).copied().unwrap_or(0) >= before.get(slot).copied().unwrap_or(0);
    let kept = old.iter().filter(|fact| !now.contains_key(&slot(fact)) || !stands(&slot(fact))).cloned();
    let mut facts: Vec<Fact> = kept.collect();
    for fact in new.into_iter().filter(|fact| stands(&slot(fact))) {
        if !facts.contains(&fact) {
            facts.push(fact);
        }
    }
    facts
}

fn slots(facts: &[Fact]) -> BTreeMap<Slot, usize> {
    let mut slots = BTreeMap::new();
    for fact in facts {
        *slots.entry(slot(fact)).or_insert(0) += told(&serde_json::to_value(fact).unwrap_or_default());
    }
    slots
}

/// Kind of fact, and what tells one such thing from another.
fn slot(fact: &Fact) -> Slot {
    let value = serde_json::to_value(fact).unwrap_or_default();
    let keys = ["fact", "transport", "port", "source", "protocol", "key", "algorithm"];
    keys.iter().filter_map(|key| Some(((*key).to_owned(), value.get(key)?.to_string()))).collect()
}

/// How many values are told.
fn told(value: &serde_json::Value) -> usize {
    match value {
        serde_json::Value::Null => 0,
        serde_json::Value::String(text) => usize::from(!text.is_empty()),
        serde_json::Value::Array(list) => list.iter().map(told).sum(),
        serde_json::Value::Object(map) => map.values().map(told).sum(),
        _ => 1,
    }
}

/// What was known of a device in the end.
struct Device {
    target: Target,
    open: BTreeSet<u16>,
    facts: Vec<Fact>,
    seems: Recognition,
}

/// Everything that the batch knows of its devices, and what earlier replies led to.
struct Past {
    devices: HashMap<IpAddr, Device>,
    follow: HashMap<(IpAddr, &'static str), VecDeque<Question>>,
    spoken: BTreeSet<(IpAddr, &'static str, u16)>,
}

impl Past {
    fn new(observations: &[Arc<Observation>]) -> Self {
        let mut facts: HashMap<IpAddr, (Target, Vec<Fact>)> = HashMap::new();
        for one in observations {
            let fresh = || (one.target.clone(), vec![]);
            let (target, known) = facts.entry(one.target.address).or_insert_with(fresh);
            target.mac = target.mac.or(one.target.mac);
            known.extend(one.facts.iter().cloned());
        }
        let table = Ports::builtin();
        let device = |(address, (target, facts)): (IpAddr, (Target, Vec<Fact>))| {
            let seems = recognise(Rules::builtin(), &signs(target.mac, &facts, &table));
            (address, Device { open: facts.iter().filter_map(open_port).collect(), target, facts, seems })
        };
        Self { devices: facts.into_iter().map(device).collect(), follow: HashMap::new(), spoken: BTreeSet::new() }
    }

    /// What today's probe of that name reads in the octets.
    fn read(&mut self, observation: &Observation, links: &[Link]) -> Option<Reading> {
        let probe = named(&observation.probe.0)?;
        let bytes = hex::decode(&observation.reply).ok()?;
        let sent = hex::decode(&observation.request).ok()?;
        let heard = || probe.hear(&bytes).or_else(|| probe.answer(&sent, &bytes));
        let heard = if bytes.is_empty() { None } else { heard() };
        if let Some(heard) = heard {
            return Some(Reading::answered(heard.facts));
        }
        let datagram = self.datagram(probe, observation, &bytes, links);
        // A stream that a datagram led to may look like one: who says nothing of what was said is not it.
        let old = &observation.facts;
        let agrees = |reading: &Reading| old.is_empty() || reading.facts.iter().any(|fact| old.contains(fact));
        let mut reading = match datagram {
            Some(reading) if !reading.facts.is_empty() && agrees(&reading) => reading,
            other => self.stream(probe, observation, &bytes).or(other)?,
        };
        let place = self.follow.entry((observation.target.address, probe.card().name)).or_default();
        place.extend(std::mem::take(&mut reading.follow).into_iter().take(FOLLOWED.saturating_sub(place.len())));
        (!bytes.is_empty()).then_some(reading)
    }

    fn known(&self, address: IpAddr) -> Option<Known<'_>> {
        let device = self.devices.get(&address)?;
        Some(Known {
            on_link: device.target.mac.is_some(),
            resolver: true,
            snmp: true,
            facts: &device.facts,
            seems: Some(&device.seems),
            ..Known::of(&device.target, &device.open)
        })
    }

    /// The question that was put is not kept; the one under which the reply says most was it.
    fn datagram(&self, probe: &dyn Probe, one: &Observation, bytes: &[u8], links: &[Link]) -> Option<Reading> {
        if bytes.is_empty() {
            return None;
        }
        let own = self.known(one.target.address).map(|known| probe.ask(&known)).unwrap_or_default();
        let questions =
            own.into_iter().chain(links.iter().flat_map(|link| probe.call(link).into_iter().chain(probe.seek(link))));
        let datagrams = questions.filter(|question| {
            matches!(question, Question::Datagram { .. } | Question::Multicast { .. } | Question::Resolve { .. })
        });
        let readings = datagrams.take(TRIED).map(|question| probe.read(&question, Reply::Datagram(bytes)));
        best(readings, &one.facts)
    }

    /// A dialogue hears the octets as if they came in now. The first one on a port is the probe's own; later
    /// ones are what earlier replies led to.
    fn stream(&mut self, probe: &'static dyn Probe, one: &Observation, bytes: &[u8]) -> Option<Reading> {
        let name = probe.card().name;
        let ports: BTreeSet<u16> = one.facts.iter().filter_map(tcp_port).collect();
        let address = one.target.address;
        let again = ports.iter().any(|port| !self.spoken.insert((address, name, *port)));
        if again || ports.is_empty() {
            let waiting = self.follow.entry((address, name)).or_default();
            let fits = |question: &Question| match question {
                Question::Stream { port, .. } => ports.is_empty() || ports.contains(port),
                _ => false,
            };
            if let Some(question) = waiting.iter().position(fits).and_then(|at| waiting.remove(at)) {
                return converse(question, bytes, &one.facts).map(|(reading, _)| reading);
            }
        }
        let readings: Vec<Reading> = ports.iter().filter_map(|port| self.speak(probe, *port, bytes, one)).collect();
        best(readings.into_iter(), &one.facts)
    }

    fn speak(&self, probe: &dyn Probe, port: u16, bytes: &[u8], one: &Observation) -> Option<Reading> {
        let questions = || {
            let asked = self.known(one.target.address).map(|known| probe.ask(&known)).unwrap_or_default();
            let here = |question: &Question| matches!(question, Question::Stream { port: at, .. } if *at == port);
            probe.speak(port).into_iter().chain(asked).filter(here).take(TRIED)
        };
        let readings = questions().enumerate().filter_map(|(place, question)| {
            let (reading, upgrades) = converse(question, bytes, &one.facts)?;
            // What came before and after the change to TLS is kept as one; octet by octet, it finds the place.
            let anew = || questions().nth(place).and_then(|question| octet_by_octet(question, bytes, &one.facts));
            if upgrades { anew() } else { Some(reading) }
        });
        best(readings.collect::<Vec<_>>().into_iter(), &one.facts)
    }
}

/// The reading that says again most of what was said, then the one that says most.
fn best(readings: impl Iterator<Item = Reading>, old: &[Fact]) -> Option<Reading> {
    readings.max_by_key(|reading| {
        let again = reading.facts.iter().filter(|fact| old.contains(fact)).count();
        let answered = reading.outcome == Some(Outcome::Answered);
        (answered, again, reading.facts.len())
    })
}

fn open_port(fact: &Fact) -> Option<u16> {
    match fact {
        Fact::Port { transport: Transport::Tcp, port, state: PortState::Open } => Some(*port),
        _ => None,
    }
}

fn tcp_port(fact: &Fact) -> Option<u16> {
    match fact {
        Fact::Service { transport: Transport::Tcp, port, .. }
        | Fact::HostKey { port, .. }
        | Fact::Certificate { port, .. }
        | Fact::Web { port, .. }
        | Fact::FileSharing { port, .. }
        | Fact::Association { port, .. } => Some(*port),
        other => open_port(other),
    }
}

/// The protocol version of a certificate that was kept: a dialogue inside TLS meets its peer again, but the
/// certificate itself was not kept in full, and its facts stay.
fn tls_version(old: &[Fact]) -> &str {
    let kept = old.iter().find_map(|fact| match fact {
        Fact::Certificate { protocol, .. } => Some(protocol.as_str()),
        _ => None,
    });
    kept.unwrap_or_default()
}

/// Lets a dialogue hear everything at once; says whether it wanted to change to TLS.
fn converse(question: Question, bytes: &[u8], old: &[Fact]) -> Option<(Reading, bool)> {
    let Question::Stream { security, mut dialogue, .. } = question else { return None };
    if bytes.is_empty() {
        // The connection stood and nothing came: only what follows from that is of interest.
        return Some((dialogue.close(), false));
    }
    let mut step = begin(dialogue.as_mut(), security, old);
    let mut upgrades = step == Step::StartTls;
    if upgrades {
        step = begin(dialogue.as_mut(), Security::Tls, old);
    }
    if step != Step::Done {
        upgrades |= dialogue.hear(bytes) == Step::StartTls;
    }
    Some((dialogue.close(), upgrades))
}

fn octet_by_octet(question: Question, bytes: &[u8], old: &[Fact]) -> Option<Reading> {
    let Question::Stream { security, mut dialogue, .. } = question else { return None };
    let mut step = begin(dialogue.as_mut(), security, old);
    for octet in bytes.chunks(1) {
        if step == Step::StartTls {
            step = begin(dialogue.as_mut(), Security::Tls, old);
        }
        if step == Step::Done {
            break;
        }
        step = dialogue.hear(octet);
    }
    Some(dialogue.close())
}

fn begin(dialogue: &mut dyn Dialogue, security: Security, old: &[Fact]) -> Step {
    let peer = TlsPeer { certificates: &[], protocol: tls_version(old) };
    dialogue.open((security == Security::Tls).then_some(peer))
}

#[cfg(test)]
mod tests {
    use daicho_shared::batch::{FORMAT, Header, VERSION};
    use daicho_shared::fact::NameSource;
    use jiff::Timestamp;

    use super::*;

    fn batch(observations: Vec<(&str, Vec<Fact>, &[u8], Outcome)>) -> Batch {
        let mut batch = Batch::new(Header {
            format: FORMAT.into(),
            version: VERSION,
            run: "run-1".into(),
            agent: "0.0.1".into(),
            host: "scanner".into(),
            started: Timestamp::UNIX_EPOCH,
            scope: vec![],
            exclude: vec![],
            profile: "gentle".into(),
            interfaces: vec![],
        });
        for (number, (probe, facts, bytes, outcome)) in (1..).zip(observations) {
            let target = Target { address: [10, 0, 0, 5].into(), mac: None, interface: None };
            let (at, reply, facts) = (Timestamp::UNIX_EPOCH, hex::encode(bytes), facts.into());
            let seen =
                Observation { number, at, probe: probe.into(), target, outcome, facts, request: String::new(), reply };
            batch.observations.push(seen.into());
        }
        batch
    }

    fn open(port: u16) -> Fact {
        Fact::Port { transport: Transport::Tcp, port, state: PortState::Open }
    }

    fn name(source: NameSource, name: &str) -> Fact {
        Fact::Name { source, name: name.into(), domain: None }
    }

    fn device(file: &str) -> Vec<u8> {
        crate::probe::laws_device(file)
    }

    #[test]
    fn datagrams_and_streams_of_real_programs_are_read_again() {
        let (netbios, ssh) = (device("samba-nmbd-netbios"), device("openssh-ed25519-ssh"));
        let mut batch = batch(vec![
            ("netbios", vec![], &netbios, Outcome::OtherProtocol),
            ("ssh", vec![open(22)], &ssh, Outcome::Answered),
        ]);
        assert_eq!(reread(&mut batch), 2);
        assert!(batch.observations[0].facts.iter().any(|fact| matches!(fact, Fact::Name { .. })), "{batch:?}");
        assert_eq!(batch.observations[0].outcome, Outcome::Answered);
        assert!(batch.observations[1].facts.iter().any(|fact| matches!(fact, Fact::HostKey { .. })), "{batch:?}");
        assert_eq!(reread(&mut batch), 0, "the same program reads the same");
    }

    #[test]
    fn what_cannot_be_read_again_stays() {
        let facts = vec![Fact::Forwarding { enabled: true }, name(NameSource::Snmp, "core1")];
        let mut batch = batch(vec![
            ("snmp", facts.clone(), b"", Outcome::Answered),
            ("no-such-probe", facts.clone(), b"octets", Outcome::Answered),
            ("ssh", vec![open(22)], b"no ssh at all\r\n", Outcome::OtherProtocol),
        ]);
        let before = batch.observations.clone();
        assert_eq!(reread(&mut batch), 0);
        assert_eq!(batch.observations, before);
    }

    #[test]
    fn the_newer_reading_stands_only_where_it_says_at_least_as_much() {
        let web = |title: Option<&str>, server: Option<&str>| Fact::Web {
            port: 80,
            tls: false,
            status: 200,
            title: title.map(Into::into),
            server: server.map(Into::into),
            realm: None,
        };
        let old = [web(Some("RTX1210"), Some("YAMAHA-RT")), name(NameSource::Dns, "rt1")];
        assert_eq!(merged(&old, vec![web(Some("RTX"), None)]), old);
        let fuller = web(Some("RTX1210 Rev.14"), Some("YAMAHA-RT"));
        assert_eq!(merged(&old, vec![fuller.clone(), open(80)]), [old[1].clone(), fuller, open(80)]);
    }

    #[test]
    fn noise_in_place_of_replies_ends_in_what_was_there() {
        let noise: Vec<u8> = (0..2048u32).map(|n| u8::try_from(n * 7919 % 251).unwrap()).collect();
        for probe in crate::probe::PROBES {
            let facts = vec![open(22), open(80), open(443), name(NameSource::Dns, "x")];
            let mut batch = batch(vec![(probe.card().name, facts.clone(), &noise, Outcome::Answered)]);
            reread(&mut batch);
            assert!(facts.iter().all(|fact| batch.observations[0].facts.contains(fact)), "{}", probe.card().name);
        }
    }
}
