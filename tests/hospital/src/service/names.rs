//! DNS (RFC 1035) for the hospital, and multicast DNS (RFC 6762, RFC 6763) of one device.

use std::net::IpAddr;

use simple_dns::rdata::{A, AAAA, PTR, RData, SRV, TXT};
use simple_dns::{CLASS, Name, Packet, PacketFlag, QTYPE, RCODE, ResourceRecord};

use crate::description::{Hospital, Mdns};

const TTL: u32 = 120;
/// The name under which all service types are listed (RFC 6763 §9).
const SERVICES: &str = "_services._dns-sd._udp.local";

/// Records that somebody answers for.
#[derive(Debug, Clone, Default)]
pub struct Zone(Vec<ResourceRecord<'static>>);

impl Zone {
    /// Names and reverse names of every device that has one.
    pub fn hospital(hospital: &Hospital) -> Self {
        let mut zone = Self::default();
        for device in &hospital.devices {
            let Some(name) = &device.dns else { continue };
            for address in
                device.interfaces.iter().filter_map(|interface| interface.ipv4.filter(|_| interface.segment.is_some()))
            {
                zone.host(name, address.into());
            }
        }
        zone
    }

    /// What a device says of itself from this address.
    pub fn device(mdns: &Mdns, own: IpAddr) -> Self {
        let mut zone = Self::default();
        let host = format!("{}.local", mdns.host);
        zone.host(&host, own);
        for service in &mdns.services {
            let kind = format!("{}.local", service.kind);
            let instance = format!("{}.{kind}", service.instance);
            zone.pointer(SERVICES, &kind);
            zone.pointer(&kind, &instance);
            let Some(target) = name(&host) else { continue };
            zone.add(&instance, RData::SRV(SRV { priority: 0, weight: 0, port: service.port, target }));
            let mut texts = TXT::new();
            for text in &service.txt {
                if let Ok(more) = texts.clone().with_string(text) {
                    texts = more.into_owned();
                }
            }
            zone.add(&instance, RData::TXT(texts));
        }
        zone
    }

    /// The answers to a query; `None` if it is no query, or nothing is to be said by multicast.
    pub fn answer(&self, query: &[u8], multicast: Option<bool>) -> Option<Vec<u8>> {
        let query = Packet::parse(query).ok()?;
        if query.has_flags(PacketFlag::RESPONSE) || query.questions.is_empty() {
            return None;
        }
        let mut reply = Packet::new_reply(if multicast == Some(true) { 0 } else { query.id() });
        reply.set_flags(PacketFlag::AUTHORITATIVE_ANSWER);
        for question in &query.questions {
            let asked = |record: &&ResourceRecord<'_>| {
                same(&record.name, &question.qname)
                    && (question.qtype == QTYPE::ANY || record.match_qtype(question.qtype))
            };
            reply.answers.extend(self.0.iter().filter(asked).cloned());
        }
        if multicast.is_some() {
            if reply.answers.is_empty() {
                return None;
            }
            reply.additional_records.extend(self.further(&reply.answers));
        } else if reply.answers.is_empty() {
            *reply.rcode_mut() = RCODE::NameError;
        }
        // Unicast answers repeat the question (RFC 1035 §4.1.1, RFC 6762 §6.7).
        if multicast != Some(true) {
            reply.questions = query.questions.iter().map(|question| question.clone().into_owned()).collect();
        }
        reply.build_bytes_vec_compressed().ok()
    }

    /// Everything, to everybody and unasked (RFC 6762 §8.3).
    pub fn announcement(&self) -> Option<Vec<u8>> {
        let mut said = Packet::new_reply(0);
        said.set_flags(PacketFlag::AUTHORITATIVE_ANSWER);
        said.answers.extend(self.0.iter().cloned());
        said.build_bytes_vec_compressed().ok()
    }

    /// What is asked next anyway (RFC 6763 §12): SRV, TXT and addresses behind the answers.
    fn further(&self, answers: &[ResourceRecord<'static>]) -> Vec<ResourceRecord<'static>> {
        let is_pointer = |record: &ResourceRecord<'_>| matches!(record.rdata, RData::PTR(_));
        let rest = self.0.iter().filter(|record| !is_pointer(record) && !answers.contains(record));
        rest.cloned().collect()
    }

    fn host(&mut self, host: &str, address: IpAddr) {
        let data = match address {
            IpAddr::V4(address) => RData::A(A::from(address)),
            IpAddr::V6(address) => RData::AAAA(AAAA::from(address)),
        };
        self.add(host, data);
        self.pointer(&reverse(address), host);
    }

    fn pointer(&mut self, from: &str, to: &str) {
        if let Some(to) = name(to) {
            self.add(from, RData::PTR(PTR(to)));
        }
    }

    /// A name that is too long is not told.
    fn add(&mut self, owner: &str, data: RData<'static>) {
        let Some(owner) = name(owner) else { return };
        let record = ResourceRecord::new(owner, CLASS::IN, TTL, data);
        if !self.0.contains(&record) {
            self.0.push(record);
        }
    }
}

/// The question wants a unicast answer (RFC 6762 §5.4), or is not multicast DNS at all.
pub fn wants_unicast(query: &[u8]) -> bool {
    Packet::parse(query).is_ok_and(|query| query.questions.iter().all(|question| question.unicast_response))
}

fn name(text: &str) -> Option<Name<'static>> {
    Name::new(text).ok().map(Name::into_owned)
}

fn same(a: &Name<'_>, b: &Name<'_>) -> bool {
    a.to_string().eq_ignore_ascii_case(&b.to_string())
}

/// The reverse name of an address (RFC 1035 §3.5, RFC 3596 §2.5).
fn reverse(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => {
            let [a, b, c, d] = address.octets();
            format!("{d}.{c}.{b}.{a}.in-addr.arpa")
        }
        IpAddr::V6(address) => {
            let nibbles = address.octets().into_iter().rev().flat_map(|octet| [octet & 15, octet >> 4]);
            let digits = nibbles.map(|nibble| format!("{nibble:x}"));
            digits.chain(["ip6".to_owned(), "arpa".to_owned()]).collect::<Vec<_>>().join(".")
        }
    }
}

