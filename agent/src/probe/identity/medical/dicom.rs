//! Is a DICOM application entity there, and which? One association, one C-ECHO, one release: PS3.8 §9.3,
//! PS3.4 §A, PS3.7 §9.1.5. Other services are proposed to learn the role by what is accepted, and are never
//! used. A rejection proves DICOM, too: a wrong AE title is the normal case, and no other one is tried.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use daicho_shared::ae_title::AeTitle;
use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, PortState, Transport};
use daicho_shared::observation::Target;

use super::pdu::{self, Accept, Fragment, Next, Unit};
use crate::probe::identity::certificate;
use crate::probe::{Audience, Card, Dialogue, Level, Probe, Question, Reading, Security, Setup, Step, TlsPeer};

/// The probe.
#[derive(Debug)]
pub struct Dicom;

static CARD: Card = Card {
    name: "dicom",
    title: "Do you answer a DICOM verification (C-ECHO), and for which services? (nothing is stored or queried)",
    title_ja: "DICOMの接続確認（C-ECHO）1回と、対応サービスの確認（画像・患者情報には触れない）",
    standard: "DICOM PS3.8 §9.3, PS3.7 §9.1.5",
    packets: 7,
    level: Level::Verify,
    may_upset: "a device that takes one association at a time is busy for a moment; a rejection is logged there",
    audience: Audience::Everybody,
    why: "a medical imaging system names its maker, version and role in its own protocol",
    why_ja: "画像系の医療機器のメーカー・版・役割を、機器本来の手順で知るため",
};

/// 4242 is Orthanc's own default, 5678 that of Conquest.
const PLAIN: &[u16] = &[104, 11112, 4242, 5678];
/// `dicom-tls` of the IANA registry.
const TLS: u16 = 2762;

/// What is proposed, in this order: whatever else is accepted tells a role. PS3.4 and PS3.6 §A.
const SYNTAXES: [&str; 9] = [
    pdu::VERIFICATION,
    // Modality worklist FIND, study root query/retrieve FIND.
    "1.2.840.10008.5.1.4.31",
    "1.2.840.10008.5.1.4.1.2.2.1",
    // Storage of CT, MR, CR and secondary capture images.
    "1.2.840.10008.5.1.4.1.1.2",
    "1.2.840.10008.5.1.4.1.1.4",
    "1.2.840.10008.5.1.4.1.1.1",
    "1.2.840.10008.5.1.4.1.1.7",
    // Storage commitment push model, basic grayscale print management.
    "1.2.840.10008.1.20.1",
    "1.2.840.10008.5.1.1.9",
];
/// The longest command that is put together from fragments, in octets.
const COMMAND: usize = 1024;

/// What an operator configured about DICOM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Titles {
    /// Verify at all; a plain connection otherwise.
    pub verify: bool,
    /// The AE title that we call ourselves.
    pub calling: AeTitle,
    /// The AE title that we call where none is configured for the address.
    pub called: AeTitle,
    /// What is known of single nodes.
    pub nodes: BTreeMap<IpAddr, Node>,
}

/// A configured application entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its AE title.
    pub title: AeTitle,
    /// Its TCP port, where it is not one of the usual ones.
    pub port: Option<u16>,
}

impl Titles {
    /// The port at which this node is known to listen.
    pub fn port_of(&self, address: IpAddr) -> Option<u16> {
        self.nodes.get(&address).filter(|_| self.verify)?.port
    }
}

impl Default for Titles {
    fn default() -> Self {
        Self { verify: true, calling: AeTitle::own(), called: AeTitle::any(), nodes: BTreeMap::new() }
    }
}

impl Probe for Dicom {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn speak(&self, port: u16) -> Option<Question> {
        let Titles { calling, called, .. } = Titles::default();
        Some(question(port, security(port)?, calling, called))
    }

    fn speak_to(&self, port: u16, target: &Target, setup: &Setup) -> Option<Question> {
        let titles = Some(&setup.dicom).filter(|titles| titles.verify)?;
        let called = titles.nodes.get(&target.address).map_or(&titles.called, |node| &node.title);
        let own = (titles.port_of(target.address) == Some(port)).then_some(Security::Plain);
        Some(question(port, security(port).or(own)?, titles.calling.clone(), called.clone()))
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        tests::samples()
    }
}

