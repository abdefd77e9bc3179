//! Adding up: which class, maker, model, system and version the evidence speaks for.

use std::collections::{BTreeMap, BTreeSet};

use super::compare::{Kind, Value};
use super::index::Hit;
use super::rules::{Rule, Rules, Says};
use super::sign::Sign;
use super::{Conclusion, Other, Reason, Recognition};
use crate::class::Class;

/// Points beyond which nothing becomes surer.
const CERTAIN: u32 = 100;
/// The most different texts that are weighed for one value, and the most places where one rule finds them.
const TEXTS: usize = 48;

/// What the rules say of a device with these signs.
pub fn recognise(rules: &Rules, signs: &[Sign<'_>]) -> Recognition {
    let held = rules.held(signs);
    let held: Vec<Held<'_, '_>> =
        held.into_iter().map(|(place, hits)| Held { rule: &rules.rules[place], hits, signs }).collect();
    let spoken = spoken(&held);
    let (candidates, systems) = (candidates(&spoken), Kind::System(&rules.systems));
    Recognition {
        class: class(rules, &spoken, &candidates),
        candidates,
        maker: value(rules, &held, Kind::Maker, |says| says.maker.as_deref()),
        model: value(rules, &held, Kind::Words, |says| says.model.as_deref()),
        os: value(rules, &held, systems, |says| says.os.as_deref()),
        firmware: value(rules, &held, Kind::Words, |says| says.firmware.as_deref()),
    }
}

/// A rule that holds, and where.
struct Held<'h, 'f> {
    rule: &'h Rule,
    hits: Vec<Hit<'h>>,
    signs: &'h [Sign<'f>],
}

/// One text of a device: of one fact, or in one field where no fact stands behind it.
type Text<'h> = (Option<usize>, &'h str, &'h str);

impl<'h> Held<'h, '_> {
    fn text(&self, hit: &Hit<'_>) -> Text<'h> {
        let sign = &self.signs[hit.sign];
        (sign.fact, if sign.fact.is_some() { "" } else { &sign.field }, &sign.text)
    }

    fn reason(&self, hit: &Hit<'_>) -> Reason {
        let sign = &self.signs[hit.sign];
        Reason {
            rule: self.rule.name.clone(),
            field: sign.field.clone().into_owned(),
            text: sign.text.clone().into_owned(),
            weight: self.rule.weight,
            fact: sign.fact,
        }
    }
}

/// The reasons that count, strongest first: a rule counts once however often the device repeats
/// itself, and a text once, by its strongest rule, however many rules look at it.
fn counted<'h>(mut hits: Vec<(&Held<'h, '_>, &Hit<'h>)>) -> Vec<Reason> {
    hits.sort_by(|(a, _), (b, _)| b.rule.weight.cmp(&a.rule.weight).then_with(|| a.rule.name.cmp(&b.rule.name)));
    let (mut reasons, mut used) = (vec![], BTreeSet::new());
    for of_rule in hits.chunk_by(|(a, _), (b, _)| a.rule.name == b.rule.name) {
        if let Some((held, hit)) = of_rule.iter().find(|(held, hit)| !used.contains(&held.text(hit))) {
            reasons.push(held.reason(hit));
            used.extend(of_rule.iter().map(|(held, hit)| held.text(hit)));
        }
    }
    reasons
}

fn points(reasons: &[Reason]) -> u32 {
    reasons.iter().map(|reason| reason.weight).sum()
}

/// What speaks for each class by itself.
type Spoken = BTreeMap<Class, Vec<Reason>>;

fn spoken(held: &[Held<'_, '_>]) -> Spoken {
    let mut by_class: BTreeMap<Class, Vec<_>> = BTreeMap::new();
    for held in held {
        if let Some(class) = held.rule.class {
            by_class.entry(class).or_default().extend(held.hits.iter().take(TEXTS).map(|hit| (held, hit)));
        }
    }
    by_class.into_iter().map(|(class, hits)| (class, counted(hits))).collect()
}

/// Points by class. What speaks for a general class (`network.other`) speaks for each of its kinds
/// that something speaks for by itself.
fn candidates(spoken: &Spoken) -> Vec<(Class, u32)> {
    let own = |class: Class| spoken.get(&class).map_or(0, |reasons| points(reasons));
    let with_generals = |class: &Class| (*class, own(*class) + class.generals().map(own).sum::<u32>());
    let mut candidates: Vec<(Class, u32)> = spoken.keys().map(with_generals).collect();
    candidates.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    candidates
}

