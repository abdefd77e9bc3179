//! The workbook and the letters for vendors, in words: business Japanese, and the same in English.

use jiff::civil::Date;

use super::phrase::shown;
use super::{Lang, date};
use crate::judge::entry::{Field, Ledger};
use crate::judge::vendor::{self, Subject};
use crate::vendor::questions::Page;
use crate::vendor::reading::Wrong;
use crate::vendor::status::{Chase, State};

/// What stands in fixed places of the workbook.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    /// Name of the cover's tab.
    pub cover: &'static str,
    /// Title.
    pub title: &'static str,
    /// 照会番号.
    pub number: &'static str,
    /// 宛先.
    pub to: &'static str,
    /// 照会元.
    pub from: &'static str,
    /// 担当.
    pub contact: &'static str,
    /// 照会日.
    pub asked: &'static str,
    /// 回答期限.
    pub due: &'static str,
    /// 回答者.
    pub answered_by: &'static str,
    /// 回答日.
    pub answered_on: &'static str,
    /// The paragraph that asks.
    pub intro: &'static str,
    /// Heading of what follows.
    pub how: &'static str,
    /// How to fill it in, a line each.
    pub rules: &'static [&'static str],
    /// Heading of the list of sheets.
    pub sheets: &'static str,
    /// Name of the tab of what was seen.
    pub seen: &'static str,
    /// Heading of the keys.
    pub key: &'static str,
    /// Above the known columns: of whom they are.
    pub ours: &'static str,
    /// What the hospital has on record.
    pub record: &'static str,
    /// The row about everything else.
    pub whole: &'static str,
    /// A system without a name.
    pub all_products: &'static str,
    /// The note above what was seen.
    pub seen_note: &'static str,
    /// The device did not answer.
    pub silent: &'static str,
    /// Nothing of the kind was seen there.
    pub nothing: &'static str,
    /// Columns of known things: 管理番号と名前, 区分, 設置場所と部門, メーカーと型番とシリアル番号, アドレス, OS, ソフトウェア.
    pub known: [&'static str; 7],
    /// Before the time of the scan.
    pub scanned: &'static str,
    /// Columns of what was seen: 種類, 内容, 確からしさ, 最後に見えた日時.
    pub traces: [&'static str; 4],
    /// 対象.
    pub subject: &'static str,
    /// 所在.
    pub place: &'static str,
    /// システム・製品.
    pub system: &'static str,
}

/// The words of a language.
pub fn form(lang: Lang) -> &'static Form {
    lang.pick(&JA, &EN)
}

static JA: Form = Form {
    cover: "照会票",
    title: "医療情報システムの機器およびリモートメンテナンスに関する照会",
    number: "照会番号",
    to: "宛先",
    from: "照会元",
    contact: "当院の担当",
    asked: "照会日",
    due: "回答期限",
    answered_by: "回答者（会社・部署・氏名）",
    answered_on: "回答日",
    intro: "平素より当院の医療情報システムの保守にご協力いただき、厚くお礼申し上げます。当院では、「医療機関におけるサイバーセキュリティ対策チェックリスト」の 2-(1) 機器台帳、2-(2) リモートメンテナンス、2-(3) MDS/SDS の確認のため、貴社が担当される機器・システムについて照会いたします。お忙しいところ恐れ入りますが、回答期限までにご記入のうえ、このブックをそのままご返送くださいますようお願い申し上げます。",
    how: "記入のしかた",
    rules: &[
        "黄色の欄にご記入ください。そのほかの欄は当院の記録です。実際と異なる場合は「相違・備考」の欄でお知らせください。",
        "有無などの欄は、一覧の4つから選んでください。「有」= ある、「無」= ないことを確認した、「不明」= 確認できていない（備考に確認できる予定日をご記入ください）、「契約なし（記入不要）」= その契約がない（その行のほかの欄は記入不要です）。",
        "リモートメンテナンスとは、機器やシステムの保守や運用を行うにあたって、遠隔で医療情報システムに接続し、作業を行う仕組み全般のことです。常時の監視、LTEや5GなどのSIMを装着したモバイルルーターによる接続も含みます。",
        "左端の「記号」の列と、見出しの下の隠れた行は変更しないでください。行の並べ替えは差し支えありません。回答できない行は空欄のままにしてください。",
        "下の「回答者」と「回答日」も必ずご記入ください。",
    ],
    sheets: "シートの構成",
    seen: "当院で観測した内容",
    key: "記号",
    ours: "当院の記録",
    record: "当院の記録",
    whole: "上記のほかに貴社が院内に設置・管理する機器や回線（VPN装置、LTE・5Gルーターなど）",
    all_products: "（貴社の製品・サービス全体）",
    seen_note: "当院のネットワークを調べた際に、貴社の担当機器で見えた内容です。記入は不要です。リモートメンテナンスの回答と異なる場合は、備考の欄でご説明ください。医療機器などには動作への影響を避けてほとんど問い合わせていないため、見えていないことは、ないことの証明ではありません。",
    silent: "この調査では見えませんでした（応答なし、または調査の範囲外）",
    nothing: "外部からの保守に使える仕組みは見えませんでした",
    known: [
        "管理番号・名前",
        "機器区分",
        "設置場所・部門",
        "メーカー・型番・シリアル番号",
        "IP・MACアドレス",
        "OS",
        "ソフトウェア",
    ],
    scanned: "調査日時: ",
    traces: ["種類", "内容", "確からしさ", "最後に見えた日時"],
    subject: "対象",
    place: "所在",
    system: "システム・製品",
};

