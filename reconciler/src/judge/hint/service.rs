//! Services that are seldom needed, and who says what they are for.

use super::table::Service;
use super::told::Told;
use super::{ExplainedBy, ServiceHint};
use crate::judge::entry::{Entry, Field, FourValued, Record, Register};
use crate::judge::group::{Group, numbers_in};
use crate::judge::names::host_key;
use crate::judge::rule::row_ids;
use crate::judge::scene::Scene;

/// Those of one machine, in the table's order.
pub(super) fn hints(scene: &Scene<'_>, asset: usize, told: &Told<'_>) -> Vec<ServiceHint> {
    let group = scene.group_of(asset);
    let limit = scene.knowledge.identity.evidence_limit;
    let hint = |service: &Service| {
        let seen = told.seen(&service.way)?;
        Some(ServiceHint {
            asset: scene.assets[asset].id.clone(),
            entries: group.map(|group| row_ids(&group.rows)).unwrap_or_default(),
            service: service.way.key.clone(),
            ports: seen.ports,
            spoken: seen.spoken,
            explained: group.and_then(|group| explained(scene, group, service)),
            evidence: seen.evidence.into_iter().take(limit).collect(),
        })
    };
    scene.knowledge.services.service.iter().filter_map(hint).collect()
}

/// Its row names it, or a remote-maintenance record about it.
fn explained(scene: &Scene<'_>, group: &Group<'_>, service: &Service) -> Option<ExplainedBy> {
    let by_row = group.rows.iter().find_map(|row| {
        let field = named_in(row, service)?;
        Some(ExplainedBy::Row { entry: row.id.clone(), field })
    });
    by_row.or_else(|| {
        let about = |record: &&Record| record.register == Register::RemoteMaintenance && is_about(scene, record, group);
        let says = |record: &&Record| {
            service.maintenance || record.values.values().any(|cell| service.explained.0.is_match(&cell.raw))
        };
        let record = scene.ledger.records.iter().filter(about).find(says)?;
        Some(ExplainedBy::Record { record: record.id.clone() })
    })
}

fn named_in(row: &Entry, service: &Service) -> Option<Field> {
    let says = |text: &str| service.explained.0.is_match(text);
    if service.maintenance && row.remote_maintenance == FourValued::Yes {
        return Some(Field::RemoteMaintenance);
    }
    let texts = [(Field::Purpose, row.purpose.as_deref()), (Field::Description, row.description.as_deref())];
    let text = texts.into_iter().find(|(_, text)| text.is_some_and(says)).map(|(field, _)| field);
    text.or_else(|| row.software.iter().any(|software| says(&software.name)).then_some(Field::Software))
}

/// The record names the device by number or name.
fn is_about(scene: &Scene<'_>, record: &Record, group: &Group<'_>) -> bool {
    let cells = [Field::DeviceRef, Field::EntryDevice].into_iter().filter_map(|field| record.values.get(&field));
    cells.into_iter().any(|cell| {
        let by_number = numbers_in(&cell.raw).any(|number| group.numbers.contains(&number));
        let words = cell.raw.split(|c: char| c.is_whitespace() || "、,;／/()（）".contains(c));
        let mut names = words.filter_map(|word| host_key(word, &scene.knowledge.identity.generic_names));
        by_number || names.any(|name| group.hosts.contains(&name))
    })
}
