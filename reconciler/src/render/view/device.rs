//! One device, section by section: everything that is known of it, each with where that was seen.

use std::collections::BTreeMap;

use daicho_shared::class::Care;
use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, PortState};
use daicho_shared::id::ObservationId;
use daicho_shared::knowledge::ports::Ports;
use daicho_shared::observation::Observation;

use super::impact::is_medical;
use super::rows;
use crate::judge::asset::{Asset, Claim, Class, Contrary, Decided, Interface, Why};
use crate::judge::entry::{DeviceType, Register};
use crate::render::scene::{self, Scene};
use crate::render::words::device::{self, Headings};
use crate::render::words::phrase::{Phrase, mark};
use crate::render::words::{date, field, fixed, graded, level, observation};

/// Contradictions that are shown for one value.
const OTHERS: usize = 4;
/// Reasons that are shown for a contradiction.
const OTHER_REASONS: usize = 2;
/// Questions that are shown one by one; a device is asked some dozens.
const QUESTIONS: usize = 60;
/// Rows that are shown of those that it was compared with.
const PAIRS: usize = 8;

/// From the moment such a port is open, the agent asks with care, whatever the device turns out to be.
fn has_fragile_port(asset: &Asset) -> bool {
    let ports = Ports::builtin();
    asset.services.iter().any(|service| ports.get(service.transport, service.port).is_some_and(|row| row.fragile))
}

/// Everything about one device.
pub(crate) struct DeviceView {
    /// Address, name, id.
    pub(crate) title: Phrase,
    pub(crate) sections: Vec<Section>,
}

/// One heading and what stands under it.
pub(crate) struct Section {
    pub(crate) heading: &'static str,
    /// Beside the heading.
    pub(crate) summary: Option<Phrase>,
    pub(crate) lines: Vec<Line>,
}

/// One line under a heading, with how deep it stands.
pub(crate) struct Line {
    pub(crate) depth: usize,
    pub(crate) text: Phrase,
}

/// Draws a device. `asked` is every observation about it, in order.
pub(crate) fn device(asset: &Asset, asked: &[&Observation], scene: &Scene<'_>) -> DeviceView {
    let w = device::headings(scene.lang());
    let draw = Draw { scene, w };
    let mut sections = vec![draw.seen(), draw.class(asset)];
    let claims = [
        (w.maker, &asset.maker),
        (w.model, &asset.model),
        (w.os, &asset.os),
        (w.firmware, &asset.firmware),
        (w.serial, &asset.serial),
    ];
    sections.extend(claims.into_iter().map(|(heading, claim)| draw.claim(heading, claim.as_ref())));
    sections.extend(asset.place.as_ref().map(|place| draw.claim(w.place, Some(place))));
    sections.extend(draw.unnatural(asset));
    sections.push(draw.names(asset));
    sections.push(draw.interfaces(asset));
    sections.push(draw.services(asset));
    sections.extend(draw.hypotheses(asset));
    sections.push(draw.ledger(asset));
    sections.extend(draw.pairs(asset));
    sections.push(draw.findings(asset));
    sections.extend([draw.care(asset), draw.sent(asset), draw.questions(asked)]);
    sections.extend(draw.basis());
    DeviceView { title: draw.title(asset), sections }
}

/// The strongest reason for its class, in a few words, and how many more there are.
pub(crate) fn why(reasons: &[Why], scene: &Scene<'_>) -> Option<Phrase> {
    let lang = scene.lang();
    let found = field::found(reasons.first()?, lang);
    let more = match reasons.len() - 1 {
        0 => String::new(),
        more => lang.pick(format!(" ほか{more}件"), format!(" and {more} more")),
    };
    Some(Phrase::new(format!("{found}{more}")))
}

/// The ledger's kind, where it is another than the network's.
pub(crate) fn class_differs(asset: &Asset, scene: &Scene<'_>) -> Option<Phrase> {
    let declared = scene.rows_of(&asset.id).find_map(|row| {
        let medical = (row.register == Register::Medical).then_some(DeviceType::Medical);
        row.device_type.or(medical)
    })?;
    let class = asset.class.value;
    let agrees = match declared {
        DeviceType::Server => matches!(class, Class::Server | Class::Hypervisor | Class::Storage | Class::Pacs),
        DeviceType::Client => matches!(class, Class::Pc | Class::ThinClient),
        DeviceType::Network => class.is_within("network") || matches!(class, Class::Vpn | Class::LteRouter),
        DeviceType::Medical => class.is_medical(),
        DeviceType::Printer => class == Class::Printer,
        DeviceType::Other => true,
    };
    let differs = !agrees && class != Class::Unknown;
    differs.then(|| Phrase::new(device::class_differs(declared, class, scene.lang())))
}

