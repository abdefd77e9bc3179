//! Answers in words: drafts, figures, what stands behind them, and what was not looked at.

use jiff::civil::DateTime;

use super::phrase::shown;
use super::{Lang, column, date, fixed, problem};
use crate::answer::draft::{Answer, Draft};
use crate::answer::figure::{Behind, Met, Value, Why};
use crate::answer::question::{By, Criterion, Question, Said};
use crate::answer::sheet::First;
use crate::answer::unseen::Unseen;

/// What is proposed for a question.
pub(crate) fn draft(answer: &Answer, lang: Lang) -> String {
    draft_of(&answer.question, answer.draft, lang)
}

/// A draft in the words that the form prints; where it prints none, whether the criteria are met.
pub(crate) fn draft_of(question: &Question, draft: Draft, lang: Lang) -> String {
    let select = question.select_when_met.as_deref();
    match (draft, select) {
        (Draft::Yes, None) if !question.has_answer() => {
            lang.pick("条件を満たす（案）", "criteria met (draft)").to_owned()
        }
        (Draft::No, None) if !question.has_answer() => {
            lang.pick("条件を満たさない（案）", "criteria not met (draft)").to_owned()
        }
        (Draft::Yes, None) => lang.pick("はい（案）", "yes (draft)").to_owned(),
        (Draft::Yes, Some(option)) => {
            lang.pick(format!("「{option}」を選択（案）"), format!("select 「{option}」 (draft)"))
        }
        (Draft::No, None) => lang.pick("いいえ（案）", "no (draft)").to_owned(),
        (Draft::No, Some(option)) => {
            lang.pick(format!("「{option}」は選択しない（案）"), format!("do not select 「{option}」 (draft)"))
        }
        (Draft::Undecided, _) => lang.pick("判定できない", "undecided").to_owned(),
        (Draft::Person, _) if question.by == By::Vendor => {
            lang.pick("事業者が回答", "for the vendor to answer").to_owned()
        }
        (Draft::Person, _) => lang.pick("病院で回答", "for the hospital to answer").to_owned(),
    }
}

/// Which questions are left to the hospital, or to the vendor.
pub(crate) fn left(by: By, numbers: &[&str], lang: Lang) -> String {
    let numbers = numbers.join(lang.pick("、", ", "));
    match by {
        By::Vendor => {
            lang.pick(format!("事業者が回答する設問: {numbers}"), format!("For the vendor to answer: {numbers}"))
        }
        _ => lang.pick(format!("病院で回答する設問: {numbers}"), format!("For the hospital to answer: {numbers}")),
    }
}

/// The proposed 目標日 lies after the last day that the form allows.
pub(crate) fn late(last: jiff::civil::Date, lang: Lang) -> String {
    let day = date::day(last, lang);
    lang.pick(
        format!(
            "※目標日（案）は、様式が求める期限（{day}）より後です。期限までに終える方法があるかを確認してください。"
        ),
        format!("The proposed target date is later than the form allows ({day}). See whether it can be done in time."),
    )
}

/// What stands in 1回目.
pub(crate) fn first(first: &First, lang: Lang) -> String {
    let (day, number) = (date::day(first.as_of, lang), first.number);
    lang.pick(
        format!("1回目の回答案は、回答案 {number}（基準日 {day}）のものです。今回の回答案は2回目の欄に入れています。"),
        format!("The drafts of 1回目 (first round) are those of answer {number}, as of {day}; those of today stand in 2回目 (second round)."),
    )
}

/// Whether a criterion is met: a mark and a word.
pub(crate) fn met(met: Met, lang: Lang) -> &'static str {
    match met {
        Met::Yes => lang.pick("○ 満たす", "○ met"),
        Met::No => lang.pick("× 満たさない", "× not met"),
        Met::Unknown => lang.pick("？ 分からない", "? unknown"),
    }
}

/// What a figure comes to: never a percentage without both numbers, and 100 only where it is all.
pub(crate) fn value(value: Value, lang: Lang) -> String {
    match value {
        Value::Share { part, of } => {
            let rounded = (part * 100 + of / 2) / of.max(1);
            let percent = if part < of { rounded.min(99) } else { rounded };
            lang.pick(format!("{of}件中 {part}件（{percent} %）"), format!("{part} of {of} ({percent} %)"))
        }
        Value::Count { count } => lang.pick(format!("{count}件"), count.to_string()),
        Value::Day { day } => date::day(day, lang),
        Value::None => lang.pick("該当なし", "none of them").to_owned(),
        Value::Unknown { why: reason } => {
            lang.pick(format!("不明（{}）", why(reason, lang)), format!("unknown ({})", why(reason, lang)))
        }
    }
}

