//! What the head of a page says (HTML, WHATWG §4.2), found in text that may be cut or wrong anywhere.

use daicho_shared::text;

use super::find;

/// The most elements of one page that are looked at.
const ELEMENTS: usize = 200;

/// Where the head of the page ends.
pub(super) fn end_of_head(body: &[u8]) -> Option<usize> {
    [b"</head".as_slice(), b"<body"].into_iter().filter_map(|mark| find(body, mark)).min()
}

pub(super) fn title(page: &[u8]) -> Option<String> {
    let start = find(page, b"<title")?;
    let start = start + page[start..].iter().position(|byte| *byte == b'>')? + 1;
    let end = find(&page[start..], b"</title").map_or(page.len(), |end| start + end);
    Some(unescaped(&text::bounded_bytes(&page[start..end]))).filter(|title| !title.is_empty())
}

/// The content of the `meta` element of this name.
pub(super) fn meta(page: &[u8], name: &str) -> Option<String> {
    let is_named = |element: &&str| attribute(element, "name").is_some_and(|found| found.eq_ignore_ascii_case(name));
    let text = elements(page);
    let element = of_kind(&text, "meta").find(is_named)?;
    attribute(element, "content")
}

/// Where the page sends its visitors by itself: `content="0; url=…"`.
pub(super) fn refresh(page: &[u8]) -> Option<String> {
    let text = elements(page);
    let is_refresh =
        |element: &&str| attribute(element, "http-equiv").is_some_and(|it| it.eq_ignore_ascii_case("refresh"));
    let content = attribute(of_kind(&text, "meta").find(is_refresh)?, "content")?;
    let at = content.to_ascii_lowercase().find("url=")? + "url=".len();
    let target = content.get(at..)?.trim().trim_matches(|c| matches!(c, '"' | '\''));
    Some(target.to_owned()).filter(|target| !target.is_empty())
}

/// Where the page's icon stands, as the page writes it.
pub(super) fn icon(page: &[u8]) -> Option<String> {
    let text = elements(page);
    let is_icon = |element: &&str| {
        attribute(element, "rel").is_some_and(|rel| rel.split(' ').any(|word| word.eq_ignore_ascii_case("icon")))
    };
    attribute(of_kind(&text, "link").find(is_icon)?, "href").filter(|path| !path.starts_with("data:"))
}

/// The page as text; what is not UTF-8 is of no use in names and values of attributes.
fn elements(page: &[u8]) -> String {
    String::from_utf8_lossy(page).into_owned()
}

/// The insides of the elements of one kind, without `<` and `>`.
fn of_kind<'p>(page: &'p str, kind: &'p str) -> impl Iterator<Item = &'p str> {
    let opened = page.split('<').skip(1).take(ELEMENTS);
    let inside = opened.filter_map(|rest| rest.split('>').next());
    inside.filter(move |element| {
        let name = element.split(|c: char| c.is_ascii_whitespace() || c == '/').next();
        name.is_some_and(|name| name.eq_ignore_ascii_case(kind))
    })
}

/// The value of an attribute, with or without quotes.
fn attribute(element: &str, name: &str) -> Option<String> {
    let lower = element.to_ascii_lowercase();
    let mut from = 0;
    while let Some(at) = lower.get(from..)?.find(name).map(|at| at + from) {
        from = at + name.len();
        let follows = lower.get(from..)?.trim_start();
        let stands_alone = lower[..at].ends_with(|c: char| c.is_ascii_whitespace());
        let Some(value) = follows.strip_prefix('=').filter(|_| stands_alone) else { continue };
        let start = element.len() - value.trim_start().len();
        let value = element.get(start..)?;
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        let value = match quote {
            Some(quote) => value[1..].split(quote).next(),
            None => value.split(|c: char| c.is_ascii_whitespace()).next(),
        };
        return value.map(|value| unescaped(&text::bounded(value))).filter(|value| !value.is_empty());
    }
    None
}

/// The entities that appear in titles of devices' pages.
fn unescaped(text: &str) -> String {
    [("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
        .iter()
        .fold(text.to_owned(), |text, (entity, meaning)| text.replace(entity, meaning))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &[u8] = b"<html><head><meta charset=utf-8><META name='generator' content=\"LuCI 1 &amp; 2\">\
<meta http-equiv=\"Refresh\" content=\"0; URL='/cgi-bin/luci'\"><link href=/img/f.ico rel=\"shortcut icon\"/>\
<meta name=application-name content=DSM></head><body><link rel=icon href=/other>";

    #[test]
    fn what_the_head_says_is_read() {
        assert_eq!(meta(PAGE, "generator").as_deref(), Some("LuCI 1 & 2"));
        assert_eq!(meta(PAGE, "application-name").as_deref(), Some("DSM"));
        assert_eq!(refresh(PAGE).as_deref(), Some("/cgi-bin/luci"));
        assert_eq!(icon(PAGE).as_deref(), Some("/img/f.ico"));
        assert_eq!(end_of_head(PAGE), find(PAGE, b"</head"));
    }

    #[test]
    fn an_attribute_is_a_word_of_its_own() {
        assert_eq!(attribute("meta data-name=\"x\" name=\"y\"", "name").as_deref(), Some("y"));
        assert_eq!(attribute("meta name", "name"), None);
        assert_eq!(icon(b"<link rel=icon href=\"data:,x\">"), None);
    }
}
