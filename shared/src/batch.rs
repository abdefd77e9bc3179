//! One run, handed in: JSON Lines, versioned, readable as far as it goes.
//!
//! The first line is the [`Header`], the last the [`End`]. A file without an end line was cut off:
//! what stands before the cut is whole, and the run counts as partial.

use std::io::{self, BufRead, Write};
use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::address::Mac;
use crate::coverage::Coverage;
use crate::id::{ProbeName, RunId};
use crate::observation::Observation;

/// The format's name, in every header.
pub const FORMAT: &str = "daicho-batch";
/// The version this library writes and reads.
pub const VERSION: u32 = 1;
/// The longest line that is read, in octets.
pub const LINE_LIMIT: u64 = 1 << 20;
/// The most records that are read from one batch: 200,000 devices, each seen forty times.
pub const RECORD_LIMIT: usize = 8_000_000;

/// One run of an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Who ran, when, over what.
    pub header: Header,
    /// What was seen, in order; shared, because whoever cites one keeps it.
    pub observations: Vec<Arc<Observation>>,
    /// What reached each device.
    pub sent: Vec<Sent>,
    /// What was asked, per segment and probe.
    pub coverage: Vec<Coverage>,
    /// What went wrong.
    pub troubles: Vec<Trouble>,
    /// How the run ended; `None` when the batch was cut off.
    pub end: Option<End>,
}

/// One line of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub enum Record {
    /// First line.
    Header(Header),
    /// What one probe saw.
    Observation(Observation),
    /// What reached one device by one probe.
    Sent(Sent),
    /// How one segment was looked at by one probe.
    Coverage(Coverage),
    /// What went wrong.
    Trouble(Trouble),
    /// Last line.
    End(End),
}

/// Who ran, when, over what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Always [`FORMAT`].
    pub format: String,
    /// Format version.
    pub version: u32,
    /// The run.
    pub run: RunId,
    /// Agent version.
    pub agent: String,
    /// The agent machine's name.
    pub host: String,
    /// When the run began.
    pub started: Timestamp,
    /// Networks that may be asked.
    pub scope: Vec<IpNet>,
    /// Networks that may not, whatever the scope says.
    pub exclude: Vec<IpNet>,
    /// `gentle`, `normal` or `fast`.
    pub profile: String,
    /// The agent's interfaces and their addresses.
    pub interfaces: Vec<AgentInterface>,
}

/// An interface of the agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentInterface {
    /// Name, e.g. `eth0`.
    pub name: String,
    /// Link-layer address.
    pub mac: Option<Mac>,
    /// Addresses with their prefix lengths.
    pub addresses: Vec<IpNet>,
    /// The default gateways of its routing table.
    pub gateways: Vec<IpAddr>,
}

/// What reached one target by one probe.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Sent {
    /// The target; a multicast or broadcast address for questions to everybody.
    pub address: IpAddr,
    /// Its link-layer address, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mac: Option<Mac>,
    /// The probe.
    pub probe: ProbeName,
    /// Packets sent.
    pub packets: u32,
    /// The first of them.
    pub first: Timestamp,
    /// The last of them.
    pub last: Timestamp,
}

/// What went wrong, as data: a run never fails because one thing did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// When.
    pub at: Timestamp,
    /// Where: a probe, an interface, an address.
    pub place: String,
    /// What happened, in English.
    pub message: String,
}

/// How the run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// When.
    pub finished: Timestamp,
    /// Everything planned was asked.
    pub complete: bool,
    /// Why not, e.g. `stopped by signal`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The batch cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// Reading failed.
    #[error("line {line}: cannot read: {source}")]
    Read {
        /// Line number, from 1.
        line: usize,
        /// Cause.
        source: io::Error,
    },
    /// A line is longer than [`LINE_LIMIT`], or there are more than [`RECORD_LIMIT`].
    #[error("line {line}: too long (limit {LINE_LIMIT} octets a line, {RECORD_LIMIT} lines)")]
    TooLong {
        /// Line number, from 1.
        line: usize,
    },
    /// A line is not a record.
    #[error("line {line}: not a batch record: {source}")]
    Malformed {
        /// Line number, from 1.
        line: usize,
        /// Cause.
        source: serde_json::Error,
    },
    /// The first line is not a header, or a header comes again.
    #[error("line {line}: expected a {FORMAT} header as the first line, and only there")]
    NoHeader {
        /// Line number, from 1.
        line: usize,
    },
    /// Another format or version.
    #[error("format {format} version {version}; this program reads {FORMAT} version {VERSION}")]
    OtherVersion {
        /// Format found.
        format: String,
        /// Version found.
        version: u32,
    },
}

impl Batch {
    /// An empty batch under this header.
    pub fn new(header: Header) -> Self {
        Self { header, observations: vec![], sent: vec![], coverage: vec![], troubles: vec![], end: None }
    }

    /// The run came to its planned end.
    pub fn is_complete(&self) -> bool {
        self.end.as_ref().is_some_and(|end| end.complete)
    }

    /// Reads a batch. See [`Records`] for what is accepted.
    pub fn read(input: impl BufRead) -> Result<Self, BatchError> {
        let mut batch: Option<Self> = None;
        for record in Records::new(input) {
            match (record?, &mut batch) {
                (Record::Header(header), None) => batch = Some(Self::new(header)),
                (record, Some(batch)) => batch.add(record),
                (_, None) => return Err(BatchError::NoHeader { line: 1 }),
            }
        }
        batch.ok_or(BatchError::NoHeader { line: 1 })
    }

