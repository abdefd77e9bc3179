//! Listening without a question: at a mirror port for a while, or to a capture file. Like `run.rs`, it
//! joins engine and edge; unlike there, the engine is never asked what to send, and nothing can be sent.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use daicho_shared::address::Mac;
use daicho_shared::batch::{AgentInterface, End, Header, Record, write_record};
use daicho_shared::text;
use jiff::Timestamp;
use tokio::sync::mpsc;

use crate::edge::capture;
use crate::edge::clock::Clock;
use crate::edge::interfaces;
use crate::edge::link::{self, Arrival, LinkListener};
use crate::edge::pcap::Recorder;
use crate::engine::Engine;
use crate::run::{Ended, Signals, header};
use crate::scope::Gate;
use crate::settings::Settings;

/// The profile that a batch of listening names.
pub const PROFILE: &str = "listen";
/// The batch is flushed, and the stop file looked for, this often.
const HOUSEKEEPING: Duration = Duration::from_secs(1);

/// Where to listen, and for how long.
#[derive(Debug, Clone)]
pub struct Ear {
    /// The interface at the mirror port; it needs no address.
    pub interface: String,
    /// How long.
    pub lasts: Duration,
    /// A capture file of everything that is heard.
    pub pcap: Option<PathBuf>,
}

/// Listens to its end, to a signal, or to the stop file.
pub fn listen<W: Write>(settings: &Settings, ear: &Ear, output: W) -> anyhow::Result<Ended> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("no async runtime")?;
    let ended = runtime.block_on(async { Listener::start(settings, ear, output)?.run(settings, ear.lasts).await });
    runtime.shutdown_background();
    ended
}

/// Reads a capture file. Times are the file's own.
pub fn read<W: Write>(settings: &Settings, path: &Path, output: W) -> anyhow::Result<Ended> {
    let rules = settings.rules()?;
    let span = capture::read(path, |_, _| Ok(()))?;
    let (Some(started), Some(last)) = (span.first, span.last) else {
        bail!(
            "{}: イーサネットのフレームがありません / no Ethernet frame in it ({} others)",
            path.display(),
            span.skipped
        );
    };
    let name = path.file_name().map(|name| text::bounded(&name.to_string_lossy())).unwrap_or_default();
    let mut batch = Batch { engine: Engine::listening(&name, &[], Gate::new(rules), started), started, output };
    batch.begin(header(settings, started, PROFILE, vec![]))?;
    capture::read(path, |at, frame| batch.hear(after(started, at), frame))?;
    let end = after(started, last);
    if span.skipped > 0 {
        batch.engine.trouble(end, &name, &format!("{} frames are not Ethernet, or have no time", span.skipped));
    }
    batch.end(end, span.broken)
}

fn after(started: Timestamp, at: Timestamp) -> Duration {
    Duration::try_from(at.duration_since(started)).unwrap_or_default()
}

/// A batch that is written while it is heard.
struct Batch<W> {
    engine: Engine,
    started: Timestamp,
    output: W,
}

impl<W: Write> Batch<W> {
    fn begin(&mut self, header: Header) -> anyhow::Result<()> {
        Ok(write_record(&mut self.output, &Record::Header(header))?)
    }

    fn hear(&mut self, now: Duration, frame: &[u8]) -> anyhow::Result<()> {
        self.engine.hear(now, 0, frame);
        for observation in self.engine.take_observations() {
            write_record(&mut self.output, &Record::Observation(observation))?;
        }
        Ok(())
    }

    /// No coverage is written: who was silent may be there all the same.
    fn end(&mut self, now: Duration, reason: Option<String>) -> anyhow::Result<Ended> {
        for trouble in self.engine.troubles() {
            write_record(&mut self.output, &Record::Trouble(trouble.clone()))?;
        }
        let complete = reason.is_none();
        let end = End { finished: self.started + now, complete, reason: reason.clone() };
        write_record(&mut self.output, &Record::End(end))?;
        self.output.flush()?;
        Ok(Ended { complete, reason, devices: self.engine.progress().devices, took: now, held: Duration::ZERO })
    }
}

struct Listener<W> {
    clock: Clock,
    batch: Batch<W>,
    link: LinkListener,
    arrivals: mpsc::Receiver<Arrival>,
    recorder: Recorder,
}

impl<W: Write> Listener<W> {
    fn start(settings: &Settings, ear: &Ear, output: W) -> anyhow::Result<Self> {
        let rules = settings.rules()?;
        let clock = Clock::start();
        let recorder = ear.pcap.as_deref().map(|path| Recorder::create(path, clock)).transpose().context("--pcap")?;
        let recorder = recorder.unwrap_or_default();
        let (arrived, arrivals) = mpsc::channel(link::QUEUE);
        let link = link::listen(&ear.interface, 0, arrived, recorder.clone())?;
        let here = interfaces::list();
        let own: Vec<Mac> = here.iter().filter_map(|interface| interface.mac).collect();
        let engine = Engine::listening(&ear.interface, &own, Gate::new(rules), clock.started);
        let mut batch = Batch { engine, started: clock.started, output };
        batch.begin(header(settings, clock.started, PROFILE, unrouted(here)))?;
        Ok(Self { clock, batch, link, arrivals, recorder })
    }

    async fn run(mut self, settings: &Settings, lasts: Duration) -> anyhow::Result<Ended> {
        let mut signals = Signals::listen()?;
        let mut next_look = HOUSEKEEPING;
        let reason = loop {
            let now = self.clock.now();
            if now >= lasts {
                break None;
            }
            if now >= next_look {
                next_look = now + HOUSEKEEPING;
                self.batch.output.flush()?;
                if settings.stop_file.as_ref().is_some_and(|path| path.exists()) {
                    break Some("stop file".to_owned());
                }
            }
            tokio::select! {
                biased;
                reason = signals.next() => break Some(reason.to_owned()),
                Some((_, frame)) = self.arrivals.recv() => self.batch.hear(self.clock.now(), &frame)?,
                () = tokio::time::sleep_until(self.clock.instant(lasts.min(next_look))) => {}
            }
        };
        self.finish(reason)
    }

    /// What came in before the end is still read.
    fn finish(mut self, reason: Option<String>) -> anyhow::Result<Ended> {
        for _ in 0..link::QUEUE {
            let Ok((_, frame)) = self.arrivals.try_recv() else { break };
            self.batch.hear(self.clock.now(), &frame)?;
        }
        let dropped = self.link.dropped();
        if dropped > 0 {
            let message = format!("{dropped} frames came in faster than they could be read");
            self.batch.engine.trouble(self.clock.now(), "link", &message);
        }
        self.recorder.flush()?;
        self.batch.end(self.clock.now(), reason)
    }
}

/// The machine's own interfaces; what its routing table says was not asked for.
fn unrouted(interfaces: Vec<AgentInterface>) -> Vec<AgentInterface> {
    interfaces.into_iter().map(|interface| AgentInterface { gateways: vec![], ..interface }).collect()
}
