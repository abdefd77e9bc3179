//! What the vendor commands say.

use std::path::Path;

use daicho_shared::id::RunId;

use crate::judge::entry::Ledger;
use crate::judge::finding::Finding;
use crate::judge::vendor::{Enquiry, Reply, Said, Subject};
use crate::judge::verdict::Verdict;
use crate::lang::Lang;
use crate::render::words::phrase::shown;
use crate::render::words::{date, enquiry as words, fixed};
use crate::run::Failure;
use crate::vendor::difference::Difference;
use crate::vendor::questions::Questions;
use crate::vendor::reading::{Filled, Problem};

/// The most vendors that are named where one is not found.
const NAMED: usize = 20;

/// Why it could not be done.
pub(super) fn failure(failure: &Failure, lang: Lang) -> String {
    match failure {
        Failure::NoVendor { known, .. } if known.is_empty() => lang
            .pick(
                "台帳に事業者が記入されていません。機器台帳の「保守事業者」の列か、リモート保守台帳・事業者台帳に記入して取り込んでください。",
                "The ledger names no vendor. Write it into the column 保守事業者 of the devices, or import the registers of remote maintenance or vendors.",
            )
            .to_owned(),
        Failure::NoVendor { text, known } => {
            let names: Vec<String> = known.iter().take(NAMED).map(|name| shown(name)).collect();
            let names = names.join(lang.pick("、", ", "));
            lang.pick(
                format!("『{}』という事業者は台帳にありません。台帳の事業者: {names}", shown(text)),
                format!("The ledger names no vendor “{}”. It names: {names}", shown(text)),
            )
        }
        Failure::NoEnquiry { number } => lang.pick(
            format!("照会番号 {number:04} の照会は記録にありません。番号は daicho vendor status で確かめられます。"),
            format!("There is no enquiry {number:04}. See daicho vendor status for the numbers."),
        ),
        Failure::Withdrawn { number, by, why } => lang.pick(
            format!("照会番号 {number:04} は{}が取り下げ済みです（理由: {}）。", shown(by), shown(why)),
            format!("Enquiry {number:04} was withdrawn by {} already (reason: {}).", shown(by), shown(why)),
        ),
        Failure::DuePassed { due } => lang.pick(
            format!("回答期限 {due} は過ぎています。今日以降の日を指定してください（--due）。"),
            format!("{due} has passed. The answer is due today or later (--due)."),
        ),
        Failure::Misanswered { problems } => lang.pick(
            format!("照会票に問題が{problems}件あります（上の一覧）。何も取り込んでいません。その欄を直すか、事業者に訂正を依頼してから、もう一度取り込んでください。"),
            format!("{problems} problems in the workbook, listed above. Nothing was kept. Correct these cells, or have the vendor correct them, and import it again."),
        ),
        Failure::NotTheirs { vendor, network } => {
            let vendor = shown(vendor);
            lang.pick(
                format!("この調査の範囲 {network} には、台帳で{vendor}の担当になっていないアドレスが含まれています。何も取り込んでいません。{vendor}の機器だけを --scope に指定して調べ直してもらうか、台帳の「保守事業者」を直してください。病院の調査として取り込む場合は --vendor を付けずに実行してください。"),
                format!("The scope {network} holds addresses that the ledger does not give to {vendor}. Nothing was kept. Have {vendor} scan its own devices alone (--scope), or correct the ledger's vendors. To keep it as a scan of the hospital's own, leave --vendor out."),
            )
        }
        other => other.to_string(),
    }
}

/// A workbook was written.
pub fn exported(enquiry: &Enquiry, devices: usize, path: &Path, lang: Lang) -> String {
    let (vendor, number, path) = (shown(&enquiry.vendor), enquiry.number, path.display());
    let due = date::day(enquiry.due, lang);
    lang.pick(
        format!("{vendor}: 照会番号 {number:04}、機器{devices}台、回答期限 {due} → {path}"),
        format!("{vendor}: enquiry {number:04}, {devices} devices, answer by {due} → {path}"),
    )
}

