//! What the store promises: kept is kept, twice is once, evidence stays, and a killed writer harms nothing.
//!
//! Long because every promise is tested on the one store that is made here.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use daicho_shared::batch::{Batch, End, FORMAT, Header, Record, Sent, Trouble, VERSION};
use daicho_shared::coverage::Outcome;
use daicho_shared::id::RunId;
use daicho_shared::observation::{Observation, Target};
use jiff::Timestamp;

use super::*;
use crate::judge::decision::{About, DecisionKey};
use crate::judge::entry::{self, EntryId, Ledger, LedgerFile, Origin, ProblemKind, Register, RowProblem};
use crate::judge::hint::Hints;
use crate::judge::inventory::{Inventory, InventoryFile};
use crate::judge::review::standing::{Head, Reviewed};
use crate::judge::verdict::{Reread, RunSummary, Verdict};
use crate::store::{Breach, Deed, NewDecision, NewLedger, NewSnapshot, Rereading};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn header(run: &str, started: i64) -> Header {
    Header {
        format: FORMAT.to_owned(),
        version: VERSION,
        run: run.into(),
        agent: "0.1.0".to_owned(),
        host: "scanner".to_owned(),
        started: at(started),
        scope: vec!["10.20.0.0/24".parse().unwrap()],
        exclude: vec![],
        profile: "gentle".to_owned(),
        interfaces: vec![],
    }
}

fn observation(number: u32) -> Record {
    Record::Observation(Observation {
        number,
        at: at(1000 + i64::from(number)),
        probe: "arp".into(),
        target: Target { address: "10.20.0.5".parse().unwrap(), mac: None, interface: None },
        outcome: Outcome::Answered,
        facts: vec![].into(),
        request: String::new(),
        reply: "00".repeat(200),
    })
}

fn trouble(message: &str) -> Record {
    Record::Trouble(Trouble { at: at(1), place: "eth0".to_owned(), message: message.to_owned() })
}

fn sent() -> Record {
    let address = "10.20.0.5".parse().unwrap();
    Record::Sent(Sent { address, mac: None, probe: "arp".into(), packets: 1, first: at(1), last: at(1) })
}

fn fresh() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("daicho.sqlite")).unwrap();
    (folder, store)
}

fn keep_whole(store: &mut Store, header: &Header, records: &[Record]) -> Result<(), StoreError> {
    let mut run = store.begin_run(header)?;
    store.append(&mut run, records)?;
    store.finish_run(&run, &End { finished: at(2000), complete: true, reason: None })
}

#[test]
fn what_is_kept_is_read_back() {
    let (_folder, mut store) = fresh();
    let records = [observation(1), sent(), trouble("down"), observation(2), trouble("up")];
    keep_whole(&mut store, &header("a", 1), &records).unwrap();
    let batch = store.batch(&"a".into()).unwrap();
    let mut expected = Batch::new(header("a", 1));
    for record in records {
        match record {
            Record::Observation(observation) => expected.observations.push(observation.into()),
            Record::Sent(sent) => expected.sent.push(sent),
            Record::Trouble(trouble) => expected.troubles.push(trouble),
            _ => {}
        }
    }
    expected.end = Some(End { finished: at(2000), complete: true, reason: None });
    assert_eq!(batch, expected);
}

#[test]
fn keeping_a_batch_twice_changes_nothing() {
    let (_folder, mut store) = fresh();
    let records = [observation(1), sent(), trouble("down"), trouble("down")];
    keep_whole(&mut store, &header("a", 1), &records).unwrap();
    let (batch, runs) = (store.batch(&"a".into()).unwrap(), store.runs().unwrap());
    keep_whole(&mut store, &header("a", 1), &records).unwrap();
    assert_eq!((store.batch(&"a".into()).unwrap(), store.runs().unwrap()), (batch, runs));
}

