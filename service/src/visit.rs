//! Visits: what the script on an advertiser's page asks and tells, and who of the visitors called.

mod lender;
pub mod traffic;
pub(crate) mod view;

use std::sync::Arc;

use domain::dni_tag::{Swap, display};
use domain::id::{DniTagId, VisitId};
use domain::invalid::FieldErrors;
use domain::phone::E164;
use domain::pool::lease::{held_after_leaving, held_until};
use domain::pool::{BEAT_S, Hold};
use domain::time::Timestamp;
use domain::visit::landing::{self, Landing};
use domain::visit::{
    Circumstances, PageView, Shown, USER_TAGS, check_values, ends_with, is_visitor, look_at,
};
use store::{Conn, Db, Lease, Shows, StoreError, TagHome, VisitRecord};

use crate::error::Error;
use crate::lately::Lately;
use crate::port::Ids;
use lender::{Given, Lender};

/// How long a page may believe in a number that is the same for everybody, in seconds.
const FIXED_S: u32 = 3_600;
/// How soon a page that missed a number may ask again, in seconds.
const MISSED_S: u32 = 60;

/// What a page is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub session: VisitId,
    /// None where the page keeps its own.
    pub number: Option<E164>,
    /// As the page is to write it; empty without a number.
    pub display: String,
    /// For how long the page may go by this answer, in seconds.
    pub expires_in_s: u32,
    /// How often it should say that it is there, in seconds.
    pub beat_s: u32,
    /// The pool had no number.
    pub fallback: bool,
    pub swap: Swap,
    /// When the visit was heard of last: a page that leaves tells it, see [`Visits::leave`].
    pub seen: Timestamp,
}

/// What a page that is still there is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    pub number: Option<E164>,
    pub display: String,
    pub expires_in_s: u32,
    pub seen: Timestamp,
}

/// What a page asks with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ask {
    pub visitor: String,
    /// What it was answered before, if it remembers.
    pub session: Option<VisitId>,
    /// Where the visit began.
    pub url: String,
    pub referrer: String,
    /// Where the visitor is now.
    pub page: String,
    pub data: Vec<(String, String)>,
    pub circumstances: Circumstances,
}

/// Why a page is not served.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error("there is no such tag, or it is switched off")]
    UnknownTag,
    #[error("the tag is not for pages of this site")]
    Origin,
    #[error("there is no such visit")]
    UnknownVisit,
    #[error("the visit has no number any more")]
    Gone,
    #[error("invalid input")]
    Invalid(FieldErrors),
    #[error(transparent)]
    Failed(#[from] Error),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<FieldErrors> for Refused {
    fn from(errors: FieldErrors) -> Self {
        Self::Invalid(errors)
    }
}

/// The tags that pages named lately. Shared with those who change tags, who forget it.
pub(crate) type TagCache = Lately<DniTagId, Arc<TagHome>>;

/// See the module.
#[derive(Clone)]
pub struct Visits {
    db: Db,
    ids: Arc<dyn Ids>,
    tags: TagCache,
    lender: Lender,
}

impl std::fmt::Debug for Visits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Visits").finish_non_exhaustive()
    }
}

impl Visits {
    pub(crate) fn new(db: Db, ids: Arc<dyn Ids>, tags: TagCache) -> Self {
        Self {
            lender: Lender::new(db.clone()),
            db,
            ids,
            tags,
        }
    }

    /// The tag that a page of this origin names, if it may use it.
    ///
    /// # Errors
    /// [`Refused::UnknownTag`] or [`Refused::Origin`].
    pub async fn admit(
        &self,
        tag: DniTagId,
        origin: &str,
        now: Timestamp,
    ) -> Result<Arc<TagHome>, Refused> {
        let home = self.tag(tag, now).await?;
        let known = &home.tag.settings.origins;
        if known.iter().any(|site| site.admits(origin)) {
            Ok(home)
        } else {
            Err(Refused::Origin)
        }
    }

    /// A tag that is switched on, whoever names it.
    ///
    /// # Errors
    /// [`Refused::UnknownTag`].
    pub async fn tag(&self, tag: DniTagId, now: Timestamp) -> Result<Arc<TagHome>, Refused> {
        let home = match self.tags.get(&tag, now) {
            Some(home) => home,
            None => {
                let conn = self.db.read().await?;
                let home = conn.platform().home_of_tag(tag).await?;
                let home = Arc::new(home.ok_or(Refused::UnknownTag)?);
                self.tags.keep(tag, Arc::clone(&home), now);
                home
            }
        };
        if home.tag.enabled {
            Ok(home)
        } else {
            Err(Refused::UnknownTag)
        }
    }