/// What to do with it.
pub fn exported_note(lang: Lang) -> &'static str {
    lang.pick(
        "照会票にはIPアドレスなどの情報が含まれます。宛先を確かめ、安全な方法で送ってください。返送されたら daicho vendor import で取り込みます。",
        "The workbook holds addresses of devices: check the addressee and send it safely. When it comes back, read it with daicho vendor import.",
    )
}

/// A vendor is left out of all.
pub fn exempt(vendor: &str, lang: Lang) -> String {
    let vendor = shown(vendor);
    lang.pick(
        format!(
            "{vendor}: 台帳では契約なし（記入不要）のため、照会票を作っていません（--vendor で指定すれば作れます）。"
        ),
        format!("{vendor}: no contract by the ledger, and not asked (name it with --vendor to ask it)."),
    )
}

/// Nobody is named whom vendors may ask.
pub fn no_contact(lang: Lang) -> &'static str {
    lang.pick(
        "「当院の担当」は空欄です。--contact で指定するか、daicho.toml の [vendor] contact に書くか、送る前に記入してください。",
        "“Our contact” is left blank: give --contact, set [vendor] contact in daicho.toml, or fill it in before you send it.",
    )
}

/// An enquiry is waited for no longer.
pub fn withdrawal(number: i64, vendor: &str, why: &str, lang: Lang) -> String {
    let (vendor, why) = (shown(vendor), shown(why));
    lang.pick(
        format!("{vendor}への照会 {number:04} を取り下げ（理由: {why}）"),
        format!("enquiry {number:04} to {vendor} withdrawn (reason: {why})"),
    )
}

/// An answer came to an enquiry that was withdrawn.
pub fn was_withdrawn(number: i64, lang: Lang) -> String {
    lang.pick(
        format!("照会番号 {number:04} は取り下げ済みです。回答の内容は、ほかの照会への回答と同じように扱います。"),
        format!("Enquiry {number:04} was withdrawn. Its answers count as any other's."),
    )
}

/// The same file was read in before.
pub fn known_already(reply: &Reply, lang: Lang) -> String {
    let day = date::day(reply.received_on, lang);
    lang.pick(
        format!("このファイルは{day}に取り込み済みです（回答 {}）。何も変わりません。", reply.number),
        format!("This file was read in on {day} already (reply {}). Nothing changes.", reply.number),
    )
}

/// One cell that cannot be read, or none where the workbook as a whole is meant.
pub fn problem(problem: &Problem, lang: Lang) -> String {
    let why = words::wrong(problem.what, lang);
    if problem.row == 0 {
        return why.to_owned();
    }
    let Problem { sheet, row, column, found, other, .. } = problem;
    let here = cell(sheet, *row, column, found, lang);
    let Some(other) = other else { return lang.pick(format!("{here} {why}"), format!("{here}: {why}")) };
    let other = cell(&other.sheet, other.row, &other.column, &other.found, lang);
    lang.pick(format!("{here} {why}（{other}）"), format!("{here}: {why} ({other})"))
}

fn cell(sheet: &str, row: u32, column: &str, found: &str, lang: Lang) -> String {
    let (sheet, found) = (shown(sheet), shown(found));
    lang.pick(
        format!("シート『{sheet}』{row}行目 {column}列: 『{found}』"),
        format!("sheet “{sheet}”, row {row}, column {column}: “{found}”"),
    )
}

/// A workbook was read.
pub fn imported(enquiry: &Enquiry, filled: &Filled, new: usize, dry_run: bool, lang: Lang) -> String {
    let (vendor, number) = (shown(&enquiry.vendor), enquiry.number);
    let (rows, open, blanks) = (filled.rows.len(), filled.unanswered, filled.blanks.len());
    let by = shown(&filled.answered_by);
    let on = date::day(filled.answered_on, lang);
    let kept = match (dry_run, lang) {
        (true, Lang::Ja) => "（確認のみ。取り込んでいません）",
        (true, Lang::En) => " (only looked at; nothing was kept)",
        (false, _) => "",
    };
    lang.pick(
        format!("{vendor}（照会番号 {number:04}）: {by} {on} 回答{rows}行、未回答{open}行、空欄{blanks}か所、新しい回答{new}件{kept}"),
        format!("{vendor} (enquiry {number:04}): {by}, {on}: {rows} rows answered, {open} not, {blanks} blanks, {new} new answers{kept}"),
    )
}