#[test]
fn a_cut_run_is_completed_by_its_whole_batch() {
    let (_folder, mut store) = fresh();
    let mut run = store.begin_run(&header("a", 1)).unwrap();
    store.append(&mut run, &[observation(1), sent()]).unwrap();
    assert!(!store.runs().unwrap()[0].complete);
    keep_whole(&mut store, &header("a", 1), &[observation(1), sent(), observation(2)]).unwrap();
    let batch = store.batch(&"a".into()).unwrap();
    assert_eq!((batch.observations.len(), batch.sent.len(), batch.is_complete()), (2, 1, true));
}

#[test]
fn other_words_under_the_same_number_are_refused_and_leave_no_trace() {
    let (_folder, mut store) = fresh();
    keep_whole(&mut store, &header("a", 1), &[observation(1)]).unwrap();
    let before = store.batch(&"a".into()).unwrap();
    let Record::Observation(mut changed) = observation(1) else { unreachable!() };
    changed.outcome = Outcome::Silent;
    let mut run = store.begin_run(&header("a", 1)).unwrap();
    let refused = store.append(&mut run, &[observation(2), Record::Observation(changed)]);
    assert!(matches!(refused, Err(StoreError::Conflict { .. })), "{refused:?}");
    assert_eq!(store.batch(&"a".into()).unwrap(), before);
    assert!(matches!(store.begin_run(&header("a", 7)), Err(StoreError::Conflict { .. })));
}

#[test]
fn evidence_is_append_only() {
    let (_folder, mut store) = fresh();
    keep_whole(&mut store, &header("a", 1), &[observation(1), sent()]).unwrap();
    store.add_ledger_versions(&[file("台帳.csv", 1)]).unwrap();
    for table in ["runs", "observations", "remarks", "ends", "ledger_versions"] {
        let column = if table == "ledger_versions" { "ledger" } else { "rowid" };
        for sql in [format!("DELETE FROM {table}"), format!("UPDATE {table} SET {column} = {column}")] {
            let error = store.connection.execute(&sql, []).unwrap_err().to_string();
            assert!(error.contains("append-only"), "{sql}: {error}");
        }
    }
    let replace = "INSERT OR REPLACE INTO observations (run, number, record) VALUES (1, 1, '{}')";
    assert!(store.connection.execute(replace, []).unwrap_err().to_string().contains("append-only"));
}

#[test]
fn runs_sort_by_their_start_whatever_their_fractions() {
    let (_folder, mut store) = fresh();
    let mut fraction = header("b", 100);
    fraction.started = "1970-01-01T00:01:40.5Z".parse().unwrap();
    for header in [header("c", 99), fraction, header("a", 100)] {
        store.begin_run(&header).unwrap();
    }
    let order: Vec<_> = store.runs().unwrap().into_iter().map(|run| run.id.0).collect();
    assert_eq!(order, ["b", "a", "c"]);
    assert_eq!(store.latest_run().unwrap(), Some("b".into()));
}

#[test]
fn a_second_writer_is_told_that_the_store_is_busy() {
    let (folder, store) = fresh();
    store.connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    let path = folder.path().join("daicho.sqlite");
    let mut second = Store::open_patiently(&path, Duration::from_millis(50)).unwrap();
    assert_eq!(second.runs().unwrap(), [], "reading goes on");
    assert!(matches!(second.begin_run(&header("a", 1)), Err(StoreError::Busy { .. })));
}

#[test]
fn foreign_damaged_newer_and_missing_files_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.sqlite");
    assert!(matches!(Store::open_existing(&path), Err(StoreError::Missing { .. })));
    assert!(!path.exists());
    std::fs::write(&path, "管理番号,メーカー\n".repeat(100)).unwrap();
    assert!(matches!(Store::open(&path), Err(StoreError::NotOurs { .. })));
    std::fs::remove_file(&path).unwrap();
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE theirs (x)").unwrap();
    assert!(matches!(Store::open(&path), Err(StoreError::NotOurs { .. })));
    std::fs::remove_file(&path).unwrap();
    let newer = "INSERT INTO refinery_schema_history
                 SELECT 999, name, applied_on, checksum FROM refinery_schema_history WHERE version = 1";
    Store::open(&path).unwrap().connection.execute(newer, []).unwrap();
    assert!(matches!(Store::open(&path), Err(StoreError::Newer { found: 999, .. })));
}

