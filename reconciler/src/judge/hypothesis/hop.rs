//! What a device said of a packet for somebody else (RFC 792, RFC 1812 §4.3): which sign that is.

use std::collections::BTreeSet;
use std::net::IpAddr;

use daicho_shared::fact::Fact;
use ipnet::Ipv4Net;

use super::super::graded::Sign;
use super::ground::{Ground, is_elsewhere};

const ECHO_REPLY: u8 = 0;
const UNREACHABLE: u8 = 3;
const REDIRECT: u8 = 5;
const TIME_EXCEEDED: u8 = 11;
const NET_UNREACHABLE: u8 = 0;
/// Network, host, or everything is administratively prohibited.
const PROHIBITED: [u8; 3] = [9, 10, 13];

/// The sign, where the answer says that something was forwarded, or would have been.
pub(crate) fn sign(fact: &Fact, ground: &Ground<'_, '_>, home: &BTreeSet<Ipv4Net>) -> Option<Sign> {
    let Fact::Hop { sent_ttl, destination, from, kind, code, quoted_ttl, .. } = fact else { return None };
    if destination.is_ipv6() {
        return Some(Sign::ForwardsV6);
    }
    if *kind == REDIRECT {
        return Some(Sign::Redirects);
    }
    if *sent_ttl > 1 {
        return Some(if ground.is_inside(*from) { Sign::WalkInside } else { Sign::WalkOutside });
    }
    // A packet that was sent to end here was answered by somebody further on, or with a time of its own.
    let elsewhere = !is_told(ground, *from) && is_elsewhere(home, *from);
    if elsewhere || *kind == ECHO_REPLY {
        return Some(Sign::WentThrough);
    }
    if quoted_ttl.is_some_and(|ttl| ttl > 1) {
        return Some(Sign::TtlRewritten);
    }
    match (*kind, *code) {
        (TIME_EXCEEDED, _) => Some(Sign::ForwardsHop),
        (UNREACHABLE, NET_UNREACHABLE) => Some(Sign::ForwardsNoRoute),
        (UNREACHABLE, code) if PROHIBITED.contains(&code) => Some(Sign::ForwardsFiltered),
        (UNREACHABLE, _) => Some(Sign::ForwardsUnreachable),
        _ => None,
    }
}

/// The address is the device's own, as it answered or said.
fn is_told(ground: &Ground<'_, '_>, from: IpAddr) -> bool {
    let told = |fact: &Fact| match fact {
        Fact::OwnAddress { address, .. } | Fact::AnswersFor { address, .. } => *address == from,
        _ => false,
    };
    ground.facts.machine.addresses().contains(&from) || ground.facts.any(told)
}
