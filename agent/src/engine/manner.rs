//! Devices that answer as no device does: every port open, one octet a second, answers without an end.
//! Each costs a bounded number of packets and seconds, is named once, and is asked nothing more.

use std::time::Duration;

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, PortState, Transport};

use super::Engine;
use crate::plan::Item;
use crate::probe::presence::control::CONTROL_PORT;
use crate::probe::{Question, Reading, named};

/// A device whose ports were all open so far is asked for one that cannot be, after so many.
const OPEN_BEFORE_CONTROL: usize = 3;
/// The most time that conversations with one device may take together. An ordinary one is through in
/// seconds; every port that accepts and says nothing takes five.
const TALK_LIMIT: Duration = Duration::from_secs(30);

/// How a device has behaved so far.
#[derive(Debug, Default)]
pub(super) struct Manner {
    /// A port was refused, or kept silent.
    has_limits: bool,
    controlled: bool,
    open: usize,
    talked: Duration,
    began: Duration,
}

impl Manner {
    /// A question is put.
    pub(super) fn begin(&mut self, now: Duration) {
        self.began = now;
    }

    /// A question has ended: what is unnatural about how.
    fn end(&mut self, now: Duration, question: &Question, reading: &mut Reading) -> Option<String> {
        let told = take_unnatural(&mut reading.facts);
        let (Question::Connect { port } | Question::Stream { port, .. }) = question else { return told };
        if matches!(question, Question::Stream { .. }) {
            self.talked += now.saturating_sub(self.began);
        }
        let open = Fact::Port { transport: Transport::Tcp, port: *port, state: PortState::Open };
        if reading.facts.contains(&open) {
            self.open += 1;
        } else {
            self.has_limits = true;
        }
        let accepts_all = *port == CONTROL_PORT && reading.facts.contains(&open);
        let is_slow = self.talked > TALK_LIMIT;
        let own = [(accepts_all, "every-port-open"), (is_slow, "too-slow")];
        told.or_else(|| own.iter().find(|(holds, _)| *holds).map(|(_, how)| (*how).to_owned()))
    }

    /// It is time to ask for a port that cannot be open: all were so far, and the last one belongs to a
    /// medical protocol and did not speak it, or there were several.
    fn wants_control(&mut self, outcome: Outcome, telling: bool) -> bool {
        let strange = self.open > 0 && telling && outcome != Outcome::Answered;
        let wanted = !self.controlled && !self.has_limits && (strange || self.open >= OPEN_BEFORE_CONTROL);
        self.controlled |= wanted;
        wanted
    }
}

impl Engine {
    /// Looks at how a device answered; `Some` where it is unnatural. May put a question before all others.
    pub(super) fn watch_manner(
        &mut self,
        now: Duration,
        index: usize,
        question: &Question,
        reading: &mut Reading,
    ) -> Option<String> {
        let how = self.devices[index].manner.end(now, question, reading);
        if how.is_some() {
            return how;
        }
        let port = match question {
            Question::Connect { port } | Question::Stream { port, .. } => *port,
            _ => return None,
        };
        let telling = self.plan.ports.iter().any(|row| row.port == port && row.fragile);
        let outcome = reading.outcome.unwrap_or(Outcome::Silent);
        if self.devices[index].manner.wants_control(outcome, telling) {
            // One packet, which an ordinary device refuses; whoever accepts it is not what it pretends to be.
            let question = Question::Connect { port: CONTROL_PORT };
            let item = named("control").map(|probe| Item { packets: 1, ..Item::new(probe, question) });
            if let Some(item) = item {
                self.devices[index].queue.push_front(item);
            }
        }
        None
    }
}

/// What an answer was called by those who read it: the first to say so.
fn take_unnatural(facts: &mut Vec<Fact>) -> Option<String> {
    let mut told = None;
    facts.retain(|fact| match fact {
        Fact::Unnatural { how } => {
            told.get_or_insert_with(|| how.clone());
            false
        }
        _ => true,
    });
    told
}