fn file(name: &str, rows: u32) -> NewLedger {
    let named = LedgerFile {
        name: name.to_owned(),
        sha256: format!("{rows:064}"),
        encoding: None,
        updated: None,
        updated_by: None,
        imported: at(i64::from(rows)),
        rows,
    };
    let ledger = Ledger { entries: vec![], records: vec![], files: vec![named], problems: vec![] };
    NewLedger { ledger, path: format!("/share/{name}"), who: "hanako".to_owned() }
}

#[test]
fn the_ledger_is_the_newest_version_of_every_file() {
    let (_folder, mut store) = fresh();
    store.add_ledger_versions(&[file("b.csv", 1), file("a.csv", 2)]).unwrap();
    store.add_ledger_versions(&[file("b.csv", 3)]).unwrap();
    let rows = |store: &Store| -> Vec<(String, u32)> {
        store.ledger().unwrap().into_iter().flat_map(|one| one.files).map(|file| (file.name, file.rows)).collect()
    };
    let both = vec![("a.csv".to_owned(), 2), ("b.csv".to_owned(), 3)];
    assert_eq!(both, rows(&store));
    store.withdraw("b.csv", "hanako", at(9)).unwrap();
    assert_eq!(both[..1], rows(&store));
    assert!(matches!(store.withdraw("b.csv", "hanako", at(9)), Err(StoreError::NoSuchFile { .. })));
    let versions = store.ledger_versions().unwrap();
    let current: Vec<_> = versions.iter().map(|version| (version.number, version.current)).collect();
    assert_eq!(current, [(4, true), (3, false), (2, true), (1, false)]);
    assert_eq!((versions[0].rows, versions[1].who.as_str()), (None, "hanako"));
}

#[test]
fn an_earlier_version_becomes_the_newest_again_and_nothing_is_lost() {
    let (_folder, mut store) = fresh();
    store.add_ledger_versions(&[file("a.csv", 1)]).unwrap();
    store.add_ledger_versions(&[file("a.csv", 2)]).unwrap();
    assert!(matches!(store.restore(2, "hanako", at(5)), Err(StoreError::CurrentVersion { number: 2, .. })));
    assert!(matches!(store.restore(7, "hanako", at(5)), Err(StoreError::NoSuchVersion { number: 7 })));
    store.restore(1, "hanako", at(5)).unwrap();
    let versions = store.ledger_versions().unwrap();
    let told: Vec<_> = versions.iter().map(|one| (one.number, one.current, one.restored)).collect();
    assert_eq!(told, [(3, true, Some(1)), (2, false, None), (1, false, None)]);
    assert_eq!(store.ledger_version(3).unwrap(), store.ledger_version(1).unwrap());
    assert_eq!(store.ledger().unwrap()[0].files[0].rows, 1);
    store.withdraw("a.csv", "hanako", at(6)).unwrap();
    assert_eq!(store.ledger_version(4).unwrap(), None);
    assert!(matches!(store.ledger_version(9), Err(StoreError::NoSuchVersion { number: 9 })));
}