static EN: Form = Form {
    cover: "Enquiry",
    title: "Enquiry about devices of medical information systems and their remote maintenance",
    number: "Enquiry number",
    to: "To",
    from: "From",
    contact: "Our contact",
    asked: "Date",
    due: "Answer by",
    answered_by: "Answered by (company, department, name)",
    answered_on: "Answered on",
    intro: "Thank you for maintaining medical information systems of our hospital. For items 2-(1) equipment ledger, 2-(2) remote maintenance and 2-(3) MDS/SDS of the ministry's checklist of cybersecurity measures, we ask about the devices and systems in your charge. Please fill in this workbook by the day below and send it back as it is.",
    how: "How to fill it in",
    rules: &[
        "Fill in the yellow cells. The others are our own record; where it differs from what is there, say so under “Differences, remarks”.",
        "Where a list is offered, choose one of the four: “yes”; “no”: you made sure that there is none; “unknown”: not confirmed yet (write under remarks when it will be); “no contract”: there is no such contract (leave the other cells of the row empty).",
        "Remote maintenance is every way of connecting to a medical information system from afar to maintain or run it, permanent monitoring and mobile routers with LTE or 5G included.",
        "Do not change the column “Key” and the hidden row below the headings. Rows may be sorted. Leave rows empty that you cannot answer.",
        "Fill in “Answered by” and “Answered on” below, too.",
    ],
    sheets: "Sheets",
    seen: "What we saw",
    key: "Key",
    ours: "Our record",
    record: "Our record",
    whole: "Any other device or line of yours in the hospital (VPN device, LTE or 5G router …)",
    all_products: "(all of your products and services)",
    seen_note: "What was seen at the devices in your charge when we looked at our network. There is nothing to fill in. Where it differs from your answers on remote maintenance, please explain under remarks. Medical devices and their like were hardly asked, so as not to upset them: that something was not seen does not prove that it is not there.",
    silent: "not seen this time (no answer, or not looked at)",
    nothing: "nothing that serves maintenance from outside was seen",
    known: ["Number, name", "Kind", "Place, department", "Maker, model, serial number", "Addresses", "OS", "Software"],
    scanned: "Scanned: ",
    traces: ["Kind", "What", "How sure", "Last seen"],
    subject: "About",
    place: "Place",
    system: "System or product",
};

/// Name of a tab.
pub fn page(page: Page, lang: Lang) -> &'static str {
    match page {
        Page::Devices => lang.pick("対象機器", "Devices"),
        Page::Remote => lang.pick("リモートメンテナンス", "Remote maintenance"),
        Page::Disclosure => lang.pick("MDS・SDS", "MDS-SDS"),
    }
}

