//! One run at a time in one folder.
//!
//! The lock is the operating system's (`flock`): it goes when its holders go, however they die, so a
//! lock file that was left behind locks nothing. A scan hands the lock on to the agent as its standard
//! input; should this program be killed, the folder stays locked until the agent has stopped, too.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

/// Name of the lock file in a project folder.
pub const LOCK_FILE: &str = ".daicho.lock";

/// The most that is read of what the holder wrote.
const HOLDER_LIMIT: u64 = 1024;

/// The folder is ours while this lives.
#[derive(Debug)]
pub struct FolderLock {
    file: File,
}

/// Who holds a folder, as the lock file says; empty where it says nothing readable.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Holder {
    /// Process id.
    pub pid: Option<u32>,
    /// Its command, e.g. `audit`.
    pub command: String,
    /// Since when.
    pub since: Option<Timestamp>,
}

/// The folder cannot be locked.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process works in it.
    #[error("{path}: another process works in this folder")]
    Held {
        /// The lock file.
        path: PathBuf,
        /// Who.
        holder: Holder,
    },
    /// The lock file cannot be made or locked.
    #[error("{path}: {source}")]
    File {
        /// The lock file.
        path: PathBuf,
        /// Cause.
        source: io::Error,
    },
}

impl FolderLock {
    /// Locks a folder for one command, or says at once who holds it.
    pub fn take(folder: &Path, command: &str, now: Timestamp) -> Result<Self, LockError> {
        let path = folder.join(LOCK_FILE);
        let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = opened.map_err(|source| LockError::File { path: path.clone(), source })?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(LockError::Held { path, holder: Holder::read(&mut file) }),
            Err(TryLockError::Error(source)) => return Err(LockError::File { path, source }),
        }
        write_holder(&mut file, command, now).map_err(|source| LockError::File { path, source })?;
        Ok(Self { file })
    }

    /// A second handle of the same lock, for a child process: the lock is held until both are closed.
    pub fn share(&self) -> io::Result<File> {
        self.file.try_clone()
    }
}

impl Holder {
    fn read(file: &mut File) -> Self {
        let mut text = String::new();
        if file.take(HOLDER_LIMIT).read_to_string(&mut text).is_err() {
            return Self::default();
        }
        let mut lines = text.lines();
        let pid = lines.next().and_then(|line| line.parse().ok());
        let command = lines.next().map(daicho_shared::text::bounded).unwrap_or_default();
        Self { pid, command, since: lines.next().and_then(|line| line.parse().ok()) }
    }
}

fn write_holder(file: &mut File, command: &str, now: Timestamp) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    write!(file, "{}\n{command}\n{now}\n", std::process::id())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    #[test]
    fn the_second_one_learns_who_holds_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let now = "2026-03-31T02:15:00Z".parse().unwrap();
        let first = FolderLock::take(folder.path(), "audit", now).unwrap();
        let Err(LockError::Held { holder, .. }) = FolderLock::take(folder.path(), "scan", now) else {
            panic!("locked twice");
        };
        let expected = Holder { pid: Some(std::process::id()), command: "audit".to_owned(), since: Some(now) };
        assert_eq!(holder, expected);
        drop(first);
        FolderLock::take(folder.path(), "scan", now).unwrap();
    }

    #[test]
    fn a_child_keeps_the_folder_locked_until_it_ends() {
        let folder = tempfile::tempdir().unwrap();
        let lock = FolderLock::take(folder.path(), "scan", Timestamp::UNIX_EPOCH).unwrap();
        let mut child = Command::new("sleep").arg("30").stdin(Stdio::from(lock.share().unwrap())).spawn().unwrap();
        drop(lock);
        let second = FolderLock::take(folder.path(), "scan", Timestamp::UNIX_EPOCH);
        assert!(matches!(second, Err(LockError::Held { .. })), "{second:?}");
        child.kill().unwrap();
        child.wait().unwrap();
        FolderLock::take(folder.path(), "scan", Timestamp::UNIX_EPOCH).unwrap();
    }

    #[test]
    fn a_lock_file_of_noise_locks_nothing_and_breaks_nothing() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(LOCK_FILE), [0xff; 5000]).unwrap();
        FolderLock::take(folder.path(), "scan", Timestamp::UNIX_EPOCH).unwrap();
    }
}
