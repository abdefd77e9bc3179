//! What is said about decisions: lists, questions, objections, and the log.

use super::clock;
use crate::judge::amendment::{Amendment, Change};
use crate::judge::asset::Class;
use crate::judge::review::filter::{self, Key};
use crate::judge::review::proposal::Refused;
use crate::judge::review::{Action, Lacking, Review};
use crate::lang::Lang;
use crate::render::words::phrase::{Phrase, shown};
use crate::render::words::{date, problem, standing};
use crate::run::{Failure, Misfilled, Objection, What};
use crate::store::{Breach, Deed, LogRow, Verified};

/// Objections that are told one by one.
const OBJECTIONS: usize = 50;

/// How many findings are shown, and how many are open.
pub fn counted(shown: usize, open: usize, all: usize, lang: Lang) -> String {
    match lang {
        Lang::Ja => format!("{shown}件を表示しました（所見 {all}件のうち、未判断 {open}件）。"),
        Lang::En => format!("{shown} findings shown ({open} of {all} are undecided)."),
    }
}

/// There are more than are named.
pub fn more(more: usize, lang: Lang) -> String {
    lang.pick(format!("ほか {more}件（--dry-run ですべて表示）"), format!("{more} more (--dry-run shows all)"))
}

/// Shall these be decided?
pub fn ask(count: usize, lang: Lang) -> String {
    match lang {
        Lang::Ja => format!("この条件に合う{count}件をすべて判断しますか（はい / いいえ）"),
        Lang::En => format!("Decide all {count} findings that this fits? (yes / no)"),
    }
}

/// Decisions were kept; `still` are findings that are there although the ledger was changed for them.
pub fn kept(count: usize, open: usize, still: &[String], lang: Lang) -> String {
    let text = match lang {
        Lang::Ja => format!("{count}件の判断を記録しました。未判断の所見は残り{open}件です。"),
        Lang::En => format!("{count} decisions were kept. {open} findings are still undecided."),
    };
    if still.is_empty() {
        return text;
    }
    let still = still.join(", ");
    match lang {
        Lang::Ja => format!("{text}\n台帳への反映だけでは解消しない所見があります: {still}"),
        Lang::En => format!("{text}\nThe ledger alone does not settle these: {still}"),
    }
}

/// A workbook was read.
pub fn filled(count: usize, same: usize, gone: usize, lang: Lang) -> String {
    match lang {
        Lang::Ja => format!(
            "判断 {count}件を読み取りました。判断済みと同じもの {same}件、すでに解消した所見 {gone}件は変更していません。"
        ),
        Lang::En => format!(
            "{count} decisions read; {same} say what was decided already, {gone} are about findings that are gone."
        ),
    }
}

/// What changes in the ledger, one line a cell.
pub fn amendment(amendment: &Amendment, lang: Lang) -> Vec<String> {
    match &amendment.change {
        Change::Cell { origin, field, before, after, .. } => {
            let place = Phrase::new(problem::place(origin, lang)).plain();
            vec![format!("{place} {}: 『{}』→『{}』", problem::field(*field, lang), shown(before), shown(after))]
        }
        Change::Row { cells, .. } => {
            let cells = cells.iter().map(|(field, text)| format!("{}={}", problem::field(*field, lang), shown(text)));
            let cells: Vec<String> = cells.collect();
            vec![format!("{}: {}", lang.pick("新しい行", "new row"), cells.join(lang.pick("、", ", ")))]
        }
    }
}

