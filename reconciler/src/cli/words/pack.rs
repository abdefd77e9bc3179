//! What `daicho pack` says.

use std::path::Path;

use daicho_shared::id::RunId;
use daicho_shared::text::bounded;

use crate::lang::Lang;
use crate::pack::archive::Unreadable;
use crate::pack::index::Index;
use crate::pack::layout::Hidden;
use crate::pack::redact::{Kind, Unmasked};
use crate::pack::verify::{Checked, System, Validity};
use crate::run::PackFailure;

/// 版: of which ledger and which run.
pub fn edition(ledger: Option<i64>, run: &RunId, lang: Lang) -> String {
    let ledger = ledger.map_or_else(|| "–".to_owned(), |number| number.to_string());
    lang.pick(format!("台帳 第{ledger}版・調査 {run}"), format!("ledger version {ledger}, run {run}"))
}

/// The list of documents: its file and its title.
pub fn list(lang: Lang) -> (&'static str, &'static str) {
    lang.pick(("0_書類一覧.xlsx", "書類一覧"), ("0_documents.xlsx", "List of documents"))
}

/// Title of a frozen answer.
pub fn answer(form: &str, edition: &str, lang: Lang) -> String {
    let word = lang.pick("回答案", "Draft answers");
    format!("{word}_{}-{}", bounded(form), bounded(edition))
}

/// 版 of a frozen answer.
pub fn frozen(number: i64, run: &RunId, lang: Lang) -> String {
    lang.pick(format!("回答案 第{number}号・調査 {run}"), format!("frozen answer {number}, run {run}"))
}

/// Nobody has frozen an answer to this form yet.
pub fn no_answer(form: &str, lang: Lang) -> String {
    lang.pick(
        format!("回答案（daicho answer {form} --out フォルダ を実行してから、まとめ直すと入ります）"),
        format!("the draft answers: run daicho answer {form} --out FOLDER, and make the pack again"),
    )
}

/// Title of the network diagram.
pub fn diagram(lang: Lang) -> &'static str {
    lang.pick("ネットワーク構成図", "Network diagram")
}

/// Before the name of what is added beside the list.
pub fn also(lang: Lang) -> &'static str {
    lang.pick("参考", "extra")
}

/// The key, and what to do with its halves.
pub fn key(fingerprint: &str, private: &Path, public: &Path, is_new: bool, lang: Lang) -> String {
    let (private, public) = (private.display(), public.display());
    let made = if is_new {
        lang.pick("署名鍵を作りました。", "A signing key was made.")
    } else {
        lang.pick("署名鍵はすでにあります。", "There is a signing key already.")
    };
    lang.pick(
        format!(
            "{made}\n指紋: {fingerprint}\n秘密鍵: {private}（所有者だけが読めます。渡さないでください）\n公開鍵: {public}（提出先に渡し、指紋は電話など別の手段で伝えてください）"
        ),
        format!(
            "{made}\nFingerprint: {fingerprint}\nPrivate key: {private} (readable by its owner only; give it to nobody)\nPublic key: {public} (for whoever gets packs; tell them the fingerprint by another way, e.g. by telephone)"
        ),
    )
}

/// A pack was made: what is in it, and what the hospital must add.
pub fn made(out: &Path, index: &Index, fingerprint: &str, lang: Lang) -> Vec<String> {
    let kind = if index.redacted { lang.pick("（伏せ字版）", " (masked)") } else { "" };
    let (out, count) = (out.display(), index.files.len());
    let first = lang.pick(
        format!("提出書類をまとめました{kind}: {out}（{count}ファイル、署名鍵の指紋 {fingerprint}）"),
        format!("The pack{kind} is written: {out} ({count} files, signed by {fingerprint})"),
    );
    let mut lines = vec![first];
    for document in &index.documents {
        let number = if document.number.is_empty() { also(lang) } else { &document.number };
        let files = match (document.files.len(), lang) {
            (0, Lang::Ja) => "Daichoで作れる書類なし".to_owned(),
            (0, Lang::En) => "nothing that Daicho can make".to_owned(),
            (count, Lang::Ja) => format!("{count}ファイル"),
            (count, Lang::En) => format!("{count} files"),
        };
        lines.push(format!("  {number} {}: {files}", document.name));
        let todo = lang.pick("病院で追加", "to be added by the hospital");
        lines.extend(document.add.iter().map(|add| format!("      {todo}: {add}")));
    }
    lines
}

