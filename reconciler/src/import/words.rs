//! [`ImportError`] in Japanese. Its English is its `Display`.

use super::error::{Content, ImportError, Place, Reason};

impl ImportError {
    /// The message in Japanese: where, what was found, what to do.
    pub fn ja(&self) -> String {
        format!(
            "『{}』{}: {}このファイルからは何も取り込んでいません。",
            self.file,
            place(&self.place),
            reason(&self.reason)
        )
    }
}

fn place(place: &Place) -> String {
    let sheet = place.sheet.as_ref().map(|sheet| format!(" シート『{sheet}』")).unwrap_or_default();
    let row = place.row.map(|row| format!(" {row}行目")).unwrap_or_default();
    let column = place.column.as_ref().map(|column| format!(" {column}列")).unwrap_or_default();
    format!("{sheet}{row}{column}")
}

fn reason(reason: &Reason) -> String {
    match reason {
        Reason::NotOpened { detail } => {
            format!("ファイルを開けません（{detail}）。ファイルの場所と、読み取りの権限を確認してください。")
        }
        Reason::TooLarge { bytes, limit } => format!(
            "大きさが {bytes} バイトあります（上限は {limit} バイト）。画像や古いシートを除くか、ファイルを分けてください。"
        ),
        Reason::Empty => "ファイルの中身がありません。保存やコピーが終わっているか、元のファイルを確認してください。".into(),
        Reason::Personal { sheets } => format!(
            "個人の情報の表（アカウント台帳・名簿など: {sheets}）だけのファイルです。個人の情報は取り込みません。機器などの台帳を指定してください。"
        ),
        Reason::PasswordProtected => {
            "パスワードで保護されています。Excelで開き、［ファイル］→［情報］→［ブックの保護］でパスワードを外してから取り込んでください。".into()
        }
        Reason::WrongExtension { extension, found } => format!(
            "拡張子は「{extension}」ですが、中身は{}です。Excelで開き、.xlsx または CSV として保存してください。",
            content(*found)
        ),
        other => damaged(other),
    }
}

fn damaged(reason: &Reason) -> String {
    match reason {
        Reason::NotText { line } => format!(
            "{line}行目に、文字（UTF-8、Shift_JIS、EUC-JP）として読めない部分があります。Excelで「CSV UTF-8」として保存してください。"
        ),
        Reason::Truncated => "ファイルの終わりの部分がありません。元の場所からコピーし直してください。".into(),
        Reason::Inflates { part, limit } => format!(
            "内部の『{part}』を展開すると {limit} バイトを超えます。台帳のシートだけを新しいブックに保存してください。"
        ),
        Reason::TooManyParts { parts, limit } => format!(
            "内部の部品が {parts} 個あります（上限は {limit} 個）。台帳のシートだけを新しいブックに保存してください。"
        ),
        Reason::StringCount { declared } => {
            format!(
                "文字列が {declared} 個あると書かれていますが、それだけの中身がありません。Excelで開き、保存し直してください。"
            )
        }
        Reason::OpenQuote => "この行で始まる引用符（\"）が閉じていません。この行を直してください。".into(),
        Reason::Malformed { detail } => {
            format!("ファイルの中身が壊れています（{detail}）。Excelで開き、.xlsx として保存し直してください。")
        }
        Reason::NoTable { sheets } => format!(
            "台帳の見出しの行が見つかりません（調べたシート: {sheets}、各シートの先頭30行）。管理番号、IPアドレス、コンピュータ名などの見出しを、1つの行に3つ以上並べてください。"
        ),
        Reason::NotFindings => "記入済みの所見一覧ではありません（先頭30行に「判断」「所見ID」「内容の指紋」などの見出しが揃った行がありません）。daicho が書き出した findings.xlsx に記入し、見出しと「所見ID」の列を残したまま保存してください。".into(),
        Reason::NotEnquiry => "記入済みの照会票ではありません（見出しの下の隠れた記号の行が、どのシートにもありません）。病院から受け取った照会票に、最初の行と左端の列を残したまま記入してください。".into(),
        Reason::NotInventory => "読み取れるインベントリではありません。GLPIエージェント（JSON）、OCS・FusionInventory（XML）、またはWindowsの systeminfo、Get-ComputerInfo | ConvertTo-Json、wmic … /format:csv、ipconfig /all の出力を、編集せずそのまま保存して指定してください。".into(),
        Reason::InventoryDamaged { detail } => format!(
            "インベントリの中身が途中で切れているか、壊れています（{detail}）。その機器でもう一度出力し、そのままコピーしてください。"
        ),
        Reason::InventoryEmpty => "インベントリに機器の名前・シリアル番号・MACアドレス・IPアドレスがどれもありません。その機器でもう一度出力してください。".into(),
        other => reader(other),
    }
}

fn reader(reason: &Reason) -> String {
    match reason {
        Reason::ReaderTime { seconds } => format!(
            "読み取りが {seconds} 秒以内に終わらなかったため、中止しました。台帳のシートだけを新しいブックに保存してください。"
        ),
        Reason::ReaderDied { detail } => format!(
            "読み取りが途中で止まりました（{detail}）。許された量を超えるメモリーが必要です。台帳のシートだけを新しいブックに保存してください。"
        ),
        Reason::Reader { detail } => {
            format!("読み取りの処理が動きません（{detail}）。daicho のインストールを確認してください。")
        }
        // Every other reason is worded above; its English text is better than none.
        other => other.to_string(),
    }
}

fn content(content: Content) -> &'static str {
    match content {
        Content::Text => "文字だけのファイル",
        Content::Html => "HTML（Webページ）",
        Content::Workbook => "Excel ブック",
        Content::OldWorkbook => "Excel 97-2003 ブック（.xls）",
        Content::OpenDocument => "OpenDocument 表計算（.ods）",
        Content::Encrypted => "暗号化されたブック",
        Content::Archive => "ブックではない ZIP ファイル",
        Content::Pdf => "PDF",
        Content::Picture => "画像",
        Content::Other => "文字でもブックでもないデータ",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<Reason> {
        let text = String::from("x");
        vec![
            Reason::NotOpened { detail: text.clone() },
            Reason::TooLarge { bytes: 2, limit: 1 },
            Reason::Empty,
            Reason::Personal { sheets: text.clone() },
            Reason::PasswordProtected,
            Reason::WrongExtension { extension: text.clone(), found: Content::Html },
            Reason::NotText { line: 3 },
            Reason::Truncated,
            Reason::Inflates { part: text.clone(), limit: 1 },
            Reason::TooManyParts { parts: 2, limit: 1 },
            Reason::StringCount { declared: 4 },
            Reason::OpenQuote,
            Reason::Malformed { detail: text.clone() },
            Reason::NoTable { sheets: text.clone() },
            Reason::NotFindings,
            Reason::NotEnquiry,
            Reason::ReaderTime { seconds: 1 },
            Reason::ReaderDied { detail: text.clone() },
            Reason::Reader { detail: text },
        ]
    }

    #[test]
    fn every_reason_is_worded_in_japanese_and_names_its_place() {
        for reason in all() {
            let place = Place { sheet: Some("放射線科".into()), row: Some(12), column: Some("F".into()) };
            let english = reason.to_string();
            let error = ImportError { file: "台帳.xlsx".into(), place, reason };
            let text = error.ja();
            assert!(text.starts_with("『台帳.xlsx』 シート『放射線科』 12行目 F列: "), "{text}");
            assert!(!text.contains(&english), "{text}");
            assert!(error.to_string().starts_with("台帳.xlsx, sheet \"放射線科\", row 12, column F: "), "{error}");
        }
    }
}