/// More rows than a piece holds, and other numbers of records and problems.
#[test]
fn a_large_version_is_kept_in_pieces_and_read_as_it_was() {
    let (_folder, mut store) = fresh();
    let origin = |row| Origin { file: "a.csv".to_owned(), sheet: String::new(), row };
    let record = |row| entry::Record {
        id: EntryId(format!("vendor:a.csv!!R{row}")),
        register: Register::Vendor,
        origin: origin(row),
        values: BTreeMap::new(),
    };
    let problem = |row| RowProblem {
        origin: origin(row),
        column: None,
        field: None,
        kind: ProblemKind::NoKey,
        found: row.to_string(),
    };
    let mut new = file("a.csv", 2500);
    new.ledger.records = (0..2500).map(record).collect();
    new.ledger.problems = (0..1001).map(problem).collect();
    store.add_ledger_versions(std::slice::from_ref(&new)).unwrap();
    store.add_ledger_versions(&[file("a.csv", 1)]).unwrap();
    store.restore(1, "hanako", at(5)).unwrap();
    assert_eq!(store.ledger_version(1).unwrap(), Some(new.ledger.clone()));
    assert_eq!(store.ledger().unwrap(), [new.ledger]);
    let rows: Vec<_> = store.ledger_versions().unwrap().iter().map(|version| version.rows).collect();
    assert_eq!(rows, [Some(2500), Some(0), Some(2500)]);
    let pieces: i64 = store.ask("SELECT count(*) FROM ledger_pieces").unwrap();
    assert_eq!(pieces, 6);
    assert!(store.connection.execute("UPDATE ledger_pieces SET rows = 0", []).is_err());
    assert!(store.connection.execute("DELETE FROM ledger_pieces", []).is_err());
}

fn verdict(run: &str, started: i64) -> Verdict {
    let run = RunSummary {
        id: run.into(),
        host: "scanner".to_owned(),
        started: at(started),
        finished: None,
        complete: false,
        reason: None,
        scope: vec![],
        exclude: vec![],
        profile: "gentle".to_owned(),
        own: vec![],
    };
    Verdict {
        run,
        ledger: Ledger { entries: vec![], records: vec![], files: vec![], problems: vec![] }.into(),
        assets: vec![],
        entries: vec![],
        comparisons: vec![],
        external_points: vec![],
        hints: Hints::default(),
        findings: vec![],
        coverage: vec![],
        sent: vec![],
        troubles: vec![],
        evidence: std::collections::BTreeMap::new(),
        changes: None,
        inventories: vec![],
        basis: None,
        vendors: crate::judge::vendor::Vendors::default(),
        reviewed: Reviewed::default(),
    }
}

#[test]
fn history_is_what_was_judged_before_the_oldest_first() {
    let (_folder, mut store) = fresh();
    assert!(matches!(store.save_verdict(&verdict("a", 1), at(5)), Err(StoreError::NoSuchRun { .. })));
    for (run, started) in [("a", 1), ("b", 2), ("c", 3), ("d", 4)] {
        store.begin_run(&header(run, started)).unwrap();
        store.save_verdict(&verdict(run, started), at(5)).unwrap();
    }
    store.save_verdict(&verdict("c", 3), at(6)).unwrap();
    let history: Vec<_> = store.verdicts(&"d".into(), 2).unwrap().into_iter().map(|one| one.run.id.0).collect();
    assert_eq!(history, ["b", "c"]);
    assert_eq!(store.verdict(&"d".into()).unwrap(), Some(verdict("d", 4)));
    assert_eq!(store.verdict(&"nobody".into()).unwrap(), None);
}

/// Set for the child of the test below: which database to write into until it is killed.
const VICTIM: &str = "DAICHO_TEST_STORE_VICTIM";

