//! The cards of a diagram, with their words, and the lines between them: everything that is drawn but its shape.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use unicode_width::UnicodeWidthChar;

use super::change::Marked;
use super::layout::{Net, Plan, Sheet, layout};
use super::picture::{Door, Machine, Picture, Segment, Standing};
use crate::judge::asset::{Class, Grade};
use crate::judge::verdict::PointStatus;
use crate::render::words::phrase::shown;
use crate::render::words::{Lang, date, diagram as words, fixed};

/// Height of a card's heading, and of each of its lines.
pub(super) const HEAD: i32 = 24;
pub(super) const LINE: i32 = 15;
/// Below the last line.
const FOOT: i32 = 6;
/// Classes that a segment names one by one; the rest is one sum.
const CLASSES: usize = 10;
/// Above all cards.
const TITLE: i32 = 52;
/// Below all cards.
const LEGEND: i32 = 74;

/// What kind of card it is: its colours and its border say the same as its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Look {
    Undeclared,
    Otherwise,
    Unseen,
    Confirmed,
    Joint,
    UndeclaredJoint,
    Segment,
    NotLookedAt,
    Elsewhere,
}

/// One card.
#[derive(Debug, Clone)]
pub(super) struct Card {
    /// The same for the same thing on every day.
    pub(super) key: String,
    pub(super) look: Look,
    pub(super) title: String,
    pub(super) lines: Vec<String>,
    /// Everything of it, for whoever points at it.
    pub(super) detail: String,
    pub(super) mark: Option<Marked>,
}

impl Card {
    pub(super) fn height(&self) -> i32 {
        HEAD + LINE * i32::try_from(self.lines.len()).unwrap_or(0) + FOOT
    }
}

/// Everything that is drawn.
pub(super) struct Drawing {
    pub(super) title: String,
    pub(super) subtitle: String,
    /// Names of the tiers, each above its cards.
    pub(super) tiers: Vec<(String, Vec<Card>)>,
    /// From a card to cards below it, with the look of the line.
    pub(super) nets: Vec<(Look, Net)>,
    pub(super) sheet: Sheet,
    pub(super) lang: Lang,
}

/// Makes the cards and finds them their places.
pub(super) fn draw(picture: &Picture, marks: &BTreeMap<String, Marked>, tz: &TimeZone, lang: Lang) -> Drawing {
    let doors: Vec<Card> = picture.doors.iter().map(|door| door_card(door, lang)).collect();
    let machines: Vec<Card> = picture.machines.iter().map(|machine| machine_card(machine, lang)).collect();
    let segments = picture.segments.iter().map(|segment| segment_card(segment, lang));
    let elsewhere = picture.elsewhere.iter().map(|one| Card {
        key: one.network.clone(),
        look: Look::Elsewhere,
        title: one.network.clone(),
        lines: vec![words::elsewhere(lang).to_owned()],
        detail: words::elsewhere(lang).to_owned(),
        mark: None,
    });
    let nets = nets(picture);
    let names = words::tiers(lang).map(str::to_owned);
    let [outside, between, inside] = names;
    let mut tiers = vec![(outside, doors), (between, machines), (inside, segments.chain(elsewhere).collect())];
    for card in tiers.iter_mut().flat_map(|(_, cards)| cards) {
        card.mark = marks.get(&card.key).copied();
    }
    let plan = Plan {
        tiers: tiers.iter().map(|(_, cards)| cards.iter().map(Card::height).collect()).collect(),
        nets: nets.iter().map(|(_, net)| net.clone()).collect(),
        head: TITLE,
        foot: LEGEND,
    };
    Drawing {
        title: words::title(picture.hospital.as_deref().map(shown).as_deref(), lang),
        subtitle: words::subtitle(picture, &date::moment(picture.at, tz, lang), lang),
        tiers,
        nets,
        sheet: layout(&plan),
        lang,
    }
}

/// A point leads to its machine, or to the segment that the register names; a machine to its networks.
fn nets(picture: &Picture) -> Vec<(Look, Net)> {
    let networks: BTreeMap<&str, usize> = picture
        .segments
        .iter()
        .map(|segment| segment.network.as_str())
        .chain(picture.elsewhere.iter().map(|one| one.network.as_str()))
        .enumerate()
        .map(|(at, network)| (network, at))
        .collect();
    let ids: BTreeMap<&str, usize> =
        picture.machines.iter().enumerate().map(|(at, machine)| (machine.id.as_str(), at)).collect();
    let doors = picture.doors.iter().enumerate().filter_map(|(at, door)| {
        let machine = door.machine.as_deref().and_then(|id| ids.get(id)).map(|at| (1, *at));
        let segment = door.segment.as_deref().and_then(|net| networks.get(net)).map(|at| (2, *at));
        Some((of_door(door.status), Net { from: (0, at), to: vec![machine.or(segment)?] }))
    });
    let places =
        |names: &[String]| names.iter().filter_map(|net| networks.get(net.as_str())).map(|at| (2, *at)).collect();
    let machines = picture.machines.iter().enumerate().flat_map(|(at, machine)| {
        let seen = (of_machine(machine), Net { from: (1, at), to: places(&machine.networks) });
        let declared = || (Look::Unseen, Net { from: (1, at), to: places(&machine.declared) });
        std::iter::once(seen).chain((!machine.declared.is_empty()).then(declared))
    });
    doors.chain(machines).collect()
}

