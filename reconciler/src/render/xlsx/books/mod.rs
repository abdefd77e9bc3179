//! The registers and records that a hospital prints, files and hands in: one workbook each, with the line that says of
//! which run and which ledger it was made.

mod answers;
mod cells;
mod index;
mod ledger;
mod points;
mod record;
mod remote;
mod sources;
mod vendors;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use rust_xlsxwriter::{DocProperties, Workbook, XlsxError};

pub use self::index::pack_index;
use super::sheets::{self, Paper, Sheet, Value};
use super::{Formats, excel, header, local, write_sheet};
use crate::answer::listed::Listed;
use crate::judge::Knowledge;
use crate::judge::entry::{EntryId, Field, Record, Register};
use crate::judge::vendor::Names;
use crate::judge::verdict::Verdict;
use crate::render::Options;
use crate::render::view::{Report, rows};
use crate::render::words::headings::{Headings, headings};
use crate::render::words::phrase::shown;
use crate::render::words::{Lang, date};
use crate::vendor::dossiers;
use crate::vendor::duties::{Duty, duties};
use crate::vendor::replied::{Replied, replied};
use crate::vendor::status::{Chase, chase};

/// Ledger files that a workbook names.
const NAMED_FILES: usize = 24;
/// Those that fit on the one page of the record.
const ON_A_PAGE: usize = 4;

/// One workbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Book {
    /// 機器管理台帳, in the official columns.
    Equipment,
    /// 医療機器台帳.
    Medical,
    /// 外部接続点一覧（部門別）.
    Points,
    /// 二系統接続一覧.
    DualHomed,
    /// リモート保守台帳.
    Remote,
    /// 事業者×システム.
    Vendors,
    /// 確認・報告記録.
    Record,
    /// 調査範囲と方法の説明書.
    Coverage,
}

impl Book {
    /// All of them, in the order in which they are handed in.
    pub const ALL: [Self; 8] = [
        Self::Equipment,
        Self::Medical,
        Self::Points,
        Self::DualHomed,
        Self::Remote,
        Self::Vendors,
        Self::Record,
        Self::Coverage,
    ];

    /// Its name on the command line and in tables.
    pub fn code(self) -> &'static str {
        match self {
            Self::Equipment => "equipment",
            Self::Medical => "medical",
            Self::Points => "points",
            Self::DualHomed => "dual-homed",
            Self::Remote => "remote",
            Self::Vendors => "vendors",
            Self::Record => "record",
            Self::Coverage => "coverage",
        }
    }

    /// The opposite of [`Self::code`].
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|book| book.code() == code)
    }

    /// Its title, which is also the name of its file.
    pub fn title(self, lang: Lang) -> &'static str {
        let w = headings(lang);
        match self {
            Self::Equipment => w.book_equipment,
            Self::Medical => w.book_medical,
            Self::Points => w.book_points,
            Self::DualHomed => w.dual_homed,
            Self::Remote => w.book_remote,
            Self::Vendors => w.book_vendors,
            Self::Record => w.book_record,
            Self::Coverage => w.book_coverage,
        }
    }
}

/// What the workbooks say beside the verdict.
#[derive(Debug, Clone)]
pub struct Material {
    /// The day on which they are made.
    pub made: Date,
    /// The ledger files that were judged against, with their versions.
    pub ledger: Vec<LedgerSource>,
    /// The official columns of 機器管理台帳, in the form's order.
    pub official: Vec<OfficialColumn>,
    /// The rows of the ledger by those columns.
    pub rows: Vec<OfficialRow>,
    /// External connection points by department, and the segments.
    pub listed: Listed,
    /// Files that the registers name as evidence, by the name that stands there.
    pub attached: BTreeMap<String, Attached>,
    /// What vendors look after, were asked, and answered until that run.
    pub vendors: VendorWork,
}

