//! Rows that belong to no account, and the lookups that mint scopes.

mod api_key;
mod carrier;
mod dni_tag;
mod enrichment;
mod home;
mod login;
mod recording;
mod rtb_bid;
mod webhook;

use domain::access::Role;
use domain::id::{AccountId, CallId, UserId};
use domain::time::Timestamp;
use sea_orm::sea_query::{
    Expr, ExprTrait, Func, OnConflict, Query, SelectStatement, SimpleExpr, SubQueryStatement,
};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect,
};

use crate::db::Conn;
use crate::entity::{account, app_user, call, call_event, membership};
use crate::error::StoreError;
use crate::repo::call::SavedCall;
use crate::repo::from_json;
use crate::scope::TenantScope;

pub use api_key::KeyHolder;
pub use dni_tag::{Shows, TagHome};
pub use home::{CallDoor, NumberHome};
pub use login::LoginThrottle;
pub use recording::{AgedRecording, DoomedRecording};

/// A person who can sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserRecord {
    pub id: UserId,
    pub email: String,
    pub name: String,
    pub password_hash: String,
}

/// A proven membership: the scope and what the person is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub scope: TenantScope,
    pub role: Role,
    pub account_name: String,
    /// IANA zone of the account.
    pub zone: String,
}

/// A call to go on with.
#[derive(Debug, Clone)]
pub struct ResumedCall {
    pub scope: TenantScope,
    /// The account's generation: plans cached under another one are out of date.
    pub generation: i64,
    pub saved: SavedCall,
    /// What the delivery asked about was answered before; empty where it had no answer of its own.
    pub answered: Option<String>,
}

#[derive(Debug, FromQueryResult)]
struct ResumeRow {
    account_id: i64,
    session: String,
    tags: String,
    version: i64,
    generation: i64,
    newest: Option<i64>,
    answered: Option<String>,
}

/// A number, its account, and one target of its campaign's plan, if any.
/// See the module.
#[derive(Debug, Clone, Copy)]
pub struct Platform<'c> {
    conn: &'c Conn,
}

#[expect(
    clippy::disallowed_methods,
    reason = "the lookups that prove a relation cannot have one yet"
)]
impl<'c> Platform<'c> {
    pub(crate) fn new(conn: &'c Conn) -> Self {
        Self { conn }
    }

    /// The user with an address (compared in lower case).
    ///
    /// # Errors
    /// What the database says.
    pub async fn user_by_email(&self, email: &str) -> Result<Option<UserRecord>, StoreError> {
        let row = app_user::Entity::find()
            .filter(app_user::Column::Email.eq(text(&email.to_lowercase())))
            .one(self.conn)
            .await?;
        Ok(row.map(user))
    }

    /// The user with an id.
    ///
    /// # Errors
    /// What the database says.
    pub async fn user_by_id(&self, id: UserId) -> Result<Option<UserRecord>, StoreError> {
        Ok(app_user::Entity::find_by_id(id.0)
            .one(self.conn)
            .await?
            .map(user))
    }

    /// Adds a user.
    ///
    /// # Errors
    /// [`Constraint::UserEmail`](crate::Constraint::UserEmail) if the address is taken.
    pub async fn add_user(
        &self,
        email: &str,
        name: &str,
        password_hash: &str,
        now: Timestamp,
    ) -> Result<UserId, StoreError> {
        let row = app_user::ActiveModel {
            id: NotSet,
            email: Set(email.to_lowercase()),
            name: Set(name.to_owned()),
            password_hash: Set(password_hash.to_owned()),
            created_at: Set(now.0),
        };
        Ok(UserId(
            app_user::Entity::insert(row)
                .exec_with_returning(self.conn)
                .await?
                .id,
        ))
    }

    /// Replaces a user's password hash.
    ///
    /// # Errors
    /// What the database says.
    pub async fn set_password(&self, id: UserId, password_hash: &str) -> Result<(), StoreError> {
        app_user::Entity::update_many()
            .col_expr(app_user::Column::PasswordHash, Expr::value(password_hash))
            .filter(app_user::Column::Id.eq(id.0))
            .exec(self.conn)
            .await?;
        Ok(())
    }

    /// The account with a name.
    ///
    /// # Errors
    /// What the database says.
    pub async fn account_by_name(&self, name: &str) -> Result<Option<AccountId>, StoreError> {
        let row = account::Entity::find()
            .filter(account::Column::Name.eq(name))
            .one(self.conn)
            .await?;
        Ok(row.map(|row| AccountId(row.id)))
    }

