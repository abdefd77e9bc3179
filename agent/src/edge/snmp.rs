//! SNMP v3, v2c and v1 with configured credentials, by way of `async-snmp`. Read only, one request at
//! a time, no retries of the library's own, and every request counted.
//!
//! A wrong version 3 password is not told from silence by the protocol (RFC 3414 §3.2, unauthenticated
//! reports are ignored), so a silent user is tried once and the next credential after it.

use std::collections::HashMap;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_snmp::transport::{Candidate, RequestRegistration, Transport, UdpHandle, UdpTransport};
use async_snmp::{Auth, AuthProtocol, Client, ClientBuilder, Oid, PrivProtocol, Retry, UsmConfig, Value};
use bytes::Bytes;

use super::socket_address;
use crate::engine::Ending;
use crate::probe::{SNMP_PAGES, SnmpRead, SnmpValue, Variable, snmp_page_rows};
use crate::scope::Permit;
use crate::settings::{SnmpSettings, SnmpUser};

const PORT: u16 = 161;
const WAIT: Duration = Duration::from_millis(1200);
/// The longest octet string that is kept.
const OCTETS: usize = 1024;
/// The most requests for scalars in version 1.
const V1_TRIES: usize = 4;

/// The configured credentials, ready to use.
pub struct Reader {
    credentials: Vec<(Auth, &'static str)>,
    /// Which credential worked where.
    worked: Mutex<HashMap<IpAddr, usize>>,
}

/// A configured SNMP user cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("[snmp.user] {name}: {reason}")]
pub struct BadUser {
    name: String,
    reason: String,
}

impl Reader {
    /// Prepares the credentials: version 3 users first, then communities for v2c, then for v1.
    pub fn new(settings: &SnmpSettings) -> Result<Self, BadUser> {
        let mut credentials = Vec::new();
        for user in &settings.user {
            credentials.push((Auth::Usm(usm(user)?), "v3"));
        }
        for community in &settings.communities {
            credentials.push((Auth::v2c(community.as_str()), "v2c"));
        }
        for community in &settings.communities {
            credentials.push((Auth::v1(community.as_str()), "v1"));
        }
        Ok(Self { credentials, worked: Mutex::new(HashMap::new()) })
    }

