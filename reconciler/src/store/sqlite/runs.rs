//! Runs: kept record by record while they come in, read back as one batch.

use daicho_shared::batch::{Batch, End, Header, Record};
use daicho_shared::id::RunId;
use ipnet::IpNet;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction, params};
use serde::Serialize;

use super::{Stopped, Store, from_json, to_json};
use crate::store::StoreError;

/// A run that is being kept: hands out the numbers of its remarks, in the order in which they come.
#[derive(Debug)]
pub struct OpenRun {
    id: RunId,
    key: i64,
    sent: u32,
    coverage: u32,
    troubles: u32,
}

impl OpenRun {
    /// The run.
    pub fn id(&self) -> &RunId {
        &self.id
    }
}

/// One line of the list of runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunInfo {
    /// The run.
    pub id: RunId,
    /// The agent machine's name.
    pub host: String,
    /// Networks that were to be asked.
    pub scope: Vec<IpNet>,
    /// When it began.
    pub started: Timestamp,
    /// When it ended; `None` when it was cut off.
    pub finished: Option<Timestamp>,
    /// Everything planned was asked.
    pub complete: bool,
    /// Why not, where the agent could say.
    pub reason: Option<String>,
    /// Observations kept.
    pub observations: u64,
    /// A verdict is kept.
    pub judged: bool,
    /// The vendor that handed it in; the hospital's own runs have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
}

impl Store {
    /// Begins to keep a run. A run that is already kept is gone through again: the same records change
    /// nothing, missing ones are added, and other ones under the same number are a
    /// [`StoreError::Conflict`].
    pub fn begin_run(&mut self, header: &Header) -> Result<OpenRun, StoreError> {
        let record = to_json(header)?;
        let key = self.transact(|transaction| begin(transaction, header, &record))?;
        Ok(OpenRun { id: header.run.clone(), key, sent: 0, coverage: 0, troubles: 0 })
    }

    /// Keeps some records, in one transaction: all of them or none. Headers and ends are left to
    /// [`Store::begin_run`] and [`Store::finish_run`].
    pub fn append(&mut self, run: &mut OpenRun, records: &[Record]) -> Result<(), StoreError> {
        let (sent, coverage, troubles) = (run.sent, run.coverage, run.troubles);
        let kept = self.transact(|transaction| records.iter().try_for_each(|record| keep(transaction, run, record)));
        if kept.is_err() {
            (run.sent, run.coverage, run.troubles) = (sent, coverage, troubles);
        }
        kept
    }

    /// Keeps how a run ended. A run that never gets here was cut off, and counts as partial.
    pub fn finish_run(&mut self, run: &OpenRun, end: &End) -> Result<(), StoreError> {
        let record = to_json(end)?;
        self.transact(|transaction| {
            let added = transaction.execute(
                "INSERT INTO ends (run, record) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                params![run.key, record],
            )?;
            let kept: String =
                transaction.query_row("SELECT record FROM ends WHERE run = ?1", [run.key], |row| row.get(0))?;
            same(added == 1 || kept == record, &run.id, || "end".to_owned())
        })
    }

    /// Reads a run back.
    pub fn batch(&self, run: &RunId) -> Result<Batch, StoreError> {
        let found = self
            .connection
            .query_row("SELECT key, header FROM runs WHERE id = ?1", [run.0.as_str()], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()
            .map_err(|source| self.failure(source))?;
        let (key, header): (i64, String) = found.ok_or_else(|| StoreError::NoSuchRun { run: run.clone() })?;
        let mut batch = Batch::new(from_json(&header, || format!("header of run {run}"))?);
        batch.observations = self.records(key, "SELECT record FROM observations WHERE run = ?1 ORDER BY number")?;
        batch.sent = self.records(key, &remarks("sent"))?;
        batch.coverage = self.records(key, &remarks("coverage"))?;
        batch.troubles = self.records(key, &remarks("trouble"))?;
        batch.end = self.records(key, "SELECT record FROM ends WHERE run = ?1")?.pop();
        Ok(batch)
    }

    /// The hospital's own run that began last: what a vendor handed in is about that vendor's devices only.
    pub fn latest_run(&self) -> Result<Option<RunId>, StoreError> {
        let id: Option<String> = self
            .connection
            .query_row("SELECT id FROM runs WHERE key NOT IN (SELECT run FROM handed_in) ORDER BY started_us DESC, id DESC LIMIT 1", [], |row| row.get(0))
            .optional()
            .map_err(|source| self.failure(source))?;
        Ok(id.map(|id: String| RunId::from(id.as_str())))
    }

    /// All runs, the latest first.
    pub fn runs(&self) -> Result<Vec<RunInfo>, StoreError> {
        let sql = "SELECT header, (SELECT record FROM ends WHERE run = key),
                   (SELECT count(*) FROM observations WHERE run = key),
                   EXISTS (SELECT 1 FROM verdicts WHERE run = key),
                   (SELECT vendor FROM handed_in WHERE run = key)
                   FROM runs ORDER BY started_us DESC, id DESC";
        let rows = self.rows(sql, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))?;
        rows.into_iter().map(info).collect()
    }

