//! 事業者×システム: who looks after what, and whether its MDS/SDS was asked for and came.

use std::collections::{BTreeMap, BTreeSet};

use super::Shelf;
use super::cells::{of_record, said};
use super::remote::vendor;
use crate::judge::entry::{Dated, Field, FourValued, Meaning, Record, Register};
use crate::render::words::Lang;
use crate::render::words::phrase::shown;
use crate::render::words::problem::field;
use crate::render::xlsx::sheets::{Column, Sheet, Value, columns, foreign, number, text};

/// Systems that stand side by side on one sheet; the list of details has all of them.
const SYSTEMS: usize = 24;

/// What the list says of every vendor's documents.
const DOCUMENTS: [(Field, u16); 10] = [
    (Field::MdsKind, 10),
    (Field::MdsRequested, 18),
    (Field::MdsReceived, 18),
    (Field::MdsFormVersion, 8),
    (Field::MdsGuidelineVersion, 10),
    (Field::MdsProduct, 16),
    (Field::MdsBlanks, 14),
    (Field::MdsReviewed, 16),
    (Field::ChecklistRequested, 18),
    (Field::ChecklistReturned, 18),
];

/// A vendor, as far as names can be compared: without the legal form and blanks.
type Key = String;

/// One vendor for one system.
#[derive(Default)]
struct Duty<'a> {
    devices: usize,
    remote: bool,
    records: Vec<&'a Record>,
    /// The register has the vendor, for whatever system.
    listed: bool,
}

/// Every vendor by every system; an empty name where nobody wrote one.
struct Duties<'a> {
    names: BTreeMap<Key, &'a str>,
    duties: BTreeMap<(Key, &'a str), Duty<'a>>,
}

pub(super) fn sheets(shelf: &Shelf<'_>) -> Vec<Sheet> {
    let duties = duties(shelf);
    vec![matrix(shelf, &duties), details(shelf, &duties)]
}

fn duties<'a>(shelf: &Shelf<'a>) -> Duties<'a> {
    let verdict = shelf.report.scene.verdict;
    let mut names: BTreeMap<Key, &str> = BTreeMap::new();
    let mut duties: BTreeMap<(Key, &str), Duty<'_>> = BTreeMap::new();
    let mut duty = |name: &'a str, system: &'a str, change: &dyn Fn(&mut Duty<'a>)| {
        names.entry(key(name)).or_insert(name);
        change(duties.entry((key(name), system)).or_default());
    };
    for entry in &verdict.ledger.entries {
        let system = match entry.others.get(&Field::SystemName) {
            Some(Meaning::Text(system)) => system.trim(),
            _ => "",
        };
        if let Some(name) = entry.vendor.as_deref().map(str::trim).filter(|name| !name.is_empty()) {
            duty(name, system, &|duty| duty.devices += 1);
        }
    }
    let of = |register| verdict.ledger.records.iter().filter(move |record: &&Record| record.register == register);
    for record in of(Register::RemoteMaintenance) {
        let system = said(record, Field::SystemName).unwrap_or_default();
        let answer = record.values.get(&Field::RemoteMaintenance).map(|written| &written.meaning);
        let remote = answer == Some(&Meaning::Answer(FourValued::Yes));
        duty(vendor(record).unwrap_or_default(), system, &|duty| duty.remote |= remote);
    }
    for record in of(Register::Vendor) {
        let name = vendor(record).unwrap_or_default();
        for system in said(record, Field::SystemName).unwrap_or_default().split(['、', ',', '，', '\n', '/', '／']) {
            duty(name, system.trim(), &|duty| duty.records.push(record));
        }
    }
    let listed: BTreeSet<Key> =
        duties.iter().filter(|(_, duty)| !duty.records.is_empty()).map(|((key, _), _)| key.clone()).collect();
    for ((key, _), duty) in &mut duties {
        duty.listed = listed.contains(key);
    }
    Duties { names, duties }
}

/// `株式会社B社` and `B社` are one vendor.
fn key(name: &str) -> Key {
    use unicode_normalization::UnicodeNormalization;
    let folded: String = name.nfkc().flat_map(char::to_lowercase).filter(|c| !c.is_whitespace()).collect();
    ["株式会社", "(株)", "有限会社", "(有)", "合同会社"].iter().fold(folded, |name, form| name.replace(form, ""))
}

fn matrix(shelf: &Shelf<'_>, duties: &Duties<'_>) -> Sheet {
    let (lang, w) = (shelf.lang(), shelf.w);
    let systems: BTreeSet<&str> = duties.duties.keys().map(|(_, system)| *system).collect();
    let left = systems.len().saturating_sub(SYSTEMS);
    let systems: Vec<&str> = systems.into_iter().take(SYSTEMS).collect();
    let mut list = columns([(w.vendor, 22)]);
    list.extend(systems.iter().map(|system| Column {
        name: if system.is_empty() { w.no_system.into() } else { shown(system).into() },
        width: 14,
        choices: vec![],
    }));
    let row = |(key, name): (&Key, &&str)| {
        let cell =
            |system: &&str| duties.duties.get(&(key.clone(), *system)).map(|duty| cell(duty, lang)).unwrap_or_default();
        std::iter::once(foreign(called(name, w.no_vendor)))
            .chain(systems.iter().map(|system| text(cell(system))))
            .collect()
    };
    let rows = duties.names.iter().map(row).collect();
    let mut above = vec![legend(lang).to_owned()];
    above.extend(
        (left > 0).then(|| {
            lang.pick(format!("ほか {left}システムは「明細」"), format!("{left} more systems: see the details"))
        }),
    );
    shelf.titled_a3(Sheet {
        name: w.matrix,
        frozen: 1,
        printed: u16::try_from(list.len()).unwrap_or(u16::MAX),
        columns: list,
        rows,
        above,
        ..Sheet::default()
    })
}

