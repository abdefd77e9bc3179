//! Targets for what is read from files: batches, ledgers, inventories and captures.

use daicho::import::{Columns, Mappings, inventory, read_in_process};
use daicho_agent::edge::capture;
use daicho_shared::batch::Records;
use jiff::Timestamp;

use crate::target;

target!(batch, |octets: &[u8]| drop(Records::new(octets).take(1000).collect::<Vec<_>>()));

target!(ledger_csv, |octets: &[u8]| {
    drop(read_in_process("ledger.csv", octets, Timestamp::UNIX_EPOCH, &Columns::builtin()));
});

target!(ledger_book, |octets: &[u8]| {
    for name in ["ledger.xlsx", "ledger.csv", "台帳.tsv"] {
        drop(read_in_process(name, octets, Timestamp::UNIX_EPOCH, &Columns::builtin()));
    }
});

target!(mapping, |octets: &[u8]| drop(Mappings::default().add(&String::from_utf8_lossy(octets))));

target!(inventory, |octets: &[u8]| drop(inventory::read_in_process("inventory", octets)));

target!(capture, |octets: &[u8]| drop(capture::frames(octets, |_, _| Ok(()))));
