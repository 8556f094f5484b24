//! Every change of the schema, in order. History: this crate never imports `store`.
//!
//! Statements are plain SQL that SQLite and PostgreSQL both take; the few words that differ are
//! written `{serial}`, `{uuid}`, `{random}` and filled in per backend.

use sea_orm_migration::prelude::*;

mod m20261121_000001_first_call;
mod m20261121_000002_lighter_call;
mod m20261121_000003_names_of_any_case;
mod m20261121_000004_block;
mod m20261125_000005_money;
mod m20261125_000006_api_key;
mod m20261125_000007_recording_life;
mod m20261128_000008_entry_by_key;
mod m20261128_000009_webhook;
mod m20261128_000010_target_group;
mod m20261128_000011_agent;
mod m20261129_000012_number_pool;
mod m20261129_000013_provisioning;
mod m20261129_000014_enrichment;
mod m20261130_000015_click_ids;
mod m20261130_000016_ring_tree;
mod m20261130_000017_room_for_updates;
mod m20261130_000018_rtb_id;

/// The list of migrations.
#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_first_call::Migration),
            Box::new(m20261121_000002_lighter_call::Migration),
            Box::new(m20261121_000003_names_of_any_case::Migration),
            Box::new(m20261121_000004_block::Migration),
            Box::new(m20261125_000005_money::Migration),
            Box::new(m20261125_000006_api_key::Migration),
            Box::new(m20261125_000007_recording_life::Migration),
            Box::new(m20261128_000008_entry_by_key::Migration),
            Box::new(m20261128_000009_webhook::Migration),
            Box::new(m20261128_000010_target_group::Migration),
            Box::new(m20261128_000011_agent::Migration),
            Box::new(m20261129_000012_number_pool::Migration),
            Box::new(m20261129_000013_provisioning::Migration),
            Box::new(m20261129_000014_enrichment::Migration),
            Box::new(m20261130_000015_click_ids::Migration),
            Box::new(m20261130_000016_ring_tree::Migration),
            Box::new(m20261130_000017_room_for_updates::Migration),
            Box::new(m20261130_000018_rtb_id::Migration),
        ]
    }
}

/// Brings a database to the newest schema. Safe to call from several servers at once: the
/// transaction handed in holds a lock.
///
/// # Errors
/// What the database says.
pub async fn up<'c>(db: impl IntoSchemaManagerConnection<'c>) -> Result<(), DbErr> {
    Migrator::up(db, None).await
}

/// The names of migrations that have not run yet.
///
/// # Errors
/// What the database says.
pub async fn pending(db: &sea_orm::DatabaseTransaction) -> Result<Vec<String>, DbErr> {
    if !SchemaManager::new(db).has_table("seaql_migrations").await? {
        return Ok(Migrator::migrations()
            .iter()
            .map(|m| m.name().to_owned())
            .collect());
    }
    let pending = Migrator::get_pending_migrations(db).await?;
    Ok(pending.iter().map(|m| m.name().to_owned()).collect())
}

/// Runs statements one by one with the backend's own words filled in.
async fn run(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    use sea_orm::{ConnectionTrait, DbBackend};
    let (serial, uuid, random) = match manager.get_database_backend() {
        DbBackend::Postgres => ("BIGSERIAL PRIMARY KEY", "UUID", "gen_random_uuid()"),
        _ => (
            "INTEGER PRIMARY KEY AUTOINCREMENT",
            "BLOB",
            "randomblob(16)",
        ),
    };
    for statement in statements {
        let sql = statement
            .replace("{serial}", serial)
            .replace("{uuid}", uuid)
            .replace("{random}", random);
        manager.get_connection().execute_unprepared(&sql).await?;
    }
    Ok(())
}