#[test]
fn a_killed_writer_leaves_every_committed_record() {
    if let Some(path) = std::env::var_os(VICTIM) {
        write_until_killed(Path::new(&path));
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("daicho.sqlite");
    let told = kill_in_mid_write(&path);
    let store = Store::open(&path).unwrap();
    let sound: String = store.connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
    let batch = store.batch(&"a".into()).unwrap();
    let kept = u32::try_from(batch.observations.len()).unwrap();
    assert!(kept >= told, "committed {told}, kept {kept}");
    assert_eq!(kept % 10, 0, "half a transaction was kept");
    assert!(batch.observations.iter().zip(1..).all(|(kept, number)| kept.number == number));
    assert!(!batch.is_complete() && batch.end.is_none());
}

/// Returns the number of observations that the victim had said were committed before it was killed.
fn kill_in_mid_write(path: &Path) -> u32 {
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["store::sqlite::tests::a_killed_writer_leaves_every_committed_record", "--exact", "--nocapture"])
        .env(VICTIM, path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(victim.stdout.take().unwrap()).lines().map_while(Result::ok);
    let told: Vec<u32> = lines.filter_map(|line| line.strip_prefix("kept ")?.parse().ok()).take(12).collect();
    victim.kill().unwrap();
    victim.wait().unwrap();
    *told.last().expect("the victim wrote")
}

fn write_until_killed(path: &Path) -> ! {
    let mut store = Store::open(path).unwrap();
    let mut run = store.begin_run(&header("a", 1)).unwrap();
    for first in (1..).step_by(10) {
        let records: Vec<_> = (first..first + 10).map(observation).collect();
        store.append(&mut run, &records).unwrap();
        println!("kept {}", first + 9);
    }
    unreachable!("counts until it is killed")
}

#[test]
fn programs_that_make_a_new_file_at_the_same_time_all_open_it() {
    for _ in 0..10 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("daicho.sqlite");
        let opened = std::thread::scope(|scope| {
            let openers: Vec<_> = (0..4).map(|_| scope.spawn(|| Store::open(&path).map(drop))).collect();
            openers.into_iter().map(|opener| opener.join().unwrap()).collect::<Vec<_>>()
        });
        assert!(opened.iter().all(Result::is_ok), "{opened:?}");
    }
}

#[test]
fn a_file_of_the_first_version_is_brought_up_to_date_with_its_runs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("daicho.sqlite");
    let mut connection = Connection::open(&path).unwrap();
    migrations::runner().set_target(refinery::Target::Version(1)).run(&mut connection).unwrap();
    drop(connection);
    let mut store = Store::open(&path).unwrap();
    store.begin_run(&header("a", 1)).unwrap();
    assert_eq!(store.decisions().unwrap(), []);
    assert_eq!(store.rereading(&"a".into()).unwrap(), None);
}

fn decide(store: &mut Store, key: &str, value: Option<&str>, second: i64) {
    let key = DecisionKey(key.to_owned());
    let (by, note) = ("山田", Some("銘板で確認"));
    store.decide(&NewDecision { key: &key, about: About::Class, value, by, note, at: at(second) }).unwrap();
}

#[test]
fn the_last_decision_counts_until_it_is_withdrawn_and_the_history_stays() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("daicho.sqlite")).unwrap();
    decide(&mut store, "mac-0080A3000005", Some("server"), 1);
    decide(&mut store, "mac-0080A3000005", Some("medical.analyser"), 2);
    decide(&mut store, "mac-0080A3000006", Some("printer"), 3);
    let values = |store: &Store| -> Vec<String> { store.decisions().unwrap().into_iter().map(|d| d.value).collect() };
    assert_eq!(values(&store), ["printer", "medical.analyser"]);
    decide(&mut store, "mac-0080A3000005", None, 4);
    assert_eq!(values(&store), ["printer"]);
    let history = store.decision_history().unwrap();
    assert_eq!(history.iter().map(|row| row.current).collect::<Vec<_>>(), [true, true, false, false]);
    for sql in ["UPDATE log SET who = '鈴木'", "DELETE FROM log", "INSERT OR REPLACE INTO log SELECT * FROM log"] {
        assert!(store.connection.execute(sql, []).is_err(), "{sql}");
    }
}

