//! XML as devices send it: names and texts of elements, without a DTD, bounded in depth and length
//! (XML 1.0 §2.4, §4.1, §4.6).

use quick_xml::Reader;
use quick_xml::events::{BytesRef, Event};

/// Elements beyond this depth, or after this many events, are not read.
const DEPTH: usize = 16;
const EVENTS: usize = 4000;
/// The most octets of one element's text that are kept.
const TEXT: usize = 4096;

/// Calls `take` for every element that ends with a text of its own: the local names from the root
/// down to it, and the text.
pub(in crate::probe) fn texts(xml: &[u8], mut take: impl FnMut(&[String], &str)) {
    let mut reader = Reader::from_reader(xml);
    let (mut path, mut text) = (Vec::<String>::new(), String::new());
    for _ in 0..EVENTS {
        match reader.read_event() {
            Ok(Event::Start(start)) if path.len() < DEPTH => {
                path.push(start.local_name().as_ref().to_owned());
                text.clear();
            }
            Ok(Event::End(_)) => {
                if !text.trim().is_empty() {
                    take(&path, text.trim());
                }
                text.clear();
                path.pop();
            }
            Ok(Event::Text(content)) if text.len() + content.len() <= TEXT => text.push_str(&content),
            Ok(Event::GeneralRef(reference)) => text.extend(meant(&reference)),
            Ok(Event::Start(_) | Event::DocType(_) | Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
}

/// The character that a reference stands for: only what XML itself defines.
fn meant(reference: &BytesRef<'_>) -> Option<char> {
    match &**reference {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => reference.resolve_char_ref().ok().flatten(),
    }
}

/// Text for a place inside an element or an attribute.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(xml: &str) -> Vec<(String, String)> {
        let mut found = vec![];
        texts(xml.as_bytes(), |path, text| found.push((path.join("/"), text.to_owned())));
        found
    }

    #[test]
    fn prefixes_are_left_out_and_references_resolved() {
        assert_eq!(read("<a:x><b:y>A &amp; B&#33;</b:y><z/></a:x>"), [("x/y".to_owned(), "A & B!".to_owned())]);
    }

    #[test]
    fn a_document_type_is_not_read_and_its_entities_mean_nothing() {
        assert!(read("<!DOCTYPE x [<!ENTITY a \"b\">]><x><y>&a;</y></x>").is_empty());
        assert_eq!(read("<x><y>1&a;2</y></x>"), [("x/y".to_owned(), "12".to_owned())]);
    }

    #[test]
    fn depth_is_bounded() {
        assert!(read(&"<a>".repeat(100_000)).is_empty());
    }
}