fn why(why: Why, lang: Lang) -> &'static str {
    match why {
        Why::NoDepartments => lang.pick("部門マスタが取り込まれていない", "no list of departments was imported"),
        Why::NoStatement => lang.pick("数を申告した部門がない", "no department has stated a number"),
        Why::NoSegments => lang.pick("セグメント一覧が取り込まれていない", "no list of segments was imported"),
        Why::NoRows => lang.pick("該当する機器が台帳にない", "the ledger has no such device"),
        Why::NoDate => lang.pick("台帳に最終更新日の記入がない", "the ledger does not say when it was updated"),
        Why::NoVendors => lang.pick("事業者台帳が取り込まれていない", "no register of vendors was imported"),
        Why::NoRemote => {
            lang.pick("リモート保守台帳が取り込まれていない", "no register of remote maintenance was imported")
        }
        Why::NothingReceived => lang.pick("受領したものがない", "nothing was received yet"),
        Why::NoMeeting => lang.pick("確認・報告の記録がない", "no report to management was recorded"),
        Why::NothingSeen => lang.pick("最後まで終わった調査がない", "no scan was finished"),
        Why::NoDiagram => lang.pick("構成図がない", "there is no diagram"),
    }
}

/// One thing behind a figure.
pub(crate) fn behind(behind: &Behind, lang: Lang) -> String {
    match behind {
        Behind::Row { origin, name, department, field, .. } => {
            let lacks = field.map(|field| {
                lang.pick(
                    format!("『{}』の欄", column::field(field, lang)),
                    format!("column “{}”", column::field(field, lang)),
                )
            });
            join(
                &[name.as_deref().map(shown), department.as_deref().map(shown), Some(place(origin, lang)), lacks],
                lang,
            )
        }
        Behind::Otherwise { origin, name, department, field, class, .. } => {
            let (field, class) = (column::field(*field, lang), fixed::class(*class, lang));
            let differs =
                lang.pick(format!("『{field}』の欄、実測では{class}"), format!("column “{field}”, seen: {class}"));
            join(
                &[
                    name.as_deref().map(shown),
                    department.as_deref().map(shown),
                    Some(place(origin, lang)),
                    Some(differs),
                ],
                lang,
            )
        }
        Behind::Finding { says, severity, device, department, .. } => {
            let what = Some(format!("{} {}", fixed::severity_mark(*severity), fixed::code(says, lang)));
            join(&[what, device.as_deref().map(shown), department.as_deref().map(shown)], lang)
        }
        Behind::Machine { device, .. } => join(
            &[Some(lang.pick("台帳にない機器", "a machine that is not in the ledger").to_owned()), Some(shown(device))],
            lang,
        ),
        Behind::Department { name } => shown(name),
        Behind::Segment { network, name } => join(&[Some(network.to_string()), name.as_deref().map(shown)], lang),
    }
}

/// Where a row stands, for a cell: without the marks of a sentence.
pub(crate) fn place(origin: &crate::judge::entry::Origin, lang: Lang) -> String {
    super::phrase::Phrase::new(problem::place(origin, lang)).plain()
}

fn join(parts: &[Option<String>], lang: Lang) -> String {
    let parts: Vec<&str> = parts.iter().flatten().map(String::as_str).filter(|part| !part.is_empty()).collect();
    parts.join(lang.pick("、", ", "))
}

/// The criterion's text.
pub(crate) fn criterion(criterion: &Criterion, lang: Lang) -> &str {
    lang.pick(&criterion.text, &criterion.text_en)
}

/// What is to be done for it: first of all, what is needed to know how it stands.
pub(crate) fn todo(criterion: &Criterion, value: Option<Value>, lang: Lang) -> &str {
    match value {
        Some(Value::Unknown { why }) => supply(why, lang),
        _ => lang.pick(&criterion.todo, &criterion.todo_en),
    }
}

