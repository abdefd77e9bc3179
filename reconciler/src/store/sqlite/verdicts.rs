//! Verdicts: what was said about each run. Derived, so judging a run again replaces its verdict.

use daicho_shared::id::RunId;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::{Store, from_json, to_json};
use crate::judge::verdict::Verdict;
use crate::store::StoreError;

impl Store {
    /// Keeps the verdict on its run, which must be kept already.
    pub fn save_verdict(&mut self, verdict: &Verdict, judged: Timestamp) -> Result<(), StoreError> {
        let record = to_json(verdict)?;
        let run = &verdict.run.id;
        self.transact(|transaction| {
            let added = transaction.execute(
                "INSERT INTO verdicts (run, judged_us, verdict) SELECT key, ?2, ?3 FROM runs WHERE id = ?1
                 ON CONFLICT (run) DO UPDATE SET judged_us = excluded.judged_us, verdict = excluded.verdict",
                params![run.0.as_str(), judged.as_microsecond(), record],
            )?;
            if added == 1 { Ok(()) } else { Err(StoreError::NoSuchRun { run: run.clone() }.into()) }
        })
    }

    /// The verdict on one run, where it was judged.
    pub fn verdict(&self, run: &RunId) -> Result<Option<Verdict>, StoreError> {
        let sql = "SELECT verdict FROM verdicts JOIN runs ON key = run WHERE id = ?1";
        let text: Option<String> = self
            .connection
            .query_row(sql, [run.0.as_str()], |row| row.get(0))
            .optional()
            .map_err(|source| self.failure(source))?;
        text.map(|text| from_json(&text, || format!("verdict on run {run}"))).transpose()
    }

    /// The verdicts on the last `limit` judged runs of the hospital's own that began before `run`, the oldest first.
    /// A verdict of a version that wrote other words is left out: it is derived, and no reason to fail
    /// tonight's run.
    pub fn verdicts(&self, before: &RunId, limit: u32) -> Result<Vec<Verdict>, StoreError> {
        let sql = "SELECT verdict FROM verdicts JOIN runs ON key = run
                   WHERE (started_us, id) < (SELECT started_us, id FROM runs WHERE id = ?1)
                   AND key NOT IN (SELECT run FROM handed_in)
                   ORDER BY started_us DESC, id DESC LIMIT ?2";
        let collect = || -> rusqlite::Result<Vec<String>> {
            self.connection.prepare(sql)?.query_map(params![before.0.as_str(), limit], |row| row.get(0))?.collect()
        };
        let texts = collect().map_err(|source| self.failure(source))?;
        Ok(texts.iter().rev().filter_map(|text| serde_json::from_str(text).ok()).collect())
    }
}
