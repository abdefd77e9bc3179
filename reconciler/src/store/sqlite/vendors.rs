//! Enquiries to vendors, their replies, and the runs that they handed in.

use daicho_shared::id::RunId;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::{Store, from_json, to_json};
use crate::judge::vendor::{Enquiry, Reply, Vendors};
use crate::store::StoreError;

/// A run that a vendor handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandedIn<'a> {
    /// The vendor.
    pub vendor: &'a str,
    /// Who took it.
    pub who: &'a str,
    /// When.
    pub at: Timestamp,
    /// SHA-256 of the file, lower-case hexadecimal.
    pub sha256: &'a str,
}

impl Store {
    /// The number that the next enquiry gets; the folder's lock keeps others from taking it meanwhile.
    pub fn next_enquiry(&self) -> Result<i64, StoreError> {
        self.ask("SELECT coalesce(max(number), 0) + 1 FROM enquiries")
    }

    /// Keeps enquiries, all of them or none.
    pub fn add_enquiries(&mut self, enquiries: &[Enquiry]) -> Result<(), StoreError> {
        let records = enquiries.iter().map(to_json).collect::<Result<Vec<_>, _>>()?;
        self.transact(|transaction| {
            for (enquiry, record) in enquiries.iter().zip(&records) {
                transaction.execute(
                    "INSERT INTO enquiries (number, asked_us, record) VALUES (?1, ?2, ?3)",
                    params![enquiry.number, enquiry.asked.as_microsecond(), record],
                )?;
            }
            Ok(())
        })
    }

    /// Keeps a reply under the next number, which it returns; the same file again is the reply that is kept already.
    pub fn add_reply(&mut self, reply: &Reply) -> Result<i64, StoreError> {
        let number = self.ask("SELECT coalesce(max(number), 0) + 1 FROM replies")?;
        let record = to_json(&Reply { number, ..reply.clone() })?;
        self.transact(|transaction| {
            transaction.execute(
                "INSERT INTO replies (number, enquiry, received_us, sha256, record) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (sha256) DO NOTHING",
                params![number, reply.enquiry, reply.received.as_microsecond(), reply.sha256, record],
            )?;
            let sql = "SELECT number FROM replies WHERE sha256 = ?1";
            Ok(transaction.query_row(sql, [&reply.sha256], |row| row.get(0))?)
        })
    }

    /// Everything that vendors were asked and answered.
    pub fn vendors(&self) -> Result<Vendors, StoreError> {
        self.vendors_before(i64::MAX)
    }

    /// What counts for a run: whatever was asked and answered before the next run of this hospital began.
    pub fn vendors_of(&self, run: &RunId) -> Result<Vendors, StoreError> {
        let sql = "SELECT min(next.started_us) FROM runs AS next, runs AS this
                   WHERE this.id = ?1 AND next.started_us > this.started_us
                   AND next.key NOT IN (SELECT run FROM handed_in)";
        let next = self.connection.query_row(sql, [run.0.as_str()], |row| row.get(0));
        let next: Option<i64> = next.optional().map_err(|source| self.failure(source))?.flatten();
        self.vendors_before(next.unwrap_or(i64::MAX))
    }

    fn vendors_before(&self, end: i64) -> Result<Vendors, StoreError> {
        let read = |sql: &str| -> Result<Vec<String>, StoreError> {
            let collect = || -> rusqlite::Result<Vec<String>> {
                self.connection.prepare(sql)?.query_map([end], |row| row.get(0))?.collect()
            };
            collect().map_err(|source| self.failure(source))
        };
        let enquiries = read("SELECT record FROM enquiries WHERE asked_us < ?1 ORDER BY number")?;
        let replies = read("SELECT record FROM replies WHERE received_us < ?1 ORDER BY number")?;
        let enquiry = |text: &String| from_json::<Enquiry>(text, || "enquiry".to_owned());
        let reply = |text: &String| from_json::<Reply>(text, || "reply".to_owned());
        Ok(Vendors {
            enquiries: enquiries.iter().map(enquiry).collect::<Result<_, _>>()?,
            replies: replies.iter().map(reply).collect::<Result<_, _>>()?,
        })
    }

    /// Writes down which vendor handed a run in. What was written down first stays.
    pub fn hand_in(&mut self, run: &RunId, from: &HandedIn<'_>) -> Result<(), StoreError> {
        self.transact(|transaction| {
            let sql = "INSERT INTO handed_in (run, vendor, who, received_us, sha256)
                       SELECT key, ?2, ?3, ?4, ?5 FROM runs WHERE id = ?1 ON CONFLICT (run) DO NOTHING";
            let values = params![run.0.as_str(), from.vendor, from.who, from.at.as_microsecond(), from.sha256];
            transaction.execute(sql, values)?;
            Ok(())
        })
    }
}