fn supply(why: Why, lang: Lang) -> &'static str {
    match why {
        Why::NoDepartments => lang.pick(
            "部門マスタを作り、daicho ledger import で取り込む",
            "Make a list of departments and import it with daicho ledger import",
        ),
        Why::NoStatement => lang.pick(
            "部門に外部接続点の数を照会し、部門マスタに数と申告日を記入する",
            "Ask the departments for their number of points; enter number and date",
        ),
        Why::NoSegments => lang.pick(
            "セグメント一覧を作り、daicho ledger import で取り込む",
            "Make a list of segments and import it with daicho ledger import",
        ),
        Why::NoRows => lang.pick(
            "該当する機器を台帳に登録するか、ないことを確かめる",
            "Enter the devices, or make sure that there are none",
        ),
        Why::NoDate => lang.pick(
            "台帳の最終更新日を記入し、取り込み直す",
            "Enter the date of the last update into the ledger and import it again",
        ),
        Why::NoVendors => lang.pick(
            "事業者台帳を作り、daicho ledger import で取り込む",
            "Make a register of vendors and import it with daicho ledger import",
        ),
        Why::NoRemote => lang.pick(
            "リモート保守台帳を作り、daicho ledger import で取り込む",
            "Make a register of remote maintenance and import it with daicho ledger import",
        ),
        Why::NothingReceived => {
            lang.pick("事業者に提出を依頼し、受領日を記入する", "Ask the vendors, and enter the day of receipt")
        }
        Why::NoMeeting => lang.pick("経営層へ報告し、確認・報告記録に記入する", "Report to management, and record it"),
        Why::NothingSeen => lang.pick("院内LANを最後まで調べる", "Scan the LAN to the end"),
        Why::NoDiagram => lang.pick("院内LANを調べ、構成図を作る", "Scan the LAN and make the diagram"),
    }
}

/// What only a person can say.
pub(crate) fn said(said: &Said, lang: Lang) -> &str {
    lang.pick(&said.text, &said.text_en)
}

/// Why it is proposed, in one sentence.
pub(crate) fn because(answer: &Answer, lang: Lang) -> String {
    let count = |wanted: Met| answer.checks.iter().filter(|check| check.met == wanted).count();
    let (all, no, unknown) = (answer.checks.len(), count(Met::No), count(Met::Unknown));
    match answer.draft {
        Draft::Person if answer.question.by == By::Vendor => {
            lang.pick("事業者が記入する設問です。", "The vendor fills this in.").to_owned()
        }
        Draft::Person => {
            lang.pick("測定や台帳からは分からない設問です。", "Neither a scan nor the ledger can tell.").to_owned()
        }
        Draft::Yes => lang.pick(format!("{all}の条件をすべて満たしています。"), format!("All {all} criteria are met.")),
        Draft::Undecided if no + unknown == 0 && answer.question.by == By::Computed => lang.pick(
            format!("{all}の条件をすべて満たしていますが、基準日に取り込まれていた台帳または調査による判定ではないため、「はい」とは言えません。"),
            format!("All {all} criteria are met, but not by a ledger and a scan of the base date, which is no yes."),
        ),
        Draft::Undecided if no + unknown == 0 => lang.pick(
            format!("{all}の条件をすべて満たしていますが、これだけでは足りません。人が確かめることが残っています。"),
            format!(
                "All {all} criteria are met, which alone is not enough: something is left for a person to confirm."
            ),
        ),
        Draft::No | Draft::Undecided => {
            let counts = lang.pick(
                format!("{all}の条件のうち、満たさないもの{no}、分からないもの{unknown}。"),
                format!("Of {all} criteria, {no} are not met and {unknown} are unknown. "),
            );
            let only_hints = answer.draft == Draft::Undecided && no > 0;
            let why = lang.pick(
                "満たさないものはいずれも手がかりか台帳の空欄で、「いいえ」の根拠にはなりません。人が確かめます。",
                "What is not met is a hint or a blank in the ledger, and no ground for a no: a person confirms it.",
            );
            format!("{counts}{}", if only_hints { why } else { "" }).trim_end().to_owned()
        }
    }
}

