//! TCP (RFC 9293) for a server on a clean link: accept, answer, close.
//!
//! Own, because a device here must do what a well-behaved stack does not: drop or refuse per port,
//! count octets, die, and open thousands of ports without a socket each. There is no congestion
//! control and nothing is kept out of order: the link is a queue in memory.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use smoltcp::phy::ChecksumCapabilities;
use smoltcp::wire::{IpProtocol, TcpControl, TcpPacket, TcpRepr, TcpSeqNumber};

use super::HOPS;
use crate::description::{Device, TcpHabit};
use crate::frame::Packet;
use crate::service::{Say, Services, Talk};

/// The most connections that a device keeps; further ones are dropped.
const CONNECTIONS: usize = 128;
/// An answer that is not acknowledged is repeated after this time, so many times.
const REPEAT: Duration = Duration::from_secs(1);
const REPEATS: u8 = 4;
/// A connection on which nothing happens is forgotten.
const IDLE: Duration = Duration::from_mins(2);
/// Octets of payload in a segment.
const SEGMENT: usize = 1_400;
const WINDOW: u16 = u16::MAX;

/// A device's connections.
#[derive(Debug, Default)]
pub struct Connections(HashMap<Key, Connection>);

/// What a service makes of octets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Kind {
    /// It reads them.
    #[default]
    Ordinary,
    /// It prints them.
    Printer,
    /// It exists to be verified by them, and judges them itself.
    Verifiable,
}

impl Kind {
    fn of(habit: &TcpHabit) -> Self {
        match habit {
            TcpHabit::Rawprint => Self::Printer,
            TcpHabit::Dicom(_) | TcpHabit::DicomTls { .. } => Self::Verifiable,
            _ => Self::Ordinary,
        }
    }
}

/// What became of a segment.
#[derive(Debug, Default)]
pub struct Heard {
    /// What to send.
    pub answers: Vec<Packet>,
    /// New octets of payload.
    pub octets: usize,
    /// What they came to.
    pub service: Kind,
    /// What the service complains of.
    pub complaint: Option<String>,
    /// The port they came to.
    pub port: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    own: IpAddr,
    port: u16,
    peer: IpAddr,
    peer_port: u16,
}

#[derive(Debug)]
struct Connection {
    talk: Box<dyn Talk>,
    service: Kind,
    /// Next octet expected.
    expected: TcpSeqNumber,
    /// First octet not acknowledged, and how far beyond it was sent.
    base: TcpSeqNumber,
    sent: usize,
    out: Vec<u8>,
    phase: Phase,
    closing: bool,
    peer_closed: bool,
    window: usize,
    last: Instant,
    repeats: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// SYN was answered.
    Opening,
    Open,
    /// FIN was sent.
    Finishing,
    /// FIN was acknowledged.
    Finished,
}

impl Connections {
    /// There is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Hears a segment.
    pub fn hear(&mut self, packet: &Packet, plan: &Device, services: &mut Services) -> Heard {
        let Ok(view) = TcpPacket::new_checked(packet.payload.as_slice()) else { return Heard::default() };
        let (from, to) = (packet.source.into(), packet.destination.into());
        let Ok(segment) = TcpRepr::parse(&view, &from, &to, &ChecksumCapabilities::default()) else {
            return Heard::default();
        };
        let key =
            Key { own: packet.destination, port: segment.dst_port, peer: packet.source, peer_port: segment.src_port };
        if segment.control == TcpControl::Syn && segment.ack_number.is_none() {
            return Heard { answers: self.accept(key, &segment, plan, services), ..Heard::default() };
        }
        let Some(connection) = self.0.get_mut(&key) else {
            return Heard { answers: refuse_stray(key, &segment, plan, services), ..Heard::default() };
        };
        let heard = connection.hear(key, &segment);
        if connection.is_over() {
            self.0.remove(&key);
        }
        heard
    }