    /// Adds an account.
    ///
    /// # Errors
    /// [`Constraint::AccountName`](crate::Constraint::AccountName) if the name is taken.
    pub async fn add_account(
        &self,
        name: &str,
        zone: &str,
        now: Timestamp,
    ) -> Result<AccountId, StoreError> {
        let row = account::ActiveModel {
            id: NotSet,
            name: Set(name.to_owned()),
            zone: Set(zone.to_owned()),
            generation: Set(1),
            created_at: Set(now.0),
            settings: Set("{}".to_owned()),
            ..Default::default()
        };
        Ok(AccountId(
            account::Entity::insert(row)
                .exec_with_returning(self.conn)
                .await?
                .id,
        ))
    }

    /// Makes a user a member of an account, or changes what they are there.
    ///
    /// # Errors
    /// What the database says.
    pub async fn set_member(
        &self,
        account: AccountId,
        user: UserId,
        role: Role,
    ) -> Result<(), StoreError> {
        let row = membership::ActiveModel {
            account_id: Set(account.0),
            user_id: Set(user.0),
            role: Set(role.code().to_owned()),
        };
        membership::Entity::insert(row)
            .on_conflict(
                OnConflict::columns([membership::Column::AccountId, membership::Column::UserId])
                    .update_column(membership::Column::Role)
                    .to_owned(),
            )
            .exec_without_returning(self.conn)
            .await?;
        Ok(())
    }

    /// The account a user works in: the first they are a member of.
    ///
    /// # Errors
    /// What the database says.
    pub async fn scope_for_member(&self, user: UserId) -> Result<Option<Member>, StoreError> {
        let row: Option<(i64, String, String, String)> = membership::Entity::find()
            .select_only()
            .column(membership::Column::AccountId)
            .column(membership::Column::Role)
            .column(account::Column::Name)
            .column(account::Column::Zone)
            .join(
                JoinType::InnerJoin,
                membership::Entity::belongs_to(account::Entity)
                    .from(membership::Column::AccountId)
                    .to(account::Column::Id)
                    .into(),
            )
            .filter(membership::Column::UserId.eq(user.0))
            .order_by_asc(membership::Column::AccountId)
            .into_tuple()
            .one(self.conn)
            .await?;
        let Some((account, role, account_name, zone)) = row else {
            return Ok(None);
        };
        let role = Role::from_code(&role).ok_or_else(|| StoreError::corrupt("membership", role))?;
        Ok(Some(Member {
            scope: TenantScope::mint(account),
            role,
            account_name,
            zone,
        }))
    }

    /// The account that calls to unknown numbers are recorded in: the oldest of the installation,
    /// whose carrier credentials the webhook was signed with.
    ///
    /// # Errors
    /// What the database says.
    pub async fn scope_for_installation(&self) -> Result<Option<TenantScope>, StoreError> {
        let row = account::Entity::find()
            .order_by_asc(account::Column::Id)
            .one(self.conn)
            .await?;
        Ok(row.map(|row| TenantScope::mint(row.id)))
    }

    /// The account of a call the carrier knows by its own id.
    ///
    /// # Errors
    /// What the database says.
    pub async fn scope_for_carrier_call(
        &self,
        carrier_sid: &str,
    ) -> Result<Option<(TenantScope, CallId)>, StoreError> {
        let row: Option<(i64, uuid::Uuid)> = call::Entity::find()
            .select_only()
            .column(call::Column::AccountId)
            .column(call::Column::Id)
            .filter(call::Column::CarrierSid.eq(text(carrier_sid)))
            .into_tuple()
            .one(self.conn)
            .await?;
        Ok(row.map(|(account, call)| (TenantScope::mint(account), CallId(call))))
    }

