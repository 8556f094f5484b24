//! The schema as the database tells it, on both kinds: rules that hold for every table, and a
//! snapshot of the whole.

use std::fmt::Write as _;

use store::Conn;
use store::testing::TestDb;

use crate::scope::OWNED;
use crate::world::{is_sqlite, rows, texts};

/// Tables that belong to no account.
const SHARED: &[&str] = &[
    "account",
    "app_user",
    "login_throttle",
    "seaql_migrations",
    "web_session",
];

/// Keys that need not begin with the account, and why.
const KEYS: &[(&str, &str, &str)] = &[
    (
        "api_key",
        "id",
        "the serial; every reference carries the account along",
    ),
    (
        "api_key",
        "secret_hash",
        "mints the scope of a request with a key",
    ),
    (
        "block",
        "id",
        "the serial; every reference carries the account along",
    ),
    (
        "buyer",
        "id",
        "the serial; every reference carries the account along",
    ),
    (
        "call",
        "carrier_sid",
        "one carrier's call is one call; mints the scope of a callback",
    ),
    ("call", "id", "mints the scope of an action address"),
    (
        "campaign",
        "id",
        "the id; every reference carries the account along",
    ),
    (
        "idempotency",
        "created_at",
        "the sweep of what is a day old, of all accounts",
    ),
    (
        "membership",
        "user_id",
        "mints the scope of a signed-in user",
    ),
    (
        "phone_number",
        "e164",
        "one number is one account's; mints the scope of a call",
    ),
    (
        "phone_number",
        "enrich_key",
        "random; mints the scope of what is told of callers",
    ),
    (
        "enrichment",
        "sent_at",
        "the sweep of what is two days old, of all accounts",
    ),
    (
        "carrier_account",
        "sid",
        "one carrier account is one account's; mints the scope of who signs",
    ),
    (
        "carrier_number",
        "checked_at",
        "the job that compares, of all accounts",
    ),
    ("number_order", "id", "random"),
    ("number_order", "e164", "one number is bought once"),
    (
        "number_order",
        "due_at",
        "the job that carries out orders, of all accounts",
    ),
    ("phone_number", "id", "the serial"),
    ("bulk_list", "id", "the serial"),
    ("dispute", "id", "the serial"),
    ("pool", "id", "the serial"),
    (
        "dni_tag",
        "id",
        "random; mints the scope of what a page asks",
    ),
    (
        "visit",
        "id",
        "made by us; every question names the account",
    ),
    ("publisher", "id", "the serial"),
    ("recording", "id", "the serial"),
    ("route", "id", "the serial"),
    ("rtb_ping", "id", "the serial"),
    ("rtb_id", "seq", "the serial"),
    (
        "rtb_id",
        "id",
        "random; mints the scope of what a publisher asks",
    ),
    (
        "rtb_bid",
        "id",
        "random; mints the scope of a call that comes for it",
    ),
    (
        "rtb_bid",
        "asked_at",
        "the job that forgets old bids, of all accounts",
    ),
    (
        "rtb_bid",
        "expires_at",
        "the job that gives back what is held, of all accounts",
    ),
    ("target", "id", "the serial"),
    (
        "webhook",
        "id",
        "random; mints the scope of what a buyer tells",
    ),
    ("webhook_delivery", "id", "the serial"),
    ("target_group", "id", "the serial"),
];

struct Table {
    name: String,
    /// Name, type, whether it must have a value.
    columns: Vec<(String, String, bool)>,
    keys: Vec<Key>,
    references: Vec<Reference>,
}

struct Key {
    columns: Vec<String>,
    unique: bool,
    partial: bool,
}

struct Reference {
    table: String,
    /// Ours and theirs.
    columns: Vec<(String, String)>,
}

