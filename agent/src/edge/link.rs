//! Whole Ethernet frames on one link, by way of `pnet_datalink`. A scan is not promiscuous: what is
//! for another machine alone is none of its business, and looks like an attack to a watchful network.
//! Listening at a mirror port is, and never sends.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, bail};
use pnet_datalink::{Channel, Config, DataLinkReceiver, DataLinkSender};
use tokio::sync::mpsc;

use crate::edge::groups::AllGroups;
use crate::edge::pcap::Recorder;
use crate::probe::uplink::{ASKING_PORT, DHCP_CLIENT_PORT, RIP_PORT};
use crate::scope::Permit;

/// Frames that wait to be read; more are dropped, and counted.
pub const QUEUE: usize = 8192;
const READ_TIMEOUT: Duration = Duration::from_millis(100);
const BUFFER: usize = 1 << 16;

/// The sending side of a link.
pub struct LinkSender {
    sender: Box<dyn DataLinkSender>,
    recorder: Recorder,
    listener: LinkListener,
}

/// The receiving side of a link; it ends when this is dropped.
#[derive(Debug)]
pub struct LinkListener {
    stop: Arc<AtomicBool>,
    dropped: Arc<AtomicU64>,
    _groups: Option<AllGroups>,
}

/// What is read of what comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ear {
    /// ARP, `ICMPv6`, and what is for everybody or for a group. Everything else is for the operating
    /// system's own sockets.
    Groups,
    /// Everything that passes (mirror port).
    Everything,
}

/// A frame that came in, and the link it came in on.
pub type Arrival = (usize, Vec<u8>);

/// Opens a link; frames go to `arrivals` under this index. Needs `CAP_NET_RAW`.
pub fn open(
    name: &str,
    index: usize,
    arrivals: mpsc::Sender<Arrival>,
    recorder: Recorder,
) -> anyhow::Result<LinkSender> {
    let (sender, receiver) = channel(name, false)?;
    let listener = read(receiver, Ear::Groups, (name, index), arrivals, recorder.clone());
    Ok(LinkSender { sender, recorder, listener })
}

/// Listens to everything that passes, and cannot send. Needs `CAP_NET_RAW`.
pub fn listen(
    name: &str,
    index: usize,
    arrivals: mpsc::Sender<Arrival>,
    recorder: Recorder,
) -> anyhow::Result<LinkListener> {
    let (_, receiver) = channel(name, true)?;
    Ok(read(receiver, Ear::Everything, (name, index), arrivals, recorder))
}

fn channel(name: &str, promiscuous: bool) -> anyhow::Result<(Box<dyn DataLinkSender>, Box<dyn DataLinkReceiver>)> {
    let interfaces = pnet_datalink::interfaces();
    let interface = interfaces.iter().find(|it| it.name == name).with_context(|| format!("no interface {name}"))?;
    let config = Config {
        promiscuous,
        read_timeout: Some(READ_TIMEOUT),
        read_buffer_size: BUFFER,
        write_buffer_size: BUFFER,
        ..Config::default()
    };
    match pnet_datalink::channel(interface, config) {
        Ok(Channel::Ethernet(sender, receiver)) => Ok((sender, receiver)),
        Ok(_) => bail!("{name}: not an Ethernet interface"),
        Err(error) => bail!(
            "{name}: 生のフレームを扱う権限がありません。setcap cap_net_raw+ep を daicho-agent に付けるか、管理者として実行してください。/ cannot open a raw socket: {error}. Give daicho-agent CAP_NET_RAW (setcap cap_net_raw+ep) or run it as root."
        ),
    }
}

fn read(
    receiver: Box<dyn DataLinkReceiver>,
    ear: Ear,
    (name, index): (&str, usize),
    arrivals: mpsc::Sender<Arrival>,
    recorder: Recorder,
) -> LinkListener {
    let (stop, dropped) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let reader = Reader { receiver, ear, index, arrivals, recorder, stop: stop.clone(), dropped: dropped.clone() };
    std::thread::spawn(move || reader.run());
    // Where it is refused, the groups that the operating system joined itself are heard.
    LinkListener { stop, dropped, _groups: AllGroups::join(name).ok() }
}

impl LinkSender {
    /// Sends one frame.
    pub fn send(&mut self, permit: &mut Permit, frame: &[u8]) -> anyhow::Result<()> {
        permit.spend(1)?;
        self.recorder.frame(frame);
        self.sender.send_to(frame, None).context("the interface took no frame")??;
        Ok(())
    }

    /// Frames that came in and could not be kept.
    pub fn dropped(&self) -> u64 {
        self.listener.dropped()
    }
}

impl LinkListener {
    /// Frames that came in and could not be kept.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

impl Drop for LinkListener {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

struct Reader {
    receiver: Box<dyn DataLinkReceiver>,
    ear: Ear,
    index: usize,
    arrivals: mpsc::Sender<Arrival>,
    recorder: Recorder,
    stop: Arc<AtomicBool>,
    dropped: Arc<AtomicU64>,
}

impl Reader {
    fn run(mut self) {
        while !self.stop.load(Ordering::Relaxed) {
            let Ok(frame) = self.receiver.next() else { continue };
            self.recorder.frame(frame);
            if self.ear == Ear::Groups && !is_worth_reading(frame) {
                continue;
            }
            match self.arrivals.try_send((self.index, frame.to_vec())) {
                Ok(()) => {}
                Err(mpsc::error::TrySendError::Full(_)) => {
                    self.dropped.fetch_add(1, Ordering::Relaxed);
                }
                Err(mpsc::error::TrySendError::Closed(_)) => return,
            }
        }
    }
}

/// ARP, `PPPoE` discovery (RFC 2516 §4), and what the probes read of IP.
fn is_worth_reading(frame: &[u8]) -> bool {
    let to_group = frame.first().is_some_and(|octet| octet & 1 == 1);
    match frame.get(12..14) {
        Some([0x08, 0x06] | [0x88, 0x63]) => true,
        Some([0x08, 0x00]) => to_group || answers_a_frame(&frame[14..]),
        Some([0x86, 0xdd]) => to_group || frame.get(20) == Some(&58),
        _ => to_group,
    }
}

/// ICMP, or a datagram for a port at which the operating system's own sockets are not read: what answers the
/// frames that a probe makes itself.
fn answers_a_frame(ip: &[u8]) -> bool {
    let header = ip.first().map_or(0, |first| usize::from(first & 15) * 4);
    let port = || Some(u16::from_be_bytes(*ip.get(header + 2..)?.first_chunk()?));
    match ip.get(9) {
        Some(1) => true,
        Some(17) => port().is_some_and(|port| [DHCP_CLIENT_PORT, RIP_PORT, ASKING_PORT].contains(&port)),
        _ => false,
    }
}
