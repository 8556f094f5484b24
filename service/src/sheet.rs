//! Importing lists as CSV. A file is read and each row's fate decided; the same happens again in the
//! transaction that writes, so that what was shown is what is done, or somebody is told otherwise.

mod block;
mod buyer;
pub mod export;
mod litigator;
mod number;
mod progress;
mod publisher;
mod target;

use async_trait::async_trait;
use domain::access::Permission;
use domain::api::sheet::{ImportForm, ImportProgress, ImportReport, ImportStart, ListName};
use domain::sheet::fate::{Judged, Known, Rules, judge, refused, report};
use domain::sheet::row::{Columns, Row, Sheet};
use domain::sheet::{read, write};
use store::{Conn, Constraint, Db, StoreError};

use crate::campaign;
use crate::error::Error;
use crate::guard::require;
use crate::op::OpCtx;
use progress::{Progress, Ticket};

/// Rows that are written between two looks at the progress.
const ROWS_AT_ONCE: usize = 400;

/// A list that can be imported. To add one, implement this and name it in [`Imports::judged`].
#[async_trait]
pub(crate) trait List: Rules<Input: Send, Id: Send + Sync> + Sized + Send + Sync {
    /// What rows are judged by, and what is stored of the things they may be about.
    async fn load(
        conn: &Conn,
        op: &OpCtx,
        form: &ImportForm,
        rows: &[Row],
    ) -> Result<(Self, Vec<Known<Self>>), Error>;

    /// Stores rows.
    async fn write(
        conn: &Conn,
        op: &OpCtx,
        rows: Vec<(Option<Self::Id>, Self::Input)>,
        ticket: &Ticket,
    ) -> Result<(), StoreError>;

    /// What is made beside the rows, as a sentence.
    fn also(_: &[Judged<Self>]) -> String {
        String::new()
    }
}

/// See the module.
#[derive(Debug, Clone)]
pub struct Imports {
    db: Db,
    progress: Progress,
}

/// What an import came to.
#[derive(Debug)]
struct Outcome {
    report: ImportReport,
    /// The refused rows as a file.
    refused: String,
}

impl Imports {
    pub(crate) fn new(db: Db) -> Self {
        Self {
            db,
            progress: Progress::default(),
        }
    }

    /// What the page of an import starts with.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a list that cannot be imported.
    pub async fn start(&self, op: &OpCtx, list: &str) -> Result<ImportStart, Error> {
        require(op, Permission::ViewSetup)?;
        let list = known(list)?;
        let Columns {
            names, required, ..
        } = columns(list);
        let campaigns = match list {
            ListName::Blocks => self.db.read().await?.tenant(&op.scope).campaigns().await?,
            _ => Vec::new(),
        };
        Ok(ImportStart {
            list,
            columns: names,
            required: required.iter().map(|name| (*name).to_owned()).collect(),
            campaigns: campaigns.iter().map(campaign::choice).collect(),
            posted: None,
        })
    }

    /// Says what becomes of each row of a file, and stores the good ones if asked to.
    ///
    /// # Errors
    /// [`Error::Invalid`] at `text` for a file that is no such list. Refused rows are no error: they
    /// are reported.
    pub async fn run(&self, op: &OpCtx, form: &ImportForm) -> Result<ImportReport, Error> {
        Ok(self.judged(op, form).await?.report)
    }

    /// The refused rows of a file as a file, with what is wrong behind each.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub async fn refused(&self, op: &OpCtx, form: &ImportForm) -> Result<String, Error> {
        let form = ImportForm {
            write: String::new(),
            ..form.clone()
        };
        Ok(self.judged(op, &form).await?.refused)
    }

    /// How far the import is that this person runs on this server.
    #[must_use]
    pub fn progress(&self, op: &OpCtx) -> ImportProgress {
        self.progress.of(op)
    }

    async fn judged(&self, op: &OpCtx, form: &ImportForm) -> Result<Outcome, Error> {
        let list = known(&form.list)?;
        require(op, list.permission())?;
        match list {
            ListName::Buyers => self.import::<domain::sheet::buyer::Buyers>(op, form).await,
            ListName::Targets => {
                self.import::<domain::sheet::target::Targets>(op, form)
                    .await
            }
            ListName::Numbers => {
                self.import::<domain::sheet::number::Numbers>(op, form)
                    .await
            }
            ListName::Publishers => {
                self.import::<domain::sheet::publisher::Publishers>(op, form)
                    .await
            }
            ListName::Blocks => self.import::<domain::sheet::block::Blocks>(op, form).await,
            ListName::Litigators => {
                self.import::<domain::sheet::litigator::Litigators>(op, form)
                    .await
            }
        }
    }

    async fn import<L: List>(&self, op: &OpCtx, form: &ImportForm) -> Result<Outcome, Error> {
        let lines = read::lines(form.text.as_bytes())?;
        let Sheet { header, rows } = L::columns().sheet(lines)?;
        let write = form.write == "yes";
        // Calls do not wait for somebody who only looks.
        let conn = if write {
            self.db.write().await?
        } else {
            self.db.read().await?
        };
        let (rules, known) = L::load(&conn, op, form, &rows).await?;
        let judged = judge(&rules, &rows, &known);
        let mut outcome = Outcome {
            report: report(&judged),
            refused: format!(
                "{}{}",
                write::MARK,
                write::write(refused(&header, &rows, &judged))
            ),
        };
        outcome.report.also = L::also(&judged);
        if write {
            let writes: Vec<_> = judged.into_iter().filter_map(|one| one.write).collect();
            let ticket = self.progress.begin(op, writes.len());
            L::write(&conn, op, writes, &ticket)
                .await
                .map_err(changed_meanwhile)?;
            conn.commit().await?;
            outcome.report.written = true;
        }
        Ok(outcome)
    }
}

/// The columns of a list.
fn columns(list: ListName) -> Columns {
    match list {
        ListName::Buyers => domain::sheet::buyer::Buyers::columns(),
        ListName::Targets => domain::sheet::target::Targets::columns(),
        ListName::Numbers => domain::sheet::number::Numbers::columns(),
        ListName::Publishers => domain::sheet::publisher::Publishers::columns(),
        ListName::Blocks => domain::sheet::block::Blocks::columns(),
        ListName::Litigators => domain::sheet::litigator::Litigators::columns(),
    }
}

fn known(list: &str) -> Result<ListName, Error> {
    ListName::from_code(list).ok_or(Error::NotFound("list"))
}

/// Rows with their ids, and rows without.
type Split<I, T> = (Vec<T>, Vec<(I, T)>);

fn split<I, T>(rows: Vec<(Option<I>, T)>) -> Split<I, T> {
    let (mut new, mut changed) = (Vec::new(), Vec::new());
    for (id, input) in rows {
        match id {
            None => new.push(input),
            Some(id) => changed.push((id, input)),
        }
    }
    (new, changed)
}

/// Names were free when the rows were judged, so somebody else took one.
fn changed_meanwhile(err: StoreError) -> Error {
    match err {
        StoreError::Conflict(Constraint::Reference) | StoreError::Busy(_) => err.into(),
        StoreError::Conflict(_) | StoreError::NotFound => Error::Conflict {
            code: "changed_meanwhile",
            message: "Somebody else changed the list meanwhile. Nothing was imported; check the file again."
                .to_owned(),
        },
        err => err.into(),
    }
}
