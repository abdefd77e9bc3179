//! Host names as keys: case, domain and the fifteen characters of `NetBIOS` do not make another machine.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;

/// `NetBIOS` names have fifteen characters (RFC 1001 §14.1, less the suffix octet).
const NETBIOS_LENGTH: usize = 15;
/// A DNS label has at most 63 octets (RFC 1035 §2.3.4).
const LABEL_LENGTH: usize = 63;

/// A text as a host name key: folded, without domain; `None` where it is a description
/// (`Room1のPC1`), an address, or a name that installers give.
pub(crate) fn host_key(text: &str, generic: &BTreeSet<String>) -> Option<String> {
    let text = text.trim();
    let folded =
        if text.is_ascii() { text.to_ascii_lowercase() } else { text.nfkc().collect::<String>().to_lowercase() };
    if folded.parse::<std::net::IpAddr>().is_ok() {
        return None;
    }
    let label = folded.split('.').next().unwrap_or_default().trim_end_matches('$');
    let is_label = !label.is_empty()
        && label.len() <= LABEL_LENGTH
        && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
        && label.chars().any(|c| c.is_ascii_alphabetic());
    (is_label && !generic.contains(label)).then(|| label.to_owned())
}

/// How alike two keys are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Likeness {
    /// Not.
    Differs,
    /// One is the other, cut at fifteen characters.
    Truncated,
    /// Entirely.
    Equal,
}

/// Compares two keys.
pub(crate) fn likeness(a: &str, b: &str) -> Likeness {
    let cut = |short: &str, long: &str| short.len() == NETBIOS_LENGTH && long.starts_with(short);
    if a == b {
        Likeness::Equal
    } else if cut(a, b) || cut(b, a) {
        Likeness::Truncated
    } else {
        Likeness::Differs
    }
}

/// The key under which every two names that are alike meet.
pub(crate) fn block(key: &str) -> &str {
    &key[..key.len().min(NETBIOS_LENGTH)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domain_case_and_width_do_not_matter() {
        let generic = BTreeSet::from(["localhost".to_owned()]);
        for text in ["CT-CONSOLE1", "ct-console1.hosp.example.", " ＣＴ-ｃｏｎｓｏｌｅ１ ", "CT-CONSOLE1$"] {
            assert_eq!(host_key(text, &generic).as_deref(), Some("ct-console1"), "{text}");
        }
        for text in ["Room1のPC1", "", "10.0.0.1", "localhost.localdomain", "1234", "a b", "fe80::1"] {
            assert_eq!(host_key(text, &generic), None, "{text}");
        }
    }

    #[test]
    fn netbios_cuts_at_fifteen() {
        assert_eq!(likeness("radiology-viewe", "radiology-viewer2"), Likeness::Truncated);
        assert_eq!(likeness("radiology-view", "radiology-viewer2"), Likeness::Differs);
        assert_eq!(block("radiology-viewer2"), block("radiology-viewe"));
    }
}