/// Vendors, as the vendor commands read them.
#[derive(Debug, Clone, Default)]
pub struct VendorWork {
    /// Every vendor by every system.
    pub duties: Vec<Duty>,
    /// The chase list.
    pub chase: Vec<Chase>,
    /// The newest word on everything that was asked.
    pub replied: Vec<Replied>,
}

impl VendorWork {
    /// Of a judged run and everything that was asked and answered by then.
    pub fn new(verdict: &Verdict, knowledge: &Knowledge, day: Date) -> Self {
        let names = Names::new(&verdict.ledger.records, knowledge);
        let (dossiers, vendors) = (dossiers(verdict, knowledge), &verdict.vendors);
        let replied = replied(&dossiers, vendors, &names);
        let duties = duties(&dossiers, &verdict.ledger, &replied, knowledge);
        Self { duties, chase: chase(&dossiers, verdict, vendors, &names, day), replied }
    }
}

impl Material {
    /// The newest of the files from which a workbook's rows are.
    pub fn newest(&self, book: Book, verdict: &Verdict) -> Option<i64> {
        sources::of(book, verdict, &self.ledger).iter().filter_map(|file| file.version).max()
    }
}

/// One ledger file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerSource {
    /// Its version, counted over all files; `None` where it is kept no more.
    pub version: Option<i64>,
    /// File name without folders.
    pub file: String,
    /// SHA-256, lower-case hexadecimal.
    pub sha256: String,
    /// When it was imported.
    pub imported: Timestamp,
}

/// A row of the ledger by the official columns.
pub type OfficialRow = (EntryId, BTreeMap<Field, String>);

/// One column of the official form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficialColumn {
    /// The field.
    pub field: Field,
    /// Heading of the form.
    pub header: String,
    /// The words that its cells may hold; none where any text may.
    pub choices: &'static [&'static str],
}

/// A file that a register names as evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attached {
    /// It is there.
    Found {
        /// SHA-256, lower-case hexadecimal.
        sha256: String,
        /// Size in octets.
        size: u64,
    },
    /// No such file in the project folder.
    Missing,
    /// It leads out of the project folder, and was not opened.
    Outside,
    /// It is larger than is read.
    TooLarge {
        /// Size in octets.
        size: u64,
    },
    /// It is there and cannot be read.
    Unreadable {
        /// Why, in the system's words.
        why: String,
    },
}

/// The files that a cell of evidence names. A list in a cell is parted at its marks, but never at the strokes of a path.
pub fn evidence_names(raw: &str) -> Vec<String> {
    let names = raw.split(['\n', '、', ',', '，', ';', '；']).map(str::trim).filter(|name| !name.is_empty());
    names.map(str::to_owned).collect()
}

/// The workbook's octets; equal values give equal workbooks.
pub fn book(book: Book, verdict: &Verdict, material: &Material, options: &Options) -> Result<Vec<u8>, XlsxError> {
    let report = Report::new(verdict, options);
    let shelf = Shelf { book, report: &report, material, w: headings(options.lang), title: book.title(options.lang) };
    let mut file = Workbook::new();
    let created = excel(local(verdict.run.started, options))?;
    file.set_properties(
        &DocProperties::new().set_title(shelf.title).set_author("Daicho").set_creation_datetime(&created),
    );
    let formats = Formats::new(options.lang);
    if book == Book::Record {
        record::write(file.add_worksheet(), &shelf, &formats)?;
    }
    for sheet in shelf.sheets(book) {
        write_sheet(file.add_worksheet(), &sheet, &formats, options)?;
    }
    let head = header(options, shelf.title);
    for sheet in file.worksheets_mut() {
        sheet.set_header(&head);
    }
    file.save_to_buffer()
}

/// What every workbook is made of.
struct Shelf<'a> {
    book: Book,
    report: &'a Report<'a>,
    material: &'a Material,
    w: &'static Headings,
    title: &'static str,
}

