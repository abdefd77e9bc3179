//! What is to be masked: everything in the verdicts and decisions that tells a device or a person, each with whose it is.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::LazyLock;

use daicho_shared::address::Mac;
use ipnet::IpNet;
use regex::Regex;

use super::holds::{Holds, holds};
use super::persons::{Sort, Words};
use super::{Known, hosts};
use crate::judge::asset::Asset;
use crate::judge::entry::{Entry, EntryId, Field, Record, Register};
use crate::judge::review::Action;
use crate::judge::review::standing::{Said as Decided, State};
use crate::judge::vendor::{Said, Vendors};
use crate::judge::verdict::Verdict;

/// The questions to vendors whose answers name persons: `config/vendor_questions.toml`.
const ASKED: [&str; 1] = ["who"];
/// The mark of a device whose text is a person: `sysContact` (RFC 3418).
const CONTACT: &str = "sysContact";

/// What stands before a serial number in its own cell.
static LABEL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"^(?i:s/n|sn|serial(?:\s*(?:no\.?|number))?|シリアル(?:番号|no\.?|ナンバー)?|製造番号|製番|機番)[\s:：=#.-]+",
    )
    .ok()
});

/// Texts to be masked, by whose they are.
#[derive(Default)]
pub(super) struct Secrets {
    pub(super) addresses: BTreeMap<IpAddr, String>,
    pub(super) macs: BTreeMap<Mac, String>,
    /// Serial numbers.
    pub(super) serials: BTreeMap<String, String>,
    /// Numbers of lines and telephones, addresses of mail.
    pub(super) numbers: BTreeSet<String>,
    /// Names, folded, each with its parts where a blank stands between them.
    pub(super) persons: BTreeMap<String, Vec<String>>,
    /// Devices' names with what of them tells an address, a MAC or a serial number.
    pub(super) hosts: Vec<hosts::Host>,
    /// Texts that look like addresses and are versions.
    pub(super) versions: BTreeSet<String>,
    /// The networks of the hospital: every address in them is one of its.
    pub(super) networks: BTreeSet<IpNet>,
}

impl Secrets {
    pub(super) fn of(known: &Known<'_>, words: &Words) -> Self {
        let mut found = Self::default();
        for verdict in known.verdicts {
            found.verdict(verdict, words);
        }
        for kept in known.decisions {
            found.cell(&kept.by, words);
            found.decided([kept.review.approver.as_deref()], words);
            if let Action::Assign { to, .. } = &kept.review.action {
                found.cell(to, words);
            }
            kept.review.amendments.iter().for_each(|amendment| found.cell(&amendment.basis.by, words));
        }
        found
    }

    fn verdict(&mut self, verdict: &Verdict, words: &Words) {
        let run = &verdict.run;
        self.networks
            .extend(run.scope.iter().chain(&run.exclude).chain(verdict.coverage.iter().map(|one| &one.segment)));
        for (mac, address) in &run.own {
            self.address(*address, "scanner");
            if let Some(mac) = mac {
                self.mac(*mac, "scanner");
            }
        }
        verdict.assets.iter().for_each(|asset| self.asset(asset, words));
        self.ledger(verdict, words);
        // Last: whoever has an address owns it, and nobody else.
        for sent in &verdict.sent {
            self.address(sent.address, &sent.address.to_string());
        }
        self.vendors(&verdict.vendors, words);
        for standing in verdict.reviewed.standings.values() {
            if let State::Assigned { to, .. } = &standing.state {
                self.cell(to, words);
            }
            let said: Vec<&Decided> = standing.decided.iter().chain(&standing.comments).collect();
            for one in said {
                self.decided([Some(one.by.as_str()), one.approver.as_deref()], words);
            }
        }
    }

    fn asset(&mut self, asset: &Asset, words: &Words) {
        let owner = asset.id.0.as_str();
        for interface in &asset.interfaces {
            interface.addresses.iter().for_each(|address| self.address(*address, owner));
            interface.mac.iter().for_each(|mac| self.mac(*mac, owner));
        }
        for graded in [&asset.multi_homed, &asset.forwards, &asset.uplink] {
            graded.addresses.iter().for_each(|address| self.address(*address, owner));
        }
        asset.serial.iter().for_each(|serial| self.serial(&serial.value, owner, words));
        let contacts = asset.labels.iter().filter(|label| label.kind.as_str() == CONTACT);
        contacts.for_each(|label| self.cell(&label.value, words));
        let claims = [&asset.maker, &asset.model, &asset.serial, &asset.os, &asset.firmware, &asset.place];
        let decided = claims.into_iter().flatten().filter_map(|claim| claim.decided.as_ref());
        decided.chain(&asset.class.decided).for_each(|one| self.cell(&one.by, words));
        let versions = [&asset.os, &asset.firmware, &asset.model].into_iter().flatten().map(|claim| &claim.value);
        let of_services = asset.services.iter().filter_map(|one| one.version.as_ref());
        self.versions.extend(versions.chain(of_services).flat_map(|text| quads(text)));
        self.hosts.extend(hosts::of_asset(asset));
    }