/// How DICOM is spoken at a port that is known for it.
fn security(port: u16) -> Option<Security> {
    match port {
        TLS => Some(Security::Tls),
        _ => PLAIN.contains(&port).then_some(Security::Plain),
    }
}

fn question(port: u16, security: Security, calling: AeTitle, called: AeTitle) -> Question {
    let dialogue = Association { port, calling, called, ..Association::default() };
    Question::Stream { port, security, dialogue: Box::new(dialogue) }
}

/// Where the association stands: PS3.8 §9.2, as a requestor sees it.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    /// No connection yet.
    #[default]
    Idle,
    /// A-ASSOCIATE-RQ was sent.
    Requested,
    /// It was accepted, and C-ECHO-RQ was sent.
    Echoing,
    /// A-RELEASE-RQ was sent.
    Releasing,
    /// Nothing is left to say.
    Over,
}

#[derive(Debug)]
struct Association {
    port: u16,
    calling: AeTitle,
    called: AeTitle,
    state: State,
    heard: Vec<u8>,
    command: Vec<u8>,
    tls: bool,
    certificate: Vec<Fact>,
    answer: Option<&'static str>,
    reason: Option<String>,
    accept: Accept,
    echo: Option<u16>,
}

impl Default for Association {
    fn default() -> Self {
        let Titles { calling, called, .. } = Titles::default();
        Self {
            port: 104,
            calling,
            called,
            state: State::Idle,
            heard: vec![],
            command: vec![],
            tls: false,
            certificate: vec![],
            answer: None,
            reason: None,
            accept: Accept::default(),
            echo: None,
        }
    }
}

impl Dialogue for Association {
    fn open(&mut self, tls: Option<TlsPeer<'_>>) -> Step {
        if let Some(peer) = tls {
            self.tls = true;
            let own = peer.certificates.first().map(|der| certificate::facts(der, self.port, peer.protocol));
            self.certificate = own.unwrap_or_default();
        }
        self.state = State::Requested;
        Step::Send(pdu::associate(self.calling.as_str(), self.called.as_str(), &SYNTAXES))
    }

    fn hear(&mut self, bytes: &[u8]) -> Step {
        self.heard.extend(bytes);
        let mut said = vec![];
        while self.state != State::Over {
            match pdu::next(&self.heard) {
                Next::Unit(unit, length) => {
                    self.heard.drain(..length);
                    said.extend(self.take(unit));
                }
                Next::More => break,
                Next::Strange => said.extend(self.give_up()),
            }
        }
        match (said.is_empty(), self.state) {
            (false, _) => Step::Send(said),
            (true, State::Over) => Step::Done,
            (true, _) => Step::Listen,
        }
    }

    /// An association that stands is released, one that is still asked for is aborted: the peer is
    /// never left waiting.
    fn farewell(&mut self) -> Option<Vec<u8>> {
        match std::mem::replace(&mut self.state, State::Over) {
            State::Requested => Some(pdu::ABORT.to_vec()),
            State::Echoing => Some(pdu::RELEASE_REQUEST.to_vec()),
            State::Idle | State::Releasing | State::Over => None,
        }
    }

    fn close(&mut self) -> Reading {
        // Inside TLS, the port may have been open and the handshake have failed.
        if self.state == State::Idle && self.port != TLS {
            return Reading::of(Outcome::Silent);
        }
        let mut facts = vec![Fact::Port { transport: Transport::Tcp, port: self.port, state: PortState::Open }];
        facts.append(&mut self.certificate);
        let Some(answer) = self.answer else {
            return Reading { facts, ..Reading::of(Outcome::OtherProtocol) };
        };
        facts.push(self.service());
        facts.extend(self.accept.longest.map(|longest| attribute("max-pdu", longest.to_string())));
        facts.push(self.association(answer));
        Reading::answered(facts)
    }
}