/// A filter in either language, with the words of keys and values in the judge's own.
pub fn filter(text: &str) -> String {
    let mut text = text.to_owned();
    for (key, ja) in KEYS {
        for sign in ["=", "!=", "~", "!~", "＝", "～"] {
            text = text.replace(&format!("{ja}{sign}"), &format!("{}{sign}", key.code()));
        }
    }
    let words = text.split_inclusive(char::is_whitespace).map(|word| {
        let translated = |prefix: &str, table: &dyn Fn(&str) -> Option<String>| -> Option<String> {
            let rest = word.strip_prefix(prefix)?.trim_start_matches('!').strip_prefix('=')?;
            let values: Vec<String> = rest
                .trim_end()
                .split([',', '、'])
                .map(|value| table(value).unwrap_or_else(|| value.to_owned()))
                .collect();
            let not = if word[prefix.len()..].starts_with('!') { "!" } else { "" };
            Some(format!("{prefix}{not}={} ", values.join(",")))
        };
        translated("code", &|word| CODES.iter().find(|(_, ja)| *ja == word).map(|(code, _)| (*code).to_owned()))
            .or_else(|| translated("severity", &|word| of_table(&SEVERITIES, word)))
            .or_else(|| translated("state", &|word| of_table(&STATES, word)))
            .or_else(|| translated("class", &class))
            .or_else(|| translated("field", &field))
            .unwrap_or_else(|| word.to_owned())
    });
    words.collect()
}

/// Keys in Japanese.
const KEYS: [(Key, &str); 15] = [
    (Key::Code, "種別"),
    (Key::Severity, "重大度"),
    (Key::Severity, "重要度"),
    (Key::Grade, "確度"),
    (Key::State, "判断"),
    (Key::Segment, "セグメント"),
    (Key::Segment, "IPアドレス"),
    (Key::Class, "分類"),
    (Key::Maker, "メーカー"),
    (Key::Model, "型番"),
    (Key::Department, "部門"),
    (Key::Location, "設置場所"),
    (Key::Field, "項目"),
    (Key::File, "台帳"),
    (Key::Text, "文字"),
];

const CODES: [(&str, &str); 22] = [
    ("not_in_ledger", "台帳未登録"),
    ("not_found", "所在不明"),
    ("not_checked", "未確認"),
    ("mismatch", "属性不一致"),
    ("duplicate_entry", "台帳重複"),
    ("defective_entry", "台帳不備"),
    ("ambiguous_pair", "対応が一つに決まらない"),
    ("dual_homed", "二系統接続"),
    ("undeclared_uplink", "未申告の外部接続点"),
    ("forwards_undeclared", "申告のないパケット転送"),
    ("retired_but_seen", "廃棄済みの記載だが応答あり"),
    ("unnatural", "応答が不自然"),
    ("unneeded_services", "用途の説明がないサービス"),
    ("management_reachable", "管理用の受け口への到達"),
    ("support_ended", "サポート終了の可能性"),
    ("support_ending", "サポート終了まで1年以内"),
    ("vendor_contradiction", "事業者の回答と実測の食い違い"),
    ("vendor_disowned", "事業者が担当ではないと回答"),
    ("vendor_unknown", "事業者の回答が不明のまま"),
    ("vendor_unasked", "照会の後に加わった機器"),
    ("vendor_outdated", "事業者への確認が古い"),
    ("vendor_silent", "事業者から回答がない"),
];
const SEVERITIES: [(&str, &str); 4] = [("urgent", "至急"), ("act", "要対応"), ("check", "要確認"), ("info", "情報")];
const STATES: [(&str, &str); 8] = [
    ("open", "未判断"),
    ("reopened", "再開"),
    ("accepted", "台帳に登録"),
    ("corrected", "台帳を修正"),
    ("ignored", "保留"),
    ("assigned", "担当へ依頼"),
    ("closed", "完了"),
    ("undecided", "判断なし"),
];

fn of_table(table: &[(&str, &str)], word: &str) -> Option<String> {
    table.iter().find(|(_, ja)| *ja == word).map(|(code, _)| (*code).to_owned())
}

fn class(word: &str) -> Option<String> {
    let named = |(class, _): &&(Class, &str)| crate::render::words::fixed::class(*class, Lang::Ja) == word;
    Class::ALL.iter().find(named).map(|(_, code)| (*code).to_owned())
}

