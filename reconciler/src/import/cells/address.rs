//! IP addresses as people write them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use ipnet::IpNet;
use regex::Regex;

use super::label::{Label, is_interface, labelled};
use crate::import::fold::code;
use crate::import::limits;
use crate::import::values::Words;
use crate::judge::entry::ProblemKind;

/// What a cell of addresses says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Addresses {
    /// In the order of the cell.
    pub list: Vec<IpAddr>,
    /// Handed out by DHCP.
    pub dynamic: bool,
    /// What was not understood.
    pub problem: Option<ProblemKind>,
}

/// Notes such as `（旧192.168.1.3）` and masks such as `（255.255.255.0）`.
static NOTE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\((?:旧|変更前|以前|撤去|廃止|廃棄|返却)[^)]*\)|\(\s*255\.[0-9.]*\s*\)|\(/[0-9]+\)"));
/// Four numbers with commas or full stops of another kind, or blanks beside the dots.
static GROUPS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^\s*([0-9]{1,3})\s*[,、。.]\s*([0-9]{1,3})\s*[,、。.]\s*([0-9]{1,3})\s*[,、。.]\s*([0-9]{1,3})\s*$")
});
/// An address of which digits were left as in the form's example.
static MASKED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^[0-9]*(?:\.[0-9]*)*[.]?[〇○◯●□xX*×＊?]+[0-9.〇○◯●□xX*×＊?]*$"));

/// From one address to another, of which the last may be written shorter: `192.168.1.10～20`.
static RANGE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^([0-9]{1,3}(?:\.[0-9]{1,3}){3})[-~]((?:[0-9]{1,3}\.){3}|\.)?([0-9]{1,3})$"));
/// Blanks around the sign of a range.
static AROUND: LazyLock<Regex> = LazyLock::new(|| pattern(r"([0-9])[ \t]*[-~〜][ \t]*([0-9.])"));

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is a constant that the tests of this file use")
}

/// Marks of a list: behind one of them, `11` is short for an address like the one before.
const LIST: [char; 4] = [',', '、', '・', '/'];

/// Reads every address of a cell; `network` is the one that stands above the table, for addresses that are written as
/// `.10`. A range is read and reported: its row declares several devices. Everything else that is no address is
/// reported and not guessed at.
pub(crate) fn addresses(text: &str, words: &Words, network: Option<IpNet>) -> Addresses {
    let found = Addresses { dynamic: words.is_dynamic(text), ..Addresses::default() };
    if words.is_none(text) {
        return found;
    }
    let folded = NOTE.replace_all(&code(text), "").into_owned();
    let folded = AROUND.replace_all(&folded, "$1~$2").replace("及び", "、");
    let newest = folded.rsplit(['→', '⇒']).next().unwrap_or_default();
    let mut cell = Cell { found, words, network, turn: Turn::Fresh, pending: false, left_out: false };
    if let Some(groups) = GROUPS.captures(newest) {
        cell.part('\n', &[&groups[1], &groups[2], &groups[3], &groups[4]].join("."));
        return cell.found;
    }
    'cell: for (before, token) in tokens(newest) {
        for (index, part) in slashed(token).into_iter().enumerate() {
            if cell.found.list.len() >= limits::VALUES_PER_CELL {
                cell.found.note(ProblemKind::AddressMalformed);
                break 'cell;
            }
            cell.part(if index > 0 { '/' } else { before }, part);
        }
    }
    cell.finish()
}

/// The words of a cell, each with the mark before it: that of a list, else whatever it is.
fn tokens(text: &str) -> Vec<(char, &str)> {
    let is_mark = |c: char| c.is_whitespace() || LIST[..3].contains(&c) || ";|&()+".contains(c);
    let (mut found, mut before) = (vec![], '\n');
    for piece in text.split_inclusive(is_mark) {
        let token = piece.trim_end_matches(is_mark);
        if !token.is_empty() {
            found.push((before, token));
            before = '\n';
        }
        let mark = piece.chars().next_back().filter(|c| is_mark(*c)).unwrap_or('\n');
        // A blank behind a comma is part of the comma.
        if !mark.is_whitespace() || !LIST.contains(&before) {
            before = mark;
        }
    }
    found
}

