//! 事業者×システム: who looks after what, where its enquiry stands, and whether its MDS/SDS was asked for and came.

use std::collections::{BTreeMap, BTreeSet};

use super::Shelf;
use super::cells::{fields, of_record};
use crate::judge::entry::{EntryId, Field, FourValued, Record};
use crate::render::words::Lang;
use crate::render::words::enquiry::{answered, state};
use crate::render::words::fixed;
use crate::render::words::phrase::shown;
use crate::render::xlsx::sheets::{Column, Sheet, Value, columns, foreign, number, text};
use crate::vendor::duties::{Documents, Duty};
use crate::vendor::status::Chase;

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

pub(super) fn sheets(shelf: &Shelf<'_>) -> Vec<Sheet> {
    vec![matrix(shelf), details(shelf)]
}

fn matrix(shelf: &Shelf<'_>) -> Sheet {
    let (lang, w) = (shelf.lang(), shelf.w);
    let work = &shelf.material.vendors;
    let systems: BTreeSet<&str> = work.duties.iter().map(|duty| duty.system.as_str()).collect();
    let left = systems.len().saturating_sub(SYSTEMS);
    let systems: Vec<&str> = systems.into_iter().take(SYSTEMS).collect();
    let mut list = columns([(w.vendor, 22), (w.enquiry_state, 18), (w.asked_on, 18), (w.confirmed_rows, 12)]);
    list.extend(systems.iter().map(|system| Column {
        name: if system.is_empty() { w.no_system.into() } else { shown(system).into() },
        width: 14,
        choices: vec![],
    }));
    let mut by_vendor: BTreeMap<&str, BTreeMap<&str, &Duty>> = BTreeMap::new();
    for duty in &work.duties {
        by_vendor.entry(&duty.vendor).or_default().insert(&duty.system, duty);
    }
    for line in &work.chase {
        by_vendor.entry(&line.vendor).or_default();
    }
    let row = |(name, own): (&&str, &BTreeMap<&str, &Duty>)| {
        let cell = |system: &&str| text(own.get(system).map(|duty| cell(duty, lang)).unwrap_or_default());
        let line = work.chase.iter().find(|line| line.vendor == **name);
        std::iter::once(foreign(called(name, w.no_vendor)))
            .chain(standing(line, lang))
            .chain(systems.iter().map(cell))
            .collect()
    };
    let rows = by_vendor.iter().map(row).collect();
    let mut above: Vec<String> = legend(lang).map(str::to_owned).to_vec();
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

/// Where the enquiry to a vendor stands, since when, and how much of it is confirmed.
fn standing(line: Option<&Chase>, lang: Lang) -> [Value; 3] {
    let Some(line) = line else { return [text(""), text(""), text("")] };
    let asked = line.asked.map_or_else(|| text(""), Value::Day);
    let rows = if line.enquiry.is_some() { answered(line, lang) } else { String::new() };
    [text(state(line, lang)), asked, text(rows)]
}

fn called(name: &str, none: &str) -> String {
    if name.is_empty() { none.to_owned() } else { shown(name) }
}

fn legend(lang: Lang) -> [&'static str; 2] {
    lang.pick(
        [
            "MDS/SDS: ● 受領済み　◎ 提出済みと回答・受領の記録なし　× 未提出と回答　□ 回答は「不明」　○ 依頼済み・未受領　△ 未依頼　－ 契約なし（記入不要）　? 事業者台帳に記載なし",
            "［遠］リモート保守あり　［遠?］有無が不明　数字は台帳の機器数",
        ],
        [
            "MDS/SDS: ● received  ◎ handed in, it says; no record of it here  × not handed in, it says  □ it answered “unknown”  ○ asked, not received  △ not asked  － no contract  ? not in the vendor register",
            "[R] remote maintenance  [R?] unknown whether there is any  the number is that of devices in the ledger",
        ],
    )
}

fn cell(duty: &Duty, lang: Lang) -> String {
    let mark = match duty.documents {
        Documents::Received => "●",
        Documents::Claimed => "◎",
        Documents::Refused => "×",
        Documents::Unclear => "□",
        Documents::Asked => "○",
        Documents::NotAsked => "△",
        Documents::NoContract => "－",
        Documents::NotInRegister | Documents::OtherSystem => "?",
    };
    let remote = match duty.remote {
        Some(FourValued::Yes) => lang.pick("［遠］", "[R]"),
        Some(FourValued::Unknown) => lang.pick("［遠?］", "[R?]"),
        _ => "",
    };
    let devices = if duty.devices > 0 { format!(" {}", duty.devices) } else { String::new() };
    format!("{mark}{remote}{devices}")
}

fn words(documents: Documents, lang: Lang) -> &'static str {
    match documents {
        Documents::Received => lang.pick("受領済み", "received"),
        Documents::Claimed => lang.pick("提出済みと回答・受領の記録なし", "handed in, it says; no record"),
        Documents::Refused => lang.pick("未提出と回答", "not handed in, it says"),
        Documents::Unclear => lang.pick("回答あり・不明", "it answered “unknown”"),
        Documents::Asked => lang.pick("依頼済み・未受領", "asked, not received"),
        Documents::NotAsked => lang.pick("未依頼", "not asked"),
        Documents::NoContract => lang.pick("契約なし（記入不要）", "no contract"),
        Documents::NotInRegister => lang.pick("事業者台帳に記載なし", "not in the vendor register"),
        Documents::OtherSystem => {
            lang.pick("事業者台帳にこのシステムの記載なし", "in the vendor register for other systems only")
        }
    }
}

fn details(shelf: &Shelf<'_>) -> Sheet {
    let (lang, w) = (shelf.lang(), shelf.w);
    let records: BTreeMap<&EntryId, &Record> =
        shelf.report.scene.verdict.ledger.records.iter().map(|record| (&record.id, record)).collect();
    let mut list = columns([(w.vendor, 20), (w.system, 18), (w.devices_of, 8), (w.remote, 10), (w.mds_state, 18)]);
    list[4].choices = Documents::ALL.map(|documents| words(documents, lang)).to_vec();
    list.extend(columns([(w.asked_on, 18), (w.answered_on, 18), (w.answered_by, 16)]));
    list.extend(fields(&DOCUMENTS, lang));
    let row = |duty: &Duty| {
        let asked = duty.replied.as_ref();
        let said = asked.and_then(|one| one.said.as_ref());
        let own: [Value; 8] = [
            foreign(called(&duty.vendor, w.no_vendor)),
            foreign(called(&duty.system, w.no_system)),
            number(u32::try_from(duty.devices).unwrap_or(u32::MAX)),
            text(duty.remote.map_or("", |word| fixed::four_valued(word, lang))),
            text(words(duty.documents, lang)),
            asked.map_or_else(|| text(""), |one| Value::Day(one.asked.1)),
            said.map_or_else(|| text(""), |(day, _)| Value::Day(*day)),
            foreign(said.map(|(_, by)| shown(by)).unwrap_or_default()),
        ];
        // The row of a vendor that has one for each system is the last that was written.
        let record = duty.records.last().and_then(|id| records.get(id));
        let of = |field| record.map_or_else(|| text(""), |record| of_record(record, field, lang));
        own.into_iter().chain(DOCUMENTS.iter().map(|(field, _)| of(*field))).collect()
    };
    shelf.titled_a3(Sheet {
        name: w.detail,
        frozen: 2,
        printed: u16::try_from(list.len()).unwrap_or(u16::MAX),
        columns: list,
        rows: shelf.material.vendors.duties.iter().map(row).collect(),
        ..Sheet::default()
    })
}
