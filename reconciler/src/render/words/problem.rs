//! What can be wrong in a ledger's columns: where, what was found, what was done, what to do.

use super::Lang;
pub use super::column::field;
use super::phrase::mark;
use crate::judge::entry::{Origin, ProblemKind, RowProblem};

/// What is wrong, as a noun phrase.
pub fn title(kind: ProblemKind, lang: Lang) -> &'static str {
    match kind {
        ProblemKind::AddressMalformed => lang.pick("IPアドレスの書き方", "not an IP address"),
        ProblemKind::AddressPlaceholder => lang.pick("IPアドレスが記入例のまま", "IP address left as in the example"),
        ProblemKind::AddressImplausible => {
            lang.pick("機器に割り当てられないIPアドレス", "an address that no device can have")
        }
        ProblemKind::MacMalformed => lang.pick("MACアドレスの書き方", "not a MAC address"),
        ProblemKind::MacDamaged => lang.pick("桁の欠けたMACアドレス", "MAC address that lost digits"),
        ProblemKind::MacImplausible => {
            lang.pick("機器に割り当てられないMACアドレス", "a MAC address that no device can have")
        }
        ProblemKind::DateMalformed => lang.pick("日付の書き方", "not a date"),
        ProblemKind::ValueUnknown => lang.pick("選択肢にない語", "word that is not a known choice"),
        ProblemKind::AssetNoMissing => lang.pick("管理番号の空欄", "asset number missing"),
        ProblemKind::NoKey => lang.pick("照合できる項目の空欄", "nothing to compare with"),
        ProblemKind::FormulaError => lang.pick("計算結果のない数式", "formula without a value"),
        ProblemKind::CellsWithoutHeading => lang.pick("見出しのない列", "cells without a heading"),
        ProblemKind::RowSkipped => lang.pick("機器の行ではない行", "row that is not a device"),
        ProblemKind::TooManyRows => lang.pick("行数の上限超過", "more rows than the limit"),
        ProblemKind::CellTooLong => lang.pick("長すぎるセル", "cell too long"),
        ProblemKind::SheetSkipped => lang.pick("読み込まなかったシート", "sheet left out"),
        ProblemKind::PersonalData => lang.pick("個人の情報のシート", "sheet about persons"),
        ProblemKind::GroupRow => lang.pick("まとまりの見出しの行", "row that names a group"),
        ProblemKind::AddressRange => lang.pick("IPアドレスの範囲", "a range of IP addresses"),
        ProblemKind::ColumnGuessed => lang.pick("値から判断した列", "column known by its values"),
        ProblemKind::ColumnUnread => lang.pick("読み込まなかった列", "column left unread"),
        ProblemKind::StatusConflict => lang.pick("状態と廃棄の列の食い違い", "status and disposal disagree"),
        ProblemKind::SheetHidden => lang.pick("非表示のシート", "hidden sheet"),
        ProblemKind::NumberNotAsShown => lang.pick("表示と異なる番号", "number not as shown"),
        ProblemKind::AmendmentConflict => {
            lang.pick("判断と食い違う台帳の変更", "ledger changed otherwise than decided")
        }
        ProblemKind::AmendmentRowGone => lang.pick("判断した行の消滅", "decided row gone"),
        ProblemKind::RowStruck => lang.pick("取り消し線の行", "row struck through"),
        ProblemKind::CellStruck => lang.pick("取り消し線のセル", "cell struck through"),
        ProblemKind::RowsHidden => lang.pick("非表示の行", "hidden rows"),
        ProblemKind::ColumnHidden => lang.pick("非表示の列", "hidden column"),
        ProblemKind::TableEmpty => lang.pick("行のない表", "table without rows"),
    }
}

