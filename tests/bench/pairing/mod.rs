//! How long rows and machines take to be paired, and how that grows; beside a merge by pandas on the same keys.
//!
//! Each program runs by itself, under the yardstick. Daicho's makes its observations in memory, as the store would hand
//! them over; pandas reads the same from tables. Compared is what comes after.

mod world;

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use daicho::judge::{Case, Knowledge, judge, pairs};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use super::Taken;

/// Rows, and machines.
const SIZES: [u32; 4] = [1_000, 10_000, 100_000, 200_000];

/// What a program says of itself.
#[derive(Debug, Serialize, Deserialize)]
struct Told {
    /// Rows that have a machine.
    pairs: usize,
    /// Seconds from observations to the result.
    whole: f64,
    /// Of these, seconds from machines to pairs.
    pairing: f64,
}

/// Every size, or one.
pub(super) fn race(only: Option<u32>) {
    println!("| rows and machines | program | pairs | whole | pairing alone | CPU | peak memory |");
    println!("|---|---|---|---|---|---|---|");
    for size in SIZES.into_iter().filter(|size| only.is_none_or(|only| only == *size)) {
        let folder = TempDir::new().expect("a temporary folder");
        let daicho = measured(&folder, &[own().as_os_str(), "pairing-child".as_ref(), size.to_string().as_ref()]);
        print(size, "daicho", &daicho);
        world::write_tables(size, folder.path()).expect("tables");
        let script = daicho_tests::root().join("tests/bench/pairing/merge.py");
        let python = daicho_tests::root().join("target/python/bin/python3");
        let pandas = measured(&folder, &[python.as_os_str(), script.as_os_str(), folder.path().as_os_str()]);
        print(size, "pandas", &pandas);
    }
}

/// Judges a hospital of this size, then pairs once more by itself.
pub(super) fn child(size: u32) {
    let (batch, ledger, knowledge) = (world::batch(size), world::ledger(size), Knowledge::builtin());
    let case = Case {
        batch: &batch,
        reread: None,
        inventories: &[],
        ledger: &ledger,
        history: &[],
        decisions: &[],
        vendors: &daicho::judge::vendor::Vendors::default(),
        knowledge: &knowledge,
    };
    let began = Instant::now();
    let verdict = judge(&case);
    let whole = began.elapsed().as_secs_f64();
    let found = verdict.entries.iter().filter(|row| row.asset.is_some()).count();
    let began = Instant::now();
    let again = pairs(&ledger.entries, &verdict.assets, &knowledge).len();
    let pairing = began.elapsed().as_secs_f64();
    assert_eq!(again, verdict.comparisons.len(), "the same pairs");
    let told = Told { pairs: found, whole, pairing };
    println!("{}", serde_json::to_string(&told).expect("JSON"));
}

fn own() -> PathBuf {
    env::current_exe().expect("this program")
}

fn measured(folder: &TempDir, command: &[&OsStr]) -> (Told, Taken) {
    let file = folder.path().join("taken.json");
    let status = Command::new(own()).arg("inside").arg(&file).args(command).status().expect("the yardstick runs");
    assert!(status.success(), "{command:?}: {status}");
    let taken: Taken = read(&file);
    let told = serde_json::from_str(&taken.output).unwrap_or_else(|error| panic!("{error}: {taken:?}"));
    (told, taken)
}

fn read<T: for<'de> Deserialize<'de>>(file: &Path) -> T {
    serde_json::from_slice(&fs::read(file).expect("a result")).expect("JSON")
}

#[allow(clippy::cast_precision_loss, reason = "counts of one run")]
fn print(size: u32, program: &str, (told, taken): &(Told, Taken)) {
    println!(
        "| {size} | {program} | {} | {:.2} s | {:.2} s | {:.2} s | {:.0} MiB |",
        told.pairs,
        told.whole,
        told.pairing,
        taken.cpu_seconds,
        taken.peak_kib as f64 / 1024.0
    );
}
