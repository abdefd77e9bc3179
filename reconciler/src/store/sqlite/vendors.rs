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

    /// What they had been asked and had answered at a moment.
    pub fn vendors_at(&self, moment: Timestamp) -> Result<Vendors, StoreError> {
        self.vendors_before(moment.as_microsecond().saturating_add(1))
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
            withdrawals: self.withdrawals(end)?,
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use daicho_shared::batch::{FORMAT, Header, VERSION};
    use jiff::civil::date;

    use super::*;
    use crate::judge::vendor::Subject;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn store(runs: &[(&str, i64)]) -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(&folder.path().join("daicho.sqlite")).unwrap();
        for (run, started) in runs {
            let header = Header {
                format: FORMAT.into(),
                version: VERSION,
                run: (*run).into(),
                agent: "0".into(),
                host: "h".into(),
                started: at(*started),
                scope: vec![],
                exclude: vec![],
                profile: "gentle".into(),
                interfaces: vec![],
            };
            store.begin_run(&header).unwrap();
        }
        (folder, store)
    }

    fn enquiry(number: i64, asked: i64) -> Enquiry {
        let day = date(2026, 4, 1);
        let (vendor, by, token) = ("B社".to_owned(), "山田".to_owned(), "t".to_owned());
        Enquiry {
            number,
            vendor,
            asked: at(asked),
            asked_on: day,
            by,
            due: day,
            token,
            subjects: vec![Subject::whole()],
        }
    }

    fn reply(received: i64, sha256: &str) -> Reply {
        Reply {
            number: 0,
            enquiry: 1,
            vendor: "B社".into(),
            received: at(received),
            received_on: date(2026, 4, 2),
            by: "山田".into(),
            file: "B.xlsx".into(),
            sha256: sha256.into(),
            answered_by: Some("佐藤".into()),
            answered_on: None,
            rows: BTreeMap::new(),
        }
    }

    #[test]
    fn answers_are_versions_and_the_same_file_is_one() {
        let (_folder, mut store) = store(&[]);
        store.add_enquiries(&[enquiry(1, 5)]).unwrap();
        assert_eq!(store.next_enquiry().unwrap(), 2);
        assert_eq!(["a", "b", "a"].map(|file| store.add_reply(&reply(9, file)).unwrap()), [1, 2, 1]);
        let vendors = store.vendors().unwrap();
        assert_eq!((vendors.enquiries, vendors.replies.len()), (vec![enquiry(1, 5)], 2));
        for sql in [
            "UPDATE enquiries SET record = '{}'",
            "DELETE FROM enquiries",
            "UPDATE replies SET record = '{}'",
            "DELETE FROM replies",
        ] {
            assert!(store.connection.execute(sql, []).is_err(), "{sql}");
        }
        let stranger = Reply { enquiry: 7, ..reply(9, "c") };
        assert!(store.add_reply(&stranger).is_err(), "no such enquiry");
    }

    #[test]
    fn a_run_is_judged_by_what_was_known_before_the_next() {
        let (_folder, mut store) = store(&[("first", 10), ("second", 30)]);
        store.add_enquiries(&[enquiry(1, 5), enquiry(2, 35)]).unwrap();
        store.add_reply(&reply(20, "a")).unwrap();
        store.add_reply(&reply(40, "b")).unwrap();
        let counted = |run: &str| {
            let vendors = store.vendors_of(&run.into()).unwrap();
            (vendors.enquiries.len(), vendors.replies.len())
        };
        assert_eq!((counted("first"), counted("second")), ((1, 1), (2, 2)));
    }

    #[test]
    fn what_a_vendor_hands_in_is_no_run_of_the_hospitals() {
        let (_folder, mut store) = store(&[("own", 10), ("theirs", 30)]);
        let from = HandedIn { vendor: "B社", who: "山田", at: at(31), sha256: "a" };
        store.hand_in(&"theirs".into(), &from).unwrap();
        store.hand_in(&"theirs".into(), &HandedIn { vendor: "C社", ..from }).unwrap();
        assert_eq!(store.latest_run().unwrap(), Some("own".into()));
        let origins: Vec<Option<String>> = store.runs().unwrap().into_iter().map(|run| run.vendor).collect();
        assert_eq!(origins, [Some("B社".to_owned()), None], "what was written down first stays");
        store.add_enquiries(&[enquiry(1, 5)]).unwrap();
        store.add_reply(&reply(40, "a")).unwrap();
        assert_eq!(store.vendors_of(&"own".into()).unwrap().replies.len(), 1, "theirs does not end the hospital's");
    }
}