struct Draw<'s, 'a> {
    scene: &'s Scene<'a>,
    w: &'static Headings,
}

fn line(depth: usize, text: impl Into<String>) -> Line {
    Line { depth, text: Phrase::new(text.into()) }
}

impl Draw<'_, '_> {
    fn title(&self, asset: &Asset) -> Phrase {
        let address = scene::address(asset).map(|address| mark(&address.to_string()));
        let name = self.scene.rows_of(&asset.id).find_map(scene::row_name);
        let name = name.or_else(|| asset.names.first().map(|name| name.name.as_str())).map(mark);
        let id = Some(format!("[{}]", mark(&asset.id.0)));
        Phrase::new([address, name, id].into_iter().flatten().collect::<Vec<_>>().join("  "))
    }

    fn seen(&self) -> Section {
        let (run, lang) = (&self.scene.verdict.run, self.scene.lang());
        let (when, host) = (self.scene.moment(run.started), mark(&run.host));
        let text = lang.pick(format!("{when} 開始、調査機 {host} から"), format!("begun {when}, from {host}"));
        Section { heading: self.w.seen, summary: Some(Phrase::new(text)), lines: vec![] }
    }

    fn class(&self, asset: &Asset) -> Section {
        let (class, lang) = (&asset.class, self.scene.lang());
        let summary = match class.value {
            Class::Unknown if class.decided.is_none() => device::undecided(!class.others.is_empty(), lang),
            value if class.decided.is_some() => device::by_person(fixed::class(value, lang), lang),
            value => device::sure(fixed::class(value, lang), class.confidence, lang),
        };
        let mut lines = self.decided(class.decided.as_ref());
        lines.extend(self.reasons(&class.reasons));
        lines.extend(self.others(&class.others, |value| fixed::class(*value, lang).to_owned()));
        Section { heading: self.w.class, summary: Some(Phrase::new(summary)), lines }
    }

    fn claim(&self, heading: &'static str, claim: Option<&Claim>) -> Section {
        let lang = self.scene.lang();
        let Some(claim) = claim else {
            return Section { heading, summary: Some(Phrase::new(device::nothing(lang))), lines: vec![] };
        };
        let mut lines = self.decided(claim.decided.as_ref());
        lines.extend(self.reasons(&claim.reasons));
        if claim.reasons.is_empty() && claim.decided.is_none() {
            lines.extend(claim.evidence.iter().take(2).filter_map(|id| self.cited(id)).map(|seen| line(1, seen)));
        }
        lines.extend(self.others(&claim.others, |value| format!("『{}』", mark(value))));
        let value = mark(&claim.value);
        let summary = match claim.decided {
            Some(_) => device::by_person(&value, lang),
            None => device::sure(&value, claim.confidence, lang),
        };
        Section { heading, summary: Some(Phrase::new(summary)), lines }
    }

    fn decided(&self, by: Option<&Decided>) -> Vec<Line> {
        let (tz, lang) = (&self.scene.options.tz, self.scene.lang());
        by.map(|by| line(1, format!("{}: {}", self.w.person, device::decided(by, tz, lang)))).into_iter().collect()
    }

    fn reasons(&self, reasons: &[Why]) -> Vec<Line> {
        let text = |why: &Why| format!("{}: {}", self.w.reasons, self.reason(why));
        merged(reasons).iter().map(|why| line(1, text(why))).collect()
    }

    fn reason(&self, why: &Why) -> String {
        let seen = why.evidence.first().and_then(|id| self.cited(id));
        device::reason(why, seen.as_deref(), self.scene.lang())
    }

    /// When and how an observation was made.
    fn cited(&self, id: &ObservationId) -> Option<String> {
        let (tz, lang) = (&self.scene.options.tz, self.scene.lang());
        if let Some(file) = self.scene.inventory(id) {
            let name = mark(&file.name);
            return Some(lang.pick(format!("インベントリファイル『{name}』"), format!("inventory file “{name}”")));
        }
        self.scene.verdict.evidence.get(id).map(|one| device::seen(one, tz, lang))
    }

