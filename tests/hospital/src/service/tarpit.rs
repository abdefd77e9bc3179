//! Hosts that waste a caller's time: one octet a second, and answers without an end.

use std::time::{Duration, Instant};

use super::{Say, Talk};

/// An octet this often.
const DRIP: Duration = Duration::from_secs(1);
/// Octets that an endless answer says at a time.
const BURST: usize = 16 * 1024;

/// Says one octet a second, for ever, and hears nothing.
#[derive(Debug, Default)]
pub struct Drip(Option<Instant>);

impl Talk for Drip {
    fn hear(&mut self, _octets: &[u8]) -> Say {
        Say::default()
    }

    fn go_on(&mut self, now: Instant) -> Say {
        let due = self.0.is_none_or(|last| now.saturating_duration_since(last) >= DRIP);
        if !due {
            return Say::default();
        }
        self.0 = Some(now);
        Say::more(vec![b'x'])
    }

    fn never_ends(&self) -> bool {
        true
    }
}

/// Says something, and then something else for ever, as fast as it is taken.
#[derive(Debug)]
pub struct Endless {
    start: Vec<u8>,
    again: Vec<u8>,
}

impl Endless {
    /// What it says first, and what it repeats.
    pub fn new(start: Vec<u8>, again: Vec<u8>) -> Self {
        Self { start, again }
    }
}

impl Talk for Endless {
    fn open(&mut self) -> Say {
        Say::more(std::mem::take(&mut self.start))
    }

    fn hear(&mut self, _octets: &[u8]) -> Say {
        Say::default()
    }

    fn go_on(&mut self, _now: Instant) -> Say {
        Say::more(self.again.iter().copied().cycle().take(BURST).collect())
    }

    fn never_ends(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_octet_a_second() {
        let (mut drip, begin) = (Drip::default(), Instant::now());
        let said = (0..10).map(|tick| drip.go_on(begin + Duration::from_millis(400 * tick)).octets.len());
        assert_eq!(said.sum::<usize>(), 4);
    }

    #[test]
    fn an_endless_answer_never_closes() {
        let mut endless = Endless::new(b"220 ".to_vec(), b"ab".to_vec());
        assert_eq!(endless.open().octets, b"220 ");
        let said = endless.go_on(Instant::now());
        assert!(!said.close && said.octets.len() == BURST);
    }
}
