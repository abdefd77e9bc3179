//! What else a finding could be, what to do about it, and what would settle it.

use super::phrase::mark;
use super::{Lang, exit, hint, problem, vendor};
use crate::judge::entry::{Field, RowProblem};
use crate::judge::finding::{Finding, Kind, NotCheckedReason};
use crate::render::scene::Scene;

/// Benign explanations; those that the judge has ruled out are said by their absence in the evidence.
#[allow(clippy::too_many_lines, reason = "a catalogue: one sentence a kind")]
pub(super) fn other(kind: &Kind, lang: Lang) -> &'static [&'static str] {
    match kind {
        Kind::NotInLedger => lang.pick(
            &[
                "購入・入替の直後で、台帳への記入がこれからの機器",
                "業者や職員が一時的に持ち込んだ機器",
                "台帳のMACアドレスやIPアドレスの書き間違い",
                "無線LANの自動生成MACアドレス（接続ごとに変わる端末）",
            ],
            &[
                "bought or replaced recently, not yet entered",
                "brought in for a short time by a vendor or staff",
                "a typing error in the ledger's addresses",
                "a terminal with random MAC addresses",
            ],
        ),
        Kind::NotFound { .. } => lang.pick(
            &[
                "調査時刻に電源が切れていた機器",
                "移設・修理・貸出中の機器",
                "問い合わせに応答しない設定の機器",
                "台帳のIPアドレスの書き間違い",
            ],
            &[
                "switched off at the time",
                "moved, lent or under repair",
                "set not to answer",
                "a typing error in the ledger's address",
            ],
        ),
        Kind::NotChecked { .. } => lang.pick(
            &["機器には問題がなく、調べる手がかりか範囲だけが足りない場合"],
            &["nothing may be wrong with the device: only the clue or the coverage is missing"],
        ),
        Kind::Mismatch { field: Field::IpAddress, .. } => lang.pick(
            &["DHCPによる割り当ての変更", "機器の移設や設定変更の台帳への未反映"],
            &["an address handed out by DHCP", "moved or set anew, ledger not yet updated"],
        ),
        Kind::Mismatch { field: Field::Manufacturer, .. } => lang.pick(
            &[
                "LANカードだけが別メーカー製の機器（医療機器や組込み機器では普通）",
                "会社名の変更や略称による表記の違い",
            ],
            &[
                "the network card alone is of another maker, as in many medical devices",
                "a renamed company or an abbreviation",
            ],
        ),
        Kind::Mismatch { .. } => lang.pick(
            &["部品交換・入替・設定変更の台帳への未反映", "表記の違い"],
            &["replaced or set anew, ledger not yet updated", "another spelling"],
        ),
        Kind::DuplicateEntry { .. } => lang.pick(
            &["一台の機器をソフトウェアごとに複数行へ書く書き方", "入替前の行の消し忘れ"],
            &["one device written as one row for each program", "the row of a replaced device left in"],
        ),
        Kind::DefectiveEntry { .. } => {
            lang.pick(&["表計算ソフトの自動変換による値の変化"], &["a value changed by the spreadsheet program"])
        }
        Kind::AmbiguousPair { .. } => lang.pick(
            &["同じ名前や同じIPアドレスを引き継いだ後継機", "台帳の書き間違い"],
            &["a successor that took over name or address", "a typing error in the ledger"],
        ),
        Kind::Unnatural { .. } => lang.pick(
            &[
                "途中のファイアウォールや負荷分散装置による代理応答",
                "不正アクセスを検知するためのおとり（ハニーポット）",
                "故障中または過負荷の機器",
            ],
            &[
                "a firewall or load balancer on the way answers in its place",
                "a decoy that is to detect intruders (honeypot)",
                "a device that is broken or overloaded",
            ],
        ),
        Kind::DualHomed { .. } | Kind::UndeclaredUplink { .. } | Kind::ForwardsUndeclared | Kind::RetiredButSeen => {
            other_network(kind, lang)
        }
        Kind::UnneededServices { .. }
        | Kind::ManagementReachable { .. }
        | Kind::SupportEnded { .. }
        | Kind::SupportEnding { .. } => hint::other(kind, lang),
        Kind::VendorContradiction { .. }
        | Kind::VendorDisowned { .. }
        | Kind::VendorUnknown { .. }
        | Kind::VendorUnasked { .. }
        | Kind::VendorOutdated { .. }
        | Kind::VendorSilent { .. } => vendor::other(kind, lang),
    }
}

