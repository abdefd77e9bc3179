//! The diagram as SVG 1.1: one self-contained picture, without scripts, style sheets or anything fetched.

use std::collections::BTreeMap;
use std::fmt::Write;

use jiff::tz::TimeZone;
use quick_xml::escape::escape;

use super::card::{Card, Drawing, HEAD, LINE, Look, draw, fit};
use super::change::{Marked, both, changes};
use super::layout::{BOX, Rect};
use super::picture::Picture;
use crate::render::words::{Lang, diagram as words};

/// Japanese faces of the usual systems, and whatever there is where none of them is installed.
const FONTS: &str = "'Noto Sans CJK JP','Noto Sans JP','Yu Gothic','Meiryo','Hiragino Sans',sans-serif";
/// Paper on which the whole sheet is printed, in millimetres (ISO 216 A3, landscape).
const PAPER: i32 = 420;

/// Names the language of a file of its own; a page of HTML knows it (HTML Living Standard, 4.8.16).
const NAMESPACE: &str = r#" xmlns="http://www.w3.org/2000/svg""#;

/// Draws a picture.
pub fn svg(picture: &Picture, tz: &TimeZone, lang: Lang) -> String {
    write(&draw(picture, &BTreeMap::new(), tz, lang), NAMESPACE)
}

/// Draws a picture as part of a page.
pub fn inline_svg(picture: &Picture, tz: &TimeZone, lang: Lang) -> String {
    write(&draw(picture, &BTreeMap::new(), tz, lang), "")
}

/// Draws the later of two pictures, with what is new, gone or changed marked by a colour and a word.
pub fn svg_of_changes(before: &Picture, after: &Picture, tz: &TimeZone, lang: Lang) -> String {
    let marks = changes(before, after).into_iter().map(|change| (change.key, change.marked)).collect();
    write(&draw(&both(before, after), &marks, tz, lang), NAMESPACE)
}

/// Colours of a card: fill, border, and words of its heading; how thick and how dashed the border is.
pub(super) struct Paint {
    pub(super) fill: &'static str,
    pub(super) border: &'static str,
    pub(super) width: &'static str,
    pub(super) dash: &'static str,
}

pub(super) fn paint(look: Look) -> Paint {
    let (fill, border, width, dash) = match look {
        Look::Undeclared => ("#fdecea", "#b3261e", "4", ""),
        Look::Otherwise => ("#fff4e0", "#b25e00", "3", ""),
        Look::Unseen => ("#ffffff", "#5f6b76", "1.5", "6 4"),
        Look::Confirmed => ("#eaf4ec", "#2e7d32", "2", ""),
        Look::Joint => ("#eef3fb", "#274c8f", "2", ""),
        Look::UndeclaredJoint => ("#f6eefb", "#7b1fa2", "3", ""),
        Look::Segment => ("#f7f9fa", "#455a64", "1.5", ""),
        Look::NotLookedAt => ("#ffffff", "#90a4ae", "1.5", "6 4"),
        Look::Elsewhere => ("#fffdf2", "#8d6e00", "1.5", "2 4"),
    };
    Paint { fill, border, width, dash }
}

fn mark_colour(mark: Marked) -> &'static str {
    match mark {
        Marked::New => "#1b5e20",
        Marked::Gone => "#616161",
        Marked::Changed => "#0d47a1",
    }
}

