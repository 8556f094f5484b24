//! Numbers for all who ask at the same moment, in one transaction: a commit waits for the disk, and
//! the visitors of a busy site share that wait. Who gets what is decided by the domain.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::id::{AccountId, PoolId, VisitId};
use domain::phone::E164;
use domain::pool::lease::{Verdict, Wish, allot};
use domain::time::Timestamp;
use domain::visit::Shown;
use store::{
    Conn, Constraint, Db, Lease, LeaseInput, PoolNumberRecord, Shows, StoreError, TagHome,
    VisitRecord,
};
use tokio::sync::{Mutex, mpsc, oneshot};

use super::{Asked, Refused, hear, hold, lease, of_tag};
use crate::error::Error;

/// Visitors served in one transaction at most.
const TOGETHER_MAX: usize = 256;
/// Visitors that may wait; more than that wait to be let in.
const QUEUE_MAX: usize = 4_096;
/// How many serve at once on PostgreSQL: while one waits for the disk, others go on. Each number they
/// may lend is locked by one of them. SQLite has one writer.
const AT_ONCE: usize = 4;
/// How often a transaction is tried that another server came in the way of.
const TRIES: usize = 8;

/// What a visitor was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Given {
    pub(super) visit: VisitId,
    pub(super) number: Option<E164>,
    /// None for a number that is lent to nobody.
    pub(super) held_until: Option<Timestamp>,
    pub(super) seen: Timestamp,
}

/// The way to the one who lends.
#[derive(Debug, Clone)]
pub(super) struct Lender(mpsc::Sender<Job>);

struct Job {
    home: Arc<TagHome>,
    pool: PoolId,
    asked: Asked,
    /// The tag and the whole address it begins at: with another one it is another visit.
    began_at: String,
    done: oneshot::Sender<Result<Given, Refused>>,
}

impl std::fmt::Debug for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Job").finish_non_exhaustive()
    }
}

impl Lender {
    /// Starts whoever lends; they stop when the last of these is gone. Without a runtime nobody is served: a
    /// command that serves no pages has none.
    pub(super) fn new(db: Db) -> Self {
        let (sender, jobs) = mpsc::channel(QUEUE_MAX);
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let jobs = Arc::new(Mutex::new(jobs));
            let all = if db.is_postgres() { AT_ONCE } else { 1 };
            for _ in 0..all {
                runtime.spawn(work(db.clone(), Arc::clone(&jobs)));
            }
        }
        Self(sender)
    }

    /// Lends a number of the tag's pool. When this comes back, it is committed.
    pub(super) async fn lend(&self, home: Arc<TagHome>, asked: Asked) -> Result<Given, Refused> {
        let Shows::Pool(pool) = &home.shows else {
            return Err(stopped().into());
        };
        let (done, answer) = oneshot::channel();
        let job = Job {
            pool: pool.id,
            began_at: format!("{} {}", home.tag.id, asked.address),
            home,
            asked,
            done,
        };
        self.0.send(job).await.map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())?
    }
}

fn stopped() -> Error {
    Error::Unavailable(Box::new(std::io::Error::other("the server is stopping")))
}

async fn work(db: Db, jobs: Arc<Mutex<mpsc::Receiver<Job>>>) {
    loop {
        let mut together = Vec::new();
        {
            // Whoever holds this waits for work; the others are serving.
            let mut jobs = jobs.lock().await;
            if jobs.recv_many(&mut together, TOGETHER_MAX).await == 0 {
                return;
            }
        }
        // The latest of them is now.
        let now = together.iter().map(|job| job.asked.visit.started_at).max();
        let outcome = serve(&db, now.unwrap_or_default(), &together).await;
        match outcome {
            Ok(given) => {
                for (job, given) in together.into_iter().zip(given) {
                    // Whoever asked may be gone; the number is lent all the same and comes back.
                    drop(job.done.send(Ok(given)));
                }
            }
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    visitors = together.len(),
                    "no numbers could be lent"
                );
                for job in together {
                    drop(job.done.send(Err(stopped_short().into())));
                }
            }
        }
    }
}

fn stopped_short() -> Error {
    Error::Unavailable(Box::new(std::io::Error::other("no number could be lent")))
}

/// All of them, tried again where another server came in the way.
async fn serve(db: &Db, now: Timestamp, jobs: &[Job]) -> Result<Vec<Given>, Refused> {
    let mut tries = 0;
    loop {
        tries += 1;
        match serve_once(db, now, jobs).await {
            Err(Refused::Failed(error)) if tries < TRIES && is_in_the_way(&error) => {
                tokio::task::yield_now().await;
            }
            outcome => return outcome,
        }
    }
}

fn is_in_the_way(error: &Error) -> bool {
    match error {
        Error::Conflict { code, .. } => *code == "stale",
        Error::Unavailable(_) => true,
        Error::Internal(source) => matches!(
            source.downcast_ref::<StoreError>(),
            Some(StoreError::Conflict(Constraint::PoolNumberVisitor))
        ),
        _ => false,
    }
}