fn is_kind_of(class: Class, general: Class) -> bool {
    class == general || class.generals().any(|other| other == general)
}

fn class(rules: &Rules, spoken: &Spoken, candidates: &[(Class, u32)]) -> Conclusion<Class> {
    let best = candidates.first().map_or(0, |(_, points)| *points);
    let value = if best >= rules.threshold { leader(rules, candidates) } else { None };
    let tied = |class: Class| candidates.iter().any(|(other, points)| *other == class && points + rules.lead > best);
    let reasons = value
        .map(|value| reasons_of(spoken, |class| is_kind_of(value, class) || (is_kind_of(class, value) && tied(class))));
    let is_said = |class: Class| value.is_some_and(|value| is_kind_of(value, class));
    let others = candidates.iter().filter(|(class, _)| !is_said(*class));
    let other = |(class, points): &(Class, u32)| Other {
        value: *class,
        weight: *points,
        reasons: reasons_of(spoken, |general| is_kind_of(*class, general)),
    };
    Conclusion {
        value: value.unwrap_or(Class::Unknown),
        confidence: value.map_or(0, |_| confidence(best)),
        reasons: reasons.unwrap_or_default(),
        others: others.map(other).collect(),
    }
}

/// The class that leads by enough; where only kinds of one general class are that close to each
/// other, that general class. A general class of the winner's does not compete with it.
fn leader(rules: &Rules, candidates: &[(Class, u32)]) -> Option<Class> {
    let &(top, best) = candidates.first()?;
    let close = candidates.iter().filter(|(_, points)| points + rules.lead > best);
    let rivals: Vec<Class> = close.map(|(class, _)| *class).collect();
    if rivals.iter().all(|rival| is_kind_of(top, *rival)) {
        return Some(top);
    }
    top.generals().find(|general| rivals.iter().all(|rival| is_kind_of(*rival, *general)))
}

fn reasons_of(spoken: &Spoken, such: impl Fn(Class) -> bool) -> Vec<Reason> {
    let speaking = spoken.iter().filter(|(class, _)| such(**class));
    let mut reasons: Vec<Reason> = speaking.flat_map(|(_, reasons)| reasons.clone()).collect();
    reasons.sort_by(|a, b| b.weight.cmp(&a.weight).then_with(|| a.rule.cmp(&b.rule)));
    reasons
}

/// What one rule says by one sign: one value, or several that are equally likely.
struct Claim<'c, 'h, 'f> {
    held: &'c Held<'h, 'f>,
    hit: Hit<'h>,
    values: Vec<Value>,
}

/// A value, and which claims speak for it, by their places.
#[derive(Clone)]
struct Candidate<'c> {
    value: &'c Value,
    claims: Vec<usize>,
    weight: u32,
}

/// The value with the most points. A claim speaks for every value that says all that it says, and
/// maybe more: `Windows` speaks for `Windows 10`, and is not a contradiction of it.
fn value(
    rules: &Rules,
    held: &[Held<'_, '_>],
    kind: Kind<'_>,
    part: impl Fn(&Says) -> Option<&str>,
) -> Option<Conclusion<String>> {
    let mut claims = vec![];
    for held in held {
        let Some(template) = part(&held.rule.says) else { continue };
        for hit in held.hits.iter().take(TEXTS) {
            let texts = rules.fill(held.rule, template, hit, &held.signs[hit.sign]);
            let values: Vec<Value> = texts.iter().map(|text| kind.value(text)).collect();
            if !values.is_empty() {
                claims.push(Claim { held, hit: *hit, values });
            }
        }
    }
    conclude(&weighed(&claims, kind), &claims, kind)
}

/// Every value that says more than all others that agree with it, with its points, most first.
fn weighed<'c>(claims: &'c [Claim<'_, '_, '_>], kind: Kind<'_>) -> Vec<Candidate<'c>> {
    let mut values: Vec<&Value> = vec![];
    for value in claims.iter().flat_map(|claim| &claim.values) {
        if values.len() < TEXTS && !values.iter().any(|known| known.shown == value.shown) {
            values.push(value);
        }
    }
    let is_general = |place: usize, value: &Value| {
        values.iter().enumerate().any(|(other, special)| {
            other != place && kind.covers(value, special) && (!kind.covers(special, value) || other < place)
        })
    };
    let special = values.iter().enumerate().filter(|(place, value)| !is_general(*place, value));
    let mut candidates: Vec<Candidate<'c>> = special.map(|(_, value)| candidate(value, claims, kind)).collect();
    // The sort is stable: what is equally likely stays in the order of its list.
    candidates.sort_by_key(|candidate| std::cmp::Reverse(candidate.weight));
    candidates
}

