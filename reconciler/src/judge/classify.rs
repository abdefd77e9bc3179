//! What a device is, by the rules that agent and reconciler share.

use daicho_shared::id::ObservationId;
use daicho_shared::recognise::{Conclusion, Recognition, recognise, signs};

use super::asset::{Claim, ClassClaim};
use super::knowledge::Knowledge;
use super::portrait::Facts;

/// What the machine's facts say it is. A conclusion refers to facts by their place in [`Facts::all`].
pub(crate) fn recognition(facts: &Facts<'_, '_>, knowledge: &Knowledge) -> Recognition {
    let all = facts.all().map(|(_, fact)| fact);
    recognise(knowledge.rules, &signs(facts.machine.macs(), all, &knowledge.ports))
}

/// The class with its reasons.
pub(crate) fn class(found: &Recognition) -> ClassClaim {
    let Conclusion { value, confidence, reasons, .. } = &found.class;
    ClassClaim {
        value: *value,
        confidence: *confidence,
        reasons: reasons.iter().map(|reason| reason.rule.clone()).collect(),
    }
}

/// A value with the observations that it stands on.
pub(crate) fn claim(facts: &Facts<'_, '_>, found: Option<&Conclusion<String>>) -> Option<Claim> {
    let Conclusion { value, reasons, .. } = found?;
    let ids: Vec<ObservationId> = facts.all().map(|(id, _)| id).collect();
    let mut evidence: Vec<ObservationId> = reasons.iter().filter_map(|reason| ids.get(reason.fact?).cloned()).collect();
    evidence.sort();
    evidence.dedup();
    let source = reasons.first().map_or("", |reason| reason.field.split('.').next().unwrap_or(""));
    Some(Claim { value: value.clone(), source: source.to_owned(), evidence })
}

#[cfg(test)]
mod tests {
    use daicho_shared::fact::{Fact, NameSource, PortState, Transport};

    use super::super::asset::Class;
    use super::super::sample::World;
    use super::*;

    fn classed(facts: Vec<Fact>, mac: &str) -> ClassClaim {
        let mut world = World::new();
        world.arp("10.0.0.9", mac);
        world.see("10.0.0.9", "connect", facts);
        world.verdict().assets[0].class.clone()
    }

    fn open(port: u16) -> Fact {
        Fact::Port { transport: Transport::Tcp, port, state: PortState::Open }
    }

    #[test]
    fn a_dedicated_prefix_and_a_port_agree_on_a_medical_device() {
        let class = classed(vec![open(104)], "00:00:A1:01:02:03");
        assert!(class.value.is_medical() && class.confidence == 100, "{class:?}");
    }

    #[test]
    fn a_printer_a_router_and_a_client_are_told_apart() {
        assert_eq!(classed(vec![open(9100)], "02:00:00:00:00:01").value, Class::Printer);
        let igd = Fact::Router { how: "upnp-igd".into() };
        assert_eq!(classed(vec![igd, open(80)], "02:00:00:00:00:01").value, Class::Router);
        let name = Fact::Name { source: NameSource::Netbios, name: "NURSE-PC01".into(), domain: None };
        assert_eq!(classed(vec![name, open(445)], "02:00:00:00:00:01").value, Class::Pc);
    }
}