    /// Reads with the first credential that is answered.
    pub async fn read(&self, permit: &mut Permit, wanted: &SnmpRead) -> Ending {
        let address = permit.target().address;
        let worked = self.worked.lock().unwrap_or_else(PoisonError::into_inner).get(&address).copied();
        let order = worked.map_or(0..self.credentials.len(), |index| index..index + 1);
        for index in order {
            let Some((auth, version)) = self.credentials.get(index) else { continue };
            match read_with(permit, auth.clone(), wanted).await {
                Ok(Answer { variables, more }) => {
                    self.worked.lock().unwrap_or_else(PoisonError::into_inner).insert(address, index);
                    return Ending::Variables { variables, version, more };
                }
                Err(Stop::Silent) => {}
                Err(Stop::Refused) => return Ending::Refused,
                Err(Stop::Spent) => return Ending::Silence,
                Err(Stop::Failed(message)) => return Ending::Failed(message),
            }
        }
        Ending::Silence
    }
}

enum Stop {
    Silent,
    Refused,
    Spent,
    Failed(String),
}

/// What was read, and whether there is more.
#[derive(Default)]
struct Answer {
    variables: Vec<Variable>,
    more: bool,
}

async fn read_with(permit: &mut Permit, auth: Auth, wanted: &SnmpRead) -> Result<Answer, Stop> {
    permit.spend(1).map_err(|_| Stop::Spent)?;
    // A version 3 exchange asks for the engine's identity first: what was sent is counted.
    let sent = Arc::new(AtomicU32::new(permit.spent() - 1));
    let bulk = !matches!(auth, Auth::Community { version: async_snmp::CommunityVersion::V1, .. });
    let client = client(socket_address(permit, PORT), auth, sent.clone()).await.map_err(|error| stop(&error))?;
    let answer = match wanted {
        SnmpRead::Scalars(scalars) if bulk => get(&client, scalars).await,
        SnmpRead::Scalars(scalars) => get_v1(&client, scalars).await,
        SnmpRead::Rows { columns, after, left, .. } => {
            let pages = SNMP_PAGES.min(left.div_ceil(snmp_page_rows(columns.len())));
            rows(&client, Walk::new(columns, after.as_deref()), pages, bulk).await
        }
    };
    permit.account(sent.load(Ordering::Relaxed));
    answer
}

async fn get(client: &Client<Counted>, scalars: &[&str]) -> Result<Answer, Stop> {
    let scalars: Vec<Oid> = scalars.iter().filter_map(|oid| oid.parse().ok()).collect();
    match client.get_many(&scalars).await {
        Ok(answer) => Ok(Answer { variables: answer.varbinds.iter().map(variable).collect(), more: false }),
        Err(error) if status(&error).is_some() => Ok(Answer::default()),
        Err(error) => Err(stop(&error)),
    }
}

/// Version 1 refuses a whole GET where one object is missing (RFC 1157 §4.1.2). A GETNEXT of what comes
/// just before each object brings those that are there, and is refused only at the end of everything.
async fn get_v1(client: &Client<Counted>, scalars: &[&str]) -> Result<Answer, Stop> {
    let before = |scalar: &&str| scalar.strip_suffix(".0").and_then(|object| object.parse().ok());
    let walk = Walk::at(scalars.iter().filter_map(before).collect());
    let mut answer = rows(client, walk, V1_TRIES, false).await?;
    answer.variables.retain(|variable| scalars.contains(&variable.oid.as_str()));
    Ok(Answer { more: false, ..answer })
}

/// Reads pages; what was read before a page failed is kept.
async fn rows(client: &Client<Counted>, mut walk: Walk, pages: usize, bulk: bool) -> Result<Answer, Stop> {
    let mut answer = Answer::default();
    for page in 0..pages {
        let read = if bulk {
            let rows = snmp_page_rows(walk.at.len());
            client.get_bulk(&walk.at, 0, u32::try_from(rows).unwrap_or(1)).await
        } else {
            client.get_next_many(&walk.at).await.map(|answer| answer.varbinds)
        };
        match read {
            Ok(page) => answer.variables.extend(walk.take(&page)),
            // Version 1 says by an error that nothing comes after a column; the others are read on.
            Err(error) => match status(&error) {
                Some(index) => walk.leave(index),
                None if page == 0 => return Err(stop(&error)),
                None => walk.at.clear(),
            },
        }
        if walk.at.is_empty() || walk.once && !answer.variables.is_empty() {
            break;
        }
    }
    answer.more = !walk.at.is_empty();
    Ok(answer)
}

/// The agent answered, with an error of its own: about the variable of this number, from 1.
fn status(error: &async_snmp::Error) -> Option<usize> {
    match error.exchange_source() {
        async_snmp::Error::Snmp { index, .. } => Some(usize::try_from(*index).unwrap_or(0)),
        _ => None,
    }
}

/// Where a walk over several columns stands.
struct Walk {
    columns: Vec<Oid>,
    at: Vec<Oid>,
    /// One answer is enough.
    once: bool,
}

impl Walk {
    fn new(columns: &[&str], after: Option<&str>) -> Self {
        let start =
            |column: &&str| after.map_or_else(|| column.parse(), |index| format!("{column}.{index}").parse()).ok();
        Self {
            columns: columns.iter().filter_map(|column| column.parse().ok()).collect(),
            at: columns.iter().filter_map(start).collect(),
            once: false,
        }
    }

    /// Only what comes next after these.
    fn at(objects: Vec<Oid>) -> Self {
        Self { at: objects.clone(), columns: objects, once: true }
    }

    /// Nothing comes after the column of this number; where the number says nothing, the walk is over.
    fn leave(&mut self, number: usize) {
        if (1..=self.at.len()).contains(&number) {
            self.at.remove(number - 1);
        } else {
            self.at.clear();
        }
    }

