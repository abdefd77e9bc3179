//! What is said unasked? Nothing is ever sent for these: they hear frames that reach everybody, or
//! that a mirror port or a capture file brings.

pub mod browser;
pub mod cdp;
pub(crate) mod dhcp_message;
pub mod dhcp_request;
pub mod dhcpv6_request;
pub(crate) mod frame;
pub mod hsrp;
pub mod igmp;
mod labels;
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

use crate::probe::{Audience, Card, Level};

/// A listener's card: it costs nobody anything.
pub(super) const fn card(
    name: &'static str,
    titles: [&'static str; 2],
    standard: &'static str,
    whys: [&'static str; 2],
) -> Card {
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

#[cfg(test)]
mod tests {
    use crate::probe::laws::device;
    use crate::probe::named;

    /// Probe, what a real program or kernel sent, and what must be read of it.
    const SENT: &[(&str, &str, &[&str])] = &[
        ("lldp", "lldpd-1016-lldp", &["SW-2F", "Ward switch, software 8.4", "eth0", "10.77.0.18", "lldp-chassis"]),
        ("cdp", "lldpd-1016-cdp", &["SW-2F", "eth0", "10.77.0.18", "\"Linux\""]),
        ("stp", "linux-618-stp", &["\"stp\"", "32768."]),
        ("vrrp", "keepalived-227-vrrp", &["10.77.0.29", "51", "150"]),
        ("dhcp-request", "busybox-135-dhcp", &["CT-CONSOLE7", "MSFT 5.0", "1,3,6,12,15"]),
        ("mdns-heard", "avahi-08-announcement", &["prt7.local"]),
        ("wsd-heard", "wsdd-070-hello", &["6f1a4a3e-0000-4000-8000-000000000023"]),
        ("router-advertisement", "radvd-219-advertisement", &["fd00:77::/64", "fd00:77::53", "1400"]),
        ("nbns-heard", "samba-nmbd-registration", &["UKETSUKE-PC1"]),
        ("browser", "samba-nmbd-browser", &["UKETSUKE-PC1", "HOSP", "front desk", "0x"]),
        ("igmp", "linux-618-igmp", &["224.0.0.251"]),
        ("mld", "linux-618-mld", &["ff02::fb"]),
    ];

    #[test]
    fn what_real_programs_said_is_read() {
        for (probe, sent, wanted) in SENT {
            let heard = named(probe).unwrap().hear(&device(sent)).unwrap_or_else(|| panic!("{probe} hears nothing"));
            let told = format!("{:?}", heard.facts);
            for text in *wanted {
                assert!(told.contains(text), "{probe}: no {text} in {told}");
            }
        }
    }
}
