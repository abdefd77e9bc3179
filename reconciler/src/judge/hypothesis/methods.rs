//! Which methods could have seen it on this machine, and which could not, and why not.
//!
//! 所見なし is said only where a method that decides was asked and had a chance.

use daicho_shared::coverage::{Coverage, Outcome};
use daicho_shared::fact::{Fact, PortState};
use daicho_shared::id::{ObservationId, ProbeName};
use daicho_shared::observation::Observation;

use super::super::graded::{Hypothesis, MethodSeen, Sight, SignSeen};
use super::super::group::Group;
use super::ground::Ground;
use super::table::{Method, Sees, Whom};

/// Every method of a hypothesis, and whether one that decides was clear.
pub(crate) fn methods(ground: &Ground<'_, '_>, hypothesis: Hypothesis, signs: &[SignSeen]) -> (Vec<MethodSeen>, bool) {
    let table = &ground.knowledge.hypotheses.methods;
    let own: Vec<&Method> = table.iter().filter(|method| method.hypothesis == hypothesis).collect();
    let seen: Vec<MethodSeen> = own
        .iter()
        .map(|method| MethodSeen { probe: ProbeName::from(method.probe.as_str()), sight: sight(ground, method, signs) })
        .collect();
    let clear = own.iter().zip(&seen).any(|(method, seen)| method.decides && seen.sight == Sight::Clear);
    (seen, clear)
}

fn sight(ground: &Ground<'_, '_>, method: &Method, signs: &[SignSeen]) -> Sight {
    if saw(ground, method, signs) {
        return Sight::Saw;
    }
    let asked = observations(ground, method).any(|one| one.outcome != Outcome::NotAllowed)
        || was_sent(ground, method)
        || match method.asks {
            Whom::Each => false,
            Whom::Everybody => was_called(ground, method),
            Whom::Nobody => is_on_link(ground),
        };
    if !asked {
        return unasked(ground, method);
    }
    let able = match method.sees {
        Sees::Nobody => return Sight::Blind,
        Sees::Linux if !is_linux(ground) => return Sight::Blind,
        Sees::Linux => true,
        Sees::Presence => answers_ip(ground),
        Sees::Answer => observations(ground, method).any(|one| one.outcome == Outcome::Answered),
        Sees::Addresses => observations(ground, method).any(tells_addresses),
    };
    if able { Sight::Clear } else { Sight::NoAnswer }
}

/// A sign of the hypothesis stands on what this probe saw.
fn saw(ground: &Ground<'_, '_>, method: &Method, signs: &[SignSeen]) -> bool {
    let cited = |id: &ObservationId| signs.iter().any(|sign| sign.evidence.contains(id));
    observations(ground, method).any(|one| cited(&ground.facts.evidence.id(one)))
}

fn unasked(ground: &Ground<'_, '_>, method: &Method) -> Sight {
    let refused = observations(ground, method).any(|one| one.outcome == Outcome::NotAllowed);
    let medical = ground.asset.class.value.is_medical() || ground.group.is_some_and(Group::is_medical);
    match () {
        () if method.link && !is_on_link(ground) => Sight::OffLink,
        () if medical => Sight::Fragile,
        () if refused || coverage(ground, method).any(|one| one.not_allowed > 0) => Sight::NotAllowed,
        () => Sight::NotAsked,
    }
}

fn observations<'s>(ground: &'s Ground<'_, '_>, method: &'s Method) -> impl Iterator<Item = &'s Observation> {
    let of_probe = |one: &&Observation| one.probe.0 == method.probe || again(&one.probe.0) == method.probe;
    ground.facts.machine.observations.iter().copied().filter(of_probe)
}

/// The second try of a question has a name of its own.
fn again(probe: &str) -> &str {
    probe.strip_suffix("-again").unwrap_or(probe)
}

/// The probe reached one of the machine's addresses or interfaces.
fn was_sent(ground: &Ground<'_, '_>, method: &Method) -> bool {
    ground.around.sent.get(&method.probe).is_some_and(|(addresses, macs)| {
        ground.facts.machine.macs().any(|mac| macs.contains(&mac))
            || ground.facts.machine.addresses().iter().any(|address| addresses.contains(address))
    })
}

/// The probe asked everybody on the link: nobody in particular was sent to.
fn was_called(ground: &Ground<'_, '_>, method: &Method) -> bool {
    (ground.around.called.contains(&method.probe) && is_on_link(ground))
        || coverage(ground, method).any(|one| one.asked > 0)
}

fn is_on_link(ground: &Ground<'_, '_>) -> bool {
    ground.facts.machine.addresses().iter().any(|address| ground.facts.evidence.is_on_link(*address))
}

/// How the machine's networks were looked at by the probe.
fn coverage<'s>(ground: &'s Ground<'_, '_>, method: &'s Method) -> impl Iterator<Item = &'s Coverage> {
    let addresses = ground.facts.machine.addresses();
    let here = addresses.into_iter().flat_map(|address| ground.around.coverage.holding(address));
    here.copied().filter(|one| *one.probe.0 == *method.probe)
}

fn tells_addresses(observation: &Observation) -> bool {
    let told = |fact: &Fact| matches!(fact, Fact::OwnAddress { .. });
    observation.outcome == Outcome::Answered && observation.facts.iter().any(told)
}

/// It answers IP: an echo, a connection or its refusal, a datagram. ARP and what it says unasked are not enough: its
/// rules may drop everything else.
fn answers_ip(ground: &Ground<'_, '_>) -> bool {
    let link_only = ["arp", "neighbour", "second-address", "foreign-sender"];
    ground.facts.machine.observations.iter().any(|one| {
        let port = |fact: &Fact| {
            matches!(fact, Fact::Port { state: PortState::Open | PortState::Closed, .. } | Fact::Service { .. })
        };
        let asked = ground.around.sent.contains_key(one.probe.0.as_str());
        let answered = matches!(one.outcome, Outcome::Answered | Outcome::Refused | Outcome::OtherProtocol)
            && !link_only.contains(&one.probe.0.as_str())
            && one.target.address.is_ipv4();
        answered && (asked || one.facts.iter().any(port) || one.probe.0 == "echo")
    })
}

fn is_linux(ground: &Ground<'_, '_>) -> bool {
    let pattern = &ground.knowledge.hypotheses.linux.0;
    ground.asset.os.as_ref().is_some_and(|os| pattern.is_match(&os.value))
}