    pub(super) fn rows<T>(
        &self,
        sql: &str,
        read: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        let collect = || -> rusqlite::Result<Vec<T>> { self.connection.prepare(sql)?.query_map([], read)?.collect() };
        collect().map_err(|source| self.failure(source))
    }

    fn records<T: serde::de::DeserializeOwned>(&self, key: i64, sql: &str) -> Result<Vec<T>, StoreError> {
        let collect = || -> rusqlite::Result<Vec<String>> {
            self.connection.prepare_cached(sql)?.query_map([key], |row| row.get(0))?.collect()
        };
        let texts = collect().map_err(|source| self.failure(source))?;
        texts.iter().map(|text| from_json(text, || format!("record of run number {key}"))).collect()
    }
}

fn remarks(kind: &str) -> String {
    format!("SELECT record FROM remarks WHERE run = ?1 AND kind = '{kind}' ORDER BY number")
}

fn begin(transaction: &Transaction<'_>, header: &Header, record: &str) -> Result<i64, Stopped> {
    let added = transaction.execute(
        "INSERT INTO runs (id, started_us, header) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        params![header.run.0.as_str(), header.started.as_microsecond(), record],
    )?;
    let (key, kept): (i64, String) =
        transaction.query_row("SELECT key, header FROM runs WHERE id = ?1", [header.run.0.as_str()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    same(added == 1 || kept == record, &header.run, || "header".to_owned())?;
    Ok(key)
}

fn keep(transaction: &Transaction<'_>, run: &mut OpenRun, record: &Record) -> Result<(), Stopped> {
    match record {
        Record::Observation(observation) => keep_observation(transaction, run, observation.number, observation),
        Record::Sent(sent) => {
            run.sent += 1;
            keep_remark(transaction, run, ("sent", run.sent), sent)
        }
        Record::Coverage(coverage) => {
            run.coverage += 1;
            keep_remark(transaction, run, ("coverage", run.coverage), coverage)
        }
        Record::Trouble(trouble) => {
            run.troubles += 1;
            keep_remark(transaction, run, ("trouble", run.troubles), trouble)
        }
        Record::Header(_) | Record::End(_) => Ok(()),
    }
}

fn keep_observation(
    transaction: &Transaction<'_>,
    run: &OpenRun,
    number: u32,
    observation: &impl Serialize,
) -> Result<(), Stopped> {
    let record = to_json(observation)?;
    let sql = "INSERT INTO observations (run, number, record) VALUES (?1, ?2, ?3)
               ON CONFLICT (run, number) DO NOTHING";
    if transaction.prepare_cached(sql)?.execute(params![run.key, number, record])? == 1 {
        return Ok(());
    }
    let sql = "SELECT record FROM observations WHERE run = ?1 AND number = ?2";
    let kept: String = transaction.prepare_cached(sql)?.query_row(params![run.key, number], |row| row.get(0))?;
    same(kept == record, &run.id, || format!("observation {number}"))
}

fn keep_remark(
    transaction: &Transaction<'_>,
    run: &OpenRun,
    (kind, number): (&str, u32),
    remark: &impl Serialize,
) -> Result<(), Stopped> {
    let record = to_json(remark)?;
    let sql = "INSERT INTO remarks (run, kind, number, record) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT (run, kind, number) DO NOTHING";
    if transaction.prepare_cached(sql)?.execute(params![run.key, kind, number, record])? == 1 {
        return Ok(());
    }
    let sql = "SELECT record FROM remarks WHERE run = ?1 AND kind = ?2 AND number = ?3";
    let kept: String = transaction.prepare_cached(sql)?.query_row(params![run.key, kind, number], |row| row.get(0))?;
    same(kept == record, &run.id, || format!("{kind} {number}"))
}

fn same(same: bool, run: &RunId, what: impl FnOnce() -> String) -> Result<(), Stopped> {
    if same { Ok(()) } else { Err(Stopped::Store(StoreError::Conflict { run: run.clone(), what: what() })) }
}

type Listed = (String, Option<String>, i64, bool, Option<String>);

fn info((header, end, observations, judged, vendor): Listed) -> Result<RunInfo, StoreError> {
    let header: Header = from_json(&header, || "header of a run".to_owned())?;
    let end: Option<End> = end.map(|text| from_json(&text, || format!("end of run {}", header.run))).transpose()?;
    Ok(RunInfo {
        id: header.run,
        host: header.host,
        scope: header.scope,
        started: header.started,
        finished: end.as_ref().map(|end| end.finished),
        complete: end.as_ref().is_some_and(|end| end.complete),
        reason: end.and_then(|end| end.reason),
        observations: u64::try_from(observations).unwrap_or(0),
        judged,
        vendor,
    })
}