/// What a sheet is for, in the list of the cover.
pub fn page_about(page: Page, lang: Lang) -> &'static str {
    match page {
        Page::Devices => lang.pick(
            "貴社の担当機器の一覧。記載の確認と、版などの記入",
            "the devices in your charge: confirm our record, add versions",
        ),
        Page::Remote => lang.pick("リモートメンテナンスの有無と内容", "whether there is remote maintenance, and how"),
        Page::Disclosure => lang.pick("医療情報セキュリティ開示書の提出", "security disclosure statements"),
    }
}

/// The addressee.
pub fn addressee(vendor: &str, lang: Lang) -> String {
    lang.pick(format!("{} 御中", shown(vendor)), shown(vendor))
}

/// What an answer is about: a device's number and name, a path of the register, a system, everything else.
pub fn subject(subject: &Subject, ledger: &Ledger, lang: Lang) -> String {
    if *subject == Subject::whole() {
        return lang.pick("そのほかの機器・回線", "any other device or line").to_owned();
    }
    if let Some(name) = subject.system_name() {
        return if name.is_empty() {
            lang.pick("製品・サービス全体", "all products").to_owned()
        } else {
            shown(name)
        };
    }
    let row = ledger.entries.iter().find(|row| row.id.0 == subject.0);
    let of_row = row.map(|row| [row.asset_no.clone(), row.hostname.clone().or_else(|| row.model.clone())]);
    let record = ledger.records.iter().find(|record| record.id.0 == subject.0);
    let of_record = || {
        let text = |field| record.and_then(|record| vendor::text(record, field));
        [text(Field::SystemName), text(Field::AssetNo)]
    };
    let named: Vec<String> = of_row.unwrap_or_else(of_record).iter().flatten().map(|text| shown(text)).collect();
    if named.is_empty() {
        shown(subject.0.split_once(':').map_or(&subject.0, |(_, rest)| rest))
    } else {
        named.join(" ")
    }
}

/// A hospital whose name nobody set.
pub fn no_hospital(lang: Lang) -> &'static str {
    lang.pick("（病院名）", "(hospital)")
}

