//! A ledger that comes again under another file name: both would count, and every row be told as a duplicate.

use crate::cli::words;
use crate::import::Imported;
use crate::judge::entry::Ledger;
use crate::judge::revision::in_both;
use crate::run::console::Console;

/// Says it where at least half of a file's rows are those of another file, which would stay in the ledger beside it.
pub(super) fn tell(current: &[Ledger], imported: &[Imported], console: &Console) {
    let staying = current.iter().filter(|old| !imported.iter().any(|new| new.file.name == name(old)));
    for old in staying {
        for new in imported {
            let rows = new.entries.len() + new.records.len();
            let same = in_both((&new.entries, &new.records), old.rows());
            if same > 0 && same * 2 >= rows {
                console.note(&words::ledger::renamed(&new.file.name, name(old), (same, rows), console.lang));
            }
        }
    }
}

fn name(ledger: &Ledger) -> &str {
    ledger.files.first().map_or("", |file| &file.name)
}
