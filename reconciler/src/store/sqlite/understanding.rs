//! What is judged together with a run: imported inventories, and kept replies that were read again.

use daicho_shared::batch::Batch;
use daicho_shared::id::RunId;
use daicho_shared::observation::Observation;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::{Store, from_json, to_json};
use crate::judge::inventory::{Inventory, InventoryFile};
use crate::judge::verdict::Reread;
use crate::store::StoreError;

/// Kept replies, read again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rereading {
    /// By whom.
    pub reread: Reread,
    /// The observations that say something else now, by number.
    pub observations: Vec<Observation>,
}

impl Store {
    /// Keeps inventory files, all of them or none. A file of the same name is replaced from now on.
    pub fn add_inventories(&mut self, inventories: &[Inventory]) -> Result<(), StoreError> {
        let mut records = vec![];
        for inventory in inventories {
            let mut lines = Vec::new();
            inventory.batch.write(&mut lines).map_err(|source| StoreError::Unreadable {
                what: "inventory to keep".to_owned(),
                source: serde_json::Error::io(source),
            })?;
            records.push((to_json(&inventory.file)?, String::from_utf8_lossy(&lines).into_owned()));
        }
        self.transact(|transaction| {
            for (inventory, (file, batch)) in inventories.iter().zip(&records) {
                transaction.execute(
                    "INSERT INTO inventories (file, name, imported_us, batch) VALUES (?1, ?2, ?3, ?4)",
                    params![file, inventory.file.name, inventory.file.imported.as_microsecond(), batch],
                )?;
            }
            Ok(())
        })
    }

    /// The inventories that count for a run: the newest version of every file among those that were
    /// imported before the next run began. Last year's run is not judged by this year's files.
    pub fn inventories(&self, run: &RunId) -> Result<Vec<Inventory>, StoreError> {
        self.inventories_at(run, Timestamp::MAX)
    }

    /// Of these, what had been imported at a moment.
    pub fn inventories_at(&self, run: &RunId, moment: Timestamp) -> Result<Vec<Inventory>, StoreError> {
        let sql = "SELECT file, batch FROM inventories WHERE number IN (
                       SELECT max(number) FROM inventories WHERE imported_us <= ?2 AND imported_us < coalesce(
                           (SELECT min(next.started_us) FROM runs AS next, runs AS this
                            WHERE this.id = ?1 AND next.started_us > this.started_us
                            AND next.key NOT IN (SELECT run FROM handed_in)), 9223372036854775807)
                       GROUP BY name) ORDER BY name";
        let collect = || -> rusqlite::Result<Vec<(String, String)>> {
            let values = params![run.0.as_str(), moment.as_microsecond()];
            self.connection.prepare(sql)?.query_map(values, |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        };
        let rows = collect().map_err(|source| self.failure(source))?;
        rows.iter().map(|(file, batch)| inventory(file, batch)).collect()
    }

    /// Keeps what a later agent read in a run's replies, in place of an earlier reading.
    pub fn save_rereading(&mut self, run: &RunId, rereading: &Rereading) -> Result<(), StoreError> {
        let (reread, observations) = (to_json(&rereading.reread)?, to_json(&rereading.observations)?);
        self.transact(|transaction| {
            let added = transaction.execute(
                "INSERT INTO readings (run, reread, observations) SELECT key, ?2, ?3 FROM runs WHERE id = ?1
                 ON CONFLICT (run) DO UPDATE SET reread = excluded.reread, observations = excluded.observations",
                params![run.0.as_str(), reread, observations],
            )?;
            if added == 1 { Ok(()) } else { Err(StoreError::NoSuchRun { run: run.clone() }.into()) }
        })
    }

    /// What a later agent read in a run's replies, where one did.
    pub fn rereading(&self, run: &RunId) -> Result<Option<Rereading>, StoreError> {
        let sql = "SELECT reread, observations FROM readings JOIN runs ON key = run WHERE id = ?1";
        let row: Option<(String, String)> = self
            .connection
            .query_row(sql, [run.0.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()
            .map_err(|source| self.failure(source))?;
        let Some((reread, observations)) = row else { return Ok(None) };
        let what = || format!("reading of run {run}");
        Ok(Some(Rereading { reread: from_json(&reread, what)?, observations: from_json(&observations, what)? }))
    }
}

fn inventory(file: &str, batch: &str) -> Result<Inventory, StoreError> {
    let file: InventoryFile = from_json(file, || "inventory file".to_owned())?;
    let batch = Batch::read(batch.as_bytes()).map_err(|source| StoreError::Unreadable {
        what: format!("inventory {}", file.name),
        source: serde_json::Error::io(std::io::Error::other(source)),
    })?;
    Ok(Inventory { file, batch })
}
