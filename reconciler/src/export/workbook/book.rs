//! The workbook part: which sheet is which part, and how parts point at each other.

use std::collections::BTreeMap;

use super::package::Package;
use super::xml::{Kind, Splice, Tags, escaped, spliced};
use crate::export::Refusal;

const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE_RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
/// Ids that may be taken by what is no relationship within the package, e.g. links to pages.
const ID_ROOM: usize = 100_000;
/// Sheets of a workbook that are looked at.
const SHEETS: usize = 4_096;

/// A workbook's sheets.
#[derive(Debug)]
pub(crate) struct Book {
    /// The workbook's part.
    pub part: String,
    /// Names and parts of sheets, in order.
    pub sheets: Vec<(String, String)>,
    /// Days are counted from 1904.
    pub is_1904: bool,
    /// The largest `sheetId`.
    last_id: u32,
}

/// A relationship of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Relation {
    /// Its id.
    pub id: String,
    /// The last word of its type, e.g. `comments`.
    pub kind: String,
    /// The part it points at.
    pub target: String,
}

impl Book {
    /// Reads the workbook's part.
    pub(crate) fn read(package: &mut Package<'_>) -> Result<Self, Refusal> {
        if package.names().any(|name| name.starts_with("_xmlsignatures/")) {
            return Err(Refusal::Signed);
        }
        let roots = relations(package, "")?;
        let part = roots.into_iter().find(|relation| relation.kind == "officeDocument").map(|relation| relation.target);
        let part = part.ok_or_else(|| Refusal::damaged("_rels/.rels", &"no workbook"))?;
        let targets: BTreeMap<String, String> =
            relations(package, &part)?.into_iter().map(|relation| (relation.id, relation.target)).collect();
        let text = package.needed(&part)?;
        let mut tags = Tags::new(&part, &text);
        let mut book = Self { part: part.clone(), sheets: Vec::new(), is_1904: false, last_id: 0 };
        while let Some(tag) = tags.next()?.filter(|_| book.sheets.len() < SHEETS) {
            match (tag.name, tag.begins()) {
                ("workbookPr", true) => {
                    book.is_1904 = tag.attribute("date1904").is_some_and(|value| matches!(&*value, "1" | "true"));
                }
                ("sheet", true) => {
                    let id = tag.attribute("sheetId").and_then(|id| id.parse().ok()).unwrap_or(0);
                    book.last_id = book.last_id.max(id);
                    let target = tag.attribute("id").and_then(|id| targets.get(&*id));
                    let name = tag.attribute("name").unwrap_or_default().into_owned();
                    book.sheets.push((name, target.cloned().unwrap_or_default()));
                }
                _ => {}
            }
        }
        Ok(book)
    }

    /// Adds a sheet behind the others. Formulas are computed anew when the workbook is opened: their
    /// kept values may stand on cells that were changed.
    pub(crate) fn add_sheet(&self, package: &mut Package<'_>, title: &str, text: String) -> Result<(), Refusal> {
        let name = package.free_name("xl/worksheets/sheet#.xml");
        let id = relate(package, &self.part, "worksheet", &name)?;
        package.put(&name, text);
        let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml";
        declare(package, &name, kind)?;
        let book = package.needed(&self.part)?;
        let sheet = (self.last_id.saturating_add(1), escaped(&self.free_title(title)));
        let changed = self.with_sheet(&book, &sheet, &id)?;
        package.put(&self.part, changed);
        Ok(())
    }

    fn with_sheet(&self, book: &str, (number, title): &(u32, String), id: &str) -> Result<String, Refusal> {
        let mut tags = Tags::new(&self.part, book);
        let (mut splices, mut behind, mut computed) = (Vec::new(), 0, false);
        let mut prefix = String::new();
        while let Some(tag) = tags.next()? {
            if tag.depth == 0 && tag.begins() {
                tag.prefix().clone_into(&mut prefix);
            }
            match (tag.name, tag.kind, tag.depth) {
                ("sheets", Kind::Close, 1) => splices.push(Splice {
                    span: tag.span.start..tag.span.start,
                    text: format!(
                        "<{prefix}sheet xmlns:r=\"{RELATIONS}\" name=\"{title}\" sheetId=\"{number}\" r:id=\"{id}\"/>"
                    ),
                }),
                ("calcPr", Kind::Open | Kind::Empty, 1) => {
                    computed = true;
                    splices.push(Splice { span: tag.span.clone(), text: tag.with("fullCalcOnLoad", "1") });
                }
                _ => {}
            }
            // What must stand before `calcPr` (ECMA-376 18.2.27).
            let first = matches!(tag.name, "sheets" | "functionGroups" | "externalReferences" | "definedNames");
            if tag.depth == 1 && tag.ends() && first {
                behind = tag.span.end;
            }
        }
        if !computed {
            splices.push(Splice { span: behind..behind, text: format!("<{prefix}calcPr fullCalcOnLoad=\"1\"/>") });
        }
        Ok(spliced(book, splices))
    }

    /// A title that no sheet has; the comparison of sheet names ignores case.
    fn free_title(&self, title: &str) -> String {
        let taken = |title: &str| self.sheets.iter().any(|(name, _)| name.to_lowercase() == title.to_lowercase());
        let numbered = (2..self.sheets.len() + 3).map(|number| format!("{title} {number}"));
        std::iter::once(title.to_owned()).chain(numbered).find(|title| !taken(title)).unwrap_or_default()
    }
}

