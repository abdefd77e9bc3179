//! How many packets in any one second: a sliding window, so that no second ever sees more.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use crate::scope::DeviceKey;

const WINDOW: Duration = Duration::from_secs(1);
/// A question may come this much before its place: timers are no finer.
const SLACK: Duration = Duration::from_millis(20);
/// After this many packets have been noted, windows of devices that fell silent are dropped.
const SWEEP_EVERY: u32 = 4096;

/// Packets per second, in total and to one device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// In total.
    pub total: u32,
    /// To one device.
    pub device: u32,
}

/// Remembers the last second.
#[derive(Debug)]
pub(super) struct Pace {
    rate: Rate,
    total: Window,
    devices: HashMap<DeviceKey, Window>,
    noted: u32,
    /// Questions are spread over the second, so that none begins with a burst: the next one's place.
    place: Duration,
}

impl Pace {
    /// Nothing was sent yet.
    pub(super) fn new(rate: Rate) -> Self {
        Self { rate, total: Window::default(), devices: HashMap::new(), noted: 0, place: Duration::ZERO }
    }

    /// When this many packets may go to this device: `now`, or later. A question that costs more than
    /// a whole second's allowance waits for an empty second.
    pub(super) fn earliest(&mut self, now: Duration, device: Option<&DeviceKey>, packets: u32) -> Duration {
        let total = self.total.earliest(now, packets, self.rate.total).max(self.place.saturating_sub(SLACK));
        let own = device.and_then(|device| self.devices.get_mut(device));
        own.map_or(total, |window| total.max(window.earliest(now, packets, self.rate.device)))
    }

    /// These packets go now.
    pub(super) fn note(&mut self, now: Duration, device: Option<&DeviceKey>, packets: u32) {
        self.total.note(now, packets);
        self.place = self.place.max(now) + WINDOW / self.rate.total.max(1);
        if let Some(device) = device {
            self.devices.entry(device.clone()).or_default().note(now, packets);
        }
        self.noted += 1;
        if self.noted.is_multiple_of(SWEEP_EVERY) {
            self.devices.retain(|_, window| window.earliest(now, u32::MAX, 0) > now);
        }
    }

    /// A question that was noted at `then` is over: what it really sent counts as sent now, which is
    /// the latest that it can have been.
    pub(super) fn settle(
        &mut self,
        then: Duration,
        reserved: u32,
        now: Duration,
        sent: u32,
        device: Option<&DeviceKey>,
    ) {
        self.total.replace(then, reserved, now, sent);
        if let Some(window) = device.and_then(|device| self.devices.get_mut(device)) {
            window.replace(then, reserved, now, sent);
        }
    }
}

#[derive(Debug, Default)]
struct Window {
    sent: VecDeque<(Duration, u32)>,
    sum: u32,
}

impl Window {
    fn earliest(&mut self, now: Duration, packets: u32, limit: u32) -> Duration {
        self.forget(now);
        let mut excess = (self.sum + packets.min(limit.max(1))).saturating_sub(limit);
        if packets == u32::MAX {
            excess = self.sum;
        }
        let mut earliest = now;
        for &(at, count) in &self.sent {
            if excess == 0 {
                break;
            }
            earliest = at + WINDOW;
            excess = excess.saturating_sub(count);
        }
        earliest
    }

    fn note(&mut self, now: Duration, packets: u32) {
        self.forget(now);
        self.sent.push_back((now, packets));
        self.sum += packets;
    }

    fn replace(&mut self, then: Duration, reserved: u32, now: Duration, sent: u32) {
        if let Some(entry) = self.sent.iter_mut().find(|(at, packets)| *at == then && *packets >= reserved) {
            entry.1 -= reserved;
            self.sum -= reserved;
        }
        self.note(now, sent);
    }

    fn forget(&mut self, now: Duration) {
        while let Some(&(at, packets)) = self.sent.front() {
            if at + WINDOW > now {
                break;
            }
            self.sum -= packets;
            self.sent.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn device(last: u8) -> DeviceKey {
        DeviceKey::Address(std::net::IpAddr::from([10, 0, 0, last]))
    }

    proptest! {
        #[test]
        fn no_second_sees_more_than_the_rate(questions in proptest::collection::vec((0u8..3, 1u32..=8, 0u64..50), 1..200)) {
            let rate = Rate { total: 20, device: 8 };
            let mut pace = Pace::new(rate);
            let mut now = Duration::ZERO;
            let mut sent: Vec<(Duration, u8, u32)> = vec![];
            for (who, packets, later) in questions {
                let key = device(who);
                now = pace.earliest(now + Duration::from_millis(later), Some(&key), packets);
                pace.note(now, Some(&key), packets);
                sent.push((now, who, packets));
                let last: Vec<_> = sent.iter().filter(|(at, ..)| *at + WINDOW > now).collect();
                prop_assert!(last.iter().map(|(.., n)| n).sum::<u32>() <= rate.total);
                prop_assert!(last.iter().filter(|(_, w, _)| *w == who).map(|(.., n)| n).sum::<u32>() <= rate.device);
            }
        }
    }

    #[test]
    fn an_expensive_question_waits_for_an_empty_second_and_then_goes() {
        let mut pace = Pace::new(Rate { total: 100, device: 10 });
        let key = device(1);
        pace.note(Duration::ZERO, Some(&key), 3);
        assert_eq!(pace.earliest(Duration::ZERO, Some(&key), 14), WINDOW);
    }
}
