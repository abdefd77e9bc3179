//! Words beside an address: whose it is.

use super::address::v4;
use crate::import::values::Words;

/// What a word says of the value behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Label {
    /// An address of the device: 有線, NIC, or a word that nobody knows.
    Own,
    /// An address of something else: a gateway, a name server, a mask.
    Other,
    /// A number that is no address: of a VLAN, a port, a telephone.
    Number,
}

/// What stands before a value, and the value, which may be empty: `有線:10.0.0.1`, `GW`, `VLAN20`, `10.0.0.1:104`.
pub(crate) fn labelled<'a>(token: &'a str, words: &Words) -> (Option<Label>, &'a str) {
    match token.split_once([':', '=']) {
        Some((address, port)) if v4(address).is_some() && port.bytes().all(|byte| byte.is_ascii_digit()) => {
            (None, address)
        }
        // An IPv6 address has colons of its own, but no such letters.
        Some((word, value)) if !word.is_empty() && !word.chars().all(|c| c.is_ascii_hexdigit()) => {
            (Some(words.label(word).unwrap_or(Label::Own)), value)
        }
        Some(_) => (None, token),
        None => match words.label(token).or_else(|| is_interface(token).then_some(Label::Own)) {
            Some(label) => (Some(label), ""),
            None => (None, token),
        },
    }
}

/// A word for one of a device's own interfaces.
pub(crate) fn is_interface(token: &str) -> bool {
    let upper = token.to_ascii_uppercase();
    let bare = upper.trim_end_matches(|c: char| c.is_ascii_digit());
    token.is_empty()
        || matches!(bare, "LAN" | "NIC" | "ETH" | "WLAN" | "WI-FI" | "VIP" | "IP")
        || matches!(token, "有線" | "無線" | "固定" | "内蔵" | "管理用" | "予備" | "仮想")
}
