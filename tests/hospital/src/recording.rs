//! Frames into a capture file (pcap, draft-ietf-opsawg-pcap): every frame of the TAP, both ways.
//!
//! The classic format has no place for a direction; the station's link-layer address as source is it.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// `LINKTYPE_ETHERNET`.
const ETHERNET: u32 = 1;
/// The most octets kept of a frame.
const SNAP: usize = 65_535;

/// An open capture file.
#[derive(Debug)]
pub struct Recording<W: Write>(W);

impl Recording<BufWriter<File>> {
    /// Creates the file and writes its header.
    pub fn create(path: &Path) -> io::Result<Self> {
        Self::new(BufWriter::new(File::create(path)?))
    }
}

impl<W: Write> Recording<W> {
    /// Writes the header.
    pub fn new(mut out: W) -> io::Result<Self> {
        out.write_all(&0xa1b2_c3d4_u32.to_le_bytes())?;
        out.write_all(&[2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0])?;
        out.write_all(&u32::try_from(SNAP).unwrap_or(u32::MAX).to_le_bytes())?;
        out.write_all(&ETHERNET.to_le_bytes())?;
        Ok(Self(out))
    }

    /// Writes one frame with the present time.
    pub fn frame(&mut self, bytes: &[u8]) -> io::Result<()> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let kept = &bytes[..bytes.len().min(SNAP)];
        // The format's seconds are 32 bits wide: they last until 2106.
        let seconds = u32::try_from(now.as_secs()).unwrap_or(u32::MAX);
        let length = |octets: &[u8]| u32::try_from(octets.len()).unwrap_or(u32::MAX);
        for number in [seconds, now.subsec_micros(), length(kept), length(bytes)] {
            self.0.write_all(&number.to_le_bytes())?;
        }
        self.0.write_all(kept)
    }

    /// Writes everything out.
    pub fn finish(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_and_frame_have_the_lengths_of_the_format() {
        let mut out = vec![];
        let mut recording = Recording::new(&mut out).unwrap();
        recording.frame(&[7; 60]).unwrap();
        assert_eq!(out.len(), 24 + 16 + 60);
        assert_eq!(&out[20..24], &[1, 0, 0, 0]);
        assert_eq!(&out[32..40], &[60, 0, 0, 0, 60, 0, 0, 0]);
    }
}
