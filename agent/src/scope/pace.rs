//! How many packets in any one second: a sliding window over what was really sent, with room kept for
//! what questions under way may still send.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::scope::DeviceKey;

const WINDOW: Duration = Duration::from_secs(1);
/// A question may come this much before its place: timers are no finer.
const SLACK: Duration = Duration::from_millis(20);
/// Where it is the questions under way that leave no room, one of them will have ended by then.
const RETRY: Duration = Duration::from_millis(25);
/// After this many packets have been noted, windows of devices that fell silent are dropped.
const SWEEP_EVERY: u32 = 4096;

/// Packets per second, in total and to one device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// In total, never exceeded.
    pub total: u32,
    /// To one device, never exceeded.
    pub device: u32,
}

impl Rate {
    /// The pace that is kept: a sixth of the total is left to conversations that go on, and to the
    /// operating system, whose acknowledgements are counted when a conversation is over.
    pub fn kept(self) -> u32 {
        self.total.saturating_sub(self.total / 6).max(1)
    }
}

/// Packets that were sent since the pace last looked: every permit tells it here.
pub(super) type News = Arc<AtomicU32>;

/// Remembers the last second.
///
/// Two things hold before a question is put. What was sent in the last second, with what the question
/// sends at first, is within the pace kept. And if the questions under way sent a third of what they
/// still may at once, the total would hold: what a question may is what the longest answer costs, and
/// most answers are short.
#[derive(Debug)]
pub(super) struct Pace {
    rate: Rate,
    total: Window,
    devices: HashMap<DeviceKey, Window>,
    noted: u32,
    /// Questions are spread over the second, so that none begins with a burst: the next one's place.
    place: Duration,
    news: News,
    /// What questions under way were granted and have not sent; less while one sends more than that.
    under_way: i64,
    held: Held,
}

/// How long questions waited for the total pace.
#[derive(Debug, Default)]
struct Held {
    until: Duration,
    sum: Duration,
}

impl Pace {
    /// Nothing was sent yet.
    pub(super) fn new(rate: Rate) -> Self {
        Self {
            rate,
            total: Window::default(),
            devices: HashMap::new(),
            noted: 0,
            place: Duration::ZERO,
            news: News::default(),
            under_way: 0,
            held: Held::default(),
        }
    }

    /// Where permits tell what they send.
    pub(super) fn news(&self) -> News {
        self.news.clone()
    }

    /// When this many packets may go to this device: `now`, or later. A question that costs more than
    /// a whole second's allowance waits for an empty second.
    pub(super) fn earliest(&mut self, now: Duration, device: Option<&DeviceKey>, packets: u32) -> Duration {
        self.catch_up(now);
        let kept = self.total.earliest(now, packets.div_ceil(2), self.rate.kept());
        let whole = self.room_to_go_on(now, packets);
        let total = kept.max(whole).max(self.place.saturating_sub(SLACK));
        self.hold(now, total);
        let own = device.and_then(|device| self.devices.get_mut(device));
        own.map_or(total, |window| total.max(window.earliest(now, packets, self.rate.device)))
    }

    /// When the next packet may go to anybody at all.
    pub(super) fn breath(&mut self, now: Duration) -> Duration {
        self.catch_up(now);
        self.total.earliest(now, 1, self.rate.kept()).max(self.place.saturating_sub(SLACK))
    }

    /// A question that is due waits for the total pace until then.
    pub(super) fn hold(&mut self, now: Duration, until: Duration) {
        self.held.sum += until.saturating_sub(now.max(self.held.until));
        self.held.until = self.held.until.max(until);
    }

    /// How long questions waited for the total pace, in all.
    pub(super) fn held(&self) -> Duration {
        self.held.sum
    }

    /// The operating system sent a packet of its own accord.
    pub(super) fn overhear(&mut self, now: Duration, device: Option<&DeviceKey>) {
        self.total.note(now, 1);
        if let Some(window) = device.and_then(|device| self.devices.get_mut(device)) {
            window.note(now, 1);
        }
    }

    /// When the total holds even if the questions under way, and this one, go on.
    fn room_to_go_on(&mut self, now: Duration, packets: u32) -> Duration {
        let under_way = u32::try_from(self.under_way).unwrap_or(0);
        let expected = (packets + under_way).div_ceil(3);
        match self.total.earliest(now, expected, self.rate.total) {
            later if under_way == 0 => later,
            later if later > now || expected > self.rate.total => now + RETRY,
            _ => now,
        }
    }

    /// A question that may send so many packets begins now. To its device it counts whole at once: one
    /// question follows another there.
    pub(super) fn begin(&mut self, now: Duration, device: Option<&DeviceKey>, packets: u32) {
        self.under_way += i64::from(packets);
        self.place = self.place.max(now) + WINDOW / self.rate.kept();
        if let Some(device) = device {
            self.devices.entry(device.clone()).or_default().note(now, packets);
        }
        self.noted += 1;
        if self.noted.is_multiple_of(SWEEP_EVERY) {
            self.devices.retain(|_, window| window.earliest(now, u32::MAX, 0) > now);
        }
    }