/// A cell while it is read.
struct Cell<'w> {
    found: Addresses,
    words: &'w Words,
    network: Option<IpNet>,
    turn: Turn,
    /// A label stands there whose value has not come yet.
    pending: bool,
    /// Something was left out because it belongs to something else.
    left_out: bool,
}

/// What the next word of the cell continues.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    Fresh,
    /// An address of the device.
    Listed,
    Label(Label),
}

impl Cell<'_> {
    fn part(&mut self, before: char, part: &str) {
        let (label, bare) = labelled(part, self.words);
        self.turn = match label {
            Some(label) => Turn::Label(label),
            None if self.pending || LIST.contains(&before) => self.turn,
            None => Turn::Fresh,
        };
        let numbered = bare.bytes().all(|byte| byte.is_ascii_digit());
        // The gateway behind `GW` is still to come, and so is the 2 of `NIC 2`; `VLAN20` has its number.
        let follows =
            std::mem::replace(&mut self.pending, bare.is_empty() && !part.ends_with(|c: char| c.is_ascii_digit()));
        match self.turn {
            _ if bare.is_empty() => self.left_out |= label != Some(Label::Own),
            Turn::Label(Label::Other) => self.left_out = true,
            Turn::Label(Label::Number) if numbered || parse(bare).is_none() => self.left_out = true,
            Turn::Label(Label::Own) if follows && numbered => {}
            turn => {
                let before = self.found.list.len();
                self.found.token(&completed(bare, self.network), turn == Turn::Listed);
                let read = self.found.list.len() > before || parse(bare).is_some();
                self.turn = if read { Turn::Listed } else { Turn::Fresh };
            }
        }
    }

    /// Where everything belongs to something else, the device's own address is missing.
    fn finish(mut self) -> Addresses {
        if self.left_out && self.found.list.is_empty() && !self.found.dynamic {
            self.found.note(ProblemKind::AddressMalformed);
        }
        self.found
    }
}

/// `.10` with the network that it is of; anything else as it is.
fn completed(token: &str, network: Option<IpNet>) -> String {
    let last: Option<u8> = token.strip_prefix('.').and_then(|digits| digits.parse().ok());
    match (last, network) {
        (Some(last), Some(IpNet::V4(network))) if network.prefix_len() >= 24 => {
            let [a, b, c, _] = network.network().octets();
            Ipv4Addr::new(a, b, c, last).to_string()
        }
        _ => token.to_owned(),
    }
}

/// `10.0.0.1/24` is one address with its prefix; `10.0.0.1/10.0.0.2` and `10.0.0.1/2` are two. `10.0.0.0/24` stays
/// what it is: a network is no device's address, and nobody would ever answer there.
fn slashed(token: &str) -> Vec<&str> {
    let parts: Vec<&str> = token.split('/').collect();
    match parts.as_slice() {
        [address, prefix] if prefix.parse().is_ok_and(|bits| is_network(address, bits)) => vec![token],
        [address, prefix] if prefix.parse().is_ok_and(|bits| is_prefix(address, bits)) => vec![*address],
        _ => parts,
    }
}

/// The first address of an IPv4 network that holds more than two.
fn is_network(address: &str, bits: u8) -> bool {
    let network = |v4: Ipv4Addr| ipnet::Ipv4Net::new(v4, bits).is_ok_and(|network| network.network() == v4);
    (8..=30).contains(&bits) && v4(address).is_some_and(network)
}

