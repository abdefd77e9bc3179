//! External connection points: one line at one device. What rows declare, and what machines show.

use std::collections::BTreeSet;

use daicho_shared::fact::Fact;

use super::asset::{AssetId, Grade};
use super::entry::{Entry, EntryId, FourValued, Register};
use super::graded::{LineKind, Sign};
use super::group::Group;
use super::knowledge::Knowledge;
use super::pairing::Decision;
use super::portrait::Facts;
use super::rule::undeclared_uplink::is_undeclared;
use super::scene::Scene;
use super::silence::looked_at;
use super::verdict::{ExternalPoint, PointStatus};

/// Signs of a line by mobile radio.
const MOBILE: [Sign; 5] =
    [Sign::SnmpUplinkInterface, Sign::CellularMaker, Sign::CellularTitle, Sign::TetherNetwork, Sign::MobileMtu];
/// Signs that a closed network does not give.
const OPEN: [Sign; 7] = [
    Sign::UpnpGateway,
    Sign::ExternalAddress,
    Sign::LineUp,
    Sign::OutsideResolver,
    Sign::WalkOutside,
    Sign::TtlRewritten,
    Sign::WentThrough,
];

/// Kinds that a purpose may name; what a word says of a cable's kind is too little to say of a purpose.
const PURPOSES: [LineKind; 4] =
    [LineKind::OnlineQualification, LineKind::RegionalNetwork, LineKind::RemoteMaintenance, LineKind::Cloud];
/// Signs of a gateway that offers itself to everybody.
const OFFERS: [Sign; 3] = [Sign::UpnpGateway, Sign::DhcpRouter, Sign::RouterAdvertisement];

/// Declared points first, in the ledger's order, one for every line of the register; then undeclared ones, by machine. A
/// declared device with another line beside the declared ones has a point more.
pub(crate) fn points(scene: &Scene<'_>) -> Vec<ExternalPoint> {
    // Few of many rows declare a line: only these are compared with all others.
    let has_line = |group: &usize| !lines(&scene.groups[*group]).is_empty();
    let rivals = rivals(scene);
    let declared = (0..scene.groups.len()).filter(has_line).filter(|group| !is_told_twice(scene, *group, &rivals));
    let lines = declared.flat_map(|group| lines(&scene.groups[group]).into_iter().map(move |line| (group, line)));
    let undeclared = (0..scene.assets.len()).filter(|asset| is_undeclared(scene, *asset));
    lines
        .map(|(group, line)| declared_point(scene, group, line))
        .chain(undeclared.map(|asset| undeclared_point(scene, asset)))
        .collect()
}

/// The rows that declare a line each: those of the register, or the device's own that says 外部接続 有.
fn lines<'a>(group: &Group<'a>) -> Vec<&'a Entry> {
    let register: Vec<&Entry> = group.rows.iter().copied().filter(|row| is_register(row)).collect();
    let own = group.rows.iter().copied().find(|row| row.external_connection == FourValued::Yes);
    if register.is_empty() { own.into_iter().collect() } else { register }
}

/// A device's row that says 外部接続 有 and can be found by nothing, while its department has one line in the register
/// whose device stands in no other: both speak of one line. So they do where a key of that row is of a machine that
/// a line was paired with.
fn is_told_twice(scene: &Scene<'_>, index: usize, rivals: &BTreeSet<&EntryId>) -> bool {
    let group = &scene.groups[index];
    if group.any(is_register) || scene.pairing.asset_of.contains_key(&index) {
        return false;
    }
    if rivals.contains(&group.first().id) {
        return true;
    }
    let Some(here) = department(group, group.first()).filter(|_| !group.has_key()) else { return false };
    let (mut own, mut lines) = (0, 0);
    for other in scene.groups.iter().filter(|other| other.is_external_connection()) {
        if other.rows.iter().any(|row| row.department.as_ref() == Some(&here)) {
            let registered = other.any(is_register);
            own += usize::from(!registered && !other.has_key());
            lines += usize::from(registered && other.rows.iter().all(|row| is_register(row)));
        }
    }
    (own, lines) == (1, 1)
}

/// Rows of which a key is of a machine that a line was paired with.
fn rivals<'a>(scene: &'a Scene<'_>) -> BTreeSet<&'a EntryId> {
    let with_line =
        |(asset, group): (&usize, &usize)| scene.groups[*group].any(is_register).then(|| &scene.assets[*asset].id);
    let taken: BTreeSet<&AssetId> = scene.pairing.group_of.iter().filter_map(with_line).collect();
    let near = scene.pairing.comparisons.iter().filter(|one| taken.contains(&one.asset));
    near.filter(|one| matches!(one.decision, Decision::Beaten | Decision::Shares)).map(|one| &one.entry).collect()
}

