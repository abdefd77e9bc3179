//! Adding up: which class, maker, model, system and version the evidence speaks for.

use std::collections::BTreeMap;

use super::rules::{Found, Rule, Rules, Says};
use super::sign::Sign;
use super::{Conclusion, Other, Reason, Recognition};
use crate::class::Class;

/// Points beyond which nothing becomes surer.
const CERTAIN: u32 = 100;

/// What the rules say of a device with these signs.
pub fn recognise(rules: &Rules, signs: &[Sign<'_>]) -> Recognition {
    let held: Vec<Held<'_, '_>> = rules.rules.iter().filter_map(|rule| Held::new(rule, signs)).collect();
    let candidates = candidates(&held);
    Recognition {
        class: class(rules, &held, &candidates),
        candidates,
        maker: value(&held, |says| says.maker.as_deref()),
        model: value(&held, |says| says.model.as_deref()),
        os: value(&held, |says| says.os.as_deref()),
        firmware: value(&held, |says| says.firmware.as_deref()),
    }
}

/// A rule that holds, and where.
struct Held<'s, 'f> {
    rule: &'s Rule,
    found: Vec<Found<'s, 'f>>,
}

impl<'s, 'f> Held<'s, 'f> {
    fn new(rule: &'s Rule, signs: &'s [Sign<'f>]) -> Option<Self> {
        let found = rule.holds(signs);
        (!found.is_empty()).then_some(Self { rule, found })
    }

    fn reason(&self, found: &Found<'_, '_>) -> Reason {
        Reason {
            rule: self.rule.name.clone(),
            field: found.sign.field.clone().into_owned(),
            text: found.sign.text.clone().into_owned(),
            weight: self.rule.weight,
            fact: found.sign.fact,
        }
    }
}

/// Points by class. What speaks for a group (`network.other`, `medical.other`) speaks for each of its
/// kinds that something speaks for by itself.
fn candidates(held: &[Held<'_, '_>]) -> Vec<(Class, u32)> {
    let mut own: BTreeMap<Class, u32> = BTreeMap::new();
    for held in held {
        if let Some(class) = held.rule.class {
            *own.entry(class).or_default() += held.rule.weight;
        }
    }
    let with_group = |(class, points): (&Class, &u32)| {
        let general = group(*class).filter(|general| general != class);
        (*class, points + general.and_then(|general| own.get(&general)).unwrap_or(&0))
    };
    let mut candidates: Vec<(Class, u32)> = own.iter().map(with_group).collect();
    candidates.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    candidates
}

/// The general class of a group.
fn group(class: Class) -> Option<Class> {
    [(Class::Network, "network"), (Class::Medical, "medical")]
        .into_iter()
        .find(|(_, prefix)| class.is_within(prefix))
        .map(|(general, _)| general)
}

fn class(rules: &Rules, held: &[Held<'_, '_>], candidates: &[(Class, u32)]) -> Conclusion<Class> {
    let (value, best) = candidates.first().copied().unwrap_or((Class::Unknown, 0));
    // The general class of the winner's own group does not compete with it.
    let rival = candidates.iter().skip(1).find(|(other, _)| group(value) != Some(*other));
    let second = rival.map_or(0, |(_, points)| *points);
    let clear = best >= rules.threshold && best >= second + rules.lead;
    let (value, confidence) = if clear { (value, confidence(best)) } else { (Class::Unknown, 0) };
    let speaks = |class: Class| reasons_for(held, |rule| rule.class.is_some_and(|own| supports(own, class)));
    let others = candidates.iter().filter(|(class, _)| *class != value && group(value) != Some(*class));
    let other = |(class, points): &(Class, u32)| Other { value: *class, weight: *points, reasons: speaks(*class) };
    let reasons = if clear { speaks(value) } else { vec![] };
    Conclusion { value, confidence, reasons, others: others.map(other).collect() }
}

fn supports(own: Class, class: Class) -> bool {
    own == class || group(class) == Some(own)
}

fn reasons_for(held: &[Held<'_, '_>], such: impl Fn(&Rule) -> bool) -> Vec<Reason> {
    let speaking = held.iter().filter(|held| such(held.rule));
    let mut reasons: Vec<Reason> = speaking.filter_map(|held| Some(held.reason(held.found.first()?))).collect();
    sort(&mut reasons);
    reasons
}

fn sort(reasons: &mut [Reason]) {
    reasons.sort_by(|a, b| b.weight.cmp(&a.weight).then(a.rule.cmp(&b.rule)));
}

/// The value with the most points; equal spellings, whatever their case, are one value.
fn value(held: &[Held<'_, '_>], part: impl Fn(&Says) -> Option<&str>) -> Option<Conclusion<String>> {
    let mut by_value: BTreeMap<String, Other<String>> = BTreeMap::new();
    for held in held {
        let Some(template) = part(&held.rule.says) else { continue };
        for found in &held.found {
            let value = found.fill(template);
            if value.is_empty() {
                continue;
            }
            let fresh = || Other { value: value.clone(), weight: 0, reasons: vec![] };
            let other = by_value.entry(value.to_lowercase()).or_insert_with(fresh);
            // One rule counts once for a value, however often the device repeats itself.
            if !other.reasons.iter().any(|reason| reason.rule == held.rule.name) {
                other.weight += held.rule.weight;
                other.reasons.push(held.reason(found));
            }
        }
    }
    let mut values: Vec<Other<String>> = by_value.into_values().collect();
    values.sort_by(|a, b| b.weight.cmp(&a.weight).then(a.value.cmp(&b.value)));
    for value in &mut values {
        sort(&mut value.reasons);
    }
    let mut values = values.into_iter();
    let Other { value, weight, reasons } = values.next()?;
    Some(Conclusion { value, confidence: confidence(weight), reasons, others: values.collect() })
}

fn confidence(points: u32) -> u8 {
    u8::try_from(points.min(CERTAIN)).unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::{Fact, PortState, Transport};
    use crate::knowledge::ports::Ports;
    use crate::recognise::signs;

    fn recognised(mac: &str, facts: &[Fact]) -> Recognition {
        let ports = Ports::builtin();
        recognise(Rules::builtin(), &signs([mac.parse().unwrap()], facts, &ports))
    }

    fn open(port: u16) -> Fact {
        Fact::Port { transport: Transport::Tcp, port, state: PortState::Open }
    }

    #[test]
    fn a_dedicated_prefix_and_a_port_agree_on_a_medical_device() {
        let found = recognised("00:00:A1:01:02:03", &[open(104)]);
        assert!(found.class.value.is_medical() && found.class.confidence == 100, "{found:?}");
        assert!(found.class.reasons.iter().any(|reason| reason.field == "oui"));
    }

    #[test]
    fn one_weak_sign_says_nothing() {
        let found = recognised("02:00:00:00:00:01", &[open(22)]);
        assert_eq!((found.class.value, found.class.confidence), (Class::Unknown, 0));
        assert!(!found.candidates.is_empty());
    }

    #[test]
    fn a_kind_wins_over_its_group_and_takes_its_points() {
        let rules = Rules::parse(&[(
            "t",
            "threshold = 30\nlead = 5\n\
             [[rule]]\nname='a'\nweight=60\nclass='network.other'\nwhen.sign=['x']\n\
             [[rule]]\nname='b'\nweight=20\nclass='network.switch'\nwhen.sign=['x']\n",
        )])
        .unwrap();
        let sign = Sign { field: "sign".into(), text: "x".into(), fact: None };
        let found = recognise(&rules, &[sign]);
        assert_eq!((found.class.value, found.class.confidence), (Class::Switch, 80));
        assert_eq!(found.class.reasons.len(), 2);
    }

    #[test]
    fn contradictions_are_kept() {
        let rules = Rules::parse(&[(
            "t",
            "[[rule]]\nname='a'\nweight=60\nos='Windows $1'\nwhen.\"http.server\"=['IIS/(\\d+)']\n\
             [[rule]]\nname='b'\nweight=20\nos='Linux'\nwhen.\"ssh.banner\"=['Debian']\n",
        )])
        .unwrap();
        let sign =
            |field: &'static str, text: &'static str| Sign { field: field.into(), text: text.into(), fact: None };
        let found = recognise(&rules, &[sign("http.server", "IIS/10"), sign("ssh.banner", "Debian")]);
        let os = found.os.unwrap();
        assert_eq!((os.value.as_str(), os.others[0].value.as_str()), ("Windows 10", "Linux"));
    }
}
