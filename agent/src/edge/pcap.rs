//! A capture file of every frame that was sent or came in: pcap, microseconds, Ethernet.
//! <https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcap/>, section 4.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};

use super::clock::Clock;

const MAGIC: u32 = 0xa1b2_c3d4;
const SNAP_LENGTH: u32 = 65_535;
const ETHERNET: u32 = 1;

/// Writes frames to a capture file, or nowhere.
#[derive(Debug, Clone, Default)]
pub struct Recorder(Option<(Clock, Arc<Mutex<BufWriter<File>>>)>);

impl Recorder {
    /// Starts a capture file.
    pub fn create(path: &Path, clock: Clock) -> io::Result<Self> {
        let mut file = BufWriter::new(File::create(path)?);
        file.write_all(&MAGIC.to_le_bytes())?;
        file.write_all(&2u16.to_le_bytes())?;
        file.write_all(&4u16.to_le_bytes())?;
        for word in [0, 0, SNAP_LENGTH, ETHERNET] {
            file.write_all(&word.to_le_bytes())?;
        }
        Ok(Self(Some((clock, Arc::new(Mutex::new(file))))))
    }

    /// Writes one frame. A full disk ends the capture file, not the run.
    pub fn frame(&self, frame: &[u8]) {
        let Some((clock, file)) = &self.0 else { return };
        let Ok(mut file) = file.lock() else { return };
        let now = clock.started + clock.now();
        let length = u32::try_from(frame.len()).unwrap_or(SNAP_LENGTH).min(SNAP_LENGTH);
        let seconds = u32::try_from(now.as_second()).unwrap_or(0);
        let micros = u32::try_from(now.subsec_microsecond()).unwrap_or(0);
        let words = [seconds, micros, length, length];
        let written: io::Result<()> = words.iter().try_for_each(|word| file.write_all(&word.to_le_bytes()));
        if written.is_ok() {
            let _ = file.write_all(&frame[..length as usize]);
        }
    }

    /// Writes what is still in memory.
    pub fn flush(&self) -> io::Result<()> {
        let Some((_, file)) = &self.0 else { return Ok(()) };
        file.lock().map_err(|_| io::Error::other("the capture file's writer died"))?.flush()
    }
}