impl Shelf<'_> {
    fn lang(&self) -> Lang {
        self.report.scene.lang()
    }

    /// The rows of a register that declares no device.
    fn records(&self, register: Register) -> impl Iterator<Item = &Record> {
        self.report.scene.verdict.ledger.records.iter().filter(move |record| record.register == register)
    }

    fn sheets(&self, book: Book) -> Vec<Sheet> {
        match book {
            Book::Equipment => vec![ledger::equipment(self)],
            Book::Medical => vec![ledger::medical(self)],
            Book::Points => points::sheets(self),
            Book::DualHomed => vec![self.titled_a3(sheets::dual_homed(self.report, self.w))],
            Book::Remote => remote::sheets(self),
            Book::Vendors => vendors::sheets(self),
            Book::Record => vec![],
            Book::Coverage => self.coverage(),
        }
    }

    fn coverage(&self) -> Vec<Sheet> {
        let scene = &self.report.scene;
        let sheets = [
            sheets::coverage(self.report, self.w),
            sheets::sent_sums(&rows::sent_sums(scene), scene.options, self.w),
            sheets::problems(&rows::problems(scene), self.w),
        ];
        sheets.into_iter().map(|sheet| self.titled(sheet)).collect()
    }

    /// With the title and where it comes from above the headings.
    fn titled(&self, sheet: Sheet) -> Sheet {
        let title =
            if sheet.name == self.title { self.title.to_owned() } else { format!("{} — {}", self.title, sheet.name) };
        let above = std::iter::once(title).chain(self.origin()).chain(sheet.above).collect();
        // A table of headings alone looks as if it had been forgotten.
        let none = || vec![vec![Value::Text(self.w.no_rows.to_owned())]];
        let rows = if sheet.rows.is_empty() { none() } else { sheet.rows };
        Sheet { rows, above, ..sheet }
    }

    fn titled_a3(&self, sheet: Sheet) -> Sheet {
        Sheet { paper: Paper::A3, ..self.titled(sheet) }
    }

    /// Of which run and which ledger it was made, and when.
    fn origin(&self) -> Vec<String> {
        let (scene, lang, w) = (&self.report.scene, self.lang(), self.w);
        let run = &scene.verdict.run;
        let partial = if run.complete { String::new() } else { format!("［{}］", w.partial) };
        let made = date::day(self.material.made, lang);
        let hospital = scene.options.hospital.as_deref().map(shown).unwrap_or_default();
        let daicho = scene.verdict.basis.as_ref().map_or(env!("CARGO_PKG_VERSION"), |basis| basis.daicho.as_str());
        let first = lang.pick(
            format!(
                "{hospital}　{}: {made}　{}: {}{partial}（{}）　Daicho {daicho}",
                w.made_on,
                w.run,
                scene.moment(run.started),
                run.id
            ),
            format!(
                "{hospital}  {} {made}  {}: {}{partial} ({})  Daicho {daicho}",
                w.made_on,
                w.run,
                scene.moment(run.started),
                run.id
            ),
        );
        let most = if self.book == Book::Record { ON_A_PAGE } else { NAMED_FILES };
        let sources = sources::of(self.book, scene.verdict, &self.material.ledger);
        let files = sources.iter().take(most).map(|file| self.file(file));
        let left = sources.len().saturating_sub(most);
        let rest = (left > 0).then(|| lang.pick(format!("ほか {left}ファイル"), format!("and {left} more files")));
        let none = sources.is_empty().then(|| w.ledger_none.to_owned());
        std::iter::once(first).chain(files).chain(rest).chain(none).collect()
    }

    fn file(&self, file: &LedgerSource) -> String {
        let number = file.version.map_or_else(|| "–".to_owned(), |number| number.to_string());
        let (name, sha256) = (shown(&file.file), &file.sha256);
        self.lang().pick(
            format!("{}: 第{number}版『{name}』 SHA-256 {sha256}", self.w.ledger_version),
            format!("{} {number}: “{name}” SHA-256 {sha256}", self.w.ledger_version),
        )
    }
}

#[cfg(test)]
mod tests;
