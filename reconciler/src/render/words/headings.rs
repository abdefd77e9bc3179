//! Headings, column names and labels: noun phrases, the same in every output.

use super::Lang;

macro_rules! headings {
    ($($name:ident: $ja:literal, $en:literal;)*) => {
        /// Every heading, in one language.
        #[derive(Debug)]
        #[allow(missing_docs, reason = "the names say it; the words stand in the table below")]
        pub struct Headings { $(pub $name: &'static str,)* }

        const JA: Headings = Headings { $($name: $ja,)* };
        const EN: Headings = Headings { $($name: $en,)* };

        #[cfg(test)]
        const PAIRS: &[(&str, &str)] = &[$(($ja, $en),)*];
    };
}

/// The headings of a language.
pub fn headings(lang: Lang) -> &'static Headings {
    lang.pick(&JA, &EN)
}

headings! {
    title: "院内LAN実測と機器台帳の照合報告書", "What stands on the hospital LAN, compared with its ledger";
    hospital: "病院名", "Hospital";
    scope: "対象範囲", "Scope";
    when: "実施日時", "Time";
    compared: "前回との比較", "Compared with";
    first_night: "前回の記録なし（初回）", "nothing: this is the first run";
    operator: "実施者", "Run by";
    ledger: "台帳", "Ledger";
    ledger_updated: "最終更新日", "last updated";
    ledger_none: "台帳の取り込みなし", "no ledger imported";
    not_written: "記入なし", "not written";
    scanner: "調査機", "Scanner";
    profile: "調査の速さ", "Pace";
    verdict: "判定", "Verdict";
    urgent: "至急の所見", "Urgent findings";
    most_urgent: "優先する所見", "First findings";
    none: "該当なし", "none";
    coverage: "調査範囲", "Coverage";
    looked: "調べた範囲", "Looked at";
    not_looked: "調べていない範囲", "Not looked at";
    blind: "この方法では見えないもの", "What this method cannot see";
    impact: "機器への影響", "Impact on devices";
    packets_total: "送信パケット合計", "Packets sent in total";
    packets_most: "1台への最大", "Most to one device";
    packets_medical: "医療機器1台への最大", "Most to one medical device";
    left_alone: "途中で応答しなくなり送信を止めた機器", "Stopped answering and left alone";
    confirm: "確認欄", "Confirmation";
    confirmed_by: "確認者", "Confirmed by";
    confirmed_on: "確認日", "Date";
    remarks: "所見・指示", "Remarks";
    findings: "所見一覧", "Findings";
    severity: "重大度", "Severity";
    grade: "確度", "Grade";
    kind: "種別", "Kind";
    device: "機器", "Device";
    place: "設置場所", "Location";
    department: "部門", "Department";
    asset_no: "管理番号", "Asset no.";
    content: "内容", "Content";
    how: "根拠", "How we know";
    other: "考えられる他の理由", "What else it could be";
    action: "お願い", "What to do";
    settle: "決め手", "What would settle it";
    reply: "応答の内容（16進）", "Reply (hexadecimal)";
    new: "新規", "new";
    assets: "実測機器一覧", "Machines seen";
    id: "識別子", "Id";
    class: "分類", "Class";
    confidence: "確信度", "Confidence";
    mac: "MACアドレス", "MAC address";
    address: "IPアドレス", "IP address";
    told: "機器の申告のみ", "told only";
    name: "名前", "Name";
    maker: "メーカー", "Maker";
    model: "型番", "Model";
    serial: "シリアル番号", "Serial number";
    os: "OS", "Operating system";
    firmware: "ファームウェア", "Firmware";
    why: "なぜ", "Why";
    services: "サービス", "Services";
    multi_homed: "二系統接続", "Dual-homed";
    forwards: "パケット転送", "Forwards";
    uplink: "未申告の外部への出口", "Undeclared way out";
    last_seen: "最終確認", "Last seen";
    first_seen: "初回確認", "First seen";
    ledger_row: "台帳の行", "Ledger row";
    entries: "台帳照合結果", "Ledger rows";
    register: "台帳の種類", "Register";
    file: "ファイル", "File";
    sheet: "シート", "Sheet";
    row: "行", "Row";
    column: "列", "Column";
    field: "項目", "Field";
    state: "照合結果", "Result";
    status: "状態", "Status";
    diagram: "ネットワーク構成図", "Network diagram";
    points: "外部接続点", "External connection points";
    line: "回線種別", "Line";
    declared: "申告と観測", "Declared and seen";
    signs: "兆候", "Signs";
    segment: "セグメント", "Segment";
    probe: "調べ方", "Method";
    asked: "問い合わせ", "Asked";
    answered: "応答", "Answered";
    not_allowed: "安全設定で除外", "Not allowed";
    not_reached: "未実施", "Not reached";
    reach: "経路", "Reach";
    on_link: "同一LAN", "same LAN";
    routed: "ルータ越し", "routed";
    devices: "機器数", "Machines";
    sent: "送信記録", "What was sent";
    packets: "パケット数", "Packets";
    from: "最初", "First";
    to: "最後", "Last";
    problems: "台帳の指摘", "Row problems";
    found: "セルの内容", "Cell";
    done: "扱い", "What was done";
    fix: "直し方", "What to do";
    pairing: "照合の説明", "How rows were matched";
    pairing_note: "台帳の行と実測機器の組み合わせごとの、比べた項目と点数", "Every pair and near miss, with the keys compared and their points";
    score: "点数", "Score";
    decision: "判断", "Decision";
    standing: "判断の状態", "Where it stands";
    handle: "記号", "Handle";
    decided: "判断済み", "decided";
    comment: "コメント", "Remark";
    log_head: "判断記録の末尾", "End of the log of decisions";
    decide: "判断", "Decision";
    until: "期日", "Until";
    reason: "理由", "Reason";
    approver: "承認者", "Approver";
    assignee: "担当", "Assignee";
    correction: "修正内容", "Correction";
    finding_id: "所見ID", "Finding";
    fingerprint: "内容の指紋", "Fingerprint";
    changes: "前回からの変化", "Changes since last time";
    no_changes: "変化なし", "no changes";
    troubles: "調査中の支障", "Troubles during the scan";
    whereabouts: "箇所", "Where";
    at: "時刻", "Time";
    message: "内容（原文）", "Message";
    legend: "凡例", "Legend";
    counts: "集計", "Counts";
    partial: "一部のみの結果", "partial result";
    method_note: "確度は「どれだけ確かか」、重大度は「どれだけ急ぐか」を表す別のもの", "Grade says how sure a statement is, severity how urgent; they are two things";
    exclude: "除外した範囲", "Excluded";
    run: "調査番号", "Run";
    everybody: "全機器あて（同報）", "everybody (multicast)";
    nobody: "機器は未確認", "no machine found";
    summary: "件数", "Number";
    remote: "リモート保守", "Remote maintenance";
    registered: "登録日", "Registered";
    seen_address: "実測のIPアドレス", "Address seen";
    item: "項目", "Item";
    dual_homed: "二系統接続一覧", "Dual-homed machines";
    sides: "LANカードとIPアドレス", "Cards and addresses";
    purpose: "用途・説明", "Purpose";
    declared_second: "申告", "Declared";
    benign: "考慮した理由", "Explanations considered";
    request: "送信の内容（16進）", "Request (hexadecimal)";
    hypotheses: "確度の内訳", "The grade in detail";
    asks_multi_homed: "別のネットワークにもつながっているか", "is it connected to another network, too";
    asks_forwards: "ほかの機器の通信を中継するか", "does it forward what others send";
    asks_uplink: "申告のない、外への出口か", "is it a way out that nobody declared";
    hypothesis: "見立て", "Hypothesis";
    methods: "調べた方法と、見えた範囲", "The methods, and what each could see";
    vendor: "事業者", "Vendor";
    in_ledger: "台帳の記載", "In the ledger";
    homed_forwards: "二系統 / 転送", "Dual-homed / forwards";
    three: "二系統・転送・出口", "Dual-homed, forwards, way out";
    closed_search: "外への出口と二系統接続を探した問い合わせ", "Questions about ways out and second networks";
    closed_rest: "機器の在否と種類を調べた問い合わせ", "Questions about presence and kind of devices";
    sent_packets: "送信パケット", "Packets sent";
    answers: "得られた応答", "Answers";
    closed_title: "閉域と考えているセグメントの確認書", "Statement about a segment that is believed closed";
    closed_tested: "調べた内容", "What was tested";
    closed_answered: "兆候のある機器", "Machines that show signs";
    closed_undecided: "兆候はないが、判定できない項目がある機器", "Machines without a sign, of which not all could be decided";
    closed_declared: "申告済みの外部接続点", "declared external connection point";
    closed_walk: "巡回点検表", "Check sheet for the walk round";
    closed_result: "結果", "Result";
    closed_boxes: "□ なし　□ あり", "□ no  □ yes";
    book_equipment: "機器管理台帳", "Equipment ledger";
    book_medical: "医療機器台帳", "Medical devices";
    book_points: "外部接続点一覧（部門別）", "External points by department";
    book_remote: "リモート保守台帳", "Remote maintenance";
    book_vendors: "事業者とシステムの対応表", "Vendors and systems";
    book_record: "確認・報告記録", "Review and report";
    book_coverage: "調査範囲と方法の説明書", "What was looked at, and how";
    matrix: "事業者×システム", "Vendor by system";
    detail: "明細", "Details";
    made_on: "作成日", "made on";
    ledger_version: "台帳の版", "ledger version";
    seen: "観測", "Seen";
    seen_at: "観測日時", "Seen at";
    evidence_file: "根拠ファイル", "Evidence file";
    contract_holder: "契約・契約者", "Contract";
    allowed: "許可した接続元", "Allowed sources";
    boundary: "責任分界点", "Boundary of responsibility";
    confirmed: "確認日", "Confirmed on";
    point_name: "名称", "Name";
    subtotal: "小計", "Subtotal";
    total: "合計", "Total";
    no_department: "部門の記載なし", "no department";
    believed: "閉域と考えるセグメント", "Segments believed closed";
    believed_by: "閉域とする根拠", "Believed closed by";
    believed_none: "閉域と記載されたセグメントなし", "no segment is declared closed";
    statement: "確認結果", "Statement";
    tested: "調べた方法（問い合わせと応答の数）", "Methods (asked and answered)";
    remote_unlisted: "台帳にない遠隔保守の兆候", "Remote access without a row";
    remote_listed: "台帳の行", "Rows of the register";
    in_device_row: "機器台帳の記載のみ", "in the device's row only";
    system: "システム", "System";
    devices_of: "機器数", "Devices";
    mds_state: "MDS/SDS の状況", "MDS/SDS";
    subject: "対象", "About";
    no_rows: "載せる行なし", "no rows";
    enquiry_state: "照会の状況", "Enquiry";
    enquiry_number: "照会番号", "Enquiry no.";
    asked_on: "照会日", "Asked on";
    confirmed_rows: "確認できた行", "Rows confirmed";
    answered_on: "回答日", "Answered on";
    answered_by: "回答者", "Answered by";
    responsible: "担当", "Theirs";
    no_answer: "未回答", "no answer";
    vendor_answers: "事業者の回答", "Vendors' answers";
    no_vendor: "事業者の記載なし", "no vendor";
    no_system: "システムの記載なし", "no system";
    figures: "集計", "Figures";
    open_urgent: "至急の未判断の所見", "Urgent findings that nobody decided yet";
    decisions_made: "判断の記録", "Decisions";
    instructions: "指示・決定事項", "Instructions";
    reported_by: "報告者", "Reported by";
    approved_by: "承認者（経営層）", "Approved by (management)";
    date_box: "日付", "Date";
    name_box: "氏名", "Name";
    number: "件数", "Number";
    documents: "書類一覧", "List of documents";
    document_number: "番号", "Doc. no.";
    document: "書類の名称", "Document";
    document_title: "書類名", "Title";
    edition: "版", "Edition";
    octets: "バイト数", "Octets";
    by_hospital: "病院で追加する書類", "To be added by the hospital";
    to_add: "追加するもの", "What to add";
    note: "提出にあたっての注意点", "Note of the form";
    added: "追加済み", "Added";
    masked: "伏せ字版（アドレスの下位・シリアル番号・氏名を［英数字5文字］に置き換え、同じ機器には同じ伏せ字）", "masked: addresses, serial numbers and names stand as five letters in brackets, the same for the same device";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_noun_phrases_in_both_languages() {
        for (ja, en) in PAIRS {
            assert!(!ja.is_empty() && !en.is_empty());
            assert!(!ja.contains(['。', '！', '!']) && !ja.ends_with("です") && !ja.ends_with("ます"), "{ja}");
            assert!(!en.contains('!') && !en.ends_with('.') || en.ends_with("no."), "{en}");
        }
        assert_eq!((headings(Lang::Ja).findings, headings(Lang::En).findings), ("所見一覧", "Findings"));
    }
}
