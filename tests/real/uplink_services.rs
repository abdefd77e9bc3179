//! Services that give a network away, as real daemons have them: DHCP and DNS of dnsmasq, miniupnpd with a public
//! address and behind a carrier's NAT, an access concentrator, BIRD speaking RIP, Samba with two network cards.

use std::fs;
use std::net::IpAddr;
use std::path::Path;

use daicho_shared::address::Mac;
use daicho_shared::batch::Batch;
use daicho_shared::fact::Fact;

use super::{Host, assert_any, facts, scan};

/// It hands out addresses of the LAN, and passes questions on.
const OWN: Host = Host {
    name: "own",
    last: 2,
    needs: &["dnsmasq"],
    start: r"
cat >conf <<EOF
no-resolv
no-hosts
server=8.8.8.8
log-queries
user=root
pid-file=$DIR/pid
log-facility=-
dhcp-range=10.77.0.100,10.77.0.110,255.255.255.0,1h
dhcp-option=3,10.77.0.2
domain=hosp.example
dhcp-option=252,http://wpad.hosp.example/wpad.dat
dhcp-leasefile=$DIR/leases
EOF
exec dnsmasq -k -C $DIR/conf",
    ready: "test -s $DIR/pid",
};

/// It stands in another network, on the same link.
const FOREIGN: Host = Host {
    name: "foreign",
    last: 3,
    start: r"
ip -o link show eth0 | sed 's/.*ether \([0-9a-f:]*\).*/\1/' >mac
ip address flush dev eth0 scope global
ip address add 192.168.8.1/24 dev eth0
cat >conf <<EOF
port=0
user=root
pid-file=$DIR/pid
log-facility=-
dhcp-range=192.168.8.100,192.168.8.110,255.255.255.0,1h
dhcp-option=6,8.8.8.8
dhcp-leasefile=$DIR/leases
EOF
exec dnsmasq -k -C $DIR/conf",
    ..OWN
};

/// The far side of a gateway is a cable to nobody.
macro_rules! gateway {
    ($name:literal, $last:literal, $address:literal) => {
        Host {
            name: $name,
            last: $last,
            needs: &["miniupnpd"],
            start: concat!(
                "ip link add wan0 type veth peer name far0\nip link set far0 up\nip address add ",
                $address,
                "/24 dev wan0\nip link set wan0 up\nip route add default dev wan0\n",
                "printf 'ext_ifname=wan0\\nlistening_ip=eth0\\nhttp_port=5431\\nenable_natpmp=yes\\nenable_upnp=yes\\n",
                "friendly_name=LTE Router\\nuuid=00000000-0000-4000-8000-0000000000",
                stringify!($last),
                "\\n' >conf\nexec miniupnpd -d -f $DIR/conf -P $DIR/pid"
            ),
            ready: "grep -q 'HTTP listening' $DIR/log",
        }
    };
}

const PUBLIC: Host = gateway!("public", 16, "5.104.99.77");
const CARRIER: Host = gateway!("carrier", 19, "100.64.9.2");

const CONCENTRATOR: Host = Host {
    name: "concentrator",
    last: 20,
    needs: &["pppoe-server"],
    start: r"
ip -o link show eth0 | sed 's/.*ether \([0-9a-f:]*\).*/\1/' >mac
exec pppoe-server -F -I eth0 -C BRAS-OSAKA-01 -S flets -L 10.99.0.1 -R 10.99.0.10",
    ready: "test -s $DIR/mac && sleep 1",
};

const ROUTER: Host = Host {
    name: "router",
    last: 21,
    needs: &["bird"],
    start: r#"
ip link add wan0 type veth peer name far0
ip link set far0 up
ip address add 100.64.9.2/24 dev wan0
ip link set wan0 up
ip route add default via 100.64.9.1
cat >conf <<EOF
router id 10.77.0.21;
protocol device {}
protocol direct { ipv4; interface "*"; }
protocol kernel { learn; ipv4 { import all; export none; }; }
protocol rip { ipv4 { import all; export all; }; interface "eth0" { version 2; }; }
EOF
exec bird -f -c conf -s $DIR/control"#,
    ready: "test -S $DIR/control && sleep 1",
};

/// Debian's settings, and a second card.
const FILES: Host = Host {
    name: "twocards",
    last: 22,
    needs: &["smbd"],
    start: r"
ip link add eth1 type veth peer name far1
ip address add 192.168.42.129/24 broadcast + dev eth1
ip link set far1 up
ip link set eth1 up
mkdir -p private lock state cache pid ncalrpc
cat >conf <<EOF
[global]
workgroup = HOSP
server role = standalone server
map to guest = bad user
private dir = $DIR/private
lock directory = $DIR/lock
state directory = $DIR/state
cache directory = $DIR/cache
pid directory = $DIR/pid
ncalrpc dir = $DIR/ncalrpc
log file = $DIR/samba.log
disable spoolss = yes
EOF
exec smbd -F --no-process-group -s conf",
    ready: "test -e $DIR/pid/smbd.pid",
};

fn read(folder: &Path, host: &Host, file: &str) -> String {
    fs::read_to_string(folder.join("lan").join(host.name).join(file)).unwrap_or_default()
}