    /// A question that began at `then` is over: what it really sent to its device counts as sent now,
    /// which is the latest that it can have been.
    pub(super) fn settle(
        &mut self,
        then: Duration,
        granted: u32,
        now: Duration,
        sent: u32,
        device: Option<&DeviceKey>,
    ) {
        self.catch_up(now);
        self.under_way += i64::from(sent) - i64::from(granted);
        if let Some(window) = device.and_then(|device| self.devices.get_mut(device)) {
            window.replace(then, granted, now, sent);
        }
    }

    /// What was sent since the last look counts as sent now.
    fn catch_up(&mut self, now: Duration) {
        let sent = self.news.swap(0, Ordering::Relaxed);
        if sent > 0 {
            self.total.note(now, sent);
            self.under_way -= i64::from(sent);
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

    /// What one question was granted, when it sends a packet after its beginning, and when it ends.
    type Course = (u32, Vec<u64>, u64);

    fn course() -> impl Strategy<Value = Course> {
        (3u32..=8, proptest::collection::vec(0u64..1500, 0..8), 0u64..500).prop_map(|(granted, mut sends, rest)| {
            sends.truncate(granted as usize / 3);
            sends.sort_unstable();
            let end = sends.last().copied().unwrap_or(0) + rest;
            (granted, sends, end)
        })
    }

    proptest! {
        /// However late a question sends a third of what it may, and whenever it ends.
        #[test]
        fn no_second_sees_more_than_the_rate(courses in proptest::collection::vec(course(), 1..150)) {
            let rate = Rate { total: 25, device: 8 };
            let mut pace = Pace::new(rate);
            let mut waiting = courses.into_iter().enumerate();
            let mut next = waiting.next();
            let mut open: Vec<(u64, usize, Course, u32)> = vec![];
            let mut wire: Vec<u64> = vec![];
            for now in 0u64.. {
                let at = Duration::from_millis(now);
                for (began, who, (granted, sends, end), sent) in &mut open {
                    let due = sends.iter().filter(|send| *began + **send == now).count();
                    wire.extend(std::iter::repeat_n(now, due));
                    let due = u32::try_from(due).unwrap();
                    *sent += due;
                    pace.news().fetch_add(due, Ordering::Relaxed);
                    if *began + *end == now {
                        let key = device(u8::try_from(*who).unwrap());
                        pace.settle(Duration::from_millis(*began), *granted, at, *sent, Some(&key));
                    }
                }
                open.retain(|(began, _, (.., end), _)| began + end > now);
                if let Some((who, course)) = next.take() {
                    let key = device(u8::try_from(who).unwrap());
                    if pace.earliest(at, Some(&key), course.0) <= at {
                        pace.begin(at, Some(&key), course.0);
                        // What it sends at its beginning is sent in the next millisecond.
                        open.push((now + 1, who, course, 0));
                        next = waiting.next();
                    } else {
                        next = Some((who, course));
                    }
                }
                if open.is_empty() && next.is_none() {
                    break;
                }
                prop_assert!(now < 600_000, "questions wait for ever");
            }
            for (index, from) in wire.iter().enumerate() {
                let within = wire[index..].iter().take_while(|at| **at < from + 1000).count();
                prop_assert!(within <= rate.total as usize, "{within} packets from {from} ms");
            }
        }

        #[test]
        fn no_device_sees_more_than_its_rate(questions in proptest::collection::vec((0u8..3, 1u32..=8, 0u64..50), 1..200)) {
            let rate = Rate { total: 200, device: 8 };
            let mut pace = Pace::new(rate);
            let mut now = Duration::ZERO;
            let mut sent: Vec<(Duration, u8, u32)> = vec![];
            for (who, packets, later) in questions {
                let key = device(who);
                now += Duration::from_millis(later);
                loop {
                    let earliest = pace.earliest(now, Some(&key), packets);
                    if earliest <= now {
                        break;
                    }
                    now = earliest;
                }
                let began = now;
                pace.begin(began, Some(&key), packets);
                pace.news().fetch_add(packets, Ordering::Relaxed);
                sent.push((now, who, packets));
                now += Duration::from_millis(later);
                pace.settle(began, packets, now, packets, Some(&key));
                let last = sent.iter().filter(|(at, w, _)| *at + WINDOW > now && *w == who);
                prop_assert!(last.map(|(.., n)| n).sum::<u32>() <= rate.device);
            }
        }
    }

    #[test]
    fn an_expensive_question_waits_for_an_empty_second_and_then_goes() {
        let mut pace = Pace::new(Rate { total: 100, device: 10 });
        let key = device(1);
        pace.begin(Duration::ZERO, Some(&key), 3);
        pace.news().fetch_add(3, Ordering::Relaxed);
        assert_eq!(pace.earliest(Duration::ZERO, Some(&key), 14), WINDOW);
    }
}
