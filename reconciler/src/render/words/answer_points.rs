//! External connection points and segments in words.

use super::phrase::shown;
use super::{Lang, date};
use crate::answer::department::Stated;
use crate::answer::points::{DepartmentPoints, Seen};
use crate::answer::segments::SegmentLook;

/// Whether a point was declared, and seen.
pub(crate) fn seen(seen: Seen, settled: bool, lang: Lang) -> String {
    let word = match seen {
        Seen::Declared => lang.pick("登録あり・実測あり", "declared, seen"),
        Seen::Otherwise => lang.pick("登録と異なる使われ方", "used otherwise than declared"),
        Seen::Unseen => lang.pick("登録あり・実測なし", "declared, not seen"),
        Seen::Undeclared => lang.pick("未申告（実測のみ）", "undeclared (seen)"),
        Seen::Unclear => lang.pick("行き先不明の二系統接続", "second network to nobody knows where"),
    };
    if settled { lang.pick(format!("{word}（判断済み）"), format!("{word} (decided)")) } else { word.to_owned() }
}

/// What a department stated: 0 is a number, and nothing is not 0. Of a department that stands in the list more than once,
/// every statement.
pub(crate) fn stated(one: &DepartmentPoints, lang: Lang) -> String {
    match one.stated {
        Some(number) => format!("{number}{}", also_stated(one, lang)),
        None => lang.pick("申告なし（不明）", "not stated (unknown)").to_owned(),
    }
}

/// Other statements of the same department; nothing where there is none.
pub(crate) fn also_stated(one: &DepartmentPoints, lang: Lang) -> String {
    let other = |told: &Stated| {
        let (number, day) = (told.number, date::day(told.on, lang));
        let who = told.by.as_deref().map(|by| lang.pick(format!("、{}", shown(by)), format!(", {}", shown(by))));
        let who = who.unwrap_or_default();
        lang.pick(format!("（別の行の申告 {number}件、{day}{who}）"), format!(" (another row: {number}, {day}{who})"))
    };
    one.also_stated.iter().map(other).collect()
}

/// The statement about one segment: what was tested there, and when.
pub(crate) fn tested(one: &SegmentLook, lang: Lang) -> String {
    let Some(on) = one.on.filter(|_| one.scanned) else {
        return match one.on {
            Some(on) => lang.pick(
                format!("{}に一部だけを調べました。", date::day(on, lang)),
                format!("Tested in part on {}.", date::day(on, lang)),
            ),
            None => lang.pick("調べていません。", "Not tested.").to_owned(),
        };
    };
    let (day, methods, machines) = (date::day(on, lang), one.methods.len(), one.machines);
    let (ways, declared, second, undecided) = (one.ways_out, one.declared_ways_out, one.second_networks, one.undecided);
    lang.pick(
        format!("{day}に{methods}種類の方法で調べ、応答した機器は{machines}台。外部への出口の疑い{ways}台、登録済みの外部接続点{declared}台、二系統接続の疑い{second}台、判断できない機器{undecided}台。"),
        format!("Tested on {day} by {methods} methods; {machines} machines answered. {ways} may lead out, {declared} are declared connection points, {second} may have a second network, and of {undecided} nobody can tell."),
    )
}

/// Column headings of the table by department.
pub(crate) fn departments(lang: Lang) -> [&'static str; 10] {
    lang.pick(
        [
            "部門",
            "申告数",
            "申告日",
            "申告者",
            "登録数",
            "うち確認済み（12か月以内）",
            "うち実測あり",
            "うち実測なし",
            "未申告（実測のみ）",
            "行き先不明",
        ],
        [
            "department",
            "stated",
            "stated on",
            "stated by",
            "registered",
            "confirmed within 12 months",
            "seen",
            "not seen",
            "undeclared (seen)",
            "leads nobody knows where",
        ],
    )
}

/// Column headings of the list of points.
pub(crate) fn points(lang: Lang) -> [&'static str; 10] {
    lang.pick(
        [
            "部門",
            "名称・番号",
            "区分",
            "回線種別",
            "IPアドレス",
            "事業者",
            "接続元制限・アクセス制御",
            "責任分界点",
            "確認日",
            "エビデンス",
        ],
        [
            "department",
            "name or number",
            "status",
            "line",
            "address",
            "vendor",
            "allowed sources, access control",
            "boundary of duties",
            "confirmed on",
            "evidence",
        ],
    )
}

/// Column headings of the list of segments.
pub(crate) fn segments(lang: Lang) -> [&'static str; 4] {
    lang.pick(["ネットワーク", "名称", "閉域", "調べた内容"], ["network", "name", "closed", "what was tested"])
}

/// The name of a row without a department.
pub(crate) fn no_department(lang: Lang) -> &'static str {
    lang.pick("部門不明", "department unknown")
}

/// A department that rows name and the list of departments does not.
pub(crate) fn not_listed(name: &str, lang: Lang) -> String {
    lang.pick(format!("{name}（部門マスタにない）"), format!("{name} (not in the list of departments)"))
}

/// Of a file of evidence that is not in the project's folder.
pub(crate) fn no_file(lang: Lang) -> &'static str {
    lang.pick("（evidence フォルダにない）", "(not in the folder evidence)")
}

/// The last row of the table by department.
pub(crate) fn total(lang: Lang) -> &'static str {
    lang.pick("合計", "total")
}