/// Signs of another line than the one that the rows declare.
pub(crate) fn other_line(
    facts: &Facts<'_, '_>,
    group: &Group<'_>,
    shown: &BTreeSet<Sign>,
    knowledge: &Knowledge,
) -> BTreeSet<Sign> {
    let mut mobile: BTreeSet<Sign> = MOBILE.into_iter().filter(|sign| shown.contains(sign)).collect();
    let radio = has_interface(facts, knowledge, LineKind::Lte5g);
    if !radio {
        mobile.remove(&Sign::SnmpUplinkInterface);
    }
    // A maker makes other routers, too, and a title is a word: one of them alone is no second line.
    if !radio && mobile.len() < 2 {
        mobile.clear();
    }
    let open = OPEN.into_iter().filter(|sign| shown.contains(sign));
    let unexplained = |kind: Option<LineKind>| match kind {
        None | Some(LineKind::Lte5g | LineKind::Tethering | LineKind::Unknown) => BTreeSet::new(),
        Some(LineKind::ClosedIpvpn) => mobile.iter().copied().chain(open.clone()).collect(),
        Some(_) => mobile.clone(),
    };
    // What one of several lines explains is no other line.
    let lines = lines(group).into_iter().map(|line| unexplained(declared_kind(group, line, knowledge)));
    match lines.reduce(|one, other| one.intersection(&other).copied().collect()) {
        Some(other) => other,
        None if group.is_network_device() => mobile,
        None => BTreeSet::new(),
    }
}

/// Seen means that the declared machine is there; its grade says how clearly it shows a way out.
fn declared_point(scene: &Scene<'_>, index: usize, row: &Entry) -> ExternalPoint {
    let group = &scene.groups[index];
    let asset = scene.pairing.asset_of.get(&index).copied();
    let (signs, mut evidence) = asset.map(|asset| uplink(scene, asset)).unwrap_or_default();
    evidence.extend(asset.into_iter().flat_map(|asset| scene.presence(asset)));
    let declared = declared_kind(group, row, scene.knowledge);
    let other = asset.map(|asset| other_line(&scene.facts(asset), group, &signs, scene.knowledge)).unwrap_or_default();
    let seen_kind = asset.filter(|_| !other.is_empty()).map(|asset| suggested(scene, asset, &other));
    let (other_department, other_purpose) = (other_department(group, row), other_purpose(group, row, scene.knowledge));
    let otherwise = declared == Some(LineKind::ClosedIpvpn) && other.iter().any(|sign| OPEN.contains(sign));
    let status = match asset {
        None => PointStatus::DeclaredUnseen,
        Some(_) if otherwise || other_department.is_some() || other_purpose.is_some() => PointStatus::DeclaredOtherwise,
        Some(_) => PointStatus::DeclaredSeen,
    };
    let kind = declared.or_else(|| asset.map(|asset| suggested(scene, asset, &signs))).unwrap_or(LineKind::Unknown);
    ExternalPoint {
        asset: asset.map(|asset| scene.assets[asset].id.clone()),
        entry: Some(row.id.clone()),
        kind: kind.code().to_owned(),
        line: line(group, row).map(str::to_owned),
        seen_kind,
        other_department,
        other_purpose,
        could_be_seen: asset.is_none().then(|| could_be_seen(scene, group)),
        status,
        department: department(group, row),
        purpose: first(group, row, |row| row.purpose.as_deref()),
        vendor: first(group, row, |row| row.vendor.as_deref()),
        grade: asset.map_or(Grade::Undecidable, |asset| scene.assets[asset].uplink.bare()),
        signs: signs.into_iter().collect(),
        evidence: evidence.into_iter().collect(),
    }
}

/// Of a machine whose rows declare another line, only what that line does not explain.
fn undeclared_point(scene: &Scene<'_>, asset: usize) -> ExternalPoint {
    let group = scene.group_of(asset);
    let (mut signs, evidence) = uplink(scene, asset);
    if let Some(group) = group {
        let other = other_line(&scene.facts(asset), group, &signs, scene.knowledge);
        signs = if other.is_empty() { signs } else { other };
    }
    ExternalPoint {
        asset: Some(scene.assets[asset].id.clone()),
        entry: group.map(|group| group.first().id.clone()),
        kind: suggested(scene, asset, &signs).code().to_owned(),
        line: None,
        seen_kind: None,
        other_department: None,
        other_purpose: None,
        could_be_seen: None,
        status: PointStatus::Undeclared,
        department: group.and_then(|group| department(group, spokesman(group))),
        purpose: group.and_then(|group| first(group, spokesman(group), |row| row.purpose.as_deref())),
        vendor: group.and_then(|group| first(group, spokesman(group), |row| row.vendor.as_deref())),
        grade: scene.assets[asset].uplink.grade,
        signs: signs.into_iter().collect(),
        evidence: evidence.into_iter().collect(),
    }
}

type Shown = (BTreeSet<Sign>, BTreeSet<daicho_shared::id::ObservationId>);

