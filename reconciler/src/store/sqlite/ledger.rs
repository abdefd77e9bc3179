//! Ledger versions: every import is kept, and the newest version of every file is the ledger.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};
use serde::Serialize;

use super::{Stopped, Store, from_json, to_json};
use crate::judge::entry::{Entry, Ledger, LedgerFile, Record, RowProblem};
use crate::store::StoreError;

/// One imported file, to be kept as a new version.
#[derive(Debug, Clone)]
pub struct NewLedger {
    /// Its rows and problems, under exactly one file.
    pub ledger: Ledger,
    /// Where it was read from, for people.
    pub path: String,
    /// Who imported it: the user of the operating system.
    pub who: String,
}

/// One kept version, without its rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LedgerVersion {
    /// Counted from 1 over all files.
    pub number: i64,
    /// File name without folders.
    pub file: String,
    /// Where it was read from.
    pub path: String,
    /// SHA-256 of the file, lower-case hexadecimal.
    pub sha256: String,
    /// When it was imported.
    pub imported: Timestamp,
    /// Who imported it.
    pub who: String,
    /// Rows; `None` when the file was withdrawn by this version.
    pub rows: Option<u32>,
    /// The newest version of its file.
    pub current: bool,
    /// It says the same as this earlier version, to which people went back.
    pub restored: Option<i64>,
}

impl Store {
    /// Keeps imported files as new versions, all of them or none. A file of the same name is replaced
    /// in the current ledger; its older versions stay.
    pub fn add_ledger_versions(&mut self, files: &[NewLedger]) -> Result<(), StoreError> {
        self.transact(|transaction| {
            for file in files {
                for named in &file.ledger.files {
                    let imported = named.imported.as_microsecond();
                    let head = to_json(&head(&file.ledger))?;
                    transaction
                        .execute(INSERT, params![named.name, file.path, named.sha256, imported, file.who, head])?;
                    add_pieces(transaction, transaction.last_insert_rowid(), &file.ledger)?;
                }
            }
            Ok(())
        })
    }

    /// Takes a file out of the current ledger, e.g. after it was renamed. Its versions stay.
    pub fn withdraw(&mut self, file: &str, who: &str, at: Timestamp) -> Result<(), StoreError> {
        self.transact(|transaction| {
            let sql = "SELECT ledger IS NOT NULL FROM ledger_versions WHERE file = ?1 ORDER BY number DESC LIMIT 1";
            let present = transaction.query_row(sql, [file], |row| row.get(0)).optional()?;
            if present != Some(true) {
                return Err(StoreError::NoSuchFile { file: file.to_owned() }.into());
            }
            transaction.execute(INSERT, params![file, "", "", at.as_microsecond(), who, None::<String>])?;
            Ok(())
        })
    }

    /// Makes an earlier version the newest one of its file again. It is kept as a version of its own.
    pub fn restore(&mut self, number: i64, who: &str, at: Timestamp) -> Result<LedgerVersion, StoreError> {
        let versions = self.ledger_versions()?;
        let old = versions.into_iter().find(|version| version.number == number);
        let old = old.ok_or(StoreError::NoSuchVersion { number })?;
        if old.current {
            return Err(StoreError::CurrentVersion { number, file: old.file });
        }
        self.transact(|transaction| {
            let sql = "INSERT INTO ledger_versions (file, path, sha256, imported_us, who, ledger, restored)
                       SELECT file, path, sha256, ?2, ?3, ledger, number FROM ledger_versions WHERE number = ?1";
            transaction.execute(sql, params![number, at.as_microsecond(), who])?;
            let pieces = "INSERT INTO ledger_pieces (version, piece, rows, ledger)
                          SELECT ?2, piece, rows, ledger FROM ledger_pieces WHERE version = ?1";
            transaction.execute(pieces, params![number, transaction.last_insert_rowid()])?;
            Ok(())
        })?;
        Ok(old)
    }

    /// One version; `None` where it withdrew its file.
    pub fn ledger_version(&self, number: i64) -> Result<Option<Ledger>, StoreError> {
        let sql = "SELECT ledger FROM ledger_versions WHERE number = ?1";
        let text = self.connection.query_row(sql, [number], |row| row.get::<_, Option<String>>(0)).optional();
        let text = text.map_err(|source| self.failure(source))?.ok_or(StoreError::NoSuchVersion { number })?;
        text.map(|text| self.whole(number, &text)).transpose()
    }

    /// The current ledger: the newest version of every file, by file name.
    pub fn ledger(&self) -> Result<Vec<Ledger>, StoreError> {
        self.files("max(number) FROM ledger_versions")
    }

