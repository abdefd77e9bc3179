//! Frames out of a capture file: pcap and pcapng, as
//! <https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcap/> and
//! <https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcapng/> describe them.
//!
//! The file is hostile: it is read as a stream through one bounded buffer, and ends where it breaks.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, bail};
use jiff::Timestamp;
use pcap_parser::traits::PcapReaderIterator;
use pcap_parser::{Block, Linktype, PcapBlockOwned, PcapError, create_reader};

/// The longest block that is read; a longer one ends the reading.
const BUFFER: usize = 1 << 20;
/// The most interfaces of one section.
const INTERFACES: usize = 1024;

/// What a capture file held.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// Ethernet frames with a time.
    pub frames: u64,
    /// Frames of other kinds of link, or without a time.
    pub skipped: u64,
    /// Time of the earliest frame.
    pub first: Option<Timestamp>,
    /// Time of the latest frame.
    pub last: Option<Timestamp>,
    /// Why the reading ended before the file did.
    pub broken: Option<String>,
}

/// Reads a file to its end, or to where it breaks; `each` gets every Ethernet frame with its time,
/// until it fails.
pub fn read(path: &Path, each: impl FnMut(Timestamp, &[u8]) -> anyhow::Result<()>) -> anyhow::Result<Summary> {
    let shown = path.display().to_string();
    let file = File::open(path).with_context(|| format!("読めません / cannot read: {shown}"))?;
    frames(file, each).context(shown)
}

/// The same of what an open file, or anything else, holds.
pub fn frames(
    source: impl Read + Send,
    mut each: impl FnMut(Timestamp, &[u8]) -> anyhow::Result<()>,
) -> anyhow::Result<Summary> {
    let mut reader = match create_reader(BUFFER, source) {
        Ok(reader) => reader,
        Err(error) => bail!("pcap・pcapng形式ではありません / neither pcap nor pcapng: {error}"),
    };
    let (mut clocks, mut summary) = (Clocks::default(), Summary::default());
    loop {
        if clocks.is_too_short(reader.data()) {
            summary.broken = Some("a block is shorter than its own frame".to_owned());
            break;
        }
        match reader.next() {
            Ok((length, block)) => {
                if let Some(seen) = clocks.frame(&block) {
                    take(seen, &mut summary, &mut each)?;
                }
                reader.consume(length);
            }
            Err(PcapError::Eof) => break,
            Err(PcapError::Incomplete(_)) => {
                if let Some(why) = refill(reader.as_mut()) {
                    summary.broken = Some(why);
                    break;
                }
            }
            Err(error) => {
                summary.broken = Some(reason(&error));
                break;
            }
        }
    }
    Ok(summary)
}

/// More octets come, or the file has ended within a block.
fn refill(reader: &mut dyn PcapReaderIterator) -> Option<String> {
    let before = reader.data().len();
    if let Err(error) = reader.refill() {
        return Some(reason(&error));
    }
    (before > 0 && reader.data().len() == before).then(|| "it ends within a frame".to_owned())
}

fn reason(error: &PcapError<&[u8]>) -> String {
    match error {
        PcapError::UnexpectedEof => "it ends within a frame".to_owned(),
        PcapError::BufferTooSmall => format!("a block is longer than {BUFFER} octets"),
        PcapError::NomError(_, kind) | PcapError::OwnedNomError(_, kind) => format!("a block is malformed: {kind:?}"),
        other => other.to_string(),
    }
}

/// A frame, and its time where it has one that can be written down.
type Seen<'b> = (Linktype, Option<Timestamp>, &'b [u8]);

fn take(
    (link, at, data): Seen<'_>,
    summary: &mut Summary,
    each: &mut impl FnMut(Timestamp, &[u8]) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let Some(at) = at.filter(|_| link == Linktype::ETHERNET) else {
        summary.skipped += 1;
        return Ok(());
    };
    summary.frames += 1;
    summary.first = Some(summary.first.map_or(at, |first| first.min(at)));
    summary.last = Some(summary.last.map_or(at, |last| last.max(at)));
    each(at, data)
}

/// How the file's interfaces count time.
#[derive(Debug, Default)]
struct Clocks {
    /// Link, units per second and seconds to add, of each interface of the section.
    interfaces: Vec<(Linktype, Option<u64>, i64)>,
    /// Order of the octets of a number, in a pcapng section.
    big_endian: Option<bool>,
}

/// Type and length before, and length after, of every pcapng block (octets).
const BLOCK_FRAME: u32 = 12;

impl Clocks {
    /// The next pcapng block claims fewer octets than every block has: the library takes that for granted.
    fn is_too_short(&self, next: &[u8]) -> bool {
        let length = next.get(4..8).and_then(|octets| <[u8; 4]>::try_from(octets).ok());
        let read = if self.big_endian == Some(true) { u32::from_be_bytes } else { u32::from_le_bytes };
        self.big_endian.is_some() && length.is_some_and(|octets| read(octets) < BLOCK_FRAME)
    }

    fn frame<'b>(&mut self, block: &'b PcapBlockOwned<'_>) -> Option<Seen<'b>> {
        match block {
            PcapBlockOwned::LegacyHeader(header) => {
                let units = if header.is_nanosecond_precision() { 1_000_000_000 } else { 1_000_000 };
                self.interfaces = vec![(header.network, Some(units), 0)];
                None
            }
            PcapBlockOwned::Legacy(frame) => {
                let (link, units, _) = *self.interfaces.first()?;
                let units = units.unwrap_or(1).max(1);
                let at = moment(u64::from(frame.ts_sec) * units + u64::from(frame.ts_usec), Some(units), 0);
                Some((link, at, frame.data))
            }
            PcapBlockOwned::NG(block) => self.next_generation(block),
        }
    }

