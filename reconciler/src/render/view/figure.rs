//! The four figures of the first page, and the counts behind them: each with its base.

use std::fmt::Write as _;

use crate::judge::finding::{Kind, Severity};
use crate::judge::verdict::EntryState;
use crate::render::scene::Scene;
use crate::render::words::Lang;
use crate::render::words::phrase::shown;

/// What a director reads first.
pub(crate) struct Figures {
    /// One line of verdict.
    pub(crate) headline: String,
    /// 未申告の外部接続点 · 台帳未登録 · 所在不明 · 属性不一致.
    pub(crate) four: [Figure; 4],
    /// Most urgent first.
    pub(crate) by_severity: [(Severity, usize); 4],
    /// Sentences with base and date.
    pub(crate) counts: Vec<String>,
}

/// One figure.
pub(crate) struct Figure {
    pub(crate) name: &'static str,
    pub(crate) count: usize,
    /// What it is counted out of, with its unit.
    pub(crate) base: String,
    /// The change since last time; a dash on the first night.
    pub(crate) change: String,
}

/// Counts.
pub(crate) fn figures(scene: &Scene<'_>) -> Figures {
    let lang = scene.lang();
    let by_severity = [Severity::Urgent, Severity::Act, Severity::Check, Severity::Info]
        .map(|severity| (severity, scene.verdict.findings.iter().filter(|f| f.severity == severity).count()));
    let seen = scene.verdict.assets.len();
    let expected = expected(scene);
    let points = scene.verdict.external_points.len();
    let matched = count(scene, |state| state == EntryState::MatchedWithDifferences || state == EntryState::Matched);
    let of = |ja: &str, number: usize, unit: &str, en: &str| {
        lang.pick(format!("{ja} {number}{unit}中"), format!("of {number} {en}"))
    };
    Figures {
        headline: headline(open(scene), scene),
        four: [
            figure(
                lang.pick("未申告の外部接続点", "undeclared external connection points"),
                "undeclared_uplink",
                of("外部接続点", points, "件", "points"),
                scene,
            ),
            figure(
                lang.pick("台帳未登録", "not in the ledger"),
                "not_in_ledger",
                of("実測", seen, "台", "machines seen"),
                scene,
            ),
            figure(
                lang.pick("所在不明", "not found"),
                "not_found",
                of("照合対象", expected, "行", "rows compared"),
                scene,
            ),
            figure(
                lang.pick("属性不一致", "mismatch"),
                "mismatch",
                of("一致した行", matched, "行", "matched rows"),
                scene,
            ),
        ],
        by_severity,
        counts: counts(scene),
    }
}

fn figure(name: &'static str, code: &str, base: String, scene: &Scene<'_>) -> Figure {
    let (verdict, lang) = (scene.verdict, scene.lang());
    let of_code = |kind: &Kind| kind.code() == code;
    let change = verdict.changes.as_ref().map_or_else(
        || lang.pick("前回なし", "first run").to_owned(),
        |changes| {
            let new =
                verdict.findings.iter().filter(|f| of_code(&f.kind) && changes.new_findings.contains(&f.id)).count();
            let resolved = changes.resolved_findings.iter().filter(|id| code_of(id) == code).count();
            lang.pick(format!("新規 {new}・解消 {resolved}"), format!("{new} new, {resolved} resolved"))
        },
    );
    Figure { name, count: verdict.findings.iter().filter(|f| of_code(&f.kind)).count(), base, change }
}

/// A finding's id begins with its code and a hyphen.
fn code_of(id: &str) -> &str {
    id.split_once('-').map_or(id, |(code, _)| code)
}

/// Findings that somebody still has to decide.
fn open(scene: &Scene<'_>) -> [(Severity, usize); 4] {
    [Severity::Urgent, Severity::Act, Severity::Check, Severity::Info]
        .map(|severity| (severity, scene.verdict.open().filter(|finding| finding.severity == severity).count()))
}

/// How many findings were decided, where any was.
fn decided(scene: &Scene<'_>) -> Option<String> {
    let (all, open) = (scene.verdict.findings.len(), scene.verdict.open().count());
    let back = scene.verdict.findings.iter().filter(|one| {
        matches!(scene.verdict.standing(one).state, crate::judge::review::standing::State::Reopened { .. })
    });
    let (back, settled) = (back.count(), all - open);
    (settled + back > 0).then(|| {
        scene.lang().pick(
            format!("所見 {all}件のうち、未判断 {open}件（うち再開 {back}件）、判断済み {settled}件。"),
            format!("Of {all} findings, {open} are undecided ({back} of them reopened) and {settled} decided."),
        )
    })
}

/// Rows that were compared at all.
fn expected(scene: &Scene<'_>) -> usize {
    count(scene, |state| !matches!(state, EntryState::NotExpected | EntryState::NotChecked))
}

