//! XML as spans of its text: what is not touched stays as it is, octet by octet.

use std::borrow::Cow;
use std::ops::Range;

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::export::Refusal;

/// The deepest nesting of elements that is read.
const DEPTH: usize = 256;

/// A tag, and where it stands in the text.
#[derive(Debug, Clone)]
pub(crate) struct Tag<'a> {
    /// Name without its prefix.
    pub name: &'a str,
    /// Opening, closing, or both in one.
    pub kind: Kind,
    /// From `<` to behind `>`.
    pub span: Range<usize>,
    /// The text of the span.
    pub text: &'a str,
    /// Elements around it.
    pub depth: usize,
}

/// Which kind of tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `<a>`.
    Open,
    /// `<a/>`.
    Empty,
    /// `</a>`.
    Close,
}

impl Tag<'_> {
    /// An element begins here.
    pub(crate) fn begins(&self) -> bool {
        self.kind != Kind::Close
    }

    /// An element ends here.
    pub(crate) fn ends(&self) -> bool {
        self.kind != Kind::Open
    }

    /// An attribute's value, references resolved; the prefix of its name does not count.
    pub(crate) fn attribute(&self, name: &str) -> Option<Cow<'_, str>> {
        let (_, range) = attributes(self.text).find(|(key, _)| local(key) == name)?;
        let raw = self.text.get(range)?;
        Some(quick_xml::escape::unescape(raw).unwrap_or(Cow::Borrowed(raw)))
    }

    /// The tag with an attribute set; everything else stays.
    pub(crate) fn with(&self, name: &str, value: &str) -> String {
        with_attribute(self.text, name, value)
    }

    /// What stands before the colon of the name, with the colon.
    pub(crate) fn prefix(&self) -> &str {
        let whole = self.text.trim_start_matches(['<', '/']);
        whole.find(self.name).and_then(|end| whole.get(..end)).filter(|prefix| prefix.ends_with(':')).unwrap_or("")
    }
}

/// Every tag of a part, in order. A document type declaration is refused: it could define entities.
pub(crate) struct Tags<'a> {
    part: &'a str,
    text: &'a str,
    reader: Reader<&'a [u8]>,
    start: usize,
    depth: usize,
}

impl<'a> Tags<'a> {
    /// Of a part, named for messages.
    pub(crate) fn new(part: &'a str, text: &'a str) -> Self {
        let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        Self { part, text, reader: Reader::from_str(&text[start..]), start, depth: 0 }
    }

    /// The next tag.
    pub(crate) fn next(&mut self) -> Result<Option<Tag<'a>>, Refusal> {
        loop {
            let from = self.position();
            let event = self.reader.read_event().map_err(|error| Refusal::damaged(self.part, &error))?;
            let kind = match event {
                Event::Start(_) => Kind::Open,
                Event::Empty(_) => Kind::Empty,
                Event::End(_) => Kind::Close,
                Event::DocType(_) => return Err(Refusal::damaged(self.part, &"a document type declaration")),
                Event::Eof if self.depth == 0 => return Ok(None),
                Event::Eof => return Err(Refusal::damaged(self.part, &"the end is missing")),
                _ => continue,
            };
            return self.tag(kind, from..self.position()).map(Some);
        }
    }

    fn tag(&mut self, kind: Kind, span: Range<usize>) -> Result<Tag<'a>, Refusal> {
        let broken = || Refusal::damaged(self.part, &"tags that do not fit");
        let text = self.text.get(span.clone()).filter(|text| text.starts_with('<')).ok_or_else(broken)?;
        if kind == Kind::Close {
            self.depth = self.depth.checked_sub(1).ok_or_else(broken)?;
        }
        let depth = self.depth;
        if kind == Kind::Open {
            self.depth += 1;
        }
        if depth > DEPTH {
            return Err(Refusal::damaged(self.part, &"nested too deeply"));
        }
        Ok(Tag { name: local(name(text)), kind, span, text, depth })
    }

    fn position(&self) -> usize {
        // A part is bounded by `limits::ZIP_PART_BYTES`, far below the smallest `usize` in use.
        self.start + usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX - self.start)
    }
}

