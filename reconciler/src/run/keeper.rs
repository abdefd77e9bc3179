//! Keeps the records of a run as they come in, in small transactions.

use std::time::{Duration, Instant};

use daicho_shared::batch::Record;
use daicho_shared::id::RunId;

use crate::store::{OpenRun, Store, StoreError};

/// The most records in one transaction.
const RECORDS: usize = 256;
/// The longest that a record waits to be kept: what a kill may cost.
const AGE: Duration = Duration::from_millis(500);

/// Keeps the records of one run.
pub(super) struct Keeper<'a> {
    store: &'a mut Store,
    run: Option<OpenRun>,
    waiting: Vec<Record>,
    since: Instant,
    complete: Option<bool>,
}

/// What was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) run: RunId,
    /// Everything planned was asked. Without an end record nobody can say so.
    pub(super) complete: bool,
    /// The end was never written: the agent, or its file, was cut off.
    pub(super) cut: bool,
}

impl<'a> Keeper<'a> {
    pub(super) fn new(store: &'a mut Store, now: Instant) -> Self {
        Self { store, run: None, waiting: vec![], since: now, complete: None }
    }

    pub(super) fn take(&mut self, record: Record, now: Instant) -> Result<(), StoreError> {
        match record {
            Record::Header(header) => self.run = Some(self.store.begin_run(&header)?),
            Record::End(end) => {
                self.flush()?;
                if let Some(run) = &self.run {
                    self.store.finish_run(run, &end)?;
                    self.complete = Some(end.complete);
                }
            }
            record => {
                if self.waiting.is_empty() {
                    self.since = now;
                }
                self.waiting.push(record);
            }
        }
        self.flush_if_due(now)
    }

    /// Keeps what has waited for long enough.
    pub(super) fn flush_if_due(&mut self, now: Instant) -> Result<(), StoreError> {
        let due = self.waiting.len() >= RECORDS || (!self.waiting.is_empty() && now - self.since >= AGE);
        if due { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        if let Some(run) = &mut self.run {
            self.store.append(run, &self.waiting)?;
        }
        self.waiting.clear();
        Ok(())
    }

    /// Keeps the rest; `None` where not even a header came.
    pub(super) fn finish(mut self) -> Result<Option<Kept>, StoreError> {
        self.flush()?;
        let complete = self.complete;
        let kept =
            |run: OpenRun| Kept { run: run.id().clone(), complete: complete == Some(true), cut: complete.is_none() };
        Ok(self.run.map(kept))
    }
}
