//! The clock. Nothing else in the agent reads it.

use std::time::{Duration, Instant};

use jiff::Timestamp;

/// A run's clock: when it began, and how long ago that is.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    /// When the run began.
    pub started: Timestamp,
    instant: Instant,
}

impl Clock {
    /// Starts now. The start is cut to microseconds, as it is written.
    pub fn start() -> Self {
        let now = Timestamp::now();
        let started = Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now);
        Self { started, instant: Instant::now() }
    }

    /// Time since the start.
    pub fn now(&self) -> Duration {
        let elapsed = self.instant.elapsed();
        Duration::from_micros(u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX))
    }

    /// The moment that lies this long after the start.
    pub fn instant(&self, at: Duration) -> tokio::time::Instant {
        (self.instant + at).into()
    }
}
