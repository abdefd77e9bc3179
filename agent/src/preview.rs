//! What a run would send, for `--dry-run`: who is asked what, why, and at what price.

use std::collections::BTreeSet;
use std::net::IpAddr;

use daicho_shared::knowledge::ports::PortRow;
use daicho_shared::observation::Target;
use serde::Serialize;

use crate::plan::{Plan, port_item};
use crate::probe::{Audience, Card, Level, PROBES, Probe};
use crate::scope::{Networks, Rate};

/// What a dry run says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Preview {
    /// Addresses on the agent's own links.
    pub addresses_on_link: usize,
    /// Addresses behind a router.
    pub addresses_routed: usize,
    /// Packets to find out who is there, at most.
    pub sweep_packets_at_most: u32,
    /// Frames to everybody about networks that may be there, on each link.
    pub guess_packets: usize,
    /// Packets to one ordinary device that answers everything of the first pass, at most.
    pub packets_per_device_at_most: u32,
    /// Packets to one device in the whole run, whatever it seems to be, at most.
    pub device_budget: u32,
    /// Packets to one fragile device in the whole run, at most.
    pub fragile_budget: u32,
    /// Pace, in total.
    pub packets_per_second: u32,
    /// Pace, to one device.
    pub packets_per_second_and_device: u32,
    /// Time to find out who is there.
    pub sweep_seconds: u32,
    /// Time for one ordinary device at its pace; devices are asked side by side.
    pub device_seconds_at_least: u32,
    /// The first pass: what everybody is asked.
    pub first_pass: Vec<Asked>,
    /// The second pass: what a device is asked that seems to be of a class.
    pub second_pass: Vec<Asked>,
}

/// One question, or the ports that are tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Asked {
    /// Probe.
    pub probe: &'static str,
    /// What it asks.
    pub title: &'static str,
    /// The same in Japanese.
    pub title_ja: &'static str,
    /// Why.
    pub why: &'static str,
    /// The same in Japanese.
    pub why_ja: &'static str,
    /// Standard.
    pub standard: &'static str,
    /// What it may upset.
    pub may_upset: &'static str,
    /// Packets to one device that answers, at most.
    pub packets: u32,
    /// Prefixes of the classes that are asked; empty: everybody.
    pub classes: Vec<String>,
    /// TCP ports at which it is asked.
    pub ports: Vec<u16>,
    /// Fragile devices get it, too.
    pub fragile_devices: bool,
}

impl Asked {
    fn of(card: &Card) -> Self {
        let classes = match card.audience {
            Audience::Seeming(classes) => classes.iter().map(|&class| class.to_owned()).collect(),
            Audience::Everybody | Audience::Answering => vec![],
        };
        Self {
            probe: card.name,
            title: card.title,
            title_ja: card.title_ja,
            why: card.why,
            why_ja: card.why_ja,
            standard: card.standard,
            may_upset: card.may_upset,
            packets: card.packets.into(),
            classes,
            ports: vec![],
            fragile_devices: card.level <= Level::Verify,
        }
    }
}

/// What a run of this plan would send.
pub fn preview(plan: &Plan, networks: &Networks, rate: Rate, budgets: (u32, u32)) -> Preview {
    let addresses = plan.addresses(networks);
    let on_link = addresses.iter().filter(|address| plan.link_of(**address).is_some()).count();
    let routed = addresses.len() - on_link;
    let most: u32 = plan.first_pass(&anybody(), true).iter().map(|item| item.packets).sum();
    let sweep = u32::try_from(on_link * 2 + routed * 2).unwrap_or(u32::MAX);
    Preview {
        addresses_on_link: on_link,
        addresses_routed: routed,
        sweep_packets_at_most: sweep,
        guess_packets: plan.guesses.addresses.len() + plan.guesses.networks.len(),
        packets_per_device_at_most: most,
        device_budget: budgets.0,
        fragile_budget: budgets.1,
        packets_per_second: rate.total,
        packets_per_second_and_device: rate.device,
        sweep_seconds: sweep.div_ceil(rate.kept()),
        device_seconds_at_least: most.div_ceil(rate.device),
        first_pass: pass(plan, |audience| audience == Audience::Everybody, |row| row.seeming.is_empty()),
        second_pass: pass(plan, |audience| audience != Audience::Everybody, |row| !row.seeming.is_empty()),
    }
}

