//! Runs the agent as a child process and keeps what it sees. Only the small agent ever holds the
//! privilege of raw sockets; this program reads its JSON Lines.

use std::ffi::OsString;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use daicho_shared::batch::{BatchError, Record, Records};

use super::keeper::{Keeper, Kept};
use super::{FAILED, Failure};
use crate::edge;
use crate::store::Store;
use crate::store::lock::FolderLock;

/// How often a signal is looked for while the agent says nothing.
const TICK: Duration = Duration::from_millis(50);
/// How long an agent that was asked to end may take: it promises one second.
const GRACE: Duration = Duration::from_secs(10);
/// Records that may wait to be kept, so that a slow disk slows the reader down and fills no memory.
const QUEUE: usize = 1024;
/// The most that is kept of what a quiet agent says.
const SAID_LIMIT: usize = 4096;

/// What to run, and how.
pub(super) struct Agent<'a> {
    /// Program and its first arguments; empty for `daicho-agent` beside this program.
    pub(super) prefix: &'a [OsString],
    /// Its settings file.
    pub(super) config: &'a Path,
    /// The folder stays locked until the agent has ended, too.
    pub(super) lock: &'a FolderLock,
    /// Its progress is not shown.
    pub(super) quiet: bool,
}

/// Runs the agent to its end and keeps what it says on the way. Ctrl-C and `SIGTERM` are passed on to
/// it, and end in a partial run that is kept.
pub(super) fn scan(agent: &Agent<'_>, store: &mut Store) -> Result<Kept, Failure> {
    let (program, mut command) = agent.command()?;
    let signals = Signals::watch();
    let mut child =
        edge::spawn_apart(&mut command).map_err(|source| Failure::ProgramStart { path: program.clone(), source })?;
    let said = child.stderr.take().map(listen);
    let (records, reader) = child.stdout.take().map(read).unzip();
    let mut stopping = Stopping::default();
    let kept = records.map_or(Ok(None), |records| keep(&records, store, &mut child, &mut stopping));
    if kept.is_err() {
        edge::ask_to_end(&child);
        stopping.asked.get_or_insert_with(edge::tick);
    }
    let status =
        wait(&mut child, &mut stopping).map_err(|source| Failure::ProgramStart { path: program.clone(), source })?;
    drop(signals);
    join(reader);
    let said = said.and_then(|said| said.join().ok()).unwrap_or_default();
    match kept.map_err(|stopped| stopped.failure(&program))? {
        Some(kept) => Ok(kept),
        None => Err(failed(program, status, said)),
    }
}

/// The agent's program and the command that begins with it; `prefix` as in [`Agent`].
pub(super) fn program(prefix: &[OsString]) -> Result<(PathBuf, Command), Failure> {
    let (program, first) = match prefix.split_first() {
        Some((program, first)) => (PathBuf::from(program), first),
        None => (beside("daicho-agent")?, &[][..]),
    };
    let mut command = Command::new(&program);
    command.args(first);
    Ok((program, command))
}

/// A program that belongs beside this one.
pub(super) fn beside(name: &str) -> Result<PathBuf, Failure> {
    let here = std::env::current_exe().map_err(|source| Failure::file(Path::new("daicho"), source))?;
    let path = here.with_file_name(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    if path.is_file() { Ok(path) } else { Err(Failure::ProgramMissing { path }) }
}

impl Agent<'_> {
    fn command(&self) -> Result<(PathBuf, Command), Failure> {
        let (program, mut command) = program(self.prefix)?;
        let lock = self.lock.share().map_err(|source| Failure::file(self.config, source))?;
        command.args(["scan", "--config"]).arg(self.config).args(["--out", "-"]);
        command.stdin(Stdio::from(lock)).stdout(Stdio::piped());
        command.stderr(if self.quiet { Stdio::piped() } else { Stdio::inherit() });
        Ok((program, command))
    }
}

fn read(stdout: ChildStdout) -> (Receiver<Result<Record, BatchError>>, JoinHandle<()>) {
    let (sender, receiver) = sync_channel(QUEUE);
    let reader = thread::spawn(move || {
        for record in Records::new(BufReader::new(stdout)) {
            if sender.send(record).is_err() {
                return;
            }
        }
    });
    (receiver, reader)
}