/// What was found out about a pack.
pub fn checked(checked: &Checked, lang: Lang) -> Vec<String> {
    let who = checked.fingerprint.as_deref().unwrap_or_default();
    let signature = match (checked.signature, lang) {
        (Validity::Valid, Lang::Ja) if checked.key_known => format!("署名: 有効（渡された公開鍵のもの。{who}）"),
        (Validity::Valid, Lang::En) if checked.key_known => {
            format!("signature: valid, by the key that was given ({who})")
        }
        (Validity::Valid, Lang::Ja) => format!(
            "署名: 有効（{who}）。この指紋が提出元のものかどうかは、提出元に別の手段で確かめるか、--key に公開鍵を指定してください。"
        ),
        (Validity::Valid, Lang::En) => format!(
            "signature: valid ({who}). Whether that is the sender's key, ask the sender by another way, or name the public key with --key."
        ),
        (Validity::Invalid, Lang::Ja) => {
            "署名: 無効（書類一覧 index.json が署名の後に変えられたか、署名が偽物です）".to_owned()
        }
        (Validity::Invalid, Lang::En) => {
            "signature: invalid (index.json was changed after it was signed, or the signature is made up)".to_owned()
        }
        (Validity::OtherKey, Lang::Ja) => {
            format!("署名: 別の鍵のもの（{who}）。渡された公開鍵の持ち主の署名ではありません。")
        }
        (Validity::OtherKey, Lang::En) => {
            format!("signature: by another key ({who}), not by the owner of the one that was given")
        }
        (Validity::Absent, Lang::Ja) => "署名: なし（signature.json がありません）".to_owned(),
        (Validity::Absent, Lang::En) => "signature: none (no signature.json)".to_owned(),
    };
    let mut lines = vec![signature];
    let lists = [
        (&checked.changed, lang.pick("変更", "changed")),
        (&checked.missing, lang.pick("欠落", "missing")),
        (&checked.added, lang.pick("追加", "added")),
    ];
    for (names, word) in lists {
        lines.extend(names.iter().map(|name| format!("{word}: {}{}", bounded(name), put_by(name, lang))));
    }
    let intact = checked.intact;
    if checked.is_littered() {
        lines.push(lang.pick(
            format!("署名された{intact}ファイルは、すべて署名時のままです。コンピュータが置いたファイルを除いてから、もう一度確かめてください。"),
            format!("All {intact} signed files are as they were signed. Remove what the system put there, and check again."),
        ));
        return lines;
    }
    lines.push(if checked.is_whole() {
        lang.pick(
            format!("すべて署名時のままです（{intact}ファイル）。"),
            format!("Everything is as it was signed ({intact} files)."),
        )
    } else {
        lang.pick(
            format!("署名時のままではありません（署名時のままのファイル {intact}）。"),
            format!("Not everything is as it was signed ({intact} files are)."),
        )
    });
    lines
}

/// Which system puts a file of this name into folders that people look at.
fn put_by(name: &str, lang: Lang) -> &'static str {
    match System::of(name) {
        Some(System::MacOs) => lang.pick(
            "（macOSが自動で置いたもので、まとめの一部ではありません）",
            " (put there by macOS; no part of the pack)",
        ),
        Some(System::Windows) => lang.pick(
            "（Windowsが自動で置いたもので、まとめの一部ではありません）",
            " (put there by Windows; no part of the pack)",
        ),
        None => "",
    }
}

/// Why a pack could not be made or checked.
pub fn explain(failure: &PackFailure, lang: Lang) -> String {
    match failure {
        PackFailure::NoKey { path } => lang.pick(
            format!("署名鍵がありません（{}）。先に daicho pack key を実行してください。", path.display()),
            format!("there is no signing key ({}); run daicho pack key first", path.display()),
        ),
        PackFailure::KeyExposed { path } => lang.pick(
            format!(
                "署名鍵 {} を所有者以外も読めます。chmod 600 で所有者だけにしてください。ほかの人に読まれたおそれがあれば、このファイルを除いて daicho pack key で作り直してください。",
                path.display()
            ),
            format!(
                "others than its owner may read the signing key {}; chmod 600 it, and if somebody may have read it, remove it and run daicho pack key again",
                path.display()
            ),
        ),
        PackFailure::KeyBroken { path } => lang.pick(
            format!("{} は daicho の鍵ではありません。", path.display()),
            format!("{} is no key of daicho", path.display()),
        ),
        PackFailure::KeyUnread { path, source } => lang.pick(
            format!("公開鍵 {} を読めません（{source}）。--key には、提出元から受け取った pack-key.pub を指定してください。", path.display()),
            format!("the public key {} cannot be read ({source}); --key names the pack-key.pub that the sender gave you", path.display()),
        ),
        PackFailure::Archive { path, why } => {
            let (path, why) = (path.display(), unreadable(why, lang));
            lang.pick(
                format!("{path} は提出書類のまとめとして受け取れません。{why}。提出元から受け取り直してください。"),
                format!("{path} cannot be taken as a pack: {why}; ask the sender for it again"),
            )
        }
        PackFailure::Random(error) => {
            lang.pick(format!("乱数を得られません: {error}"), format!("the system gives no random numbers: {error}"))
        }
        PackFailure::NotPack { path, why } => {
            let (path, why) = (path.display(), bounded(why));
            lang.pick(
                format!("{path} は提出書類のまとめとして読めません（{why}）。daicho pack が書き出したフォルダか .zip を指定してください。"),
                format!("{path} cannot be read as a pack ({why}); name a folder or .zip that daicho pack wrote"),
            )
        }
        PackFailure::OutTaken { path } => lang.pick(
            format!("{} には、すでに何かあります。まだ無い名前か、空のフォルダを --out に指定してください。", path.display()),
            format!("there is something at {} already; name something new, or an empty folder, as --out", path.display()),
        ),
        PackFailure::Unmasked(why) => unmasked(why, lang),
        PackFailure::TooMany(why) => {
            lang.pick(format!("伏せ字にする語が多すぎます: {why}"), format!("there is too much to be masked: {why}"))
        }
    }
}