fn other_network(kind: &Kind, lang: Lang) -> &'static [&'static str] {
    match kind {
        Kind::DualHomed { .. } => lang.pick(
            &[
                "仮想化ソフトやコンテナの内部ネットワーク",
                "装置内部だけの制御用ネットワーク",
                "NASやサーバの予備の口",
                "VPNソフトの仮想インタフェース",
            ],
            &[
                "an internal network of virtualisation software",
                "a control network inside one device",
                "a spare port of a server or NAS",
                "a virtual interface of VPN software",
            ],
        ),
        Kind::UndeclaredUplink { signs } => exit::other(signs, lang),
        Kind::ForwardsUndeclared => lang.pick(
            &[
                "仮想マシンやコンテナを動かすサーバの、内部のための中継",
                "VPNソフトや接続共有の設定の消し忘れ",
                "台帳への記入がこれからのルータ・L3スイッチ",
            ],
            &[
                "a server that forwards for its own virtual machines or containers",
                "VPN software or connection sharing left switched on",
                "a router or switch that is not in the ledger yet",
            ],
        ),
        _ => lang.pick(
            &[
                "廃棄の予定だけが先に記入された機器",
                "同じIPアドレスや名前を引き継いだ後継機",
                "廃棄後に別の部門で再利用された機器",
            ],
            &[
                "entered as retired ahead of time",
                "a successor that took over address or name",
                "used again by another department",
            ],
        ),
    }
}

/// Who looks at which cable, or asks which vendor what.
pub(super) fn action(finding: &Finding, scene: &Scene<'_>) -> String {
    let lang = scene.lang();
    let department = scene.departments(finding.asset.as_ref(), &finding.entries);
    let who = if department.is_empty() {
        lang.pick("設置場所の部門の担当者".to_owned(), "The department in charge".to_owned())
    } else {
        lang.pick(format!("{}の担当者", mark(&department)), mark(&department))
    };
    match &finding.kind {
        Kind::DualHomed { .. } | Kind::UndeclaredUplink { .. } | Kind::ForwardsUndeclared => {
            exit::action(finding, &who, scene)
        }
        Kind::UnneededServices { .. }
        | Kind::ManagementReachable { .. }
        | Kind::SupportEnded { .. }
        | Kind::SupportEnding { .. } => hint::action(&finding.kind, &who, lang),
        Kind::NotChecked { reason } => widen(*reason, lang).to_owned(),
        Kind::DefectiveEntry { problem } => correct(problem, lang),
        Kind::NotInLedger => lang.pick(
            "情報システム担当者は、機器の銘板でメーカー・型番・設置場所を確認し、台帳に登録してください。事業者が持ち込んだ機器なら、目的と撤去予定を事業者に確認してください。".to_owned(),
            "IT staff: read maker, model and place off the device's label and add it to the ledger. If a vendor brought it, ask the vendor what for and until when.".to_owned(),
        ),
        Kind::NotFound { .. } => lang.pick(
            format!("{who}は、台帳の設置場所で機器の有無・電源・LANケーブルを確認してください。移設や廃棄が済んでいれば台帳の「状態」列を直してください。"),
            format!("{who}: look for the device at its place, its power and its LAN cable. If it was moved or retired, correct the ledger's status."),
        ),
        Kind::Mismatch { field, .. } => {
            let field = problem::field(*field, lang);
            lang.pick(
                format!("{who}は、機器の設定画面か銘板で{field}を確認し、台帳を修正してください。心当たりのない変更なら、保守の事業者に確認してください。"),
                format!("{who}: check the {field} on the device and correct the ledger. If nobody knows of a change, ask the maintenance vendor."),
            )
        }
        Kind::DuplicateEntry { .. } => lang.pick(
            "台帳の管理者は、上の行が同じ機器か別の機器かを確認し、不要な行を廃棄にするか値を修正してください。".to_owned(),
            "Keeper of the ledger: find out whether these rows are one device, and retire or correct the surplus ones.".to_owned(),
        ),
        Kind::AmbiguousPair { .. } => lang.pick(
            format!("{who}は、機器の銘板のMACアドレスかシリアル番号を台帳のこの行に記入してください。"),
            format!("{who}: write the MAC address or serial number of the device's label into this row."),
        ),
        Kind::Unnatural { .. } => lang.pick(
            "情報システム担当者は、この機器の設置場所と用途を確認してください。心当たりがなければ、スイッチのどのポートにつながっているかを調べ、持ち主が分かるまで接続先を控えておいてください。以後の調査では、この機器への問い合わせを途中で止めています。".to_owned(),
            "IT staff: find out where this device stands and what it is for. If nobody knows it, find its switch port and note it until its owner is known. The scan stopped asking it half-way.".to_owned(),
        ),
        Kind::VendorContradiction { .. }
        | Kind::VendorDisowned { .. }
        | Kind::VendorUnknown { .. }
        | Kind::VendorUnasked { .. }
        | Kind::VendorOutdated { .. }
        | Kind::VendorSilent { .. } => {
            vendor::action(&finding.kind, &who, lang)
        }
        Kind::RetiredButSeen => lang.pick(
            format!("{who}は、機器が実際に撤去されたかを設置場所で確認してください。使用中なら台帳の「状態」列を修正し、不要ならLANケーブルを外す時期を事業者に確認してください。"),
            format!("{who}: see whether the device was really removed. If in use, correct the ledger's status; if not, ask the vendor when it can be disconnected."),
        ),
    }
}

