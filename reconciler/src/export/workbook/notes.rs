//! Notes at cells: a part with their texts, and a drawing (VML) without which Excel does not show them.

use std::collections::{BTreeMap, BTreeSet};

use super::book::{declare, declare_extension, relate, relations};
use super::package::Package;
use super::reference::{cell, letters};
use super::scan::Scan;
use super::xml::{Kind, Splice, Tags, escaped, spliced};
use crate::export::Refusal;

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const COMMENTS: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml";
/// Those of the drawing's elements; declared at every shape, because another program may have named them otherwise.
const NAMESPACES: &str = "xmlns:v='urn:schemas-microsoft-com:vml' xmlns:o='urn:schemas-microsoft-com:office:office' \
                          xmlns:x='urn:schemas-microsoft-com:office:excel'";
const VML: &str = "application/vnd.openxmlformats-officedocument.vmlDrawing";

/// Notes by row (from 1) and column (from 0).
pub(crate) type Notes = BTreeMap<(u32, u32), String>;

/// Adds notes to a sheet's part; what it has already stays. Gives the sheet's text, which names the
/// drawing from now on.
pub(crate) fn add(
    package: &mut Package<'_>,
    part: &str,
    (text, scan): (String, &Scan),
    notes: &Notes,
    author: &str,
) -> Result<String, Refusal> {
    let known = relations(package, part)?;
    let target = |kind: &str, id: Option<&str>| {
        let mut fitting = known.iter().filter(|one| one.kind == kind && id.is_none_or(|id| one.id == id));
        fitting.next().map(|one| one.target.clone())
    };
    let comments = match target("comments", None) {
        Some(comments) => comments,
        None => new_comments(package, part)?,
    };
    let old = package.needed(&comments)?;
    let (changed, extended) = with_notes(&comments, &old, notes, author)?;
    package.put(&comments, changed);
    let fresh = notes.keys().filter(|at| !extended.contains(*at)).copied();
    let drawn = scan.drawing.as_deref().and_then(|id| target("vmlDrawing", Some(id)));
    if let Some(drawing) = &drawn {
        let old = package.needed(drawing)?;
        let changed = with_shapes(drawing, &old, fresh)?;
        package.put(drawing, changed);
        return Ok(text);
    }
    let drawing = package.free_name("xl/drawings/vmlDrawing#.vml");
    declare_extension(package, "vml", VML)?;
    let id = relate(package, part, "vmlDrawing", &drawing)?;
    package.put(&drawing, with_shapes(&drawing, &empty_drawing(&drawing), fresh)?);
    pointed(part, &text, &scan.prefix, &id)
}

fn new_comments(package: &mut Package<'_>, part: &str) -> Result<String, Refusal> {
    let name = package.free_name("xl/comments#.xml");
    declare(package, &name, COMMENTS)?;
    relate(package, part, "comments", &name)?;
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<comments xmlns=\"{MAIN}\"><authors></authors><commentList></commentList></comments>"
    );
    package.put(&name, text);
    Ok(name)
}

/// The sheet with its reference to the drawing. Its places have moved since it was scanned.
fn pointed(part: &str, text: &str, prefix: &str, id: &str) -> Result<String, Refusal> {
    let at = super::scan::scan(part, text, &BTreeSet::new())?.before_drawing;
    let text_of = format!("<{prefix}legacyDrawing xmlns:r=\"{RELATIONS}\" r:id=\"{id}\"/>");
    Ok(spliced(text, vec![Splice { span: at..at, text: text_of }]))
}

/// The texts with the new ones, and where notes stood before.
fn with_notes(part: &str, text: &str, notes: &Notes, author: &str) -> Result<(String, BTreeSet<(u32, u32)>), Refusal> {
    let mut tags = Tags::new(part, text);
    let (mut splices, mut extended) = (Vec::new(), BTreeSet::new());
    let (mut authors, mut open, mut behind) = (0_usize, None, 0);
    while let Some(tag) = tags.next()? {
        let prefix = tag.prefix().to_owned();
        match (tag.name, tag.kind) {
            ("author", Kind::Open | Kind::Empty) => authors += 1,
            ("authors", Kind::Close) => {
                let written = format!("<{prefix}author>{author}</{prefix}author>");
                splices.push(between(tag.span.start, written));
            }
            ("authors", Kind::Empty) => {
                let written = format!("<{prefix}authors><{prefix}author>{author}</{prefix}author></{prefix}authors>");
                splices.push(Splice { span: tag.span.clone(), text: written });
            }
            ("comment", Kind::Open) => open = tag.attribute("ref").and_then(|at| cell(&at)),
            ("text", Kind::Open) if tag.depth == 3 => behind = tag.span.end,
            // Behind the last run; phonetic runs and properties must stay last (ECMA-376 18.4.8).
            ("r" | "t", Kind::Close | Kind::Empty) if tag.depth == 4 => behind = tag.span.end,
            ("text", Kind::Close) if tag.depth == 3 => {
                if let Some((at, note)) = open.take().and_then(|at| Some((at, notes.get(&at)?))) {
                    extended.insert(at);
                    splices.push(between(behind, run(&prefix, &format!("\n{note}"))));
                }
            }
            ("commentList", Kind::Close | Kind::Empty) => {
                let fresh = notes.iter().filter(|(at, _)| !extended.contains(*at));
                let list: String = fresh.map(|(at, note)| comment(&prefix, *at, note, authors)).collect();
                splices.push(match tag.kind {
                    Kind::Empty => {
                        let list = format!("<{prefix}commentList>{list}</{prefix}commentList>");
                        Splice { span: tag.span.clone(), text: list }
                    }
                    _ => between(tag.span.start, list),
                });
            }
            _ => {}
        }
    }
    Ok((spliced(text, splices), extended))
}