/// What is wrong with a cell, and what to do.
#[allow(clippy::too_many_lines, reason = "a catalogue: one sentence a kind")]
pub fn wrong(wrong: Wrong, lang: Lang) -> &'static str {
    match wrong {
        Wrong::CoverGone => lang.pick(
            "照会番号がありません（表紙のシート『照会票』がないか、番号が消えています）。送った照会票のすべてのシートを1つのブックで返送してもらってください。",
            "there is no enquiry number: the cover is gone, or its number. Have all sheets of the workbook sent back in one.",
        ),
        Wrong::NoSuchEnquiry => lang.pick(
            "この照会番号の照会は記録にありません。この病院が送った照会票か、照会番号が書き換えられていないかを確認してください。",
            "no enquiry of this number was written here. Is it one of this hospital, and was the number changed?",
        ),
        Wrong::OtherVendor => lang.pick(
            "照会した事業者と宛先が異なります。別の事業者の照会票に記入していないか確認してください。",
            "the addressee is another than the vendor that was asked. Was another vendor's workbook filled in?",
        ),
        Wrong::OtherEnquiry => lang.pick(
            "この行は別の照会票のものです。ほかの照会票から貼り付けた行を取り除いてください。",
            "this row belongs to another enquiry. Take out rows that were pasted from another workbook.",
        ),
        Wrong::KeyAltered => lang.pick(
            "この照会票の記号ではありません。記号が書き換えられたか、別の病院の照会票です。送った照会票の記号に戻してください。",
            "this is no key of this enquiry: it was changed, or the workbook is another hospital's. Put back the one that was sent.",
        ),
        Wrong::KeyMissing => lang.pick(
            "記号のない行に記入があります。足したい機器や回線は「上記のほかに…」の行に記入してください。",
            "a row without a key is filled in. Write further devices or lines into the row for any other.",
        ),
        Wrong::Twice => lang.pick(
            "同じ記号の行が上にもあります。片方を消してください。",
            "the same key stands in a row above. Clear one of them.",
        ),
        Wrong::CodesGone => lang.pick(
            "このシートは、見出しの下の隠れた行、左端の「記号」の列、または最初の質問の列が消えているため読み取れません。送った照会票に記入し直してもらってください。",
            "this sheet cannot be read: the hidden row below its headings, its column “Key”, or the column of its first question is gone. Have it filled in again in the workbook that was sent.",
        ),
        Wrong::NoColumn => lang.pick(
            "この列は読み取れません（照会票にない列か、見出しの下の隠れた符号が消えた列です）。内容を照会票の欄（備考など）に移し、この列の記入を消してください。",
            "this column cannot be read: it is none of those that were sent, or its hidden code is gone. Move what it says into a column of the workbook (e.g. remarks), and clear it.",
        ),
        Wrong::Formula => lang.pick(
            "計算式の結果がありません。計算式ではなく、値を記入してください。",
            "this formula has no result. Write the value itself.",
        ),
        Wrong::RowsCut => lang.pick(
            "このブックは大きすぎるため、この行から先を読み取れません。照会票にないシートや行を取り除いてください。",
            "the workbook is too large: nothing was read from this row on. Take out sheets and rows that were not sent.",
        ),
        Wrong::Answer => lang.pick(
            "一覧（有・無・不明・契約なし（記入不要））から選んでください。",
            "choose one of the list: yes, no, unknown, no contract.",
        ),
        Wrong::Choice => lang.pick("一覧から選んでください。", "choose one of the list."),
        Wrong::Day => lang.pick(
            "日付として読めません。「2026/3/31」の形で記入してください。",
            "this is no day. Write it as 2026/3/31.",
        ),
        Wrong::DayAhead => lang.pick("今日より後の日付です。", "this day has not come yet."),
        Wrong::DayBefore => lang.pick(
            "回答日が照会日より前です。以前の回答を写していないかを確認し、実際に回答した日に直してもらってください。",
            "this day lies before the enquiry. Were earlier answers copied? Have it corrected to the day of this answer.",
        ),
        Wrong::Conflict => lang.pick(
            "同じ対象の同じ質問に、別の欄では異なる回答があります。どちらが正しいかを事業者に確かめ、片方を消してください。",
            "another cell answers the same question about the same thing otherwise. Ask the vendor which is right, and clear one.",
        ),
        Wrong::TooLong => lang.pick(
            "長すぎます。512文字までにし、残りは別の資料として添付してもらってください。",
            "this is too long: at most 512 characters; the rest belongs into a paper of its own.",
        ),
        Wrong::NoAnswer => lang.pick(
            "有無が空欄のまま、ほかの欄に記入があります。有無を選んでください。",
            "other cells of the row are filled in, and this one is not: choose whether there is any.",
        ),
        Wrong::NoPerson => lang.pick("回答者の記入が必要です。", "who answered must be said."),
        Wrong::Nothing => lang.pick("どの行にも回答がありません。", "no row is answered."),
    }
}

/// Headings of the chase list.
pub const CHASE: [(&str, &str); 9] = [
    ("事業者", "vendor"),
    ("状況", "state"),
    ("照会日", "asked"),
    ("期限", "due"),
    ("経過日数", "days"),
    ("回答", "answered"),
    ("受領日", "received"),
    ("食い違い", "contradicted"),
    ("機器", "devices"),
];

/// Where a vendor stands.
pub fn state(line: &Chase, lang: Lang) -> &'static str {
    match line.state {
        State::NotAsked => lang.pick("未照会", "not asked"),
        State::Waiting => lang.pick("回答待ち", "waiting"),
        State::Overdue => lang.pick("期限超過", "overdue"),
        State::Unconfirmed if line.answered == 0 => lang.pick("回答あり・不明のみ", "replied, all unknown"),
        State::Unconfirmed => lang.pick("回答あり・不明が残る", "replied, some unknown"),
        State::Added => lang.pick("回答後に加わった機器あり", "answered; devices added since"),
        State::Outdated => lang.pick("再確認が必要", "to be asked again"),
        State::Answered => lang.pick("回答済み", "answered"),
        State::NoContract => lang.pick("契約なし（記入不要）", "no contract"),
    }
}