/// No network of a hospital has a prefix below 16, unless it is written as what it is: `10.0.0.0/8`.
fn is_prefix(address: &str, bits: u8) -> bool {
    let bare = address.rsplit_once(['=', ':']).map_or(address, |(_, bare)| bare);
    match v4(bare) {
        Some(v4) => bits <= 32 && (bits >= 16 || u32::from(v4).checked_shl(bits.into()) == Some(0)),
        None => address.contains(':') && bits <= 128 || (16..=32).contains(&bits),
    }
}

impl Addresses {
    fn token(&mut self, bare: &str, listed: bool) {
        match parse(bare).or_else(|| self.abbreviated(bare).filter(|_| listed)) {
            Some(address) if is_plausible(address) => {
                if !self.list.contains(&address) {
                    self.list.push(address);
                }
            }
            Some(_) => self.note(ProblemKind::AddressImplausible),
            None if MASKED.is_match(bare) && bare.contains('.') => self.note(ProblemKind::AddressPlaceholder),
            // A pool of addresses that are handed out is no device's.
            None if !self.dynamic && self.range(bare) => self.note(ProblemKind::AddressRange),
            // 「DHCP」「有線」 and the pool beside a DHCP mark say nothing that is missing.
            None if self.dynamic || is_interface(bare) => {}
            None => self.note(ProblemKind::AddressMalformed),
        }
    }

    /// `11` behind `192.168.1.10` is `192.168.1.11`.
    fn abbreviated(&self, token: &str) -> Option<IpAddr> {
        let Some(IpAddr::V4(before)) = self.list.last() else { return None };
        let last: u8 = token.strip_prefix('.').unwrap_or(token).parse().ok()?;
        let [a, b, c, _] = before.octets();
        Some(Ipv4Addr::new(a, b, c, last).into())
    }

    /// Adds every address of a range, if the token is one of at most [`limits::RANGE`] addresses.
    fn range(&mut self, token: &str) -> bool {
        let Some(parts) = RANGE.captures(token) else { return false };
        let Some(first) = v4(&parts[1]) else { return false };
        let front = parts.get(2).map_or(".", |front| front.as_str());
        let [a, b, c, _] = first.octets();
        let front = if front == "." { format!("{a}.{b}.{c}.") } else { front.to_owned() };
        let Some(last) = v4(&format!("{front}{}", &parts[3])) else { return false };
        let (first, last) = (u32::from(first), u32::from(last));
        if last <= first || last - first >= limits::RANGE {
            return false;
        }
        let all = (first..=last).map(|address| IpAddr::V4(address.into()));
        let new: Vec<IpAddr> = all.filter(|address| is_plausible(*address) && !self.list.contains(address)).collect();
        self.list.extend(new);
        true
    }

    fn note(&mut self, problem: ProblemKind) {
        self.problem.get_or_insert(problem);
    }
}

fn parse(text: &str) -> Option<IpAddr> {
    v4(text).map(IpAddr::V4).or_else(|| {
        let without_zone = text.split('%').next().unwrap_or_default();
        without_zone.contains(':').then(|| without_zone.parse::<Ipv6Addr>().ok().map(IpAddr::V6)).flatten()
    })
}

/// Every group is decimal: `192.168.010.005` is `192.168.10.5`, though C libraries read octal there.
pub(super) fn v4(text: &str) -> Option<Ipv4Addr> {
    let mut octets = [0; 4];
    let mut groups = text.split('.');
    for octet in &mut octets {
        let group = groups.next()?;
        if group.is_empty() || group.len() > 3 || !group.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *octet = group.parse().ok()?;
    }
    groups.next().is_none().then(|| octets.into())
}

/// An address that one device can have.
fn is_plausible(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let first = v4.octets()[0];
            !(first == 0 || v4.is_loopback() || v4.is_link_local() || first >= 224)
        }
        IpAddr::V6(v6) => !(v6.is_unspecified() || v6.is_loopback() || v6.is_multicast()),
    }
}

#[cfg(test)]
mod tests;
