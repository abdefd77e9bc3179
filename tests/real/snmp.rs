//! SNMP: net-snmp in every version, lldpd behind it, and the walks of real devices that the Python package
//! `snmpsim-data` holds, replayed by `snmpsim`.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};
use std::process::Command;

use daicho_shared::address::Mac;
use daicho_shared::batch::Batch;
use daicho_shared::coverage::Outcome;
use daicho_shared::fact::Fact;
use daicho_shared::knowledge::ports::Ports;
use daicho_shared::recognise::{Recognition, Rules, recognise, signs};
use daicho_tests::{root, run, skip};
use serde::Deserialize;

use super::{Host, assert_any, facts, scan, scans};

pub(super) const SNMPD: Host = Host {
    name: "snmpd",
    last: 11,
    needs: &["snmpd"],
    start: r#"
cat >conf <<EOF
agentaddress udp:161
rocommunity daicho-ro
createUser reader SHA-256 "authpass12" AES "privpass12"
rouser reader
sysName ward-switch
sysLocation 3F
EOF
export SNMP_PERSISTENT_DIR=$DIR
exec snmpd -f -Lo -C -c conf -p pid"#,
    ready: "grep -q NET-SNMP $DIR/log",
};

/// Version 1 and nothing else.
const SNMPD_V1: Host = Host {
    name: "snmpd-v1",
    last: 19,
    needs: &["snmpd"],
    start: r#"
cat >conf <<EOF
agentaddress udp:161
com2sec reader default daicho-ro
group readers v1 reader
view all included .1
access readers "" v1 noauth exact all none none
sysName ward-switch
sysLocation 3F
EOF
export SNMP_PERSISTENT_DIR=$DIR
exec snmpd -f -Lo -C -c conf -p pid"#,
    ready: "grep -q NET-SNMP $DIR/log",
};

/// Calls itself a bridge, and knows its neighbours by LLDP (`AgentX`, RFC 2741).
const LLDP_SWITCH: Host = Host {
    name: "lldp-switch",
    last: 21,
    needs: &["snmpd", "lldpd"],
    start: r#"
cat >conf <<EOF
agentaddress udp:161
rocommunity daicho-ro
sysName SW-1F01
sysServices 6
master agentx
agentXSocket $DIR/agentx
EOF
export SNMP_PERSISTENT_DIR=$DIR
snmpd -f -Lo -C -c conf -p pid &
while ! test -S agentx; do sleep 0.1; done
mkdir -p /run/lldpd
echo "configure lldp tx-interval 1" >lldp.conf
exec lldpd -d -x -X "$DIR/agentx" -u "$DIR/socket" -O "$DIR/lldp.conf""#,
    ready: "lldpcli -u $DIR/socket show neighbors | grep -q SW-2F01",
};

const LLDP_NEIGHBOUR: Host = Host {
    name: "lldp-neighbour",
    last: 22,
    needs: &["lldpd"],
    start: r#"
# The bridge keeps LLDP to itself unless told otherwise.
nsenter --net=/proc/$PPID/ns/net ip link set lan0 type bridge group_fwd_mask 0x4000
cat >lldp.conf <<EOF
configure system hostname SW-2F01
configure system description "Ward switch"
configure lldp tx-interval 1
EOF
mkdir -p /run/lldpd
exec lldpd -d -u "$DIR/socket" -O "$DIR/lldp.conf""#,
    ready: "test -S $DIR/socket",
};

fn is_ward_switch(facts: &[Fact]) {
    assert_any(
        facts,
        "system group",
        |fact| matches!(fact, Fact::System { name, location, .. } if name == "ward-switch" && location == "3F"),
    );
    assert_any(facts, "interface", |fact| matches!(fact, Fact::Interface { name, mac: Some(_), .. } if name == "eth0"));
}

#[test]
fn snmpd_is_read_by_v2c() {
    let settings = "[snmp]\ncommunities = [\"daicho-ro\"]\n";
    let Some((_folder, batch)) = scan("snmpd v2c", &[&SNMPD], settings) else { return };
    is_ward_switch(&facts(&batch, SNMPD.last));
}

#[test]
fn snmpd_is_read_by_v3() {
    let settings = concat!(
        "[[snmp.user]]\nname = \"reader\"\nauth_protocol = \"sha256\"\nauth_password = \"authpass12\"\n",
        "privacy_protocol = \"aes128\"\nprivacy_password = \"privpass12\"\n"
    );
    let Some((_folder, batch)) = scan("snmpd v3", &[&SNMPD], settings) else { return };
    is_ward_switch(&facts(&batch, SNMPD.last));
}

#[test]
fn snmpd_is_not_asked_without_a_credential() {
    let Some((_folder, batch)) = scan("snmpd without a credential", &[&SNMPD], "") else { return };
    facts(&batch, SNMPD.last);
    assert!(batch.sent.iter().all(|sent| sent.probe.0 != "snmp"));
}