#[test]
fn decisions_of_an_earlier_version_are_carried_into_the_log_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("daicho.sqlite");
    let store = Store::open(&path).unwrap();
    let old = "INSERT INTO decisions (key, about, value, who, note, decided_us)
               VALUES ('mac-1', 'class', ?1, '山田', NULL, ?2)";
    for (value, second) in [("server", 1), ("printer", 2)] {
        store.connection.execute(old, (value, at(second).as_microsecond())).unwrap();
    }
    drop(store);
    for _ in 0..2 {
        let store = Store::open(&path).unwrap();
        let history = store.decision_history().unwrap();
        let told: Vec<_> = history.iter().map(|row| (row.value.as_deref(), row.at, row.current)).collect();
        assert_eq!(told, [(Some("printer"), at(2), true), (Some("server"), at(1), false)]);
        let Deed::Device { before, .. } = &store.log_rows().unwrap()[1].deed else { panic!() };
        assert_eq!(before.as_deref(), Some("server"));
        let heads: Vec<Head> = store.log_head().unwrap().into_iter().collect();
        assert!(store.verify_log(&heads).unwrap().is_whole());
        assert_eq!(store.verify_log(&[]).unwrap().unnoted, 2, "nobody wrote its end down");
    }
}

#[test]
fn a_row_that_fits_and_that_nobody_noted_is_told_and_so_is_a_log_without_its_guards() {
    let (_folder, mut store) = fresh();
    decide(&mut store, "mac-0080A3000005", Some("server"), 1);
    let heads: Vec<Head> = store.log_head().unwrap().into_iter().collect();
    assert!(store.verify_log(&heads).unwrap().is_whole());
    decide(&mut store, "mac-0080A3000005", Some("pc"), 2);
    let verified = store.verify_log(&heads).unwrap();
    assert_eq!((verified.broken, verified.unnoted, verified.unguarded), (None, 1, false));
    let swallow = "CREATE TRIGGER z BEFORE INSERT ON log BEGIN SELECT RAISE(IGNORE); END";
    store.connection.execute_batch(swallow).unwrap();
    assert!(store.verify_log(&heads).unwrap().unguarded);
    let key = DecisionKey("mac-0080A3000005".to_owned());
    let new = NewDecision { key: &key, about: About::Class, value: None, by: "hanako", note: None, at: at(3) };
    assert!(matches!(store.decide(&new), Err(StoreError::NotKept { .. })));
}

#[test]
fn whoever_changes_the_log_behind_its_back_is_found_out() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("daicho.sqlite")).unwrap();
    for second in 1..=4 {
        decide(&mut store, "mac-0080A3000005", Some("server"), second);
    }
    let heads: Vec<Head> = store.log_head().unwrap().into_iter().collect();
    store.connection.execute_batch("DROP TRIGGER log_stays; DROP TRIGGER log_remains").unwrap();
    let broken = |store: &Store, sql: &str| {
        store.connection.execute_batch("SAVEPOINT before").unwrap();
        store.connection.execute_batch(sql).unwrap();
        let verified = store.verify_log(&heads).unwrap();
        store.connection.execute_batch("ROLLBACK TO before; RELEASE before").unwrap();
        (verified.broken.map(|broken| (broken.row, broken.how)), verified.unknown_heads.len())
    };
    assert_eq!(broken(&store, "SELECT 1"), (None, 0));
    assert_eq!(broken(&store, "UPDATE log SET who = '鈴木' WHERE number = 2"), (Some((2, Breach::Content)), 0));
    assert_eq!(broken(&store, "DELETE FROM log WHERE number = 2"), (Some((3, Breach::Missing)), 1));
    let swapped = "UPDATE log SET number = 9 WHERE number = 2; UPDATE log SET number = 2 WHERE number = 3;
                   UPDATE log SET number = 3 WHERE number = 9";
    assert_eq!(broken(&store, swapped), (Some((2, Breach::Content)), 0));
    // The rows that are left fit together: only a head that was written down elsewhere tells.
    assert_eq!(broken(&store, "DELETE FROM log WHERE number = 4"), (None, 1));
}

fn inventory(name: &str, imported: i64) -> Inventory {
    let run: RunId = format!("inventory-{imported}").as_str().into();
    let file = InventoryFile {
        run: run.clone(),
        name: name.to_owned(),
        sha256: String::new(),
        format: "glpi-json".to_owned(),
        imported: at(imported),
        by: "root".to_owned(),
    };
    Inventory { file, batch: Batch::new(header(&run.0, imported)) }
}

