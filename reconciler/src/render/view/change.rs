//! What changed since the run before, as lines.

use crate::judge::asset::{AssetId, Class};
use crate::judge::verdict::{AssetChange, Changes};
use crate::render::scene::Scene;
use crate::render::words::Lang;
use crate::render::words::fixed;
use crate::render::words::phrase::{Phrase, mark};

/// One change.
pub(crate) struct ChangeLine {
    /// 新規, 消えた機器, 再び応答, 変化.
    pub(crate) kind: &'static str,
    pub(crate) text: Phrase,
}

/// New, gone, back and changed machines, in that order.
pub(crate) fn lines(changes: &Changes, scene: &Scene<'_>) -> Vec<ChangeLine> {
    let lang = scene.lang();
    let named = |kind: &'static str, ids: &[AssetId]| -> Vec<ChangeLine> {
        ids.iter().map(|id| ChangeLine { kind, text: Phrase::new(scene.subject(id)) }).collect()
    };
    let mut lines = named(lang.pick("新しく見えた機器", "new"), &changes.new);
    lines.extend(named(lang.pick("見えなくなった機器", "gone"), &changes.gone));
    lines.extend(named(lang.pick("再び見えた機器", "back"), &changes.back));
    lines.extend(changes.changed.iter().map(|change| changed(change, scene)));
    lines
}

fn changed(change: &AssetChange, scene: &Scene<'_>) -> ChangeLine {
    let lang = scene.lang();
    let what = fixed::changed(&change.what, lang);
    let value = |text: &str| if change.what == "class" { class(text, lang) } else { none_or(text, lang) };
    let (subject, before, now) = (scene.subject(&change.asset), value(&change.before), value(&change.now));
    let text = lang.pick(
        format!("{subject}: {what}が {before} から {now} に変化"),
        format!("{subject}: {what} changed from {before} to {now}"),
    );
    ChangeLine { kind: lang.pick("変化した機器", "changed"), text: Phrase::new(text) }
}

fn none_or(text: &str, lang: Lang) -> String {
    if text.is_empty() { lang.pick("なし", "nothing").to_owned() } else { mark(text) }
}

fn class(text: &str, lang: Lang) -> String {
    let parsed = serde_json::from_value::<Class>(serde_json::Value::from(text));
    parsed.map_or_else(|_| none_or(text, lang), |class| fixed::class(class, lang).to_owned())
}
