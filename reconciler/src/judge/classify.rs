//! What a device is: every rule of `config/classes.toml` that holds adds its weight.

use std::collections::BTreeMap;

use daicho_shared::fact::{Fact, NameSource, PortState, Transport};
use daicho_shared::knowledge::oui;

use super::asset::{Class, ClassClaim};
use super::knowledge::{ClassRule, Knowledge, Pattern};
use super::portrait::Facts;

/// The class with the most evidence, if it has enough and leads clearly.
pub(crate) fn class(facts: &Facts<'_, '_>, knowledge: &Knowledge) -> ClassClaim {
    let traits = Traits::read(facts, knowledge);
    let spoken: Vec<&ClassRule> = knowledge.classes.rule.iter().filter(|rule| traits.fit(rule)).collect();
    let mut points: BTreeMap<Class, u32> = BTreeMap::new();
    for rule in &spoken {
        *points.entry(rule.class).or_default() += rule.weight;
    }
    let mut ranking: Vec<(u32, Class)> = points.into_iter().map(|(class, points)| (points, class)).collect();
    ranking.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let (best, value) = ranking.first().copied().unwrap_or((0, Class::Unknown));
    let second = ranking.get(1).map_or(0, |(points, _)| *points);
    if best < knowledge.classes.threshold || best < second + knowledge.classes.lead {
        return ClassClaim { value: Class::Unknown, confidence: 0, reasons: vec![] };
    }
    let mut reasons: Vec<&ClassRule> = spoken.into_iter().filter(|rule| rule.class == value).collect();
    reasons.sort_by(|a, b| b.weight.cmp(&a.weight).then(a.name.cmp(&b.name)));
    let confidence = u8::try_from(best.min(100)).unwrap_or(100);
    ClassClaim { value, confidence, reasons: reasons.into_iter().map(|rule| rule.name.clone()).collect() }
}

/// What rules look at, gathered once.
#[derive(Default)]
struct Traits<'f> {
    signs: Vec<&'static str>,
    ports: Vec<u16>,
    port_classes: Vec<&'f str>,
    dedicated: Vec<String>,
    shared: Vec<String>,
    enterprises: Vec<u32>,
    descriptions: Vec<&'f str>,
    titles: Vec<&'f str>,
    servers: Vec<&'f str>,
    realms: Vec<&'f str>,
    names: Vec<&'f str>,
    products: Vec<&'f str>,
    announcements: Vec<&'f str>,
}

impl<'f> Traits<'f> {
    fn read(facts: &'f Facts<'_, '_>, knowledge: &'f Knowledge) -> Self {
        let mut traits = Self::default();
        for (_, fact) in facts.all() {
            traits.hear(fact, knowledge);
        }
        for maker in facts.machine.macs().filter_map(oui::lookup) {
            let list = if maker.dedicated { &mut traits.dedicated } else { &mut traits.shared };
            list.push(maker.class_hint);
        }
        traits
    }

    fn hear(&mut self, fact: &'f Fact, knowledge: &'f Knowledge) {
        match fact {
            Fact::DefaultGateway { .. } => self.signs.push("gateway"),
            Fact::Router { how } if how == "upnp-igd" => self.signs.push("upnp_gateway"),
            Fact::Router { how } if matches!(how.as_str(), "na-r-flag" | "router-advertisement") => {
                self.signs.push("ipv6_router");
            }
            Fact::Forwarding { enabled: true } => self.signs.push("forwards"),
            Fact::Port { transport: Transport::Tcp, port, state: PortState::Open }
            | Fact::Service { transport: Transport::Tcp, port, .. } => {
                self.ports.push(*port);
                self.port_classes.extend(knowledge.ports.get(Transport::Tcp, *port).map(|row| row.class.as_str()));
            }
            Fact::System { description, object_id, .. } => {
                self.descriptions.push(description);
                self.enterprises.extend(enterprise(object_id));
            }
            Fact::Web { title, server, realm, .. } => {
                self.titles.extend(title.as_deref());
                self.servers.extend(server.as_deref());
                self.realms.extend(realm.as_deref());
            }
            Fact::Name { source, name, .. } => {
                if *source == NameSource::Netbios {
                    self.signs.push("netbios");
                }
                self.names.push(name.split('.').next().unwrap_or(name));
            }
            Fact::Product { model, .. } => self.products.extend(model.as_deref()),
            Fact::Announcement { kind, .. } => self.announcements.push(kind),
            _ => {}
        }
    }

    fn fit(&self, rule: &ClassRule) -> bool {
        let prefixed = |prefixes: &[String], text: &str| prefixes.iter().any(|prefix| is_prefix(prefix, text));
        rule.signs.iter().any(|sign| self.signs.contains(&sign.as_str()))
            || rule.port.iter().any(|port| self.ports.contains(port))
            || self.port_classes.iter().any(|class| prefixed(&rule.port_class, class))
            || self.dedicated.iter().any(|hint| prefixed(&rule.oui, hint))
            || self.shared.iter().any(|hint| prefixed(&rule.oui_shared, hint))
            || rule.object_id.iter().any(|number| self.enterprises.contains(number))
            || self.announcements.iter().any(|kind| rule.announcement.iter().any(|prefix| kind.starts_with(prefix)))
            || matches(&rule.description, &self.descriptions)
            || matches(&rule.title, &self.titles)
            || matches(&rule.server, &self.servers)
            || matches(&rule.realm, &self.realms)
            || matches(&rule.name_pattern, &self.names)
            || matches(&rule.product, &self.products)
    }
}

fn matches(patterns: &[Pattern], texts: &[&str]) -> bool {
    patterns.iter().any(|pattern| texts.iter().any(|text| pattern.0.is_match(text)))
}

/// `network` is a prefix of `network.router` and of itself, not of `networking`.
fn is_prefix(prefix: &str, text: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The private enterprise number under `1.3.6.1.4.1` (RFC 2578 §4).
fn enterprise(object_id: &str) -> Option<u32> {
    let rest = object_id.trim_start_matches('.').strip_prefix("1.3.6.1.4.1.")?;
    rest.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
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
        assert_eq!((class.value, class.confidence), (Class::Medical, 100));
        assert_eq!(class.reasons, ["medical-maker", "medical-port"]);
    }

    #[test]
    fn one_weak_sign_says_nothing() {
        assert_eq!(classed(vec![open(22)], "02:00:00:00:00:01").value, Class::Unknown);
    }

    #[test]
    fn a_printer_a_router_and_a_client_are_told_apart() {
        assert_eq!(classed(vec![open(9100)], "02:00:00:00:00:01").value, Class::Printer);
        let igd = Fact::Router { how: "upnp-igd".into() };
        assert_eq!(classed(vec![igd, open(80)], "02:00:00:00:00:01").value, Class::Router);
        let name = Fact::Name { source: NameSource::Netbios, name: "NURSE-PC01".into(), domain: None };
        assert_eq!(classed(vec![name, open(445)], "02:00:00:00:00:01").value, Class::Client);
    }

    #[test]
    fn enterprise_numbers_are_read() {
        assert_eq!(enterprise(".1.3.6.1.4.1.8072.3.2.10"), Some(8072));
        assert_eq!(enterprise("1.3.6.1.2.1"), None);
    }
}