/// Why an archive is no pack.
fn unreadable(why: &Unreadable, lang: Lang) -> String {
    match (why, lang) {
        (Unreadable::Broken(why), Lang::Ja) => format!("ZIPとして読めません（{}）", bounded(why)),
        (Unreadable::Broken(why), Lang::En) => format!("it cannot be read as a ZIP ({})", bounded(why)),
        (Unreadable::TooLarge, _) => lang.pick("大きすぎます", "it is too large").to_owned(),
        (Unreadable::Duplicate(name), Lang::Ja) => {
            format!("同じ名前のファイルが2つあります（{}）。開くソフトによって、別のほうが表示されます", bounded(name))
        }
        (Unreadable::Duplicate(name), Lang::En) => {
            format!(
                "two of its files have one name ({}), and programs differ in which of them they show",
                bounded(name)
            )
        }
        (Unreadable::Hidden(hidden), _) => self::hidden(hidden, lang),
    }
}

/// What an archive holds beside its files.
fn hidden(hidden: &Hidden, lang: Lang) -> String {
    match (hidden, lang) {
        (Hidden::Octets(at), Lang::Ja) => {
            format!("どのファイルのものでもないデータがあります（先頭から {at} バイト目）")
        }
        (Hidden::Octets(at), Lang::En) => format!("it holds octets that belong to no file (at {at})"),
        (Hidden::Behind, _) => lang
            .pick(
                "ZIPの終わりの後ろに、データかコメントがあります",
                "there is a comment or something else behind its end",
            )
            .to_owned(),
        (Hidden::Other(name), Lang::Ja) => {
            format!(
                "{} は、ZIPの一覧と実体とで名前か大きさが違います。開くソフトによって、別の名前で表示されます",
                bounded(name)
            )
        }
        (Hidden::Other(name), Lang::En) => format!(
            "{} has another name or size in the ZIP's list than where it lies, and programs differ in which they show",
            bounded(name)
        ),
        (Hidden::Encrypted(name), Lang::Ja) => format!("{} は暗号化されています", bounded(name)),
        (Hidden::Encrypted(name), Lang::En) => format!("{} is encrypted", bounded(name)),
        (Hidden::Numbers, _) => lang
            .pick(
                "ファイル数や大きさの数字が、まとめのものではありません",
                "its numbers of files or octets are none of a pack",
            )
            .to_owned(),
    }
}

/// What something tells that was to be masked.
fn told(kind: Kind, lang: Lang) -> &'static str {
    match kind {
        Kind::Address => lang.pick("IPアドレス", "an IP address"),
        Kind::Mac => lang.pick("MACアドレス", "a MAC address"),
        Kind::Number => lang.pick("シリアル番号・回線番号・電話番号", "the number of a device, a line or a telephone"),
        Kind::Person => lang.pick("氏名", "somebody's name"),
        Kind::Host => {
            lang.pick("アドレスや番号を表すコンピュータ名", "a computer's name that tells an address or a number")
        }
    }
}

fn unmasked(why: &Unmasked, lang: Lang) -> String {
    let reason = match (why, lang) {
        (Unmasked::Form(file), Lang::Ja) => format!("{file} は、中の文字を調べられない形式です"),
        (Unmasked::Form(file), Lang::En) => format!("{file} is of a form whose texts cannot be looked into"),
        (Unmasked::Broken { file, why }, Lang::Ja) => format!("{file} を読めません: {why}"),
        (Unmasked::Broken { file, why }, Lang::En) => format!("{file} cannot be read: {why}"),
        (Unmasked::Left { file, place, kind, hint }, Lang::Ja) => format!(
            "{file} の、文字を変えられない場所（{place}）に、{}（{hint}）があります。台帳の同じ文字を直すか、その書類を除いてください",
            told(*kind, lang)
        ),
        (Unmasked::Left { file, place, kind, hint }, Lang::En) => format!(
            "{file} holds {} ({hint}) at a place whose text cannot be changed ({place}); correct the same text in the ledger, or leave the document out",
            told(*kind, lang)
        ),
    };
    lang.pick(
        format!("伏せ字版を書き出しませんでした。{reason}。"),
        format!("the masked pack was not written: {reason}"),
    )
}