    fn add(&mut self, record: Record) {
        match record {
            Record::Header(header) => self.header = header,
            Record::Observation(observation) => self.observations.push(Arc::new(observation)),
            Record::Sent(sent) => self.sent.push(sent),
            Record::Coverage(coverage) => self.coverage.push(coverage),
            Record::Trouble(trouble) => self.troubles.push(trouble),
            Record::End(end) => self.end = Some(end),
        }
    }

    /// Writes the batch, one record a line.
    pub fn write(&self, output: &mut impl Write) -> io::Result<()> {
        write_record(output, &Record::Header(self.header.clone()))?;
        for observation in &self.observations {
            write_record(output, &Record::Observation(Observation::clone(observation)))?;
        }
        for sent in &self.sent {
            write_record(output, &Record::Sent(sent.clone()))?;
        }
        for coverage in &self.coverage {
            write_record(output, &Record::Coverage(coverage.clone()))?;
        }
        for trouble in &self.troubles {
            write_record(output, &Record::Trouble(trouble.clone()))?;
        }
        self.end.iter().try_for_each(|end| write_record(output, &Record::End(end.clone())))
    }
}

/// The records of a batch, one after another, for a reader that keeps each as it comes.
///
/// The first is the header, accepted in this version, and no other is a header. A last line without
/// a line break that is not a record was cut off by a dying writer and is left out. Nothing follows
/// an error.
#[derive(Debug)]
pub struct Records<R> {
    input: R,
    line: usize,
    over: bool,
}

impl<R: BufRead> Records<R> {
    /// Reads from here on.
    pub fn new(input: R) -> Self {
        Self { input, line: 0, over: false }
    }

    fn read_one(&mut self) -> Result<Option<Record>, BatchError> {
        self.line += 1;
        let line = self.line;
        let mut bytes = Vec::new();
        let mut limited = io::Read::take(&mut self.input, LINE_LIMIT + 1);
        limited.read_until(b'\n', &mut bytes).map_err(|source| BatchError::Read { line, source })?;
        if bytes.is_empty() {
            return Ok(None);
        }
        if bytes.len() as u64 > LINE_LIMIT || line > RECORD_LIMIT {
            return Err(BatchError::TooLong { line });
        }
        match serde_json::from_slice(&bytes) {
            Ok(Record::Header(header)) if line == 1 => Ok(Some(Record::Header(accepted(header)?))),
            Ok(Record::Header(_)) => Err(BatchError::NoHeader { line }),
            Ok(_) if line == 1 => Err(BatchError::NoHeader { line }),
            Ok(record) => Ok(Some(record)),
            Err(_) if line > 1 && !bytes.ends_with(b"\n") => Ok(None),
            Err(source) => Err(BatchError::Malformed { line, source }),
        }
    }
}

impl<R: BufRead> Iterator for Records<R> {
    type Item = Result<Record, BatchError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        let record = self.read_one().transpose();
        self.over = !matches!(record, Some(Ok(_)));
        record
    }
}

/// Writes one record and its line break.
pub fn write_record(output: &mut impl Write, record: &Record) -> io::Result<()> {
    let mut line = serde_json::to_vec(record).map_err(io::Error::other)?;
    line.push(b'\n');
    output.write_all(&line)
}

fn accepted(header: Header) -> Result<Header, BatchError> {
    if header.format == FORMAT && header.version == VERSION {
        Ok(header)
    } else {
        Err(BatchError::OtherVersion { format: header.format, version: header.version })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn header() -> Header {
        Header {
            format: FORMAT.to_owned(),
            version: VERSION,
            run: "01900000-0000-7000-8000-000000000001".into(),
            agent: "0.1.0".to_owned(),
            host: "scanner".to_owned(),
            started: Timestamp::UNIX_EPOCH,
            scope: vec![],
            exclude: vec![],
            profile: "gentle".to_owned(),
            interfaces: vec![],
        }
    }

    fn written() -> (Batch, Vec<u8>) {
        let mut batch = Batch::new(header());
        let at = Timestamp::UNIX_EPOCH;
        batch.troubles.push(Trouble { at, place: "eth0".to_owned(), message: "went down".to_owned() });
        batch.end = Some(End { finished: at, complete: true, reason: None });
        let mut bytes = Vec::new();
        batch.write(&mut bytes).unwrap();
        (batch, bytes)
    }

    #[test]
    fn what_is_written_is_read() {
        let (batch, bytes) = written();
        assert_eq!(Batch::read(&bytes[..]).unwrap(), batch);
    }

    #[test]
    fn a_cut_batch_is_read_as_far_as_it_goes() {
        let (batch, bytes) = written();
        let cut = Batch::read(&bytes[..bytes.len() - 5]).unwrap();
        assert_eq!((cut.troubles, cut.end), (batch.troubles, None));
    }

    #[test]
    fn a_second_header_and_a_missing_one_are_refused() {
        let (_, bytes) = written();
        let twice = [&bytes[..], &bytes[..]].concat();
        assert!(matches!(Batch::read(&twice[..]), Err(BatchError::NoHeader { line: 4 })));
        let headless = &bytes[bytes.iter().position(|&byte| byte == b'\n').unwrap() + 1..];
        assert!(matches!(Batch::read(headless), Err(BatchError::NoHeader { line: 1 })));
    }

    #[test]
    fn another_version_is_refused() {
        let mut bytes = Vec::new();
        Batch::new(Header { version: 2, ..header() }).write(&mut bytes).unwrap();
        assert!(matches!(Batch::read(&bytes[..]), Err(BatchError::OtherVersion { version: 2, .. })));
    }

    proptest! {
        #[test]
        fn a_cut_anywhere_never_panics_and_never_invents(cut in 0usize..2000) {
            let (batch, bytes) = written();
            if let Ok(read) = Batch::read(&bytes[..cut.min(bytes.len())]) {
                prop_assert!(batch.troubles.starts_with(&read.troubles));
            }
        }
    }
}
