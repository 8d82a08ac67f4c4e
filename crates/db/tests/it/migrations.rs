//! Tables of a crate come as numbered scripts.

use db::migrate::{Migration, migrate};
use db::testing::TestDatabase;

use crate::{lines, on_both, told};

on_both![scripts_run_once_and_in_order];

const MIGRATIONS: &[Migration] = &[
    Migration { number: 1, sql: "create table {book} (id uuid not null primary key, title text)" },
    Migration {
        number: 2,
        sql: "alter table {book} add column pages bigint;
              create index book_title on {book} (title)",
    },
];

async fn scripts_run_once_and_in_order(database: TestDatabase) {
    let store = database.create("tenant").await.expect("created");
    for released in [&MIGRATIONS[..1], MIGRATIONS, MIGRATIONS] {
        let mut tx = store.write().await.expect("turn");
        migrate(&mut tx, "books", released).await.expect("migrated");
        tx.commit().await.expect("committed");
    }
    let select = store.sql("select id, title, pages from {book}");
    let mut reader = store.read().await.expect("reader");
    assert_eq!(lines(&mut reader, &db::statement!(select)).await, "");
    drop(reader);
    let mut tx = store.write().await.expect("turn");
    let older = migrate(&mut tx, "books", &MIGRATIONS[..1]).await;
    assert_eq!(told(older), "Unavailable db.too_new");
    migrate(&mut tx, "others", &[]).await.expect("nothing to do");
}
