//! The hospital's life: namespace, TAP, devices on a thread of their own, and the command beside them.

use std::fs::File;
use std::io::BufWriter;
use std::os::fd::AsRawFd;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::Instant;

use anyhow::{Context, anyhow};
use nix::sys::signal::SigSet;
use smoltcp::phy::{Device, Medium, RxToken, TunTapInterface, TxToken, wait};
use smoltcp::time::{Duration as Wait, Instant as Stamp};

use crate::description::Hospital;
use crate::journal::Journal;
use crate::namespace::{self, INTERFACE, child};
use crate::recording::Recording;
use crate::switch::Switch;

/// How long the devices sleep at most: the time that it takes them to notice the end.
const NAP: Wait = Wait::from_millis(50);

/// What is written down, and where.
#[derive(Debug, Clone, Default)]
pub struct Paper {
    /// Capture file.
    pub record: Option<PathBuf>,
    /// Journal.
    pub stats: Option<PathBuf>,
}

/// Runs the command inside the hospital; its exit code.
pub fn exec(hospital: Hospital, command: &[String], signals: SigSet, paper: &Paper) -> anyhow::Result<u8> {
    let recording = paper.record.as_deref().map(Recording::create).transpose().context("--record")?;
    let stats = paper.stats.as_deref().map(File::create).transpose().context("--stats")?;
    namespace::enter()?;
    let station = hospital.station.clone();
    let ended = Arc::new(AtomicBool::new(false));
    let (ready, stands) = channel();
    let flag = Arc::clone(&ended);
    let devices = thread::spawn(move || live(&hospital, recording, &ready, &flag));
    stands.recv().context("the devices did not start")?.context("/dev/net/tun")?;
    namespace::set_up(&station)?;
    let code = child::run(command, signals).with_context(|| command.join(" "));
    ended.store(true, Ordering::Relaxed);
    let journal = devices.join().map_err(|_| anyhow!("the devices broke off"))??;
    if let Some(file) = stats {
        serde_json::to_writer_pretty(BufWriter::new(file), &journal).context("--stats")?;
    }
    code
}

/// The devices' life, until the command has ended.
fn live(
    hospital: &Hospital,
    recording: Option<Recording<BufWriter<File>>>,
    ready: &Sender<std::io::Result<()>>,
    ended: &AtomicBool,
) -> anyhow::Result<Journal> {
    let tap = match TunTapInterface::new(INTERFACE, Medium::Ethernet) {
        Ok(tap) => tap,
        Err(error) => {
            let _ = ready.send(Err(error));
            return Err(anyhow!("no TAP interface"));
        }
    };
    let mut port = Port { tap, recording };
    let mut switch = Switch::new(hospital);
    let _ = ready.send(Ok(()));
    let started = Instant::now();
    let mut ticked = Instant::now();
    while !ended.load(Ordering::Relaxed) {
        let _ = wait(port.tap.as_raw_fd(), Some(NAP));
        while let Some(bytes) = port.receive()? {
            for answer in switch.hear(&bytes) {
                port.send(&answer)?;
            }
        }
        for said in switch.speak(started.elapsed()) {
            port.send(&said)?;
        }
        if switch.is_busy() && ticked.elapsed() >= std::time::Duration::from_millis(200) {
            ticked = Instant::now();
            for answer in switch.tick(ticked) {
                port.send(&answer)?;
            }
        }
    }
    if let Some(recording) = &mut port.recording {
        recording.finish().context("--record")?;
    }
    Ok(switch.into_journal())
}

/// The switch's port to the station.
struct Port {
    tap: TunTapInterface,
    recording: Option<Recording<BufWriter<File>>>,
}

impl Port {
    fn receive(&mut self) -> anyhow::Result<Option<Vec<u8>>> {
        let received = self.tap.receive(Stamp::ZERO).map(|(frame, _)| frame.consume(<[u8]>::to_vec));
        if let (Some(bytes), Some(recording)) = (&received, &mut self.recording) {
            recording.frame(bytes).context("--record")?;
        }
        Ok(received)
    }

    fn send(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        if let Some(recording) = &mut self.recording {
            recording.frame(bytes).context("--record")?;
        }
        if let Some(token) = self.tap.transmit(Stamp::ZERO) {
            token.consume(bytes.len(), |buffer| buffer.copy_from_slice(bytes));
        }
        Ok(())
    }
}
