//! What is hinted at of one device, explained or not: the list that a person goes through at the device.

use crate::judge::asset::Asset;
use crate::judge::entry::EntryId;
use crate::judge::hint::{ExplainedBy, ServiceHint};
use crate::render::scene::Scene;
use crate::render::words::hint;

/// One sentence a service, a way of management and a system.
pub(super) fn lines(asset: &Asset, scene: &Scene<'_>) -> Vec<String> {
    let (hints, lang) = (&scene.verdict.hints, scene.lang());
    let services = hints.services.iter().filter(|one| one.asset == asset.id);
    let management = hints.management.iter().filter(|one| one.asset == asset.id);
    let support = hints.support.iter().filter(|one| one.asset.as_ref() == Some(&asset.id));
    let services = services.map(|one| hint::service_line(one, by(one, scene).as_deref(), lang));
    let management = management.map(|one| hint::management_line(one, lang));
    services.chain(management).chain(support.map(|one| hint::support_line(one, lang))).collect()
}

/// The row or record that explains it, or says that it is off.
fn by(one: &ServiceHint, scene: &Scene<'_>) -> Option<String> {
    let lang = scene.lang();
    let origin = |id: &EntryId| scene.verdict.ledger.records.iter().find(|one| one.id == *id).map(|one| &one.origin);
    match (&one.explained, &one.denied) {
        (Some(ExplainedBy::Row { entry, field }), _) => Some(hint::by_row(&scene.row(entry), *field, lang)),
        (Some(ExplainedBy::Record { record }), _) => Some(hint::by_record(origin(record), lang)),
        (None, Some(ExplainedBy::Row { entry, field })) => Some(hint::denied_by_row(&scene.row(entry), *field, lang)),
        (None, Some(ExplainedBy::Record { record })) => Some(hint::denied_by_record(origin(record), lang)),
        (None, None) => None,
    }
}
