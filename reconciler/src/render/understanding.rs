//! What is understood otherwise than before, on the terminal: one device a line.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::Options;
use super::scene::{self, Scene, row_name};
use super::words::Lang;
use super::words::device::{headings, sure};
use super::words::fixed;
use super::words::phrase::{short, shown};
use super::wrap::wrap;
use crate::judge::asset::{Asset, AssetId};
use crate::judge::understanding::{Change, Part};
use crate::judge::verdict::Verdict;

/// Writes the changes of one run. `before` is false where the run was never judged before.
pub fn text(
    verdict: &Verdict,
    changes: &[Change],
    before: bool,
    options: &Options,
    output: &mut impl Write,
) -> io::Result<()> {
    let scene = Scene::new(verdict, options);
    writeln!(output, "{}", heading(&scene, changes, before))?;
    let mut by_asset: BTreeMap<&AssetId, Vec<String>> = BTreeMap::new();
    for change in changes {
        by_asset.entry(&change.asset).or_default().push(say(change, options.lang));
    }
    let width = usize::from(options.width).max(60);
    let devices = by_asset.into_iter().filter_map(|(id, lines)| Some((scene.asset(id)?, lines)));
    for (asset, lines) in devices {
        writeln!(output, "  {}", called(asset, &scene))?;
        for line in lines {
            let wrapped = wrap(&line, width - 6);
            wrapped.lines().try_for_each(|line| writeln!(output, "    {line}"))?;
        }
    }
    Ok(())
}

fn heading(scene: &Scene<'_>, changes: &[Change], before: bool) -> String {
    let (run, lang) = (&scene.verdict.run, scene.lang());
    let when = scene.moment(run.started);
    let devices: std::collections::BTreeSet<&AssetId> = changes.iter().map(|change| &change.asset).collect();
    let (devices, all) = (devices.len(), scene.verdict.assets.len());
    let reread = scene.verdict.basis.as_ref().and_then(|basis| basis.reread.as_ref());
    let read = reread.map_or(0, |reread| reread.changed);
    match (lang, before) {
        (Lang::Ja, true) => {
            format!(
                "{when} の調査: {all}台中 {devices}台の理解が変わりました（読み直した応答のうち {read}件に新しい内容）"
            )
        }
        (Lang::Ja, false) => {
            format!("{when} の調査: {all}台を初めて照合しました（読み直した応答のうち {read}件に新しい内容）")
        }
        (Lang::En, true) => {
            format!(
                "Run of {when}: {devices} of {all} devices are understood otherwise ({read} replies say something new)"
            )
        }
        (Lang::En, false) => {
            format!("Run of {when}: {all} devices judged for the first time ({read} replies say something new)")
        }
    }
}

fn called(asset: &Asset, scene: &Scene<'_>) -> String {
    let address = scene::address(asset).map(|address| address.to_string());
    let declared = scene.rows_of(&asset.id).find_map(row_name);
    let name = declared.or_else(|| asset.names.first().map(|name| name.name.as_str())).map(short);
    let known: Vec<String> = address.into_iter().chain(name).collect();
    if known.is_empty() { shown(&asset.id.0) } else { known.join("  ") }
}

/// `分類: 種類不明 → プリンタ・複合機（確信度 80%）`.
fn say(change: &Change, lang: Lang) -> String {
    let w = headings(lang);
    let heading = match change.part {
        Part::Class => w.class,
        Part::Maker => w.maker,
        Part::Model => w.model,
        Part::Os => w.os,
        Part::Firmware => w.firmware,
        Part::Serial => w.serial,
    };
    let word = |value: &Option<String>| match (value, change.part) {
        (None, _) => lang.pick("不明", "not known").to_owned(),
        (Some(code), Part::Class) => {
            code.parse().map_or_else(|_| shown(code), |class| fixed::class(class, lang).to_owned())
        }
        (Some(text), _) => shown(text),
    };
    let (before, now) = (word(&change.before), sure(&word(&change.now), change.confidence, lang));
    format!("{heading}: {before} → {now}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::fixture;

    #[test]
    fn before_and_now_stand_side_by_side() {
        let change = |part, before: Option<&str>, now: Option<&str>, confidence| Change {
            asset: AssetId("mac-0080A3123456".into()),
            part,
            before: before.map(Into::into),
            now: now.map(Into::into),
            confidence,
        };
        let changes = [
            change(Part::Class, None, Some("medical.analyser"), 90),
            change(Part::Model, Some("X\u{1b}[31m"), None, 0),
        ];
        let mut bytes = Vec::new();
        text(&fixture::verdict(), &changes, true, &fixture::options(Lang::Ja), &mut bytes).unwrap();
        let said = String::from_utf8(bytes).unwrap();
        assert!(said.contains("6台中 1台の理解が変わりました"), "{said}");
        assert!(said.contains("10.20.0.21  検体検査装置PC"), "{said}");
        assert!(said.contains("分類: 不明 → 医療機器（検体検査装置）（確信度 90%）"), "{said}");
        assert!(said.contains("型番: X [31m → 不明") && !said.contains('\u{1b}'), "{said}");
    }
}
