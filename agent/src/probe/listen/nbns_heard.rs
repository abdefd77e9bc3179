//! Names that Windows machines claim before everybody: NetBIOS name registration and refresh,
//! RFC 1002 §4.2.2 and §4.2.4.

use std::net::{IpAddr, Ipv4Addr};

use daicho_shared::fact::{Fact, NameSource};

use super::frame::{Frame, long, word};
use super::{card, netbios_name};
use crate::probe::identity::told::attribute;
use crate::probe::{Card, Heard, Probe};

/// The probe.
#[derive(Debug)]
pub struct NbnsHeard;

static CARD: Card = card(
    "nbns-heard",
    ["Names that Windows machines claim (heard)", "Windows機の名前登録の受信（NetBIOS）"],
    "RFC 1002 §4.2.2",
    [
        "a Windows machine claims its name and workgroup when it starts",
        "Windows機が起動時に名前とワークグループを名乗るため",
    ],
);

const PORT: u16 = 137;
const HEADER: usize = 12;
/// Operation codes (§4.2.1.1): registration, refresh and its other number, multi-homed registration.
const CLAIMS: [u16; 4] = [5, 8, 9, 15];
const RESPONSE: u16 = 0x8000;
/// Type and class of the question: NB, IN.
const QUESTION: usize = 4;
/// G flag of the name: a group.
const GROUP: u8 = 0x80;
const WORKSTATION: u8 = 0x00;
const FILE_SERVER: u8 = 0x20;
const ELECTION: u8 = 0x1e;

impl Probe for NbnsHeard {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn hear(&self, frame: &[u8]) -> Option<Heard> {
        let datagram = Frame::read(frame)?.datagram().filter(|datagram| datagram.to_port == PORT)?;
        let (fact, address) = parse(datagram.data)?;
        // Whoever registers a name registers it for himself, but a server may speak for others.
        (IpAddr::V4(address) == datagram.packet.source).then(|| datagram.packet.heard(vec![fact]))?
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        use crate::probe::laws::{Sample, device};
        vec![
            Sample::Frame(tests::registration("CT-PC1", 0, [10, 1, 0, 9])),
            Sample::Frame(device("samba-nmbd-registration")),
        ]
    }
}

/// One question that names it, and one record with flags and address; the record's name is a pointer.
fn parse(data: &[u8]) -> Option<(Fact, Ipv4Addr)> {
    let flags = word(data, 2)?;
    if flags & RESPONSE != 0 || !CLAIMS.contains(&(flags >> 11 & 15)) || word(data, 4)? != 1 {
        return None;
    }
    let (name, suffix, rest) = netbios_name::read(data.get(HEADER..)?)?;
    let record = rest.get(QUESTION..)?;
    let record = match record.first()? {
        0xc0.. => record.get(2..)?,
        _ => netbios_name::read(record)?.2,
    };
    // Type, class, lifetime, length.
    let data = record.get(10..)?;
    let group = data.first()? & GROUP != 0;
    Some((fact(name, suffix, group), long(data, 2)?.into()))
}

fn fact(name: String, suffix: u8, group: bool) -> Fact {
    match (suffix, group) {
        (WORKSTATION | FILE_SERVER, false) => Fact::Name { source: NameSource::Netbios, name, domain: None },
        (WORKSTATION | ELECTION, true) => attribute("nbns", "workgroup", name),
        _ => attribute("nbns", "registers", format!("{name}<{suffix:02X}>")),
    }
}

#[cfg(test)]
mod tests {
    use daicho_shared::address::Mac;

    use super::super::frame::made;
    use super::*;

    pub(super) fn registration(name: &str, flags: u8, address: [u8; 4]) -> Vec<u8> {
        let mut data = vec![0x80, 1, 0x29, 0x10, 0, 1, 0, 0, 0, 0, 0, 1];
        data.extend(netbios_name::encoded(name, 0));
        data.extend([0, 0x20, 0, 1, 0xc0, 0x0c, 0, 0x20, 0, 1, 0, 4, 0x93, 0xe0, 0, 6, flags, 0]);
        data.extend(address);
        made::udp(Mac([0, 0x80, 0xa3, 1, 2, 3]), "10.1.0.9:137", "10.1.0.255:137", &data)
    }

    #[test]
    fn a_machine_claims_its_name_and_its_workgroup() {
        let own = NbnsHeard.hear(&registration("CT-PC1", 0, [10, 1, 0, 9])).unwrap();
        assert_eq!(own.facts, [Fact::Name { source: NameSource::Netbios, name: "CT-PC1".into(), domain: None }]);
        let group = NbnsHeard.hear(&registration("HOSP", GROUP, [10, 1, 0, 9])).unwrap();
        assert_eq!(group.facts, [attribute("nbns", "workgroup", "HOSP")]);
    }

    #[test]
    fn a_name_that_is_claimed_for_another_address_is_not_believed() {
        assert_eq!(NbnsHeard.hear(&registration("CT-PC1", 0, [10, 1, 0, 8])), None);
    }
}