impl Association {
    /// One unit of the peer, and what is said to it.
    fn take(&mut self, unit: Unit) -> Vec<u8> {
        match (self.state, unit) {
            (State::Requested, Unit::Accept(accept)) => self.accepted(accept),
            (State::Requested, Unit::Reject(numbers)) => self.refused("rejected", &numbers),
            (State::Requested | State::Echoing, Unit::Abort(numbers)) => self.refused("aborted", &numbers),
            (State::Echoing, Unit::Data(fragments)) => self.answered(fragments),
            // Both want to end it at the same time, or the peer alone: it gets its reply.
            (State::Echoing | State::Releasing, Unit::ReleaseRequest) => {
                self.state = State::Over;
                pdu::RELEASE_REPLY.to_vec()
            }
            (State::Releasing, Unit::Data(_)) => vec![],
            (State::Releasing, Unit::ReleaseReply | Unit::Abort(_)) => {
                self.state = State::Over;
                vec![]
            }
            _ => self.give_up(),
        }
    }

    fn accepted(&mut self, accept: Accept) -> Vec<u8> {
        (self.answer, self.accept) = (Some("accepted"), accept);
        // Only on the context that was accepted for it is anything ever said.
        if self.accept.contexts.contains(&1) {
            self.state = State::Echoing;
            return pdu::echo_request(1);
        }
        self.release()
    }

    fn answered(&mut self, fragments: Vec<Fragment>) -> Vec<u8> {
        for fragment in fragments.into_iter().filter(|fragment| fragment.command) {
            let room = COMMAND.saturating_sub(self.command.len());
            self.command.extend(fragment.bytes.iter().take(room));
            if fragment.last {
                self.echo = pdu::echo_status(&self.command);
                return self.release();
            }
        }
        vec![]
    }

    fn release(&mut self) -> Vec<u8> {
        self.state = State::Releasing;
        pdu::RELEASE_REQUEST.to_vec()
    }

    fn refused(&mut self, answer: &'static str, numbers: &[u8]) -> Vec<u8> {
        self.answer = Some(answer);
        self.reason = Some(numbers.iter().map(u8::to_string).collect::<Vec<_>>().join("/"));
        self.state = State::Over;
        vec![]
    }

    /// What came makes no sense. A peer that spoke DICOM before is told so; another one is not bothered.
    fn give_up(&mut self) -> Vec<u8> {
        self.state = State::Over;
        if self.answer.is_some() { pdu::ABORT.to_vec() } else { vec![] }
    }

    fn service(&self) -> Fact {
        Fact::Service {
            transport: Transport::Tcp,
            port: self.port,
            protocol: "dicom".to_owned(),
            product: None,
            version: None,
            banner: None,
        }
    }

    fn association(&self, answer: &str) -> Fact {
        // In the order proposed, whatever the order of the answer.
        let places: BTreeSet<usize> = self.accept.contexts.iter().filter_map(|context| pdu::place(*context)).collect();
        let accepted = places.into_iter().filter_map(|place| SYNTAXES.get(place)).map(|syntax| (*syntax).to_owned());
        Fact::Association {
            port: self.port,
            tls: self.tls,
            called: self.called.as_str().to_owned(),
            answer: answer.to_owned(),
            reason: self.reason.clone(),
            implementation: self.accept.implementation.clone().filter(|text| !text.is_empty()),
            version: self.accept.version.clone().filter(|text| !text.is_empty()),
            accepted: accepted.collect(),
            echo: self.echo,
        }
    }
}