    /// A call to go on with, and what a delivery was answered if it came before: all that the next
    /// step needs, read at one moment.
    ///
    /// # Errors
    /// What the database says.
    pub async fn resume(
        &self,
        call: CallId,
        delivery: Option<&str>,
    ) -> Result<Option<ResumedCall>, StoreError> {
        let newest = Query::select()
            .expr(Expr::col((call_event::Entity, call_event::Column::Seq)).max())
            .from(call_event::Entity)
            .and_where(of_this_call(
                call_event::Column::AccountId,
                call::Column::AccountId,
            ))
            .and_where(of_this_call(call_event::Column::CallId, call::Column::Id))
            .to_owned();
        let mut select = call::Entity::find_by_id(call.0)
            .select_only()
            .column(call::Column::AccountId)
            .column(call::Column::Session)
            .column(call::Column::Tags)
            .column(call::Column::Version)
            .column(account::Column::Generation)
            .expr_as(scalar(newest), "newest")
            .join(
                JoinType::InnerJoin,
                call::Entity::belongs_to(account::Entity)
                    .from(call::Column::AccountId)
                    .to(account::Column::Id)
                    .into(),
            );
        let answered = match delivery {
            Some(delivery) => scalar(
                Query::select()
                    .expr(Func::coalesce([
                        Expr::col((call_event::Entity, call_event::Column::Reply)),
                        Expr::val(""),
                    ]))
                    .from(call_event::Entity)
                    .and_where(of_this_call(
                        call_event::Column::AccountId,
                        call::Column::AccountId,
                    ))
                    .and_where(of_this_call(call_event::Column::CallId, call::Column::Id))
                    .and_where(call_event::Column::Delivery.eq(delivery))
                    .to_owned(),
            ),
            None => Expr::value(None::<String>),
        };
        select = select.expr_as(answered, "answered");
        let Some(row) = select.into_model::<ResumeRow>().one(self.conn).await? else {
            return Ok(None);
        };
        Ok(Some(ResumedCall {
            scope: TenantScope::mint(row.account_id),
            generation: row.generation,
            saved: SavedCall {
                id: call,
                session: from_json("call", &row.session)?,
                version: row.version,
                events: row.newest.map_or(0, |seq| seq + 1),
                tags: from_json("call", &row.tags)?,
            },
            answered: row.answered,
        }))
    }

    /// Calls that want to be woken by now with the carrier's ids of them, oldest first, at most
    /// `limit`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn due_calls(
        &self,
        now: Timestamp,
        limit: u64,
    ) -> Result<Vec<(TenantScope, CallId, String)>, StoreError> {
        let rows: Vec<(i64, uuid::Uuid, String)> = call::Entity::find()
            .select_only()
            .column(call::Column::AccountId)
            .column(call::Column::Id)
            .column(call::Column::CarrierSid)
            .filter(Expr::col((call::Entity, call::Column::IsOpen)))
            .filter(call::Column::NextCheckAt.lte(now.0))
            .order_by_asc(call::Column::NextCheckAt)
            .limit(limit)
            .into_tuple()
            .all(self.conn)
            .await?;
        Ok(rows
            .into_iter()
            .map(|(account, call, sid)| (TenantScope::mint(account), CallId(call), sid))
            .collect())
    }

    /// A scope for a person who operates the installation from its command line.
    ///
    /// # Errors
    /// What the database says.
    pub async fn scope_for_operator(
        &self,
        account: &str,
    ) -> Result<Option<TenantScope>, StoreError> {
        Ok(self
            .account_by_name(account)
            .await?
            .map(|id| TenantScope::mint(id.0)))
    }

    /// The zone of an account.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if the account is gone.
    pub async fn zone(&self, scope: &TenantScope) -> Result<String, StoreError> {
        let row = account::Entity::find_by_id(scope.account().0)
            .one(self.conn)
            .await?;
        row.map(|row| row.zone).ok_or(StoreError::NotFound)
    }

    /// The generation of an account's configuration.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if the account is gone.
    pub async fn generation(&self, scope: &TenantScope) -> Result<i64, StoreError> {
        let row = account::Entity::find_by_id(scope.account().0)
            .one(self.conn)
            .await?;
        row.map(|row| row.generation).ok_or(StoreError::NotFound)
    }
}

fn of_this_call(event: call_event::Column, of: call::Column) -> SimpleExpr {
    Expr::col((call_event::Entity, event)).equals((call::Entity, of))
}

fn scalar(select: SelectStatement) -> SimpleExpr {
    SimpleExpr::from(SubQueryStatement::from(select))
}

/// Text from outside as PostgreSQL takes it: it knows no zero character.
pub(crate) fn text(typed: &str) -> String {
    typed.replace('\0', "\u{fffd}")
}

fn user(row: app_user::Model) -> UserRecord {
    UserRecord {
        id: UserId(row.id),
        email: row.email,
        name: row.name,
        password_hash: row.password_hash,
    }
}
