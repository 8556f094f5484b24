//! Names are taken whatever their case: "crestline" where there is a "Crestline" already.
//!
//! Each name gets a key, the name in lower case. Of names that were duplicates before this rule the
//! oldest keeps the key and the others have none until they are renamed; no key equals no other.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, DbBackend, Statement, Value};
use sea_orm_migration::prelude::*;

#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

/// Table, what a name is unique in, and the new index.
const TABLES: [(&str, &str, &str); 3] = [
    ("campaign", "account_id", "campaign_name_key"),
    ("buyer", "account_id", "buyer_name_key"),
    ("target", "account_id, buyer_id", "target_name_key"),
];

#[expect(
    elided_lifetimes_in_paths,
    reason = "the trait's own signature leaves it out, and the two must agree"
)]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, within, index) in TABLES {
            crate::run(
                manager,
                &[&format!("ALTER TABLE {table} ADD COLUMN name_key TEXT")],
            )
            .await?;
            fill(manager, table, within).await?;
            crate::run(
                manager,
                &[&format!(
                    "CREATE UNIQUE INDEX {index} ON {table} ({within}, name_key)"
                )],
            )
            .await?;
        }
        Ok(())
    }
}

/// Gives the names that are there their keys. In lower case here and not by the database: SQLite
/// knows the letters of English only.
async fn fill(manager: &SchemaManager<'_>, table: &str, within: &str) -> Result<(), DbErr> {
    let db = manager.get_connection();
    let backend = manager.get_database_backend();
    let (first, second) = match backend {
        DbBackend::Postgres => ("$1", "$2"),
        _ => ("?", "?"),
    };
    let parent = within.rsplit(", ").next().unwrap_or(within);
    let rows = db
        .query_all_raw(Statement::from_string(
            backend,
            format!("SELECT {parent}, name FROM {table} ORDER BY created_at, name"),
        ))
        .await?;
    let mut taken = BTreeSet::new();
    for row in rows {
        let (parent_id, name): (i64, String) = row.try_get_many_by_index()?;
        let key = name.trim().to_lowercase();
        if !taken.insert((parent_id, key.clone())) {
            continue;
        }
        db.execute_raw(Statement::from_sql_and_values(
            backend,
            format!("UPDATE {table} SET name_key = {first} WHERE name = {second} AND {parent} = {parent_id}"),
            [Value::from(key), Value::from(name)],
        ))
        .await?;
    }
    Ok(())
}
