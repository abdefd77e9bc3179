//! What a machine itself answered, as the named texts that `config/services.toml` looks at.

use daicho_shared::fact::{Fact, Transport};
use daicho_shared::id::ObservationId;

use super::table::{Services, Way};
use crate::judge::evidence::shows_presence;
use crate::judge::scene::Scene;

/// One machine's answers.
pub(super) struct Told<'a> {
    signs: Vec<Sign>,
    facts: Vec<&'a Fact>,
}

/// A named text, where it was seen, and at which port.
struct Sign {
    field: String,
    text: String,
    id: ObservationId,
    port: Option<String>,
}

/// How a way shows itself.
#[derive(Default)]
pub(super) struct Seen {
    /// It was spoken to.
    pub(super) spoken: bool,
    /// Where, e.g. `tcp/23`.
    pub(super) ports: Vec<String>,
    /// The observations that show it.
    pub(super) evidence: Vec<ObservationId>,
}

impl<'a> Told<'a> {
    /// What others say of the machine, and what an inventory lists, is no answer of its own.
    pub(super) fn new(scene: &Scene<'a>, asset: usize) -> Self {
        let own = scene.machines[asset].observations.iter().copied().filter(|o| shows_presence(o));
        let all: Vec<(ObservationId, &'a Fact)> =
            own.flat_map(|o| o.facts.iter().map(|fact| (scene.evidence.id(o), fact))).collect();
        let facts: Vec<&'a Fact> = all.iter().map(|(_, fact)| *fact).collect();
        let signs = daicho_shared::recognise::signs([], facts.iter().copied(), &scene.knowledge.ports);
        let looked_at = signs.into_iter().filter(|sign| looks_at(scene.knowledge.services, &sign.field));
        let signs = looked_at.filter_map(|sign| {
            let (id, fact) = all.get(sign.fact?)?;
            let (field, text) = (sign.field.into_owned(), sign.text.into_owned());
            Some(Sign { field, text, id: id.clone(), port: port(fact) })
        });
        Self { signs: signs.collect(), facts }
    }

    /// Where a way of the table shows itself.
    pub(super) fn seen(&self, way: &Way) -> Option<Seen> {
        let mut seen = Seen::default();
        for sign in &self.signs {
            let spoken = way.is_spoken(&sign.field, &sign.text);
            let open = sign.field == PORT && way.open.contains(&sign.text) && !self.speaks_otherwise(&sign.text, way);
            if spoken || open {
                seen.spoken |= spoken;
                seen.evidence.push(sign.id.clone());
                seen.ports.extend(sign.port.clone());
            }
        }
        seen.evidence.sort();
        seen.evidence.dedup();
        seen.ports.sort();
        seen.ports.dedup();
        (!seen.evidence.is_empty()).then_some(seen)
    }

    /// Something else was spoken at the port.
    fn speaks_otherwise(&self, at: &str, way: &Way) -> bool {
        self.facts.iter().any(|fact| match fact {
            Fact::Service { protocol, .. } => port(fact).as_deref() == Some(at) && !way.is_spoken("service", protocol),
            _ => false,
        })
    }
}

/// The field of open ports.
const PORT: &str = "port";

fn looks_at(services: &Services, field: &str) -> bool {
    let mut ways = services.service.iter().map(|service| &service.way).chain(&services.management.way);
    field == PORT || ways.any(|way| way.spoken.contains_key(field))
}

fn port(fact: &Fact) -> Option<String> {
    let (transport, port) = match fact {
        Fact::Port { transport, port, .. } | Fact::Service { transport, port, .. } => (*transport, *port),
        Fact::FileSharing { port, .. } => (Transport::Tcp, *port),
        _ => return None,
    };
    Some(format!("{}/{port}", transport.as_str()))
}