/// What was found and what Daicho did with it, as a sentence.
#[allow(clippy::too_many_lines, reason = "a catalogue: one sentence a kind")]
pub fn done(kind: ProblemKind, lang: Lang) -> &'static str {
    match kind {
        ProblemKind::AddressMalformed => lang.pick(
            "IPアドレスとして読めません。文字のまま保存し、照合には使っていません。",
            "It cannot be read as an IP address. It was kept as text and not compared.",
        ),
        ProblemKind::AddressPlaceholder => lang.pick(
            "記入例のままです。空欄として扱いました。",
            "The form's example was left in. It was treated as empty.",
        ),
        ProblemKind::AddressImplausible => lang.pick(
            "個々の機器には割り当てられないIPアドレスです。保存し、照合には使っていません。",
            "No single device can have this address. It was kept and not compared.",
        ),
        ProblemKind::MacMalformed => lang.pick(
            "MACアドレス（16進数12桁）として読めません。文字のまま保存し、照合には使っていません。",
            "It cannot be read as a MAC address (12 hexadecimal digits). It was kept as text and not compared.",
        ),
        ProblemKind::MacDamaged => lang.pick(
            "表計算ソフトで桁が失われたMACアドレスです。推測せず、照合には使っていません。",
            "This MAC address lost digits in a spreadsheet. It was not guessed and not compared.",
        ),
        ProblemKind::MacImplausible => lang.pick(
            "個々の機器には割り当てられないMACアドレスです。照合には使っていません。",
            "No single device can have this MAC address. It was not compared.",
        ),
        ProblemKind::DateMalformed => lang.pick(
            "日付として読めません。文字のまま保存しました。",
            "It cannot be read as a date. It was kept as text.",
        ),
        ProblemKind::ValueUnknown => lang.pick(
            "この列の選択肢にない語です。「不明」として扱いました。",
            "It is none of this column's known words. It was treated as unknown.",
        ),
        ProblemKind::AssetNoMissing => lang.pick(
            "管理番号が空欄です。行はほかの項目で照合しました。",
            "The asset number is empty. The row was compared by its other columns.",
        ),
        ProblemKind::NoKey => lang.pick(
            "MACアドレス・IPアドレス・コンピュータ名・シリアル番号がすべて空欄です。実測との照合はできません。",
            "MAC address, IP address, computer name and serial number are all empty. The row cannot be compared.",
        ),
        ProblemKind::FormulaError => lang.pick(
            "数式の計算結果が保存されていないか、エラー値です。空欄として扱いました。",
            "The formula has no stored result, or an error value. It was treated as empty.",
        ),
        ProblemKind::CellsWithoutHeading => lang.pick(
            "見出しのない列に文字があります。読み取らず、そのまま残しました。",
            "There is text in columns without a heading. It was left unread.",
        ),
        ProblemKind::RowSkipped => lang.pick(
            "見出しの繰り返し・小計・注記などの行です。機器としては数えていません。",
            "The row repeats the heading, or is a subtotal or a note. It was not counted as a device.",
        ),
        ProblemKind::TooManyRows => lang.pick(
            "読み込む行数の上限を超えています。この行より後は読んでいません。",
            "The file has more rows than the limit. Rows from here on were not read.",
        ),
        ProblemKind::CellTooLong => lang.pick(
            "セルの文字数が上限を超えています。途中で切りました。",
            "The cell is longer than the limit. It was cut.",
        ),
        ProblemKind::SheetSkipped => lang.pick(
            "台帳ではないシート（記入例・凡例など）として、読み込んでいません。",
            "The sheet is not a ledger (an example, a legend) and was not read.",
        ),
        ProblemKind::PersonalData => lang.pick(
            "個人の情報の表（アカウント台帳・名簿など）です。個人の情報は読み込みません。",
            "The sheet is about persons (a list of accounts or names). Personal data is not read.",
        ),
        ProblemKind::GroupRow => lang.pick(
            "まとまりの見出しの行です。続く行の空欄を、これで補いました。",
            "The row names a group. It fills empty cells of the rows below it.",
        ),
        ProblemKind::AddressRange => lang.pick(
            "範囲です。1つの行が複数の機器を表すものとして、範囲のすべてのIPアドレスを照合に使いました。",
            "It is a range. The row was taken to declare several devices, and every address of the range was compared.",
        ),
        ProblemKind::ColumnGuessed => lang.pick(
            "見出しの意味は分かりませんが、値から何の列かを判断して読み込みました。",
            "The heading is not known. What stands below it said what the column is, and it was read as that.",
        ),
        ProblemKind::ColumnUnread => lang.pick(
            "見出しの意味が分からないか、同じ見出しの列がほかにもあるため、この列は読み込んでいません。",
            "The heading is not known, or another column has the same; this column was not read.",
        ),
        ProblemKind::StatusConflict => lang.pick(
            "稼働を表しますが、別の列では廃棄・返却済みです。「廃棄」として扱いました。",
            "It says that the device is in use, and another column that it is gone. It was treated as retired.",
        ),
        ProblemKind::SheetHidden => lang.pick(
            "非表示のシートです。ほかのシートと同じように読み込みました。",
            "The sheet is hidden. It was read like the others.",
        ),
        ProblemKind::RowStruck => lang.pick(
            "行の全体に取り消し線があります。行は読み込みましたが、状態は「不明」として扱いました。",
            "The whole row is struck through. It was read, and its status treated as unknown.",
        ),
        ProblemKind::CellStruck => lang.pick(
            "セルに取り消し線があります。書かれている値をそのまま読み込みました。",
            "The cell is struck through. Its value was read as it stands.",
        ),
        ProblemKind::RowsHidden => lang.pick(
            "非表示の行（絞り込みで隠れた行を含む）です。ほかの行と同じように読み込みました。",
            "These rows are hidden, by a filter perhaps. They were read like the others.",
        ),
        ProblemKind::ColumnHidden => lang.pick(
            "非表示の列です。ほかの列と同じように読み込みました。",
            "The column is hidden. It was read like the others.",
        ),
        ProblemKind::TableEmpty => lang.pick(
            "見出しは見つかりましたが、その下に機器などの行がありません（0件）。表の全体が1つに結合されている場合も、こうなります。",
            "A heading was found, and no row of a device below it (0 rows). That is so, too, where the whole table is merged into one cell.",
        ),
        ProblemKind::NumberNotAsShown => lang.pick(
            "数値として保存されているため、表計算ソフトで表示される番号（頭の0や文字）と違うか、下の桁が失われています。保存された数値のまま読み込みました。",
            "It is stored as a number: the program shows it otherwise (leading zeros, letters), or its last digits are lost. It was read as stored.",
        ),
        ProblemKind::AmendmentConflict => lang.pick(
            "判断の前の値とも、判断で決めた値とも違う値に変わっています。ファイルの値を使いました。",
            "It is neither the text from before the decision nor the one decided on. The file's text was used.",
        ),
        ProblemKind::AmendmentRowGone => lang.pick(
            "この行の変更が判断で決まっていますが、取り込んだファイルにこの行がありません。",
            "A change of this row was decided on, and the imported file has no such row any more.",
        ),
    }
}