#[cfg(test)]
mod tests {
    use simple_dns::{QCLASS, Question, TYPE};

    use super::*;
    use crate::description::{DEMO, MdnsService};

    fn query(text: &str, kind: TYPE) -> Vec<u8> {
        let mut query = Packet::new_query(7);
        let question = Question::new(name(text).unwrap(), QTYPE::TYPE(kind), QCLASS::CLASS(CLASS::IN), true);
        query.questions.push(question);
        query.build_bytes_vec().unwrap()
    }

    #[test]
    fn the_hospital_knows_names_both_ways() {
        let zone = Zone::hospital(&Hospital::parse(DEMO).unwrap());
        let answer = zone.answer(&query("10.0.10.10.in-addr.arpa", TYPE::PTR), None).unwrap();
        let answer = Packet::parse(&answer).unwrap();
        let RData::PTR(PTR(name)) = &answer.answers[0].rdata else { panic!("{answer:?}") };
        assert_eq!(name.to_string(), "emr-sv01.hosp.local");
        let none = zone.answer(&query("99.99.10.10.in-addr.arpa", TYPE::PTR), None).unwrap();
        assert_eq!(Packet::parse(&none).unwrap().rcode(), RCODE::NameError);
    }

    #[test]
    fn a_device_lists_its_services() {
        let service =
            MdnsService { kind: "_ipp._tcp".into(), instance: "A printer".into(), port: 631, txt: vec!["ty=x".into()] };
        let zone = Zone::device(&Mdns { host: "PRT".into(), services: vec![service] }, [10, 0, 0, 1].into());
        let answer = zone.answer(&query("_ipp._tcp.local", TYPE::PTR), Some(false)).unwrap();
        let answer = Packet::parse(&answer).unwrap();
        assert_eq!((answer.answers.len(), answer.additional_records.len(), answer.id()), (1, 3, 7));
        assert_eq!(zone.answer(&query("_other._tcp.local", TYPE::PTR), Some(false)), None);
    }
}
