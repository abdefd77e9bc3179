//! The operating system, as far as this program touches it beyond files: the only file that is not the
//! same on every system.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Child, Command};
use std::time::Instant;

use jiff::Timestamp;

/// What time it is: the clock is read here and nowhere else.
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// A point in time that only goes forward, for waiting.
pub fn tick() -> Instant {
    Instant::now()
}

/// Starts a child in a process group of its own. A Ctrl-C of the terminal then reaches this program
/// alone, which passes on exactly one signal: an agent that is told twice need not guess what is meant.
pub fn spawn_apart(command: &mut Command) -> io::Result<Child> {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    command.spawn()
}

/// Asks the child's whole group to end cleanly.
#[cfg(unix)]
pub fn ask_to_end(child: &Child) {
    signal_group(child, nix::sys::signal::Signal::SIGTERM);
}

/// Ends the child's whole group at once.
#[cfg(unix)]
pub fn end_now(child: &mut Child) {
    signal_group(child, nix::sys::signal::Signal::SIGKILL);
}

/// A group that is gone already is no error: that is what was wanted.
#[cfg(unix)]
fn signal_group(child: &Child, signal: nix::sys::signal::Signal) {
    if let Ok(id) = i32::try_from(child.id()) {
        let _ = nix::sys::signal::killpg(nix::unistd::Pid::from_raw(id), signal);
    }
}

/// There is no polite way here: the agent's stop file is the way to end a scan cleanly.
#[cfg(not(unix))]
pub fn ask_to_end(_child: &Child) {}

/// Ends the child at once.
#[cfg(not(unix))]
pub fn end_now(child: &mut Child) {
    let _ = child.kill();
}

/// Makes a folder that only its owner may read; one that exists is left as it is.
pub fn make_private_folder(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(path)
}

/// Makes a new file that only its owner may read; one that exists is an error.
pub fn make_private_file(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.write(true).create_new(true).open(path)
}

/// Nobody but its owner may read a file.
#[cfg(unix)]
pub fn is_private(path: &Path) -> io::Result<bool> {
    let rights = std::fs::metadata(path)?.permissions();
    let others = std::os::unix::fs::PermissionsExt::mode(&rights) % 0o100;
    Ok(others == 0)
}

/// There are no such rights here: those of the folder count.
#[cfg(not(unix))]
pub fn is_private(_path: &Path) -> io::Result<bool> {
    Ok(true)
}

/// Makes a new file, readable as the user's mask says; one that exists is an error.
pub fn make_file(path: &Path) -> io::Result<File> {
    File::options().write(true).create_new(true).open(path)
}

/// Writes a file whole or not at all, readable as the user's mask says: a reader never sees half of it.
pub fn replace_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace(path, bytes, make_file)
}

/// As [`replace_file`], readable by its owner only.
pub fn replace_private_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace(path, bytes, make_private_file)
}

fn replace(path: &Path, bytes: &[u8], make: impl Fn(&Path) -> io::Result<File>) -> io::Result<()> {
    let mut name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(name);
    let _ = std::fs::remove_file(&temporary);
    let written = make(&temporary).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.and_then(|()| std::fs::rename(&temporary, path)).inspect_err(|_| {
        let _ = std::fs::remove_file(&temporary);
    })
}

/// The operating system's name of who runs this, e.g. `root (sudo: hanako)`.
pub fn user() -> String {
    let name = account();
    match std::env::var("SUDO_USER") {
        Ok(person) if person != name => daicho_shared::text::bounded(&format!("{name} (sudo: {person})")),
        _ => daicho_shared::text::bounded(&name),
    }
}

#[cfg(unix)]
fn account() -> String {
    let id = nix::unistd::getuid();
    let known = nix::unistd::User::from_uid(id).ok().flatten().map(|user| user.name);
    known.unwrap_or_else(|| format!("uid {id}"))
}

#[cfg(not(unix))]
fn account() -> String {
    std::env::var("USERNAME").unwrap_or_else(|_| "?".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn private_means_private_and_whole() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (inner, path) = (folder.path().join("data"), folder.path().join("data/agent.toml"));
        make_private_folder(&inner).unwrap();
        replace_private_file(&path, b"one").unwrap();
        replace_private_file(&path, b"two").unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&inner), mode(&path)), (0o700, 0o600));
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        assert_eq!(std::fs::read_dir(&inner).unwrap().count(), 1);
        assert!(make_private_file(&path).is_err());
        assert!(is_private(&path).unwrap());
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(!is_private(&path).unwrap());
    }

    #[test]
    fn somebody_runs_this() {
        assert!(!user().is_empty());
    }
}
