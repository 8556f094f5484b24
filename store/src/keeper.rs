//! The keeper: writes the steps of many calls to SQLite in one transaction.
//!
//! SQLite has one writer, and a commit waits for the disk. Steps that wait for their turn are
//! therefore kept together: one transaction, one wait, an answer to each only after it. A step that
//! fails is undone by itself, back to its savepoint; a commit that fails fails all of them.

use std::time::Duration;

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};
use tokio::sync::{mpsc, oneshot};

use crate::error::StoreError;
use crate::repo::call::step::{Batch, Held};

/// Steps kept in one transaction at most: what waits longer than that belongs to the next one, so
/// that other writers get their turn.
const TOGETHER_MAX: usize = 64;
/// Steps that may wait; more than that wait to be let in.
const QUEUE_MAX: usize = 1_024;
/// The least time between two checkpoints.
const CARRY_EVERY: Duration = Duration::from_millis(100);
const SAVEPOINT: &str = "step";

/// The way to the keeper. It stops when the last of these is gone.
#[derive(Debug, Clone)]
pub(crate) struct Keeper {
    jobs: mpsc::Sender<Job>,
    checkpoints: DatabaseConnection,
}

#[derive(Debug)]
struct Job {
    batch: Batch,
    done: oneshot::Sender<Result<Held, StoreError>>,
}

impl Keeper {
    /// Starts one over the database's only writing connection. `checkpoints` is a connection of its
    /// own, so that carrying the log into the database makes no call wait.
    pub(crate) fn start(write: DatabaseConnection, checkpoints: DatabaseConnection) -> Self {
        let (sender, jobs) = mpsc::channel(QUEUE_MAX);
        let (wrote, written) = mpsc::channel(1);
        tokio::spawn(work(write, jobs, wrote));
        tokio::spawn(carry(checkpoints.clone(), written));
        Self {
            jobs: sender,
            checkpoints,
        }
    }

    /// Closes its own connection. Whoever closes the last one of a SQLite file puts the log away.
    pub(crate) async fn close(self) -> Result<(), DbErr> {
        self.checkpoints.close().await
    }

    /// Keeps a step; when this comes back without an error, it is committed unless a condition did
    /// not hold.
    pub(crate) async fn keep(&self, batch: Batch) -> Result<Held, StoreError> {
        let (done, answer) = oneshot::channel();
        let job = Job { batch, done };
        self.jobs.send(job).await.map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())?
    }
}

async fn work(write: DatabaseConnection, mut jobs: mpsc::Receiver<Job>, wrote: mpsc::Sender<()>) {
    while let Some(first) = jobs.recv().await {
        together(&write, first, &mut jobs).await;
        // A full channel means that a checkpoint is coming anyway.
        let _coming = wrote.try_send(());
    }
}

/// Carries the log into the database while others write: a passive checkpoint waits for nobody.
/// Once it has caught up, the next writer begins the log anew.
#[expect(clippy::disallowed_methods, reason = "reads no table")]
async fn carry(conn: DatabaseConnection, mut written: mpsc::Receiver<()>) {
    while written.recv().await.is_some() {
        if let Err(e) = conn
            .execute_unprepared("PRAGMA wal_checkpoint(PASSIVE)")
            .await
        {
            tracing::warn!(error = %e, "the log of the database could not be carried over");
        }
        // Not a wait for something: most of what is written again at once is carried over once.
        tokio::time::sleep(CARRY_EVERY).await;
    }
}

/// One transaction, with all that waits.
async fn together(write: &DatabaseConnection, first: Job, jobs: &mut mpsc::Receiver<Job>) {
    let immediate = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..Default::default()
    };
    let tx = match write.begin_with_options(immediate).await {
        Ok(tx) => tx,
        Err(e) => return answer(first.done, Err(e.into())),
    };
    let mut kept = Vec::new();
    let mut next = Some(first);
    while let Some(job) = next.take() {
        match step(&tx, job.batch).await {
            Ok(outcome) => kept.push((job.done, outcome)),
            // What was undone is in doubt, so nothing of this transaction is kept.
            Err(e) => {
                answer(job.done, Err(again(&e)));
                for (done, _) in kept {
                    answer(done, Err(again(&e)));
                }
                return;
            }
        }
        if kept.len() < TOGETHER_MAX {
            next = jobs.try_recv().ok();
        }
    }
    let committed = tx.commit().await;
    for (done, outcome) in kept {
        answer(
            done,
            match &committed {
                Ok(()) => outcome,
                Err(e) => Err(again(e)),
            },
        );
    }
}

/// Runs a step and undoes it unless all of it was done. Fails if it could not be undone.
#[expect(clippy::disallowed_methods, reason = "reads no table")]
async fn step(tx: &DatabaseTransaction, batch: Batch) -> Result<Result<Held, StoreError>, DbErr> {
    let outcome = batch.behind(SAVEPOINT).run(tx).await;
    let undo = match &outcome {
        Ok(held) => !held.all(),
        Err(_) => true,
    };
    if undo {
        tx.execute_unprepared(&format!("ROLLBACK TO {SAVEPOINT}"))
            .await?;
    }
    Ok(outcome)
}

/// Whoever asked may be gone; the step is kept all the same, as with any answer that gets lost.
fn answer(done: oneshot::Sender<Result<Held, StoreError>>, outcome: Result<Held, StoreError>) {
    drop(done.send(outcome));
}

/// Nothing was kept, and the step may be tried again.
fn again(e: &DbErr) -> StoreError {
    StoreError::Busy(DbErr::Custom(format!("steps kept together failed: {e}")))
}

fn stopped() -> StoreError {
    StoreError::Busy(DbErr::Custom("the database is being closed".to_owned()))
}
