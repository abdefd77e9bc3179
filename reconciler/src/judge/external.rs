//! External connection points: one line at one device. What rows declare, and what machines show.

use std::collections::BTreeSet;

use daicho_shared::fact::Fact;

use super::asset::Grade;
use super::entry::{Entry, Register};
use super::graded::{LineKind, Sign};
use super::group::Group;
use super::knowledge::Knowledge;
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

/// Declared points first, in the ledger's order; then undeclared ones, by machine. A declared device with another line
/// beside the declared one has two points.
pub(crate) fn points(scene: &Scene<'_>) -> Vec<ExternalPoint> {
    let declared = (0..scene.groups.len()).filter(|group| scene.groups[*group].is_external_connection());
    let undeclared = (0..scene.assets.len()).filter(|asset| is_undeclared(scene, *asset));
    declared
        .map(|group| declared_point(scene, group))
        .chain(undeclared.map(|asset| undeclared_point(scene, asset)))
        .collect()
}

/// Signs of another line than the one that the rows declare.
pub(crate) fn other_line(
    facts: &Facts<'_, '_>,
    group: &Group<'_>,
    shown: &BTreeSet<Sign>,
    knowledge: &Knowledge,
) -> BTreeSet<Sign> {
    let declared = declared_kind(group, knowledge);
    let mut mobile: BTreeSet<Sign> = MOBILE.into_iter().filter(|sign| shown.contains(sign)).collect();
    let radio = has_interface(facts, knowledge, LineKind::Lte5g);
    if !radio {
        mobile.remove(&Sign::SnmpUplinkInterface);
    }
    // A maker makes other routers, too, and a title is a word: one of them alone is no second line.
    if !radio && mobile.len() < 2 {
        mobile.clear();
    }
    let known = |sign: &Sign| shown.contains(sign);
    match (group.is_external_connection(), declared) {
        (true, None | Some(LineKind::Lte5g | LineKind::Tethering | LineKind::Unknown)) => BTreeSet::new(),
        (true, Some(LineKind::ClosedIpvpn)) => mobile.into_iter().chain(OPEN.into_iter().filter(known)).collect(),
        (true, Some(_)) => mobile,
        (false, _) if group.is_network_device() => mobile,
        (false, _) => BTreeSet::new(),
    }
}

/// Seen means that the declared machine is there; its grade says how clearly it shows a way out.
fn declared_point(scene: &Scene<'_>, index: usize) -> ExternalPoint {
    let group = &scene.groups[index];
    let asset = scene.pairing.asset_of.get(&index).copied();
    let (signs, mut evidence) = asset.map(|asset| uplink(scene, asset)).unwrap_or_default();
    evidence.extend(asset.into_iter().flat_map(|asset| scene.presence(asset)));
    let declared = declared_kind(group, scene.knowledge);
    let other = asset.map(|asset| other_line(&scene.facts(asset), group, &signs, scene.knowledge)).unwrap_or_default();
    let seen_kind = asset.filter(|_| !other.is_empty()).map(|asset| suggested(scene, asset, &other));
    let (other_department, other_purpose) = (other_department(group), other_purpose(group, scene.knowledge));
    let otherwise = declared == Some(LineKind::ClosedIpvpn) && other.iter().any(|sign| OPEN.contains(sign));
    let status = match asset {
        None => PointStatus::DeclaredUnseen,
        Some(_) if otherwise || other_department.is_some() || other_purpose.is_some() => PointStatus::DeclaredOtherwise,
        Some(_) => PointStatus::DeclaredSeen,
    };
    let kind = declared.or_else(|| asset.map(|asset| suggested(scene, asset, &signs))).unwrap_or(LineKind::Unknown);
    ExternalPoint {
        asset: asset.map(|asset| scene.assets[asset].id.clone()),
        entry: Some(group.first().id.clone()),
        kind: kind.code().to_owned(),
        line: line(group).map(str::to_owned),
        seen_kind,
        other_department,
        other_purpose,
        could_be_seen: asset.is_none().then(|| could_be_seen(scene, group)),
        status,
        department: department(group),
        purpose: first(group, |row| row.purpose.as_deref()),
        vendor: first(group, |row| row.vendor.as_deref()),
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
        department: group.and_then(department),
        purpose: group.and_then(|group| first(group, |row| row.purpose.as_deref())),
        vendor: group.and_then(|group| first(group, |row| row.vendor.as_deref())),
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

fn department(group: &Group<'_>) -> Option<String> {
    first(group, |row| row.department.as_deref())
}

/// The register's row speaks before the device's own.
fn first(group: &Group<'_>, read: impl Fn(&Entry) -> Option<&str>) -> Option<String> {
    let of = |external: bool| group.rows.iter().filter(move |row| is_register(row) == external);
    of(true).chain(of(false)).find_map(|row| read(row)).map(str::to_owned)
}

fn is_register(row: &Entry) -> bool {
    row.register == Register::ExternalConnection
}

/// The register says one department, and the device's own row another.
fn other_department(group: &Group<'_>) -> Option<String> {
    let of = |external: bool| {
        group.rows.iter().filter(|row| is_register(row) == external).find_map(|row| row.department.clone())
    };
    let (declared, own) = (of(true)?, of(false)?);
    (declared != own).then_some(own)
}

/// The register says one purpose, and the device's own row one that goes with another kind of line. People word the
/// same purpose in many ways, so only kinds are compared.
fn other_purpose(group: &Group<'_>, knowledge: &Knowledge) -> Option<String> {
    let of = |external: bool| {
        let purposes =
            group.rows.iter().filter(move |row| is_register(row) == external).filter_map(|row| row.purpose.as_deref());
        purposes.filter_map(|text| Some((kind_of(text, knowledge)?, text))).find(|(kind, _)| PURPOSES.contains(kind))
    };
    let ((declared, _), (own, text)) = (of(true)?, of(false)?);
    (declared != own).then(|| text.to_owned())
}

fn line<'g>(group: &'g Group<'_>) -> Option<&'g str> {
    group.rows.iter().find_map(|row| row.line_kind.as_deref())
}

/// What the rows declare; a text that means nothing known is unknown.
fn declared_kind(group: &Group<'_>, knowledge: &Knowledge) -> Option<LineKind> {
    Some(kind_of(line(group)?, knowledge).unwrap_or(LineKind::Unknown))
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
