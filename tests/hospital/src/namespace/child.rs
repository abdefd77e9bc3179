//! The command under test: its signals and its exit code.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus};
use std::thread;

use nix::sys::signal::{SigSet, Signal, kill};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::unistd::Pid;

/// The signals that are passed on.
const PASSED_ON: [Signal; 3] = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP];

/// From now on, the signals wait until [`run`] reads them. Before any thread is started.
pub fn hold_signals() -> io::Result<SigSet> {
    let signals: SigSet = PASSED_ON.into_iter().collect();
    signals.thread_block()?;
    Ok(signals)
}

/// Runs the command to its end, passing signals on to it.
pub fn run(command: &[String], signals: SigSet) -> io::Result<u8> {
    let mut child = start(command, signals)?;
    let pid = Pid::from_raw(i32::try_from(child.id()).map_err(io::Error::other)?);
    thread::spawn(move || pass_on(signals, pid));
    child.wait().map(code)
}

/// The child inherits the mask of the thread that starts it, so that one is open for a moment.
fn start(command: &[String], signals: SigSet) -> io::Result<Child> {
    let (program, arguments) = command.split_first().ok_or_else(|| io::Error::other("no command"))?;
    signals.thread_unblock()?;
    let child = Command::new(program).args(arguments).spawn();
    signals.thread_block()?;
    child
}

fn pass_on(signals: SigSet, pid: Pid) {
    let Ok(descriptor) = SignalFd::with_flags(&signals, SfdFlags::SFD_CLOEXEC) else { return };
    while let Ok(Some(signal)) = descriptor.read_signal() {
        // Sender 0 is the kernel: Ctrl-C in a terminal, which the command has received by itself.
        if signal.ssi_pid == 0 {
            continue;
        }
        if let Some(known) = PASSED_ON.into_iter().find(|known| *known as u32 == signal.ssi_signo) {
            let _ = kill(pid, known);
        }
    }
}

/// As a shell says it: 128 and the signal's number for a command that was killed.
fn code(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_killed_command_ends_as_in_a_shell() {
        assert_eq!(code(ExitStatus::from_raw(3 << 8)), 3);
        assert_eq!(code(ExitStatus::from_raw(15)), 143);
    }
}
