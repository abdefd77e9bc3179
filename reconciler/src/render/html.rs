//! `report.html`: one self-contained page, in Japanese or English, that prints on A4.
//!
//! It asks the network for nothing and runs no script: the policy in its head forbids everything but
//! the one style sheet, by hash. Every text goes through the template's escaping.

use std::io::{self, Write};

use askama::Template;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::Options;
use super::diagram::{self, Picture};
use super::view::Report;
use super::view::finding::{self, FindingView, Group};
use super::view::rows::{self, AssetRow, ComparisonRow, EntryRow, PointRow, ProblemRow, SentSum};
use super::words::headings::{Headings, headings};
use super::words::phrase::{Phrase, mark, shown};
use super::words::{Lang, date, fixed, observation};
use crate::judge::asset::Grade;
use crate::judge::entry::Status;
use crate::judge::finding::Severity;
use crate::judge::verdict::{RunSummary, Verdict};

pub(super) const CSS: &str = include_str!("../../templates/report.css");
/// Findings on the first page.
const FIRST: usize = 7;
/// Findings with a card of their own.
const CARDS: usize = 40;
/// Devices left alone that the first page names.
const ALONE: usize = 3;
/// Lines in each list of the first page; the rest stands in its own section.
const SHORT: usize = 6;

/// Writes the page.
pub fn report(verdict: &Verdict, options: &Options, output: &mut impl Write) -> io::Result<()> {
    let report = Report::new(verdict, options);
    let page = Page::new(&report);
    page.write_into(output)
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    w: &'static Headings,
    lang: Lang,
    css: &'static str,
    style_hash: String,
    report: &'a Report<'a>,
    run: &'a RunSummary,
    host: String,
    profile: String,
    hospital: Option<String>,
    operator: Option<String>,
    when: String,
    compared: String,
    ledger: Vec<(String, String)>,
    unit: &'static str,
    first_heading: &'static str,
    first: &'a [FindingView<'a>],
    first_more: Option<String>,
    /// Much to say on the first page: everything gets fewer lines.
    tight: bool,
    cards: &'a [FindingView<'a>],
    groups: Vec<Group<'a>>,
    comma: &'static str,
    looked_short: Vec<Phrase>,
    not_short: Vec<Phrase>,
    blind_short: String,
    impact: Vec<(&'static str, Phrase)>,
    left_alone_more: Option<String>,
    severities: [(Severity, usize); 4],
    grades: [Grade; 5],
    /// SVG, escaped where it is drawn.
    diagram: String,
    points: Vec<PointRow>,
    assets: Vec<AssetRow>,
    entries: Vec<EntryRow<'a>>,
    coverage: &'a [daicho_shared::coverage::Coverage],
    troubles: &'a [daicho_shared::batch::Trouble],
    sent: Vec<SentSum>,
    problems: Vec<ProblemRow<'a>>,
    comparisons: Vec<ComparisonRow>,
}

impl<'a> Page<'a> {
    fn new(report: &'a Report<'a>) -> Self {
        let scene = &report.scene;
        let (verdict, lang) = (scene.verdict, scene.lang());
        let w = headings(lang);
        let (first_heading, first, first_more) = first(report, w);
        // One A4 page: findings, and what was not looked at, share its height.
        let tight = first.len() * 2 + report.looked.not.len() > 8;
        let room = if tight { SHORT / 2 } else { SHORT };
        let mut impact_lines = report.impact.lines(lang);
        let too_many = report.impact.left_alone.len().saturating_sub(ALONE);
        impact_lines.truncate(impact_lines.len() - too_many);
        let (cards, rest) = report.findings.split_at(cards(report));
        Self {
            w,
            lang,
            css: CSS,
            style_hash: style_hash(),
            report,
            run: &verdict.run,
            host: shown(&verdict.run.host),
            profile: fixed::profile(&verdict.run.profile, lang),
            hospital: scene.options.hospital.as_deref().map(shown),
            operator: scene.options.operator.as_deref().map(shown),
            when: when(report),
            compared: compared(report, w),
            ledger: ledger(report, w),
            unit: lang.pick("件", ""),
            first_heading,
            first,
            first_more,
            tight,
            cards,
            groups: finding::groups(rest),
            comma: lang.pick("、", "; "),
            looked_short: short(&looked(report), room, lang),
            not_short: short(&report.looked.not, room, lang),
            blind_short: report.looked.blind[..3].join(lang.pick("、", ", ")),
            left_alone_more: left_alone_more(report),
            impact: impact_lines,
            severities: report.figures.by_severity,
            grades: [Grade::Confirmed, Grade::Probable, Grade::Indication, Grade::Undecidable, Grade::Nothing],
            diagram: diagram::inline_svg(&Picture::new(verdict, scene.options), &scene.options.tz, lang),
            points: rows::points(scene),
            assets: rows::assets(scene),
            entries: rows::entries(scene),
            coverage: &verdict.coverage,
            troubles: &verdict.troubles,
            sent: rows::sent_sums(scene),
            problems: rows::problems(scene),
            comparisons: rows::comparisons(scene),
        }
    }

