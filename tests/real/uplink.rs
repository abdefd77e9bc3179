//! Linux kernels that forward IPv6 and do not, and radvd.

use std::fs;
use std::path::Path;

use daicho_shared::address::Mac;
use daicho_shared::batch::Batch;
use daicho_shared::fact::Fact;

use super::{Host, scan, scan_then};

/// It is ready when its link-local address has passed duplicate address detection.
const PLAIN: Host = Host {
    name: "plain",
    last: 2,
    needs: &["ip"],
    start: r"
sleep 2
ip -o link show eth0 | sed 's/.*ether \([0-9a-f:]*\).*/\1/' >mac
exec sleep 600",
    ready: "test -s $DIR/mac",
};

const FORWARDING: Host = Host {
    name: "forwarding",
    last: 3,
    start: r"
echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
sleep 2
ip -o link show eth0 | sed 's/.*ether \([0-9a-f:]*\).*/\1/' >mac
exec sleep 600",
    ..PLAIN
};

/// It sends no advertisement that nobody asked for.
const RADVD: Host = Host {
    name: "radvd-asked",
    last: 4,
    needs: &["radvd"],
    start: r"
ip -o link show eth0 | sed 's/.*ether \([0-9a-f:]*\).*/\1/' >mac
cat >conf <<EOF
interface eth0 {
  AdvSendAdvert on;
  UnicastOnly on;
  prefix fd00:77::/64 { };
};
EOF
echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
sleep 2
exec radvd -n -d 1 -C conf -p pid -m stderr",
    ready: "test -s $DIR/pid",
};

fn mac(folder: &Path, host: &Host) -> Option<Mac> {
    fs::read_to_string(folder.join("lan").join(host.name).join("mac")).ok()?.trim().parse().ok()
}

fn says(batch: &Batch, mac: Option<Mac>, probe: &str, wanted: &str) -> bool {
    let own = batch.observations.iter().filter(|seen| seen.probe.0 == probe && seen.target.mac == mac);
    own.flat_map(|seen| &seen.facts).any(|fact| matches!(fact, Fact::Router { how } if how == wanted))
}

#[test]
fn only_who_forwards_answers_the_echo_to_all_routers() {
    let Some((folder, batch)) = scan("all routers", &[&PLAIN, &FORWARDING], "") else { return };
    let (plain, forwarding) = (mac(folder.path(), &PLAIN), mac(folder.path(), &FORWARDING));
    assert!(plain.is_some() && forwarding.is_some(), "the hosts tell their addresses");
    assert!(says(&batch, forwarding, "all-routers", "all-routers-echo"));
    assert!(!says(&batch, plain, "all-routers", "all-routers-echo"));
}

#[test]
fn a_router_advertises_when_it_is_asked() {
    // By then the scanner's kernel has asked its own three times (RFC 4861 §6.3.7), and is silent.
    let later = [("BEFORE", "sleep 13")];
    let Some((folder, batch)) = scan_then("router solicitation", &[&RADVD], "", &later) else { return };
    let router = mac(folder.path(), &RADVD);
    assert!(router.is_some(), "the host tells its address");
    assert!(says(&batch, router, "router-advertisement", "router-advertisement"));
}
