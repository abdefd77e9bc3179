//! Domain names as labels without compression (RFC 1035 §3.1), as options carry them.

use daicho_shared::text;

/// The name, with dots; `None` where it is empty or breaks off within a label.
pub(super) fn read(mut rest: &[u8]) -> Option<String> {
    let mut labels = Vec::<String>::new();
    while let Some((&length, after)) = rest.split_first().filter(|(length, _)| **length != 0) {
        let (label, after) = after.split_at_checked(usize::from(length))?;
        labels.push(text::bounded_bytes(label));
        rest = after;
    }
    (!labels.is_empty()).then(|| text::bounded(&labels.join(".")))
}

#[cfg(test)]
mod tests {
    #[test]
    fn labels_are_joined_and_half_a_label_is_none() {
        assert_eq!(super::read(b"\x04ct-1\x04hosp\0rest").as_deref(), Some("ct-1.hosp"));
        assert_eq!((super::read(b"\x04ct"), super::read(b"\0")), (None, None));
    }
}
