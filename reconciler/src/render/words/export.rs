//! Writing the ledger back: what stands in the notes and on the added sheet, and why a cell was left as it was.

use jiff::tz::TimeZone;

use super::{Lang, date, problem};
use crate::export::{Changes, Outcome, Refusal, Told, Wording};
use crate::render::xlsx::neutral;

/// The words of one export.
#[derive(Debug, Clone)]
pub struct Words {
    /// The language.
    pub lang: Lang,
    /// The time zone in which moments are written.
    pub tz: TimeZone,
}

impl Wording for Words {
    fn note(&self, told: &Told) -> String {
        let (basis, lang) = (&told.basis, self.lang);
        let when = date::moment(basis.at, &self.tz, lang);
        let first = match (told.added, lang) {
            (true, Lang::Ja) => format!("行の追加 {when} {}", basis.by),
            (true, Lang::En) => format!("Row added {when}, {}", basis.by),
            (false, Lang::Ja) => format!("変更 {when} {}\n変更前: {}", basis.by, quoted(&told.before, lang)),
            (false, Lang::En) => format!("Changed {when}, {}\nBefore: {}", basis.by, quoted(&told.before, lang)),
        };
        let evidence = lang.pick("根拠: ", "Evidence: ");
        let reason = basis.reason.as_deref().map(|reason| format!("\n{}{reason}", lang.pick("理由: ", "Reason: ")));
        format!("{first}\n{evidence}{}{}", basis.evidence, reason.unwrap_or_default())
    }

    fn changes(&self, told: &[Told]) -> Changes {
        let lang = self.lang;
        let headings = match lang {
            Lang::Ja => {
                ["シート", "セル", "項目", "変更前", "変更後", "結果", "承認日時", "承認者", "理由", "根拠", "所見"]
            }
            Lang::En => [
                "Sheet",
                "Cell",
                "Column",
                "Before",
                "After",
                "Result",
                "Accepted",
                "Accepted by",
                "Reason",
                "Evidence",
                "Finding",
            ],
        };
        Changes {
            title: lang.pick("差分", "Changes").to_owned(),
            headings: headings.map(str::to_owned).to_vec(),
            rows: told.iter().map(|told| self.row(told)).collect(),
        }
    }
}

impl Words {
    fn row(&self, told: &Told) -> Vec<String> {
        let spot = told.spot.as_ref();
        let basis = &told.basis;
        let cells = [
            spot.map(|spot| spot.sheet.clone()).unwrap_or_default(),
            spot.map(crate::export::Spot::address).unwrap_or_default(),
            problem::field(told.field, self.lang).to_owned(),
            told.before.clone(),
            told.after.clone(),
            outcome(told, self.lang),
            date::moment(basis.at, &self.tz, self.lang),
            basis.by.clone(),
            basis.reason.clone().unwrap_or_default(),
            basis.evidence.clone(),
            basis.finding.clone(),
        ];
        cells.iter().map(|cell| neutral(cell)).collect()
    }
}

fn quoted(text: &str, lang: Lang) -> String {
    match (text.is_empty(), lang) {
        (true, _) => lang.pick("（空欄）", "(empty)").to_owned(),
        (false, Lang::Ja) => format!("『{text}』"),
        (false, Lang::En) => format!("“{text}”"),
    }
}

/// What became of an accepted cell, and what to do where it was not written.
pub fn outcome(told: &Told, lang: Lang) -> String {
    let ja_en: (&str, &str) = match &told.outcome {
        Outcome::Written if told.added => ("行を追加しました", "row added"),
        Outcome::Written => ("書き込みました", "written"),
        Outcome::Present => ("ファイルはすでにこの値です", "the file says so already"),
        Outcome::Conflict { found } => return conflict(found, lang),
        Outcome::Formula => (
            "数式のセルのため、書き込んでいません。数式の参照元を直してください",
            "a formula stands there; not written. Correct what it refers to",
        ),
        Outcome::Merged => (
            "結合されたセルのため、書き込んでいません。結合を解除するか、手で直してください",
            "merged cells; not written. Unmerge them or change them by hand",
        ),
        Outcome::Ditto => (
            "下の行が「〃」でこのセルを指しているため、書き込んでいません。下の行に値を記入してから、取り込み直してください",
            "the row below says “as above”, so it would change, too; not written. Write its value out, then import again",
        ),
        Outcome::SeveralCells => (
            "この項目は複数の列に分かれているため、書き込んでいません。手で直してください",
            "spread over several columns; not written. Change it by hand",
        ),
        Outcome::NoColumn => (
            "この項目の列がありません。列を追加して取り込み直すか、--official で書き出してください",
            "the table has no such column. Add it and import again, or use --official",
        ),
        Outcome::NoTable => (
            "表の下に空いている行がないため、追加していません。空行を入れてから、取り込み直してください",
            "no free row below the table; not added. Leave one free, then import again",
        ),
        Outcome::TooLong => (
            "1つのセルに入る長さ（32,767文字）を超えるため、書き込んでいません",
            "longer than a cell may be (32,767 characters); not written",
        ),
        Outcome::NotEncodable { characters } => return not_encodable(characters, lang),
        Outcome::Unplaced => (
            "セルの位置がファイルに記録されていないため、書き込んでいません。Excel で保存し直してから、取り込み直してください",
            "the file does not say where its cells stand; not written. Save it anew in Excel, then import again",
        ),
    };
    lang.pick(ja_en.0, ja_en.1).to_owned()
}