fn called(name: &str, none: &str) -> String {
    if name.is_empty() { none.to_owned() } else { shown(name) }
}

fn legend(lang: Lang) -> &'static str {
    lang.pick(
        "凡例: ● 受領済み　○ 依頼済み・未受領　△ 未依頼　－ 契約なし（記入不要）　? 事業者台帳に記載なし　［遠］リモート保守あり　数字は台帳の機器数",
        "● received  ○ asked, not received  △ not asked  － no contract  ? not in the vendor register  [R] remote maintenance  the number is that of devices in the ledger",
    )
}

/// Whether the MDS or SDS of a vendor was asked for, and came.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Documents {
    NotInRegister,
    /// The register has the vendor, for other systems.
    OtherSystem,
    NoContract,
    NotAsked,
    Asked,
    Received,
}

fn documents(duty: &Duty<'_>) -> Documents {
    let unknown = if duty.listed { Documents::OtherSystem } else { Documents::NotInRegister };
    let of = |record: &&Record| {
        let cell = |field| record.values.get(&field).map(|written| &written.meaning);
        let day = |field| matches!(cell(field), Some(Meaning::Date(Dated { .. })));
        let answered = |value| {
            [Field::MdsReceived, Field::MdsKind].into_iter().any(|field| cell(field) == Some(&Meaning::Answer(value)))
        };
        let none =
            said(record, Field::MdsKind).is_some_and(|text| text.contains("契約なし") || text.contains("対象外"));
        if day(Field::MdsReceived) || answered(FourValued::Yes) {
            Documents::Received
        } else if none || answered(FourValued::NoContract) {
            Documents::NoContract
        } else if day(Field::MdsRequested) {
            Documents::Asked
        } else {
            Documents::NotAsked
        }
    };
    duty.records.iter().map(of).max().unwrap_or(unknown)
}

fn cell(duty: &Duty<'_>, lang: Lang) -> String {
    let mark = match documents(duty) {
        Documents::Received => "●",
        Documents::Asked => "○",
        Documents::NotAsked => "△",
        Documents::NoContract => "－",
        Documents::NotInRegister | Documents::OtherSystem => "?",
    };
    let remote = if duty.remote { lang.pick("［遠］", "[R]") } else { "" };
    let devices = if duty.devices > 0 { format!(" {}", duty.devices) } else { String::new() };
    format!("{mark}{remote}{devices}")
}

fn words(documents: Documents, lang: Lang) -> &'static str {
    match documents {
        Documents::Received => lang.pick("受領済み", "received"),
        Documents::Asked => lang.pick("依頼済み・未受領", "asked, not received"),
        Documents::NotAsked => lang.pick("未依頼", "not asked"),
        Documents::NoContract => lang.pick("契約なし（記入不要）", "no contract"),
        Documents::NotInRegister => lang.pick("事業者台帳に記載なし", "not in the vendor register"),
        Documents::OtherSystem => {
            lang.pick("事業者台帳にこのシステムの記載なし", "in the vendor register for other systems only")
        }
    }
}

fn details(shelf: &Shelf<'_>, duties: &Duties<'_>) -> Sheet {
    let (lang, w) = (shelf.lang(), shelf.w);
    let mut list = columns([(w.vendor, 20), (w.system, 18), (w.devices_of, 8), (w.remote, 10), (w.mds_state, 18)]);
    list[4].choices = [
        Documents::Received,
        Documents::Asked,
        Documents::NotAsked,
        Documents::NoContract,
        Documents::OtherSystem,
        Documents::NotInRegister,
    ]
    .map(|documents| words(documents, lang))
    .to_vec();
    list.extend(DOCUMENTS.iter().flat_map(|(of, width)| columns([(field(*of, lang), *width)])));
    let row = |((key, system), duty): (&(Key, &str), &Duty<'_>)| {
        let name = duties.names.get(key).copied().unwrap_or_default();
        let devices = u32::try_from(duty.devices).unwrap_or(u32::MAX);
        let own: [Value; 5] = [
            foreign(called(name, w.no_vendor)),
            foreign(called(system, w.no_system)),
            number(devices),
            text(if duty.remote { lang.pick("有", "yes") } else { "" }),
            text(words(documents(duty), lang)),
        ];
        // The row of a vendor that has one for each system is the last that was written.
        let of = |field| duty.records.last().map_or_else(|| text(""), |record| of_record(record, field, lang));
        own.into_iter().chain(DOCUMENTS.iter().map(|(field, _)| of(*field))).collect()
    };
    shelf.titled_a3(Sheet {
        name: w.detail,
        frozen: 2,
        printed: u16::try_from(list.len()).unwrap_or(u16::MAX),
        columns: list,
        rows: duties.duties.iter().map(row).collect(),
        ..Sheet::default()
    })
}
