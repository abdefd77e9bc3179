//! Who answers for an address of another network? ARP probes (RFC 5227 §2.1.1) for addresses that second networks usually
//! have. They name no sender, so that nobody's tables change; a host that answers for every address it has, whatever
//! card it is on, answers here (RFC 1122 §3.3.4.2, weak host model). A router that answers ARP for others does not.
//!
//! Two controls for an address that nobody has tell who answers for everything.

use std::net::Ipv4Addr;
use std::time::Duration;

use daicho_shared::address::Mac;
use daicho_shared::fact::Fact;
use daicho_shared::knowledge::guesses::Guesses;

use crate::probe::presence::arp::{self, Arp};
use crate::probe::{Audience, Card, Heard, Level, Link, Probe, Question};

/// The probe.
#[derive(Debug)]
pub struct SecondAddress;

static CARD: Card = Card {
    name: "second-address",
    title: "Who answers for an address of another network? (ARP probes without a sender)",
    title_ja: "別ネットワークのアドレスを持つ機器の確認（送信元なしのARP）",
    standard: "RFC 5227 §2.1.1, RFC 1122 §3.3.4.2",
    packets: 1,
    level: Level::Presence,
    may_upset: "nothing known: hosts send the same before they take an address",
    audience: Audience::Everybody,
    why: "a device with a second network answers for its address there, too",
    why_ja: "二つ目のネットワークにつながる機器は、そちらのアドレスの問い合わせにも応答するため",
};

/// A proxy may take its time (RFC 1027).
const WAIT: Duration = Duration::from_secs(2);
/// TEST-NET-1 (RFC 5737): nobody has it.
const NOBODY: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 77);

impl Probe for SecondAddress {
    fn card(&self) -> &'static Card {
        &CARD
    }

    /// The controls: without a sender, and with one.
    fn seek(&self, link: &Link) -> Vec<Question> {
        let Some(own) = link.ipv4() else { return vec![] };
        let senders = [Ipv4Addr::UNSPECIFIED, own.addr()];
        senders.into_iter().filter_map(|sender| question(link.mac, sender, NOBODY)).collect()
    }

    fn guess(&self, link: &Link, guesses: &Guesses) -> Vec<Question> {
        let elsewhere = guesses.addresses.iter().filter(|address| !link.contains((**address).into()));
        elsewhere.filter_map(|address| question(link.mac, Ipv4Addr::UNSPECIFIED, *address)).collect()
    }

    fn answer(&self, sent: &[u8], frame: &[u8]) -> Option<Heard> {
        let (question, answer) = (arp::read(sent)?, arp::read(frame)?);
        let fits = answer.is_reply && answer.sender.1 == question.target && answer.to == question.sender.0;
        let said = Arp.hear(frame).filter(|_| fits)?;
        let how = match (question.target, question.sender.1) {
            (NOBODY, Ipv4Addr::UNSPECIFIED) => "arp-control",
            (NOBODY, _) => "proxy-arp",
            _ => "arp-probe",
        };
        let facts = vec![Fact::AnswersFor { address: question.target.into(), how: how.to_owned() }];
        Some(Heard { address: None, mac: said.mac, facts })
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        vec![crate::probe::laws::Sample::Exchange(tests::asked(), tests::answered())]
    }
}

fn question(own: Mac, sender: Ipv4Addr, wanted: Ipv4Addr) -> Option<Question> {
    arp::request(own, sender, wanted).map(|bytes| Question::Exchange { bytes, wait: WAIT })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCANNER: Mac = Mac([2, 0, 0, 0, 0, 5]);
    const HOST: Mac = Mac([0, 0x80, 0xa3, 1, 2, 3]);
    const HIDDEN: Ipv4Addr = Ipv4Addr::new(192, 168, 42, 129);

    fn link() -> Link {
        Link::new("lan0", SCANNER, vec!["10.1.0.5/24".parse().unwrap()])
    }

    fn bytes(question: Question) -> Vec<u8> {
        let Question::Exchange { bytes, .. } = question else { panic!("{question:?}") };
        bytes
    }

    pub(super) fn asked() -> Vec<u8> {
        let guesses = Guesses { addresses: vec![Ipv4Addr::new(10, 1, 0, 9), HIDDEN], networks: vec![] };
        let mut questions = SecondAddress.guess(&link(), &guesses);
        assert_eq!(questions.len(), 1, "the link's own network is no guess");
        bytes(questions.remove(0))
    }

    pub(super) fn answered() -> Vec<u8> {
        arp::reply((HOST, HIDDEN), (SCANNER, Ipv4Addr::UNSPECIFIED))
    }

    #[test]
    fn the_probe_names_no_sender() {
        let frame = asked();
        assert_eq!((&frame[..6], &frame[28..32]), (&[0xff; 6][..], &[0, 0, 0, 0][..]));
    }

    #[test]
    fn who_answers_has_the_address() {
        let heard = SecondAddress.answer(&asked(), &answered()).unwrap();
        let fact = Fact::AnswersFor { address: HIDDEN.into(), how: "arp-probe".into() };
        assert_eq!((heard.address, heard.mac, heard.facts), (None, Some(HOST), vec![fact]));
    }

    #[test]
    fn an_answer_about_another_address_or_to_somebody_else_is_none() {
        let other = arp::reply((HOST, Ipv4Addr::new(192, 168, 42, 130)), (SCANNER, Ipv4Addr::UNSPECIFIED));
        assert_eq!(SecondAddress.answer(&asked(), &other), None);
        let elsewhere = arp::reply((HOST, HIDDEN), (Mac([2, 0, 0, 0, 0, 6]), Ipv4Addr::UNSPECIFIED));
        assert_eq!(SecondAddress.answer(&asked(), &elsewhere), None);
    }

    #[test]
    fn controls_tell_who_answers_for_everything() {
        let controls: Vec<Vec<u8>> = SecondAddress.seek(&link()).into_iter().map(bytes).collect();
        let told = controls.iter().map(|control| {
            let answer = arp::reply((HOST, NOBODY), (SCANNER, Ipv4Addr::UNSPECIFIED));
            SecondAddress.answer(control, &answer).unwrap().facts.remove(0)
        });
        let hows = told.map(|fact| match fact {
            Fact::AnswersFor { how, .. } => how,
            other => panic!("{other:?}"),
        });
        assert_eq!(hows.collect::<Vec<_>>(), ["arp-control", "proxy-arp"]);
    }
}