    fn write_into(&self, output: &mut impl Write) -> io::Result<()> {
        let text = self.render().map_err(io::Error::other)?;
        output.write_all(text.as_bytes())
    }
}

/// What the templates call.
#[allow(
    clippy::trivially_copy_pass_by_ref,
    clippy::ref_option,
    clippy::unused_self,
    reason = "templates pass references, and call methods"
)]
impl Page<'_> {
    fn severity_word(&self, severity: &Severity) -> &'static str {
        fixed::severity(*severity, self.lang)
    }

    fn severity_mark(&self, severity: &Severity) -> &'static str {
        fixed::severity_mark(*severity)
    }

    fn severity_class(&self, severity: &Severity) -> &'static str {
        fixed::severity(*severity, Lang::En)
    }

    fn grade_word(&self, grade: &Grade) -> &'static str {
        fixed::grade(*grade, self.lang)
    }

    fn grade_mark(&self, grade: &Grade) -> &'static str {
        fixed::grade_mark(*grade)
    }

    /// The first word of the English one: a class name has no spaces.
    fn grade_class(&self, grade: &Grade) -> &'static str {
        let word = fixed::grade(*grade, Lang::En);
        word.split_once(' ').map_or(word, |(first, _)| first)
    }

    fn moment(&self, at: &Timestamp) -> String {
        self.report.scene.moment(*at)
    }

    fn clock(&self, at: &Timestamp) -> String {
        let local = |at: Timestamp| at.to_zoned(self.report.scene.options.tz.clone());
        let same_day = local(*at).date() == local(self.run.started).date();
        local(*at).strftime(if same_day { "%H:%M:%S" } else { "%m-%d %H:%M:%S" }).to_string()
    }

    fn cell(&self, value: &Option<String>) -> String {
        EntryRow::text(value.as_deref())
    }

    fn yes(&self, value: &bool) -> &'static str {
        if *value { self.lang.pick("あり", "yes") } else { self.lang.pick("なし", "no") }
    }

    fn foreign(&self, text: &str) -> String {
        shown(text)
    }

    fn status(&self, status: &Status) -> &'static str {
        fixed::status(*status, self.lang)
    }

    /// The end of the log of decisions, as `daicho log verify --head` takes it.
    fn head(&self) -> Option<String> {
        let head = self.report.scene.verdict.reviewed.head.as_ref()?;
        Some(format!("{}:{}", head.number, head.hash))
    }

    fn method(&self, probe: &str) -> String {
        observation::method_plain(probe, self.lang)
    }
}

/// The urgent findings; where there are none, those that need action.
fn first<'a>(report: &'a Report<'a>, w: &Headings) -> (&'static str, &'a [FindingView<'a>], Option<String>) {
    let at_least = |least: Severity| {
        report.findings.iter().take_while(|view| view.is_open() && view.finding.severity >= least).count()
    };
    let (urgent, act) = (at_least(Severity::Urgent), at_least(Severity::Act));
    let (heading, number) = if urgent > 0 { (w.urgent, urgent) } else { (w.most_urgent, act) };
    let more = number.saturating_sub(FIRST);
    let lang = report.scene.lang();
    let more = (more > 0).then(|| {
        lang.pick(format!("ほか {more}件（「{}」の節）", w.findings), format!("{more} more: see “{}”", w.findings))
    });
    (heading, &report.findings[..number.min(FIRST)], more)
}

/// How many findings get a card of their own, undecided ones only; the others stand in tables, by kind.
fn cards(report: &Report<'_>) -> usize {
    let loud = |view: &&FindingView<'_>| view.is_open() && view.finding.severity >= Severity::Act;
    report.findings.iter().take(CARDS).take_while(loud).count()
}

fn left_alone_more(report: &Report<'_>) -> Option<String> {
    let more = report.impact.left_alone.len().checked_sub(ALONE).filter(|more| *more > 0)?;
    let w = headings(report.scene.lang());
    let rest = report
        .scene
        .lang()
        .pick(format!("ほか {more}台（「{}」の節）", w.assets), format!("{more} more: see “{}”", w.assets));
    Some(rest)
}

fn when(report: &Report<'_>) -> String {
    let (run, scene) = (&report.scene.verdict.run, &report.scene);
    let lang = scene.lang();
    let end = run.finished.map(|at| date::end_of(at, run.started, &scene.options.tz, lang)).unwrap_or_default();
    format!("{}{}{end}", scene.moment(run.started), lang.pick("〜", " – "))
}

fn compared(report: &Report<'_>, w: &Headings) -> String {
    let scene = &report.scene;
    scene.verdict.changes.as_ref().map_or_else(
        || w.first_night.to_owned(),
        |changes| {
            let ago = date::ago(changes.since_started, scene.verdict.run.started, &scene.options.tz, scene.lang());
            scene.lang().pick(format!("前回 {ago}"), format!("the run {ago}"))
        },
    )
}