#[tokio::test]
async fn every_table_is_either_an_accounts_or_listed_as_shared() {
    for test in TestDb::each().await.expect("databases") {
        let conn = test.db.read().await.expect("conn");
        for table in tables(&conn).await {
            let account = table
                .columns
                .iter()
                .find(|(name, _, _)| name == "account_id");
            if SHARED.contains(&table.name.as_str()) {
                assert!(account.is_none(), "{} is no shared table", table.name);
                continue;
            }
            assert!(
                OWNED.contains(&table.name.as_str()),
                "{} is in no list",
                table.name
            );
            let (_, _, needed) =
                account.unwrap_or_else(|| panic!("{} has no account_id", table.name));
            assert!(needed, "{}.account_id may be null", table.name);
        }
    }
}

#[tokio::test]
async fn every_key_of_an_accounts_table_begins_with_the_account() {
    for test in TestDb::each().await.expect("databases") {
        let conn = test.db.read().await.expect("conn");
        let mut met = 0;
        for table in tables(&conn)
            .await
            .iter()
            .filter(|t| OWNED.contains(&t.name.as_str()))
        {
            for key in &table.keys {
                if KEYS
                    .iter()
                    .any(|(name, column, _)| *name == table.name && key.columns == [*column])
                {
                    met += 1;
                } else {
                    assert_eq!(
                        key.columns[0], "account_id",
                        "{}: {:?}",
                        table.name, key.columns
                    );
                }
            }
        }
        // SQLite has no separate key for a serial.
        let serials = if is_sqlite(&conn) {
            let serial = |(_, _, why): &&(&str, &str, &str)| why.starts_with("the serial");
            KEYS.iter().filter(serial).count()
        } else {
            0
        };
        assert_eq!(
            met + serials,
            KEYS.len(),
            "the list names keys that are not there"
        );
    }
}

#[tokio::test]
async fn every_reference_between_accounts_tables_carries_the_account_along() {
    for test in TestDb::each().await.expect("databases") {
        let conn = test.db.read().await.expect("conn");
        let tables = tables(&conn).await;
        let mut seen = 0;
        for table in tables.iter().filter(|t| OWNED.contains(&t.name.as_str())) {
            assert!(
                !table.references.is_empty(),
                "{} refers to nothing, not even its account",
                table.name
            );
            for reference in &table.references {
                if SHARED.contains(&reference.table.as_str()) {
                    continue;
                }
                seen += 1;
                let pairs = &reference.columns;
                assert_eq!(
                    pairs[0],
                    ("account_id".to_owned(), "account_id".to_owned()),
                    "{} to {}",
                    table.name,
                    reference.table
                );
                let theirs: Vec<&String> = pairs.iter().map(|(_, theirs)| theirs).collect();
                let target = tables
                    .iter()
                    .find(|t| t.name == reference.table)
                    .expect("a table");
                assert!(target.keys.iter().any(|k| k.unique
                    && !k.partial
                    && k.columns.iter().eq(theirs.iter().copied())));
            }
        }
        assert!(seen > 20, "{seen} references between tables of accounts");
    }
}

#[tokio::test]
async fn the_schema_is_the_one_reviewed() {
    for test in TestDb::each().await.expect("databases") {
        let conn = test.db.read().await.expect("conn");
        let mut text = String::new();
        for table in tables(&conn).await {
            writeln!(text, "{}", table.name).expect("text");
            for (name, kind, needed) in &table.columns {
                writeln!(
                    text,
                    "  {name} {kind}{}",
                    if *needed { " not null" } else { "" }
                )
                .expect("text");
            }
            for key in &table.keys {
                let kind = if key.unique { "unique" } else { "index" };
                writeln!(
                    text,
                    "  {kind} ({}){}",
                    key.columns.join(", "),
                    if key.partial { " partial" } else { "" }
                )
                .expect("text");
            }
            for reference in &table.references {
                let pairs: Vec<String> = reference
                    .columns
                    .iter()
                    .map(|(ours, theirs)| format!("{ours} = {theirs}"))
                    .collect();
                writeln!(text, "  to {} ({})", reference.table, pairs.join(", ")).expect("text");
            }
        }
        insta::assert_snapshot!(
            if is_sqlite(&conn) {
                "schema_sqlite"
            } else {
                "schema_postgres"
            },
            text
        );
    }
}

