//! Files that were made to do harm, or were broken on their way, against the program itself: one clear error with what
//! to do, in bounded time and memory, and nothing imported. Every file is made here; none is kept.

mod files;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use daicho_tests::{program, run};
use nix::sys::resource::{UsageWho, getrusage};

/// No file may hold an import up for longer.
const PATIENCE: Duration = Duration::from_mins(1);
/// Nor may any process of it hold more memory, in KiB.
const MEMORY_KIB: i64 = 256 << 10;
/// A ledger at the limit of rows and cells is no attack, and its rows are held as a whole. An unoptimised program beside
/// others takes its time.
const LONG: (Duration, i64) = (Duration::from_mins(3), MEMORY_KIB);
const FULL: (Duration, i64) = (Duration::from_mins(5), 640 << 10);

fn daicho(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(program("daicho"));
    run(command.current_dir(folder).args(arguments).env("LANG", "ja_JP.UTF-8").env_remove("LC_ALL"))
}

/// The largest resident set of any process that was waited for: it never sinks, so the first that is too large is
/// the last that is asked.
fn peak() -> i64 {
    getrusage(UsageWho::RUSAGE_CHILDREN).unwrap().max_rss()
}

/// One after the other: the peak is that of all processes so far.
#[test]
fn hostile_files_do_no_harm() {
    every_hostile_file_is_refused_in_one_sentence_and_nothing_is_imported();
    what_only_looks_hostile_is_read_for_what_it_holds();
}

fn every_hostile_file_is_refused_in_one_sentence_and_nothing_is_imported() {
    let folder = tempfile::tempdir().unwrap();
    assert!(daicho(folder.path(), &["init", "."]).status.success());
    for case in files::REFUSED {
        (case.make)(&folder.path().join(case.name));
        let before = Instant::now();
        let output = daicho(folder.path(), &["ledger", "import", case.name]);
        let (took, peak) = (before.elapsed(), peak());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        println!("{:28} {:6} ms, {peak:6} KiB: {said:.90}", case.name, took.as_millis());
        assert_eq!(output.status.code(), Some(4), "{}: {said}", case.name);
        assert!(output.stdout.is_empty(), "{}", case.name);
        let sentences = said.trim_end().lines().count();
        assert_eq!(sentences, 1, "{}: one error: {said}", case.name);
        assert!(said.contains(case.name) && said.contains(case.says), "{}: {said}", case.name);
        assert!(said.contains("ください"), "{}: what to do: {said}", case.name);
        assert!(said.contains("何も取り込んでいません"), "{}: {said}", case.name);
        assert!(took < PATIENCE && peak <= MEMORY_KIB, "{}: {took:?}, {peak} KiB", case.name);
        fs::remove_file(folder.path().join(case.name)).unwrap();
    }
    let kept = daicho(folder.path(), &["ledger", "show", "--json"]);
    assert_eq!(String::from_utf8_lossy(&kept.stdout).trim(), "[]");
}

fn what_only_looks_hostile_is_read_for_what_it_holds() {
    let folder = tempfile::tempdir().unwrap();
    assert!(daicho(folder.path(), &["init", "."]).status.success());
    for case in files::READ {
        (case.make)(&folder.path().join(case.name));
        let before = Instant::now();
        let output = daicho(folder.path(), &["ledger", "import", case.name]);
        let (took, peak) = (before.elapsed(), peak());
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        println!("{:28} {:6} ms, {peak:6} KiB: {said:.90}", case.name, took.as_millis());
        assert_eq!(output.status.code(), Some(0), "{}: {output:?}", case.name);
        assert!(said.contains(case.says), "{}: {said:.400}", case.name);
        let (patience, memory) = match case.name {
            "long.csv" => LONG,
            "full.csv" => FULL,
            _ => (PATIENCE, MEMORY_KIB),
        };
        assert!(took < patience && peak <= memory, "{}: {took:?}, {peak} KiB", case.name);
    }
}
