//! UDP datagrams: to one device, to a group, to the resolver.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::time::{Instant, timeout_at};

use super::{ending_of, interfaces, socket_address};
use crate::engine::Ending;
use crate::scope::Permit;

/// After a device's first answer, another is waited for so long: some answer in several datagrams.
const ANOTHER: Duration = Duration::from_millis(60);
/// The most datagrams that are read in answer to one question to one device.
const ANSWERS: usize = 8;
/// The most datagrams that are read in answer to one question to everybody.
const GROUP_ANSWERS: usize = 4096;
const BUFFER: usize = 9216;

/// Asks one device.
pub async fn ask(permit: &mut Permit, port: u16, payload: &[u8], wait: Duration) -> Ending {
    let peer = socket_address(permit, port);
    if let Err(error) = permit.spend(1) {
        return Ending::Failed(error.to_string());
    }
    exchange(peer, payload, wait, ANSWERS).await.unwrap_or_else(|error| ending_of(&error))
}

/// A connected socket hears of a refusal, and takes answers from the device alone.
async fn exchange(peer: SocketAddr, payload: &[u8], wait: Duration, most: usize) -> io::Result<Ending> {
    let socket = UdpSocket::bind(unspecified(peer)).await?;
    socket.connect(peer).await?;
    socket.send(payload).await?;
    let mut answers = Vec::new();
    let mut until = Instant::now() + wait;
    let mut buffer = vec![0; BUFFER];
    while answers.len() < most {
        match timeout_at(until, socket.recv(&mut buffer)).await {
            Ok(Ok(length)) => answers.push((peer.ip(), buffer[..length].to_vec())),
            Ok(Err(error)) if answers.is_empty() => return Err(error),
            Ok(Err(_)) | Err(_) => break,
        }
        until = until.min(Instant::now() + ANOTHER);
    }
    Ok(if answers.is_empty() { Ending::Silence } else { Ending::Datagrams(answers) })
}

/// Asks everybody on a link. The question cannot leave it: its TTL is 1.
pub async fn ask_group(permit: &mut Permit, group: SocketAddr, payload: &[u8], wait: Duration) -> Ending {
    let interface = permit.target().interface.clone().unwrap_or_default();
    if let Err(error) = permit.spend(1) {
        return Ending::Failed(error.to_string());
    }
    match group_exchange(&interface, group, payload, wait).await {
        Ok(answers) => Ending::Datagrams(answers),
        Err(error) => ending_of(&error),
    }
}

async fn group_exchange(
    interface: &str,
    group: SocketAddr,
    payload: &[u8],
    wait: Duration,
) -> io::Result<Vec<(IpAddr, Vec<u8>)>> {
    let socket = group_socket(interface, group)?;
    socket.send_to(payload, group).await?;
    let until = Instant::now() + wait;
    let mut answers = Vec::new();
    let mut buffer = vec![0; BUFFER];
    while answers.len() < GROUP_ANSWERS {
        match timeout_at(until, socket.recv_from(&mut buffer)).await {
            Ok(Ok((length, from))) => answers.push((from.ip(), buffer[..length].to_vec())),
            Ok(Err(_)) => {}
            Err(_) => break,
        }
    }
    Ok(answers)
}

fn group_socket(interface: &str, group: SocketAddr) -> io::Result<UdpSocket> {
    use socket2::{Domain, Protocol, Socket, Type};
    let socket = Socket::new(Domain::for_address(group), Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_nonblocking(true)?;
    if group.is_ipv4() {
        let own = own_address(interface);
        socket.set_multicast_if_v4(&own)?;
        socket.set_multicast_ttl_v4(1)?;
        socket.set_multicast_loop_v4(false)?;
        socket.bind(&SocketAddr::from((own, 0)).into())?;
    } else {
        socket.set_multicast_if_v6(interfaces::index_of(interface))?;
        socket.set_multicast_hops_v6(1)?;
        socket.set_multicast_loop_v6(false)?;
        socket.bind(&unspecified(group).into())?;
    }
    UdpSocket::from_std(socket.into())
}

fn own_address(interface: &str) -> Ipv4Addr {
    let interfaces = interfaces::list();
    let addresses = interfaces.iter().filter(|it| it.name == interface).flat_map(|it| it.addresses.iter());
    let v4 = addresses.filter_map(|network| match network.addr() {
        IpAddr::V4(address) => Some(address),
        IpAddr::V6(_) => None,
    });
    v4.into_iter().next().unwrap_or(Ipv4Addr::UNSPECIFIED)
}

fn unspecified(peer: SocketAddr) -> SocketAddr {
    match peer {
        SocketAddr::V4(_) => SocketAddr::from(([0, 0, 0, 0], 0)),
        SocketAddr::V6(_) => SocketAddr::from(([0u16; 8], 0)),
    }
}