async fn tables(conn: &Conn) -> Vec<Table> {
    let names = if is_sqlite(conn) {
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    } else {
        "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
    };
    let mut tables = Vec::new();
    for name in texts(conn, names).await {
        tables.push(Table {
            columns: columns(conn, &name).await,
            keys: keys(conn, &name).await,
            references: references(conn, &name).await,
            name,
        });
    }
    tables
}

async fn columns(conn: &Conn, table: &str) -> Vec<(String, String, bool)> {
    let sql = if is_sqlite(conn) {
        format!("SELECT name, type, \"notnull\" <> 0 OR pk > 0 FROM pragma_table_info('{table}')")
    } else {
        format!(
            "SELECT CAST(column_name AS TEXT), CAST(data_type AS TEXT), is_nullable = 'NO' FROM information_schema.columns \
             WHERE table_schema = 'public' AND table_name = '{table}' ORDER BY ordinal_position"
        )
    };
    let all = rows(conn, &sql).await;
    all.iter()
        .map(|row| row.try_get_many_by_index().expect("a column"))
        .collect()
}

async fn keys(conn: &Conn, table: &str) -> Vec<Key> {
    let sql = if is_sqlite(conn) {
        format!(
            "SELECT (SELECT group_concat(name, ',') FROM pragma_index_info(l.name)), l.\"unique\" <> 0, l.partial <> 0 \
             FROM pragma_index_list('{table}') l ORDER BY 1, 2"
        )
    } else {
        format!(
            "SELECT (SELECT string_agg(CAST(a.attname AS TEXT), ',' ORDER BY k.n) FROM unnest(x.indkey) WITH ORDINALITY k (num, n) \
             JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.num) AS columns, x.indisunique, x.indpred IS NOT NULL \
             FROM pg_index x WHERE x.indrelid = CAST('public.\"{table}\"' AS regclass) ORDER BY 1, 2"
        )
    };
    let all = rows(conn, &sql).await;
    all.iter()
        .map(|row| {
            let (columns, unique, partial): (String, bool, bool) =
                row.try_get_many_by_index().expect("a key");
            Key {
                columns: columns.split(',').map(str::to_owned).collect(),
                unique,
                partial,
            }
        })
        .collect()
}

async fn references(conn: &Conn, table: &str) -> Vec<Reference> {
    let sql = if is_sqlite(conn) {
        format!(
            "SELECT CAST(id AS TEXT), \"table\", \"from\", \"to\" FROM pragma_foreign_key_list('{table}') ORDER BY \"table\", id, seq"
        )
    } else {
        format!(
            "SELECT CAST(c.conname AS TEXT), CAST(f.relname AS TEXT), CAST(ours.attname AS TEXT), CAST(theirs.attname AS TEXT) \
             FROM pg_constraint c JOIN pg_class f ON f.oid = c.confrelid \
             CROSS JOIN LATERAL unnest(c.conkey, c.confkey) WITH ORDINALITY k (ours, theirs, n) \
             JOIN pg_attribute ours ON ours.attrelid = c.conrelid AND ours.attnum = k.ours \
             JOIN pg_attribute theirs ON theirs.attrelid = c.confrelid AND theirs.attnum = k.theirs \
             WHERE c.contype = 'f' AND c.conrelid = CAST('public.\"{table}\"' AS regclass) ORDER BY f.relname, c.conname, k.n"
        )
    };
    let mut found: Vec<(String, Reference)> = Vec::new();
    for row in rows(conn, &sql).await {
        let (name, table, ours, theirs): (String, String, String, String) =
            row.try_get_many_by_index().expect("a reference");
        match found.last_mut() {
            Some((last, reference)) if *last == name => reference.columns.push((ours, theirs)),
            _ => found.push((
                name,
                Reference {
                    table,
                    columns: vec![(ours, theirs)],
                },
            )),
        }
    }
    found.into_iter().map(|(_, reference)| reference).collect()
}