fn field(word: &str) -> Option<String> {
    let field = crate::import::Columns::builtin().field(word)?;
    serde_json::to_value(field).ok()?.as_str().map(str::to_owned)
}

/// Why nothing was decided.
pub(super) fn failure(failure: &Failure, lang: Lang) -> String {
    match failure {
        Failure::NoFinding { text } => lang.pick(
            format!("所見『{text}』は最新の照合結果にありません。daicho findings で記号を確認してください。"),
            format!("No finding “{text}” in the latest result. daicho findings lists them."),
        ),
        Failure::SeveralFindings { text, findings } => lang.pick(
            format!("『{text}』に当てはまる所見が複数あります: {}。もう少し長く入力してください。", findings.join("、")),
            format!("“{text}” may mean several findings: {}. Type more of it.", findings.join(", ")),
        ),
        Failure::Objections { objections } => {
            let told = objections.iter().take(OBJECTIONS);
            let lines = told.map(|(handle, why)| format!("\n  {handle}: {}", objection(*why, lang)));
            let head = lang.pick(
                format!("{}件の所見をこのようには判断できません。何も記録していません。", objections.len()),
                format!("{} findings cannot be decided so. Nothing was kept.", objections.len()),
            );
            std::iter::once(head).chain(lines).collect()
        }
        Failure::Filter(error) => bad_filter(&error.found, lang),
        Failure::BadCell { text } => lang.pick(
            format!("『{text}』が分かりません。「部門=検査科」のように、台帳の項目名と値を「=」でつないで、項目ごとに1回だけ指定してください。"),
            format!("“{text}” is not understood. Write a heading of the ledger and a value, as in status=稼働, each heading once."),
        ),
        Failure::BadHead { text } => lang.pick(
            format!("『{text}』は判断記録の末尾の書き方ではありません。報告書の「判断記録の末尾」を、番号:64桁の英数字 の形でそのまま指定してください。"),
            format!("“{text}” is no end of the log. Copy it from a report: a number, a colon, and 64 hexadecimal digits."),
        ),
        Failure::NotConfirmed { findings } => lang.pick(
            format!("{findings}件の判断は記録していません。よければ --yes を付けて実行してください（--dry-run で対象を確認できます）。"),
            format!("{findings} findings were left as they are. Add --yes if they are meant (--dry-run lists them)."),
        ),
        Failure::Misfilled { problems } => lang.pick(
            format!("記入に{problems}件の問題があるため、どの判断も記録していません。直してから、もう一度取り込んでください。"),
            format!("{problems} cells are filled in wrongly, so no decision was kept. Correct them and import it again."),
        ),
        other => other.to_string(),
    }
}

/// What is wrong with a filter.
pub fn bad_filter(found: &str, lang: Lang) -> String {
    let keys = match lang {
        Lang::Ja => KEYS.map(|(_, ja)| ja).join("、"),
        Lang::En => filter::keys(),
    };
    match lang {
        Lang::Ja => format!(
            "条件の『{found}』が分かりません。「項目=値」または「項目~文字」を空白で区切って書いてください（例: 種別=台帳未登録 セグメント=192.168.10.0/24）。使える項目: {keys}"
        ),
        Lang::En => format!(
            "“{found}” is not understood. Write KEY=VALUE or KEY~TEXT, parted by spaces, e.g. code=not_in_ledger segment=192.168.10.0/24. Keys: {keys}"
        ),
    }
}

/// Why it cannot be decided so.
pub fn objection(objection: Objection, lang: Lang) -> String {
    match objection {
        Objection::Lacking(lacking) => self::lacking(lacking, lang).to_owned(),
        Objection::Refused(refused) => self::refused(refused, lang).to_owned(),
        Objection::Cell(field, kind) => {
            format!("{}: {}{}", problem::field(field, lang), problem::done(kind, lang), problem::todo(kind, lang))
        }
    }
}