/// What to do, as a sentence that follows the place.
#[allow(clippy::too_many_lines, reason = "a catalogue: one sentence a kind")]
pub fn todo(kind: ProblemKind, lang: Lang) -> &'static str {
    match kind {
        ProblemKind::AddressMalformed => lang.pick(
            "「192.168.10.5」の形に直すか、自動割り当ての機器なら「DHCP」と記入してください。",
            "Write it as 192.168.10.5, or DHCP where the address is handed out.",
        ),
        ProblemKind::AddressPlaceholder | ProblemKind::AddressImplausible => lang.pick(
            "実際の値に直すか、未接続の機器なら「なし」と記入してください。",
            "Write the real value, or none for a device that is not connected.",
        ),
        ProblemKind::MacMalformed | ProblemKind::MacDamaged | ProblemKind::MacImplausible => lang.pick(
            "列の書式を「文字列」にして、機器の銘板や設定画面の値を「00:80:A3:12:34:56」の形で記入してください。",
            "Set the column to text and write the value of the device's label as 00:80:A3:12:34:56.",
        ),
        ProblemKind::DateMalformed => {
            lang.pick("「2026/3/31」の形で記入してください。", "Write it as 2026/3/31.")
        }
        ProblemKind::ValueUnknown => lang.pick(
            "この列の選択肢（台帳ひな形の「記入の手引き」）から選んで記入してください。",
            "Choose one of the words listed for this column in the ledger template.",
        ),
        ProblemKind::AssetNoMissing => {
            lang.pick("この行に重複しない管理番号を記入してください。", "Give this row an asset number of its own.")
        }
        ProblemKind::NoKey => lang.pick(
            "この行に、四つのうち分かるものを一つ以上記入してください。院内LANにつながない機器なら「ネットワーク接続」列に「なし」と記入してください。",
            "Fill in at least one of the four, or write none under network connection.",
        ),
        ProblemKind::FormulaError => lang.pick(
            "表計算ソフトで開いて保存し直すか、値を直接記入してください。",
            "Open and save the file in a spreadsheet program, or write the value itself.",
        ),
        ProblemKind::CellsWithoutHeading => {
            lang.pick("必要な列なら見出し行に列名を記入してください。", "If the column matters, give it a heading.")
        }
        ProblemKind::RowSkipped => lang.pick(
            "機器の行であれば、管理番号とコンピュータ名などを記入してください。そうでなければ作業は不要です。",
            "If it is a device, fill in its asset number and name. Otherwise nothing is needed.",
        ),
        ProblemKind::TooManyRows => {
            lang.pick("ファイルを部門ごとなどに分けて、もう一度取り込んでください。", "Split the file and import again.")
        }
        ProblemKind::SheetSkipped => lang.pick(
            "機器の台帳であれば、シート名と見出し行（管理番号、コンピュータ名など）を確認してください。",
            "If it is a ledger, look at the sheet's name and its heading row.",
        ),
        ProblemKind::PersonalData | ProblemKind::GroupRow => lang.pick("作業は不要です。", "Nothing is needed."),
        ProblemKind::AddressRange => lang.pick(
            "機器ごとに行を分けて、それぞれのIPアドレスを記入してください。",
            "Give every device a row and an address of its own.",
        ),
        ProblemKind::ColumnGuessed => lang.pick(
            "判断が違うときは、daicho ledger map --write で対応表を作って直してください。",
            "If that is wrong, make a mapping with daicho ledger map --write and correct it.",
        ),
        ProblemKind::ColumnUnread => lang.pick(
            "この列も必要なら、見出しを直すか、daicho ledger map --write で対応表を作ってください。",
            "If this column matters, too, correct its heading, or make a mapping with daicho ledger map --write.",
        ),
        ProblemKind::StatusConflict => lang.pick(
            "どちらが正しいか確認し、もう一方を直してください。",
            "Find out which is right, and correct the other.",
        ),
        ProblemKind::SheetHidden => lang.pick(
            "使わないシートであれば、ファイルから削除してください。",
            "If the sheet is not in use, remove it from the file.",
        ),
        ProblemKind::RowStruck => lang.pick(
            "廃棄・返却した機器なら「状態」に廃棄と記入し、使っている機器なら取り消し線を外してください。",
            "If the device is gone, write so as its status; if it is in use, remove the line.",
        ),
        ProblemKind::CellStruck => lang.pick(
            "使わなくなった値なら、セルから消してください。",
            "If the value is not in use any more, remove it from the cell.",
        ),
        ProblemKind::RowsHidden => lang.pick(
            "使わない行であれば、ファイルから削除するか、「状態」に廃棄と記入してください。",
            "If the rows are not in use, remove them from the file, or write so as their status.",
        ),
        ProblemKind::ColumnHidden => lang.pick(
            "使わない列であれば、ファイルから削除してください。",
            "If the column is not in use, remove it from the file.",
        ),
        ProblemKind::TableEmpty => lang.pick(
            "セルの結合を解除し、1行に1台ずつ記入して、取り込み直してください。",
            "Unmerge the cells, write one device a row, and import the file again.",
        ),
        ProblemKind::NumberNotAsShown => lang.pick(
            "列の書式を「文字列」にして、番号を表示のとおりに記入し直してください。",
            "Set the column to text and write the number as it is shown.",
        ),
        ProblemKind::AmendmentConflict => lang.pick(
            "どちらの値が正しいか確認し、台帳を直して取り込み直すか、元の所見を判断し直してください（daicho decide）。",
            "Find out which is right; then correct the file and import it again, or decide anew (daicho decide).",
        ),
        ProblemKind::AmendmentRowGone => lang.pick(
            "行を意図して削除したのであれば、元の判断を取り消してください（daicho decide reopen）。",
            "If the row was removed on purpose, take the decision back (daicho decide reopen).",
        ),
        ProblemKind::CellTooLong => {
            lang.pick("このセルを短くするか、「説明」列に分けて記入してください。", "Shorten the cell, or use the description column.")
        }
    }
}

