//! The small protocols of equipment and servers, spoken by the simulated hospital: what the agent reads, and
//! that it asks building control's questions of building control alone.

use std::fs;
use std::io::BufReader;
use std::net::IpAddr;
use std::process::Command;
use std::sync::OnceLock;

use daicho_shared::batch::Batch;
use daicho_shared::fact::{Fact, NameSource};
use daicho_tests::{no_namespaces, program, run, skip};

const HOSPITAL: &str = include_str!("services.toml");

fn night(test: &str) -> Option<&'static Batch> {
    static NIGHT: OnceLock<Result<Batch, String>> = OnceLock::new();
    match NIGHT.get_or_init(|| no_namespaces().map_or_else(|| Ok(scan()), Err)) {
        Ok(batch) => Some(batch),
        Err(why) => {
            skip(test, why);
            None
        }
    }
}

fn scan() -> Batch {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("hospital.toml"), HOSPITAL).unwrap();
    fs::write(path("agent.toml"), "").unwrap();
    let output = run(Command::new(program("daicho-hospital"))
        .args(["exec", "--quiet", "--hospital"])
        .arg(path("hospital.toml"))
        .arg("--")
        .arg(program("daicho-agent"))
        .args(["scan", "--interface", "lan0", "--scope", "10.10.0.0/27", "--config"])
        .arg(path("agent.toml"))
        .arg("--out")
        .arg(path("batch.jsonl")));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Batch::read(BufReader::new(fs::File::open(path("batch.jsonl")).unwrap())).unwrap()
}

fn facts(batch: &Batch, last: u8) -> Vec<Fact> {
    let about = IpAddr::from([10, 10, 0, last]);
    let own = batch.observations.iter().filter(|it| it.target.address == about);
    own.flat_map(|it| it.facts.to_vec()).collect()
}

fn has_product(facts: &[Fact], source: &str, wanted: [Option<&str>; 3]) {
    let is = |fact: &Fact| match fact {
        Fact::Product { source: own, maker, model, firmware, .. } => {
            own == source && [maker, model, firmware].map(Option::as_deref) == wanted
        }
        _ => false,
    };
    assert!(facts.iter().any(is), "no {source} {wanted:?} among {facts:#?}");
}

fn has_service(facts: &[Fact], wanted: (&str, Option<&str>, Option<&str>)) {
    let is = |fact: &Fact| match fact {
        Fact::Service { protocol, product, version, .. } => {
            (protocol.as_str(), product.as_deref(), version.as_deref()) == wanted
        }
        _ => false,
    };
    assert!(facts.iter().any(is), "no {wanted:?} among {facts:#?}");
}

fn has_attribute(facts: &[Fact], wanted: [&str; 3]) {
    let is = |fact: &Fact| matches!(fact, Fact::Attribute { source, key, value } if [source, key, value] == wanted);
    assert!(facts.iter().any(is), "no {wanted:?} among {facts:#?}");
}

#[test]
fn building_control_tells_its_make() {
    let Some(batch) = night("building control") else { return };
    let facts = facts(batch, 11);
    has_product(&facts, "bacnet", [Some("Azbil Corporation"), None, None]);
    has_product(&facts, "bacnet", [None, Some("WY5111"), None]);
    has_product(&facts, "bacnet", [None, None, Some("5.0")]);
    has_attribute(&facts, ["bacnet", "device-instance", "4711"]);
    has_product(&facts, "modbus", [Some("Azbil"), Some("WTY9600"), Some("2.11")]);
}

#[test]
fn nobody_else_is_asked_what_building_control_is_asked() {
    let Some(batch) = night("building control alone") else { return };
    let asked = batch.sent.iter().filter(|sent| ["bacnet", "modbus"].contains(&sent.probe.0.as_str()));
    let addresses: Vec<IpAddr> = asked.map(|sent| sent.address).collect();
    assert!(!addresses.is_empty() && addresses.iter().all(|it| *it == IpAddr::from([10, 10, 0, 11])), "{addresses:?}");
}

