//! Systems whose last day of support is known, by what devices tell, and by what the ledger says where they do not.

use daicho_shared::id::ObservationId;
use jiff::ToSpan;
use jiff::civil::Date;

use super::{SupportHint, SupportState};
use crate::judge::asset::{Asset, Claim};
use crate::judge::entry::{DeviceType, Entry, Field};
use crate::judge::group::Group;
use crate::judge::rule::row_ids;
use crate::judge::scene::Scene;

/// Where one build number belongs to several products, recognition names them all, with this between them.
const OR: &str = " / ";

/// What one machine tells. Of several products that it may be, its class decides; where that does not, the one with the
/// longest support is told, and that there are others.
pub(super) fn seen(scene: &Scene<'_>, asset: usize) -> Option<SupportHint> {
    let it = &scene.assets[asset];
    let claim = it.os.as_ref()?;
    let system = system(it)?;
    let texts = possible(&system, it);
    let hints: Vec<SupportHint> = texts.iter().filter_map(|text| hint(scene, (*text).to_owned())).collect();
    let known = hints.len();
    let hint = hints.into_iter().max_by_key(|hint| hint.last_day)?;
    let table = scene.knowledge.support;
    let other = |text: &str| table.product_of(text).is_some_and(|product| product.name != hint.product);
    let disputed = texts.len() > 1 || known < texts.len() || claim.others.iter().any(|one| other(&one.value));
    let group = scene.group_of(asset);
    Some(SupportHint {
        asset: Some(it.id.clone()),
        entries: group.map(|group| row_ids(&group.rows)).unwrap_or_default(),
        source: claim.source.to_string(),
        confidence: claim.confidence,
        disputed,
        evidence: evidence(claim, scene.knowledge.identity.evidence_limit),
        ..hint
    })
}

/// The products that it may be, by its class as far as that tells.
fn possible<'t>(system: &'t str, asset: &Asset) -> Vec<&'t str> {
    let all: Vec<&str> = system.split(OR).collect();
    let is_server = match DeviceType::of(asset.class.value) {
        DeviceType::Server => true,
        DeviceType::Client => false,
        _ => return all,
    };
    let fitting: Vec<&str> = all.iter().copied().filter(|text| text.contains("Server") == is_server).collect();
    if fitting.is_empty() { all } else { fitting }
}

/// What ledger rows say of systems that their devices do not tell, or whose devices were not seen.
pub(super) fn declared(scene: &Scene<'_>) -> Vec<SupportHint> {
    let groups = scene.groups.iter().enumerate().filter(|(_, group)| group.any(|row| row.status.is_expected()));
    let hint = |(index, group): (usize, &Group<'_>)| {
        let asset = scene.pairing.asset_of.get(&index).copied();
        if asset.is_some_and(|asset| seen(scene, asset).is_some()) {
            return None;
        }
        let hint = group.rows.iter().filter_map(|row| written(row)).find_map(|system| self::hint(scene, system))?;
        Some(SupportHint {
            asset: asset.map(|asset| scene.assets[asset].id.clone()),
            entries: row_ids(&group.rows),
            ..hint
        })
    };
    groups.filter_map(hint).collect()
}

/// The product and its days; who told it is filled in by the caller.
fn hint(scene: &Scene<'_>, system: String) -> Option<SupportHint> {
    let (product, last_day, latest) = scene.knowledge.support.last_days(&system)?;
    let today = scene.knowledge.hours.local(scene.batch.header.started).date();
    Some(SupportHint {
        asset: None,
        entries: vec![],
        product: product.name.clone(),
        told: system,
        source: "ledger".to_owned(),
        confidence: 0,
        last_day,
        latest,
        disputed: false,
        state: state(last_day, today, product.near_days.unwrap_or(scene.knowledge.support.near_days)),
        evidence: vec![],
    })
}

fn state(last_day: Date, today: Date, near_days: i32) -> SupportState {
    match () {
        () if last_day < today => SupportState::Ended,
        () if last_day <= today.saturating_add(near_days.days()) => SupportState::Ending,
        () => SupportState::Supported,
    }
}

/// The system, with the firmware's version where its name has none.
fn system(asset: &Asset) -> Option<String> {
    let system = &asset.os.as_ref()?.value;
    let firmware = asset.firmware.as_ref().map(|claim| claim.value.as_str());
    Some(with_version(system, firmware))
}

/// The same of a ledger row: OS, with the firmware's version, or the version that stands there without a program.
fn written(row: &Entry) -> Option<String> {
    let bare = row.cells.get(&Field::SoftwareVersion).filter(|_| row.software.iter().all(|it| it.name.is_empty()));
    let version = row.cells.get(&Field::FirmwareVersion).or(bare);
    Some(with_version(row.os.as_deref()?, version.map(|cell| cell.raw.as_str())))
}

/// Of a general-purpose system without a number, the version beside it is another program's.
fn with_version(system: &str, version: Option<&str>) -> String {
    let numbered = system.contains(|c: char| c.is_ascii_digit());
    let general = ["win", "linux"].iter().any(|word| system.to_lowercase().contains(word));
    match version {
        Some(version) if !numbered && !general => format!("{system} {version}"),
        _ => system.to_owned(),
    }
}

fn evidence(claim: &Claim, limit: usize) -> Vec<ObservationId> {
    claim.evidence.iter().take(limit).cloned().collect()
}
