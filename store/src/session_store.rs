//! Web sessions as rows, so that any server of several knows who is signed in.

use async_trait::async_trait;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use time::OffsetDateTime;
use tower_sessions::SessionStore;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};

use crate::db::Db;
use crate::entity::web_session::{ActiveModel, Column, Entity};
use crate::error::StoreError;

/// The session store of `tower-sessions` over this database. (No published store fits SeaORM 2.)
#[derive(Debug, Clone)]
pub struct DbSessionStore {
    db: Db,
}

impl DbSessionStore {
    /// Sessions of a database.
    #[must_use]
    pub fn new(db: Db) -> Self {
        Self { db }
    }

    /// Deletes sessions that ended; returns how many.
    ///
    /// # Errors
    /// What the database says.
    pub async fn sweep(&self, now: OffsetDateTime) -> std::result::Result<u64, StoreError> {
        let conn = self.db.write().await?;
        #[expect(clippy::disallowed_methods, reason = "sessions belong to no account")]
        let gone = Entity::delete_many()
            .filter(Column::ExpiresAt.lte(now.unix_timestamp()))
            .exec(&conn)
            .await?;
        conn.commit().await?;
        Ok(gone.rows_affected)
    }

    async fn put(&self, record: &Record, replace: bool) -> std::result::Result<(), StoreError> {
        let data = serde_json::to_string(&record.data)
            .map_err(|e| StoreError::corrupt("web_session", e))?;
        let row = ActiveModel {
            id: Set(record.id.to_string()),
            data: Set(data),
            expires_at: Set(record.expiry_date.unix_timestamp()),
        };
        #[expect(clippy::disallowed_methods, reason = "sessions belong to no account")]
        let mut insert = Entity::insert(row);
        if replace {
            insert = insert.on_conflict(
                OnConflict::column(Column::Id)
                    .update_columns([Column::Data, Column::ExpiresAt])
                    .to_owned(),
            );
        }
        let conn = self.db.write().await?;
        insert.exec_without_returning(&conn).await?;
        conn.commit().await
    }

    async fn get(&self, id: &Id) -> std::result::Result<Option<Record>, StoreError> {
        let conn = self.db.read().await?;
        #[expect(clippy::disallowed_methods, reason = "sessions belong to no account")]
        let Some(row) = Entity::find_by_id(id.to_string()).one(&conn).await? else {
            return Ok(None);
        };
        let data =
            serde_json::from_str(&row.data).map_err(|e| StoreError::corrupt("web_session", e))?;
        let expiry_date = OffsetDateTime::from_unix_timestamp(row.expires_at)
            .map_err(|e| StoreError::corrupt("web_session", e))?;
        Ok(Some(Record {
            id: *id,
            data,
            expiry_date,
        }))
    }
}

#[async_trait]
impl SessionStore for DbSessionStore {
    async fn create(&self, record: &mut Record) -> Result<()> {
        loop {
            match self.put(record, false).await {
                Ok(()) => return Ok(()),
                // 128 random bits do not meet, but a store must not hand out a known session.
                Err(StoreError::Conflict(_)) => record.id = Id::default(),
                Err(e) => return Err(Error::Backend(e.to_string())),
            }
        }
    }

    async fn save(&self, record: &Record) -> Result<()> {
        self.put(record, true)
            .await
            .map_err(|e| Error::Backend(e.to_string()))
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let found = self
            .get(id)
            .await
            .map_err(|e| Error::Backend(e.to_string()))?;
        #[expect(
            clippy::disallowed_methods,
            reason = "the trait of tower-sessions hands no clock in"
        )]
        let now = OffsetDateTime::now_utc();
        Ok(found.filter(|record| record.expiry_date > now))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        let run = async {
            let conn = self.db.write().await?;
            #[expect(clippy::disallowed_methods, reason = "sessions belong to no account")]
            Entity::delete_by_id(id.to_string()).exec(&conn).await?;
            conn.commit().await
        };
        run.await
            .map_err(|e: StoreError| Error::Backend(e.to_string()))
    }
}