    /// Repeats what was not acknowledged, and forgets what is over.
    pub fn tick(&mut self, now: Instant) -> Vec<Packet> {
        let mut answers = vec![];
        self.0.retain(|key, connection| connection.tick(*key, now, &mut answers));
        answers
    }

    fn accept(&mut self, key: Key, segment: &TcpRepr<'_>, plan: &Device, services: &mut Services) -> Vec<Packet> {
        let habit = services.tcp_habit(key.port, plan);
        if matches!(habit, TcpHabit::Filtered) || (self.0.len() >= CONNECTIONS && !self.0.contains_key(&key)) {
            return vec![];
        }
        let Some(talk) = services.talk(key.port, &habit, plan) else {
            return vec![reset(key, segment)];
        };
        let initial = TcpSeqNumber(i32::from(key.peer_port) << 12 | i32::from(key.port) >> 4);
        let connection = Connection {
            talk,
            service: Kind::of(&habit),
            expected: segment.seq_number + 1,
            base: initial,
            sent: 0,
            out: vec![],
            phase: Phase::Opening,
            closing: false,
            peer_closed: false,
            window: usize::from(segment.window_len),
            last: Instant::now(),
            repeats: 0,
        };
        let answer = connection.synchronise(key);
        self.0.insert(key, connection);
        vec![answer]
    }
}

impl Connection {
    fn is_over(&self) -> bool {
        self.repeats > REPEATS || (self.phase == Phase::Finished && self.peer_closed)
    }

    fn hear(&mut self, key: Key, segment: &TcpRepr<'_>) -> Heard {
        self.last = Instant::now();
        if segment.control == TcpControl::Rst {
            self.repeats = u8::MAX;
            self.talk.end();
            return Heard { port: key.port, complaint: self.talk.complaint(), ..Heard::default() };
        }
        let mut heard = Heard { port: key.port, service: self.service, ..Heard::default() };
        self.acknowledged(segment);
        self.go_on(self.last);
        let news = !segment.payload.is_empty() || segment.control == TcpControl::Fin;
        if news && segment.seq_number == self.expected && self.phase != Phase::Opening && !self.peer_closed {
            heard.octets = segment.payload.len();
            self.take(segment);
            heard.complaint = self.talk.complaint();
        }
        self.flush(key, &mut heard.answers);
        if news && heard.answers.is_empty() {
            heard.answers.push(self.segment(key, TcpControl::None, self.next(), &[]));
        }
        heard
    }

    fn acknowledged(&mut self, segment: &TcpRepr<'_>) {
        let Some(number) = segment.ack_number else { return };
        self.window = usize::from(segment.window_len);
        if self.phase == Phase::Opening && number == self.base + 1 {
            self.base = number;
            self.phase = Phase::Open;
            let said = self.talk.open();
            self.say(said);
            return;
        }
        if number <= self.base || number > self.next() {
            return;
        }
        self.repeats = 0;
        let octets = (number - self.base).min(self.out.len());
        if number - self.base > self.out.len() && self.phase == Phase::Finishing {
            self.phase = Phase::Finished;
        }
        self.out.drain(..octets);
        self.sent = self.sent.saturating_sub(octets);
        self.base = number;
    }

    fn take(&mut self, segment: &TcpRepr<'_>) {
        self.expected += segment.payload.len();
        if !segment.payload.is_empty() && !self.closing {
            let said = self.talk.hear(segment.payload);
            self.say(said);
        }
        if segment.control == TcpControl::Fin {
            self.expected += 1;
            self.peer_closed = true;
            self.closing |= !self.talk.never_ends();
            self.talk.end();
        }
    }

    fn say(&mut self, said: Say) {
        self.out.extend(said.octets);
        self.closing |= said.close;
    }

