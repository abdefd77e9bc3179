//! What people decided about a finding, in words.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::phrase::shown;
use super::{Lang, date, fixed, hint, hypothesis};
use crate::judge::asset::Class;
use crate::judge::graded::Sign;
use crate::judge::review::facts::{Changed, Fact};
use crate::judge::review::standing::{Back, Said, Standing, State};

/// The state in one word.
pub fn state(state: &State, lang: Lang) -> &'static str {
    state_of(state.code(), lang)
}

/// The same, by its code, as the log has it.
pub fn state_of(code: &str, lang: Lang) -> &'static str {
    match code {
        "accepted" => lang.pick("台帳に登録", "registered"),
        "corrected" => lang.pick("台帳を修正", "corrected"),
        "ignored" => lang.pick("保留", "set aside"),
        "assigned" => lang.pick("担当へ依頼", "assigned"),
        "closed" => lang.pick("完了", "closed"),
        "reopened" => lang.pick("再開", "reopened"),
        _ => lang.pick("未判断", "undecided"),
    }
}

/// Every decision that can be filled into the workbook, with its words in Japanese and English.
pub const CHOICES: [(&str, &str, &str); 6] = [
    ("accept", "登録", "register"),
    ("correct", "修正", "correct"),
    ("ignore", "保留", "set aside"),
    ("assign", "依頼", "assign"),
    ("close", "完了", "close"),
    ("reopen", "取消", "take back"),
];

/// The words of a language, for a list.
pub fn choices(lang: Lang) -> [&'static str; 6] {
    CHOICES.map(|(_, ja, en)| lang.pick(ja, en))
}

/// The action that a word means, in whatever language it was filled in.
pub fn chosen(word: &str) -> Option<&'static str> {
    let word = crate::judge::review::filter::fold(word);
    let means = |(code, ja, en): &&(&str, &str, &str)| [*code, *ja, *en].contains(&word.as_str());
    CHOICES.iter().find(means).map(|(code, _, _)| *code)
}

/// State, day, addressee, who and why: `保留（2026年12月31日（木）まで、山田、理由: …）`.
pub fn standing(standing: &Standing, tz: &TimeZone, lang: Lang) -> String {
    let word = state(&standing.state, lang);
    let mut parts = match &standing.state {
        State::Ignored { until } => vec![last(*until, lang)],
        State::Assigned { to, until } => std::iter::once(shown(to)).chain(until.map(|day| last(day, lang))).collect(),
        State::Reopened { why } => why.iter().map(|why| back(why, lang)).collect(),
        State::Undecided | State::Accepted | State::Corrected | State::Closed => vec![],
    };
    if let (State::Reopened { .. }, Some(_)) = (&standing.state, &standing.decided) {
        parts.push(lang.pick("以前の判断", "decided before").to_owned());
    }
    parts.extend(standing.decided.as_ref().map(|one| said(one, tz, lang)));
    if parts.is_empty() {
        return word.to_owned();
    }
    let parts = parts.join(lang.pick("、", "; "));
    lang.pick(format!("{word}（{parts}）"), format!("{word} ({parts})"))
}

/// Who, on which day, why, and by which rule.
pub fn said(said: &Said, tz: &TimeZone, lang: Lang) -> String {
    let day = date::day(said.at.to_zoned(tz.clone()).date(), lang);
    let mut parts = vec![format!("{} {day}", shown(&said.by))];
    let named = |word: &str, text: &str| format!("{word}{}{}", lang.pick(": ", ": "), shown(text));
    parts.extend(said.reason.as_deref().map(|reason| named(lang.pick("理由", "reason"), reason)));
    parts.extend(said.approver.as_deref().map(|approver| named(lang.pick("承認", "approved by"), approver)));
    parts.extend(said.rule.as_deref().map(|rule| named(lang.pick("規則", "rule"), rule)));
    parts.join(lang.pick("、", ", "))
}

/// Why a finding is back.
pub fn back(back: &Back, lang: Lang) -> String {
    match back {
        Back::Day(day) => {
            let day = date::day(*day, lang);
            lang.pick(format!("期限の{day}を過ぎました"), format!("its day, {day}, has passed"))
        }
        Back::Changed(Changed::Severity { before, now }) => {
            changed(lang.pick("重大度", "severity"), fixed::severity(*before, lang), fixed::severity(*now, lang), lang)
        }
        Back::Changed(Changed::Grade { before, now }) => {
            changed(lang.pick("確度", "grade"), fixed::grade(*before, lang), fixed::grade(*now, lang), lang)
        }
        Back::Changed(Changed::Value { fact, before, now }) => {
            changed(self::fact(*fact, lang), &listed(*fact, before, lang), &listed(*fact, now, lang), lang)
        }
    }
}

fn changed(what: &str, before: &str, now: &str, lang: Lang) -> String {
    lang.pick(format!("{what}が前は『{before}』、今は『{now}』"), format!("{what} was “{before}” and is “{now}” now"))
}

fn last(day: Date, lang: Lang) -> String {
    let day = date::day(day, lang);
    lang.pick(format!("{day}まで"), format!("until {day}"))
}

/// What a value is.
pub fn fact(fact: Fact, lang: Lang) -> &'static str {
    match fact {
        Fact::Class => lang.pick("分類", "class"),
        Fact::Segment => lang.pick("セグメント", "segment"),
        Fact::Reason => lang.pick("確認できない理由", "reason for not checking"),
        Fact::Declared => lang.pick("台帳の値", "ledger value"),
        Fact::Seen => lang.pick("実測の値", "value seen"),
        Fact::Shared => lang.pick("重複した値", "shared value"),
        Fact::Found => lang.pick("セルの内容", "cell"),
        Fact::Candidates => lang.pick("候補の機器", "candidates"),
        Fact::Addresses => lang.pick("別のネットワークのIPアドレス", "addresses in another network"),
        Fact::Signs => lang.pick("外への出口の兆候", "signs of a way out"),
        Fact::Names => lang.pick("機器の名前", "names"),
        Fact::Hows => lang.pick("不自然な応答", "unnatural answers"),
        Fact::Services => lang.pick("用途の説明がないサービス", "services without an explanation"),
        Fact::Ways => lang.pick("管理用の受け口", "ways of management"),
        Fact::Product => lang.pick("OS", "system"),
    }
}

fn listed(fact: Fact, values: &BTreeSet<String>, lang: Lang) -> String {
    if values.is_empty() {
        return lang.pick("なし", "none").to_owned();
    }
    let word = |value: &String| match fact {
        Fact::Class => {
            value.parse::<Class>().map_or_else(|_| shown(value), |class| fixed::class(class, lang).to_owned())
        }
        Fact::Signs => sign(value).map_or_else(|| shown(value), |sign| hypothesis::sign(sign, lang).to_owned()),
        Fact::Services => hint::service(value, lang),
        Fact::Ways => hint::way(value),
        _ => shown(value),
    };
    values.iter().map(word).collect::<Vec<_>>().join(lang.pick("、", ", "))
}

fn sign(value: &str) -> Option<Sign> {
    serde_json::from_value(serde_json::Value::String(value.to_owned())).ok()
}