/// How many rows are confirmed, of how many, and how many are 不明.
pub fn answered(line: &Chase, lang: Lang) -> String {
    match (line.enquiry, line.unknown) {
        (None, _) => "-".to_owned(),
        (_, 0) => format!("{}/{}", line.answered, line.rows),
        (_, unknown) => lang.pick(
            format!("{}/{}（不明{unknown}）", line.answered, line.rows),
            format!("{}/{} ({unknown} unknown)", line.answered, line.rows),
        ),
    }
}

/// Its devices, and how many of them came later than every enquiry.
pub fn devices(line: &Chase, lang: Lang) -> String {
    match line.added {
        0 => line.devices.to_string(),
        added => lang
            .pick(format!("{}（未照会{added}）", line.devices), format!("{} ({added} not asked about)", line.devices)),
    }
}

/// That rows of an enquiry can never be answered; nothing where none is gone.
pub fn gone(line: &Chase, lang: Lang) -> Option<String> {
    let number = line.enquiry.filter(|_| line.gone > 0)?;
    let (vendor, gone) = (shown(&line.vendor), line.gone);
    Some(lang.pick(
        format!("{vendor}: 照会番号 {number:04} の未回答のうち{gone}行は、廃棄済みか、台帳にない機器・システムについてのものです。回答を待たないときは daicho vendor withdraw {number} --reason TEXT で取り下げます。"),
        format!("{vendor}: {gone} unanswered rows of enquiry {number:04} are about devices or systems that are retired or not in the ledger any more. To wait no longer: daicho vendor withdraw {number} --reason TEXT."),
    ))
}

/// Where somebody is to be named whom nobody set.
pub fn blank_contact(lang: Lang) -> &'static str {
    lang.pick("＿＿＿＿＿＿＿＿（担当部署・氏名）", "____________________ (department, name)")
}

/// A letter that reminds a vendor; nothing where nothing is open.
pub fn reminder(chase: &Chase, hospital: &str, contact: &str, lang: Lang) -> Option<String> {
    let (asked, due, number) = (chase.asked?, chase.due?, chase.enquiry?);
    let open = chase.rows.saturating_sub(chase.answered + chase.unknown);
    if open + chase.unknown == 0 {
        return None;
    }
    let late = chase.state == State::Overdue;
    let (vendor, unknown) = (shown(&chase.vendor), chase.unknown);
    let letter = Letter { number, asked, due, open, unknown, late, vendor, hospital, contact };
    Some(lang.pick(letter.ja(), letter.en()))
}

struct Letter<'a> {
    number: i64,
    asked: Date,
    due: Date,
    open: usize,
    unknown: usize,
    late: bool,
    vendor: String,
    hospital: &'a str,
    contact: &'a str,
}

