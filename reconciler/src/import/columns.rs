//! Which heading means which field: `config/columns.toml` and `registers.toml`, read once.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::fold::heading_key;
use super::registers::{Registers, Shape};
use super::values::Words;
use crate::judge::entry::{Field, Register};

/// The table that is compiled in.
pub const DEFAULT: &str = include_str!("../../../config/columns.toml");

/// Everything that is known about headings, titles and cell words.
#[derive(Debug, Clone)]
pub struct Columns {
    described: Vec<Described>,
    /// Headings of the registers of devices, and of any other register that says nothing else.
    common: BTreeMap<String, Role>,
    /// Headings that mean something else, or anything at all, in one register only.
    own: BTreeMap<Register, BTreeMap<String, Role>>,
    /// Every heading of whatever register, so that a row is asked once and not register by register.
    anywhere: BTreeMap<String, Role>,
    shapes: BTreeMap<Field, Vec<Shape>>,
    reading: BTreeMap<String, Reading>,
    personal: (BTreeSet<String>, BTreeSet<String>),
    registers: Vec<(Register, Vec<String>, BTreeSet<String>)>,
    skipped: (BTreeSet<String>, Vec<String>),
    departments: (BTreeSet<String>, Vec<String>),
    legend: BTreeSet<String>,
    pub(crate) words: Words,
}

/// A column of the form: its heading, and what goes there.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Described {
    /// The field.
    pub field: Field,
    /// Heading of the form.
    pub header: String,
    /// What to write there, in Japanese.
    pub about: String,
    /// The same in English.
    pub about_en: String,
    variants: Vec<String>,
    #[serde(default)]
    external: Vec<String>,
}

/// What a heading is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// A field of the entry.
    Field(Field),
    /// A row counter, or else 管理番号.
    RowNumber,
    /// Says whether the address is dynamic.
    Assignment,
    /// A date here means: retired.
    Disposed,
    /// A name of the device, or of the product.
    Product,
    /// A ledger's column that is not read.
    Known,
    /// A column of another table beside this one: its cells belong to no row of this one.
    Beside,
}

/// How the values of a column are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Reading {
    /// As its words say.
    #[default]
    Plain,
    /// Yes means no.
    Inverted,
    /// A count; two and more mean yes.
    Counted,
    /// A mark means: retired.
    Retires,
}

impl Role {
    /// Its word in mapping files: a field's name, or what the column decides.
    pub(crate) fn code(self) -> String {
        match self {
            Self::Field(field) => field.code(),
            Self::RowNumber => "row_number".into(),
            Self::Assignment => "assignment".into(),
            Self::Disposed => "disposed".into(),
            Self::Product => "product".into(),
            Self::Known | Self::Beside => String::new(),
        }
    }