fn uplink(scene: &Scene<'_>, asset: usize) -> Shown {
    let uplink = &scene.assets[asset].uplink;
    (uplink.signs.iter().map(|sign| sign.sign).collect(), uplink.evidence.iter().cloned().collect())
}

fn department(group: &Group<'_>, line: &Entry) -> Option<String> {
    first(group, line, |row| row.department.as_deref())
}

/// Who speaks of a line that nobody declared: a line of the register, or the device's own row.
fn spokesman<'a>(group: &Group<'a>) -> &'a Entry {
    lines(group).first().copied().unwrap_or_else(|| group.first())
}

/// The line's row speaks before the device's own; another line of the same device never does.
fn first(group: &Group<'_>, line: &Entry, read: impl Fn(&Entry) -> Option<&str>) -> Option<String> {
    std::iter::once(line).chain(own(group)).find_map(read).map(str::to_owned)
}

/// The device's rows in other registers.
fn own<'a>(group: &Group<'a>) -> impl Iterator<Item = &'a Entry> {
    group.rows.iter().copied().filter(|row| !is_register(row))
}

fn is_register(row: &Entry) -> bool {
    row.register == Register::ExternalConnection
}

/// The register says one department, and the device's own row another.
fn other_department(group: &Group<'_>, line: &Entry) -> Option<String> {
    let declared = line.department.as_ref().filter(|_| is_register(line))?;
    own(group).find_map(|row| row.department.clone()).filter(|own| own != declared)
}

/// The register says one purpose, and the device's own row one that goes with another kind of line. People word the
/// same purpose in many ways, so only kinds are compared.
fn other_purpose(group: &Group<'_>, line: &Entry, knowledge: &Knowledge) -> Option<String> {
    let kind = |text: &str| kind_of(text, knowledge).filter(|kind| PURPOSES.contains(kind));
    let declared = kind(line.purpose.as_deref().filter(|_| is_register(line))?)?;
    let mut own = own(group).filter_map(|row| row.purpose.as_deref()).filter_map(|text| Some((kind(text)?, text)));
    own.next().filter(|(own, _)| *own != declared).map(|(_, text)| text.to_owned())
}

fn line<'a>(group: &Group<'a>, line: &'a Entry) -> Option<&'a str> {
    std::iter::once(line).chain(own(group)).find_map(|row| row.line_kind.as_deref())
}

/// What the rows declare; a text that means nothing known is unknown.
fn declared_kind(group: &Group<'_>, row: &Entry, knowledge: &Knowledge) -> Option<LineKind> {
    Some(kind_of(line(group, row)?, knowledge).unwrap_or(LineKind::Unknown))
}

fn kind_of(text: &str, knowledge: &Knowledge) -> Option<LineKind> {
    knowledge.uplinks.line.iter().find(|row| row.pattern.0.is_match(text)).map(|row| row.kind)
}

/// One of its addresses was asked for to the end.
fn could_be_seen(scene: &Scene<'_>, group: &Group<'_>) -> bool {
    group.addresses.iter().any(|address| looked_at(&scene.look, *address, &scene.knowledge.identity).is_ok())
}

fn has_interface(facts: &Facts<'_, '_>, knowledge: &Knowledge, line: LineKind) -> bool {
    let kinds = &knowledge.uplinks.interface;
    facts.any(|fact| match (fact, line) {
        (Fact::Interface { name, kind, up: true, .. }, LineKind::Lte5g) => {
            kinds.mobile_kinds.contains(kind) || kinds.mobile.0.is_match(name)
        }
        (Fact::Interface { kind, up: true, .. }, _) => kinds.modem_kinds.contains(kind),
        _ => false,
    })
}

/// What the signs suggest, where no row says it.
fn suggested(scene: &Scene<'_>, asset: usize, signs: &BTreeSet<Sign>) -> LineKind {
    let facts = scene.facts(asset);
    let has = |sign| signs.contains(&sign);
    let interface = |line| has(Sign::SnmpUplinkInterface) && has_interface(&facts, scene.knowledge, line);
    match () {
        () if has(Sign::CellularMaker) || has(Sign::CellularTitle) => LineKind::Lte5g,
        // A PC that shares a telephone's line offers nothing to others; who does is a mobile router.
        () if (has(Sign::TetherNetwork) || has(Sign::MobileMtu)) && OFFERS.into_iter().any(has) => LineKind::Lte5g,
        () if has(Sign::TetherNetwork) => LineKind::Tethering,
        () if interface(LineKind::Lte5g) => LineKind::Lte5g,
        () if interface(LineKind::Modem) => LineKind::Modem,
        () if signs.iter().any(|sign| OPEN.contains(sign)) => LineKind::Internet,
        () if has(Sign::AccessConcentrator) || has(Sign::DhcpRouter) || has(Sign::DefaultRoute) => LineKind::Internet,
        () if has(Sign::RouterAdvertisement) => LineKind::Ipv6Uplink,
        () => LineKind::Unknown,
    }
}