    /// A number for a visitor: the one the visitor has, else one that is free, else the tag's
    /// fallback.
    ///
    /// # Errors
    /// [`Refused::Invalid`] at `visitor`, `url` or `data`.
    pub async fn assign(
        &self,
        home: &Arc<TagHome>,
        ask: &Ask,
        now: Timestamp,
    ) -> Result<Answer, Refused> {
        let landing = check(home, ask)?;
        let asked = self.asked(home, ask, &landing, now);
        let settings = &home.tag.settings;
        let answer = |given: Given, expires_in_s: u32, fallback: bool| Answer {
            session: given.visit,
            display: given
                .number
                .as_ref()
                .map(|number| display(number, &settings.swap.format))
                .unwrap_or_default(),
            number: given.number,
            expires_in_s,
            beat_s: BEAT_S,
            fallback,
            swap: settings.swap.clone(),
            seen: given.seen,
        };
        match &home.shows {
            Shows::Number(_, number) => {
                let given = self.show(home, asked, number).await?;
                Ok(answer(given, FIXED_S, false))
            }
            Shows::Pool(_) => {
                let given = self.lender.lend(Arc::clone(home), asked).await?;
                match given.held_until {
                    Some(until) => {
                        let left = until.secs_since(now);
                        Ok(answer(given, left, false))
                    }
                    None => Ok(answer(given, MISSED_S, true)),
                }
            }
        }
    }

    /// The number that is the same for everybody.
    async fn show(&self, home: &TagHome, asked: Asked, number: &E164) -> Result<Given, Refused> {
        let conn = self.db.write().await?;
        let visit = match asked.remembered(&conn, home).await? {
            Some(visit) => visit,
            None => {
                let mut visit = asked.visit;
                visit.shown = Shown::Fixed;
                visit.number = Some(number.clone());
                let tenant = conn.tenant(&home.scope);
                tenant.add_visits(std::slice::from_ref(&visit)).await?;
                visit
            }
        };
        conn.commit().await?;
        Ok(Given {
            visit: visit.id,
            number: Some(number.clone()),
            held_until: None,
            seen: visit.seen_at,
        })
    }

    fn asked(&self, home: &TagHome, ask: &Ask, landing: &Landing, now: Timestamp) -> Asked {
        let mut tags = landing.tags.clone();
        ask.circumstances.tag(&mut tags);
        for (name, value) in &ask.data {
            tags.set(USER_TAGS, name, value);
        }
        let page = bare(&ask.page);
        let mut pages = vec![PageView {
            at: now,
            page: landing.page.clone(),
        }];
        look_at(&mut pages, &page, now);
        let visit = VisitRecord {
            id: self.ids.visit(),
            tag: home.tag.id,
            publisher: home.tag.settings.publisher,
            visitor: ask.visitor.clone(),
            // What it becomes is decided when its number is.
            shown: Shown::Missed,
            number: home.tag.settings.fallback.clone(),
            lease: None,
            started_at: now,
            seen_at: now,
            landing: landing.page.clone(),
            source: landing.source.clone(),
            circumstances: ask.circumstances.clone(),
            tags,
            pages,
        };
        Asked {
            visit,
            address: landing.address.clone(),
            page,
            data: ask.data.clone(),
            session: ask.session,
        }
    }

    /// The page is still there.
    ///
    /// # Errors
    /// [`Refused::UnknownVisit`]; [`Refused::Gone`] if somebody else may have its number by now.
    pub async fn beat(
        &self,
        home: &TagHome,
        session: VisitId,
        page: &str,
        now: Timestamp,
    ) -> Result<Heard, Refused> {
        let conn = self.db.write().await?;
        let visit = of_tag(&conn, home, session).await?;
        let word = Word {
            page: &bare(page),
            data: &[],
            at: now,
        };
        let visit = hear(&conn, home, visit, &word).await?;
        conn.commit().await?;
        let format = &home.tag.settings.swap.format;
        let shown = visit.number.as_ref().map(|number| display(number, format));
        Ok(Heard {
            display: shown.unwrap_or_default(),
            number: visit.number,
            expires_in_s: match (visit.shown, visit.lease) {
                (Shown::Leased, Some(lease)) => lease.until.secs_since(now),
                (Shown::Missed, _) => MISSED_S,
                _ => FIXED_S,
            },
            seen: visit.seen_at,
        })
    }

    /// More is known about a visitor.
    ///
    /// # Errors
    /// [`Refused::Invalid`] at `data`; [`Refused::UnknownVisit`].
    pub async fn tell(
        &self,
        home: &TagHome,
        session: VisitId,
        data: &[(String, String)],
    ) -> Result<(), Refused> {
        let mut errors = FieldErrors::default();
        check_values("data", data, &mut errors);
        errors.check()?;
        let conn = self.db.write().await?;
        let mut visit = of_tag(&conn, home, session).await?;
        add_data(&mut visit, data);
        conn.tenant(&home.scope).update_visit(&visit).await?;
        Ok(conn.commit().await?)
    }