/// Stands for every device.
fn anybody() -> Target {
    Target { address: IpAddr::from([0, 0, 0, 0]), mac: None, interface: None }
}

/// The questions of one pass: those of the cards, then those at ports, by who speaks there.
fn pass(plan: &Plan, audience: impl Fn(Audience) -> bool, row: impl Fn(&PortRow) -> bool) -> Vec<Asked> {
    let probes = PROBES.iter().filter(|probe| audience(probe.card().audience));
    if plan.presence_only {
        let cards = probes.map(|probe| probe.card());
        return cards.filter(|card| card.level == Level::Presence).map(Asked::of).collect();
    }
    // Who only speaks where a port is open is told with the ports.
    let asks = probes.filter(|probe| !only_speaks(plan, **probe));
    let mut asked: Vec<Asked> = asks.map(|probe| Asked::of(probe.card())).collect();
    for row in plan.ports.iter().filter(|each| row(each)) {
        let Some(item) = port_item(row, &anybody(), &plan.setup) else { continue };
        let (probe, classes) = (item.probe.card().name, &row.seeming);
        let same = |known: &&mut Asked| known.probe == probe && !known.ports.is_empty() && known.classes == *classes;
        if let Some(known) = asked.iter_mut().find(same) {
            known.ports.push(row.port);
        } else {
            let card = Asked::of(item.probe.card());
            asked.push(Asked { ports: vec![row.port], classes: classes.clone(), packets: item.packets, ..card });
        }
    }
    asked
}

/// The probe has no question of its own: it speaks at ports of the table.
fn only_speaks(plan: &Plan, probe: &dyn Probe) -> bool {
    let (target, open) = (anybody(), BTreeSet::new());
    let has_none = probe.ask(&plan.known(&target, true, &open)).is_empty();
    let card = probe.card();
    let speaks = || (1..=u16::MAX).any(|port| probe.speak(port).is_some());
    card.level == Level::Query && has_none && speaks() || card.name == "connect"
}

#[cfg(test)]
mod tests {
    use daicho_shared::knowledge::ports::Profile;

    use super::*;
    use crate::scope::Consent;

    fn shown() -> Preview {
        let networks = Networks::new(&["10.1.0.0/24".parse().unwrap()], &[], Consent::default()).unwrap();
        let plan = Plan::new(&networks, vec![], Profile::Gentle);
        preview(&plan, &networks, Rate { total: 200, device: 10 }, (200, 10))
    }

    #[test]
    fn every_question_says_why_and_at_what_price() {
        let shown = shown();
        let all: Vec<&Asked> = shown.first_pass.iter().chain(&shown.second_pass).collect();
        assert!(all.iter().all(|asked| !asked.why.is_empty() && !asked.why_ja.is_empty()));
        assert!(all.iter().all(|asked| asked.packets > 0 || asked.probe == "reverse-dns" || asked.ports.is_empty()));
    }

    #[test]
    fn every_port_of_the_profile_is_told_once() {
        let networks = Networks::new(&["10.1.0.0/24".parse().unwrap()], &[], Consent::default()).unwrap();
        let plan = Plan::new(&networks, vec![], Profile::Fast);
        let shown = preview(&plan, &networks, Rate { total: 200, device: 10 }, (200, 10));
        let told = shown.first_pass.iter().chain(&shown.second_pass).map(|asked| asked.ports.len()).sum::<usize>();
        assert_eq!(told, plan.ports.len());
    }

    #[test]
    fn ports_of_the_first_pass_are_for_everybody() {
        assert!(shown().first_pass.iter().all(|asked| asked.classes.is_empty()));
    }
}
