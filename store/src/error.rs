//! What can go wrong with a database, in words the services understand.

use sea_orm::error::{SqlxError, SqlxSqliteError};
use sea_orm::{DbErr, RuntimeErr, SqlErr};

/// A rule of the schema that a write ran into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Constraint {
    AccountName,
    UserEmail,
    CampaignName,
    BuyerName,
    PublisherName,
    BulkListName,
    /// The buyer disputes the call already.
    DisputeOfBuyer,
    TargetName,
    TargetGroupName,
    NumberE164,
    RouteTarget,
    CallCarrierSid,
    /// A call with this id is known: its bid had one before.
    CallId,
    CallDelivery,
    /// Another event of the call took the place.
    CallEventPlace,
    RecordingSid,
    /// The pattern is blocked in that place already.
    BlockPattern,
    WebhookName,
    /// The publisher has an RTB id in the campaign already.
    RtbIdPair,
    PoolName,
    /// The visitor has another number of the pool.
    PoolNumberVisitor,
    /// The number is in a pool already.
    PoolNumber,
    DniTagName,
    /// The carrier account is another account's.
    CarrierAccountSid,
    /// The number is being bought already, or was ordered by the same request.
    NumberOrdered,
    /// The person is an agent already.
    AgentPerson,
    /// A key of this secret is there already.
    ApiKeySecret,
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
        Self::Corrupt {
            table,
            what: what.to_string(),
        }
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
                err if is_busy(&err) => Self::Busy(err),
                err => Self::Db(err),
            },
        }
    }
}

/// PostgreSQL names the constraint, SQLite the columns.
fn constraint(text: &str) -> Constraint {
    const NAMES: [(&str, &str, Constraint); 33] = [
        ("agent_person", "agent.user_id", Constraint::AgentPerson),
        ("account_name_key", "account.name", Constraint::AccountName),
        (
            "app_user_email_key",
            "app_user.email",
            Constraint::UserEmail,
        ),
        ("campaign_name", "campaign.name", Constraint::CampaignName),
        (
            "campaign_name_key",
            "campaign.name_key",
            Constraint::CampaignName,
        ),
        ("buyer_name", "buyer.name", Constraint::BuyerName),
        ("buyer_name_key", "buyer.name_key", Constraint::BuyerName),
        (
            "publisher_name",
            "publisher.name_key",
            Constraint::PublisherName,
        ),
        (
            "bulk_list_name",
            "bulk_list.name_key",
            Constraint::BulkListName,
        ),
        (
            "dispute_of_buyer",
            "dispute.buyer_id",
            Constraint::DisputeOfBuyer,
        ),
        ("target_name", "target.name", Constraint::TargetName),
        ("target_name_key", "target.name_key", Constraint::TargetName),
        ("number_e164", "phone_number.e164", Constraint::NumberE164),
        ("route_target", "route.target_id", Constraint::RouteTarget),
        ("route_group", "route.group_id", Constraint::RouteTarget),
        (
            "target_group_name",
            "target_group.name_key",
            Constraint::TargetGroupName,
        ),
        (
            "call_carrier_sid",
            "call.carrier_sid",
            Constraint::CallCarrierSid,
        ),
        ("call_pkey", "call.id", Constraint::CallId),
        (
            "call_event_delivery",
            "call_event.delivery",
            Constraint::CallDelivery,
        ),
        (
            "call_event_pkey",
            "call_event.seq",
            Constraint::CallEventPlace,
        ),
        (
            "recording_carrier_sid",
            "recording.carrier_sid",
            Constraint::RecordingSid,
        ),
        (
            "api_key_secret",
            "api_key.secret_hash",
            Constraint::ApiKeySecret,
        ),
        ("webhook_name", "webhook.name_key", Constraint::WebhookName),
        ("rtb_id_pair", "rtb_id.publisher_id", Constraint::RtbIdPair),
        ("pool_name", "pool.name_key", Constraint::PoolName),
        (
            "pool_number_visitor",
            "pool_number.visitor",
            Constraint::PoolNumberVisitor,
        ),
        (
            "pool_number_pkey",
            "pool_number.number_id",
            Constraint::PoolNumber,
        ),
        ("dni_tag_name", "dni_tag.name_key", Constraint::DniTagName),
        (
            "carrier_account_sid",
            "carrier_account.sid",
            Constraint::CarrierAccountSid,
        ),
        (
            "number_order_open",
            "number_order.e164",
            Constraint::NumberOrdered,
        ),
        (
            "number_order_request",
            "number_order.request",
            Constraint::NumberOrdered,
        ),
        (
            "block_everywhere",
            "block.pattern",
            Constraint::BlockPattern,
        ),
        (
            "block_in_campaign",
            "block.pattern",
            Constraint::BlockPattern,
        ),
    ];
    let columns = || {
        text.rsplit(':')
            .next()
            .unwrap_or_default()
            .split(',')
            .map(str::trim)
    };
    NAMES
        .into_iter()
        .find(|(postgres, sqlite, _)| {
            text.contains(&format!("\"{postgres}\"")) || columns().any(|column| column == *sqlite)
        })
        .map_or(Constraint::Other, |(_, _, c)| c)
}

/// Contention or a lack of connections that goes away by itself.
fn is_busy(err: &DbErr) -> bool {
    let (DbErr::Conn(RuntimeErr::SqlxError(err))
    | DbErr::Exec(RuntimeErr::SqlxError(err))
    | DbErr::Query(RuntimeErr::SqlxError(err))) = err
    else {
        return false;
    };
    match &**err {
        SqlxError::PoolTimedOut => true,
        SqlxError::Database(err) => {
            let code = err.code().unwrap_or_default();
            // SQLite's extended codes carry SQLITE_BUSY (5) or SQLITE_LOCKED (6) in their low byte.
            // PostgreSQL: serialization failure, deadlock, lock not available, too many
            // connections, and shutting down or starting up.
            if err.try_downcast_ref::<SqlxSqliteError>().is_some() {
                return code
                    .parse::<u32>()
                    .is_ok_and(|code| matches!(code & 0xff, 5 | 6));
            }
            [
                "40001", "40P01", "55P03", "53300", "57P01", "57P02", "57P03",
            ]
            .contains(&&*code)
        }
        _ => false,
    }
}
