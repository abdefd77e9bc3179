//! What a device is, by the rules that agent and reconciler share.

use std::collections::BTreeSet;

use daicho_shared::id::ObservationId;
use daicho_shared::knowledge::oui;
use daicho_shared::recognise::{Conclusion, Other, Reason, Recognition, recognise, signs};

use super::asset::{Claim, ClassClaim, Contrary, Why};
use super::knowledge::Knowledge;
use super::portrait::{Facts, mac_evidence};

/// The most reasons that are kept for one value: the strongest decide, and the rest repeat them.
const REASONS: usize = 8;
/// The most other values that are kept.
const OTHERS: usize = 6;

/// What the machine's facts say it is. A conclusion refers to facts by their place in [`Facts::all`].
pub(crate) fn recognition(facts: &Facts<'_, '_>, knowledge: &Knowledge) -> Recognition {
    let all = facts.all().map(|(_, fact)| fact);
    recognise(&knowledge.rules, &signs(facts.machine.macs(), all, &knowledge.ports))
}

/// Turns conclusions, which refer to facts by their place, into claims that refer to observations.
pub(crate) struct Citing {
    ids: Vec<ObservationId>,
    /// Where a link-layer address with a known maker was seen.
    link: Vec<ObservationId>,
}

impl Citing {
    /// For one machine.
    pub(crate) fn new(facts: &Facts<'_, '_>) -> Self {
        let known = facts.machine.macs().find(|mac| oui::lookup(*mac).is_some());
        Self {
            ids: facts.all().map(|(id, _)| id).collect(),
            link: known.map(|mac| mac_evidence(facts, mac)).unwrap_or_default(),
        }
    }

    /// The class with its reasons.
    pub(crate) fn class(&self, found: &Recognition) -> ClassClaim {
        let Conclusion { value, confidence, reasons, others } = &found.class;
        ClassClaim {
            value: *value,
            confidence: *confidence,
            reasons: self.whys(reasons),
            others: self.others(others),
            decided: None,
        }
    }

    /// A value with its reasons.
    pub(crate) fn claim(&self, found: Option<&Conclusion<String>>) -> Option<Claim> {
        let Conclusion { value, confidence, reasons, others } = found?;
        let source = reasons.first().map_or("", |reason| reason.field.split('.').next().unwrap_or(""));
        let reasons = self.whys(reasons);
        let evidence: BTreeSet<ObservationId> = reasons.iter().flat_map(|why| why.evidence.iter().cloned()).collect();
        Some(Claim {
            value: value.clone(),
            source: source.into(),
            evidence: evidence.into_iter().collect(),
            confidence: *confidence,
            reasons,
            others: self.others(others),
            decided: None,
        })
    }

    fn whys(&self, reasons: &[Reason]) -> Vec<Why> {
        let why = |reason: &Reason| Why {
            rule: reason.rule.as_str().into(),
            field: reason.field.as_str().into(),
            text: reason.text.clone(),
            weight: reason.weight,
            evidence: match reason.fact {
                Some(place) => self.ids.get(place).cloned().into_iter().collect(),
                None => self.link.clone(),
            },
        };
        reasons.iter().take(REASONS).map(why).collect()
    }

    fn others<T: Clone>(&self, others: &[Other<T>]) -> Vec<Contrary<T>> {
        let contrary = |other: &Other<T>| Contrary {
            value: other.value.clone(),
            weight: other.weight,
            reasons: self.whys(&other.reasons),
        };
        others.iter().take(OTHERS).map(contrary).collect()
    }
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

    #[test]
    fn a_reason_names_field_text_and_observation_and_contradictions_are_kept() {
        let name = Fact::Name { source: NameSource::Netbios, name: "NURSE-PC01".into(), domain: None };
        let class = classed(vec![name, open(445), open(9100)], "02:00:00:00:00:01");
        let all = || class.reasons.iter().chain(class.others.iter().flat_map(|other| &other.reasons));
        assert!(all().all(|why| !why.field.is_empty() && !why.text.is_empty() && why.weight > 0), "{class:?}");
        assert!(all().any(|why| why.text == "NURSE-PC01" && why.evidence[0].number == 2), "{class:?}");
        assert!(class.others.iter().any(|other| other.value == Class::Printer || other.value == Class::Pc));
    }
}
