//! Frames of ours that are open: what comes in is shown to the probes that sent them, until their time is over.

use std::collections::BTreeMap;
use std::time::Duration;

use daicho_shared::fact::Fact;

use super::{Action, Ending, Engine, Next};
use crate::probe::{Heard, Probe, Question};
use crate::scope::Permit;

/// The most frames that are open at once.
const OPEN: usize = 2048;

/// One frame of ours.
#[derive(Debug)]
struct Open {
    link: usize,
    probe: &'static dyn Probe,
    bytes: Vec<u8>,
    wait: Duration,
    /// The device that waits for its end.
    device: Option<usize>,
    /// What its answers said; nothing where none came.
    told: Vec<Fact>,
}

/// The most facts that one frame's answers are remembered for.
const TOLD: usize = 16;

/// Open frames, by the moment at which they end.
#[derive(Debug, Default)]
pub(super) struct Exchanges {
    open: BTreeMap<(Duration, u64), Open>,
    number: u64,
}

impl Exchanges {
    pub(super) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// What a frame says to those that are open.
    pub(super) fn answers(&mut self, link: usize, frame: &[u8]) -> Vec<Answer> {
        let here = self.open.values_mut().filter(|open| open.link == link);
        let answers = here.filter_map(|open| {
            let heard = open.probe.answer(&open.bytes, frame)?;
            open.told.extend(heard.facts.iter().take(TOLD.saturating_sub(open.told.len())).cloned());
            Some(Answer { probe: open.probe, sent: open.bytes.clone(), to_device: open.device.is_some(), heard })
        });
        answers.collect()
    }
}

/// A frame that answers one of ours.
pub(super) struct Answer {
    pub(super) probe: &'static dyn Probe,
    /// What was asked.
    pub(super) sent: Vec<u8>,
    /// It was asked of one device, whose question counts as answered when it ends.
    pub(super) to_device: bool,
    pub(super) heard: Heard,
}

impl Engine {
    /// Sends a frame and leaves it open; a device waits for its end.
    pub(super) fn open_exchange(
        &mut self,
        now: Duration,
        (permit, link): (Permit, usize),
        (probe, device): (&'static dyn Probe, Option<usize>),
        (bytes, wait): (Vec<u8>, Duration),
    ) -> Action {
        if self.exchanges.open.len() < OPEN || device.is_some() {
            self.exchanges.number += 1;
            let open = Open { link, probe, bytes: bytes.clone(), wait, device, told: vec![] };
            self.exchanges.open.insert((now + wait, self.exchanges.number), open);
        }
        Action::Transmit { permit, link, frame: bytes }
    }

    /// Ends what is over.
    pub(super) fn poll_exchanges(&mut self, now: Duration) -> Next {
        while let Some(entry) = self.exchanges.open.first_entry() {
            if entry.key().0 > now {
                return Next::Later(entry.key().0);
            }
            let Open { probe, bytes, wait, device, told, .. } = entry.remove();
            if let Some(index) = device {
                let ending = if told.is_empty() { Ending::Silence } else { Ending::Told(told) };
                self.device_done(now, index, probe, &Question::Exchange { bytes, wait }, ending);
            }
        }
        Next::Nothing
    }
}
