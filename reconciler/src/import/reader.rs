//! Starting the reading process, and not waiting for it for ever.

use std::io::{Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::child::{ARGUMENT, Answer};
use super::error::{Reason, Refusal};
use super::kind::Format;
use super::limits;
use super::sheet::Plain;

/// The cells of a file, read by another process.
pub(crate) fn read(format: Format, bytes: Vec<u8>) -> Result<Plain, Refusal> {
    match ask(format.as_str(), bytes)? {
        Answer::Plain(plain) => Ok(plain),
        Answer::Refusal(refusal) => Err(refusal),
        Answer::Machines(_) => Err(Reason::Reader { detail: "an inventory came back".into() }.into()),
    }
}

/// What another process reads in a file; `word` says what kind of file it is held to be.
pub(crate) fn ask(word: &str, bytes: Vec<u8>) -> Result<Answer, Refusal> {
    let mut child = start(word)?;
    let answer = talk(&mut child, bytes, limits::READER_WALL);
    if answer.is_err() {
        // It may have ended by itself meanwhile; then there is nothing to end.
        let _ = child.kill();
    }
    let status = child.wait().map_err(|error| failed(&error))?;
    let answer = answer?;
    if !status.success() {
        return Err(ended(status).into());
    }
    serde_json::from_slice(&answer).map_err(|error| Reason::Reader { detail: error.to_string() }.into())
}

fn start(word: &str) -> Result<Child, Reason> {
    let program = std::env::current_exe().map_err(|error| failed(&error))?;
    let mut command = Command::new(program);
    command.arg(ARGUMENT).arg(word).env_clear();
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    command.spawn().map_err(|error| failed(&error))
}

/// Hands the file over and takes the answer, each in a thread of its own: a process that neither reads
/// nor writes holds nobody up.
fn talk(child: &mut Child, bytes: Vec<u8>, wait: Duration) -> Result<Vec<u8>, Reason> {
    let (mut input, output) = (child.stdin.take(), child.stdout.take());
    thread::spawn(move || {
        // A process that ended early closes its input; why it ended is told by its status.
        input.as_mut().map(|input| input.write_all(&bytes))
    });
    let (sender, answers) = mpsc::channel();
    thread::spawn(move || sender.send(output.map(collect)));
    match answers.recv_timeout(wait) {
        Ok(Some(Ok(answer))) if answer.len() as u64 <= limits::ANSWER_BYTES => Ok(answer),
        Ok(Some(Ok(_))) => Err(Reason::ReaderDied { detail: "too many cells".into() }),
        Ok(Some(Err(error))) => Err(failed(&error)),
        Ok(None) => Err(Reason::Reader { detail: "no pipe".into() }),
        Err(_) => Err(Reason::ReaderTime { seconds: wait.as_secs() }),
    }
}

fn collect(output: impl Read) -> std::io::Result<Vec<u8>> {
    let mut answer = Vec::new();
    output.take(limits::ANSWER_BYTES + 1).read_to_end(&mut answer)?;
    Ok(answer)
}

fn failed(error: &std::io::Error) -> Reason {
    Reason::Reader { detail: error.to_string() }
}

#[cfg(unix)]
fn ended(status: ExitStatus) -> Reason {
    use std::os::unix::process::ExitStatusExt;
    match status.signal() {
        Some(signal) if signal == nix::sys::signal::Signal::SIGXCPU as i32 => {
            Reason::ReaderTime { seconds: limits::READER_SECONDS }
        }
        Some(_) => Reason::ReaderDied { detail: status.to_string() },
        None => by_code(status),
    }
}

#[cfg(not(unix))]
fn ended(status: ExitStatus) -> Reason {
    by_code(status)
}

/// 101 is a panic: a fault of a parser, which is the file's fault too. The others are ours.
fn by_code(status: ExitStatus) -> Reason {
    match status.code() {
        Some(2..=5) => Reason::Reader { detail: status.to_string() },
        _ => Reason::ReaderDied { detail: status.to_string() },
    }
}
