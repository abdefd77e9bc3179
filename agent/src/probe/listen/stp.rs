//! Which bridge is this, and which is the root? Spanning tree, IEEE 802.1D-2004 §9.3; Cisco's PVST+
//! carries the same in SNAP.

use daicho_shared::address::Mac;
use daicho_shared::fact::Fact;

use super::card;
use super::frame::{Content, Frame, long, word};
use crate::probe::identity::told::attribute;
use crate::probe::{Card, Heard, Probe};

/// The probe.
#[derive(Debug)]
pub struct Stp;

static CARD: Card = card(
    "stp",
    ["Which bridge is this, and which is the root? (heard)", "スイッチのスパニングツリー情報の受信（STP/RSTP）"],
    "IEEE 802.1D-2004 §9.3",
    ["only bridges speak it: the sender is a switch", "これを送るのはスイッチだけであるため"],
);

/// Service access point of the spanning tree, IEEE 802.1D-2004 table 7-8.
const SPANNING_TREE: u8 = 0x42;
/// PVST+.
const CISCO: [u8; 3] = [0x00, 0x00, 0x0c];
const PVST: u16 = 0x010b;
/// Configuration, and rapid spanning tree (§9.3.1, §9.3.3). A topology change names nobody.
const CONFIGURATION: u8 = 0x00;
const RAPID: u8 = 0x02;
/// Protocol and version, type, flags, root, cost, bridge, port.
const LENGTH: usize = 27;

impl Probe for Stp {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn hear(&self, frame: &[u8]) -> Option<Heard> {
        let frame = Frame::read(frame)?;
        let (Content::Llc(SPANNING_TREE, SPANNING_TREE, bytes) | Content::Snap(CISCO, PVST, bytes)) = frame.content
        else {
            return None;
        };
        let facts = parse(bytes)?;
        Some(frame.heard(facts))
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        use crate::probe::laws::{Sample, device};
        vec![Sample::Frame(tests::bpdu()), Sample::Frame(device("linux-618-stp"))]
    }
}

fn parse(bytes: &[u8]) -> Option<Vec<Fact>> {
    let bytes = bytes.get(..LENGTH)?;
    let version = match (bytes[2], bytes[3]) {
        (0, CONFIGURATION) => "stp",
        (2, RAPID) => "rstp",
        (3, RAPID) => "mstp",
        _ => return None,
    };
    if word(bytes, 0) != Some(0) {
        return None;
    }
    let (root, bridge) = (bridge(bytes, 5)?, bridge(bytes, 17)?);
    let id = Fact::MachineId { source: "bridge".to_owned(), value: bridge.1.to_string() };
    let id = Some(id).filter(|_| bridge.1.is_interface());
    let shown = |(priority, mac): (u16, Mac)| format!("{priority}.{mac}");
    let mut facts = vec![
        attribute("stp", "version", version),
        attribute("stp", "root", shown(root)),
        attribute("stp", "bridge", shown(bridge)),
        attribute("stp", "root-cost", long(bytes, 13)?.to_string()),
        attribute("stp", "port", (word(bytes, 25)? & 0x0fff).to_string()),
    ];
    facts.extend(id);
    Some(facts)
}

/// Priority with the VLAN or instance in its last twelve bits, and an address (§9.2.5).
fn bridge(bytes: &[u8], at: usize) -> Option<(u16, Mac)> {
    Some((word(bytes, at)?, Mac(*bytes.get(at + 2..)?.first_chunk()?)))
}

#[cfg(test)]
mod tests {
    use super::super::frame::made;
    use super::*;

    pub(super) fn bpdu() -> Vec<u8> {
        let mut data = vec![0x42, 0x42, 3, 0, 0, 2, 2, 0x3c];
        data.extend([0x10, 0x01, 0, 0x1b, 0x54, 0, 0, 1]);
        data.extend([0, 0, 0x4e, 0x20]);
        data.extend([0x80, 0x01, 0, 0x80, 0xa3, 1, 2, 0]);
        data.extend([0x80, 0x07, 0, 1, 0, 20, 0, 2, 0, 15, 0]);
        let length = u16::try_from(data.len()).unwrap();
        made::typed(Mac([0, 0x80, 0xa3, 1, 2, 7]), Mac([1, 0x80, 0xc2, 0, 0, 0]), length, &data)
    }

    #[test]
    fn root_and_bridge_are_read() {
        let heard = Stp.hear(&bpdu()).unwrap();
        assert!(heard.facts.contains(&attribute("stp", "root", "4097.00:1B:54:00:00:01")), "{heard:?}");
        assert!(heard.facts.contains(&attribute("stp", "bridge", "32769.00:80:A3:01:02:00")));
        assert!(heard.facts.contains(&attribute("stp", "port", "7")));
    }

    #[test]
    fn a_topology_change_names_nobody() {
        let frame = made::typed(Mac([0, 0x80, 0xa3, 1, 2, 7]), Mac::BROADCAST, 7, &[0x42, 0x42, 3, 0, 0, 0, 0x80]);
        assert_eq!(Stp.hear(&frame), None);
    }
}
