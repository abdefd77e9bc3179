//! The words of the network diagram.

use super::Lang;
use super::phrase::shown;
use crate::judge::verdict::PointStatus;
use crate::render::diagram::{Change, Marked, Part, Picture, Segment};

/// The sheet's heading.
pub(crate) fn title(hospital: Option<&str>, lang: Lang) -> String {
    let plain = lang.pick("ネットワーク構成図", "Network diagram");
    hospital.map_or_else(|| plain.to_owned(), |name| format!("{plain}  {name}"))
}

/// Below it: as of when, and of how much.
pub(crate) fn subtitle(picture: &Picture, when: &str, lang: Lang) -> String {
    let (segments, devices, doors) = (picture.segments.len(), picture.devices(), picture.doors.len());
    let mut said = lang.pick(
        format!("{when} 時点  セグメント {segments}  観測した機器 {devices}台  外部接続点 {doors}か所"),
        format!("as of {when}  {segments} segments  {devices} devices seen  {doors} external connection points"),
    );
    if !picture.complete {
        said.push_str(lang.pick("  （スキャンは途中まで）", "  (the scan was partial)"));
    }
    if picture.left_out > 0 {
        let count = picture.left_out;
        said.push_str(&lang.pick(
            format!("  台帳だけにあるネットワークのうち {count}件は描いていません"),
            format!("  {count} networks that only the ledger names are not drawn"),
        ));
    }
    said
}

/// Outside, between, inside.
pub(crate) fn tiers(lang: Lang) -> [&'static str; 3] {
    lang.pick(
        ["外部接続点", "ネットワークをまたぐ機器", "院内のネットワーク"],
        ["External connection points", "Devices in several networks", "Networks of the hospital"],
    )
}

/// How an external connection point stands.
pub(crate) fn status(status: PointStatus, lang: Lang) -> &'static str {
    match status {
        PointStatus::Undeclared => lang.pick("▲ 未申告の外部接続点", "▲ undeclared"),
        PointStatus::DeclaredOtherwise => lang.pick("◆ 申告と相違", "◆ declared otherwise"),
        PointStatus::DeclaredUnseen => lang.pick("□ 申告のみ（観測なし）", "□ declared, not seen"),
        PointStatus::DeclaredSeen => lang.pick("● 申告あり・観測あり", "● declared and seen"),
    }
}

/// Second network, forwarding.
pub(crate) fn hypotheses(lang: Lang) -> [&'static str; 2] {
    lang.pick(["二系統", "転送"], ["second network", "forwards"])
}

/// `端末PC 12`.
pub(crate) fn counted(class: &str, count: usize, _: Lang) -> String {
    format!("{class} {count}")
}

/// Classes that are not named.
pub(crate) fn other(lang: Lang) -> &'static str {
    lang.pick("その他", "others")
}

/// How much of a segment is known.
pub(crate) fn looked(segment: &Segment, lang: Lang) -> String {
    let (devices, rows) = (segment.devices(), segment.rows);
    if segment.looked_at {
        lang.pick(format!("観測 {devices}台 / 台帳 {rows}行"), format!("{devices} seen / {rows} ledger rows"))
    } else {
        lang.pick(format!("未調査（台帳 {rows}行のみ）"), format!("not looked at ({rows} ledger rows)"))
    }
}

/// A network that nobody asked, behind a machine.
pub(crate) fn elsewhere(lang: Lang) -> &'static str {
    lang.pick("機器の二つ目の接続先（未調査）", "a device's other network (not looked at)")
}

/// The legend, in the order of the looks.
pub(crate) fn look(index: usize, lang: Lang) -> &'static str {
    const WORDS: [(&str, &str); 9] = [
        ("未申告の外部接続点（観測）", "undeclared connection point (seen)"),
        ("申告と相違する外部接続点", "point declared otherwise"),
        ("申告のみ・観測なし", "declared, not seen"),
        ("申告あり・観測あり", "declared and seen"),
        ("申告された中継・複数接続機器", "declared device in several networks"),
        ("申告のない二系統接続機器", "undeclared device in several networks"),
        ("調べたセグメント", "segment that was looked at"),
        ("台帳だけにあるネットワーク（未調査）", "network of the ledger, not looked at"),
        ("機器の先にあるネットワーク（未調査）", "network behind a device, not looked at"),
    ];
    WORDS.get(index).map_or("", |(ja, en)| lang.pick(*ja, *en))
}

/// New, gone, changed.
pub(crate) fn marked(mark: Marked, lang: Lang) -> &'static str {
    match mark {
        Marked::New => lang.pick("追加", "new"),
        Marked::Gone => lang.pick("削除", "gone"),
        Marked::Changed => lang.pick("変更", "changed"),
    }
}

/// One difference, in a line.
pub fn change(change: &Change, lang: Lang) -> String {
    let part = match change.part {
        Part::Door => lang.pick("外部接続点", "external connection point"),
        Part::Machine => lang.pick("ネットワークをまたぐ機器", "device in several networks"),
        Part::Segment => lang.pick("セグメント", "segment"),
        Part::Elsewhere => lang.pick("機器の先のネットワーク", "network behind a device"),
    };
    let name = shown(&change.name);
    let mark = marked(change.marked, lang);
    let fields = change.fields.iter().map(|one| {
        let none = || lang.pick("記入なし", "nothing").to_owned();
        let text = |value: &str| if value.is_empty() { none() } else { shown(value) };
        format!("{}: {} → {}", field(&one.field, lang), text(&one.before), text(&one.after))
    });
    let fields: Vec<String> = fields.collect();
    let tail = if fields.is_empty() { String::new() } else { format!("  {}", fields.join(lang.pick("、", ", "))) };
    format!("{mark}  {part}  {name}{tail}")
}

fn field(field: &str, lang: Lang) -> &'static str {
    match field {
        "status" => lang.pick("申告の状況", "status"),
        "kind" => lang.pick("回線種別", "kind of line"),
        "department" => lang.pick("部門", "department"),
        "vendor" => lang.pick("事業者", "vendor"),
        "machine" => lang.pick("機器", "device"),
        "name" => lang.pick("名称", "name"),
        "address" => lang.pick("IPアドレス", "address"),
        "class" => lang.pick("種類", "class"),
        "networks" => lang.pick("接続先のネットワーク", "networks"),
        "declared" => lang.pick("台帳の記載のみのネットワーク", "networks only in the ledger"),
        "standing" => lang.pick("申告", "declaration"),
        "forwards" => lang.pick("転送", "forwards"),
        "looked_at" => lang.pick("調査", "looked at"),
        _ => "",
    }
}