fn lacking(lacking: Lacking, lang: Lang) -> &'static str {
    match lacking {
        Lacking::Reason => lang.pick("理由が必要です（--reason）。", "A reason is needed (--reason)."),
        Lacking::Approver => lang.pick("承認者が必要です（--approver）。", "An approver is needed (--approver)."),
        Lacking::ApproverOfUplink => lang.pick(
            "至急の外部接続の所見は、承認者なしでは判断済みにできません（--approver）。",
            "An urgent external connection is not set aside without an approver (--approver).",
        ),
        Lacking::Day => lang.pick(
            "期日は今日から2年以内の日にしてください（--until）。",
            "The day must lie ahead, and within two years (--until).",
        ),
    }
}

fn refused(refused: Refused, lang: Lang) -> &'static str {
    match refused {
        Refused::NothingSeen => lang.pick(
            "実測の値がないため、そのまま台帳に反映できません。正しい値を指定してください（daicho decide correct --set 項目=値）。",
            "The network shows no value to take over. Say what is right (daicho decide correct --set FIELD=VALUE).",
        ),
        Refused::NoRow => lang.pick(
            "この所見には、直す台帳の行がありません。",
            "This finding is about no row that could be changed.",
        ),
        Refused::SeveralRows => lang.pick(
            "台帳の行が複数あります。どの行かを指定してください（--row 行番号）。",
            "It is about several rows. Say which (--row LINE).",
        ),
        Refused::NoSuchRow => lang.pick(
            "この所見に、その行番号の台帳の行はありません（--row）。",
            "The finding is about no row in that line (--row).",
        ),
        Refused::NothingSaid => lang.pick(
            "修正する項目と値を指定してください（--set 項目=値、Excelでは「修正内容」の列）。",
            "Say which cell is to say what (--set FIELD=VALUE; in Excel, the column Correction).",
        ),
    }
}

/// What is wrong with one cell of a workbook.
pub fn misfilled(problem: &Misfilled, lang: Lang) -> String {
    let Misfilled { sheet, row, column, found, what } = problem;
    let (sheet, found) = (shown(sheet), shown(found));
    let why = match what {
        What::Decision => lang
            .pick(
                "選択肢（登録・修正・保留・依頼・完了・取消）から選んでください。",
                "choose one of the list: register, correct, set aside, assign, close, take back.",
            )
            .to_owned(),
        What::NoDecision => lang
            .pick(
                "「判断」の列が空です。判断を選ぶか、この記入を消してください。",
                "the decision is empty. Choose one, or clear this cell.",
            )
            .to_owned(),
        What::Day => lang
            .pick(
                "日付として読めません。「2026/12/31」の形で記入してください。",
                "this is no day. Write it as 2026/12/31.",
            )
            .to_owned(),
        What::NoDay => lang.pick("保留には期日が必要です。", "to set aside needs a day.").to_owned(),
        What::NoAssignee => lang
            .pick("依頼には担当（部門または事業者）が必要です。", "to assign needs a department or vendor.")
            .to_owned(),
        What::Correction => lang
            .pick(
                "「状態=廃棄」のように、台帳の項目名と値を「=」でつないで記入してください。",
                "write FIELD=VALUE, with a heading of the ledger.",
            )
            .to_owned(),
        What::Finding => lang
            .pick(
                "この所見IDの所見はありません。この列は書き換えないでください。",
                "there is no such finding. Leave this column as it was.",
            )
            .to_owned(),
        What::Stale => lang
            .pick(
                "この所見の内容は、一覧を書き出した後に変わりました。新しい findings.xlsx で確認して判断してください。",
                "the finding says something else by now. Look at a new findings.xlsx, and decide there.",
            )
            .to_owned(),
        What::Twice => lang
            .pick(
                "同じ所見が、上の行にもあります。片方を消してください。",
                "the same finding stands in a row above. Clear one of them.",
            )
            .to_owned(),
        What::Objection(objection) => self::objection(*objection, lang),
    };
    match lang {
        Lang::Ja => format!("シート『{sheet}』{row}行目 {column}列: 『{found}』 {why}"),
        Lang::En => format!("sheet “{sheet}”, row {row}, column {column}: “{found}”: {why}"),
    }
}

