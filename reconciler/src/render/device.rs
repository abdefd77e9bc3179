//! One device on the terminal: its identity with the reasons, what it was asked, and the ledger's view of it.

use std::io::{self, Write};

use daicho_shared::observation::Observation;

use super::Options;
use super::scene::Scene;
use super::view::device::{self, Section};
use super::wrap::wrap;
use crate::judge::asset::Asset;
use crate::judge::verdict::Verdict;

/// Columns of one step of indentation.
const STEP: usize = 2;

/// Writes what is known of a device of this verdict. `asked` is every observation about it, in order.
pub fn text(
    verdict: &Verdict,
    asset: &Asset,
    asked: &[&Observation],
    options: &Options,
    output: &mut impl Write,
) -> io::Result<()> {
    let scene = Scene::new(verdict, options);
    let view = device::device(asset, asked, &scene);
    writeln!(output, "{}", view.title.plain())?;
    view.sections.iter().try_for_each(|section| write_section(section, options, output))
}

fn write_section(section: &Section, options: &Options, output: &mut impl Write) -> io::Result<()> {
    let width = usize::from(options.width).max(60);
    let summary = section.summary.as_ref().map(|summary| format!(" {}", summary.plain())).unwrap_or_default();
    indented(&format!("{}:{summary}", section.heading), 0, width, output)?;
    section.lines.iter().try_for_each(|line| indented(&line.text.plain(), line.depth * STEP, width, output))
}

/// Later lines of a long one stand one step further in.
fn indented(text: &str, depth: usize, width: usize, output: &mut impl Write) -> io::Result<()> {
    let wrapped = wrap(text, width.saturating_sub(depth + STEP));
    wrapped.lines().enumerate().try_for_each(|(number, line)| {
        let depth = if number == 0 { depth } else { depth + STEP };
        writeln!(output, "{:depth$}{line}", "")
    })
}

#[cfg(test)]
mod tests {
    use daicho_shared::id::ObservationId;

    use super::*;
    use crate::judge::asset::{AssetId, Class, Contrary, Decided};
    use crate::render::{Lang, fixture};

    fn written(verdict: &Verdict, id: &str, lang: Lang) -> String {
        let asset = verdict.assets.iter().find(|asset| asset.id == AssetId(id.into())).unwrap();
        let asked: Vec<&Observation> =
            verdict.evidence.iter().filter(|(id, _)| of(id, asset)).map(|(_, o)| &**o).collect();
        let mut bytes = Vec::new();
        text(verdict, asset, &asked, &fixture::options(lang), &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    fn of(id: &ObservationId, asset: &Asset) -> bool {
        asset.names.iter().any(|name| name.evidence.contains(id))
    }

    #[test]
    fn identity_comes_with_value_confidence_reason_time_and_method() {
        let said = written(&fixture::verdict(), "mac-0080A3123456", Lang::Ja);
        for expected in [
            "10.20.0.21  検体検査装置PC  [mac-0080A3123456]",
            "分類: 医療機器（確信度 80%）",
            "理由: ポート tcp/104 が開いている ［02:15:00 NetBIOSノード状態、+80］",
            "メーカー: Fujitsu（確信度 20%）",
            "型番: 不明",
            "台帳の行『検体検査装置PC』",
            "存在の確認だけを行う機器",
            "合計 5パケット",
            "192.168.42.129（機器の申告のみ、未確認）",
        ] {
            assert!(said.contains(expected), "{expected}\n{said}");
        }
    }

    #[test]
    fn a_persons_decision_stands_first_and_contradictions_are_shown() {
        let mut verdict = fixture::verdict();
        let class = &mut verdict.assets.iter_mut().find(|a| a.id.0 == "mac-0080A3123456").unwrap().class;
        let reasons = std::mem::take(&mut class.reasons);
        class.others = vec![Contrary { value: Class::Printer, weight: 40, reasons }];
        class.decided = Some(Decided {
            by: "山田".into(),
            at: "2026-04-01T00:00:00Z".parse().unwrap(),
            note: Some("銘板で確認".into()),
            key: "mac-0080A3123456".into(),
        });
        let said = written(&verdict, "mac-0080A3123456", Lang::Ja);
        assert!(said.contains("人の判断: 山田、2026年4月1日（水）09:00『銘板で確認』"), "{said}");
        assert!(said.contains("反する手がかり: プリンタ・複合機 ← ポート tcp/104 が開いている"), "{said}");
    }

    #[test]
    fn no_foreign_text_steers_the_terminal_and_english_is_english() {
        for id in ["mac-000BAB000031", "mac-3C22FB010203"] {
            let said = written(&fixture::verdict(), id, Lang::Ja);
            assert!(!said.chars().any(|c| c.is_control() && c != '\n') && !said.contains('\u{202e}'), "{said}");
        }
        let said = written(&fixture::verdict(), "mac-00E000000060", Lang::En);
        assert!(said.contains("Class: server (80% sure)"), "{said}");
    }
}
