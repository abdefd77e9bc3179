//! Product and version in what a server writes of itself: RFC 9110 §10.2.4, RFC 3261 §20.35,
//! RFC 2326 §12.36, and what devices make of these.

/// The product that is named first, and its version.
///
/// `nginx/1.22.1`, `Yealink SIP-T46S 66.84.0.15`, `kamailio (5.6.3 (x86_64/linux))`.
pub(super) fn split(told: &str) -> (Option<String>, Option<String>) {
    let mut words: Vec<&str> = vec![];
    for word in told.split_ascii_whitespace() {
        if let Some((name, version)) = word.split_once('/').filter(|_| !word.starts_with('(')) {
            words.push(name);
            return (joined(&words), Some(version.to_owned()).filter(|version| !version.is_empty()));
        }
        let bare = word.trim_matches(|c| matches!(c, '(' | ')' | ','));
        if !words.is_empty() && is_version(bare) {
            return (joined(&words), Some(bare.to_owned()));
        }
        if word.starts_with('(') {
            break;
        }
        words.push(word);
    }
    (joined(&words), None)
}

fn joined(words: &[&str]) -> Option<String> {
    Some(words.join(" ").trim().to_owned()).filter(|name| !name.is_empty())
}

/// Digits with a dot between them, after a `v` perhaps.
fn is_version(word: &str) -> bool {
    let digits = word.trim_start_matches(['v', 'V']);
    digits.starts_with(|c: char| c.is_ascii_digit()) && digits.contains('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_ways_to_write_it_are_read() {
        let told = [
            ("nginx/1.22.1", "nginx", Some("1.22.1")),
            ("Apache/2.4.57 (Debian) PHP/8.2", "Apache", Some("2.4.57")),
            ("Apache (Debian)", "Apache", None),
            ("Boa", "Boa", None),
            ("kamailio (5.6.3 (x86_64/linux))", "kamailio", Some("5.6.3")),
            ("Yealink SIP-T46S 66.84.0.15", "Yealink SIP-T46S", Some("66.84.0.15")),
            ("Asterisk PBX 18.10.0~dfsg", "Asterisk PBX", Some("18.10.0~dfsg")),
            ("Hipcam RealServer/V1.0", "Hipcam RealServer", Some("V1.0")),
            ("GStreamer RTSP server", "GStreamer RTSP server", None),
        ];
        for (text, product, version) in told {
            assert_eq!(split(text), (Some(product.to_owned()), version.map(str::to_owned)), "{text}");
        }
        assert_eq!((split(""), split("/")), ((None, None), (None, None)));
    }
}