/// One row of the log.
pub fn log_row(row: &LogRow, lang: Lang) -> String {
    let hash: String = row.hash.chars().take(12).collect();
    [row.number.to_string(), clock(row.at), shown(&row.who), deed(&row.deed, lang), hash].join("\t")
}

fn deed(deed: &Deed, lang: Lang) -> String {
    match deed {
        Deed::Device { key, about, before, after, note } => {
            let what = crate::render::words::device::about(*about, lang);
            let none = lang.pick("なし", "none");
            let (before, after) = (before.as_deref().unwrap_or(none), after.as_deref().unwrap_or(none));
            let said = note.as_deref().map(|note| format!("\t{}", shown(note))).unwrap_or_default();
            format!("{}\t{what}: {} → {}{said}", shown(key), shown(before), shown(after))
        }
        Deed::Finding(review) => self::review(review, lang),
        Deed::Withdrawn { enquiry, vendor, why } => super::vendor::withdrawal(*enquiry, vendor, why, lang),
    }
}

fn review(review: &Review, lang: Lang) -> String {
    let mut parts = vec![format!(
        "{}: {} → {}",
        action(&review.action, lang),
        standing::state_of(&review.before, lang),
        standing::state_of(&review.after, lang)
    )];
    let named = |ja: &str, en: &str, text: &str| format!("{}: {}", lang.pick(ja, en), shown(text));
    parts.extend(review.reason.as_deref().map(|reason| named("理由", "reason", reason)));
    parts.extend(review.approver.as_deref().map(|approver| named("承認", "approved by", approver)));
    parts.extend(review.rule.as_deref().map(|rule| named("規則", "rule", rule)));
    parts.extend(review.amendments.iter().flat_map(|one| amendment(one, lang)));
    format!("{}\t{}", shown(&review.finding), parts.join(lang.pick("、", "; ")))
}

fn action(action: &Action, lang: Lang) -> String {
    let day = |day: &jiff::civil::Date| date::day(*day, lang);
    match action {
        Action::Accept => lang.pick("台帳に登録", "registered").to_owned(),
        Action::Correct => lang.pick("台帳を修正", "corrected").to_owned(),
        Action::Ignore { until } => {
            lang.pick(format!("保留（{}まで）", day(until)), format!("set aside until {}", day(until)))
        }
        Action::Assign { to, .. } => lang.pick(format!("{}へ依頼", shown(to)), format!("assigned to {}", shown(to))),
        Action::Comment => lang.pick("コメント", "remark").to_owned(),
        Action::Close => lang.pick("完了", "closed").to_owned(),
        Action::Reopen => lang.pick("判断の取り消し", "taken back").to_owned(),
    }
}

/// A rule of the settings chose findings that it may not decide.
pub fn powerless(rule: &str, findings: usize, lang: Lang) -> String {
    let rule = shown(rule);
    lang.pick(
        format!("規則『{rule}』に当てはまる所見 {findings}件は、期日が過ぎたか承認者がないなどのため、規則では判断していません。daicho.toml の [[decide]] を確かめてください。"),
        format!("The rule “{rule}” chose {findings} findings that it may not decide, e.g. because its day has passed or nobody approved it; see [[decide]] in daicho.toml."),
    )
}

