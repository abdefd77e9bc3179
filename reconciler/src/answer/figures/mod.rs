//! All figures, each by its key: one line a figure, one file a subject.

mod concern;
mod departments;
mod duties;
mod equipment;
mod hints;
mod medical;
mod network;
mod patch;
mod state;
mod vendors;

use std::collections::BTreeMap;

use super::figure::{Behind, Figure, Value, Why};
use super::ground::Ground;

pub use self::concern::concerns;
pub(super) use self::equipment::standing;

/// It is as it should be, or what stands behind a figure instead.
pub(super) type Standing = Result<(), Box<Behind>>;

/// What a figure is counted by.
type Count = fn(&Ground<'_>) -> Figure;

/// Every figure that a form may name.
pub const KEYS: &[(&str, Count)] = &[
    ("departments.covered", departments::covered),
    ("departments.points_answered", departments::points_answered),
    ("departments.points_agree", departments::points_agree),
    ("departments.security_contact", departments::security_contact),
    ("ledger.rows", equipment::rows),
    ("ledger.updated", equipment::updated),
    ("ledger.keyed", equipment::keyed),
    ("ledger.place_filled", equipment::place_filled),
    ("ledger.user_filled", equipment::user_filled),
    ("ledger.version_filled", equipment::version_filled),
    ("ledger.status_filled", state::equipment),
    ("ledger.watched", state::watched),
    ("ledger.vendor_filled", duties::vendor_filled),
    ("ledger.not_found", equipment::not_found),
    ("ledger.contradicted", equipment::contradicted),
    ("machines.listed", equipment::machines_listed),
    ("medical.rows", medical::rows),
    ("medical.updated", medical::updated),
    ("medical.listed", medical::listed),
    ("medical.not_found", medical::not_found),
    ("medical.contradicted", medical::contradicted),
    ("medical.duplicates", medical::duplicates),
    ("medical.department_filled", medical::department_filled),
    ("medical.mac_filled", medical::mac_filled),
    ("medical.version_filled", medical::version_filled),
    ("medical.status_filled", state::medical),
    ("points.registered", network::registered),
    ("points.department_known", network::department_known),
    ("points.confirmed", network::confirmed),
    ("points.seen", network::seen),
    ("points.undeclared", network::undeclared),
    ("points.otherwise", network::otherwise),
    ("points.unknown", network::unknown),
    ("points.monitored", network::monitored),
    ("points.restricted", network::restricted),
    ("points.boundary_filled", network::boundary_filled),
    ("segments.scanned", network::segments_scanned),
    ("segments.closed_tested", network::closed_tested),
    ("scan.day", network::scan_day),
    ("diagram.versions", network::diagram_versions),
    ("diagram.newest", network::diagram_newest),
    ("patch.network_version_filled", patch::network_version_filled),
    ("patch.network_dated", patch::network_dated),
    ("patch.host_version_filled", patch::host_version_filled),
    ("patch.host_dated", patch::host_dated),
    ("patch.server_version_filled", patch::server_version_filled),
    ("patch.server_dated", patch::server_dated),
    ("patch.client_version_filled", patch::client_version_filled),
    ("patch.client_dated", patch::client_dated),
    ("support.beyond_end", hints::beyond_end),
    ("support.hosts_beyond_end", hints::hosts_beyond_end),
    ("support.servers_beyond_end", hints::servers_beyond_end),
    ("support.clients_beyond_end", hints::clients_beyond_end),
    ("support.network_beyond_end", hints::network_beyond_end),
    ("services.unneeded_unexplained", hints::unexplained),
    ("services.servers_unexplained", hints::servers_unexplained),
    ("services.clients_unexplained", hints::clients_unexplained),
    ("management.from_clinical", hints::management_from_clinical),
    ("vendors.listed", vendors::listed),
    ("vendors.registered", duties::vendors_registered),
    ("vendors.contract_filled", duties::contract_filled),
    ("vendors.contact_filled", duties::contact_filled),
    ("vendors.mds_received", vendors::mds_received),
    ("vendors.mds_current", vendors::mds_current),
    ("vendors.mds_reviewed", vendors::mds_reviewed),
    ("vendors.checklist_returned", vendors::checklist_returned),
    ("vendors.role_table", vendors::role_table),
    ("vendors.contradictions", vendors::contradictions),
    ("vendors.overdue", vendors::overdue),
    ("remote.known", duties::remote_known),
    ("vendors.unconfirmed", vendors::unconfirmed),
    ("remote.answered", vendors::remote_answered),
    ("remote.confirmed", vendors::remote_confirmed),
    ("remote.restricted", vendors::remote_restricted),
    ("review.last", vendors::review_last),
];

/// There is such a figure.
pub fn exists(key: &str) -> bool {
    KEYS.iter().any(|(known, _)| *known == key)
}

/// All of them.
pub fn figures(ground: &Ground<'_>) -> BTreeMap<String, Figure> {
    KEYS.iter().map(|(key, count)| ((*key).to_owned(), count(ground))).collect()
}

/// A share of devices or rows of which at least one is needed.
const NO_ROWS: Value = Value::Unknown { why: Why::NoRows };

/// Devices that satisfy a condition, of those that are asked for.
fn devices<'g, 'a>(
    ground: &'g Ground<'a>,
    which: impl Fn(&super::device::Device<'a>) -> bool,
) -> Vec<&'g super::device::Device<'a>> {
    ground.devices.iter().filter(|device| which(device)).collect()
}

/// It holds, or stands behind the figure.
fn must(holds: bool, otherwise: impl FnOnce() -> Behind) -> Result<(), Box<Behind>> {
    if holds { Ok(()) } else { Err(Box::new(otherwise())) }
}