fn count(scene: &Scene<'_>, wanted: impl Fn(EntryState) -> bool) -> usize {
    scene.verdict.entries.iter().filter(|row| wanted(row.verdict)).count()
}

fn headline([urgent, act, check, _]: [(Severity, usize); 4], scene: &Scene<'_>) -> String {
    let (run, lang) = (&scene.verdict.run, scene.lang());
    let nothing_asked = scene.verdict.coverage.iter().all(|row| row.asked == 0);
    let mut text = match (urgent.1, act.1, check.1) {
        (0, 0, 0) if nothing_asked => lang.pick(
            "まだ何も調べていないため、違いの有無は判断できません。".to_owned(),
            "Nothing was asked yet, so nothing can be said.".to_owned(),
        ),
        (0, 0, 0) if scene.verdict.open().next().is_none() && !scene.verdict.findings.is_empty() => {
            lang.pick("すべての所見が判断済みです。".to_owned(), "Every finding has been decided.".to_owned())
        }
        (0, 0, 0) => lang.pick(
            "調べた範囲では、対応の必要な違いは見つかりませんでした。".to_owned(),
            "Within what was looked at, nothing was found that needs attention.".to_owned(),
        ),
        (0, 0, check) => lang.pick(
            format!("至急・要対応の所見はありません。確認の必要な所見が{check}件あります。"),
            format!("Nothing urgent; {check} findings need a check."),
        ),
        (0, act, _) => lang.pick(
            format!("至急の所見はありません。対応の必要な所見が{act}件あります。"),
            format!("Nothing urgent; {act} findings need action."),
        ),
        (urgent, act, _) => lang.pick(
            format!("至急の所見が{urgent}件、対応の必要な所見が{act}件あります。"),
            format!("{urgent} findings are urgent, {act} more need action."),
        ),
    };
    if scene.verdict.ledger.files.is_empty() {
        text.push_str(lang.pick(
            "台帳が取り込まれていないため、照合は行っていません。",
            " No ledger was imported, so nothing was compared.",
        ));
    }
    if !run.complete {
        let reason = run.reason.as_deref().map(shown).unwrap_or_default();
        let partial = lang
            .pick("調査は途中で終わっており、結果は一部だけです", " The scan was cut short and the result is partial");
        text.push_str(partial);
        if !reason.is_empty() {
            let _ = write!(text, "{}", lang.pick(format!("（理由: {reason}）"), format!(" (reason: {reason})")));
        }
        text.push_str(lang.pick("。", "."));
    }
    text
}

fn counts(scene: &Scene<'_>) -> Vec<String> {
    let lang = scene.lang();
    let date =
        super::super::words::date::day(scene.verdict.run.started.to_zoned(scene.options.tz.clone()).date(), lang);
    let (rows, expected) = (scene.verdict.entries.len(), expected(scene));
    let matched = count(scene, |s| matches!(s, EntryState::Matched | EntryState::MatchedWithDifferences));
    let known = scene.verdict.assets.iter().filter(|asset| scene.rows_of(&asset.id).next().is_some()).count();
    let seen = scene.verdict.assets.len();
    let unchecked = count(scene, |state| state == EntryState::NotChecked);
    let outside = count(scene, |state| state == EntryState::NotExpected);
    let mut counts = match lang {
        Lang::Ja => vec![
            format!("実測した機器 {}。", of(seen, known, "台", "台帳にある機器", &date)),
            format!("照合した台帳の行 {}。", of(expected, matched, "行", "実測と一致", &date)),
            format!("台帳の行 {rows}行のうち、未確認 {unchecked}行、照合対象外 {outside}行。"),
        ],
        Lang::En => vec![
            format!("In the ledger: {known} of {seen} machines seen{} on {date}.", percent(known, seen, ", ")),
            format!(
                "Matched: {matched} of {expected} ledger rows compared{} on {date}.",
                percent(matched, expected, ", ")
            ),
            format!(
                "Of {rows} ledger rows, {unchecked} could not be checked and {outside} are not expected on the network."
            ),
        ],
    };
    counts.extend(decided(scene));
    counts
}

/// `312台中 台帳にある機器 287台（92 %、2026年3月31日時点）`.
fn of(base: usize, part: usize, unit: &str, what: &str, date: &str) -> String {
    let percent = percent(part, base, "");
    let comma = if percent.is_empty() { "" } else { "、" };
    format!("{base}{unit}中 {what} {part}{unit}（{percent}{comma}{date}時点）")
}

/// No percentage of nothing.
fn percent(part: usize, base: usize, before: &str) -> String {
    let rounded = (part * 100 + base / 2).checked_div(base);
    rounded.map(|percent| format!("{before}{percent} %")).unwrap_or_default()
}