/// The reader ends with the pipe; what panicked there has been shown there.
fn join(reader: Option<JoinHandle<()>>) {
    let _ = reader.map(JoinHandle::join);
}

/// Reads to the end, so that the agent never waits for us, and keeps the last of it.
fn listen(mut stderr: impl Read + Send + 'static) -> JoinHandle<String> {
    thread::spawn(move || {
        let (mut kept, mut piece) = (Vec::new(), [0; 1024]);
        while let Ok(length @ 1..) = stderr.read(&mut piece) {
            kept.extend_from_slice(&piece[..length]);
            kept.drain(..kept.len().saturating_sub(SAID_LIMIT));
        }
        String::from_utf8_lossy(&kept).into_owned()
    })
}

/// Why keeping stopped.
enum Stopped {
    Batch(BatchError),
    Failure(Failure),
}

impl Stopped {
    fn failure(self, program: &Path) -> Failure {
        match self {
            Self::Batch(source) => Failure::Batch { path: program.to_owned(), source },
            Self::Failure(failure) => failure,
        }
    }
}

impl<E: Into<Failure>> From<E> for Stopped {
    fn from(error: E) -> Self {
        Self::Failure(error.into())
    }
}

fn keep(
    records: &Receiver<Result<Record, BatchError>>,
    store: &mut Store,
    child: &mut Child,
    stopping: &mut Stopping,
) -> Result<Option<Kept>, Stopped> {
    let mut keeper = Keeper::new(store, edge::tick());
    loop {
        stopping.pass_on(child);
        match records.recv_timeout(TICK) {
            Ok(Ok(record)) => keeper.take(record, edge::tick())?,
            Ok(Err(error)) => {
                keeper.finish()?;
                return Err(Stopped::Batch(error));
            }
            Err(RecvTimeoutError::Timeout) => keeper.flush_if_due(edge::tick())?,
            Err(RecvTimeoutError::Disconnected) => return Ok(keeper.finish()?),
        }
    }
}

fn wait(child: &mut Child, stopping: &mut Stopping) -> std::io::Result<ExitStatus> {
    // Its output has ended, so its work has, too.
    let ended = edge::tick();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        stopping.pass_on(child);
        if ended.elapsed() > GRACE {
            edge::end_now(child);
        }
        thread::sleep(TICK);
    }
}

fn failed(path: PathBuf, status: ExitStatus, said: String) -> Failure {
    Failure::ProgramFailed { path, status: status.to_string(), usage: status.code() == Some(2), said }
}

/// Signals that came since the program started to watch.
static SIGNALS: AtomicU32 = AtomicU32::new(0);
/// A scan is running: a signal is passed on. Otherwise it ends the program, as it would without us.
static WATCHING: AtomicBool = AtomicBool::new(false);

struct Signals;

impl Signals {
    fn watch() -> Self {
        SIGNALS.store(0, Ordering::SeqCst);
        WATCHING.store(true, Ordering::SeqCst);
        // Fails only where a handler stands already: ours, of the scan before.
        let _ = ctrlc::set_handler(|| {
            SIGNALS.fetch_add(1, Ordering::SeqCst);
            if !WATCHING.load(Ordering::SeqCst) {
                std::process::exit(i32::from(FAILED));
            }
        });
        Self
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        WATCHING.store(false, Ordering::SeqCst);
    }
}

/// How far we are in ending the agent: asked first, then, at a second signal or after [`GRACE`], ended.
#[derive(Default)]
struct Stopping {
    asked: Option<Instant>,
}

impl Stopping {
    fn pass_on(&mut self, child: &mut Child) {
        let signals = SIGNALS.load(Ordering::SeqCst);
        match self.asked {
            None if signals > 0 => {
                edge::ask_to_end(child);
                self.asked = Some(edge::tick());
            }
            Some(asked) if signals > 1 || asked.elapsed() > GRACE => edge::end_now(child),
            _ => {}
        }
    }
}