    fn others<T>(&self, others: &[Contrary<T>], name: impl Fn(&T) -> String) -> Vec<Line> {
        let text = |other: &Contrary<T>| {
            let reasons = merged(&other.reasons);
            let reasons = reasons.iter().take(OTHER_REASONS).map(|why| self.reason(why));
            let reasons = reasons.collect::<Vec<_>>().join(self.scene.lang().pick("、", "; "));
            format!("{}: {} ← {reasons}", self.w.others, name(&other.value))
        };
        others.iter().take(OTHERS).map(|other| line(1, text(other))).collect()
    }

    fn unnatural(&self, asset: &Asset) -> Option<Section> {
        let lang = self.scene.lang();
        let lines: Vec<Line> = asset.unnatural.iter().map(|one| line(1, fixed::unnatural(&one.how, lang))).collect();
        (!lines.is_empty()).then_some(Section { heading: self.w.unnatural, summary: None, lines })
    }

    fn names(&self, asset: &Asset) -> Section {
        let lang = self.scene.lang();
        let text = |name: &crate::judge::asset::AssetName| {
            let domain = name.domain.as_deref().filter(|domain| !domain.is_empty());
            let domain = domain.map(|domain| format!(" @ {}", mark(domain))).unwrap_or_default();
            let source = fixed::name_source(name.source, lang);
            lang.pick(
                format!("{}{domain}（{source}）", mark(&name.name)),
                format!("{}{domain} ({source})", mark(&name.name)),
            )
        };
        self.list(self.w.names, asset.names.iter().map(text))
    }

    fn interfaces(&self, asset: &Asset) -> Section {
        let lang = self.scene.lang();
        let text = |interface: &Interface| {
            let mac = interface.mac.map_or_else(
                || lang.pick("MAC不明", "MAC not known").to_owned(),
                |mac| format!("MAC {}", mark(&mac.to_string())),
            );
            let addresses: Vec<String> = interface.addresses.iter().map(|a| mark(&a.to_string())).collect();
            let told = if interface.told {
                lang.pick("（機器の申告のみ、未確認）", " (told by the device, not reached)")
            } else {
                ""
            };
            let held = if addresses.is_empty() { String::new() } else { format!("  {}", addresses.join(", ")) };
            format!("{mac}{held}{told}")
        };
        let mut section = self.list(self.w.interfaces, asset.interfaces.iter().map(text));
        let join = |join: &crate::judge::asset::JoinReason| {
            line(1, format!("{}: {} {}", self.w.joined, level::key(&join.key, lang), mark(&join.value)))
        };
        section.lines.extend(asset.joined_by.iter().take(6).map(join));
        section
    }

    fn services(&self, asset: &Asset) -> Section {
        let ports = Ports::builtin();
        let text = |service: &crate::judge::asset::Service| {
            let product = [service.product.as_deref(), service.version.as_deref()];
            let said = [Some(service.name.as_str())].into_iter().chain(product).flatten().map(mark);
            let said = said.collect::<Vec<_>>().join(" ");
            // Where nothing was spoken, the name is the port's usual one.
            let spoken = ports.get(service.transport, service.port).is_none_or(|row| row.name != *service.name);
            let how = if spoken {
                ""
            } else {
                self.scene.lang().pick("（ポート番号から）", " (by its port number)")
            };
            format!("{}/{} {said}{how}", service.transport.as_str(), service.port)
        };
        self.list(self.w.services, asset.services.iter().map(text))
    }

    fn list(&self, heading: &'static str, lines: impl Iterator<Item = String>) -> Section {
        let lines: Vec<Line> = lines.map(|text| line(1, text)).collect();
        let none = self.scene.lang().pick("なし", "none");
        let summary = lines.is_empty().then(|| Phrase::new(none));
        Section { heading, summary, lines }
    }