fn write(drawing: &Drawing, namespace: &str) -> String {
    let (width, height) = (drawing.sheet.width, drawing.sheet.height);
    let mut out = String::new();
    let paper = PAPER * height / width.max(1);
    let _ = write!(
        out,
        r##"<svg{namespace} width="{PAPER}mm" height="{paper}mm" viewBox="0 0 {width} {height}" font-family="{FONTS}" role="img"><title>{}</title><rect width="{width}" height="{height}" fill="#ffffff"/>"##,
        safe(&drawing.title)
    );
    text(&mut out, (24, 40), 20, "#102027", "bold", &drawing.title);
    text(&mut out, (24, 62), 12, "#455a64", "normal", &drawing.subtitle);
    for (index, (look, _)) in drawing.nets.iter().enumerate() {
        wires(&mut out, &drawing.sheet.lines[index], *look);
    }
    for (tier, (name, cards)) in drawing.tiers.iter().enumerate() {
        if let Some((x, y)) = drawing.sheet.headings[tier] {
            let wide = i32::try_from(name.chars().count()).unwrap_or(0) * 15;
            let _ = write!(out, r##"<rect x="{x}" y="{}" width="{wide}" height="20" fill="#ffffff"/>"##, y - 15);
            text(&mut out, (x, y), 14, "#102027", "bold", name);
        }
        for (card, rect) in cards.iter().zip(&drawing.sheet.boxes[tier]) {
            one(&mut out, card, rect, drawing.lang);
        }
    }
    legend(&mut out, drawing);
    out.push_str("</svg>\n");
    out
}

/// A line that nobody saw is dashed.
pub(super) fn is_only_declared(look: Look) -> bool {
    look == Look::Unseen
}

fn wires(out: &mut String, lines: &[Vec<(i32, i32)>], look: Look) {
    let paint = paint(look);
    for points in lines {
        let points: Vec<String> = points.iter().map(|(x, y)| format!("{x},{y}")).collect();
        let dash = if is_only_declared(look) { r#" stroke-dasharray="6 4""# } else { "" };
        let _ = write!(
            out,
            r#"<polyline points="{}" fill="none" stroke="{}" stroke-width="{}"{dash}/>"#,
            points.join(" "),
            paint.border,
            paint.width
        );
    }
}

fn one(out: &mut String, card: &Card, rect: &Rect, lang: Lang) {
    let paint = paint(card.look);
    let (x, y, height) = (rect.x, rect.y, rect.height);
    let dash = if paint.dash.is_empty() { String::new() } else { format!(r#" stroke-dasharray="{}""#, paint.dash) };
    let _ = write!(out, "<g><title>{}</title>", safe(&card.detail));
    if let Some(mark) = card.mark {
        let (left, top, wide, high) = (x - 6, y - 6, BOX + 12, height + 12);
        let colour = mark_colour(mark);
        let _ = write!(
            out,
            r#"<rect x="{left}" y="{top}" width="{wide}" height="{high}" rx="9" fill="none" stroke="{colour}" stroke-width="4"/>"#
        );
    }
    let _ = write!(
        out,
        r#"<rect x="{x}" y="{y}" width="{BOX}" height="{height}" rx="5" fill="{}" stroke="{}" stroke-width="{}"{dash}/>"#,
        paint.fill, paint.border, paint.width
    );
    let title = match card.mark {
        Some(mark) => format!("【{}】{}", words::marked(mark, lang), card.title),
        None => card.title.clone(),
    };
    text(out, (x + 8, y + 17), 13, paint.border, "bold", &fit(&title));
    for (index, line) in card.lines.iter().enumerate() {
        let base = y + HEAD + LINE * i32::try_from(index).unwrap_or(0) + 10;
        let (left, right) = line.split_once('\t').unwrap_or((line, ""));
        text(out, (x + 8, base), 11, "#102027", "normal", &fit(left));
        text(out, (x + BOX / 2 + 4, base), 11, "#102027", "normal", &fit(right));
    }
    out.push_str("</g>");
}

fn legend(out: &mut String, drawing: &Drawing) {
    const LOOKS: [Look; 9] = [
        Look::Undeclared,
        Look::Otherwise,
        Look::Confirmed,
        Look::Unseen,
        Look::Joint,
        Look::UndeclaredJoint,
        Look::Segment,
        Look::NotLookedAt,
        Look::Elsewhere,
    ];
    let (columns, wide) = (3, (drawing.sheet.width - 48) / 3);
    for (index, look) in LOOKS.into_iter().enumerate() {
        let index = i32::try_from(index).unwrap_or(0);
        let (x, y) = (24 + index % columns * wide, drawing.sheet.height - 78 + index / columns * 22);
        let paint = paint(look);
        let dash = if paint.dash.is_empty() { "" } else { r#" stroke-dasharray="4 3""# };
        let _ = write!(
            out,
            r#"<rect x="{x}" y="{y}" width="22" height="13" fill="{}" stroke="{}" stroke-width="{}"{dash}/>"#,
            paint.fill, paint.border, paint.width
        );
        text(out, (x + 29, y + 11), 11, "#102027", "normal", words::look(look_word(look), drawing.lang));
    }
}

fn look_word(look: Look) -> usize {
    look as usize
}

fn text(out: &mut String, (x, y): (i32, i32), size: i32, colour: &str, weight: &str, words: &str) {
    if words.is_empty() {
        return;
    }
    let _ = write!(
        out,
        r#"<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}" fill="{colour}">{}</text>"#,
        safe(words)
    );
}

/// Escaped, and without what XML 1.0 forbids (section 2.2).
pub(super) fn safe(text: &str) -> String {
    let allowed = |c: &char| !c.is_control() && !matches!(*c, '\u{fffe}' | '\u{ffff}') || *c == '\n';
    escape(text.chars().filter(allowed).collect::<String>()).into_owned()
}