    /// A page was closed: the number is free a little later. `seen` is when the page knows that the
    /// visit was heard of last. The word of a page that was left may come after that of the next page,
    /// or another one is still open: then somebody else was heard of since, and nothing changes.
    ///
    /// # Errors
    /// [`Refused::UnknownVisit`].
    pub async fn leave(
        &self,
        home: &TagHome,
        session: VisitId,
        seen: Timestamp,
        now: Timestamp,
    ) -> Result<(), Refused> {
        let conn = self.db.write().await?;
        let mut visit = of_tag(&conn, home, session).await?;
        if !ends_with(visit.seen_at, seen) {
            return Ok(());
        }
        let tenant = conn.tenant(&home.scope);
        if let Some(lease) = &mut visit.lease {
            let until = held_after_leaving(lease.until, hold(home), now);
            if tenant.extend_lease(session, until).await? {
                lease.until = until;
            }
        }
        visit.seen_at = visit.seen_at.max(now);
        tenant.update_visit(&visit).await?;
        Ok(conn.commit().await?)
    }
}

fn hold(home: &TagHome) -> Hold {
    match &home.shows {
        Shows::Pool(pool) => pool.settings.hold,
        Shows::Number(..) => Hold::default(),
    }
}

/// A visit that this tag's pages may speak of; locked until the transaction ends.
async fn of_tag(conn: &Conn, home: &TagHome, session: VisitId) -> Result<VisitRecord, Refused> {
    match conn.tenant(&home.scope).visit_to_change(session).await {
        Ok(visit) if visit.tag == home.tag.id => Ok(visit),
        Ok(_) | Err(StoreError::NotFound) => Err(Refused::UnknownVisit),
        Err(error) => Err(error.into()),
    }
}

/// A page that asks for a number: the visit as it begins, if it does.
struct Asked {
    visit: VisitRecord,
    /// Where it begins, with all parameters.
    address: String,
    /// Where the visitor is now, without parameters.
    page: String,
    data: Vec<(String, String)>,
    /// The visit that the page remembers.
    session: Option<VisitId>,
}

impl Asked {
    fn word(&self) -> Word<'_> {
        Word {
            page: &self.page,
            data: &self.data,
            at: self.visit.started_at,
        }
    }

    /// The visit that the page remembers, heard of now; none if it began otherwise. One that has a
    /// number of a pool goes on by the number.
    async fn remembered(
        &self,
        conn: &Conn,
        home: &TagHome,
    ) -> Result<Option<VisitRecord>, Refused> {
        let Some(session) = self.session else {
            return Ok(None);
        };
        let known = match of_tag(conn, home, session).await {
            Ok(known) => known,
            Err(Refused::UnknownVisit) => return Ok(None),
            Err(error) => return Err(error),
        };
        if known.lease.is_some() || known.beginning() != self.visit.beginning() {
            return Ok(None);
        }
        hear(conn, home, known, &self.word()).await.map(Some)
    }
}

/// What a page says that is still there.
struct Word<'a> {
    page: &'a str,
    data: &'a [(String, String)],
    at: Timestamp,
}

/// A visit was heard of: the hold of its number begins anew.
async fn hear(
    conn: &Conn,
    home: &TagHome,
    mut visit: VisitRecord,
    word: &Word<'_>,
) -> Result<VisitRecord, Refused> {
    let tenant = conn.tenant(&home.scope);
    if let Some(lease) = &mut visit.lease {
        lease.until = held_until(lease.until, hold(home), word.at);
        if !tenant.extend_lease(visit.id, lease.until).await? {
            return Err(Refused::Gone);
        }
    }
    look_at(&mut visit.pages, word.page, word.at);
    add_data(&mut visit, word.data);
    visit.seen_at = visit.seen_at.max(word.at);
    tenant.update_visit(&visit).await?;
    Ok(visit)
}

fn add_data(visit: &mut VisitRecord, data: &[(String, String)]) {
    for (name, value) in data {
        visit.tags.set(USER_TAGS, name, value);
    }
}

/// A page's address without its parameters; empty for what is none.
fn bare(page: &str) -> String {
    landing::page(page)
        .map(|url| landing::bare(&url))
        .unwrap_or_default()
}

fn check(home: &TagHome, ask: &Ask) -> Result<Landing, FieldErrors> {
    let mut errors = FieldErrors::default();
    if !is_visitor(&ask.visitor) {
        errors.add(
            "visitor",
            "malformed",
            "A visitor is named by 8 to 64 letters, digits, dashes and underscores.",
        );
    }
    check_values("data", &ask.data, &mut errors);
    let landing = landing::read(&ask.url, &ask.referrer, &home.tag.settings.click_ids)
        .map_err(|e| FieldErrors::one("url", "malformed", &format!("This {e}.")));
    match errors.take(landing) {
        Some(landing) if errors.is_empty() => Ok(landing),
        _ => Err(errors),
    }
}

/// A visit's lease that has just begun.
fn lease(hold: Hold, now: Timestamp) -> Lease {
    Lease {
        at: now,
        until: held_until(now, hold, now),
    }
}