/// One answer that is new, beside what was known.
pub fn difference(one: &Difference, ledger: &Ledger, lang: Lang) -> String {
    let (about, question) = (words::subject(&one.subject, ledger, lang), heading(&one.question, lang));
    let now = said(&one.question, &one.now, lang);
    let before = one.before.as_ref().map(|before| said(&one.question, before, lang));
    let before = before.unwrap_or_else(|| lang.pick("回答なし", "no answer").to_owned());
    let declared = one.ledger.map(|declared| fixed::four_valued(declared, lang));
    let declared = declared.map_or_else(String::new, |declared| {
        lang.pick(format!("（台帳では『{declared}』）"), format!(" (the ledger says “{declared}”)"))
    });
    format!("  {about} {question}: {before} → {now}{declared}")
}

/// A cell that should not be empty.
pub fn blank(about: &Subject, question: &str, ledger: &Ledger, lang: Lang) -> String {
    let (about, question) = (words::subject(about, ledger, lang), heading(question, lang));
    lang.pick(format!("  空欄: {about} {question}"), format!("  blank: {about} {question}"))
}

/// What speaks against an answer.
pub fn opposed(finding: &Finding, verdict: &Verdict, lang: Lang) -> String {
    let options = crate::render::Options { lang, ..crate::render::Options::default() };
    let lines = crate::render::list::lines(verdict, &options);
    let line = lines.iter().find(|line| line.id == finding.id);
    line.map_or_else(|| fixed::code(&finding.kind, lang), crate::render::list::one)
}

/// A batch of a vendor's own was kept.
pub fn handed_in(run: &RunId, vendor: &str, strangers: usize, lang: Lang) -> String {
    let vendor = shown(vendor);
    let beyond = match strangers {
        0 => String::new(),
        _ => lang.pick(
            format!("範囲の外の{strangers}個のアドレスについての観測も含まれています（一斉の通知などで見えたもの）。{vendor}の機器についての結果ではありません。"),
            format!(" It also speaks of {strangers} addresses outside of its scope (heard by the way): they are not {vendor}'s devices."),
        ),
    };
    lang.pick(
        format!("{vendor}が自社の機器を調べた結果として保存しました（{run}）。病院の最新の調査には数えません。照合するには daicho reconcile --run {run} を実行してください。{beyond}"),
        format!("Kept as what {vendor} scanned of its own devices ({run}). It is not the hospital's latest run. To judge it: daicho reconcile --run {run}.{beyond}"),
    )
}

/// No vendor is in the ledger.
pub fn none(lang: Lang) -> &'static str {
    lang.pick("台帳に事業者が記入されていません。", "The ledger names no vendor.")
}

/// No letter is needed.
pub fn nothing_open(lang: Lang) -> &'static str {
    lang.pick("この事業者に、回答を待っている照会はありません。", "No enquiry to this vendor waits for an answer.")
}

fn heading(key: &str, lang: Lang) -> String {
    let question = Questions::builtin().get(key);
    question.map_or_else(|| shown(key), |one| lang.pick(&one.heading, &one.heading_en).clone())
}

fn said(question: &str, said: &Said, lang: Lang) -> String {
    match said {
        Said::Answer(answer) => fixed::four_valued(*answer, lang).to_owned(),
        Said::Day(day) => day.to_string(),
        Said::Text(text) => {
            let choices = Questions::builtin().get(question).map(|one| one.choices.as_slice()).unwrap_or_default();
            let choice = choices.iter().find(|choice| choice.key == *text);
            choice.map_or_else(|| shown(text), |choice| lang.pick(&choice.ja, &choice.en).clone())
        }
    }
}