fn widen(reason: NotCheckedReason, lang: Lang) -> &'static str {
    match reason {
        NotCheckedReason::NoKey | NotCheckedReason::AddressUnknown => lang.pick(
            "台帳の管理者は、この行に機器の銘板のMACアドレスか、設定画面のIPアドレスを記入してください。",
            "Keeper of the ledger: write the device's MAC address or IP address into this row.",
        ),
        NotCheckedReason::SegmentNotScanned | NotCheckedReason::Excluded => lang.pick(
            "情報システム担当者は、このセグメントの調査の許可を得て daicho.toml の [scope] networks に加えるか、設置場所で目視で確認してください。",
            "IT staff: get leave to scan this segment and add it to [scope] networks in daicho.toml, or look at the device in person.",
        ),
        NotCheckedReason::OffHours => lang.pick(
            "情報システム担当者は、機器の電源が入っている時間帯（平日の日中など）に調査を行ってください。急ぐ場合は設置場所で目視で確認してください。",
            "IT staff: run a scan while such devices are switched on, such as on a weekday, or look at the device in person.",
        ),
        NotCheckedReason::WeakMethod => lang.pick(
            "情報システム担当者は、このセグメントの中に調査用の機械を置いて調べるか、設置場所で目視で確認してください。",
            "IT staff: scan from within this segment, or look at the device in person.",
        ),
        NotCheckedReason::TooFewScans | NotCheckedReason::PartialScan => lang.pick(
            "情報システム担当者は、調査を最後まで行ってから判断してください。急ぐ場合は設置場所で目視で確認してください。",
            "IT staff: let a scan run to its end before judging, or look at the device in person.",
        ),
    }
}

fn correct(problem: &RowProblem, lang: Lang) -> String {
    let (place, todo) = (problem::place_of(problem, lang), problem::todo(problem.kind, lang));
    lang.pick(format!("{place}: {todo}"), format!("{place}: {todo}"))
}

/// What would settle it, as a noun phrase.
pub(super) fn settle(kind: &Kind, lang: Lang) -> &'static str {
    match kind {
        Kind::NotInLedger => lang.pick(
            "機器の現物のMACアドレスと、購入・貸借・持込の記録",
            "the MAC address on the device itself, and its purchase, loan or visitor record",
        ),
        Kind::NotFound { .. } => lang.pick(
            "設置場所での現物の確認、または次回の調査での応答",
            "the device in person, or its answer in a later scan",
        ),
        Kind::NotChecked { .. } => lang.pick(
            "台帳の記入の補足、またはそのセグメントを最後まで調べた結果",
            "a fuller ledger row, or a complete scan of its segment",
        ),
        Kind::Mismatch { .. } => {
            lang.pick("機器の設定画面または銘板の値", "the value on the device's settings page or label")
        }
        Kind::DuplicateEntry { .. } => {
            lang.pick("それぞれの行の機器の現物の確認", "the devices of both rows in person")
        }
        Kind::DefectiveEntry { .. } => {
            lang.pick("このセルを直した台帳の再取り込み", "importing the ledger again with this cell corrected")
        }
        Kind::AmbiguousPair { .. } => lang
            .pick("台帳へのMACアドレスまたはシリアル番号の記入", "the MAC address or serial number in the ledger row"),
        Kind::DualHomed { .. } => lang.pick(
            "機器のネットワーク設定画面、または2枚目のLANカードの配線の確認",
            "the device's network settings, or the cable of its second card",
        ),
        Kind::UndeclaredUplink { signs } => exit::settle(signs, lang),
        Kind::UnneededServices { .. }
        | Kind::ManagementReachable { .. }
        | Kind::SupportEnded { .. }
        | Kind::SupportEnding { .. } => hint::settle(kind, lang),
        Kind::ForwardsUndeclared => lang.pick(
            "機器の設定画面の接続共有・ルーティングの項目、またはその機器からたどれるLANケーブルの確認",
            "the device's settings for sharing and routing, or the cables that lead on from it",
        ),
        Kind::Unnatural { .. } => lang.pick(
            "機器の現物と設定の確認、または途中の装置（ファイアウォールなど）の設定の確認",
            "the device and its settings in person, or those of a firewall on the way",
        ),
        Kind::VendorContradiction { .. }
        | Kind::VendorDisowned { .. }
        | Kind::VendorUnknown { .. }
        | Kind::VendorUnasked { .. }
        | Kind::VendorOutdated { .. }
        | Kind::VendorSilent { .. } => vendor::settle(kind, lang),
        Kind::RetiredButSeen => {
            lang.pick("設置場所での現物の確認と、廃棄・撤去の記録", "the device in person and its disposal record")
        }
    }
}