#[test]
fn snmpd_is_read_by_v1() {
    let settings = "[snmp]\ncommunities = [\"daicho-ro\"]\n";
    let Some((_folder, batch)) = scan("snmpd v1", &[&SNMPD_V1], settings) else { return };
    let facts = facts(&batch, SNMPD_V1.last);
    is_ward_switch(&facts);
    assert_any(
        &facts,
        "version 1",
        |fact| matches!(fact, Fact::Service { version: Some(version), .. } if version == "v1"),
    );
    assert_any(&facts, "address", |fact| matches!(fact, Fact::OwnAddress { prefix_length: Some(24), .. }));
}

#[test]
fn snmpd_tells_its_engine_without_a_credential() {
    let Some((_folder, batch)) = scan("snmpd engine", &[&SNMPD], "") else { return };
    let facts = facts(&batch, SNMPD.last);
    assert_any(&facts, "engine", |fact| matches!(fact, Fact::Engine { enterprise: 8072, boots: 1.., .. }));
    assert_any(&facts, "number", |fact| matches!(fact, Fact::MachineId { source, .. } if source == "snmp-engine"));
    let sent = batch.sent.iter().find(|sent| sent.probe.0 == "snmp-engine").expect("it was asked");
    assert_eq!(sent.packets, 1);
}

#[test]
fn lldpd_tells_a_switch_and_its_port() {
    let settings = "[snmp]\ncommunities = [\"daicho-ro\"]\n";
    let Some((_folder, batch)) = scan("lldpd", &[&LLDP_NEIGHBOUR, &LLDP_SWITCH], settings) else { return };
    assert_any(&facts(&batch, LLDP_SWITCH.last), "LLDP neighbour", |fact| match fact {
        Fact::LinkNeighbour { local_port, chassis, port, name, description, address, .. } => {
            local_port == "eth0"
                && chassis.parse::<Mac>().is_ok()
                && port.parse::<Mac>().is_ok()
                && name.as_deref() == Some("SW-2F01")
                && description.as_deref() == Some("Ward switch")
                && *address == Some(IpAddr::from([10, 77, 0, LLDP_NEIGHBOUR.last]))
        }
        _ => false,
    });
}

/// Every recorded device has an address of its own behind this host.
const WALKS: Host = Host {
    name: "snmpsim",
    last: 20,
    needs: &[],
    start: r#"
walks=$PROJECT/target/snmpsim
engines=()
for number in $(seq "$(wc -l <"$walks/walks/names")"); do
    ip address add "10.78.0.$number/32" dev lo
    engines+=("--v3-engine-id=auto" "--data-dir=$walks/walks/$number" "--agent-udpv4-endpoint=10.78.0.$number:161")
done
# In a namespace nobody may set groups, and snmpsim insists on it.
exec "$PROJECT/target/python/bin/python3" -c '
import os, sys
os.setgroups = lambda groups: None
from snmpsim.commands.responder import main
sys.exit(main())' --process-user=root --process-group=root --variation-modules-dir="$DIR" \
    --cache-dir="$walks/cache" --logging-method="file:$DIR/said" "${engines[@]}""#,
    ready: "true",
};

/// One part of `tests/devices/snmpsim.toml`: what a person reads in a walk.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    class: String,
    model: Option<String>,
    serial: Option<String>,
}

