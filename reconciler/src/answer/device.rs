//! One declared device: the rows of all registers that are held to be it.

use jiff::civil::Date;

use super::figure::Behind;
use super::said::{is_outside, is_said};
use crate::judge::asset::Asset;
use crate::judge::entry::{Dated, DeviceType, Entry, Field, FourValued, Meaning, Register, Status};

/// A device of the ledger, with the machine that it was paired with; never without rows.
pub(super) struct Device<'a> {
    pub(super) rows: Vec<&'a Entry>,
    seen: Option<&'a Asset>,
}

impl<'a> Device<'a> {
    pub(super) fn new(rows: Vec<&'a Entry>, seen: Option<&'a Asset>) -> Self {
        Self { rows, seen }
    }

    /// Some row that counts says so: what a program's retired row says is no longer so, while the device has others.
    fn any(&self, such: impl Fn(&Entry) -> bool) -> bool {
        let all = self.is_gone();
        self.rows.iter().filter(|row| all || !is_gone(row)).any(|row| such(row))
    }

    fn is_gone(&self) -> bool {
        self.rows.iter().all(|row| is_gone(row))
    }

    /// It is one of the devices whose ledger is asked for: in the hospital, and of the medical information systems.
    pub(super) fn counts(&self) -> bool {
        !self.is_gone() && self.any(|row| !text(row, Field::Scope).is_some_and(is_outside))
    }

    /// By its rows, or by what was seen of it.
    pub(super) fn is_medical(&self) -> bool {
        self.is_declared_medical() || self.also() == Some(DeviceType::Medical)
    }

    fn is_declared_medical(&self) -> bool {
        self.any(|row| row.register == Register::Medical || row.device_type == Some(DeviceType::Medical))
    }

    /// Connected to a network: not every row says that it is not, or it was seen there.
    pub(super) fn is_networked(&self) -> bool {
        self.any(|row| row.network != FourValued::No) || self.is_seen()
    }

    fn is_seen(&self) -> bool {
        self.seen.is_some_and(|asset| asset.interfaces.iter().any(|interface| !interface.told))
    }

    /// A server, a client PC or a network device, by its rows or by what was seen of it; where neither says what it is, it
    /// may be one.
    pub(super) fn is_equipment(&self) -> bool {
        let (declared, also) = (self.declared(), self.also());
        let by_row = declared.map_or(also != Some(DeviceType::Medical), is_one_of_three);
        !self.is_declared_medical() && (by_row || also.is_some_and(is_one_of_three)) && self.in_ledger()
    }

    /// 機器区分 of its rows; of those that leave it open, what was seen.
    pub(super) fn kind(&self) -> Option<DeviceType> {
        let open = self.declared().is_none_or(|kind| kind == DeviceType::Other);
        self.also().filter(|_| open).or_else(|| self.declared())
    }

    /// It is of this kind, by its rows or by what was seen of it.
    pub(super) fn is(&self, kind: DeviceType) -> bool {
        self.declared() == Some(kind) || self.also() == Some(kind)
    }

    fn declared(&self) -> Option<DeviceType> {
        self.rows.iter().find_map(|row| row.device_type)
    }

    /// What was seen of it that brings it under another question than its rows do. A medical device is often a PC, and a
    /// server may forward: that is no contradiction.
    fn also(&self) -> Option<DeviceType> {
        let seen = DeviceType::of(self.seen.filter(|_| self.is_seen())?.class.value);
        let other = match (self.declared(), seen) {
            _ if self.is_declared_medical() => false,
            (_, DeviceType::Medical) | (Some(DeviceType::Client), DeviceType::Network) => true,
            (None | Some(DeviceType::Other), kind) => is_one_of_three(kind),
            _ => false,
        };
        other.then_some(seen)
    }

    /// What its rows say otherwise than what was seen: 機器区分, or that it is on no network.
    pub(super) fn contradicted(&self) -> Option<Behind> {
        let kind = self.declared().and(self.also()).map(|_| Field::DeviceType);
        let apart = self.is_seen() && !self.any(|row| row.network != FourValued::No);
        let field = kind.or(apart.then_some(Field::NetworkConnected))?;
        let row = self.rows[0];
        Some(Behind::Otherwise {
            row: row.id.0.clone(),
            origin: row.origin.clone(),
            name: self.name().map(str::to_owned),
            department: self.department().map(str::to_owned),
            field,
            class: self.seen?.class.value,
        })
    }