    fn ledger(&self, asset: &Asset) -> Section {
        let lang = self.scene.lang();
        let states: BTreeMap<_, _> = self.scene.verdict.entries.iter().map(|row| (&row.entry, row.verdict)).collect();
        let row = |entry: &crate::judge::entry::Entry| {
            let state = states.get(&entry.id).map(|state| fixed::entry_state(*state, lang)).unwrap_or_default();
            format!("{}: {state}", self.scene.row(&entry.id))
        };
        let mut section = self.list(self.w.ledger, self.scene.rows_of(&asset.id).map(row));
        if section.lines.is_empty() {
            section.summary =
                Some(Phrase::new(lang.pick("該当する行なし（台帳未登録）", "no row matches (not in the ledger)")));
        }
        section.lines.extend(class_differs(asset, self.scene).map(|text| Line { depth: 1, text }));
        section
    }

    /// The rows that it was compared with, the pair and the near misses, each with what made its score.
    fn pairs(&self, asset: &Asset) -> Option<Section> {
        let lang = self.scene.lang();
        let own = self.scene.verdict.comparisons.iter().filter(|one| one.asset == asset.id).take(PAIRS);
        let mut lines = vec![];
        for one in own.map(|one| rows::comparison(one, self.scene)) {
            let (score, decision) = (one.score, one.decision);
            let said = lang.pick(format!("（{score}点、{decision}）"), format!(" ({score} points, {decision})"));
            lines.push(Line { depth: 1, text: one.row.then(&said) });
            lines.extend(one.levels.into_iter().map(|text| Line { depth: 2, text }));
        }
        (!lines.is_empty()).then_some(Section { heading: self.w.pairs, summary: None, lines })
    }

    fn findings(&self, asset: &Asset) -> Section {
        let lang = self.scene.lang();
        let own = self.scene.verdict.findings.iter().filter(|finding| finding.asset.as_ref() == Some(&asset.id));
        let text = |finding: &crate::judge::finding::Finding| {
            let (severity, grade) = (fixed::severity(finding.severity, lang), fixed::grade(finding.grade, lang));
            format!("［{severity}・{grade}］ {}", fixed::title(finding, lang))
        };
        self.list(self.w.findings, own.map(text))
    }

    /// Second network, forwarding, way out: what was seen, what explains it, and which methods could not tell.
    fn hypotheses(&self, asset: &Asset) -> Vec<Section> {
        let lang = self.scene.lang();
        let section = |row: graded::Row| {
            let grade = format!("{}　{}", fixed::grade(row.grade, lang), row.asks);
            let grade = lang.pick(grade.clone(), grade.replace('　', ": "));
            let said = row.seen.into_iter().chain(row.benign).map(|text| Line { depth: 1, text });
            let methods = row.methods.into_iter().map(|text| Line { depth: 2, text });
            Section { heading: row.heading, summary: Some(Phrase::new(grade)), lines: said.chain(methods).collect() }
        };
        graded::of(asset, lang).map(section).into()
    }

    fn care(&self, asset: &Asset) -> Section {
        let lang = self.scene.lang();
        let seen = asset.class.value.care();
        let declared = is_medical(&asset.id, self.scene) && !asset.class.value.is_medical();
        let care = if declared { Care::Presence.max(seen) } else { seen };
        let mut lines = vec![];
        if care == Care::None && has_fragile_port(asset) {
            let text = "医療情報用のポートが開いていたため、この調査では慎重に扱い、多くの問い合わせを控えました";
            lines.push(line(
                1,
                lang.pick(text, "a port of a medical protocol is open: in this run it was asked with care, and little"),
            ));
        }
        if asset.left_alone {
            let text = crate::render::words::headings::headings(lang).left_alone;
            lines.push(line(1, text));
        }
        Section { heading: self.w.care, summary: Some(Phrase::new(device::care(care, declared, lang))), lines }
    }

    fn sent(&self, asset: &Asset) -> Section {
        let lang = self.scene.lang();
        let mut by_probe: BTreeMap<&str, u64> = BTreeMap::new();
        for sent in &self.scene.verdict.sent {
            if self.scene.reached(sent.address, sent.mac) == Some(&asset.id) {
                *by_probe.entry(sent.probe.0.as_str()).or_default() += u64::from(sent.packets);
            }
        }
        let total: u64 = by_probe.values().sum();
        let summary = lang.pick(format!("合計 {total}パケット"), format!("{total} packets in total"));
        let text = |(probe, packets): (&&str, &u64)| {
            let method = observation::method(probe, lang);
            line(1, lang.pick(format!("{method}: {packets}パケット"), format!("{method}: {packets} packets")))
        };
        let lines = by_probe.iter().map(text).collect();
        Section { heading: self.w.sent, summary: Some(Phrase::new(summary)), lines }
    }