fn conflict(found: &str, lang: Lang) -> String {
    let found = quoted(&daicho_shared::text::bounded(found), lang);
    match lang {
        Lang::Ja => {
            format!(
                "承認したあとでセルが{found}に変わっているため、書き込んでいません。どちらが正しいか確認してください"
            )
        }
        Lang::En => format!("the cell says {found} by now; not written. Decide which of the two is right"),
    }
}

fn not_encodable(characters: &str, lang: Lang) -> String {
    let characters = daicho_shared::text::bounded(characters);
    match lang {
        Lang::Ja => format!("このファイルの文字コードに無い文字（{characters}）があるため、書き込んでいません"),
        Lang::En => format!("the file's encoding lacks {characters}; not written"),
    }
}

/// Why a file cannot be written back.
pub fn refusal(refusal: &Refusal, lang: Lang) -> String {
    if lang == Lang::En {
        return refusal.to_string();
    }
    match refusal {
        Refusal::Format => {
            "セルだけを書き換えられるのは .xlsx・.xlsm・.csv・.tsv です。この台帳は --official で書き出してください"
                .to_owned()
        }
        Refusal::Encoding { encoding } => {
            format!(
                "文字コード {encoding} の文字は、セルごとに書き換えられません。この台帳は --official で書き出してください"
            )
        }
        Refusal::Damaged { part, detail } => {
            format!("ブックの中の {part} を読めません（{detail}）。Excel で開いて保存し直し、取り込み直してください")
        }
        Refusal::Signed => {
            "デジタル署名のあるブックです。書き換えると署名が無効になるため、先に Excel で署名を外してください"
                .to_owned()
        }
        Refusal::Nothing => "このファイルについて、台帳に反映すると承認した変更はありません".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::Spot;
    use crate::judge::amendment::Basis;
    use crate::judge::entry::{EntryId, Field};

    fn told(outcome: Outcome) -> Told {
        Told {
            entry: EntryId("equipment:001".into()),
            field: Field::Hostname,
            spot: Some(Spot { sheet: "機器台帳".into(), row: 12, column: 4 }),
            added: false,
            before: "=PC1".into(),
            after: "KARTE-01".into(),
            basis: Basis {
                finding: "f-12".into(),
                at: "2026-11-20T02:14:00Z".parse().unwrap(),
                by: "情報係".into(),
                reason: Some("入替".into()),
                evidence: "SNMP sysName".into(),
            },
            outcome,
        }
    }

    fn words(lang: Lang) -> Words {
        Words { lang, tz: TimeZone::UTC }
    }

    #[test]
    fn a_note_says_when_by_whom_and_on_what_evidence() {
        assert_eq!(
            words(Lang::Ja).note(&told(Outcome::Written)),
            "変更 2026年11月20日（金）02:14 情報係\n変更前: 『=PC1』\n根拠: SNMP sysName\n理由: 入替"
        );
    }

    #[test]
    fn every_outcome_has_words_of_its_own() {
        let found = "x".to_owned();
        let all = [
            Outcome::Written,
            Outcome::Present,
            Outcome::Conflict { found: found.clone() },
            Outcome::Formula,
            Outcome::Merged,
            Outcome::Ditto,
            Outcome::SeveralCells,
            Outcome::NoColumn,
            Outcome::NoTable,
            Outcome::TooLong,
            Outcome::NotEncodable { characters: found },
            Outcome::Unplaced,
        ];
        for lang in [Lang::Ja, Lang::En] {
            let said: std::collections::BTreeSet<String> =
                all.iter().map(|one| outcome(&told(one.clone()), lang)).collect();
            assert_eq!(said.len(), all.len());
            let sheet = words(lang).changes(&[told(Outcome::Written)]);
            assert_eq!(sheet.headings.len(), sheet.rows[0].len());
            assert_eq!((sheet.rows[0][1].as_str(), sheet.rows[0][3].as_str()), ("E12", "'=PC1"));
        }
    }
}
