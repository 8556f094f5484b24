//! Importing and exporting lists.

use serde::{Deserialize, Serialize};

use super::call::CallQuery;
use super::page::Choice;
use crate::access::Permission;
use crate::invalid::FieldErrors;

/// Rows of each fate that a report shows; the counts are of all.
pub const ROWS_SHOWN: u32 = 200;

/// A list that can be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListName {
    Buyers,
    Targets,
    Numbers,
    Publishers,
    Blocks,
    /// Numbers to block, from a list that somebody keeps.
    Litigators,
}

impl ListName {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Buyers,
        Self::Targets,
        Self::Numbers,
        Self::Publishers,
        Self::Blocks,
        Self::Litigators,
    ];

    /// The word in addresses and file names.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Buyers => "buyers",
            Self::Targets => "targets",
            Self::Numbers => "numbers",
            Self::Publishers => "publishers",
            Self::Blocks => "blocks",
            Self::Litigators => "tcpa",
        }
    }

    /// The list of a word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|list| list.code() == code)
    }

    /// "blocked callers".
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Blocks => "blocked callers",
            Self::Litigators => "a TCPA list",
            other => other.code(),
        }
    }

    /// What it takes to import it.
    #[must_use]
    pub fn permission(self) -> Permission {
        match self {
            Self::Buyers | Self::Targets => Permission::EditBuyers,
            Self::Numbers => Permission::EditNumbers,
            Self::Publishers => Permission::EditPublishers,
            Self::Blocks | Self::Litigators => Permission::EditBlocks,
        }
    }
}

/// What becomes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    New,
    Changed,
    /// It is there like that already.
    Unchanged,
    /// An earlier row is about the same.
    Repeated,
    Refused,
}

impl Fate {
    /// For people.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::New => "New",
            Self::Changed => "Changed",
            Self::Unchanged => "Unchanged",
            Self::Repeated => "Repeated",
            Self::Refused => "Refused",
        }
    }
}

/// What an import is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImportForm {
    /// A [`ListName`] code.
    pub list: String,
    /// The file.
    pub text: String,
    /// "on" makes the buyers that targets name and that are missing.
    pub make_buyers: String,
    /// Campaign id of blocks that name no campaign; empty for every campaign.
    pub campaign: String,
    /// What a list of numbers is called.
    pub source: String,
    /// The last day, or the moment, that a list of numbers holds; empty for good.
    pub until: String,
    /// "yes" writes; anything else only says what would happen.
    pub write: String,
}

/// What the page of an import starts with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportStart {
    pub list: ListName,
    pub columns: Vec<String>,
    /// Those that must be there.
    pub required: Vec<String>,
    pub campaigns: Vec<Choice>,
    /// What was posted without the page's script, and the answer.
    pub posted: Option<Posted>,
}

/// An import that was posted without the page's script.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posted {
    pub form: ImportForm,
    pub report: Option<ImportReport>,
    pub errors: FieldErrors,
    /// What went wrong, where it is no field's; may be empty.
    pub message: String,
}

/// What becomes of the rows of a file, or became.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportReport {
    pub new: u32,
    pub changed: u32,
    pub unchanged: u32,
    pub repeated: u32,
    pub refused: u32,
    /// The first of each fate, in the order of the file.
    pub rows: Vec<RowReport>,
    /// What is made beside the rows: "3 buyers are made as well."; may be empty.
    pub also: String,
    pub written: bool,
}

impl ImportReport {
    /// Rows that are written.
    #[must_use]
    pub fn good(&self) -> u32 {
        self.new + self.changed
    }

    /// All rows.
    #[must_use]
    pub fn total(&self) -> u32 {
        self.good() + self.unchanged + self.repeated + self.refused
    }
}

/// A row of a file and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowReport {
    pub line: u32,
    pub fate: Fate,
    /// The name a person knows it by.
    pub label: String,
    pub notes: Vec<Note>,
}

/// A sentence about a column of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// The column, or `line`.
    pub field: String,
    pub text: String,
}

/// How far an import is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportProgress {
    pub done: u32,
    /// Zero while nothing is known.
    pub total: u32,
}

/// What an export is asked for; all of it stands in its address, as on the page of the list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExportQuery {
    /// Anything gives the header alone.
    pub template: String,
    /// Of campaigns: "active", "paused", "archived", "all"; empty is all but archived.
    pub status: String,
    /// Of blocked callers: digits their patterns contain.
    pub search: String,
    /// Of blocked callers: the list they came from.
    pub source: String,
    /// Of calls.
    #[serde(flatten)]
    pub calls: CallQuery,
}
