//! A batch that a vendor's own scan of its own devices made. It is kept as a run of its own, with its origin, and never
//! becomes the run that reports are about: it says nothing of anybody else's devices.

use std::collections::BTreeSet;
use std::io::BufReader;
use std::net::IpAddr;
use std::path::Path;

use daicho_shared::batch::Batch;
use ipnet::IpNet;
use jiff::Timestamp;

use super::one;
use crate::judge::vendor::Names;
use crate::run::project::Project;
use crate::run::{Failure, rooms};
use crate::store::{HandedIn, StoreError};
use crate::vendor::ledger_dossiers;

/// Addresses of one network that are compared one by one; a wider scope is no list of devices.
const NETWORK: usize = 1024;

/// A batch that may be taken.
pub(in crate::run) struct Own {
    /// The vendor, as the ledger writes it.
    pub(in crate::run) vendor: String,
    /// Addresses outside of the scope of which the batch speaks: what was heard, or more than should be there.
    pub(in crate::run) strangers: usize,
}

/// The vendor that is meant, where everything that the batch was to look at, and did, is its own.
pub(in crate::run) fn own(project: &Project, vendor: &str, path: &Path) -> Result<Own, Failure> {
    let file = std::fs::File::open(path).map_err(|source| Failure::file(path, source))?;
    let batch = Batch::read(BufReader::new(file));
    let batch = batch.map_err(|source| Failure::Batch { path: path.to_owned(), source })?;
    let kept = project.store.runs()?;
    if kept.iter().any(|run| run.id == batch.header.run && run.vendor.is_none()) {
        return Err(StoreError::Conflict { run: batch.header.run, what: "origin".to_owned() }.into());
    }
    let (ledger, knowledge) = (rooms::ledger(&project.store)?, project.knowledge()?);
    let dossiers = ledger_dossiers(&ledger, &knowledge);
    let names = Names::new(&ledger.records, &knowledge);
    let dossier = one(&dossiers, &names, vendor)?;
    let rows = dossier.devices.iter().flat_map(|device| &device.rows);
    let addresses: BTreeSet<IpAddr> = rows.flat_map(|row| row.addresses.iter().copied()).collect();
    // What was looked at stands in the batch twice; a file that was written by hand may say two things.
    let looked = batch.coverage.iter().map(|one| &one.segment).filter(|segment| !in_scope(&batch, segment));
    match batch.header.scope.iter().chain(looked).find(|network| !holds(&addresses, network)) {
        Some(network) => Err(Failure::NotTheirs { vendor: dossier.vendor.clone(), network: *network }),
        None => Ok(Own { vendor: dossier.vendor.clone(), strangers: strangers(&batch) }),
    }
}

fn in_scope(batch: &Batch, network: &IpNet) -> bool {
    batch.header.scope.iter().any(|scope| scope.contains(network))
}

fn strangers(batch: &Batch) -> usize {
    let all: BTreeSet<IpAddr> = batch.observations.iter().map(|seen| seen.target.address).collect();
    let single = |address: &&IpAddr| !address.is_unspecified() && !address.is_multicast();
    let outside = |address: &&IpAddr| !batch.header.scope.iter().any(|network| network.contains(*address));
    all.iter().filter(single).filter(outside).count()
}

/// Every address of the network is the vendor's.
fn holds(addresses: &BTreeSet<IpAddr>, network: &IpNet) -> bool {
    let hosts: Vec<IpAddr> = network.hosts().take(NETWORK + 1).collect();
    hosts.len() <= NETWORK && hosts.iter().all(|address| addresses.contains(address))
}

/// When it came, who took it, which file it was.
pub(in crate::run) fn keep(
    project: &mut Project,
    run: &daicho_shared::id::RunId,
    vendor: &str,
    path: &Path,
    now: Timestamp,
) -> Result<(), Failure> {
    use sha2::{Digest, Sha256};
    let file = std::fs::File::open(path).map_err(|source| Failure::file(path, source))?;
    let mut hash = Sha256::new();
    std::io::copy(&mut BufReader::new(file), &mut hash).map_err(|source| Failure::file(path, source))?;
    let (sha256, who) = (hex::encode(hash.finalize()), crate::edge::user());
    let from = HandedIn { vendor, who: &who, at: now, sha256: &sha256 };
    Ok(project.store.hand_in(run, &from)?)
}
