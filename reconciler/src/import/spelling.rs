//! How a value is written into a cell, so that the import reads it back as that value.

use crate::judge::entry::DeviceType;
use crate::judge::review::proposal::Spelt;

/// The word of a cell.
pub fn spelling(spelt: Spelt) -> &'static str {
    match spelt {
        Spelt::Active => "稼働",
        Spelt::Yes => "有",
        Spelt::Type(DeviceType::Server) => "サーバ",
        Spelt::Type(DeviceType::Client) => "端末PC",
        Spelt::Type(DeviceType::Network) => "ネットワーク機器",
        Spelt::Type(DeviceType::Medical) => "医療機器",
        Spelt::Type(DeviceType::Printer) => "プリンタ",
        Spelt::Type(DeviceType::Other) => "その他",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::Columns;
    use crate::judge::entry::{FourValued, Status};

    const KINDS: [DeviceType; 6] = [
        DeviceType::Server,
        DeviceType::Client,
        DeviceType::Network,
        DeviceType::Medical,
        DeviceType::Printer,
        DeviceType::Other,
    ];

    #[test]
    fn every_word_is_read_back_as_what_it_stands_for() {
        let words = Columns::builtin().words;
        assert_eq!(words.status(spelling(Spelt::Active)), Some(Status::Active));
        assert_eq!(words.answer(spelling(Spelt::Yes)), Some(FourValued::Yes));
        for kind in KINDS {
            assert_eq!(words.device_type(spelling(Spelt::Type(kind))), Some(kind));
        }
    }
}