    fn name(&self) -> Option<&'a str> {
        self.rows.iter().find_map(|row| name(row))
    }

    /// A row that stands in the register of connection points alone declares a line, not a device of the ledger.
    pub(super) fn in_ledger(&self) -> bool {
        self.any(|row| row.register != Register::ExternalConnection)
    }

    pub(super) fn department(&self) -> Option<&'a str> {
        self.rows.iter().find_map(|row| row.department.as_deref()).filter(|text| is_said(text))
    }

    /// All names of departments that its rows give.
    pub(super) fn departments(&self) -> impl Iterator<Item = &'a str> + '_ {
        let managing = self.rows.iter().filter_map(|row| text(row, Field::ManagingDepartment));
        self.rows.iter().filter_map(|row| row.department.as_deref()).chain(managing).filter(|text| is_said(text))
    }

    pub(super) fn has_place(&self) -> bool {
        self.any(|row| row.location.as_deref().is_some_and(is_said))
    }

    /// Of a network device or a server, who is responsible for it is its user.
    pub(super) fn has_user(&self) -> bool {
        let responsible = [Field::Custodian, Field::ManagingDepartment];
        let runs = self.kind().is_some_and(|kind| matches!(kind, DeviceType::Network | DeviceType::Server));
        self.any(|row| row.users.iter().any(|user| is_said(user)))
            || (runs && self.any(|row| responsible.into_iter().any(|field| text(row, field).is_some_and(is_said))))
    }

    /// A version of a program or of the firmware.
    pub(super) fn has_software_version(&self) -> bool {
        self.any(|row| {
            let programs = row.software.iter().filter_map(|one| one.version.as_deref());
            programs.chain(text(row, Field::FirmwareVersion)).any(is_said)
        })
    }

    /// The same, or an operating system with its version in its name.
    pub(super) fn has_version(&self) -> bool {
        let system = |row: &Entry| row.os.as_deref().is_some_and(|os| is_said(os) && os.chars().any(char::is_numeric));
        self.has_software_version() || self.any(system)
    }

    pub(super) fn has_mac(&self) -> bool {
        self.any(|row| !row.macs.is_empty())
    }

    /// Something by which a scan could tell it.
    pub(super) fn has_key(&self) -> bool {
        self.any(|row| {
            let texts = [&row.hostname, &row.serial_no].into_iter().flatten();
            !row.macs.is_empty() || !row.addresses.is_empty() || texts.map(String::as_str).any(is_said)
        })
    }

    pub(super) fn date(&self, field: Field) -> Option<Date> {
        self.rows.iter().filter_map(|row| dated(row, field)).map(|dated| dated.from).max()
    }

    /// The device as it stands behind a figure, with the column that it lacks.
    pub(super) fn behind(&self, field: Option<Field>) -> Behind {
        let row = self.rows[0];
        Behind::Row {
            row: row.id.0.clone(),
            origin: row.origin.clone(),
            name: self.name().map(str::to_owned),
            department: self.department().map(str::to_owned),
            field,
        }
    }
}

/// Not there any more, or not yet.
fn is_gone(row: &Entry) -> bool {
    matches!(row.status, Status::Retired | Status::Planned)
}

/// One of サーバ、端末PC、ネットワーク機器.
pub(super) fn is_one_of_three(kind: DeviceType) -> bool {
    matches!(kind, DeviceType::Server | DeviceType::Client | DeviceType::Network)
}

/// What people call a row's device.
pub(super) fn name(row: &Entry) -> Option<&str> {
    let told = [&row.hostname, &row.description, &row.purpose, &row.model, &row.asset_no];
    told.into_iter().filter_map(Option::as_deref).find(|text| is_said(text))
}

/// The text of a column without a field of its own.
pub(super) fn text(row: &Entry, field: Field) -> Option<&str> {
    match row.others.get(&field)? {
        Meaning::Text(text) => Some(text),
        Meaning::List(texts) => texts.first().map(String::as_str),
        _ => None,
    }
}

pub(super) fn dated(row: &Entry, field: Field) -> Option<Dated> {
    match row.others.get(&field)? {
        Meaning::Date(dated) => Some(*dated),
        _ => None,
    }
}
