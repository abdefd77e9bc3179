//! What is said unasked? Nothing is ever sent for these: they hear frames that reach everybody, or
//! that a mirror port or a capture file brings.

pub mod browser;
pub mod cdp;
pub mod dhcp_request;
pub mod dhcpv6_request;
pub(crate) mod frame;
pub mod hsrp;
pub mod igmp;
pub mod lldp;
pub mod llmnr_heard;
pub mod mdns_heard;
pub mod mld;
pub mod nbns_heard;
mod netbios_name;
pub mod router_advertisement;
pub mod ssdp_heard;
pub mod stp;
pub mod traffic;
pub mod vrrp;
pub mod wsd_heard;

use daicho_shared::fact::Fact;

use crate::probe::{Audience, Card, Level};

/// A listener's card: it costs nobody anything.
const fn card(name: &'static str, titles: [&'static str; 2], standard: &'static str, whys: [&'static str; 2]) -> Card {
    Card {
        name,
        title: titles[0],
        title_ja: titles[1],
        standard,
        packets: 0,
        level: Level::Listen,
        may_upset: "nothing: no packet is sent",
        audience: Audience::Everybody,
        why: whys[0],
        why_ja: whys[1],
    }
}

/// A named value, as received.
fn attribute(source: &str, key: &str, value: impl Into<String>) -> Fact {
    Fact::Attribute { source: source.to_owned(), key: key.to_owned(), value: value.into() }
}