fn ledger(report: &Report<'_>, w: &Headings) -> Vec<(String, String)> {
    let lang = report.scene.lang();
    let files = report.scene.verdict.ledger.files.iter();
    files
        .map(|file| {
            (shown(&file.name), file.updated.map_or_else(|| w.not_written.to_owned(), |day| date::day(day, lang)))
        })
        .collect()
}

fn looked(report: &Report<'_>) -> Vec<Phrase> {
    let (lang, w) = (report.scene.lang(), headings(report.scene.lang()));
    let lines = report.looked.segments.iter().map(|view| {
        let (segment, reach) = (mark(&view.segment.to_string()), if view.on_link { w.on_link } else { w.routed });
        let (asked, answered, devices) = (view.asked, view.answered, view.devices);
        Phrase::new(lang.pick(
            format!("{segment}（{reach}）: 機器 {devices}台、問い合わせ {asked}件中 応答 {answered}件"),
            format!("{segment} ({reach}): {devices} machines, {answered} of {asked} questions answered"),
        ))
    });
    lines.collect()
}

/// The first lines, and how many more there are.
fn short(lines: &[Phrase], room: usize, lang: Lang) -> Vec<Phrase> {
    let more = lines.len().saturating_sub(room);
    let rest = (more > 0).then(|| Phrase::new(lang.pick(format!("ほか {more}件"), format!("{more} more"))));
    lines.iter().take(room).cloned().chain(rest).collect()
}

/// What the policy allows: the one style sheet.
pub(super) fn style_hash() -> String {
    format!("sha256-{}", base64(&Sha256::digest(CSS.as_bytes())))
}

/// RFC 4648 §4, as the policy's hash wants it.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |chunk: &[u8]| {
        let octets = chunk.iter().chain([&0, &0]).take(3);
        let bits = octets.fold(0u32, |bits, octet| (bits << 8) | u32::from(*octet));
        let digit = |index: usize| char::from(DIGITS[(bits >> (18 - 6 * index)) as usize & 63]);
        (0..4).map(|index| if index <= chunk.len() { digit(index) } else { '=' }).collect::<String>()
    };
    bytes.chunks(3).map(group).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::render::fixture;

    fn written(verdict: &Verdict, lang: Lang) -> String {
        let mut bytes = Vec::new();
        report(verdict, &fixture::options(lang), &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn base64_is_that_of_the_standard() {
        for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn foreign_text_is_escaped_and_nothing_can_run_or_be_fetched() {
        for lang in [Lang::Ja, Lang::En] {
            let page = written(&fixture::verdict(), lang);
            assert!(page.contains("&#60;script&#62;alert(&#39;検査&#39;)&#60;/script&#62;&#34;&#38;"));
            for forbidden in
                ["<script", "javascript:", " style=", " onclick", "http://", "https://", "<img", "<link", "url("]
            {
                assert!(!page.contains(forbidden), "{forbidden}");
            }
            assert!(!page.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}' || c == '\u{fdd0}'));
        }
    }

    #[test]
    fn the_policy_allows_this_style_sheet_alone() {
        let page = written(&fixture::verdict(), Lang::Ja);
        let style = page.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
        let hash = base64(&Sha256::digest(style.as_bytes()));
        let policy = format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'");
        assert!(page.contains(&policy) || page.contains(&policy.replace('+', "&#43;")), "{policy}");
    }

    #[test]
    fn no_foreign_text_is_shown_longer_than_the_limit() {
        let page = written(&fixture::verdict(), Lang::Ja);
        let run = "長い名前".repeat(31);
        assert!(!page.contains(&run) && page.contains('…'));
    }

    #[test]
    fn the_first_page_says_what_it_must() {
        let page = written(&fixture::verdict(), Lang::Ja);
        let first = page.split_once("<nav>").unwrap().0;
        for text in [
            "見本総合病院",
            "2026年3月31日（火）02:00〜03:12",
            "前回 3日前（3月28日）",
            "2025年7月1日（火）",
            "至急の所見が2件",
            "新規 1・解消 0",
            "調べていない範囲",
            "使われていない2枚目のLANカード",
            "確認者",
        ] {
            assert!(first.contains(text), "{text}");
        }
    }

    #[test]
    fn a_night_without_anything_is_still_a_report() {
        let page = written(&fixture::quiet(), Lang::Ja);
        assert!(page.contains("結果は一部だけです（理由: stopped by signal）") && page.contains("前回の記録なし"));
    }

    #[test]
    fn grades_and_severities_share_no_colour() {
        let colours = |class: &str| -> BTreeSet<&str> {
            let rules = CSS.lines().filter(|line| line.starts_with(class));
            rules.flat_map(|line| line.split(['#', ';']).skip(1).filter(|t| t.len() == 6)).collect()
        };
        let (grades, severities) = (colours(".grade-"), colours(".severity-"));
        assert!(grades.len() == 5 && severities.len() >= 7);
        assert!(grades.is_disjoint(&severities));
    }
}
