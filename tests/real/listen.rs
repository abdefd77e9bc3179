//! What real daemons say unasked, heard beside a scan and at a promiscuous interface; and the same
//! again out of the capture file.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use daicho_shared::batch::Batch;
use daicho_shared::fact::Fact;
use daicho_tests::{program, root, run, skip};

use super::{Host, assert_any, cannot_run, logs, place};

/// LLDP and, forced, CDP version 2; chassis, port and address are those of its interface.
const LLDPD: Host = Host {
    name: "lldpd",
    last: 18,
    needs: &["lldpd", "lldpcli"],
    start: r#"
mkdir -p /run/lldpd
echo 'configure lldp tx-interval 2' >conf
echo 'configure system hostname SW-2F' >>conf
exec lldpd -d -ccccc -l -M 4 -I eth0 -S "Ward switch, software 8.4" -u $DIR/socket -O $DIR/conf"#,
    ready: "test -S $DIR/socket",
};

/// VRRP version 3 of one router that shares 10.77.0.29.
const KEEPALIVED: Host = Host {
    name: "keepalived",
    last: 19,
    needs: &["keepalived"],
    start: r"
cat >conf <<EOF
global_defs {
  vrrp_version 3
}
vrrp_instance ward {
  interface eth0
  virtual_router_id 51
  priority 150
  advert_int 1
  virtual_ipaddress {
    10.77.0.29/24
  }
}
EOF
exec keepalived --vrrp -n -l -f $DIR/conf -p $DIR/pid -r $DIR/vrrp.pid",
    ready: "grep -q 'Entering MASTER' $DIR/log",
};

/// The kernel's own spanning tree, on a bridge that the interface is a port of.
const BRIDGE: Host = Host {
    name: "bridge",
    last: 20,
    needs: &["ip"],
    start: r"
ip link add br0 type bridge stp_state 1 hello_time 100
ip link set eth0 master br0
ip link set br0 up
exec sleep 600",
    ready: "",
};

/// A client that nobody gives an address.
const UDHCPC: Host = Host {
    name: "udhcpc",
    last: 21,
    needs: &["busybox"],
    start: r"
ip -o link show eth0 | sed 's/.*ether \([0-9a-f:]*\).*/\1/' >mac
exec busybox udhcpc -i eth0 -f -t 0 -T 2 -A 1 -s /bin/true -x hostname:CT-CONSOLE7 -V 'MSFT 5.0'",
    ready: "grep -q discover $DIR/log",
};

/// It announces itself at every start: it is started again and again.
const AVAHI: Host = Host {
    name: "avahi-announcing",
    last: 22,
    needs: &["avahi-daemon"],
    start: r"
cat >conf <<EOF
[server]
host-name=prt7
use-ipv6=yes
enable-dbus=no
[publish]
publish-workstation=yes
EOF
while true; do timeout 5 avahi-daemon --no-drop-root --no-chroot --no-rlimits -f $DIR/conf; done",
    ready: "grep -q 'startup complete' $DIR/log",
};

/// The same.
const WSDD: Host = Host {
    name: "wsdd",
    last: 23,
    needs: &["wsdd"],
    start: r"
while true; do timeout 4 wsdd -4 -i eth0 -n CT-PC3 -w HOSP -U 6f1a4a3e-0000-4000-8000-000000000023; done",
    ready: "",
};

const RADVD: Host = Host {
    name: "radvd",
    last: 24,
    needs: &["radvd"],
    start: r"
cat >conf <<EOF
interface eth0 {
  AdvSendAdvert on;
  MinRtrAdvInterval 3;
  MaxRtrAdvInterval 4;
  AdvLinkMTU 1400;
  prefix fd00:77::/64 { };
  RDNSS fd00:77::53 { };
};
EOF
echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
sleep 2
exec radvd -n -C $DIR/conf -p $DIR/pid -m stderr",
    ready: "test -s $DIR/pid",
};

/// It claims its names, and announces itself, when it starts.
const NMBD: Host = Host {
    name: "nmbd-announcing",
    last: 25,
    needs: &["nmbd"],
    start: r"
mkdir -p private lock state cache pid ncalrpc
cat >conf <<EOF
[global]
netbios name = UKETSUKE-PC1
workgroup = HOSP
server string = front desk
local master = no
interfaces = eth0
bind interfaces only = yes
private dir = $DIR/private
lock directory = $DIR/lock
state directory = $DIR/state
cache directory = $DIR/cache
pid directory = $DIR/pid
ncalrpc dir = $DIR/ncalrpc
log file = $DIR/samba.log
EOF
while true; do timeout 8 nmbd -F --no-process-group -s conf; done",
    ready: "test -e $DIR/pid/nmbd.pid",
};

const HOSTS: [&Host; 8] = [&LLDPD, &KEEPALIVED, &BRIDGE, &UDHCPC, &AVAHI, &WSDD, &RADVD, &NMBD];

/// Listens and scans side by side.
const COMMAND: &str = r#"
"$AGENT" listen --scope 10.77.0.0/27 --interface lan0 --minutes 0.4 --pcap "$OUT/kept.pcap" --out "$OUT/heard.jsonl" &
"$AGENT" scan --scope 10.77.0.0/27 --interface lan0 --out "$OUT/scanned.jsonl" || exit
wait $!
"#;

