//! A project folder: its settings, its store, its lock.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::{Failure, reread};
use crate::edge;
use crate::judge::Knowledge;
use crate::settings::Settings;
use crate::store::Store;
use crate::store::lock::FolderLock;

/// An opened project folder.
#[derive(Debug)]
pub(super) struct Project {
    pub(super) folder: PathBuf,
    pub(super) settings: Settings,
    pub(super) store: Store,
}

impl Project {
    /// Opens a folder to write in it. Holds its lock.
    pub(super) fn open(folder: &Path, command: &str, now: Timestamp) -> Result<(Self, FolderLock), Failure> {
        let settings = Settings::read(folder)?;
        let folder = std::path::absolute(folder).map_err(|source| Failure::file(folder, source))?;
        let lock = FolderLock::take(&folder, command, now)?;
        let data = folder.join("data");
        edge::make_private_folder(&data).map_err(|source| Failure::file(&data, source))?;
        let store = Store::open(&database(&folder))?;
        Ok((Self { folder, settings, store }, lock))
    }

    /// Opens a folder to read what is kept; somebody else may be writing.
    pub(super) fn open_to_read(folder: &Path) -> Result<Self, Failure> {
        let settings = Settings::read(folder)?;
        let folder = std::path::absolute(folder).map_err(|source| Failure::file(folder, source))?;
        let store = Store::open_existing(&database(&folder))?;
        Ok(Self { folder, settings, store })
    }

    /// What the judge knows beforehand, with this hospital's own rules.
    pub(super) fn knowledge(&self) -> Result<Knowledge, Failure> {
        let rules = self.settings.judge.rules.as_ref().map(|rules| self.folder.join(rules));
        self.knowledge_by(rules.as_deref())
    }

    /// The same with the rules of another folder.
    pub(super) fn knowledge_by(&self, rules: Option<&Path>) -> Result<Knowledge, Failure> {
        let judge = &self.settings.judge;
        let mut knowledge = rules.map_or_else(|| Ok(Knowledge::builtin()), reread::knowledge)?;
        knowledge.identity.scans_needed = judge.scans_needed.map_or(knowledge.identity.scans_needed, NonZeroU32::get);
        knowledge.mind_hours = judge.hours;
        Ok(knowledge)
    }

    /// The folder of the database and of everything that is private.
    pub(super) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }
}

/// The database of a project folder.
pub(super) fn database(folder: &Path) -> PathBuf {
    folder.join("data").join("daicho.sqlite")
}
