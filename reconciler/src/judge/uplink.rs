//! Does the machine forward, and is it a way out? Independent signs make a grade; circumstances never
//! make more than a strong suspicion.

use std::collections::BTreeMap;

use daicho_shared::fact::Fact;
use daicho_shared::id::ObservationId;
use daicho_shared::knowledge::oui::{self, Cellular};

use super::asset::{Grade, Graded};
use super::finding::UplinkSign;
use super::knowledge::{Knowledge, TextField};
use super::portrait::{Facts, mac_evidence};

/// Signs of a way out, with what each stands on.
pub(crate) type Signs = BTreeMap<UplinkSign, Vec<ObservationId>>;

/// Forwards: the router flag that it sets in its own neighbour advertisements, and its answer to a question
/// to all routers, are behaviour that our question caused; everything else is its word.
pub(crate) fn forwards(facts: &Facts<'_, '_>) -> Graded {
    let caused =
        facts.ids(|fact| matches!(fact, Fact::Router { how } if how == "na-r-flag" || how == "all-routers-echo"));
    let word = facts.ids(|fact| {
        matches!(fact, Fact::Forwarding { enabled: true } | Fact::DefaultGateway { .. } | Fact::Router { .. })
    });
    let grade = match (caused.is_empty(), word.is_empty()) {
        (false, _) => Grade::Confirmed,
        (true, false) => Grade::Probable,
        (true, true) => return Graded::nothing(),
    };
    Graded { grade, addresses: vec![], evidence: word }
}

/// A way out, declared or not.
pub(crate) fn uplink(facts: &Facts<'_, '_>, knowledge: &Knowledge) -> Graded {
    let signs = signs(facts, knowledge);
    let mut evidence: Vec<ObservationId> = signs.values().flatten().cloned().collect();
    evidence.sort();
    evidence.dedup();
    Graded { grade: grade(facts, &signs), addresses: vec![], evidence }
}

/// Every sign that the machine shows.
pub(crate) fn signs(facts: &Facts<'_, '_>, knowledge: &Knowledge) -> Signs {
    let mut signs = Signs::new();
    for (id, fact) in facts.all() {
        if let Some(sign) = sign_of(fact, knowledge) {
            signs.entry(sign).or_default().push(id);
        }
    }
    let cellular = |maker: oui::Maker| maker.cellular == Cellular::Yes && maker.dedicated;
    if let Some(mac) = facts.machine.macs().find(|mac| oui::lookup(*mac).is_some_and(cellular)) {
        signs.insert(UplinkSign::CellularMaker, mac_evidence(facts, mac));
    }
    signs
}

fn sign_of(fact: &Fact, knowledge: &Knowledge) -> Option<UplinkSign> {
    let kinds = &knowledge.uplinks.interface;
    match fact {
        Fact::DefaultGateway { .. } => Some(UplinkSign::DefaultGateway),
        Fact::Router { how } if how == "upnp-igd" => Some(UplinkSign::UpnpGateway),
        Fact::Router { how } if matches!(how.as_str(), "na-r-flag" | "router-advertisement") => {
            Some(UplinkSign::Ipv6Router)
        }
        Fact::Forwarding { enabled: true } => Some(UplinkSign::SnmpForwarding),
        Fact::Interface { name, kind, up: true, .. }
            if kinds.kinds.contains(kind) || kinds.pattern.0.is_match(name) =>
        {
            Some(UplinkSign::SnmpUplinkInterface)
        }
        _ => texts(fact)
            .iter()
            .any(|(field, text)| is_cellular(*field, text, knowledge))
            .then_some(UplinkSign::CellularTitle),
    }
}

fn texts(fact: &Fact) -> Vec<(TextField, &str)> {
    match fact {
        Fact::Web { title, server, realm, .. } => {
            let parts = [(TextField::Title, title), (TextField::Server, server), (TextField::Realm, realm)];
            parts.into_iter().filter_map(|(field, text)| Some((field, text.as_deref()?))).collect()
        }
        Fact::Name { name, .. } => vec![(TextField::Name, name)],
        Fact::System { description, .. } => vec![(TextField::Description, description)],
        Fact::Product { model: Some(model), .. } => vec![(TextField::Product, model)],
        _ => vec![],
    }
}

fn is_cellular(field: TextField, text: &str, knowledge: &Knowledge) -> bool {
    knowledge.uplinks.cellular.iter().any(|rule| rule.field == field && rule.pattern.0.is_match(text))
}

/// One statement is a strong suspicion; two, or one by a device that forwards, are proof. Makers and
/// titles are circumstances: alone an indication, together or forwarding a strong suspicion.
fn grade(facts: &Facts<'_, '_>, signs: &Signs) -> Grade {
    let has = |sign| signs.contains_key(&sign);
    let advertised = facts.any(|fact| matches!(fact, Fact::Router { how } if how == "router-advertisement"));
    let statements = [
        has(UplinkSign::DefaultGateway),
        has(UplinkSign::UpnpGateway),
        has(UplinkSign::SnmpUplinkInterface),
        advertised,
    ];
    let statements = statements.into_iter().filter(|sign| *sign).count();
    let circumstances = usize::from(has(UplinkSign::CellularMaker)) + usize::from(has(UplinkSign::CellularTitle));
    let forwards = has(UplinkSign::SnmpForwarding) || (has(UplinkSign::Ipv6Router) && !advertised);
    match (statements, circumstances, forwards) {
        (0, 0, false) => Grade::Nothing,
        (0, 1, false) | (0, 0, true) => Grade::Indication,
        (1, _, false) | (0, _, _) => Grade::Probable,
        _ => Grade::Confirmed,
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::World;
    use super::*;

    fn graded(facts: Vec<Fact>, mac: &str) -> Grade {
        let mut world = World::new();
        world.arp("10.0.0.254", mac);
        world.see("10.0.0.254", "ssdp", facts);
        world.verdict().assets[0].uplink.grade
    }

    const PLAIN: &str = "00:80:A3:00:00:20";

    #[test]
    fn signs_add_up() {
        let gateway = Fact::Router { how: "upnp-igd".into() };
        let forwarding = Fact::Forwarding { enabled: true };
        let route = Fact::DefaultGateway { interface: "eth0".into() };
        assert_eq!(graded(vec![], PLAIN), Grade::Nothing);
        assert_eq!(graded(vec![forwarding.clone()], PLAIN), Grade::Indication);
        assert_eq!(graded(vec![gateway.clone()], PLAIN), Grade::Probable);
        assert_eq!(graded(vec![route.clone()], PLAIN), Grade::Probable);
        assert_eq!(graded(vec![gateway.clone(), forwarding], PLAIN), Grade::Confirmed);
        assert_eq!(graded(vec![gateway, route], PLAIN), Grade::Confirmed);
    }

    #[test]
    fn circumstances_stay_suspicions() {
        let title = Fact::Web {
            port: 80,
            tls: false,
            status: 200,
            title: Some("SkyBridge MB-A130".into()),
            server: None,
            realm: None,
        };
        assert_eq!(graded(vec![title], PLAIN), Grade::Indication);
    }

    #[test]
    fn an_interface_of_a_mobile_kind_is_a_statement() {
        let wwan = Fact::Interface { index: 3, name: "wwan0".into(), kind: 243, mac: None, up: true };
        assert_eq!(graded(vec![wwan], PLAIN), Grade::Probable);
    }
}
