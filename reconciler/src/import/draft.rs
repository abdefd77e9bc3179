//! One row's cells become one entry, or one record.

use std::collections::BTreeMap;

use super::cells::address::addresses;
use super::cells::list::{software, users};
use super::cells::mac::macs;
use super::cells::network::networks;
use super::columns::{Columns, Reading};
use super::disposal::{Disposal, disposal, disposed_on};
use super::fold::{clean, code, is_dash};
use super::inherit::Inherited;
use super::meaning::{date_of, meaning};
use super::sheet::{Value, letters};
use super::shown::is_scientific;
use super::values::Words;
use crate::judge::entry::{
    Cell, DeviceType, Entry, EntryId, Field, FourValued, Meaning, Origin, ProblemKind, Record, Register, RowProblem,
    Status, Written,
};

/// The cells of a row, by what they are for.
pub(crate) struct Draft<'a> {
    /// Where the row stands.
    pub origin: Origin,
    /// Which register.
    pub register: Register,
    /// Every cell of a field, the form's own heading first.
    pub cells: BTreeMap<Field, Vec<Piece>>,
    /// A column beside the address says that it is handed out.
    pub dynamic: bool,
    /// A column says that the device was disposed of.
    pub disposed: bool,
    /// The whole row is struck through.
    pub struck: bool,
    /// Headings and words.
    pub columns: &'a Columns,
    /// What stands above the row.
    pub inherited: &'a Inherited,
    /// What was noticed so far.
    pub problems: Vec<RowProblem>,
}

/// A cell, after ditto marks and merged ranges.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    /// Column from 0.
    pub column: u16,
    /// The value that counts.
    pub value: Value,
    /// What stands there.
    pub raw: String,
    /// How its column is written.
    pub reading: Reading,
}

impl<'a> Draft<'a> {
    /// The entry, its id still empty, and everything that was noticed.
    pub(crate) fn finish(mut self) -> (Entry, Vec<RowProblem>) {
        let mut entry = self.texts();
        self.numbers(&mut entry);
        self.choices(&mut entry);
        entry.software = software(&self.lines(Field::Software), &self.lines(Field::SoftwareVersion));
        entry.users = users(&self.joined(Field::User, "\n"));
        self.registered(&mut entry);
        entry.others.extend(self.others());
        entry.cells = self.places();
        self.errors();
        self.missing(&entry);
        (entry, self.problems)
    }

    /// The record of a register that declares no device, its id still empty, and everything that was noticed.
    pub(crate) fn record(mut self) -> (Record, Vec<RowProblem>) {
        let mut values = BTreeMap::new();
        let places = self.places();
        for field in self.cells.keys().copied().collect::<Vec<_>>() {
            let Some(meaning) = self.meaning(field) else { continue };
            let Cell { column, raw } = places.get(&field).cloned().unwrap_or_default();
            values.insert(field, Written { column: column.to_string(), raw, meaning });
        }
        if let Some(department) = self.inherited.department.clone().filter(|_| self.register != Register::Department) {
            let carried = || Written {
                column: String::new(),
                raw: department.clone(),
                meaning: Meaning::Text(department.clone()),
            };
            values.entry(Field::Department).or_insert_with(carried);
        }
        self.errors();
        let record = Record { id: EntryId(String::new()), register: self.register, origin: self.origin, values };
        (record, self.problems)
    }

    /// What the columns say that an entry has no field for.
    fn others(&mut self) -> BTreeMap<Field, Meaning> {
        let fields: Vec<Field> = self.cells.keys().copied().filter(|field| !is_of_entry(*field)).collect();
        fields.into_iter().filter_map(|field| Some((field, self.meaning(field)?))).collect()
    }

    /// What the cells of a field mean together.
    fn meaning(&mut self, field: Field) -> Option<Meaning> {
        let pieces = self.pieces(field);
        let first = pieces.first()?.clone();
        let value = if pieces.len() == 1 { first.value.clone() } else { Value::Text(self.joined(field, "\n")) };
        let (found, problem) = meaning(field, &value, self.columns)?;
        self.report(field, &first, problem);
        Some(found)
    }