#[test]
fn network_gear_and_gateways_are_read() {
    let Some(batch) = night("network gear") else { return };
    let point = facts(batch, 12);
    has_product(&point, "ubiquiti", [Some("Ubiquiti"), Some("UAP-AC-LR"), Some("BZ.v4.0.66")]);
    let router = facts(batch, 13);
    has_product(&router, "mndp", [Some("MikroTik"), Some("RB750Gr3"), Some("6.48.6 (long-term)")]);
    assert!(
        router
            .iter()
            .any(|fact| matches!(fact, Fact::Name { source: NameSource::Device, name, .. } if name == "ward-3f"))
    );
    has_attribute(&router, ["ike", "notify", "NO-PROPOSAL-CHOSEN"]);
    has_service(&router, ("openvpn", Some("OpenVPN"), None));
    has_attribute(&router, ["wireguard", "silent-port", "udp/51820"]);
    let others = [11, 12, 14].map(|last| facts(batch, last)).concat();
    assert!(!others.iter().any(|fact| matches!(fact, Fact::Attribute { source, .. } if source == "wireguard")));
}

#[test]
fn a_small_router_tells_where_it_leads() {
    let Some(batch) = night("small router") else { return };
    let facts = facts(batch, 16);
    let far = Some(IpAddr::from([203, 0, 113, 7]));
    for (how, address, connected) in [("upnp-igd", far, Some(true)), ("nat-pmp", far, None), ("pcp", None, None)] {
        let wanted = Fact::ExternalAddress { how: how.to_owned(), address, connected };
        assert!(facts.contains(&wanted), "no {wanted:?} among {facts:#?}");
    }
    let offers = |fact: &&Fact| {
        matches!(fact, Fact::DhcpServer { routers, resolvers, .. }
            if *routers == [IpAddr::from([192, 168, 8, 1])] && *resolvers == [IpAddr::from([8, 8, 8, 8])])
    };
    assert_eq!(facts.iter().filter(offers).count(), 2, "to an INFORM and to a DISCOVER: {facts:#?}");
    assert!(facts.contains(&Fact::Upstream { resolver: "8.8.8.8#53".into(), queries: 12, failed: 1 }), "{facts:#?}");
    let way_out = |fact: &Fact| matches!(fact, Fact::Route { destination, .. } if destination.prefix_len() == 0);
    assert!(facts.iter().any(way_out), "{facts:#?}");
}

#[test]
fn only_who_may_route_is_asked_for_a_way_out() {
    let Some(batch) = night("ways out") else { return };
    let asked = |probe: &str| {
        let own = batch.sent.iter().filter(move |sent| sent.probe.0 == probe).map(|sent| sent.address);
        own.collect::<std::collections::BTreeSet<IpAddr>>()
    };
    let pump = IpAddr::from([10, 10, 0, 15]);
    for probe in ["nat-pmp", "pcp", "igd", "dns-upstream", "smb-interfaces"] {
        let asked = asked(probe);
        assert!(!asked.contains(&pump) && !asked.contains(&IpAddr::from([10, 10, 0, 14])), "{probe}: {asked:?}");
        assert_eq!(asked.contains(&IpAddr::from([10, 10, 0, 16])), probe != "smb-interfaces", "{probe}: {asked:?}");
    }
}

#[test]
fn databases_are_named() {
    let Some(batch) = night("databases") else { return };
    let facts = facts(batch, 14);
    has_service(&facts, ("mssql", Some("Microsoft SQL Server"), Some("15.0.2000")));
    has_service(&facts, ("oracle", Some("Oracle Net Listener"), Some("19.0.0.0.0")));
    has_service(&facts, ("mysql", Some("MariaDB"), Some("10.6.12")));
    has_service(&facts, ("postgresql", Some("PostgreSQL"), None));
    has_attribute(&facts, ["vnc", "protocol", "3.8"]);
}