fn between(at: usize, text: String) -> Splice {
    Splice { span: at..at, text }
}

fn comment(prefix: &str, (row, column): (u32, u32), note: &str, author: usize) -> String {
    let at = format!("{}{row}", letters(column));
    let run = run(prefix, note);
    format!("<{prefix}comment ref=\"{at}\" authorId=\"{author}\"><{prefix}text>{run}</{prefix}text></{prefix}comment>")
}

fn run(prefix: &str, text: &str) -> String {
    format!("<{prefix}r><{prefix}t xml:space=\"preserve\">{}</{prefix}t></{prefix}r>", escaped(text))
}

/// A drawing without shapes. Its number makes the shapes' numbers differ from those of other sheets.
fn empty_drawing(name: &str) -> String {
    let digits: String = name.chars().filter(char::is_ascii_digit).collect();
    // Far behind the numbers that Excel gives out itself, which begin with 1.
    let block = 500 + digits.parse::<u32>().unwrap_or(0) % 500;
    format!(
        "<xml {NAMESPACES}><o:shapelayout v:ext='edit'><o:idmap v:ext='edit' data='{block}'/></o:shapelayout>\
         <v:shapetype id='_x0000_t202' coordsize='21600,21600' o:spt='202' path='m,l,21600r21600,l21600,xe'>\
         <v:stroke joinstyle='miter'/><v:path gradientshapeok='t' o:connecttype='rect'/></v:shapetype></xml>"
    )
}

fn with_shapes(part: &str, text: &str, places: impl Iterator<Item = (u32, u32)>) -> Result<String, Refusal> {
    let mut tags = Tags::new(part, text);
    let (mut last, mut end, mut block) = (0_u32, None, 1_u32);
    while let Some(tag) = tags.next()? {
        if let Some(number) = tag.attribute("id").and_then(|id| id.strip_prefix("_x0000_s")?.parse().ok()) {
            last = last.max(number);
        }
        if tag.name == "idmap" {
            let data = tag.attribute("data").unwrap_or_default().into_owned();
            block = data.split(',').next().and_then(|first| first.trim().parse().ok()).unwrap_or(block);
        }
        if tag.depth == 0 && tag.kind == Kind::Close {
            end = Some(tag.span.start);
        }
    }
    let end = end.ok_or_else(|| Refusal::damaged(part, &"no drawing"))?;
    let first = last.max(block.saturating_mul(1024)).saturating_add(1);
    let shapes: String = (first..).zip(places).map(|(number, at)| shape(number, at)).collect();
    Ok(spliced(text, vec![between(end, shapes)]))
}

/// A hidden note, as Excel draws it when the pointer rests on the cell.
fn shape(number: u32, (row, column): (u32, u32)) -> String {
    let row = row.saturating_sub(1);
    let (left, right, top, bottom) = (column + 1, column + 5, row.saturating_sub(1), row + 6);
    format!(
        "<v:shape {NAMESPACES} id='_x0000_s{number}' type='#_x0000_t202' style='position:absolute;margin-left:60pt;\
         margin-top:2pt;width:240pt;height:110pt;z-index:1;visibility:hidden' fillcolor='#ffffe1' o:insetmode='auto'>\
         <v:fill color2='#ffffe1'/><v:shadow on='t' color='black' obscured='t'/><v:path o:connecttype='none'/>\
         <v:textbox style='mso-direction-alt:auto'><div style='text-align:left'></div></v:textbox>\
         <x:ClientData ObjectType='Note'><x:MoveWithCells/><x:SizeWithCells/>\
         <x:Anchor>{left}, 15, {top}, 2, {right}, 15, {bottom}, 4</x:Anchor><x:AutoFill>False</x:AutoFill>\
         <x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_that_are_there_stay_and_are_extended() {
        let old = r#"<comments xmlns="m"><authors><author>情報係</author></authors><commentList><comment ref="B2" authorId="0"><text><t>旧</t><phoneticPr fontId="1"/></text></comment></commentList></comments>"#;
        let notes = Notes::from([((2, 1), "a<b".to_owned()), ((3, 0), "新".to_owned())]);
        let (new, extended) = with_notes("c", old, &notes, "Daicho").unwrap();
        assert_eq!(extended, BTreeSet::from([(2, 1)]));
        assert_eq!(
            new,
            "<comments xmlns=\"m\"><authors><author>情報係</author><author>Daicho</author></authors><commentList><comment ref=\"B2\" authorId=\"0\"><text><t>旧</t><r><t xml:space=\"preserve\">\na&lt;b</t></r><phoneticPr fontId=\"1\"/></text></comment><comment ref=\"A3\" authorId=\"1\"><text><r><t xml:space=\"preserve\">新</t></r></text></comment></commentList></comments>"
        );
    }

    #[test]
    fn shapes_have_numbers_of_their_own() {
        let first = with_shapes("d", &empty_drawing("vmlDrawing1.vml"), [(2, 1)].into_iter()).unwrap();
        let second = with_shapes("d", &first, [(3, 1)].into_iter()).unwrap();
        assert!(second.contains("_x0000_s513025") && second.contains("_x0000_s513026"));
        assert!(second.contains("<x:Row>2</x:Row><x:Column>1</x:Column>"));
    }
}
