//! The diagram as a draw.io file (`mxfile`, uncompressed), in which people move and rename things.

use std::collections::BTreeMap;
use std::fmt::Write;

use jiff::tz::TimeZone;

use super::card::{Card, Look, draw};
use super::layout::{BOX, Node, Rect};
use super::picture::Picture;
use super::svg::{is_only_declared, paint, safe};
use crate::render::words::Lang;

/// Draws a picture.
pub fn drawio(picture: &Picture, tz: &TimeZone, lang: Lang) -> String {
    let drawing = draw(picture, &BTreeMap::new(), tz, lang);
    let (width, height) = (drawing.sheet.width, drawing.sheet.height);
    let mut out = String::new();
    let _ = write!(
        out,
        r#"<?xml version="1.0" encoding="UTF-8"?><mxfile host="daicho"><diagram id="network" name="{}"><mxGraphModel page="1" pageWidth="{width}" pageHeight="{height}" grid="0"><root><mxCell id="0"/><mxCell id="1" parent="0"/>"#,
        safe(&drawing.title)
    );
    let heading = format!("{}\n{}", drawing.title, drawing.subtitle);
    label(&mut out, "title", &heading, (24, 20, width - 48, 50));
    for (tier, (name, cards)) in drawing.tiers.iter().enumerate() {
        if let Some((x, y)) = drawing.sheet.headings[tier] {
            label(&mut out, &format!("tier{tier}"), name, (x, y - 16, 400, 20));
        }
        for (at, (card, rect)) in cards.iter().zip(&drawing.sheet.boxes[tier]).enumerate() {
            vertex(&mut out, &id((tier, at)), card, (rect.x, rect.y, rect.height));
        }
    }
    for (index, (look, net)) in drawing.nets.iter().enumerate() {
        for (at, to) in net.to.iter().enumerate() {
            let ends = [net.from, *to].map(|(tier, at)| (id((tier, at)), &drawing.sheet.boxes[tier][at]));
            edge(&mut out, &format!("line{index}-{at}"), &ends, &drawing.sheet.lines[index][at], *look);
        }
    }
    out.push_str("</root></mxGraphModel></diagram></mxfile>\n");
    out
}

fn id((tier, at): Node) -> String {
    format!("card{tier}-{at}")
}

fn label(out: &mut String, id: &str, words: &str, (x, y, width, height): (i32, i32, i32, i32)) {
    let _ = write!(
        out,
        r#"<mxCell id="{id}" value="{}" style="text;html=0;align=left;verticalAlign=top;fontStyle=1;fillColor=none;strokeColor=none;" vertex="1" parent="1"><mxGeometry x="{x}" y="{y}" width="{width}" height="{height}" as="geometry"/></mxCell>"#,
        value(words)
    );
}

fn vertex(out: &mut String, id: &str, card: &Card, (x, y, height): (i32, i32, i32)) {
    let paint = paint(card.look);
    let lines = card.lines.iter().map(|line| line.replace('\t', "  "));
    let words: Vec<String> = std::iter::once(card.title.clone()).chain(lines).collect();
    let dashed = i32::from(!paint.dash.is_empty());
    let _ = write!(
        out,
        r#"<mxCell id="{id}" value="{}" style="rounded=1;arcSize=4;html=0;whiteSpace=wrap;align=left;verticalAlign=top;spacingLeft=6;fontSize=11;fillColor={};strokeColor={};strokeWidth={};dashed={dashed};" vertex="1" parent="1"><mxGeometry x="{x}" y="{y}" width="{BOX}" height="{height}" as="geometry"/></mxCell>"#,
        value(&words.join("\n")),
        paint.fill,
        paint.border,
        paint.width
    );
}

/// A line that stays at its cards, where the picture has its ends, when they are moved.
fn edge(out: &mut String, id: &str, ends: &[(String, &Rect); 2], points: &[(i32, i32)], look: Look) {
    let paint = paint(look);
    let [(from, leaves), (to, enters)] = ends;
    let exit = points.first().map(|point| pin("exit", leaves, *point)).unwrap_or_default();
    let entry = points.last().map(|point| pin("entry", enters, *point)).unwrap_or_default();
    let inner = points.get(1..points.len().saturating_sub(1)).unwrap_or_default();
    let corners = inner.iter().fold(String::new(), |mut all, (x, y)| {
        let _ = write!(all, r#"<mxPoint x="{x}" y="{y}"/>"#);
        all
    });
    let _ = write!(
        out,
        r#"<mxCell id="{id}" style="endArrow=none;rounded=0;{exit}{entry}strokeColor={};strokeWidth={};dashed={};" edge="1" parent="1" source="{from}" target="{to}"><mxGeometry relative="1" as="geometry"><Array as="points">{corners}</Array></mxGeometry></mxCell>"#,
        paint.border,
        paint.width,
        i32::from(is_only_declared(look))
    );
}

/// Where on its card a line ends, as shares of the card's width and height.
fn pin(end: &str, card: &Rect, (x, y): (i32, i32)) -> String {
    let share = |from: i32, length: i32| f64::from(from) / f64::from(length.max(1));
    let (x, y) = (share(x - card.x, BOX), share(y - card.y, card.height));
    format!("{end}X={x:.3};{end}Y={y:.3};{end}Perimeter=0;")
}

/// A line break in an attribute is written as a reference, or it would be read as a space (XML 1.0, section 3.3.3).
fn value(words: &str) -> String {
    safe(words).replace('\n', "&#10;")
}