/// Where a row stands: `台帳.xlsx のシート『放射線科』12行目`.
pub fn place(origin: &Origin, lang: Lang) -> String {
    if origin.file.is_empty() {
        return lang.pick("判断により登録した行", "row registered by decision").to_owned();
    }
    let (file, sheet) = (mark(&origin.file), mark(&origin.sheet));
    // A problem of a whole sheet has no row.
    let row = (origin.row > 0).then_some(origin.row);
    match (lang, origin.sheet.is_empty(), row) {
        (_, true, None) => file,
        (Lang::Ja, true, Some(row)) => format!("{file} の{row}行目"),
        (Lang::Ja, false, None) => format!("{file} のシート『{sheet}』"),
        (Lang::Ja, false, Some(row)) => format!("{file} のシート『{sheet}』{row}行目"),
        (Lang::En, true, Some(row)) => format!("{file}, row {row}"),
        (Lang::En, false, None) => format!("{file}, sheet “{sheet}”"),
        (Lang::En, false, Some(row)) => format!("{file}, sheet “{sheet}”, row {row}"),
    }
}

/// Where a problem lies, with its column.
pub fn place_of(problem: &RowProblem, lang: Lang) -> String {
    let place = place(&problem.origin, lang);
    let heading = problem.field.map(|known| field(known, lang));
    match (lang, problem.column.as_deref().map(mark), heading) {
        (_, None, None) => place,
        (Lang::Ja, Some(column), Some(heading)) => format!("{place} {column}列（{heading}）"),
        (Lang::Ja, Some(column), None) => format!("{place} {column}列"),
        (Lang::Ja, None, Some(heading)) => format!("{place}（{heading}）"),
        (Lang::En, Some(column), Some(heading)) => format!("{place}, column {column} ({heading})"),
        (Lang::En, Some(column), None) => format!("{place}, column {column}"),
        (Lang::En, None, Some(heading)) => format!("{place} ({heading})"),
    }
}

