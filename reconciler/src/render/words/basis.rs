//! How we know what no observation shows: from the ledger's own cells, and from looking in vain.

use daicho_shared::coverage::Coverage;

use super::phrase::mark;
use super::{Lang, observation, problem};
use crate::judge::entry::{Cell, Entry, Field};

/// A cell of the ledger as it stands there.
pub(crate) fn cell(entry: &Entry, field: Field, cell: &Cell, lang: Lang) -> String {
    let (place, heading) = (problem::place(&entry.origin, lang), problem::field(field, lang));
    let (column, raw) = (mark(&cell.column), mark(&cell.raw));
    match lang {
        Lang::Ja => format!("台帳の記入: {place} {column}列（{heading}）に『{raw}』。"),
        Lang::En => format!("In the ledger: {place}, column {column} ({heading}): “{raw}”."),
    }
}

/// A segment was asked, and by which probe.
pub(crate) fn asked(row: &Coverage, when: &str, lang: Lang) -> String {
    let (segment, method) = (mark(&row.segment.to_string()), observation::method(&row.probe.0, lang));
    let (asked, answered) = (row.asked, row.answered);
    match lang {
        Lang::Ja => format!("{when}からの調査で、{segment} に {method} を{asked}件問い合わせ、応答は{answered}件。"),
        Lang::En => format!("In the scan of {when}, {method} in {segment}: {answered} of {asked} questions answered."),
    }
}
