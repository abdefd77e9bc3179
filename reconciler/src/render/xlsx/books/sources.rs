//! Which files of the ledger a workbook's rows are from.

use std::collections::BTreeSet;

use super::{Book, LedgerSource, ledger};
use crate::judge::entry::Register;
use crate::judge::verdict::Verdict;

/// The files that hold a row of the workbook, in the order in which they were imported. A workbook that is about the
/// whole ledger, or of which the ledger has no row, names all.
pub(super) fn of<'m>(book: Book, verdict: &Verdict, files: &'m [LedgerSource]) -> Vec<&'m LedgerSource> {
    let registers: &[Register] = match book {
        Book::Equipment => &[Register::Equipment],
        Book::Medical => &[Register::Medical],
        Book::Points => &[Register::ExternalConnection, Register::Department, Register::Segment],
        Book::Remote => &[Register::RemoteMaintenance],
        Book::Vendors => &[Register::Vendor, Register::RemoteMaintenance],
        Book::DualHomed | Book::Record | Book::Coverage => &[],
    };
    let ledger = &verdict.ledger;
    let entries = ledger.entries.iter().filter(|entry| {
        let vendor = book == Book::Vendors && entry.vendor.is_some();
        registers.contains(&entry.register) || vendor || book == Book::Medical && ledger::is_medical(entry)
    });
    let records = ledger.records.iter().filter(|record| registers.contains(&record.register));
    let named: BTreeSet<&str> = entries
        .map(|entry| &entry.origin)
        .chain(records.map(|record| &record.origin))
        .map(|origin| origin.file.as_str())
        .collect();
    let own: Vec<&LedgerSource> = files.iter().filter(|file| named.contains(file.file.as_str())).collect();
    if own.is_empty() { files.iter().collect() } else { own }
}