/// The relationships of a part; the package's own for the empty name.
pub(crate) fn relations(package: &mut Package<'_>, part: &str) -> Result<Vec<Relation>, Refusal> {
    let name = relations_part(part);
    let Some(text) = package.text(&name)? else { return Ok(Vec::new()) };
    let mut tags = Tags::new(&name, &text);
    let mut found = Vec::new();
    while let Some(tag) = tags.next()? {
        let said = |name| tag.attribute(name).unwrap_or_default().into_owned();
        if tag.begins() && tag.name == "Relationship" && said("TargetMode") != "External" {
            let kind = said("Type").rsplit('/').next().unwrap_or_default().to_owned();
            found.push(Relation { id: said("Id"), kind, target: resolved(part, &said("Target")) });
        }
    }
    Ok(found)
}

/// Adds a relationship and gives its id.
pub(crate) fn relate(package: &mut Package<'_>, part: &str, kind: &str, target: &str) -> Result<String, Refusal> {
    let name = relations_part(part);
    let known = relations(package, part)?;
    let old = package.text(&name)?;
    let empty = || {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<Relationships xmlns=\"{PACKAGE_RELATIONS}\"></Relationships>"
        )
    };
    let text = old.unwrap_or_else(empty);
    let taken = |id: &String| known.iter().any(|one| one.id == *id) || text.contains(&format!("\"{id}\""));
    let id = (1..=known.len() + ID_ROOM).map(|number| format!("rId{number}")).find(|id| !taken(id)).unwrap_or_default();
    let line =
        |prefix: &str| format!("<{prefix}Relationship Id=\"{id}\" Type=\"{RELATIONS}/{kind}\" Target=\"/{target}\"/>");
    let changed = with_last(&name, &text, line)?;
    package.put(&name, changed);
    Ok(id)
}

/// Says of what type a part is.
pub(crate) fn declare(package: &mut Package<'_>, part: &str, kind: &str) -> Result<(), Refusal> {
    let line = |prefix: &str| format!("<{prefix}Override PartName=\"/{part}\" ContentType=\"{kind}\"/>");
    typed(package, line)
}

/// Says of what type all parts of an extension are, where nobody did.
pub(crate) fn declare_extension(package: &mut Package<'_>, extension: &str, kind: &str) -> Result<(), Refusal> {
    let text = package.needed(TYPES)?;
    let mut tags = Tags::new(TYPES, &text);
    while let Some(tag) = tags.next()? {
        if tag.attribute("Extension").is_some_and(|known| known.eq_ignore_ascii_case(extension)) {
            return Ok(());
        }
    }
    typed(package, |prefix| format!("<{prefix}Default Extension=\"{extension}\" ContentType=\"{kind}\"/>"))
}

/// The part that says of what type every other is.
pub(crate) const TYPES: &str = "[Content_Types].xml";

fn typed(package: &mut Package<'_>, line: impl Fn(&str) -> String) -> Result<(), Refusal> {
    let text = package.needed(TYPES)?;
    let changed = with_last(TYPES, &text, line)?;
    package.put(TYPES, changed);
    Ok(())
}

/// The text with one more element at the end of its root.
fn with_last(part: &str, text: &str, line: impl Fn(&str) -> String) -> Result<String, Refusal> {
    let mut tags = Tags::new(part, text);
    while let Some(tag) = tags.next()? {
        if tag.depth > 0 || !tag.ends() {
            continue;
        }
        let line = line(tag.prefix());
        let splice = if tag.kind == Kind::Close {
            Splice { span: tag.span.start..tag.span.start, text: line }
        } else {
            let open = tag.text.trim_end_matches('>').trim_end_matches('/').trim_end();
            Splice { span: tag.span.clone(), text: format!("{open}>{line}</{}{}>", tag.prefix(), tag.name) }
        };
        return Ok(spliced(text, vec![splice]));
    }
    Err(Refusal::damaged(part, &"no element"))
}

fn relations_part(part: &str) -> String {
    let (folder, name) = part.rsplit_once('/').unwrap_or(("", part));
    if folder.is_empty() { format!("_rels/{name}.rels") } else { format!("{folder}/_rels/{name}.rels") }
}

/// A target as the name of a part: relative to the folder of the part that names it.
fn resolved(part: &str, target: &str) -> String {
    let folder = part.rsplit_once('/').map_or("", |(folder, _)| folder);
    let whole = target.strip_prefix('/').map_or_else(|| format!("{folder}/{target}"), str::to_owned);
    let mut steps: Vec<&str> = Vec::new();
    for step in whole.split('/') {
        match step {
            "" | "." => {}
            ".." => drop(steps.pop()),
            step => steps.push(step),
        }
    }
    steps.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_names_of_parts() {
        assert_eq!(resolved("xl/workbook.xml", "worksheets/sheet1.xml"), "xl/worksheets/sheet1.xml");
        assert_eq!(resolved("xl/worksheets/sheet1.xml", "../comments1.xml"), "xl/comments1.xml");
        assert_eq!(resolved("xl/workbook.xml", "/xl/styles.xml"), "xl/styles.xml");
        assert_eq!(resolved("", "xl/workbook.xml"), "xl/workbook.xml");
        assert_eq!(relations_part(""), "_rels/.rels");
        assert_eq!(relations_part("xl/workbook.xml"), "xl/_rels/workbook.xml.rels");
    }

    #[test]
    fn an_element_is_added_at_the_end_of_any_root() {
        let line = |prefix: &str| format!("<{prefix}x/>");
        assert_eq!(with_last("p", "<a><b/></a>", line).unwrap(), "<a><b/><x/></a>");
        assert_eq!(with_last("p", "<k:a k='1'/>", line).unwrap(), "<k:a k='1'><k:x/></k:a>");
    }
}