    /// Questions that ended alike are told once, with their number; those that said nothing, in one line.
    fn questions(&self, asked: &[&Observation]) -> Section {
        let (tz, lang) = (&self.scene.options.tz, self.scene.lang());
        let mut told: Vec<(String, usize, &Observation)> = vec![];
        let mut refused: Vec<String> = vec![];
        let mut silent: BTreeMap<Outcome, Vec<String>> = BTreeMap::new();
        for one in asked {
            let method = observation::method(&one.probe.0, lang);
            if let Some(port) = closed_port(one) {
                push_new(&mut refused, port);
                continue;
            }
            if one.facts.is_empty() && one.outcome != Outcome::Answered {
                push_new(silent.entry(one.outcome).or_default(), method);
                continue;
            }
            let text = format!("{method} → {}", observation::answer(one, lang));
            match told.iter_mut().find(|(known, ..)| *known == text) {
                Some((_, count, _)) => *count += 1,
                None => told.push((text, 1, one)),
            }
        }
        let more = told.len().saturating_sub(QUESTIONS);
        let answered = told.iter().take(QUESTIONS).map(|(text, count, first)| {
            let times = if *count > 1 { format!(" ×{count}") } else { String::new() };
            line(1, format!("{} {text}{times}", date::time(first.at, tz)))
        });
        let mut lines: Vec<Line> = answered.collect();
        if more > 0 {
            lines.push(line(1, lang.pick(format!("ほか{more}件"), format!("{more} more"))));
        }
        lines.extend((!refused.is_empty()).then(|| line(1, device::refused_ports(&refused, lang))));
        lines.extend(silent.iter().map(|(outcome, methods)| line(1, device::ended(*outcome, methods, lang))));
        let summary = lang.pick(format!("{}件", asked.len()), format!("{}", asked.len()));
        Section { heading: self.w.questions, summary: Some(Phrase::new(summary)), lines }
    }

    fn basis(&self) -> Option<Section> {
        let (basis, lang) = (self.scene.verdict.basis.as_ref()?, self.scene.lang());
        let mut text = lang.pick(
            format!("daicho {}、規則 {}", basis.daicho, basis.rules),
            format!("daicho {}, rules {}", basis.daicho, basis.rules),
        );
        if !basis.added_rules.is_empty() {
            let files: Vec<String> = basis.added_rules.iter().map(|file| mark(file)).collect();
            text += &lang.pick(format!("＋{}", files.join("、")), format!(" + {}", files.join(", ")));
        }
        if let Some(reread) = &basis.reread {
            let when = self.scene.moment(reread.at);
            text += &lang.pick(
                format!("。保存済みの応答を daicho-agent {} で{when}に読み直し", mark(&reread.agent)),
                format!("; kept replies read again by daicho-agent {}, {when}", mark(&reread.agent)),
            );
        }
        let note = line(1, device::confidence_note(lang));
        Some(Section { heading: self.w.basis, summary: Some(Phrase::new(text)), lines: vec![note] })
    }
}

/// A connection that was refused, and nothing else.
fn closed_port(one: &Observation) -> Option<String> {
    let closed = |fact: &Fact| match fact {
        Fact::Port { transport, port, state: PortState::Closed } => Some(format!("{}/{port}", transport.as_str())),
        _ => None,
    };
    let only = one.facts.iter().all(|fact| *fact == Fact::Alive || closed(fact).is_some());
    one.facts.iter().find_map(closed).filter(|_| only)
}

fn push_new(list: &mut Vec<String>, text: String) {
    if !list.contains(&text) {
        list.push(text);
    }
}

/// One line for one sign: two rules may have found the same text in the same place.
fn merged(reasons: &[Why]) -> Vec<Why> {
    let mut lines: Vec<Why> = vec![];
    for why in reasons {
        let same = |line: &&mut Why| !why.field.is_empty() && (&line.field, &line.text) == (&why.field, &why.text);
        match lines.iter_mut().find(same) {
            Some(line) => line.weight += why.weight,
            None => lines.push(why.clone()),
        }
    }
    lines
}