fn attribute(key: &str, value: String) -> Fact {
    Fact::Attribute { source: "dicom".to_owned(), key: key.to_owned(), value }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::laws::{Sample, device};

    const REJECT: [u8; 10] = [3, 0, 0, 0, 0, 4, 0, 1, 1, 7];

    /// What real programs said to one verification.
    const DEVICES: [&str; 4] = [
        "dcmtk-367-storescp-verified",
        "dcmtk-367-dcmqrscp-verified",
        "dcmtk-367-dcmqrscp-rejected",
        "orthanc-1101-verified",
    ];

    pub(super) fn samples() -> Vec<Sample> {
        let real = DEVICES.map(|name| Sample::Stream(104, device(name)));
        real.into_iter().chain([Sample::Stream(104, pdu::ABORT.to_vec())]).collect()
    }

    fn opened() -> Association {
        let mut association = Association::default();
        assert!(matches!(association.open(None), Step::Send(request) if request[0] == 1));
        association
    }

    fn read(association: &mut Association) -> Fact {
        association.close().facts.pop().unwrap()
    }

    /// A-ASSOCIATE-AC that accepts these contexts, by the standard.
    fn accept(contexts: &[u8]) -> Vec<u8> {
        let mut body = vec![0; 68];
        body[1] = 1;
        for id in contexts {
            body.extend([0x21, 0, 0, 8, *id, 0, 0, 0, 0x40, 0, 0, 0]);
        }
        body.extend([0x50, 0, 0, 8, 0x51, 0, 0, 4, 0, 0, 0x40, 0]);
        let length = u8::try_from(body.len()).unwrap();
        [vec![2, 0, 0, 0, 0, length], body].concat()
    }

    #[test]
    fn real_programs_are_verified_and_released() {
        let services =
            [("dcmtk-367-storescp-verified", 5), ("dcmtk-367-dcmqrscp-verified", 6), ("orthanc-1101-verified", 7)];
        for (name, accepted_services) in services {
            let mut association = opened();
            let stream = device(name);
            let accept_length = 6 + usize::from(u16::from_be_bytes([stream[4], stream[5]]));
            let (accept, rest) = stream.split_at(accept_length);
            assert_eq!(association.hear(accept), Step::Send(pdu::echo_request(1)), "{name}");
            let (response, release) = rest.split_at(rest.len() - 10);
            assert_eq!(association.hear(response), Step::Send(pdu::RELEASE_REQUEST.to_vec()), "{name}");
            assert_eq!(association.hear(release), Step::Done, "{name}");
            assert!(
                matches!(read(&mut association), Fact::Association { version: Some(version), echo: Some(0), accepted, .. }
                if version == "OFFIS_DCMTK_367" && accepted.len() == accepted_services && accepted[0] == pdu::VERIFICATION)
            );
        }
    }

    #[test]
    fn a_rejection_proves_dicom_and_says_why() {
        let mut association = opened();
        assert_eq!(association.hear(&REJECT), Step::Done);
        assert!(matches!(read(&mut association), Fact::Association { answer, reason: Some(reason), .. }
            if answer == "rejected" && reason == "1/1/7"));
    }

    #[test]
    fn without_verification_nothing_is_said_but_release() {
        let mut association = opened();
        assert_eq!(association.hear(&accept(&[3, 7])), Step::Send(pdu::RELEASE_REQUEST.to_vec()));
        assert_eq!(association.hear(&pdu::RELEASE_REPLY), Step::Done);
        assert!(matches!(read(&mut association), Fact::Association { accepted, echo: None, .. }
            if accepted == ["1.2.840.10008.5.1.4.31", "1.2.840.10008.5.1.4.1.1.2"]));
    }

    #[test]
    fn an_association_that_stands_is_released_when_time_is_up() {
        let mut association = opened();
        assert_eq!(association.hear(&accept(&[1])), Step::Send(pdu::echo_request(1)));
        assert_eq!(association.farewell(), Some(pdu::RELEASE_REQUEST.to_vec()));
        assert_eq!(association.farewell(), None);
        assert_eq!(opened().farewell(), Some(pdu::ABORT.to_vec()));
    }

    #[test]
    fn whatever_is_heard_only_the_known_units_are_said() {
        let known =
            [pdu::echo_request(1), pdu::RELEASE_REQUEST.to_vec(), pdu::RELEASE_REPLY.to_vec(), pdu::ABORT.to_vec()];
        for first in [accept(&[1]), accept(&[]), REJECT.to_vec(), b"HTTP/1.1 400".to_vec(), pdu::ABORT.to_vec()] {
            for second in [accept(&[1]), pdu::echo_request(1), pdu::RELEASE_REQUEST.to_vec(), vec![9; 40]] {
                let mut association = opened();
                for step in [association.hear(&first), association.hear(&second)] {
                    assert!(
                        matches!(&step, Step::Listen | Step::Done)
                            || matches!(step, Step::Send(said) if known.contains(&said))
                    );
                }
            }
        }
    }

    #[test]
    fn what_is_no_dicom_is_another_protocol() {
        let mut association = opened();
        assert_eq!(association.hear(b"HTTP/1.1 400 Bad Request\r\n"), Step::Done);
        assert_eq!(association.close().outcome, Some(Outcome::OtherProtocol));
    }
}