/// What was not looked at.
#[allow(clippy::too_many_lines, reason = "a list: one sentence a kind")]
pub(crate) fn unseen(unseen: &Unseen, lang: Lang) -> String {
    let segment = |network: &ipnet::IpNet, name: &Option<String>| match name {
        Some(name) => lang.pick(format!("{network}（{}）", shown(name)), format!("{network} ({})", shown(name))),
        None => network.to_string(),
    };
    match unseen {
        Unseen::CutShort { reason } => {
            let reason = reason.as_deref().map(shown).unwrap_or_default();
            lang.pick(
                format!("調査が途中で終わっています（{reason}）。"),
                format!("The scan was cut short ({reason})."),
            )
        }
        Unseen::Ahead { day } => lang.pick(
            format!("基準日の{}はまだ来ていません。この案は見込みです。", date::day(*day, lang)),
            format!("The base date, {}, lies ahead: this draft is a forecast.", date::day(*day, lang)),
        ),
        Unseen::OldScan { on, days } => lang.pick(
            format!("調査は基準日の{days}日前（{}）のものです。", date::day(*on, lang)),
            format!("The scan is {days} days older than the base date ({}).", date::day(*on, lang)),
        ),
        Unseen::Excluded { network } => lang.pick(
            format!("{network} は、設定により調べていません。"),
            format!("{network} is excluded by the settings."),
        ),
        Unseen::NotScanned { network, name, partly: false } => lang.pick(
            format!("{} は調べていません。", segment(network, name)),
            format!("{} was not scanned.", segment(network, name)),
        ),
        Unseen::NotScanned { network, name, partly: true } => lang.pick(
            format!("{} は一部だけを調べました。", segment(network, name)),
            format!("{} was scanned in part only.", segment(network, name)),
        ),
        Unseen::NoNetwork { name } => {
            let name = name.as_deref().map_or_else(|| lang.pick("（名称なし）", "(no name)").into(), shown);
            lang.pick(
                format!("セグメント一覧の {name} は、ネットワークアドレスが書かれていないため調べていません。"),
                format!("The declared segment {name} has no network written, and was not scanned."),
            )
        }
        Unseen::CutFile { file } => lang.pick(
            format!("台帳 {} は、行数が上限を超えたため一部だけを読みました。「はい」とは判定しません。", shown(file)),
            format!("Only a part of the ledger file {} was read, because it has too many rows: no yes is drafted.", shown(file)),
        ),
        Unseen::Routed { network, name } => lang.pick(
            format!("{} はルータ越しに調べたため、見えないものがあります。", segment(network, name)),
            format!("{} was scanned through a router, which hides some things.", segment(network, name)),
        ),
        Unseen::NotAsked { network, questions } => lang.pick(
            format!("{network} では、機器への配慮などのため{questions}件の問い合わせを行っていません。"),
            format!("In {network}, {questions} questions were not put, out of care for devices or for want of leave."),
        ),
        Unseen::Undecided { network, machines } => lang.pick(
            format!("{network} の{machines}台は、二系統接続や外部接続の有無をどの方法でも判断できませんでした。"),
            format!("Of {machines} machines in {network}, no method could tell whether they lead out."),
        ),
        Unseen::NoKey { devices } => lang.pick(
            format!("台帳の{devices}台は、照合できる項目（MACアドレス、IPアドレスなど）がなく、実測と照合できません。"),
            format!("{devices} devices of the ledger have nothing by which they could be matched."),
        ),
        Unseen::NoRegister { register } => lang.pick(
            format!("{}が取り込まれていません。", fixed::register(*register, lang)),
            format!("No {} was imported.", fixed::register(*register, lang)),
        ),
        Unseen::LaterLedger { file, on } => lang.pick(
            format!("台帳 {} は、基準日より後の{}に初めて取り込まれました。基準日の台帳がないため「はい」とは判定せず、病院が基準日の記載を確かめます。", shown(file), date::day(*on, lang)),
            format!("The ledger file {} was first imported after the base date, on {}: there is no ledger of that day, so no yes is drafted, and the hospital confirms what stood in it then.", shown(file), date::day(*on, lang)),
        ),
        Unseen::ChangedLedger => lang.pick(
            "照合のあと、基準日までに台帳が取り込み直されています。この案は、照合したときの台帳によります。".to_owned(),
            "The ledger was imported anew between the judgement and the base date. This draft is by the ledger that was judged.".to_owned(),
        ),
        Unseen::LaterScan { on } => lang.pick(
            format!("選ばれた調査は、基準日より後の{}のものです。「はい」とは判定しません。", date::day(*on, lang)),
            format!("The chosen scan is of {}, after the base date: no yes is drafted.", date::day(*on, lang)),
        ),
    }
}