    /// Keeps the rows of the columns, and goes on after the last of each; a column that has ended, or
    /// whose agent goes round in circles, is left.
    fn take(&mut self, page: &[async_snmp::VarBind]) -> Vec<Variable> {
        let mut kept = Vec::new();
        let before = std::mem::take(&mut self.at);
        for column in &self.columns {
            let Some(last) = before.iter().find(|at| at.starts_with(column)) else { continue };
            let mut at = last.clone();
            for row in page.iter().filter(|row| row.oid.starts_with(column)) {
                if row.oid > at && !matches!(row.value, Value::EndOfMibView) {
                    at = row.oid.clone();
                    kept.push(variable(row));
                }
            }
            if at > *last {
                self.at.push(at);
            }
        }
        kept
    }
}

async fn client(peer: SocketAddr, auth: Auth, sent: Arc<AtomicU32>) -> async_snmp::Result<Client<Counted>> {
    let bind = if peer.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
    let handle = UdpTransport::bind(bind).await?.handle(peer)?;
    ClientBuilder::new(auth).request_timeout(WAIT).retry(Retry::none()).build_with_transport(Counted { handle, sent })
}

fn stop(error: &async_snmp::Error) -> Stop {
    match error.exchange_source() {
        async_snmp::Error::Network { source, .. } if source.kind() == std::io::ErrorKind::ConnectionRefused => {
            Stop::Refused
        }
        async_snmp::Error::Network { source, .. } => Stop::Failed(source.to_string()),
        _ => Stop::Silent,
    }
}

fn variable(row: &async_snmp::VarBind) -> Variable {
    let value = match &row.value {
        Value::Integer(number) => SnmpValue::Number(i128::from(*number)),
        Value::Counter32(number) | Value::Gauge32(number) | Value::UInteger32(number) | Value::TimeTicks(number) => {
            SnmpValue::Number(i128::from(*number))
        }
        Value::Counter64(number) => SnmpValue::Number(i128::from(*number)),
        Value::OctetString(octets) | Value::Opaque(octets) => {
            SnmpValue::Octets(octets[..octets.len().min(OCTETS)].to_vec())
        }
        Value::ObjectIdentifier(oid) => SnmpValue::ObjectId(oid.to_string()),
        Value::IpAddress(octets) => SnmpValue::Address((*octets).into()),
        _ => SnmpValue::Nothing,
    };
    Variable { oid: row.oid.to_string(), value }
}

/// A UDP handle that counts what it sends.
#[derive(Clone)]
struct Counted {
    handle: UdpHandle,
    sent: Arc<AtomicU32>,
}

impl Transport for Counted {
    fn send(&self, data: &[u8]) -> impl Future<Output = async_snmp::Result<()>> + Send {
        self.sent.fetch_add(1, Ordering::Relaxed);
        self.handle.send(data)
    }

    fn request_with<T, F>(
        &self,
        data: &[u8],
        registration: RequestRegistration,
        validate: F,
    ) -> impl Future<Output = async_snmp::Result<T>> + Send
    where
        T: Send,
        F: FnMut(Bytes, SocketAddr) -> async_snmp::Result<Candidate<T>> + Send,
    {
        self.sent.fetch_add(1, Ordering::Relaxed);
        self.handle.request_with(data, registration, validate)
    }

    fn peer_addr(&self) -> SocketAddr {
        self.handle.peer_addr()
    }

    fn local_addr(&self) -> SocketAddr {
        self.handle.local_addr()
    }

    fn alloc_request_id(&self) -> i32 {
        self.handle.alloc_request_id()
    }

    fn is_reliable(&self) -> bool {
        self.handle.is_reliable()
    }
}

fn usm(user: &SnmpUser) -> Result<UsmConfig, BadUser> {
    let bad = |reason: &str| BadUser { name: user.name.clone(), reason: reason.to_owned() };
    let config = UsmConfig::new(user.name.clone().into_bytes());
    let (Some(protocol), Some(password)) = (&user.auth_protocol, &user.auth_password) else { return Ok(config) };
    let auth =
        auth_protocol(protocol).ok_or_else(|| bad("auth_protocol: md5, sha1, sha224, sha256, sha384, sha512"))?;
    let configured = match (&user.privacy_protocol, &user.privacy_password) {
        (Some(privacy), Some(secret)) => {
            let privacy =
                privacy_protocol(privacy).ok_or_else(|| bad("privacy_protocol: des, aes128, aes192, aes256"))?;
            config.auth_priv(auth, password, privacy, secret)
        }
        _ => config.auth(auth, password),
    };
    configured.map_err(|error| bad(&error.to_string()))
}

fn auth_protocol(name: &str) -> Option<AuthProtocol> {
    Some(match name {
        "md5" => AuthProtocol::Md5,
        "sha1" => AuthProtocol::Sha1,
        "sha224" => AuthProtocol::Sha224,
        "sha256" => AuthProtocol::Sha256,
        "sha384" => AuthProtocol::Sha384,
        "sha512" => AuthProtocol::Sha512,
        _ => return None,
    })
}

fn privacy_protocol(name: &str) -> Option<PrivProtocol> {
    Some(match name {
        "des" => PrivProtocol::Des,
        "aes128" => PrivProtocol::Aes128,
        "aes192" => PrivProtocol::Aes192Blumenthal,
        "aes256" => PrivProtocol::Aes256Blumenthal,
        _ => return None,
    })
}
