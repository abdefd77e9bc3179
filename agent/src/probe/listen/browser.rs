//! Windows machines that announce their shares: MS-BRWS §2.2, in a mailslot (MS-MAIL §2.2.1) of a
//! NetBIOS datagram (RFC 1002 §4.4).

use std::net::IpAddr;

use daicho_shared::fact::{Fact, NameSource};
use daicho_shared::text;

use super::frame::{Frame, address};
use super::{card, netbios_name};
use crate::probe::identity::told::attribute;
use crate::probe::{Card, Heard, Probe};

/// The probe.
#[derive(Debug)]
pub struct Browser;

static CARD: Card = card(
    "browser",
    ["Windows machines that announce their shares (heard)", "Windows機の共有の広告の受信（コンピューターブラウザー）"],
    "MS-BRWS §2.2",
    [
        "name, version, role and comment of Windows and Samba machines",
        "Windows機・Samba機の名前・版・役割・説明が分かるため",
    ],
);

const PORT: u16 = 138;
/// Direct to one name, direct to a group, to everybody (RFC 1002 §4.4.1).
const KINDS: [u8; 3] = [0x10, 0x11, 0x12];
/// Kind, flags, number, source address and port, length, offset.
const HEADER: usize = 14;
const SMB: &[u8] = b"\xffSMB";
const MAILSLOT: &[u8] = b"\\MAILSLOT\\BROWSE\0";
/// Where to look for the mailslot's name behind the SMB header.
const REACH: usize = 128;
/// Kinds of announcement, MS-BRWS §2.2.
const HOST: u8 = 0x01;
const DOMAIN: u8 = 0x0c;
const MASTER: u8 = 0x0f;
/// Kind, count, period, name, version, type, browser version, signature; then the comment.
const ANNOUNCEMENT: usize = 32;
const NAME: usize = 16;
const SIGNATURE: [u8; 2] = [0x55, 0xaa];

impl Probe for Browser {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn hear(&self, frame: &[u8]) -> Option<Heard> {
        let datagram = Frame::read(frame)?.datagram().filter(|datagram| datagram.to_port == PORT)?;
        let (facts, own) = parse(datagram.data)?;
        (own == datagram.packet.source).then(|| datagram.packet.heard(facts))?
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        use crate::probe::laws::{Sample, device};
        vec![Sample::Frame(tests::announcement(HOST)), Sample::Frame(device("samba-nmbd-browser"))]
    }
}

fn parse(data: &[u8]) -> Option<(Vec<Fact>, IpAddr)> {
    let head = data.get(..HEADER).filter(|head| KINDS.contains(&head[0]))?;
    let (_, _, rest) = netbios_name::read(data.get(HEADER..)?)?;
    let (group, _, rest) = netbios_name::read(rest)?;
    let transaction = rest.strip_prefix(SMB)?;
    let reach = &transaction[..transaction.len().min(REACH)];
    let at = reach.windows(MAILSLOT.len()).position(|part| part.eq_ignore_ascii_case(MAILSLOT))?;
    Some((announced(&transaction[at + MAILSLOT.len()..], &group)?, address(&head[4..8])?))
}

fn announced(body: &[u8], group: &str) -> Option<Vec<Fact>> {
    let (head, comment) = body.split_at_checked(ANNOUNCEMENT)?;
    let name = until_zero(&head[6..6 + NAME]);
    match head[0] {
        HOST | MASTER if head[30..32] == SIGNATURE => {
            let kind = u32::from_le_bytes(*head[24..].first_chunk()?);
            let mut facts = vec![
                Fact::Name { source: NameSource::Browser, name, domain: Some(group.to_owned()) },
                attribute("browser", "version", format!("{}.{}", head[22], head[23])),
                attribute("browser", "server-type", format!("0x{kind:08x}")),
            ];
            let comment = Some(until_zero(comment)).filter(|comment| !comment.is_empty());
            facts.extend(comment.map(|comment| attribute("browser", "comment", comment)));
            Some(facts)
        }
        // The sender is the master of this domain.
        DOMAIN => Some(vec![attribute("browser", "master-of", name)]),
        _ => None,
    }
}

fn until_zero(bytes: &[u8]) -> String {
    text::bounded_bytes(bytes.split(|byte| *byte == 0).next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use daicho_shared::address::Mac;

    use super::super::frame::made;
    use super::*;

    pub(super) fn announcement(kind: u8) -> Vec<u8> {
        let mut data = vec![0x11, 0x0a, 0, 1, 10, 1, 0, 9, 0, 138, 0, 0, 0, 0];
        data.extend(netbios_name::encoded("CT-PC1", 0));
        data.extend(netbios_name::encoded("HOSP", 0x1d));
        data.extend(SMB);
        data.push(0x25);
        data.resize(data.len() + 27 + 1 + 34 + 2, 0);
        data.extend(MAILSLOT);
        data.extend([kind, 0, 0x80, 0xfc, 0x0a, 0]);
        data.extend(b"CT-PC1\0\0\0\0\0\0\0\0\0\0");
        data.extend([6, 1, 0x03, 0x9a, 0x81, 0, 0x0f, 1, 0x55, 0xaa]);
        data.extend(b"CT console\0");
        made::udp(Mac([0, 0x80, 0xa3, 1, 2, 3]), "10.1.0.9:138", "10.1.0.255:138", &data)
    }

    #[test]
    fn name_version_role_and_comment_are_read() {
        let heard = Browser.hear(&announcement(HOST)).unwrap();
        let name = Fact::Name { source: NameSource::Browser, name: "CT-PC1".into(), domain: Some("HOSP".into()) };
        assert!(heard.facts.contains(&name), "{heard:?}");
        assert!(heard.facts.contains(&attribute("browser", "version", "6.1")));
        assert!(heard.facts.contains(&attribute("browser", "server-type", "0x00819a03")));
        assert!(heard.facts.contains(&attribute("browser", "comment", "CT console")));
        let master = Browser.hear(&announcement(DOMAIN)).unwrap();
        assert_eq!(master.facts, [attribute("browser", "master-of", "CT-PC1")]);
    }
}