    fn words(&self) -> &'a Words {
        &self.columns.words
    }

    fn texts(&self) -> Entry {
        let text = |field, between| Some(self.joined(field, between)).filter(|text| !text.is_empty() && !is_dash(text));
        Entry {
            id: EntryId(String::new()),
            register: self.register,
            origin: self.origin.clone(),
            asset_no: self.name(Field::AssetNo),
            manufacturer: text(Field::Manufacturer, " "),
            model: text(Field::Model, " ").map(|text| code(&text)).filter(|text| !self.words().is_none(text)),
            serial_no: self.name(Field::SerialNo),
            os: text(Field::Os, " ").map(|text| code(&text)),
            software: Vec::new(),
            addresses: Vec::new(),
            dynamic_address: self.dynamic,
            macs: Vec::new(),
            hostname: self.name(Field::Hostname),
            location: text(Field::Location, " ").or_else(|| self.inherited.location.clone()),
            users: Vec::new(),
            registered: None,
            status: Status::Unknown,
            description: text(Field::Description, " / "),
            department: text(Field::Department, " ").or_else(|| self.inherited.department.clone()),
            device_type: None,
            remote_maintenance: FourValued::Unknown,
            network: FourValued::Unknown,
            external_connection: FourValued::Unknown,
            dual_homed: FourValued::Unknown,
            line_kind: text(Field::LineKind, " "),
            purpose: text(Field::Purpose, " / "),
            vendor: text(Field::Vendor, " / "),
            segments: networks(&self.joined(Field::Segment, "\n")),
            cells: BTreeMap::new(),
            others: BTreeMap::new(),
        }
    }

    fn numbers(&mut self, entry: &mut Entry) {
        for piece in self.pieces(Field::IpAddress) {
            let found = addresses(&piece.value.text(), self.words(), self.inherited.network);
            entry.dynamic_address |= found.dynamic;
            entry
                .addresses
                .extend(found.list.into_iter().filter(|new| !entry.addresses.contains(new)).collect::<Vec<_>>());
            self.report(Field::IpAddress, &piece, found.problem);
        }
        for piece in self.pieces(Field::MacAddress) {
            let mut found = macs(&piece.value.text(), self.words());
            if is_rounded(&piece.value) {
                found = super::cells::mac::Macs { macs: Vec::new(), problem: Some(ProblemKind::MacDamaged) };
            }
            entry.macs.extend(found.macs.into_iter().filter(|new| !entry.macs.contains(new)).collect::<Vec<_>>());
            self.report(Field::MacAddress, &piece, found.problem);
        }
    }

    fn choices(&mut self, entry: &mut Entry) {
        entry.status = self.status();
        // Struck through, it may be gone; whether it is, nobody wrote down.
        if self.struck && entry.status != Status::Retired {
            entry.status = Status::Unknown;
        }
        entry.device_type = self.device_type();
        entry.remote_maintenance = self.answer(Field::RemoteMaintenance);
        entry.network = self.answer(Field::NetworkConnected);
        entry.external_connection = self.answer(Field::ExternalConnection);
        entry.dual_homed = self.answer(Field::DualHomed);
        if self.register == Register::ExternalConnection && self.pieces(Field::ExternalConnection).is_empty() {
            entry.external_connection = FourValued::Yes;
        }
    }

    fn status(&mut self) -> Status {
        let mut status = if self.disposed { Status::Retired } else { Status::Unknown };
        let mut in_use: Option<Piece> = None;
        for piece in self.pieces(Field::Status) {
            let text = piece.value.text();
            let understood = match piece.reading {
                Reading::Retires => self.words().answer(&text).map(retires).or_else(|| self.disposal(&piece)),
                _ => self.dated_status(&text),
            };
            if understood == Some(Status::Active) && piece.reading == Reading::Plain {
                in_use.get_or_insert(piece.clone());
            }
            match understood {
                Some(Status::Retired) => status = Status::Retired,
                Some(known) if status == Status::Unknown => status = known,
                Some(_) => {}
                None => self.unknown(Field::Status, &piece),
            }
        }
        if let Some(piece) = in_use.filter(|_| status == Status::Retired) {
            self.report(Field::Status, &piece, Some(ProblemKind::StatusConflict));
        }
        let silent = status == Status::Unknown && self.pieces(Field::Status).is_empty();
        self.inherited.status.filter(|_| silent).unwrap_or(status)
    }

    /// A status, unless a day beside it says that the device is gone, or that it is not gone yet.
    fn dated_status(&self, text: &str) -> Option<Status> {
        let status = self.words().status(text);
        match (disposed_on(text, self.words(), self.inherited.today), status) {
            (Some(Disposal::Done), _) => Some(Status::Retired),
            (Some(Disposal::NotYet), Some(Status::Retired) | None) => Some(Status::Active),
            // Some day of this month: it may be there.
            (Some(Disposal::Unknown), Some(Status::Retired) | None) => Some(Status::Unknown),
            (_, status) => status,
        }
    }

    /// What a column of days or marks of disposal says about the device's status.
    fn disposal(&self, piece: &Piece) -> Option<Status> {
        match disposal(&piece.value, self.words(), self.inherited.today) {
            Disposal::Done => Some(Status::Retired),
            Disposal::NotYet => Some(Status::Active),
            Disposal::Unknown => self.words().status(&piece.value.text()),
        }
    }

    fn device_type(&mut self) -> Option<DeviceType> {
        let mut found = None;
        if self.pieces(Field::DeviceType).is_empty() {
            return self.inherited.device_type;
        }
        for piece in self.pieces(Field::DeviceType) {
            match self.words().device_type(&piece.value.text()) {
                Some(known) => found = found.or(Some(known)),
                None => self.unknown(Field::DeviceType, &piece),
            }
        }
        found
    }

    fn answer(&mut self, field: Field) -> FourValued {
        let mut answer = FourValued::Unknown;
        for piece in self.pieces(field) {
            let text = piece.value.text();
            let understood = match piece.reading {
                Reading::Counted => counted(&text).or_else(|| self.words().answer(&text)),
                Reading::Inverted => self.words().answer(&text).map(inverted),
                _ => self.words().answer(&text),
            };
            match understood {
                Some(known) if answer == FourValued::Unknown => answer = known,
                Some(_) => {}
                None => self.unknown(field, &piece),
            }
        }
        answer
    }

    /// 登録日 is a day; a month or year stays what it is.
    fn registered(&mut self, entry: &mut Entry) {
        let Some(piece) = self.pieces(Field::RegisteredDate).into_iter().next() else { return };
        let text = piece.value.text();
        match date_of(&piece.value, &text) {
            Some(date) => {
                entry.registered = date.as_day();
                if entry.registered.is_none() {
                    entry.others.insert(Field::RegisteredDate, Meaning::Date(date));
                }
            }
            None if self.words().is_none(&text) => {}
            None => self.report(Field::RegisteredDate, &piece, Some(ProblemKind::DateMalformed)),
        }
    }

    /// A number or name: the first cell that has one, folded. A number whose digits are lost is none.
    fn name(&self, field: Field) -> Option<String> {
        let texts = self.pieces(field).into_iter().map(|piece| code(&piece.value.text()));
        let texts = texts.filter(|text| !is_scientific(text));
        texts.map(|text| text.replace('\n', " ")).find(|text| !text.is_empty() && !self.words().is_none(text))
    }

    fn joined(&self, field: Field, between: &str) -> String {
        let texts: Vec<String> = self.pieces(field).iter().map(|piece| clean(&piece.value.text())).collect();
        texts.join(between)
    }

    fn lines(&self, field: Field) -> String {
        let texts: Vec<String> = self.pieces(field).iter().map(|piece| piece.value.lines()).collect();
        texts.join("\n")
    }

    /// The cells of a field that hold a value.
    fn pieces(&self, field: Field) -> Vec<Piece> {
        let all = self.cells.get(&field).into_iter().flatten();
        all.filter(|piece| !piece.value.text().is_empty()).cloned().collect()
    }

    fn places(&self) -> BTreeMap<Field, Cell> {
        let place = |pieces: &Vec<Piece>| {
            let columns: Vec<String> = pieces.iter().map(|piece| letters(piece.column)).collect();
            let raws: Vec<&str> = pieces.iter().map(|piece| piece.raw.as_str()).collect();
            Cell { column: columns.join(", ").into(), raw: raws.join("\n") }
        };
        self.cells.iter().map(|(field, pieces)| (*field, place(pieces))).collect()
    }

    fn errors(&mut self) {
        let all = self.cells.iter().flat_map(|(field, pieces)| pieces.iter().map(|piece| (*field, piece.clone())));
        let broken: Vec<(Field, Piece)> = all.filter(|(_, piece)| matches!(piece.value, Value::Error(_))).collect();
        for (field, piece) in broken {
            self.report(field, &piece, Some(ProblemKind::FormulaError));
        }
    }

    fn missing(&mut self, entry: &Entry) {
        let mut note = |kind| {
            let origin = self.origin.clone();
            self.problems.push(RowProblem { origin, column: None, field: None, kind, found: String::new() });
        };
        if entry.asset_no.is_none() {
            note(ProblemKind::AssetNoMissing);
        }
        let keyless = entry.macs.is_empty()
            && entry.addresses.is_empty()
            && entry.hostname.is_none()
            && entry.serial_no.is_none();
        let compared = entry.network != FourValued::No && entry.status != Status::Retired;
        if keyless && compared && entry.register != Register::ExternalConnection {
            note(ProblemKind::NoKey);
        }
    }

    /// Says that a cell's word is not known.
    pub(crate) fn unknown(&mut self, field: Field, piece: &Piece) {
        self.report(field, piece, Some(ProblemKind::ValueUnknown));
    }

    /// Says what was noticed of a cell.
    pub(crate) fn report(&mut self, field: Field, piece: &Piece, kind: Option<ProblemKind>) {
        let Some(kind) = kind else { return };
        self.problems.push(RowProblem {
            origin: self.origin.clone(),
            column: Some(letters(piece.column)),
            field: Some(field),
            kind,
            found: daicho_shared::text::bounded(&piece.raw),
        });
    }
}

/// The field has a place of its own in an entry.
fn is_of_entry(field: Field) -> bool {
    field <= Field::Segment
}

fn retires(answer: FourValued) -> Status {
    match answer {
        FourValued::Yes => Status::Retired,
        FourValued::No => Status::Active,
        FourValued::Unknown | FourValued::NoContract => Status::Unknown,
    }
}

fn inverted(answer: FourValued) -> FourValued {
    match answer {
        FourValued::Yes => FourValued::No,
        FourValued::No => FourValued::Yes,
        other => other,
    }
}

fn counted(text: &str) -> Option<FourValued> {
    let count: u8 = code(text).trim_end_matches(['枚', '個']).parse().ok()?;
    Some(if count >= 2 { FourValued::Yes } else { FourValued::No })
}

/// A number that went through scientific notation: its last digits are zeros that nobody typed.
fn is_rounded(value: &Value) -> bool {
    matches!(value, Value::Number(number) if *number >= 1e11 && number.rem_euclid(1e6) == 0.0)
}