/// Whether the log is whole, and what that proves.
pub fn verified(verified: &Verified, heads: usize, unreadable: usize, lang: Lang) -> String {
    let Verified { rows, head, broken, unknown_heads, unnoted, unguarded } = verified;
    let mut lines = vec![];
    if let Some(broken) = broken {
        let how = breach(broken.how, lang);
        lines.push(match lang {
            Lang::Ja => format!("判断の記録は改変されています。最初に合わない行: {}行目（{how}）", broken.row),
            Lang::En => format!("The log was changed. The first row that does not fit: {} ({how})", broken.row),
        });
    }
    for head in unknown_heads {
        lines.push(match lang {
            Lang::Ja => format!("控えにある末尾 {}:{} が記録にありません。末尾の行が削除されたか、記録全体が作り直されています。", head.number, head.hash),
            Lang::En => format!("The end {}:{} that was written down is not in the log: rows at its end were taken away, or all of it was made anew.", head.number, head.hash),
        });
    }
    lines.extend(doubts(*unnoted, *unguarded, unreadable, lang));
    if lines.is_empty() {
        lines.push(lang.pick(
            format!("判断の記録 {rows}行はすべて連続しており、控えの末尾 {heads}件とも一致しました。"),
            format!("All {rows} rows of the log fit together, and so do the {heads} ends that were written down."),
        ));
        lines.extend(head.as_ref().map(|head| format!("{}: {}:{}", lang.pick("末尾", "end"), head.number, head.hash)));
        lines.push(lang.pick(
            "この検証で分かるのは、途中の行の変更・削除・挿入・入れ替えがないことです。末尾の行の削除や記録全体の作り直しは、別の場所に残した末尾（印刷した報告書など）を --head で照合したときにだけ分かります。",
            "This proves that no row within was edited, taken out, put in or moved. That no row at the end was taken away, and that not all of it was made anew, only shows against an end kept elsewhere, e.g. in a printed report (--head).",
        ).to_owned());
    }
    lines.join("\n")
}

/// Rows that follow from the rows before, and that this program need not have written all the same.
fn doubts(unnoted: i64, unguarded: bool, unreadable: usize, lang: Lang) -> Vec<String> {
    let mut doubts = vec![];
    if unnoted > 0 {
        doubts.push(lang.pick(
            format!("最後の{unnoted}行は、控え（data/log-heads.txt）に末尾が記されていません。このプログラム以外が書き加えたか、控えが失われています。"),
            format!("The end of the last {unnoted} rows was not written down (data/log-heads.txt): something else than this program added them, or what was written down is lost."),
        ));
    }
    if unreadable > 0 {
        doubts.push(lang.pick(
            format!("控え（data/log-heads.txt）に、読めない行が{unreadable}行あります。書き換えられています。"),
            format!("{unreadable} lines of data/log-heads.txt cannot be read: it was changed."),
        ));
    }
    if unguarded {
        doubts.push(
            lang.pick(
                "記録を守る仕組み（トリガー）が、作られたときのままではありません。",
                "What guards the log (its triggers) is not as it was made.",
            )
            .to_owned(),
        );
    }
    doubts
}

fn breach(breach: Breach, lang: Lang) -> &'static str {
    match breach {
        Breach::Missing => lang.pick("これより前の行が欠けています", "rows before it are missing"),
        Breach::Order => lang.pick(
            "前の行につながっていません。前の行が変更されたか、行が挿入・削除・入れ替えられています",
            "it does not follow the row before, which was changed, or rows were put in, taken out or moved",
        ),
        Breach::Content => lang.pick("内容が記録時と違います", "its content is not what was written"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::review::filter::Filter;

    #[test]
    fn a_filter_in_japanese_is_the_one_in_english() {
        for (ja, en) in [
            ("種別=台帳未登録 分類=端末PC セグメント=10.20.1.0/24", "code=not_in_ledger class=pc segment=10.20.1.0/24"),
            (
                "種別=所在不明,属性不一致 重大度!=情報 部門~検査",
                "code=not_found,mismatch severity!=info department~検査",
            ),
            ("項目=状態 判断=未判断 文字~電子カルテ", "field=status state=open text~電子カルテ"),
            ("部門=\"検査科 生理\"", "department=\"検査科 生理\""),
        ] {
            assert_eq!(filter(ja).parse::<Filter>(), en.parse(), "{ja}");
            assert_eq!(filter(en).parse::<Filter>(), en.parse(), "{en}");
        }
    }
}
