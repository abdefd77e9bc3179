//! 事業者への確認が古い: what a vendor confirmed about remote maintenance is older than a year.

use jiff::ToSpan;
use jiff::civil::Date;

use super::super::asset::Grade;
use super::super::entry::{EntryId, Field, FourValued, Meaning, Register};
use super::super::finding::Kind;
use super::super::group::Group;
use super::super::scene::Scene;
use super::super::vendor::{self, Holding};
use super::{Draft, Stress};

pub(crate) fn speak(scene: &Scene<'_>) -> Vec<Draft> {
    let months = i64::from(scene.knowledge.vendors.confirmation_months);
    let Ok(limit) = scene.day().checked_sub(months.months()) else { return vec![] };
    let outdated = scene.holdings.iter().filter_map(|(key, holding)| outdated(scene, key, holding, limit));
    outdated.collect()
}

/// One statement a vendor: its rows whose newest confirmation lies before the limit. What nobody ever confirmed is no
/// confirmation that grew old.
fn outdated(scene: &Scene<'_>, key: &str, holding: &Holding<'_>, limit: Date) -> Option<Draft> {
    let devices = holding.groups.iter().map(|group| {
        let group = &scene.groups[*group];
        (confirmed_device(scene, key, holding, group), group.first().id.clone())
    });
    let paths = holding.records.iter().filter(|record| record.register == Register::RemoteMaintenance);
    let paths = paths.map(|record| {
        let told = vendor::day(record, Field::ConfirmedDate);
        (told.max(replied(scene, key, &[vendor::Subject::row(&record.id)])), record.id.clone())
    });
    let old: Vec<(Date, EntryId)> =
        devices.chain(paths).filter_map(|(day, row)| Some((day.filter(|day| *day < limit)?, row))).collect();
    let oldest = old.iter().map(|(day, _)| *day).min()?;
    Some(Draft {
        stress: Stress::Usual,
        grade: Grade::Confirmed,
        asset: None,
        entries: old.into_iter().map(|(_, row)| row).collect(),
        evidence: vec![],
        happened: None,
        about: key.to_owned(),
        kind: Kind::VendorOutdated {
            vendor: holding.name.clone(),
            confirmed: oldest,
            months: scene.knowledge.vendors.confirmation_months,
        },
    })
}

/// The newest day on which the vendor's word on this device was taken, wherever that stands.
fn confirmed_device(scene: &Scene<'_>, key: &str, holding: &Holding<'_>, group: &Group<'_>) -> Option<Date> {
    let cells = group.rows.iter().filter_map(|row| match row.others.get(&Field::RemoteConfirmed) {
        Some(Meaning::Date(date)) => Some(date.from),
        _ => None,
    });
    let paths = holding.records.iter().filter(|record| vendor::refers(record, &group.rows));
    let told = cells.chain(paths.filter_map(|record| vendor::day(record, Field::ConfirmedDate))).max();
    told.max(replied(scene, key, &vendor::subjects(&group.rows)))
}

/// 不明 confirms nothing.
fn replied(scene: &Scene<'_>, key: &str, subjects: &[vendor::Subject]) -> Option<Date> {
    let (reply, answer) = scene.vendors.word(&scene.names, key, subjects)?;
    (answer != FourValued::Unknown).then(|| reply.day())
}