    /// The ledger as it was at a moment. Where nothing had been imported by then, the first version of every file:
    /// nobody has an older one.
    pub fn ledger_at(&self, moment: Timestamp) -> Result<Vec<Ledger>, StoreError> {
        let until = format!("FROM ledger_versions WHERE imported_us <= {}", moment.as_microsecond());
        if self.ask(&format!("SELECT count(*) {until}"))? == 0 {
            return self.files("min(number) FROM ledger_versions");
        }
        self.files(&format!("max(number) {until}"))
    }

    /// One version of every file, by file name; a file of which that version withdrew it is left out.
    fn files(&self, which: &str) -> Result<Vec<Ledger>, StoreError> {
        let sql = format!(
            "SELECT number, ledger FROM ledger_versions WHERE ledger IS NOT NULL AND number IN
             (SELECT {which} GROUP BY file) ORDER BY file"
        );
        let files: Vec<(i64, String)> = self.rows(&sql, |row| Ok((row.get(0)?, row.get(1)?)))?;
        files.iter().map(|(number, text)| self.whole(*number, text)).collect()
    }

    /// A version with its pieces, which are read one by one.
    fn whole(&self, number: i64, head: &str) -> Result<Ledger, StoreError> {
        let mut ledger: Ledger = from_json(head, || format!("ledger version {number}"))?;
        let sql = "SELECT ledger FROM ledger_pieces WHERE version = ?1 ORDER BY piece";
        let mut statement = self.connection.prepare(sql).map_err(|source| self.failure(source))?;
        let mut rows = statement.query([number]).map_err(|source| self.failure(source))?;
        while let Some(row) = rows.next().map_err(|source| self.failure(source))? {
            let text: String = row.get(0).map_err(|source| self.failure(source))?;
            let mut piece: Ledger = from_json(&text, || format!("ledger version {number}"))?;
            ledger.entries.append(&mut piece.entries);
            ledger.records.append(&mut piece.records);
            ledger.problems.append(&mut piece.problems);
        }
        Ok(ledger)
    }

    /// All versions, the newest first.
    pub fn ledger_versions(&self) -> Result<Vec<LedgerVersion>, StoreError> {
        let sql = "SELECT number, file, path, sha256, imported_us, who,
                   CASE WHEN ledger IS NULL THEN NULL ELSE json_array_length(ledger, '$.entries')
                   + coalesce(json_array_length(ledger, '$.records'), 0)
                   + coalesce((SELECT sum(rows) FROM ledger_pieces WHERE version = kept.number), 0) END,
                   number = (SELECT max(number) FROM ledger_versions AS newer WHERE newer.file = kept.file), restored
                   FROM ledger_versions AS kept ORDER BY number DESC";
        self.rows(sql, version)
    }
}

/// Rows of one piece.
const PIECE: usize = 1000;

/// A version without its rows.
fn head(ledger: &Ledger) -> Ledger {
    Ledger { files: ledger.files.clone(), entries: vec![], records: vec![], problems: vec![] }
}

/// A part of a ledger, as [`Ledger`] is written.
#[derive(Serialize)]
struct Piece<'a> {
    entries: &'a [Entry],
    records: &'a [Record],
    files: [LedgerFile; 0],
    problems: &'a [RowProblem],
}

fn add_pieces(transaction: &rusqlite::Transaction<'_>, version: i64, ledger: &Ledger) -> Result<(), Stopped> {
    let most = [ledger.entries.len(), ledger.records.len(), ledger.problems.len()].into_iter().max().unwrap_or(0);
    let mut statement =
        transaction.prepare("INSERT INTO ledger_pieces (version, piece, rows, ledger) VALUES (?1, ?2, ?3, ?4)")?;
    for (number, from) in (0_i64..).zip((0..most).step_by(PIECE)) {
        let piece = Piece {
            entries: part(&ledger.entries, from),
            records: part(&ledger.records, from),
            files: [],
            problems: part(&ledger.problems, from),
        };
        let rows = i64::try_from(piece.entries.len() + piece.records.len()).unwrap_or(i64::MAX);
        statement.execute(params![version, number, rows, to_json(&piece)?])?;
    }
    Ok(())
}

fn part<T>(all: &[T], from: usize) -> &[T] {
    let from = from.min(all.len());
    &all[from..all.len().min(from + PIECE)]
}

const INSERT: &str = "INSERT INTO ledger_versions (file, path, sha256, imported_us, who, ledger)
                      VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

fn version(row: &rusqlite::Row<'_>) -> rusqlite::Result<LedgerVersion> {
    Ok(LedgerVersion {
        number: row.get(0)?,
        file: row.get(1)?,
        path: row.get(2)?,
        sha256: row.get(3)?,
        imported: Timestamp::from_microsecond(row.get(4)?).unwrap_or(Timestamp::UNIX_EPOCH),
        who: row.get(5)?,
        rows: row.get(6)?,
        current: row.get(7)?,
        restored: row.get(8)?,
    })
}
