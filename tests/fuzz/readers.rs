//! Targets for what is read from files: batches and ledgers.

use std::fs;

use daicho::import::{Columns, import};
use daicho_shared::batch::Records;
use jiff::Timestamp;

use crate::target;

target!(batch, |octets: &[u8]| drop(Records::new(octets).take(1000).collect::<Vec<_>>()));

// The ledger's readers work on files; the file system in memory keeps this fast.
target!(ledger_csv, |octets: &[u8]| {
    let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder for one file");
    let path = folder.path().join("ledger.csv");
    fs::write(&path, octets).expect("a small file is written");
    drop(import(&path, Timestamp::UNIX_EPOCH, &Columns::builtin()));
});
