//! The words of the statement about a segment that is believed closed.

use super::Lang;
use super::phrase::mark;
use crate::render::view::closed::Closed;

/// The result in one sentence; a segment of which too little is known is never called closed.
pub(crate) fn statement(closed: &Closed, lang: Lang) -> String {
    let (segment, devices) = (mark(&closed.segment.to_string()), closed.devices);
    let (second, out) = (closed.multi_homed.len(), closed.uplink.len());
    let declared = closed.declared.len();
    let (forwards, undecided) = (closed.forwards.len(), closed.undecided.len());
    if closed.methods.is_empty() || closed.devices == 0 {
        return lang.pick(
            format!("{segment} では機器の応答がなく、閉域かどうかを判断できません。"),
            format!("Nothing answered in {segment}: nobody can say whether it is closed."),
        );
    }
    if second + out + forwards + declared > 0 {
        return lang.pick(
            format!("{segment} で応答した機器{devices}台のうち、申告のない外部への出口の兆候が{out}台、二系統接続の兆候が{second}台、中継の兆候が{forwards}台にありました。申告済みの外部接続点は{declared}台です。閉域とは言えません。"),
            format!("Of {devices} machines in {segment}, {out} show signs of an undeclared way out, {second} of a second network, {forwards} of forwarding; {declared} are declared external connection points. It cannot be called closed."),
        );
    }
    let cut = if closed.complete {
        String::new()
    } else {
        lang.pick("調査は最後まで行われていません。".to_owned(), " The scan did not come to its end.".to_owned())
    };
    if undecided > 0 {
        return lang.pick(
            format!("{segment} で応答した機器{devices}台に、外への出口・二系統接続・中継の兆候はありませんでした。ただし{undecided}台は判定できていません。{cut}"),
            format!("None of {devices} machines in {segment} shows a sign of a way out, a second network or forwarding; of {undecided} of them nobody can say.{cut}"),
        );
    }
    lang.pick(
        format!("{segment} で応答した機器{devices}台に、外への出口・二系統接続・中継の兆候はありませんでした。{cut}"),
        format!(
            "None of {devices} machines in {segment} shows a sign of a way out, a second network or forwarding.{cut}"
        ),
    )
}

/// What no method sees from here.
pub(crate) fn cannot_see(lang: Lang) -> [&'static str; 6] {
    lang.pick(
        [
            "使われていない2枚目のLANカード",
            "1台の装置だけに直結されたルーター",
            "電話回線・シリアル接続のモデム",
            "すべての問い合わせに応答しない設定の機器",
            "調査の時刻に電源が切れていた、または持ち出されていた携帯端末・モバイルルーター",
            "別の仕組みで外とやり取りする機器（リモート操作ソフト、代理サーバ）",
        ],
        [
            "a second network card that is not in use",
            "a router that is cabled to one device only",
            "a modem on a telephone or serial line",
            "devices that answer nothing at all",
            "mobile devices and mobile routers that were off or elsewhere at that hour",
            "devices that exchange data outside by other means (remote control software, proxies)",
        ],
    )
}

/// What a person looks at on site.
pub(crate) fn walk_round(lang: Lang) -> [&'static str; 8] {
    lang.pick(
        [
            "各装置の背面のLAN端子に、2本目のLANケーブルがないか",
            "USB端子に、スマートフォン・USBモデム・無線LAN子機がないか",
            "装置の裏・ラックの中・天井裏に、ルーターやアンテナ付きの箱がないか",
            "SIMカードの挿さった機器、事業者名のラベルが貼られた箱がないか",
            "電話線（モジュラー）やシリアルケーブルがつながった装置がないか",
            "ONU・回線終端装置から、申告のないケーブルが出ていないか",
            "スイッチの空きポートに、行き先の分からないケーブルがないか",
            "事業者が保守に使う持ち込み機器の置き場所と、使う時刻",
        ],
        [
            "a second LAN cable at the back of each device",
            "a phone, USB modem or wireless adapter at a USB socket",
            "a router, or a box with antennas, behind devices, in racks, above the ceiling",
            "a device with a SIM card, or a box with a vendor's label",
            "a device with a telephone or serial cable",
            "a cable from a line termination (ONU) that nobody declared",
            "a cable of unknown destination at a switch",
            "where vendors keep what they bring for maintenance, and when they use it",
        ],
    )
}