#[test]
fn an_inventory_counts_from_the_run_before_its_import_until_it_is_imported_anew() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("daicho.sqlite")).unwrap();
    for (run, started) in [("a", 10), ("b", 20), ("c", 40)] {
        store.begin_run(&header(run, started)).unwrap();
    }
    store.add_inventories(&[inventory("pc.json", 30)]).unwrap();
    store.add_inventories(&[inventory("pc.json", 50)]).unwrap();
    let found = |run: &str| -> Vec<i64> {
        let all = store.inventories(&run.into()).unwrap();
        all.iter().map(|inventory| inventory.file.imported.as_second()).collect()
    };
    assert_eq!([found("a"), found("b"), found("c")], [vec![], vec![30], vec![50]]);
}

#[test]
fn a_reading_takes_the_place_of_an_earlier_one_and_the_observations_stay() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("daicho.sqlite")).unwrap();
    let mut run = store.begin_run(&header("a", 1)).unwrap();
    store.append(&mut run, &[observation(1)]).unwrap();
    let before = store.batch(&"a".into()).unwrap();
    for changed in [1, 2] {
        let reread = Reread { agent: "0.2.0".to_owned(), at: at(9), changed };
        let rereading =
            Rereading { reread, observations: before.observations.iter().map(|one| Observation::clone(one)).collect() };
        store.save_rereading(&"a".into(), &rereading).unwrap();
        assert_eq!(store.rereading(&"a".into()).unwrap(), Some(rereading));
    }
    assert_eq!(store.batch(&"a".into()).unwrap(), before);
    let nobody = Rereading { reread: Reread { agent: String::new(), at: at(9), changed: 0 }, observations: vec![] };
    assert!(matches!(store.save_rereading(&"b".into(), &nobody), Err(StoreError::NoSuchRun { .. })));
}

fn freeze(store: &mut Store, content: &str) -> i64 {
    let new = NewSnapshot {
        form: "gmis",
        edition: "r7",
        as_of: "2026-03-31".parse().unwrap(),
        taken: at(5000),
        who: "hanako",
        run: &"run-1".into(),
        ledger_version: Some(1),
        content,
    };
    store.freeze(&new).unwrap().number
}

#[test]
fn a_snapshot_is_read_back_octet_by_octet_and_is_neither_changed_nor_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("daicho.sqlite")).unwrap();
    let content = "{\n  \"b\": 1.0,  \"a\": \"見本\"\n}\n";
    let (first, second) = (freeze(&mut store, content), freeze(&mut store, "{}"));
    let (info, kept) = store.snapshot(first).unwrap();
    assert_eq!((kept.as_str(), info.as_of.to_string().as_str(), info.ledger_version), (content, "2026-03-31", Some(1)));
    let numbers: Vec<i64> = store.snapshots().unwrap().iter().map(|one| one.number).collect();
    assert_eq!(numbers, [second, first]);
    for sql in [
        "UPDATE snapshots SET content = '{}'",
        "DELETE FROM snapshots",
        "REPLACE INTO snapshots SELECT * FROM snapshots",
    ] {
        assert!(store.connection.execute(sql, []).is_err(), "{sql}");
    }
    assert!(matches!(store.snapshot(9), Err(StoreError::NoSuchSnapshot { number: 9 })));
}

#[test]
fn a_snapshot_that_somebody_changed_is_never_handed_out() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("daicho.sqlite")).unwrap();
    let number = freeze(&mut store, "{\"draft\": \"no\"}");
    store.connection.execute_batch("DROP TRIGGER snapshots_stay").unwrap();
    store.connection.execute("UPDATE snapshots SET content = '{\"draft\": \"yes\"}'", []).unwrap();
    assert!(matches!(store.snapshot(number), Err(StoreError::SnapshotChanged { .. })));
}
