//! What a finding stands on besides observations: ledger cells, and the search that was in vain.

use crate::judge::entry::Field;
use crate::judge::finding::{Finding, Kind};
use crate::render::scene::Scene;
use crate::render::words::phrase::Phrase;
use crate::render::words::{basis, hint};

/// The most rows whose cells are quoted.
const ROWS: usize = 4;

/// Sentences.
pub(crate) fn basis(finding: &Finding, scene: &Scene<'_>) -> Vec<Phrase> {
    let mut lines = search(finding, scene);
    lines.extend(hint::basis(&finding.kind, scene.lang()).into_iter().map(Phrase::new));
    lines
}

fn search(finding: &Finding, scene: &Scene<'_>) -> Vec<Phrase> {
    match &finding.kind {
        Kind::NotFound { segment, .. } => searched(segment, scene),
        Kind::Mismatch { field, .. } | Kind::DuplicateEntry { field, .. } => cells(finding, *field, scene),
        Kind::RetiredButSeen => cells(finding, Field::Status, scene),
        Kind::SupportEnded { .. } | Kind::SupportEnding { .. } if finding.evidence.is_empty() => {
            cells(finding, Field::Os, scene)
        }
        _ => vec![],
    }
}

fn searched(segment: &str, scene: &Scene<'_>) -> Vec<Phrase> {
    let rows = scene.verdict.coverage.iter();
    let rows = rows.filter(|row| row.segment.to_string() == segment && super::coverage::is_presence(&row.probe.0));
    let when = scene.moment(scene.verdict.run.started);
    rows.map(|row| Phrase::new(basis::asked(row, &when, scene.lang()))).collect()
}

fn cells(finding: &Finding, field: Field, scene: &Scene<'_>) -> Vec<Phrase> {
    let rows = finding.entries.iter().take(ROWS).filter_map(|id| scene.entry(id));
    rows.filter_map(|row| Some(Phrase::new(basis::cell(row, field, row.cells.get(&field)?, scene.lang())))).collect()
}
