//! What can go wrong with a database, in words the services understand.

use sea_orm::{DbErr, SqlErr};

/// A rule of the schema that a write ran into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Constraint {
    AccountName,
    UserEmail,
    CampaignName,
    BuyerName,
    TargetName,
    NumberE164,
    RouteTarget,
    CallCarrierSid,
    CallDelivery,
    RecordingSid,
    /// A reference to something that is not there (any more), or is another account's.
    Reference,
    Other,
}

/// A failed database operation.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("there is no such row")]
    NotFound,
    #[error("the write ran into a rule of the schema: {0:?}")]
    Conflict(Constraint),
    /// Somebody else changed the row since it was read.
    #[error("the row was changed meanwhile")]
    Stale,
    #[error("the database is busy")]
    Busy(#[source] DbErr),
    #[error("a row of {table} does not make sense: {what}")]
    Corrupt { table: &'static str, what: String },
    #[error("the database failed")]
    Db(#[source] DbErr),
}

impl StoreError {
    pub(crate) fn corrupt(table: &'static str, what: impl ToString) -> Self {
        Self::Corrupt { table, what: what.to_string() }
    }
}

impl From<DbErr> for StoreError {
    fn from(err: DbErr) -> Self {
        match err.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(text)) => Self::Conflict(constraint(&text)),
            Some(SqlErr::ForeignKeyConstraintViolation(_)) => Self::Conflict(Constraint::Reference),
            _ => match err {
                DbErr::RecordNotFound(_) => Self::NotFound,
                DbErr::ConnectionAcquire(_) => Self::Busy(err),
                err if is_busy(&err.to_string()) => Self::Busy(err),
                err => Self::Db(err),
            },
        }
    }
}

/// SQLite names the columns, PostgreSQL the constraint.
fn constraint(text: &str) -> Constraint {
    const NAMES: [(&str, &str, Constraint); 10] = [
        ("account_name_key", "account.name", Constraint::AccountName),
        ("app_user_email_key", "app_user.email", Constraint::UserEmail),
        ("campaign_name", "campaign.name", Constraint::CampaignName),
        ("buyer_name", "buyer.name", Constraint::BuyerName),
        ("target_name", "target.name", Constraint::TargetName),
        ("number_e164", "phone_number.e164", Constraint::NumberE164),
        ("route_target", "route.target_id", Constraint::RouteTarget),
        ("call_carrier_sid", "call.carrier_sid", Constraint::CallCarrierSid),
        ("call_event", "call_event.", Constraint::CallDelivery),
        ("recording_carrier_sid", "recording.carrier_sid", Constraint::RecordingSid),
    ];
    NAMES
        .into_iter()
        .find(|(postgres, sqlite, _)| text.contains(&format!("\"{postgres}")) || text.contains(sqlite))
        .map_or(Constraint::Other, |(_, _, c)| c)
}

/// Contention that goes away by itself: a locked SQLite file, or PostgreSQL's serialization
/// failure (40001) and deadlock (40P01).
fn is_busy(text: &str) -> bool {
    ["database is locked", "database table is locked", "deadlock detected", "could not serialize"].iter().any(|s| text.contains(s))
}