/// Text and attribute values, with everything that XML or a workbook would read otherwise escaped.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // ECMA-376 22.9.2.19: `_xHHHH_` means a character, so a text that looks like it is escaped.
            '_' if is_escape(&text[at..]) => out.push_str("_x005F_"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

fn is_escape(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 7 && bytes.starts_with(b"_x") && bytes[6] == b'_' && bytes[2..6].iter().all(u8::is_ascii_hexdigit)
}

/// One change of a text: the span is replaced.
#[derive(Debug, Clone)]
pub(crate) struct Splice {
    /// What is replaced; empty where something is put in between.
    pub span: Range<usize>,
    /// By what.
    pub text: String,
}

/// The text with its changes. Of those that begin at one place, the first stands first.
pub(crate) fn spliced(text: &str, mut splices: Vec<Splice>) -> String {
    splices.sort_by_key(|splice| (splice.span.start, splice.span.end));
    let mut out = String::with_capacity(text.len() + splices.iter().map(|splice| splice.text.len()).sum::<usize>());
    let mut done = 0;
    for splice in splices {
        out.push_str(text.get(done..splice.span.start).unwrap_or_default());
        out.push_str(&splice.text);
        done = done.max(splice.span.end);
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}

/// A tag's text with an attribute set; an attribute that is not there yet comes last.
pub(crate) fn with_attribute(tag: &str, name: &str, value: &str) -> String {
    let value = escaped(value);
    if let Some((_, range)) = attributes(tag).find(|(key, _)| *key == name) {
        return format!("{}{value}{}", &tag[..range.start], &tag[range.end..]);
    }
    let end = tag.trim_end_matches('>').trim_end_matches('/').trim_end().len();
    format!("{} {name}=\"{value}\"{}", &tag[..end], &tag[end..])
}

/// Names and the ranges of values of a tag that a parser found well-formed.
pub(crate) fn attributes(tag: &str) -> impl Iterator<Item = (&str, Range<usize>)> {
    let mut at = 1 + name(tag).len();
    std::iter::from_fn(move || {
        let rest = tag.get(at..)?;
        let key_at = at + (rest.len() - rest.trim_start().len());
        let equals = key_at + tag.get(key_at..)?.find('=')?;
        let key = tag.get(key_at..equals)?.trim_end();
        let open = equals + tag.get(equals..)?.find(['"', '\''])?;
        let quote = char::from(*tag.as_bytes().get(open)?);
        let end = open + 1 + tag.get(open + 1..)?.find(quote)?;
        at = end + 1;
        Some((key, open + 1..end))
    })
}

fn name(tag: &str) -> &str {
    let inner = tag.trim_start_matches(['<', '/']);
    let end = inner.find(|c: char| c.is_whitespace() || matches!(c, '/' | '>')).unwrap_or(inner.len());
    &inner[..end]
}

fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tags(text: &str) -> Result<Vec<Tag<'_>>, Refusal> {
        let mut tags = Tags::new("part", text);
        let mut found = Vec::new();
        while let Some(tag) = tags.next()? {
            found.push(tag);
        }
        Ok(found)
    }

    #[test]
    fn tags_are_spans_of_the_text() {
        let text = "\u{feff}<?xml version=\"1.0\"?>\n<x:a k = '1&amp;2' r:id=\"é>\"><b/>あ</x:a>";
        let found = tags(text).unwrap();
        let seen: Vec<_> = found.iter().map(|tag| (tag.name, tag.kind, tag.depth, &text[tag.span.clone()])).collect();
        assert_eq!(seen[1], ("b", Kind::Empty, 1, "<b/>"));
        assert_eq!(seen[2], ("a", Kind::Close, 0, "</x:a>"));
        assert_eq!(found[0].attribute("k").as_deref(), Some("1&2"));
        assert_eq!(found[0].attribute("id").as_deref(), Some("é>"));
        assert_eq!(found[0].prefix(), "x:");
        assert_eq!(found[1].prefix(), "");
    }

    #[test]
    fn an_attribute_is_set_in_its_place_or_at_the_end() {
        assert_eq!(with_attribute("<d ref='A1' s=\"2\"/>", "ref", "A1:B2"), "<d ref='A1:B2' s=\"2\"/>");
        assert_eq!(with_attribute("<d />", "ref", "\"<"), "<d ref=\"&quot;&lt;\" />");
        assert_eq!(with_attribute("<d>", "ref", "1"), "<d ref=\"1\">");
    }

    #[test]
    fn what_a_workbook_would_read_otherwise_is_escaped() {
        assert_eq!(escaped("a_x000A_b & <c>\u{1}\n"), "a_x005F_x000A_b &amp; &lt;c&gt; \n");
        assert_eq!(escaped("_x00_ _y0000_"), "_x00_ _y0000_");
    }

    #[test]
    fn entities_cannot_be_defined() {
        assert!(tags("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>").is_err());
        assert!(tags("<a><b></a>").is_err() && tags("<a>").is_err());
        assert!(tags(&"<a>".repeat(DEPTH + 2)).is_err());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[<>/a:= \"'&;!?あ\\-\\[\\]]{0,60}|\\PC*") {
            for tag in tags(&text).into_iter().flatten() {
                let _ = (tag.attribute("a").is_some(), tag.with("a", "1"));
            }
        }

        #[test]
        fn an_escaped_text_is_read_as_it_was(text in "[ -~あ-ん\n]*") {
            let escaped = escaped(&text);
            prop_assert_eq!(quick_xml::escape::unescape(&escaped).unwrap().replace("_x005F_", "_"), text);
        }
    }
}