    fn ledger(&mut self, verdict: &Verdict, words: &Words) {
        let fate: BTreeMap<&EntryId, &str> =
            verdict.entries.iter().filter_map(|row| Some((&row.entry, row.asset.as_ref()?.0.as_str()))).collect();
        let assets: BTreeMap<&str, &Asset> = verdict.assets.iter().map(|asset| (asset.id.0.as_str(), asset)).collect();
        for entry in &verdict.ledger.entries {
            let owner = fate.get(&entry.id).copied().unwrap_or(&entry.id.0);
            self.entry(entry, owner, words);
            self.hosts.extend(hosts::of_entry(entry, owner, assets.get(owner).copied()));
        }
        verdict.ledger.records.iter().for_each(|record| self.record(record, words));
        let made = verdict.ledger.files.iter().filter_map(|file| file.updated_by.as_deref());
        made.for_each(|name| self.cell(name, words));
    }

    fn entry(&mut self, entry: &Entry, owner: &str, words: &Words) {
        entry.addresses.iter().for_each(|address| self.address(*address, owner));
        entry.macs.iter().for_each(|mac| self.mac(*mac, owner));
        entry.serial_no.iter().for_each(|serial| self.serial(serial, owner, words));
        self.networks.extend(&entry.segments);
        entry.users.iter().for_each(|user| self.cell(user, words));
        for (field, cell) in &entry.cells {
            self.column(*field, &cell.raw, owner, words);
        }
    }

    fn record(&mut self, record: &Record, words: &Words) {
        for (field, written) in &record.values {
            self.column(*field, &written.raw, &record.id.0, words);
            if let (Register::Segment, crate::judge::entry::Meaning::Networks(networks)) =
                (record.register, &written.meaning)
            {
                self.networks.extend(networks);
            }
        }
    }

    fn column(&mut self, field: Field, raw: &str, owner: &str, words: &Words) {
        match holds(field) {
            Holds::Persons => self.cell(raw, words),
            Holds::Serial => self.serial(raw, owner, words),
            Holds::Number => self.numbers.extend(numbers(raw).filter(|number| !words.is_word(number))),
            Holds::Versions => self.versions.extend(quads(raw)),
            Holds::Companies | Holds::Departments | Holds::Addresses | Holds::Text => {}
        }
    }

    fn vendors(&mut self, vendors: &Vendors, words: &Words) {
        let asked = vendors.enquiries.iter().map(|enquiry| enquiry.by.as_str());
        let read = vendors.replies.iter().flat_map(|reply| [Some(reply.by.as_str()), reply.answered_by.as_deref()]);
        let answers = vendors.replies.iter().flat_map(|reply| reply.rows.values());
        let who = answers.flat_map(|row| ASKED.iter().filter_map(|question| row.get(*question)));
        let who = who.filter_map(|said| if let Said::Text(text) = said { Some(text.as_str()) } else { None });
        asked.chain(read.flatten()).chain(who).for_each(|text| self.cell(text, words));
    }

    fn decided<const N: usize>(&mut self, names: [Option<&str>; N], words: &Words) {
        names.into_iter().flatten().for_each(|name| self.cell(name, words));
    }

    /// A cell of one or several persons.
    fn cell(&mut self, raw: &str, words: &Words) {
        for found in words.found(raw) {
            match found.sort {
                Sort::Name => {
                    let parts = self.persons.entry(found.folded).or_default();
                    if parts.len() < found.parts.len() {
                        *parts = found.parts;
                    }
                }
                Sort::Reach => {
                    self.numbers.insert(raw[found.range].to_owned());
                }
                Sort::Unclear => {}
            }
        }
    }

    fn address(&mut self, address: IpAddr, owner: &str) {
        if !address.is_unspecified() && !address.is_loopback() && !address.is_multicast() && !is_broadcast(address) {
            self.addresses.entry(address).or_insert_with(|| owner.to_owned());
        }
    }

    fn mac(&mut self, mac: Mac, owner: &str) {
        self.macs.entry(mac).or_insert_with(|| owner.to_owned());
    }

    fn serial(&mut self, text: &str, owner: &str, words: &Words) {
        for text in numbers(text).filter(|number| !words.is_word(number)) {
            if let Some(number) = unlabelled(&text) {
                self.serials.entry(number.to_owned()).or_insert_with(|| owner.to_owned());
            }
            self.serials.entry(text).or_insert_with(|| owner.to_owned());
        }
    }
}

fn is_broadcast(address: IpAddr) -> bool {
    matches!(address, IpAddr::V4(v4) if v4.is_broadcast() || v4.octets()[0] == 0)
}

/// The numbers of a cell: each on its line, or between commas.
pub(super) fn numbers(raw: &str) -> impl Iterator<Item = String> + '_ {
    let parts = raw.split(['\n', '、', ',', '，']).map(str::trim);
    parts
        .filter(|part| {
            part.contains(|c: char| c.is_ascii_digit() || c.is_ascii_alphabetic() || ('０'..='ｚ').contains(&c))
        })
        .map(str::to_owned)
}

/// `ABC-123` of `S/N: ABC-123`: elsewhere it stands without these letters.
fn unlabelled(text: &str) -> Option<&str> {
    let label = LABEL.as_ref()?.find(text)?;
    Some(&text[label.end()..]).filter(|number| number.contains(|c: char| c.is_ascii_digit()))
}

/// Words of a text that consist of numbers and points.
fn quads(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_ascii_digit() && c != '.');
    words.map(|word| word.trim_matches('.').to_owned()).filter(|word| word.matches('.').count() == 3).collect()
}