    /// The opposite of [`Self::code`], but for the empty word.
    pub(crate) fn from_code(code: &str) -> Option<Self> {
        let others = [Self::RowNumber, Self::Assignment, Self::Disposed];
        Field::from_code(code).map(Self::Field).or_else(|| others.into_iter().find(|role| role.code() == code))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    column: Vec<Described>,
    hints: Hints,
    reading: Readings,
    known: Headers,
    personal: Personal,
    register: Vec<Kind>,
    sheets: Skipped,
    departments: Departments,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Hints {
    row_no: Vec<String>,
    assignment: Vec<String>,
    disposed: Vec<String>,
    product: Vec<String>,
    legend: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Readings {
    inverted: Vec<String>,
    counted: Vec<String>,
    retires: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Headers {
    headers: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Personal {
    headers: Vec<String>,
    titles: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Kind {
    register: Register,
    titles: Vec<String>,
    headers: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Skipped {
    exact: Vec<String>,
    part: Vec<String>,
}

/// How the name of a department is known.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Departments {
    names: Vec<String>,
    endings: Vec<String>,
}

impl Columns {
    /// Reads `columns.toml`, `registers.toml` and `values.toml`.
    pub fn parse(columns: &str, registers: &str, values: &str) -> Result<Self, toml::de::Error> {
        let file: File = toml::from_str(columns)?;
        let registers = Registers::parse(registers)?;
        let (common, own) = roles(&file, &registers);
        let all = own.values().flatten().chain(&common);
        Ok(Self {
            anywhere: all.map(|(key, role)| (key.clone(), *role)).collect(),
            common,
            own,
            shapes: registers.shapes,
            reading: readings(&file.reading),
            personal: (keys(&file.personal.headers).collect(), keys(&file.personal.titles).collect()),
            registers: file
                .register
                .iter()
                .map(|kind| (kind.register, keys(&kind.titles).collect(), keys(&kind.headers).collect()))
                .collect(),
            skipped: (keys(&file.sheets.exact).collect(), keys(&file.sheets.part).collect()),
            departments: (keys(&file.departments.names).collect(), keys(&file.departments.endings).collect()),
            legend: keys(&file.hints.legend).collect(),
            described: file.column,
            words: Words::parse(values)?,
        })
    }

    /// The tables that are compiled in.
    ///
    /// # Panics
    /// Never: a test parses the same tables.
    pub fn builtin() -> Self {
        Self::parse(DEFAULT, super::registers::DEFAULT, super::values::DEFAULT).expect("they are parsed by a test")
    }

    /// The columns of the form, in its order.
    pub fn described(&self) -> &[Described] {
        &self.described
    }

    /// The field that somebody means by a heading, or by the field's own name, e.g. `状態` or `status`.
    pub fn field(&self, heading: &str) -> Option<Field> {
        let by_name = serde_json::from_value(serde_json::Value::String(heading.trim().to_lowercase())).ok();
        let registers = [Register::Equipment, Register::Medical, Register::ExternalConnection];
        by_name.or_else(|| {
            registers.into_iter().find_map(|register| match self.role(register, heading) {
                Some(Role::Field(field)) => Some(field),
                _ => None,
            })
        })
    }

    /// What a heading of a register is for. A heading with `/` is tried whole, then in parts.
    pub(crate) fn role(&self, register: Register, heading: &str) -> Option<Role> {
        first_of(&heading_key(heading), |key| self.role_of_key(register, key))
    }

    /// The heading is known as it stands, without leaving out a part of it.
    pub(crate) fn is_whole_heading(&self, register: Register, heading: &str) -> bool {
        self.role_of_key(register, &heading_key(heading)).is_some()
    }

    /// What a heading is for in any register.
    pub(crate) fn role_anywhere(&self, heading: &str) -> Option<Role> {
        first_of(&heading_key(heading), |key| self.anywhere.get(key).copied())
    }

    /// The field of the longest known heading that this one contains, and how much of it that is (per cent).
    pub(crate) fn similar(&self, register: Register, heading: &str) -> Option<(Field, u8)> {
        let heading = heading_key(heading);
        let whole = heading.chars().count().max(1);
        let own = self.own.get(&register).into_iter().flatten();
        let inside = own.chain(&self.common).filter_map(|(key, role)| match role {
            Role::Field(field) if key.chars().count() >= 2 && heading.contains(key.as_str()) => {
                Some((*field, key.chars().count() * 100 / whole))
            }
            _ => None,
        });
        let (field, percent) = inside.max_by_key(|(field, percent)| (*percent, *field))?;
        // A part of a heading is never as good as the heading.
        Some((field, u8::try_from(percent.min(79)).unwrap_or(0)))
    }

    /// How the cells of a field are understood.
    pub(crate) fn shapes(&self, field: Field) -> &[Shape] {
        self.shapes.get(&field).map_or(&[], Vec::as_slice)
    }

    /// The text is the name of a department, as far as a name can tell.
    pub(crate) fn is_department(&self, text: &str) -> bool {
        let name = heading_key(text);
        let ends = |ending: &String| name.strip_suffix(ending.as_str()).is_some_and(|front| !front.is_empty());
        name.chars().count() <= 20 && (self.departments.0.contains(&name) || self.departments.1.iter().any(ends))
    }

    /// How the values under a heading are written.
    pub(crate) fn reading(&self, heading: &str) -> Reading {
        self.reading.get(&heading_key(heading)).copied().unwrap_or_default()
    }

    /// The heading belongs to a table about persons.
    pub(crate) fn is_personal(&self, heading: &str) -> bool {
        self.personal.0.contains(&heading_key(heading))
    }

    /// The title is that of a table about persons.
    pub(crate) fn is_personal_title(&self, title: &str) -> bool {
        let title = heading_key(title);
        self.personal.1.iter().any(|known| title.contains(known.as_str()))
    }

    /// The heading is one of a legend, where that stands beside a ledger.
    pub(crate) fn is_legend(&self, heading: &str) -> bool {
        self.legend.contains(&heading_key(heading))
    }

    /// The sheet holds examples or explanations, by its name.
    pub(crate) fn is_skipped_sheet(&self, name: &str) -> bool {
        let name = heading_key(name);
        self.skipped.0.contains(&name) || self.skipped.1.iter().any(|part| name.contains(part.as_str()))
    }

    /// The register that a title names.
    pub(crate) fn register_of_title(&self, title: &str) -> Option<Register> {
        let title = heading_key(title);
        let named = |titles: &[String]| titles.iter().any(|known| title.contains(known.as_str()));
        self.registers.iter().find(|(_, titles, _)| named(titles)).map(|(register, ..)| *register)
    }

    /// The register that the headings of a row name.
    pub(crate) fn register_of_headings<'a>(&self, headings: impl Iterator<Item = &'a str>) -> Option<Register> {
        let headings: BTreeSet<String> = headings.map(heading_key).collect();
        let own = |known: &BTreeSet<String>| known.intersection(&headings).count() >= 2;
        self.registers.iter().find(|(_, _, known)| own(known)).map(|(register, ..)| *register)
    }

    fn role_of_key(&self, register: Register, key: &str) -> Option<Role> {
        let own = self.own.get(&register).and_then(|own| own.get(key));
        own.or_else(|| self.common.get(key)).copied()
    }
}

/// What is found first of a heading: of the whole, without its parenthesis, of its parts between `/`.
fn first_of(whole: &str, find: impl Fn(&str) -> Option<Role>) -> Option<Role> {
    let bare = whole.split('(').next().unwrap_or_default();
    [whole, bare].into_iter().chain(whole.split('/')).find_map(find)
}

fn keys(words: &[String]) -> impl Iterator<Item = String> {
    words.iter().map(|word| heading_key(word))
}

type Own = BTreeMap<Register, BTreeMap<String, Role>>;

fn roles(file: &File, registers: &Registers) -> (BTreeMap<String, Role>, Own) {
    let mut common = BTreeMap::new();
    let mut own: Own = BTreeMap::new();
    for column in &file.column {
        let role = Role::Field(column.field);
        common.insert(heading_key(&column.header), role);
        common.extend(keys(&column.variants).map(|key| (key, role)));
        let external = own.entry(Register::ExternalConnection).or_default();
        external.extend(keys(&column.external).map(|key| (key, role)));
    }
    for (register, field, headings) in registers.headings() {
        let table = if register == Register::Equipment { &mut common } else { own.entry(register).or_default() };
        for key in keys(headings) {
            table.entry(key).or_insert(Role::Field(field));
        }
    }
    let hints = [
        (&file.hints.row_no, Role::RowNumber),
        (&file.hints.assignment, Role::Assignment),
        (&file.hints.disposed, Role::Disposed),
        (&file.hints.product, Role::Product),
        (&file.known.headers, Role::Known),
    ];
    for (words, role) in hints {
        for key in keys(words) {
            common.entry(key).or_insert(role);
        }
    }
    (common, own)
}

fn readings(file: &Readings) -> BTreeMap<String, Reading> {
    let inverted = keys(&file.inverted).map(|key| (key, Reading::Inverted));
    let counted = keys(&file.counted).map(|key| (key, Reading::Counted));
    let retires = keys(&file.retires).map(|key| (key, Reading::Retires));
    inverted.chain(counted).chain(retires).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFICIAL: [&str; 12] = [
        "管理番号",
        "メーカー",
        "OS",
        "ソフトウェア",
        "ソフトウェアバージョン",
        "IPアドレス",
        "コンピュータ名",
        "設置場所",
        "利用者",
        "登録日",
        "状態",
        "説明",
    ];

    #[test]
    fn the_builtin_tables_parse_and_begin_with_the_official_columns() {
        let columns = Columns::builtin();
        let headers: Vec<_> = columns.described().iter().take(12).map(|column| column.header.as_str()).collect();
        assert_eq!(headers, OFFICIAL);
        assert_eq!(columns.described().len(), 25);
    }

    #[test]
    fn no_heading_means_two_fields() {
        let file: File = toml::from_str(DEFAULT).unwrap();
        let mut seen: BTreeMap<String, Field> = BTreeMap::new();
        for column in &file.column {
            for word in column.variants.iter().chain([&column.header]) {
                let key = heading_key(word);
                assert!(!key.is_empty(), "{word}");
                let earlier = seen.insert(key, column.field);
                assert!(
                    earlier.is_none_or(|earlier| earlier == column.field),
                    "{word}: {earlier:?}, {:?}",
                    column.field
                );
            }
        }
    }

    #[test]
    fn headings_are_known_in_every_spelling() {
        let columns = Columns::builtin();
        let role = |heading| columns.role(Register::Equipment, heading);
        assert_eq!(role("ＩＰアドレス（必須）"), Some(Role::Field(Field::IpAddress)));
        assert_eq!(role("型番/型式"), Some(Role::Field(Field::Model)));
        assert_eq!(role("設置部署（科名）"), Some(Role::Field(Field::Department)));
        assert_eq!(role("No."), Some(Role::RowNumber));
        assert_eq!(role("資産番号"), Some(Role::Field(Field::AssetNo)));
        assert_eq!(role("好きな色"), None);
        assert_eq!(columns.role(Register::ExternalConnection, "接続機器"), Some(Role::Field(Field::Model)));
    }

    #[test]
    fn registers_are_known_by_title_and_by_heading() {
        let columns = Columns::builtin();
        assert_eq!(columns.register_of_title("○○病院 医療機器台帳"), Some(Register::Medical));
        assert_eq!(columns.register_of_title("情報機器管理台帳"), Some(Register::Equipment));
        assert_eq!(columns.register_of_title("外部接続点台帳（部門別）"), Some(Register::ExternalConnection));
        assert_eq!(columns.register_of_headings(["AEタイトル", "モダリティ"].into_iter()), Some(Register::Medical));
        assert!(columns.is_skipped_sheet("機器台帳（記入例）") && !columns.is_skipped_sheet("機器リスト"));
    }
}