/// What one probe learned of a host that need not have an address of the LAN.
fn of_mac(batch: &Batch, folder: &Path, host: &Host, probe: &str) -> Vec<Fact> {
    let mac: Mac = read(folder, host, "mac").trim().parse().unwrap();
    let own = batch.observations.iter().filter(|seen| seen.probe.0 == probe && seen.target.mac == Some(mac));
    own.flat_map(|seen| seen.facts.to_vec()).collect()
}

fn external(facts: &[Fact], wanted: &str) -> Option<(Option<IpAddr>, Option<bool>)> {
    facts.iter().find_map(|fact| match fact {
        Fact::ExternalAddress { how, address, connected } if how == wanted => Some((*address, *connected)),
        _ => None,
    })
}

#[test]
fn who_hands_out_addresses_is_found_and_nothing_is_taken() {
    let Some((folder, batch)) = scan("dhcp servers", &[&OWN, &FOREIGN], "") else { return };
    let (folder, own) = (folder.path(), facts(&batch, OWN.last));
    assert_any(&own, "answer to an INFORM", |fact| {
        matches!(fact, Fact::DhcpServer { message, offered: None, prefix_length: Some(24), domain: Some(domain), wpad: Some(wpad), .. }
            if message == "ack" && domain == "hosp.example" && wpad == "http://wpad.hosp.example/wpad.dat")
    });
    assert_any(
        &own,
        "offer",
        |fact| matches!(fact, Fact::DhcpServer { message, offered: Some(_), .. } if message == "offer"),
    );
    assert_any(&of_mac(&batch, folder, &FOREIGN, "dhcp-server"), "offer of another network", |fact| {
        matches!(fact, Fact::DhcpServer { server: Some(server), routers, resolvers, .. }
            if *server == IpAddr::from([192, 168, 8, 1]) && *routers == [*server] && *resolvers == [IpAddr::from([8, 8, 8, 8])])
    });
    for host in [&OWN, &FOREIGN] {
        assert_eq!(read(folder, host, "leases").lines().count(), 0, "{}: {}", host.name, read(folder, host, "leases"));
        let log = read(folder, host, "log");
        assert!(log.contains("DHCPDISCOVER") && !log.contains("DHCPREQUEST"), "{}: {log}", host.name);
    }
}

#[test]
fn a_name_server_tells_its_upstream_and_passes_nothing_on() {
    let Some((folder, batch)) = scan("dnsmasq upstream", &[&OWN], "") else { return };
    assert_any(
        &facts(&batch, OWN.last),
        "upstream",
        |fact| matches!(fact, Fact::Upstream { resolver, queries: 0, failed: 0 } if resolver == "8.8.8.8#53"),
    );
    let log = read(folder.path(), &OWN, "log");
    assert!(log.contains("servers.bind") && !log.contains("forwarded"), "{log}");
}

#[test]
fn gateways_tell_their_far_side_or_that_they_have_none_to_tell() {
    let Some((folder, batch)) = scan("miniupnpd gateways", &[&PUBLIC, &CARRIER], "") else { return };
    for (host, address) in [(&PUBLIC, Some(IpAddr::from([5, 104, 99, 77]))), (&CARRIER, None)] {
        let facts = facts(&batch, host.last);
        assert_eq!(external(&facts, "upnp-igd"), Some((address, Some(true))), "{}", host.name);
        assert_eq!(external(&facts, "nat-pmp"), Some((address, None)), "{}", host.name);
        assert_eq!(external(&facts, "pcp"), Some((None, None)), "{}", host.name);
        for argument in ["NewUptime", "NewTotalBytesSent", "NewTotalBytesReceived", "NewDefaultConnectionService"] {
            assert_any(
                &facts,
                argument,
                |fact| matches!(fact, Fact::Attribute { source, key, .. } if source == "igd" && key == argument),
            );
        }
        let log = read(folder.path(), host, "log");
        assert!(log.contains("#GetExternalIPAddress") && !log.contains("#Add") && !log.contains("#Set"), "{log}");
    }
}

#[test]
fn a_bridged_line_and_a_table_of_routes_are_found() {
    let Some((folder, batch)) = scan("pppoe and rip", &[&CONCENTRATOR, &ROUTER], "") else { return };
    let line = of_mac(&batch, folder.path(), &CONCENTRATOR, "pppoe");
    let expected = Fact::AccessConcentrator { name: "BRAS-OSAKA-01".into(), services: vec!["flets".into()] };
    assert_eq!(line, [expected]);
    let facts = facts(&batch, ROUTER.last);
    for network in ["0.0.0.0/0", "100.64.9.0/24"] {
        assert_any(&facts, network, |fact| {
            matches!(fact, Fact::Route { destination, next_hop, .. }
                if destination.to_string() == network && *next_hop == IpAddr::from([10, 77, 0, 21]))
        });
    }
}

#[test]
fn a_file_server_tells_all_its_cards_only_where_that_is_wished() {
    let wished = "[uplink]\nsmb_interfaces = true\n";
    for (settings, told) in [(wished, true), ("", false)] {
        let Some((_folder, batch)) = scan("samba interfaces", &[&FILES], settings) else { return };
        let facts = facts(&batch, FILES.last);
        let hidden = IpAddr::from([192, 168, 42, 129]);
        let tells =
            |fact: &Fact| matches!(fact, Fact::OwnAddress { address, interface: Some(_), .. } if *address == hidden);
        assert_eq!(facts.iter().any(tells), told);
        assert_eq!(batch.observations.iter().any(|seen| seen.probe.0 == "smb-interfaces"), told);
    }
}