    fn next_generation<'b>(&mut self, block: &'b Block<'_>) -> Option<Seen<'b>> {
        match block {
            Block::SectionHeader(section) => {
                self.interfaces.clear();
                self.big_endian = Some(section.big_endian());
            }
            Block::InterfaceDescription(described) if self.interfaces.len() < INTERFACES => {
                self.interfaces.push((described.linktype, described.ts_resolution(), described.ts_offset()));
            }
            Block::EnhancedPacket(frame) => {
                let (link, units, offset) = *self.interfaces.get(usize::try_from(frame.if_id).ok()?)?;
                let count = u64::from(frame.ts_high) << 32 | u64::from(frame.ts_low);
                let length = usize::try_from(frame.caplen).ok()?.min(frame.data.len());
                return Some((link, moment(count, units, offset), &frame.data[..length]));
            }
            // It has no time.
            Block::SimplePacket(frame) => return Some((self.interfaces.first()?.0, None, frame.data)),
            _ => {}
        }
        None
    }
}

/// A moment to the microsecond, as it is written; `None` where no calendar has it.
fn moment(count: u64, units: Option<u64>, offset: i64) -> Option<Timestamp> {
    let units = i128::from(units.filter(|units| *units > 0)?);
    let micros = i128::from(count) * 1_000_000 / units + i128::from(offset) * 1_000_000;
    Timestamp::from_microsecond(i64::try_from(micros).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;

    fn pcap() -> Vec<u8> {
        let mut bytes = vec![];
        for word in [0xa1b2_c3d4u32, 0x0004_0002, 0, 0, 65_535, 1] {
            bytes.extend(word.to_le_bytes());
        }
        for (at, frame) in [(1_700_000_000u32, [1u8; 14]), (1_700_000_005, [2; 14])] {
            for word in [at, 250_000, 14, 14] {
                bytes.extend(word.to_le_bytes());
            }
            bytes.extend(frame);
        }
        bytes
    }

    /// One section, one Ethernet interface counting nanoseconds, one frame.
    fn pcapng() -> Vec<u8> {
        let block = |kind: u32, body: &[u8]| {
            let length = u32::try_from(body.len() + 12).unwrap().to_le_bytes();
            [&kind.to_le_bytes()[..], &length, body, &length].concat()
        };
        let section = [&0x1a2b_3c4du32.to_le_bytes()[..], &[1, 0, 0, 0], &[0xff; 8]].concat();
        let interface = [&[1, 0, 0, 0, 0, 0, 4, 0][..], &[9, 0, 1, 0, 9, 0, 0, 0], &[0; 4]].concat();
        let count = 1_700_000_000_250_000_000u64;
        let (high, low) = ((count >> 32) as u32, (count & 0xffff_ffff) as u32);
        let mut frame: Vec<u8> = [0, high, low, 14, 14].iter().flat_map(|word: &u32| word.to_le_bytes()).collect();
        frame.extend([1; 14]);
        frame.extend([0; 2]);
        [block(0x0a0d_0d0a, &section), block(1, &interface), block(6, &frame)].concat()
    }

    type Frames = Vec<(Timestamp, Vec<u8>)>;

    fn read_bytes(bytes: &[u8]) -> anyhow::Result<(Summary, Frames)> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let mut frames = vec![];
        let summary = read(file.path(), |at, frame| {
            frames.push((at, frame.to_vec()));
            Ok(())
        })?;
        Ok((summary, frames))
    }

    #[test]
    fn both_formats_bring_frames_with_their_times() {
        let at: Timestamp = "2023-11-14T22:13:20.25Z".parse().unwrap();
        let (summary, frames) = read_bytes(&pcap()).unwrap();
        assert_eq!((summary.frames, frames[0].clone()), (2, (at, vec![1; 14])));
        assert_eq!(summary.last.unwrap().duration_since(at).as_secs(), 5);
        let (next, frames) = read_bytes(&pcapng()).unwrap();
        assert_eq!((frames, next.broken, summary.broken), (vec![(at, vec![1; 14])], None, None));
    }

    #[test]
    fn another_kind_of_link_is_skipped_and_counted() {
        let mut bytes = pcap();
        bytes[20] = 113;
        let (summary, frames) = read_bytes(&bytes).unwrap();
        assert_eq!((summary.skipped, frames.len()), (2, 0));
    }

    #[test]
    fn a_cut_file_is_read_as_far_as_it_goes_and_says_so() {
        let bytes = pcap();
        let (summary, frames) = read_bytes(&bytes[..bytes.len() - 3]).unwrap();
        assert_eq!(frames.len(), 1);
        assert!(summary.broken.is_some());
        assert!(read_bytes(b"hello, this is no capture").is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn no_damage_panics(at in any::<prop::sample::Index>(), bit in 0u8..8, cut in any::<prop::sample::Index>()) {
            for mut bytes in [pcap(), pcapng()] {
                let index = at.index(bytes.len());
                bytes[index] ^= 1 << bit;
                bytes.truncate(cut.index(bytes.len()) + 1);
                if let Ok((summary, frames)) = read_bytes(&bytes) {
                    prop_assert_eq!(summary.frames, frames.len() as u64);
                }
            }
        }
    }
}