/// The last line of every answer.
pub(crate) fn closing(lang: Lang) -> &'static str {
    lang.pick(
        "この案は、測定した値と申告された値の集計です。条件とその閾値は Daicho の案であり、様式には書かれていません。回答は病院（医療情報システム安全管理責任者）が決めます。",
        "This draft sums up what was measured and what was declared. Its criteria are proposals of Daicho and not part of the form. The hospital decides the answer.",
    )
}

/// Column headings and titles of the sheets.
pub(crate) struct Headings {
    pub(crate) answers: &'static str,
    pub(crate) criteria: &'static str,
    pub(crate) missing: &'static str,
    pub(crate) points: &'static str,
    pub(crate) coverage: &'static str,
    pub(crate) guide: &'static str,
    pub(crate) number: &'static str,
    pub(crate) question: &'static str,
    pub(crate) draft: &'static str,
    pub(crate) because: &'static str,
    pub(crate) target_draft: &'static str,
    pub(crate) answer: &'static str,
    pub(crate) target: &'static str,
    pub(crate) name: &'static str,
    pub(crate) date: &'static str,
    pub(crate) decision: &'static str,
    pub(crate) first_draft: &'static str,
    pub(crate) second_draft: &'static str,
    pub(crate) first: &'static str,
    pub(crate) first_day: &'static str,
    pub(crate) second: &'static str,
    pub(crate) second_day: &'static str,
    pub(crate) remarks: &'static str,
    pub(crate) criterion: &'static str,
    pub(crate) met: &'static str,
    pub(crate) figure: &'static str,
    pub(crate) at: &'static str,
    pub(crate) behind: &'static str,
    pub(crate) todo: &'static str,
    pub(crate) takes: &'static str,
    pub(crate) thing: &'static str,
    pub(crate) by_person: &'static str,
    pub(crate) note: &'static str,
    pub(crate) not_looked: &'static str,
    pub(crate) basis: &'static str,
}

/// The headings of a language.
pub(crate) fn headings(lang: Lang) -> Headings {
    let pick = |ja, en| lang.pick(ja, en);
    Headings {
        answers: pick("回答案", "Answers"),
        criteria: pick("判定の根拠", "Criteria"),
        missing: pick("不足の明細", "What is missing"),
        points: pick("外部接続点（部門別）", "Connection points"),
        coverage: pick("調べた範囲と根拠", "Coverage and basis"),
        guide: pick("設問と回答要領", "Questions"),
        number: pick("番号", "No."),
        question: pick("設問", "question"),
        draft: pick("回答案", "draft"),
        because: pick("理由", "why"),
        target_draft: pick("目標日（案）", "target date (draft)"),
        answer: pick("回答", "answer"),
        target: pick("目標日", "目標日 (target date)"),
        name: pick("確認者", "confirmed by"),
        date: pick("確認日", "confirmed on"),
        decision: pick("決定・備考", "decision, remarks"),
        first_draft: pick("1回目の回答案", "draft for 1回目 (first round)"),
        second_draft: pick("2回目の回答案", "draft for 2回目 (second round)"),
        first: pick("1回目", "1回目"),
        first_day: pick("1回目の日付", "date of 1回目"),
        second: pick("2回目", "2回目"),
        second_day: pick("2回目の日付", "date of 2回目"),
        remarks: pick("備考", "備考 (remarks)"),
        criterion: pick("条件（案）", "criterion (proposed)"),
        met: pick("判定", "result"),
        figure: pick("数値", "figure"),
        at: pick("時点", "as of"),
        behind: pick("不足・所見", "what is missing"),
        todo: pick("満たすには", "what is to be done"),
        takes: pick("目安の日数", "days"),
        thing: pick("対象", "item"),
        by_person: pick("人が確かめること", "for a person to confirm"),
        note: pick("回答要領の文", "what the form says"),
        not_looked: pick("調べていないもの", "Not looked at"),
        basis: pick("根拠", "Basis"),
    }
}

/// `2026年3月31日（火） 02:15`.
pub(crate) fn clock(at: DateTime, lang: Lang) -> String {
    format!("{} {:02}:{:02}", date::day(at.date(), lang), at.hour(), at.minute())
}

/// `ほか 12件`.
pub(crate) fn more(count: usize, lang: Lang) -> String {
    lang.pick(format!("ほか{count}件"), format!("and {count} more"))
}