/// The folder of the prepared walks; `None`, and said so, where the replay is not installed.
fn prepared(test: &str) -> Option<Vec<String>> {
    let folder = root().join("target/snmpsim");
    let python = root().join("target/python/bin/python3");
    if !python.with_file_name("snmpsim-command-responder").exists() {
        skip(test, "snmpsim is not in target/python: .ci/run installs it");
        return None;
    }
    let names = folder.join("walks/names");
    if !names.exists() {
        let output =
            run(Command::new(&python).arg(root().join("tests/real/walks.py")).arg("prepare").arg(folder.join("walks")));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    Some(std::fs::read_to_string(&names).unwrap().lines().map(str::to_owned).collect())
}

/// Devices that are asked at the same time: the replay is one program, and answers one after the other.
const AT_ONCE: usize = 8;

/// What the agent saw of all the walks.
fn replayed(count: usize) -> Option<Batch> {
    // The first time, every walk is indexed; and what was not asked before is slow to answer.
    let before = format!(
        "for try in $(seq 3000); do grep -qs 'endpoint 10.78.0.{count}:' \"$FOLDER/snmpsim/said\" && break; sleep 0.1; done
        ip route add 10.78.0.0/24 via 10.77.0.20
        \"$PROJECT/target/python/bin/python3\" \"$PROJECT/tests/real/walks.py\" wake {count}"
    );
    let addresses: Vec<String> = (1..=count).map(|number| format!("\"10.78.0.{number}/32\"")).collect();
    let settings = addresses
        .chunks(AT_ONCE)
        .map(|group| format!("[scope]\nnetworks = [{}]\n[snmp]\ncommunities = [\"daicho-ro\"]\n", group.join(", ")));
    let (_folder, batches) =
        scans("snmpsim", &[&WALKS], &settings.collect::<Vec<_>>(), &[("BEFORE", &before), ("PROFILE", "fast")])?;
    batches.into_iter().reduce(|mut all, part| {
        all.observations.extend(part.observations);
        all.sent.extend(part.sent);
        all
    })
}

#[test]
fn every_recorded_walk_is_read_and_understood() {
    // The replay answers too late while other tests use the machine: it has a step of its own in .ci/run.
    if std::env::var_os("DAICHO_TEST_WALKS").is_none() {
        eprintln!("SKIPPED snmpsim: set DAICHO_TEST_WALKS");
        return;
    }
    let Some(names) = prepared("snmpsim") else { return };
    let table = std::fs::read_to_string(root().join("tests/devices/snmpsim.toml")).unwrap();
    let expected: BTreeMap<String, Expected> = toml::from_str(&table).unwrap();
    let lines: BTreeSet<&String> = expected.keys().collect();
    assert_eq!(lines, names.iter().collect(), "every walk has its line, and every line its walk");
    let Some(batch) = replayed(names.len()) else { return };
    let mut wrong = vec![];
    let (mut answered, mut right) = (0, 0);
    for (number, name) in (1u8..).zip(&names) {
        let (seen, expected) = (Seen::read(&batch, number), &expected[name]);
        wrong.extend(seen.bounds().into_iter().map(|what| format!("{name}: {what}")));
        if seen.unanswered.is_empty() {
            answered += 1;
            right += usize::from(seen.found.class.value.code() == expected.class);
            wrong.extend(seen.differs(expected).into_iter().map(|what| format!("{name}: {what}")));
        }
    }
    println!("{answered} of {} walks were read to the end, the class of {right} is right", names.len());
    assert!(wrong.is_empty(), "{} differences\n{}", wrong.len(), wrong.join("\n"));
    assert!(answered * 10 >= names.len() * 9, "only {answered} of {} walks were read to the end", names.len());
    assert!(right * 5 >= answered * 4, "only {right} of {answered} classes are right");
}

/// What came of one walk.
struct Seen {
    facts: Vec<Fact>,
    found: Recognition,
    /// Packets by SNMP probes.
    packets: u32,
    /// SNMP questions that did not end in an answer.
    unanswered: Vec<String>,
}

impl Seen {
    fn read(batch: &Batch, number: u8) -> Self {
        let address = IpAddr::V4(Ipv4Addr::new(10, 78, 0, number));
        let about = || batch.observations.iter().filter(|it| it.target.address == address);
        let facts: Vec<Fact> = about().flat_map(|it| it.facts.to_vec()).collect();
        let readable = |probe: &str| probe.starts_with("snmp") && probe != "snmp-engine";
        let lost = about().filter(|it| readable(&it.probe.0) && it.outcome != Outcome::Answered);
        let unanswered = lost.map(|it| format!("{} {:?}", it.probe.0, it.outcome)).collect();
        let sent = batch.sent.iter().filter(|sent| sent.address == address && readable(&sent.probe.0));
        let packets = sent.map(|sent| sent.packets).sum();
        let ports = Ports::builtin();
        let found = recognise(Rules::builtin(), &signs([], &facts, &ports));
        Self { facts, found, packets, unanswered }
    }

    fn serial(&self) -> Option<&str> {
        self.facts.iter().find_map(|fact| match fact {
            Fact::Product { serial, .. } => serial.as_deref(),
            _ => None,
        })
    }

    /// Nothing else than an answer or silence, and few packets.
    fn bounds(&self) -> Vec<String> {
        let broken = self.unanswered.iter().filter(|end| !end.ends_with("Silent")).cloned();
        let many = (self.packets > MOST_PACKETS).then(|| format!("{} packets", self.packets));
        broken.chain(many).collect()
    }

    /// An unknown class is no mistake, another group of classes is; a model and a serial number are as written.
    fn differs(&self, expected: &Expected) -> Vec<String> {
        let group = |code: &str| code.split('.').next().unwrap_or_default().to_owned();
        let class = self.found.class.value.code();
        let mistaken = class != "unknown" && expected.class != "unknown" && group(class) != group(&expected.class);
        let class = mistaken.then(|| format!("class: {class}, not {}", expected.class));
        let model = self.found.model.as_ref().map(|model| model.value.clone());
        let texts = [("model", model, &expected.model), ("serial", self.serial().map(str::to_owned), &expected.serial)];
        let differ = texts.into_iter().filter(|(_, found, wanted)| wanted.is_some() && found != *wanted);
        let differ = differ.map(|(what, found, wanted)| format!("{what}: {found:?}, not {wanted:?}"));
        class.into_iter().chain(differ).collect()
    }
}

/// A core switch with full tables: 12 for interfaces, 23 for neighbours and routes, 46 for learned addresses,
/// and the few of the others.
const MOST_PACKETS: u32 = 100;