fn read(path: &Path) -> Batch {
    Batch::read(std::io::BufReader::new(fs::File::open(path).unwrap())).unwrap()
}

/// What a probe heard of an address, or of senders without one.
fn heard(batch: &Batch, probe: &str, last: Option<u8>) -> Vec<Fact> {
    let own = |it: &&daicho_shared::observation::Observation| {
        it.probe.0 == probe && last.is_none_or(|last| it.target.address == std::net::IpAddr::from([10, 77, 0, last]))
    };
    batch.observations.iter().map(|it| &**it).filter(own).flat_map(|it| it.facts.to_vec()).collect()
}

fn assert_told(batch: &Batch, probe: &str, last: Option<u8>, wanted: &[&str]) {
    let told = format!("{:?}", heard(batch, probe, last));
    for text in wanted {
        assert!(told.contains(text), "{probe}: no {text} in {told}");
    }
}

fn assert_everything(batch: &Batch) {
    assert_told(batch, "lldp", None, &["SW-2F", "Ward switch, software 8.4", "eth0", "10.77.0.18", "lldp-chassis"]);
    assert_told(batch, "cdp", None, &["SW-2F", "eth0", "Linux"]);
    assert_told(batch, "vrrp", Some(19), &["group: 51", "10.77.0.29", "priority: 150"]);
    assert_told(batch, "stp", None, &["stp", "32768."]);
    assert_told(batch, "dhcp-request", None, &["CT-CONSOLE7", "MSFT 5.0", "1,3,6,12,15"]);
    assert_told(batch, "mdns-heard", Some(22), &["prt7.local"]);
    assert_told(batch, "wsd-heard", Some(23), &["6f1a4a3e-0000-4000-8000-000000000023"]);
    assert_told(batch, "router-advertisement", None, &["fd00:77::/64", "fd00:77::53", "1400"]);
    assert_told(batch, "nbns-heard", Some(25), &["UKETSUKE-PC1", "HOSP"]);
    assert_told(batch, "browser", Some(25), &["UKETSUKE-PC1", "HOSP", "front desk"]);
    assert_told(batch, "igmp", Some(22), &["224.0.0.251"]);
    assert_told(batch, "mld", None, &["ff02::fb"]);
}

#[test]
fn real_daemons_are_heard_beside_a_scan_at_a_mirror_port_and_in_a_capture() {
    if let Some(why) = cannot_run(&HOSTS) {
        return skip("listening", &why);
    }
    let folder = tempfile::tempdir().unwrap();
    let lan = place(folder.path(), &HOSTS);
    let output = run(Command::new("bash")
        .arg(root().join("tests/real/lan.sh"))
        .arg(&lan)
        .args(["bash", "-c", COMMAND])
        .env("AGENT", program("daicho-agent"))
        .env("OUT", folder.path()));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {said}{}", output.status, logs(&lan));
    let batch = read(&folder.path().join("heard.jsonl"));
    keep(folder.path());
    assert_everything(&batch);
    assert!(batch.sent.is_empty() && batch.coverage.is_empty() && batch.is_complete());
    the_clients_link_layer_address_is_its_own(&batch, &lan);
    let scanned = read(&folder.path().join("scanned.jsonl"));
    for (probe, last) in [("lldp", None), ("cdp", None), ("vrrp", Some(19)), ("stp", None), ("dhcp-request", None)] {
        assert!(!heard(&scanned, probe, last).is_empty(), "{probe} was not heard while scanning");
    }
    the_capture_tells_the_same(folder.path(), &batch);
}

/// Keeps the capture where a person wants to look at it.
fn keep(folder: &Path) {
    if let Some(place) = std::env::var_os("DAICHO_TEST_KEEP") {
        fs::copy(folder.join("kept.pcap"), place).unwrap();
    }
}

fn the_clients_link_layer_address_is_its_own(batch: &Batch, lan: &Path) {
    let mac = fs::read_to_string(lan.join("udhcpc/mac")).unwrap().trim().parse().ok();
    assert!(mac.is_some() && batch.observations.iter().any(|it| it.probe.0 == "dhcp-request" && it.target.mac == mac));
    assert_any(
        &heard(batch, "dhcp-request", None),
        "client id",
        |fact| matches!(fact, Fact::Attribute { key, .. } if key == "client-id"),
    );
}

fn the_capture_tells_the_same(folder: &Path, live: &Batch) {
    let again = folder.join("again.jsonl");
    let output = run(Command::new(program("daicho-agent"))
        .args(["listen", "--scope", "10.77.0.0/27", "--read"])
        .arg(folder.join("kept.pcap"))
        .arg("--out")
        .arg(&again));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let again = read(&again);
    // The file does not know which of the senders is the machine that captured it.
    let own: Vec<_> = live.header.interfaces.iter().filter_map(|interface| interface.mac).collect();
    let told = |batch: &Batch| -> BTreeSet<String> {
        let others = batch.observations.iter().filter(|it| !it.target.mac.is_some_and(|mac| own.contains(&mac)));
        let about = others.filter(|it| it.target.address != std::net::IpAddr::from([10, 77, 0, 1]));
        about.map(|it| format!("{} {} {:?} {:?}", it.probe, it.target.address, it.target.mac, it.facts)).collect()
    };
    assert_eq!(told(live), told(&again));
}
