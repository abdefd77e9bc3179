//! The demo hospital's papers: its ledger as hospitals keep it, and what an audit must find.

pub mod ledger;
pub mod scenario;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ledger::{Ledger, LedgerError};

use crate::description::DEMO;

/// What a scanner must be told about the demo hospital.
pub const SETTINGS: &str = include_str!("../../demo/demo.toml");

/// A file could not be written.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// By the system.
    #[error("{path}: {error}")]
    Write {
        /// Where.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// Because the ledger cannot be.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// Writes the ledger's books, the settings, the scenario and the description into a folder.
pub fn write_files(folder: &Path) -> Result<Vec<PathBuf>, FilesError> {
    fs::create_dir_all(folder).map_err(|error| FilesError::Write { path: folder.to_owned(), error })?;
    let ledger = Ledger::demo()?;
    let mut files = vec![
        ("demo.toml".to_owned(), SETTINGS.as_bytes().to_vec()),
        ("scenario.toml".to_owned(), scenario::DEMO.as_bytes().to_vec()),
        ("hospital.toml".to_owned(), DEMO.as_bytes().to_vec()),
    ];
    for book in &ledger.books {
        files.push((book.file.clone(), ledger.write(book)?));
    }
    let write = |(name, octets): (String, Vec<u8>)| {
        let path = folder.join(name);
        fs::write(&path, octets).map(|()| path.clone()).map_err(|error| FilesError::Write { path, error })
    };
    files.into_iter().map(write).collect()
}