    /// Sends what the window allows, then FIN.
    fn flush(&mut self, key: Key, answers: &mut Vec<Packet>) {
        if self.phase == Phase::Opening {
            return;
        }
        while self.sent < self.out.len() && self.sent < self.window {
            let end = self.out.len().min(self.sent + SEGMENT).min(self.window);
            answers.push(self.segment(key, TcpControl::Psh, self.base + self.sent, &self.out[self.sent..end]));
            self.sent = end;
        }
        if self.closing && self.sent == self.out.len() && self.phase == Phase::Open {
            answers.push(self.segment(key, TcpControl::Fin, self.next(), &[]));
            self.phase = Phase::Finishing;
        }
    }

    /// Lets the service go on where everything that it said has been taken.
    fn go_on(&mut self, now: Instant) {
        if self.phase == Phase::Open && !self.closing && self.out.is_empty() {
            let said = self.talk.go_on(now);
            self.say(said);
        }
    }

    fn tick(&mut self, key: Key, now: Instant, answers: &mut Vec<Packet>) -> bool {
        self.go_on(now);
        if self.sent == 0 && !self.out.is_empty() {
            self.flush(key, answers);
            self.last = now;
        }
        let quiet = now.saturating_duration_since(self.last);
        let waiting = self.sent > 0 || matches!(self.phase, Phase::Opening | Phase::Finishing);
        if waiting && quiet > REPEAT * u32::from(self.repeats + 1) {
            self.repeats += 1;
            self.sent = 0;
            match self.phase {
                Phase::Opening => answers.push(self.synchronise(key)),
                Phase::Finishing => self.phase = Phase::Open,
                Phase::Open | Phase::Finished => {}
            }
            self.flush(key, answers);
        }
        quiet < IDLE && !self.is_over()
    }

    /// The sequence number after everything that was sent.
    fn next(&self) -> TcpSeqNumber {
        self.base + self.sent + usize::from(matches!(self.phase, Phase::Finishing | Phase::Opening))
    }

    fn synchronise(&self, key: Key) -> Packet {
        let header = TcpRepr { max_seg_size: Some(1_460), ..header(key, TcpControl::Syn, self.base) };
        emit(key, &TcpRepr { ack_number: Some(self.expected), ..header })
    }

    fn segment(&self, key: Key, control: TcpControl, seq_number: TcpSeqNumber, payload: &[u8]) -> Packet {
        emit(key, &TcpRepr { ack_number: Some(self.expected), payload, ..header(key, control, seq_number) })
    }
}

/// A segment of no connection (RFC 9293 §3.10.7.1).
fn refuse_stray(key: Key, segment: &TcpRepr<'_>, plan: &Device, services: &Services) -> Vec<Packet> {
    let drops = matches!(services.tcp_habit(key.port, plan), TcpHabit::Filtered);
    if drops || segment.control == TcpControl::Rst { vec![] } else { vec![reset(key, segment)] }
}

fn reset(key: Key, segment: &TcpRepr<'_>) -> Packet {
    if let Some(number) = segment.ack_number {
        return emit(key, &header(key, TcpControl::Rst, number));
    }
    let ack_number = Some(segment.seq_number + segment.segment_len());
    emit(key, &TcpRepr { ack_number, ..header(key, TcpControl::Rst, TcpSeqNumber(0)) })
}

fn header(key: Key, control: TcpControl, seq_number: TcpSeqNumber) -> TcpRepr<'static> {
    TcpRepr {
        src_port: key.port,
        dst_port: key.peer_port,
        control,
        seq_number,
        ack_number: None,
        window_len: WINDOW,
        window_scale: None,
        max_seg_size: None,
        sack_permitted: false,
        sack_ranges: [None; 3],
        timestamp: None,
        payload: &[],
    }
}

fn emit(key: Key, segment: &TcpRepr<'_>) -> Packet {
    let mut payload = vec![0; segment.buffer_len()];
    let mut view = TcpPacket::new_unchecked(&mut payload[..]);
    segment.emit(&mut view, &key.own.into(), &key.peer.into(), &ChecksumCapabilities::default());
    Packet { source: key.own, destination: key.peer, id: 0, hops: HOPS, protocol: IpProtocol::Tcp, payload }
}
