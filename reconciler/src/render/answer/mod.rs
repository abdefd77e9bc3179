//! A frozen answer on paper: a workbook to be filled in and signed, the same as a page, and a summary for the terminal. Everything comes
//! from what was frozen, so that the same answer gives the same octets for ever.

mod cells;
mod html;
mod page;
mod slots;
mod tables;
mod text;
mod workbook;

pub use self::html::html;
pub use self::text::text;
pub use self::workbook::workbook;

use super::Lang;
use crate::answer::sheet::Sheet;

/// A frozen answer, and how it is put out.
#[derive(Debug, Clone, Copy)]
pub struct Paper<'a> {
    /// What was frozen.
    pub sheet: &'a Sheet,
    /// The same as it was frozen, octet by octet.
    pub content: &'a str,
    /// Its number.
    pub number: i64,
    /// Its SHA-256, lower-case hexadecimal.
    pub sha256: &'a str,
    /// The language of everything but the form's own text.
    pub lang: Lang,
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};
    use std::path::PathBuf;

    use calamine::{Data, Reader, Xlsx};
    use daicho_shared::fact::Fact;

    use super::*;
    use crate::answer::sample::{Situation, all_well};
    use crate::judge::entry::{Field, Meaning};

    /// A hospital with a hostile vendor, a machine that calls itself a formula, and a router that nobody declared.
    fn hostile() -> Situation {
        let mut situation = all_well();
        situation.world.arp("10.0.0.66", "00:80:A3:00:00:66");
        let wwan = Fact::Interface { index: 3, name: "wwan0".into(), kind: 243, mac: None, up: true };
        situation.world.see("10.0.0.66", "snmp", vec![Fact::Forwarding { enabled: true }, wwan]);
        situation.world.rows[3].vendor = Some("=HYPERLINK(\"http://x\",\"y\")".into());
        situation.world.rows[3].others.insert(Field::AccessControl, Meaning::Text("@SUM(1)".into()));
        situation.world.rows[1].users.clear();
        situation.world.rows[1].hostname = Some("+cmd\u{1b}[31m\u{202e}".into());
        situation
    }

    fn paper(sheet: &Sheet, lang: Lang) -> Paper<'_> {
        Paper { sheet, content: "{}", number: 7, sha256: "ab", lang }
    }

    /// `DAICHO_RENDER_TO=FOLDER` keeps the files, for looking at them.
    fn keep(name: &str, bytes: &[u8]) {
        if let Some(folder) = std::env::var_os("DAICHO_RENDER_TO") {
            std::fs::write(PathBuf::from(folder).join(name), bytes).unwrap();
        }
    }

    fn part(bytes: &[u8], name: &str) -> String {
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut text = String::new();
        archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn every_sheet_is_there_in_both_languages_and_nothing_in_it_is_a_formula() {
        let sheet = hostile().answer("gmis");
        for lang in [Lang::Ja, Lang::En] {
            let bytes = workbook(&paper(&sheet, lang)).unwrap();
            keep(&format!("answer-{}.xlsx", lang.tag()), &bytes);
            let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
            assert_eq!(book.sheet_names().len(), 6);
            let mut texts = 0;
            for name in book.sheet_names() {
                let formulas = book.worksheet_formula(&name).unwrap();
                assert!(formulas.used_cells().all(|(_, _, formula)| formula.is_empty()), "{name}");
                for (_, _, cell) in book.worksheet_range(&name).unwrap().used_cells() {
                    let Data::String(text) = cell else { continue };
                    texts += 1;
                    assert!(!text.starts_with(['=', '+', '-', '@', '\t', '\r']), "{name}: {text}");
                    assert!(!text.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'), "{text:?}");
                }
            }
            assert!(texts > 200, "{texts}");
        }
    }

    #[test]
    fn boxes_take_the_printed_answers_and_days_and_every_page_is_a4() {
        let sheet = hostile().answer("gmis");
        let bytes = workbook(&paper(&sheet, Lang::Ja)).unwrap();
        let first = part(&bytes, "xl/worksheets/sheet1.xml");
        let printed = sheet.answers.iter().filter(|answer| !answer.question.options.is_empty()).count();
        assert_eq!(first.matches("はい,いいえ").count(), printed);
        assert!(first.contains("type=\"date\""));
        for number in 1..=6 {
            let page = part(&bytes, &format!("xl/worksheets/sheet{number}.xml"));
            assert!(page.contains("paperSize=\"9\"") && page.contains("orientation=\"landscape\""), "{number}");
        }
        let names = part(&bytes, "xl/workbook.xml");
        assert_eq!(names.matches("_xlnm.Print_Area").count(), 6);
    }

    /// The heads and the first row whose number is this, by heads.
    fn row_of(bytes: Vec<u8>, number: &str) -> std::collections::BTreeMap<String, String> {
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
        let name = book.sheet_names()[0].clone();
        let range = book.worksheet_range(&name).unwrap();
        let rows: Vec<Vec<String>> = range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect();
        let heads = rows.iter().find(|row| row[0] == "番号").unwrap().clone();
        let row = rows.iter().find(|row| row[0] == number).unwrap();
        heads.into_iter().zip(row.iter().cloned()).collect()
    }

    #[test]
    fn a_checklist_has_the_slots_that_it_prints_and_the_draft_goes_to_the_right_one() {
        let sheet = hostile().answer("hospital-checklist");
        let bytes = workbook(&paper(&sheet, Lang::Ja)).unwrap();
        keep("checklist-1.xlsx", &bytes);
        let first = row_of(bytes.clone(), "2-(1)");
        assert_eq!((first["1回目の回答案"].as_str(), first["2回目の回答案"].as_str()), ("いいえ（案）", ""));
        for slot in ["1回目", "1回目の日付", "目標日", "2回目", "2回目の日付", "備考"] {
            assert_eq!(first[slot], "", "{slot} is for a person");
        }
        assert!(first["理由"].contains("期限（2025年3月31日"), "{}", first["理由"]);
        // Once more for every question but the first, which has one answer only.
        let choices = part(&bytes, "xl/worksheets/sheet1.xml").matches("はい,いいえ").count();
        assert_eq!(choices, sheet.answers.len() * 2 - 1);
        let again = all_well().answer_after("hospital-checklist", crate::answer::sheet::First::of(3, &sheet));
        let bytes = workbook(&paper(&again, Lang::Ja)).unwrap();
        keep("checklist-2.xlsx", &bytes);
        let second = row_of(bytes, "2-(1)");
        assert_eq!(
            (second["1回目の回答案"].as_str(), second["2回目の回答案"].as_str()),
            ("いいえ（案）", "はい（案）")
        );
    }

    #[test]
    fn a_form_without_printed_answers_gets_a_statement_and_no_option_of_ours() {
        for form in ["contract", "okayama", "bcp"] {
            let sheet = hostile().answer(form);
            let bytes = workbook(&paper(&sheet, Lang::Ja)).unwrap();
            keep(&format!("{form}.xlsx"), &bytes);
            let first = part(&bytes, "xl/worksheets/sheet1.xml");
            assert!(!first.contains("はい,いいえ") && !first.contains("type=\"list\""), "{form}");
            let strings = part(&bytes, "xl/sharedStrings.xml");
            for word in ["はい（案）", "いいえ（案）", "目標日"] {
                assert!(!strings.contains(word), "{form}: {word}");
            }
            assert!(strings.contains("条件を満たさない（案）"), "{form}");
            let mut told = vec![];
            text(&paper(&sheet, Lang::Ja), 100, &mut told).unwrap();
            let told = String::from_utf8(told).unwrap();
            assert!(!told.contains("いいえ（案）") && !told.contains("目標日（案）"), "{told}");
        }
    }

    #[test]
    fn the_page_stands_alone_and_what_devices_and_vendors_say_is_only_text() {
        let mut situation = hostile();
        situation.world.rows[1].hostname = Some("<script>alert(1)</script>".into());
        situation.world.rows[3].department = Some("\"><img src=http://x onerror=y>".into());
        for (form, lang) in
            [("gmis", Lang::Ja), ("gmis", Lang::En), ("hospital-checklist", Lang::Ja), ("bcp", Lang::En)]
        {
            let sheet = situation.answer(form);
            let bytes = html(&paper(&sheet, lang)).unwrap();
            keep(&format!("{form}-{}.html", lang.tag()), &bytes);
            let page = String::from_utf8(bytes).unwrap();
            let body = page.split_once("<body").unwrap().1;
            assert!(!body.contains("<script") && !body.contains("<img") && !body.contains("javascript:"), "{form}");
            assert!(!body.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'), "{form}");
            assert!(page.contains("default-src 'none'") && !page.contains("<link"), "{form}");
            let escaped = |text: &str| {
                let signs = [("&", "&#38;"), ("<", "&#60;"), (">", "&#62;"), ("\"", "&#34;"), ("'", "&#39;")];
                signs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
            };
            for answer in &sheet.answers {
                assert!(page.contains(&escaped(&answer.question.text)), "{form}: {}", answer.question.text);
            }
            for (answer, check) in sheet.answers.iter().flat_map(|one| one.checks.iter().map(move |check| (one, check)))
            {
                let criterion = answer.criterion(&check.key).unwrap();
                let said = lang.pick(&criterion.text, &criterion.text_en);
                assert!(page.contains(&escaped(said)), "{form}: {said}");
            }
        }
    }

    #[test]
    fn the_summary_steers_no_terminal_and_says_who_decides() {
        let sheet = hostile().answer("gmis");
        let mut bytes = vec![];
        text(&paper(&sheet, Lang::Ja), 100, &mut bytes).unwrap();
        let said = String::from_utf8(bytes).unwrap();
        assert!(!said.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'));
        assert!(
            said.contains("Q10 ")
                && said.contains("いいえ（案）")
                && said.contains("病院（医療情報システム安全管理責任者）"),
            "{said}"
        );
        assert!(said.lines().all(|line| unicode_width::UnicodeWidthStr::width(line) <= 130), "{said}");
    }

    #[test]
    fn equal_answers_give_equal_octets() {
        let sheet = hostile().answer("gmis");
        let bytes = || workbook(&paper(&sheet, Lang::Ja)).unwrap();
        assert_eq!(bytes(), bytes());
    }
}
