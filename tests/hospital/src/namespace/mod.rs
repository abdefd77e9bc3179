//! A user and network namespace of our own: the only place where the simulated hospital exists.

pub mod child;
pub mod netlink;

use std::fs;
use std::io;

use nix::sched::{CloneFlags, unshare};
use nix::unistd::{getgid, getuid};

use crate::description::Station;

/// Name of the TAP interface.
pub const INTERFACE: &str = "lan0";

/// The namespace could not be made.
#[derive(Debug, thiserror::Error)]
pub enum NamespaceError {
    /// The system does not allow it.
    #[error(
        "このシステムでは、一般ユーザーによる名前空間の作成が許可されていません（{0}）。管理者が \
         `sysctl kernel.unprivileged_userns_clone=1`、Ubuntu では \
         `sysctl kernel.apparmor_restrict_unprivileged_userns=0` を実行すると使えます。\n\
         This system does not allow unprivileged user namespaces ({0}): an administrator can allow them with \
         `sysctl kernel.unprivileged_userns_clone=1`, on Ubuntu with \
         `sysctl kernel.apparmor_restrict_unprivileged_userns=0`."
    )]
    Refused(nix::Error),
    /// The identity maps could not be written.
    #[error("{path}: {error}")]
    Map {
        /// File under `/proc`.
        path: &'static str,
        /// What the kernel said.
        error: io::Error,
    },
    /// The interface could not be set up.
    #[error("lan0: {0}")]
    Link(#[from] netlink::LinkError),
}

/// Enters new user and network namespaces as their root. The process must have one thread only.
pub fn enter() -> Result<(), NamespaceError> {
    let (user, group) = (getuid(), getgid());
    unshare(CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWNET).map_err(NamespaceError::Refused)?;
    let write = |path: &'static str, text: String| {
        fs::write(path, text).map_err(|error| NamespaceError::Map { path, error })
    };
    write("/proc/self/setgroups", "deny".to_owned())?;
    write("/proc/self/uid_map", format!("0 {user} 1"))?;
    write("/proc/self/gid_map", format!("0 {group} 1"))
}

/// Whether this system lets us make namespaces: asks a child process, so that the caller stays where it is.
pub fn allowed() -> bool {
    std::process::Command::new("unshare").args(["-rn", "true"]).output().is_ok_and(|output| output.status.success())
}

/// Brings `lo` and `lan0` up with the station's addresses and default route.
pub fn set_up(station: &Station) -> Result<(), NamespaceError> {
    quieten();
    let mut link = netlink::Netlink::open()?;
    link.up(netlink::LOOPBACK, None)?;
    let lan = netlink::index_of(INTERFACE)?;
    link.up(lan, Some(station.mac))?;
    for address in &station.addresses {
        link.add_address(lan, *address)?;
    }
    if let Some(gateway) = station.gateway {
        link.add_default_route(lan, gateway)?;
    }
    Ok(())
}

/// No duplicate address detection (the link is ours) and no router may change the station's routes.
/// A kernel without IPv6 has none of these files, and is as good.
fn quieten() {
    for (name, value) in [("accept_dad", "0"), ("dad_transmits", "0"), ("accept_ra", "0"), ("router_solicitations", "0")]
    {
        let _ = fs::write(format!("/proc/sys/net/ipv6/conf/{INTERFACE}/{name}"), value);
    }
    // A sweep of a /16 meets more neighbours than the default table holds; a namespace may not be
    // allowed to change it, and then the kernel forgets the oldest.
    let _ = fs::write("/proc/sys/net/ipv4/neigh/default/gc_thresh3", "16384");
}
