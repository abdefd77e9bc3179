//! What is hinted at of one device, explained or not: the list that a person goes through at the device.

use crate::judge::asset::Asset;
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

/// The row or record that explains it.
fn by(one: &ServiceHint, scene: &Scene<'_>) -> Option<String> {
    match one.explained.as_ref()? {
        ExplainedBy::Row { entry, field } => Some(hint::by_row(&scene.row(entry), *field, scene.lang())),
        ExplainedBy::Record { record } => {
            let origin = scene.verdict.ledger.records.iter().find(|one| one.id == *record).map(|one| &one.origin);
            Some(hint::by_record(origin, scene.lang()))
        }
    }
}