fn candidate<'c>(value: &'c Value, claims: &[Claim<'_, '_, '_>], kind: Kind<'_>) -> Candidate<'c> {
    let speaks = |claim: &Claim<'_, '_, '_>| claim.values.iter().any(|said| kind.covers(said, value));
    let speaking: Vec<usize> =
        claims.iter().enumerate().filter(|(_, claim)| speaks(claim)).map(|(place, _)| place).collect();
    let weight = points(&reasons(&speaking, claims));
    Candidate { value, claims: speaking, weight }
}

fn reasons(places: &[usize], claims: &[Claim<'_, '_, '_>]) -> Vec<Reason> {
    counted(places.iter().map(|place| &claims[*place]).map(|claim| (claim.held, &claim.hit)).collect())
}

fn conclude(candidates: &[Candidate<'_>], claims: &[Claim<'_, '_, '_>], kind: Kind<'_>) -> Option<Conclusion<String>> {
    let winner = candidates.first()?;
    let equal = |other: &&Candidate<'_>| other.claims == winner.claims;
    let names: Vec<String> = candidates.iter().filter(equal).map(|one| shown(one, claims, kind)).collect();
    // What the winner's own evidence left open, and nothing else speaks for, does not contradict it.
    let contradicts = |other: &&Candidate<'_>| other.claims.iter().any(|claim| !winner.claims.contains(claim));
    let other = |one: &Candidate<'_>| Other {
        value: shown(one, claims, kind),
        weight: one.weight,
        reasons: reasons(&one.claims, claims),
    };
    Some(Conclusion {
        value: names.join(" / "),
        confidence: confidence(winner.weight),
        reasons: reasons(&winner.claims, claims),
        others: candidates.iter().filter(contradicts).map(other).collect(),
    })
}