async fn serve_once(db: &Db, now: Timestamp, jobs: &[Job]) -> Result<Vec<Given>, Refused> {
    let mut pools: BTreeMap<(AccountId, PoolId), Vec<usize>> = BTreeMap::new();
    for (at, job) in jobs.iter().enumerate() {
        let pool = (job.home.scope.account(), job.pool);
        pools.entry(pool).or_default().push(at);
    }
    let conn = db.write().await?;
    let mut given: Vec<Option<Given>> = vec![None; jobs.len()];
    for places in pools.values() {
        let of_pool: Vec<&Job> = places.iter().map(|at| &jobs[*at]).collect();
        for (at, one) in places.iter().zip(lend_pool(&conn, now, &of_pool).await?) {
            given[*at] = Some(one);
        }
    }
    conn.commit().await?;
    given
        .into_iter()
        .map(|one| one.ok_or_else(|| stopped_short().into()))
        .collect()
}

/// Those of one pool.
async fn lend_pool(conn: &Conn, now: Timestamp, jobs: &[&Job]) -> Result<Vec<Given>, Refused> {
    let Some(first) = jobs.first() else {
        return Ok(Vec::new());
    };
    let Shows::Pool(pool) = &first.home.shows else {
        return Err(stopped_short().into());
    };
    let tenant = conn.tenant(&first.home.scope);
    let wishes: Vec<Wish> = jobs
        .iter()
        .map(|job| Wish {
            visitor: job.asked.visit.visitor.clone(),
            landing: job.began_at.clone(),
        })
        .collect();
    let mut visitors: Vec<&str> = wishes.iter().map(|wish| wish.visitor.as_str()).collect();
    visitors.sort_unstable();
    visitors.dedup();
    let rotation = pool.settings.rotation;
    let known = tenant.pool_slots(pool.id, &visitors, rotation, now).await?;
    let slots: Vec<_> = known.iter().map(|record| record.slot.clone()).collect();
    let hold = hold(&first.home);

    let mut begun = Begun::default();
    let mut given: Vec<Given> = Vec::with_capacity(jobs.len());
    for (verdict, job) in allot(&wishes, &slots, rotation, now).into_iter().zip(jobs) {
        given.push(match verdict {
            Verdict::Begins(slot) => begun.with_number(job, &known[slot], lease(hold, now)),
            Verdict::GoesOn(slot) => {
                let visit = slots[slot].holder.as_ref().map(|holder| holder.visit);
                match job.goes_on(conn, visit).await? {
                    Some(visit) => Given {
                        visit: visit.id,
                        number: Some(known[slot].e164.clone()),
                        held_until: visit.lease.map(|lease| lease.until),
                        seen: visit.seen_at,
                    },
                    None => begun.with_number(job, &known[slot], lease(hold, now)),
                }
            }
            Verdict::As(before) => given[before].clone(),
            Verdict::Missed => {
                let (visit, seen) = match job.asked.remembered(conn, &job.home).await? {
                    Some(visit) => (visit.id, visit.seen_at),
                    None => (begun.without_number(job), job.asked.visit.seen_at),
                };
                Given {
                    visit,
                    number: job.asked.visit.number.clone(),
                    held_until: None,
                    seen,
                }
            }
        });
    }
    tenant.keep_leases(&begun.leases).await?;
    tenant.add_visits(&begun.visits).await?;
    Ok(given)
}

impl Job {
    /// The visit that has the number, heard of now; none if it is forgotten, or gave it up.
    async fn goes_on(
        &self,
        conn: &Conn,
        visit: Option<VisitId>,
    ) -> Result<Option<VisitRecord>, Refused> {
        let Some(visit) = visit else { return Ok(None) };
        let heard = match of_tag(conn, &self.home, visit).await {
            Ok(visit) => hear(conn, &self.home, visit, &self.asked.word()).await,
            Err(error) => Err(error),
        };
        match heard {
            Ok(visit) => Ok(Some(visit)),
            Err(Refused::UnknownVisit | Refused::Gone) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// What is to be kept of the visits that begin.
#[derive(Default)]
struct Begun {
    leases: Vec<LeaseInput>,
    visits: Vec<VisitRecord>,
}

impl Begun {
    fn with_number(&mut self, job: &Job, number: &PoolNumberRecord, lent: Lease) -> Given {
        let mut visit = job.asked.visit.clone();
        visit.shown = Shown::Leased;
        visit.number = Some(number.e164.clone());
        visit.lease = Some(lent);
        self.leases.push(LeaseInput {
            number: number.slot.number,
            visitor: visit.visitor.clone(),
            visit: visit.id,
            landing: job.began_at.clone(),
            free_at: lent.until,
        });
        let given = Given {
            visit: visit.id,
            number: visit.number.clone(),
            held_until: Some(lent.until),
            seen: visit.seen_at,
        };
        self.visits.push(visit);
        given
    }

    fn without_number(&mut self, job: &Job) -> VisitId {
        self.visits.push(job.asked.visit.clone());
        job.asked.visit.id
    }
}