fn of_door(status: PointStatus) -> Look {
    match status {
        PointStatus::Undeclared => Look::Undeclared,
        PointStatus::DeclaredOtherwise => Look::Otherwise,
        PointStatus::DeclaredUnseen => Look::Unseen,
        PointStatus::DeclaredSeen => Look::Confirmed,
    }
}

fn of_machine(machine: &Machine) -> Look {
    match machine.standing {
        Standing::Declared => Look::Joint,
        Standing::Undeclared => Look::UndeclaredJoint,
    }
}

fn door_card(door: &Door, lang: Lang) -> Card {
    let status = words::status(door.status, lang);
    let kind = fixed::line_kind(&door.kind, lang);
    let grade = format!("{} {}", fixed::grade_mark(door.grade), fixed::grade(door.grade, lang));
    let owner = [door.department.as_deref(), door.vendor.as_deref()];
    let owner: Vec<String> = owner.into_iter().flatten().map(shown).collect();
    let sure = if door.grade == Grade::Undecidable { String::new() } else { grade.clone() };
    let lines = vec![shown(&door.name), kind.clone(), owner.join(" / "), sure];
    let detail = [status.to_owned(), shown(&door.name), kind, grade, owner.join(" / ")].join("\n");
    Card { key: door.key.clone(), look: of_door(door.status), title: status.to_owned(), lines, detail, mark: None }
}

fn machine_card(machine: &Machine, lang: Lang) -> Card {
    let class = fixed::class(machine.class, lang);
    let address = machine.address.map(|address| address.to_string()).unwrap_or_default();
    let department = machine.department.as_deref().map(shown).unwrap_or_default();
    let both = [class, &address].join("  ");
    let mut lines = if width(&both) <= WHOLE { vec![both] } else { vec![class.to_owned(), address] };
    if !department.is_empty() {
        lines.push(department);
    }
    let graded = |what: &str, grade: Grade| format!("{what} {}{}", fixed::grade_mark(grade), fixed::grade(grade, lang));
    let [second, forwards] = words::hypotheses(lang);
    if machine.second >= Grade::Indication || machine.forwards >= Grade::Indication {
        lines.extend(pairs(&[graded(second, machine.second), graded(forwards, machine.forwards)]));
    }
    let title = shown(&machine.name);
    let declared = machine.declared.iter().map(|net| [net, fixed::only_declared(lang)].join(" "));
    let networks = machine.networks.iter().cloned().chain(declared);
    let detail = std::iter::once(title.clone()).chain(lines.iter().cloned()).chain(networks);
    let detail = detail.collect::<Vec<_>>().join("\n");
    Card { key: machine.id.clone(), look: of_machine(machine), title, lines, detail, mark: None }
}

fn segment_card(segment: &Segment, lang: Lang) -> Card {
    let look = if segment.looked_at { Look::Segment } else { Look::NotLookedAt };
    let counted = |(class, count): &(Class, usize)| words::counted(fixed::class(*class, lang), *count, lang);
    let shown = if segment.seen.len() > CLASSES { CLASSES - 1 } else { CLASSES };
    let mut classes: Vec<String> = segment.seen.iter().take(shown).map(counted).collect();
    let rest: usize = segment.seen.iter().skip(shown).map(|(_, count)| count).sum();
    if rest > 0 {
        classes.push(words::counted(words::other(lang), rest, lang));
    }
    let detail = segment.seen.iter().map(counted).collect::<Vec<_>>().join("\n");
    let mut lines = vec![words::looked(segment, lang)];
    lines.extend(pairs(&classes));
    Card { key: segment.network.clone(), look, title: segment.network.clone(), lines, detail, mark: None }
}

/// Two short ones share a line.
fn pairs(texts: &[String]) -> Vec<String> {
    let mut lines: Vec<String> = vec![];
    for text in texts {
        match lines.last_mut().filter(|line| !line.contains('\t')) {
            Some(line) if width(line) <= COLUMN && width(text) <= COLUMN => {
                line.push('\t');
                line.push_str(text);
            }
            _ => lines.push(text.clone()),
        }
    }
    lines
}

/// Columns of half-width characters that half of a card holds, and a whole one.
const COLUMN: usize = 18;
const WHOLE: usize = 37;

/// Width in half-width characters (Unicode Standard Annex #11).
fn width(text: &str) -> usize {
    text.chars().map(letter).sum()
}

/// The widest Latin letters are drawn nearly as wide as those of full width.
fn letter(c: char) -> usize {
    if matches!(c, 'W' | 'M' | '@') { 2 } else { c.width_cjk().unwrap_or(0) }
}

/// The text as far as a card's line holds it.
pub(super) fn fit(text: &str) -> String {
    if width(text) <= WHOLE {
        return text.to_owned();
    }
    let mut used = 2;
    let kept = text.chars().take_while(|c| {
        used += letter(*c);
        used <= WHOLE
    });
    kept.chain(['…']).collect()
}