impl Letter<'_> {
    fn ja(&self) -> String {
        let Self { number, open, unknown, vendor, hospital, contact, .. } = self;
        let (asked, due) = (date::day(self.asked, Lang::Ja), date::day(self.due, Lang::Ja));
        let state = match open {
            0 => format!(
                "ご回答をありがとうございました。このうち{unknown}行が「不明」とのことでしたので、その後の状況をお尋ねいたします。"
            ),
            _ if self.late => {
                format!("回答期限（{due}）を過ぎておりますが、{open}行のご回答をまだ頂戴しておりません。")
            }
            _ => format!("{open}行のご回答をまだ頂戴しておりません。回答期限は{due}です。"),
        };
        let unclear = match (open, unknown) {
            (0, _) | (_, 0) => String::new(),
            _ => {
                format!("また、「不明」とご回答いただいた{unknown}行につきましても、その後の状況をお知らせください。\n")
            }
        };
        format!(
            "件名: 【{hospital}】医療情報システムの機器およびリモートメンテナンスに関する照会について（照会番号 {number:04}）\n\n\
             {vendor}\nご担当者様\n\n\
             いつもお世話になっております。{hospital}の{contact}でございます。\n\n\
             {asked}にお送りいたしました標記の照会（照会番号 {number:04}）につきまして、{state}\n{unclear}\
             ご多用のところ誠に恐れ入りますが、ご確認のうえ、照会票をご返送くださいますようお願い申し上げます。\n\
             ご回答の難しい項目がございましたら、該当の欄で「不明」をお選びいただき、確認できる予定日を備考にご記入のうえ、\
             いったんお送りいただければ幸いです。\n\n\
             なお、行き違いで既にお送りいただいておりましたら、何卒ご容赦ください。\n\
             ご不明な点がございましたら、本メールへの返信にてお知らせください。\n\n\
             何卒よろしくお願い申し上げます。\n\n{hospital}\n{contact}\n"
        )
    }

    fn en(&self) -> String {
        let Self { number, open, unknown, vendor, hospital, contact, .. } = self;
        let (asked, due) = (date::day(self.asked, Lang::En), date::day(self.due, Lang::En));
        let state = match open {
            0 => format!(
                "Thank you for your reply. {unknown} rows of it are “unknown”: may we ask what was found since?"
            ),
            _ if self.late => format!("The answer was expected by {due}; {open} rows are still open."),
            _ => format!("{open} rows are still open; the answer is expected by {due}."),
        };
        let unclear = match (open, unknown) {
            (0, _) | (_, 0) => String::new(),
            _ => format!("{unknown} rows that you answered are “unknown”: please tell us what was found since.\n"),
        };
        format!(
            "Subject: {hospital}: enquiry about devices and remote maintenance (number {number:04})\n\n\
             To {vendor}\n\nDear Sir or Madam,\n\n\
             on {asked} we sent you an enquiry about the devices in your charge and their remote maintenance \
             (number {number:04}). {state}\n{unclear}\
             We would be grateful if you could fill in the workbook and send it back. Where something cannot be \
             answered yet, please choose “unknown”, write under remarks when it will be known, and send the rest.\n\n\
             If your answer is already on its way, please disregard this letter. For any question, simply reply.\n\n\
             Yours faithfully,\n\n{contact}\n{hospital}\n"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chase(answered: usize) -> Chase {
        let day = jiff::civil::date(2026, 4, 1);
        Chase {
            vendor: "株式会社B社".into(),
            devices: 3,
            asked: Some(day),
            enquiry: Some(7),
            due: Some(jiff::civil::date(2026, 5, 1)),
            rows: 5,
            answered,
            unknown: 0,
            gone: 0,
            added: 0,
            received: None,
            contradictions: 0,
            days: Some(40),
            state: State::Overdue,
        }
    }

    #[test]
    fn a_reminder_names_vendor_number_days_and_what_is_open() {
        let text = reminder(&chase(2), "見本総合病院", "医療情報室 山田", Lang::Ja).unwrap();
        for part in ["株式会社B社", "0007", "2026年4月1日（水）", "2026年5月1日（金）", "3行", "見本総合病院"]
        {
            assert!(text.contains(part), "{part}: {text}");
        }
        let text = reminder(&chase(2), "Sample Hospital", "IT office", Lang::En).unwrap();
        for part in ["株式会社B社", "0007", "Wed 1 Apr 2026", "Fri 1 May 2026", "3 rows", "Sample Hospital"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert_eq!(reminder(&chase(5), "x", "y", Lang::Ja), None);
        let unknown = Chase { unknown: 3, state: State::Unconfirmed, ..chase(2) };
        let text = reminder(&unknown, "x", "y", Lang::Ja).unwrap();
        assert!(text.contains("3行が「不明」") && !text.contains("まだ頂戴して"), "{text}");
        let both = reminder(&Chase { unknown: 1, ..chase(2) }, "x", "y", Lang::En).unwrap();
        assert!(both.contains("2 rows are still open") && both.contains("1 rows that you answered"), "{both}");
    }
}
