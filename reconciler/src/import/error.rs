//! Why a file could not be read. Then nothing of it was taken, and the ledger is as it was.

use serde::{Deserialize, Serialize};

/// A file that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}{place}: {reason} Nothing was imported from this file.")]
pub struct ImportError {
    /// File name without folders.
    pub file: String,
    /// Where in the file, as far as it is known.
    pub place: Place,
    /// What was found.
    pub reason: Reason,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Place {
    /// Sheet name, in a workbook.
    pub sheet: Option<String>,
    /// Row as the spreadsheet shows it.
    pub row: Option<u32>,
    /// Column as the spreadsheet shows it.
    pub column: Option<String>,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(sheet) = &self.sheet {
            write!(f, ", sheet \"{sheet}\"")?;
        }
        if let Some(row) = self.row {
            write!(f, ", row {row}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column {column}")?;
        }
        Ok(())
    }
}

/// What was found instead of a ledger, and what helps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The operating system refused.
    #[error("the file could not be opened ({detail}). Check its path and its permissions.")]
    NotOpened {
        /// The operating system's words.
        detail: String,
    },
    /// More octets than are read.
    #[error("the file has {bytes} bytes; at most {limit} are read. Remove pictures and old sheets, or split it.")]
    TooLarge {
        /// Found.
        bytes: u64,
        /// Allowed.
        limit: u64,
    },
    /// No octets.
    #[error("the file is empty. Check that it was saved or copied completely.")]
    Empty,
    /// Tables about persons, and nothing else.
    #[error(
        "the file holds data about persons only (a list of accounts or names: {sheets}), which is not imported. Import the equipment ledger."
    )]
    Personal {
        /// Names of the sheets.
        sheets: String,
    },
    /// An encrypted workbook.
    #[error("the workbook is protected by a password. Remove the password in Excel, then import it again.")]
    PasswordProtected,
    /// The content is of another kind than the name says.
    #[error(
        "the name ends in \"{extension}\", but the content is {found}. Save the ledger from Excel as .xlsx or as CSV."
    )]
    WrongExtension {
        /// After the last dot of the name.
        extension: String,
        /// What the content is.
        found: Content,
    },
    /// Octets that are no text in any of the encodings that are read.
    #[error("line {line} holds bytes that are not text in UTF-8, Shift_JIS or EUC-JP. Save it as CSV UTF-8 in Excel.")]
    NotText {
        /// From 1.
        line: u64,
    },
    /// The end of the file is missing.
    #[error("the end of the file is missing. Copy it again from where it came from.")]
    Truncated,
    /// A part that inflates beyond the limit.
    #[error("the part \"{part}\" inflates to more than {limit} bytes. Save the ledger sheet alone in a new workbook.")]
    Inflates {
        /// Name inside the archive.
        part: String,
        /// Octets allowed.
        limit: u64,
    },
    /// More parts than are read.
    #[error("the workbook has {parts} parts; at most {limit} are read. Save the ledger sheet alone in a new workbook.")]
    TooManyParts {
        /// Found.
        parts: usize,
        /// Allowed.
        limit: usize,
    },
    /// The workbook declares more texts than it can hold.
    #[error("the workbook declares {declared} texts, more than it has room for. Save it anew in Excel.")]
    StringCount {
        /// Declared.
        declared: u64,
    },
    /// A quotation mark that is never closed swallowed the rest.
    #[error("a quotation mark (\") that opens in this row is never closed. Correct that row.")]
    OpenQuote,
    /// Something else is broken.
    #[error("the content is damaged ({detail}). Open it in Excel and save it anew as .xlsx.")]
    Malformed {
        /// What the parser says.
        detail: String,
    },
    /// No sheet has a ledger's heading.
    #[error(
        "no heading of a ledger was found in the first 30 rows of any sheet (looked at: {sheets}). At least three of the headings such as 管理番号, IPアドレス, コンピュータ名 are needed in one row."
    )]
    NoTable {
        /// Names of the sheets.
        sheets: String,
    },
    /// No sheet has the headings of the findings.
    #[error(
        "this is no list of findings that was filled in: no row among the first 30 of any sheet has the headings Decision, Finding, Fingerprint and the others. Fill in a findings.xlsx that daicho wrote, and keep its headings and its column Finding."
    )]
    NotFindings,
    /// No sheet has the codes of an enquiry.
    #[error(
        "this is no enquiry to a vendor that was filled in: no sheet has the hidden row of codes below its headings. Fill in the workbook that the hospital sent, and keep its first rows and its first column."
    )]
    NotEnquiry,
    /// None of the inventories that are read.
    #[error(
        "this is none of the inventories that are read: GLPI agent (JSON), OCS or FusionInventory (XML), or the output of systeminfo, Get-ComputerInfo | ConvertTo-Json, wmic … /format:csv, or ipconfig /all. Save the output of one of these as it is, without editing it."
    )]
    NotInventory,
    /// An inventory that breaks off, or is not well-formed.
    #[error("the inventory is damaged ({detail}). Write it anew on that machine, and copy it as it is.")]
    InventoryDamaged {
        /// What the parser says.
        detail: String,
    },
    /// An inventory without a machine.
    #[error(
        "the inventory names no machine: neither name, serial number, MAC nor IP address. Write it anew on that machine."
    )]
    InventoryEmpty,
    /// The reading process was ended.
    #[error("reading took longer than {seconds} seconds and was ended. Save the ledger sheet alone in a new workbook.")]
    ReaderTime {
        /// The limit.
        seconds: u64,
    },
    /// The reading process broke off: it reached its limit of memory, or a fault.
    #[error(
        "reading broke off ({detail}); the file needs more memory than is allowed. Save the ledger sheet alone in a new workbook."
    )]
    ReaderDied {
        /// How it ended.
        detail: String,
    },
    /// The reading process could not be started, or its answer was not understood.
    #[error("the reading process did not work ({detail}). Check the installation of daicho.")]
    Reader {
        /// What happened.
        detail: String,
    },
}

/// What a file's content is, by its first octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// Text.
    Text,
    /// An HTML page.
    Html,
    /// A workbook of Excel 2007 or later.
    Workbook,
    /// A workbook of Excel 97-2003.
    OldWorkbook,
    /// An `OpenDocument` spreadsheet.
    OpenDocument,
    /// An encrypted workbook.
    Encrypted,
    /// A ZIP archive that is no workbook.
    Archive,
    /// PDF.
    Pdf,
    /// A picture.
    Picture,
    /// Something else.
    Other,
}

impl std::fmt::Display for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Text => "plain text",
            Self::Html => "an HTML page",
            Self::Workbook => "an Excel workbook",
            Self::OldWorkbook => "an Excel 97-2003 workbook",
            Self::OpenDocument => "an OpenDocument spreadsheet",
            Self::Encrypted => "an encrypted workbook",
            Self::Archive => "a ZIP archive without a workbook",
            Self::Pdf => "a PDF document",
            Self::Picture => "a picture",
            Self::Other => "neither text nor a workbook",
        })
    }
}

impl ImportError {
    /// A file of which nothing more is known.
    pub(crate) fn new(file: &str, reason: Reason) -> Self {
        Self { file: file.to_owned(), place: Place::default(), reason }
    }
}

/// What the reading process says instead of cells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Refusal {
    /// Where.
    pub place: Place,
    /// What.
    pub reason: Reason,
}

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Self {
        Self { place: Place::default(), reason }
    }
}
