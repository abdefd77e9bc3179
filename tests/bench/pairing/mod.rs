//! How long rows and machines take to be paired, and how that grows; beside a merge by pandas on the same keys.
//!
//! Each program runs by itself, under the yardstick, and begins with the same files: the agent's batch and the ledger.
//! pandas reads them twice, as a beginner and with care, and runs once more on a flat table of the observations, as if somebody had made one for it.

mod world;

use std::env;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use daicho::import::{Columns, join, read_in_process};
use daicho::judge::entry::Ledger;
use daicho::judge::{Case, Knowledge, judge, pairs};
use daicho_shared::batch::Batch;
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
    /// Seconds to read the files.
    reading: f64,
    /// Seconds from what was read to the result.
    judging: f64,
    /// Of these, seconds from machines to pairs.
    pairing: f64,
}

/// Every size, or one.
pub(super) fn race(only: Option<u32>) {
    println!("| rows and machines | program | pairs | reading | judging | of it pairing | whole | CPU | peak memory |");
    println!("|---|---|---|---|---|---|---|---|---|");
    for size in SIZES.into_iter().filter(|size| only.is_none_or(|only| only == *size)) {
        let folder = TempDir::new().expect("a temporary folder");
        files(size, folder.path());
        let here = folder.path().as_os_str();
        let daicho = measured(&folder, &[own().as_os_str(), "pairing-child".as_ref(), here]);
        print(size, "daicho", &daicho);
        let script = daicho_tests::root().join("tests/bench/pairing/merge.py");
        let python = daicho_tests::root().join("target/python/bin/python3");
        let hows = [
            ("plain", "pandas, the same files"),
            ("lines", "pandas, the same files in pieces"),
            ("table", "pandas, a table made before"),
        ];
        for (how, name) in hows {
            let pandas = measured(&folder, &[python.as_os_str(), script.as_os_str(), how.as_ref(), here]);
            print(size, name, &pandas);
        }
    }
}

/// The files that every program begins with.
pub(super) fn files(size: u32, folder: &Path) {
    world::write_batch(size, &folder.join("night.jsonl")).expect("a batch");
    world::write_table(size, &folder.join("night.csv")).expect("a table");
    world::write_ledger(size, folder).expect("a ledger");
}

/// Reads and judges the hospital in this folder, then pairs once more by itself.
pub(super) fn child(folder: &Path) {
    let began = Instant::now();
    let night = File::open(folder.join("night.jsonl")).expect("a batch");
    let batch = Batch::read(BufReader::with_capacity(1 << 20, night)).expect("a batch");
    remark("batch read");
    let ledger = ledger(folder);
    let reading = began.elapsed().as_secs_f64();
    remark("ledger read");
    let knowledge = Knowledge::builtin();
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
    let judging = began.elapsed().as_secs_f64();
    remark("judged");
    let found = verdict.entries.iter().filter(|row| row.asset.is_some()).count();
    // What comes now is no part of the judging, and must not count as its memory.
    let (assets, compared) = (verdict.assets, verdict.comparisons.len());
    drop((verdict.comparisons, verdict.evidence, verdict.entries, batch));
    let began = Instant::now();
    let again = pairs(&ledger.entries, &assets, &knowledge).len();
    let pairing = began.elapsed().as_secs_f64();
    assert_eq!(again, compared, "the same pairs");
    let told = Told { pairs: found, reading, judging, pairing };
    println!("{}", serde_json::to_string(&told).expect("JSON"));
}

fn remark(what: &str) {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let lines = status.lines().filter(|line| line.starts_with("VmRSS") || line.starts_with("VmHWM"));
    eprintln!("{what}: {}", lines.collect::<Vec<_>>().join(", "));
}

fn ledger(folder: &Path) -> Arc<Ledger> {
    let (columns, at) = (Columns::builtin(), "2026-03-31T01:00:00Z".parse().expect("a time"));
    let mut names: Vec<PathBuf> = fs::read_dir(folder).expect("a folder").flatten().map(|file| file.path()).collect();
    names.retain(|name| name.file_name().is_some_and(|name| name.to_string_lossy().starts_with("ledger-")));
    names.sort();
    let files = names.iter().map(|file| {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        read_in_process(&name, &fs::read(file).expect("a ledger"), at, &columns).expect("a ledger")
    });
    join(files).into()
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
        "| {size} | {program} | {} | {:.2} s | {:.2} s | {:.2} s | {:.2} s | {:.2} s | {:.0} MiB |",
        told.pairs,
        told.reading,
        told.judging,
        told.pairing,
        told.reading + told.judging,
        taken.cpu_seconds,
        taken.peak_kib as f64 / 1024.0
    );
}