/// The value as it is shown, with the edition that another claim for it tells.
fn shown(one: &Candidate<'_>, claims: &[Claim<'_, '_, '_>], kind: Kind<'_>) -> String {
    let told = one.claims.iter().flat_map(|place| &claims[*place].values).filter(|said| kind.covers(said, one.value));
    let with_edition = told.into_iter().find_map(|said| one.value.with_edition(said, kind));
    with_edition.unwrap_or_else(|| one.value.shown.clone())
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

    fn sign(field: &'static str, text: &'static str) -> Sign<'static> {
        Sign { field: field.into(), text: text.into(), fact: None }
    }

    fn table(rules: &[(&str, u32, &str, &str)]) -> Rules {
        let rule = |(name, weight, says, when): &(&str, u32, &str, &str)| {
            format!("[[rule]]\nname='{name}'\nweight={weight}\n{says}\nwhen.{when}\n")
        };
        let systems = "[systems]\neditions=['pro']\nfamilies.linux=['debian']\n\
                       [list.builds]\n17763=['Windows Server 2019 (17763)','Windows 10 1809 (17763)']\n";
        let text = format!("threshold=30\nlead=5\n{systems}{}", rules.iter().map(rule).collect::<String>());
        Rules::parse(&[("t", &text)]).unwrap()
    }

    #[test]
    fn a_dedicated_prefix_and_a_port_agree_on_a_medical_device() {
        let found = recognised("00:00:A1:01:02:03", &[open(104)]);
        assert!(found.class.value.is_medical() && found.class.confidence >= 80, "{found:?}");
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
        let rules = table(&[
            ("a", 60, "class='network.other'", "sign=['x']"),
            ("b", 20, "class='network.router'", "sign=['x']"),
            ("c", 10, "class='lte-router'", "sign=['x']"),
        ]);
        let found = recognise(&rules, &[sign("sign", "x")]);
        assert_eq!((found.class.value, found.class.confidence), (Class::LteRouter, 90));
        assert_eq!((found.class.reasons.len(), found.class.others.len()), (3, 0));
    }

    #[test]
    fn kinds_that_are_equally_likely_leave_their_group() {
        let rules = table(&[
            ("a", 20, "class='medical.other'", "sign=['x']"),
            ("b", 15, "class='medical.modality'", "sign=['x']"),
            ("c", 15, "class='medical.pacs'", "sign=['x']"),
            ("d", 29, "class='pc'", "sign=['y']"),
            ("e", 31, "class='pc'", "sign=['z']"),
        ]);
        let found = recognise(&rules, &[sign("sign", "x"), sign("sign", "y")]);
        assert_eq!((found.class.value, found.class.confidence), (Class::Medical, 35));
        let others: Vec<Class> = found.class.others.iter().map(|other| other.value).collect();
        assert_eq!(others, [Class::Modality, Class::Pacs, Class::Pc]);
        assert_eq!(recognise(&rules, &[sign("sign", "x"), sign("sign", "z")]).class.value, Class::Unknown);
    }

    #[test]
    fn a_text_speaks_once_for_a_class_by_the_strongest_rule() {
        let rules = table(&[
            ("a", 60, "class='camera'", "\"http.title\"=['x']"),
            ("b", 70, "class='camera'", "\"http.title\"=['y']"),
            ("c", 20, "class='camera'", "\"http.server\"=['z']"),
        ]);
        let found = recognise(&rules, &[sign("http.title", "xy"), sign("http.server", "z")]);
        assert_eq!((found.class.value, found.class.confidence), (Class::Camera, 90));
        let found = recognise(&rules, &[sign("http.title", "xy"), sign("http.title", "x")]);
        assert_eq!(found.candidates, [(Class::Camera, 130)]);
    }

    #[test]
    fn contradictions_are_kept() {
        let rules = table(&[
            ("a", 60, "os='Windows $1'", "\"http.server\"=['IIS/(\\d+)']"),
            ("b", 20, "os='Linux'", "\"ssh.banner\"=['Debian']"),
        ]);
        let found = recognise(&rules, &[sign("http.server", "IIS/10"), sign("ssh.banner", "Debian")]);
        let os = found.os.unwrap();
        assert_eq!((os.value.as_str(), os.others[0].value.as_str()), ("Windows 10", "Linux"));
    }

    #[test]
    fn a_value_takes_the_points_of_those_that_say_less() {
        let rules = table(&[
            ("a", 60, "os='$1'", "os=['^(.+)$']"),
            ("b", 20, "os='Windows'", "sign=['x']"),
            ("c", 30, "os='$1'\nlist='builds'", "build=['^(.+)$']"),
        ]);
        let found = |signs: &[Sign<'_>]| recognise(&rules, signs).os.unwrap();
        let os = found(&[sign("os", "Windows 10 Pro"), sign("os", "Windows 10"), sign("sign", "x")]);
        assert_eq!((os.value.as_str(), os.confidence, os.others.len()), ("Windows 10 Pro", 80, 0));
        let os = found(&[sign("build", "17763"), sign("sign", "x")]);
        assert_eq!(os.value, "Windows Server 2019 (17763) / Windows 10 1809 (17763)");
        let os = found(&[sign("build", "17763"), sign("os", "Windows 10 Pro")]);
        assert_eq!((os.value.as_str(), os.confidence, os.others.len()), ("Windows 10 Pro 1809 (17763)", 90, 0));
        let os = found(&[sign("os", "Linux 6.1"), sign("os", "Debian 12"), sign("sign", "x")]);
        assert_eq!((os.value.as_str(), os.others.len()), ("Debian 12", 1));
    }

    #[test]
    fn a_rule_counts_once_for_a_value_and_an_unknown_word_of_a_list_says_nothing() {
        let rules =
            table(&[("a", 40, "model='$1'", "model=['^(.+)$']"), ("b", 9, "os='$1'\nlist='builds'", "os=['(.+)']")]);
        let found = recognise(&rules, &[sign("model", "X 1"), sign("model", "x 1"), sign("os", "1")]);
        let model = found.model.unwrap();
        assert_eq!((model.value.as_str(), model.confidence, model.reasons.len()), ("X 1", 40, 1));
        assert_eq!(found.os, None);
    }

    #[test]
    fn a_device_that_says_everything_costs_a_bounded_time() {
        let many: Vec<Sign<'_>> = (0..5_000)
            .map(|number| Sign { field: "product.model".into(), text: format!("M {number}").into(), fact: None })
            .collect();
        let model = recognise(Rules::builtin(), &many).model.unwrap();
        assert!(model.others.len() < TEXTS);
    }
}