/// Place, what was found, and what was done.
pub fn what(problem: &RowProblem, lang: Lang) -> String {
    let (place, done) = (place_of(problem, lang), done(problem.kind, lang));
    if problem.found.trim().is_empty() || !is_about_cell(problem.kind) {
        return format!("{place}: {done}");
    }
    let found = mark(&problem.found);
    lang.pick(format!("{place}: 『{found}』は{done}"), format!("{place}: “{found}”. {done}"))
}

/// For who keeps the file: where in it, what was found and done, and what to do. `sheet` counts the file's sheets
/// from 1.
pub fn told(problem: &RowProblem, sheet: Option<usize>, lang: Lang) -> String {
    let place = place_in_file(problem, sheet, lang);
    let (done, todo) = (done(problem.kind, lang), todo(problem.kind, lang));
    let gap = lang.pick("", " ");
    if problem.found.trim().is_empty() || !is_about_cell(problem.kind) {
        return format!("{place}: {done}{gap}{todo}");
    }
    let heading = problem.field.map(|known| field(known, lang)).unwrap_or_default();
    let found = mark(&problem.found);
    lang.pick(
        format!("{place}: {heading}『{found}』は{done}{todo}"),
        format!("{place}: {heading} “{found}”. {done} {todo}"),
    )
}

fn place_in_file(problem: &RowProblem, sheet: Option<usize>, lang: Lang) -> String {
    let (name, row) = (mark(&problem.origin.sheet), problem.origin.row);
    let sheet = match (lang, sheet) {
        (_, None) => String::new(),
        (Lang::Ja, Some(count)) => format!("{count}枚目のシート『{name}』"),
        (Lang::En, Some(count)) => format!("sheet {count} “{name}”"),
    };
    // A problem of a whole sheet has no row.
    let row = (row > 0).then(|| lang.pick(format!("{row}行目"), format!("row {row}")));
    let column = problem.column.as_deref().map(mark);
    let column = column.map(|column| lang.pick(format!(" {column}列"), format!(", column {column}")));
    let comma = lang.pick("", ", ");
    let between = if sheet.is_empty() || row.is_none() { "" } else { comma };
    format!("{sheet}{between}{}{}", row.unwrap_or_default(), column.unwrap_or_default())
}

/// The sentence is about the cell's text; the others are about the row or the file.
fn is_about_cell(kind: ProblemKind) -> bool {
    let other = [
        ProblemKind::AssetNoMissing,
        ProblemKind::NoKey,
        ProblemKind::FormulaError,
        ProblemKind::CellsWithoutHeading,
        ProblemKind::TooManyRows,
        ProblemKind::CellTooLong,
    ];
    !other.contains(&kind)
}
