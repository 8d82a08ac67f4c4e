//! Stores come and go.

use db::testing::TestDatabase;
use db::{Database, DatabaseConfig};
use futures_util::FutureExt;

use crate::{insert, names, on_both, store_with_names, told};

on_both![
    a_store_is_made_once,
    names_are_checked,
    a_copy_is_whole_and_its_own,
    a_copy_is_made_while_others_read_and_write,
    a_name_is_changed,
    a_store_is_removed,
    sizes_are_told,
    a_store_has_one_writer,
];

async fn a_store_is_made_once(database: TestDatabase) {
    assert!(!database.exists("tenant").await.expect("asked"));
    assert_eq!(told(database.store("tenant").await), "NotFound db.store_missing");
    database.create("tenant").await.expect("created");
    assert!(database.exists("tenant").await.expect("asked"));
    assert_eq!(told(database.create("tenant").await), "Conflict db.store_exists");
    let (a, b) = tokio::join!(database.create("env_1"), database.create("env_1"));
    assert_eq!(usize::from(a.is_ok()) + usize::from(b.is_ok()), 1);
    drop((a, b));
    let database = database.reopen().await;
    assert!(database.store("env_1").await.is_ok());
}

async fn names_are_checked(database: TestDatabase) {
    for name in ["", "../x", "a/b", "A", "a\"b", "pg_x", "1a", &"x".repeat(64)] {
        assert_eq!(told(database.create(name).await), "Invalid 0x80040203", "{name}");
        assert_eq!(told(database.exists(name).await), "Invalid 0x80040203", "{name}");
    }
}

async fn a_copy_is_whole_and_its_own(database: TestDatabase) {
    let store = store_with_names(&database, &["a"]).await;
    let copy = database.clone_store("tenant", "env_1").await.expect("copied");
    assert_eq!(names(&copy).await, "'a'\n");
    let mut tx = copy.write().await.expect("turn");
    insert(&mut tx, &copy, 2, "b").await.expect("inserted");
    tx.commit().await.expect("committed");
    let mut tx = copy.write().await.expect("turn");
    assert_eq!(told(insert(&mut tx, &copy, 3, "B").await), "Conflict db.unique");
    drop(tx);
    let mut tx = copy.write().await.expect("turn");
    let drop_index = format!("drop index {}", copy.table("t_name"));
    tx.execute_batch(&drop_index).await.expect("indexes keep their names");
    tx.commit().await.expect("committed");
    assert_eq!((names(&store).await, names(&copy).await), ("'a'\n".into(), "'a'\n'b'\n".into()));
    assert_eq!(told(database.clone_store("tenant", "env_1").await), "Conflict db.store_exists");
    assert_eq!(told(database.clone_store("env_9", "env_2").await), "NotFound db.store_missing");
}

async fn a_copy_is_made_while_others_read_and_write(database: TestDatabase) {
    let store = store_with_names(&database, &["a"]).await;
    // Two snapshots that keep the log from being written back, and a writer at work.
    let mut old = store.read().await.expect("reader");
    crate::lines(&mut old, &crate::sql(&store, "select id from {t}", vec![])).await;
    let mut tx = store.write().await.expect("turn");
    insert(&mut tx, &store, 2, "b").await.expect("inserted");
    let copying = tokio::spawn({
        let database = database.database.clone();
        async move { database.clone_store("tenant", "env_1").await }
    });
    tokio::task::yield_now().await;
    tx.commit().await.expect("committed");
    let copy = copying.await.expect("no panic").expect("copied");
    assert_eq!(names(&copy).await, "'a'\n'b'\n");
    let mut tx = copy.write().await.expect("turn");
    insert(&mut tx, &copy, 3, "c").await.expect("inserted");
    let mut reader = copy.read().await.expect("reader");
    let count = crate::sql(&copy, "select count(*) from {t}", vec![]);
    assert_eq!(crate::lines(&mut reader, &count).await, "2\n");
    tx.commit().await.expect("committed");
}

async fn a_name_is_changed(database: TestDatabase) {
    let store = store_with_names(&database, &["a"]).await;
    let renamed = database.rename("tenant", "env_1").await.expect("renamed");
    assert_eq!(names(&renamed).await, "'a'\n");
    assert_eq!(told(store.read().await), "NotFound db.store_missing");
    assert_eq!(told(store.write().await), "NotFound db.store_missing");
    assert!(!database.exists("tenant").await.expect("asked"));
    database.create("tenant").await.expect("the name is free");
    assert_eq!(told(database.rename("tenant", "env_1").await), "Conflict db.store_exists");
}

async fn a_store_is_removed(database: TestDatabase) {
    let store = store_with_names(&database, &["a"]).await;
    database.drop_store("tenant").await.expect("removed");
    assert!(!database.exists("tenant").await.expect("asked"));
    assert_eq!(told(store.read().await), "NotFound db.store_missing");
    assert_eq!(told(store.write().await), "NotFound db.store_missing");
    assert_eq!(told(database.drop_store("tenant").await), "NotFound db.store_missing");
    if let DatabaseConfig::Sqlite { folder } = &database.config {
        assert_eq!(files(folder), ["environments", "freehold.lock"]);
    }
    let again = store_with_names(&database, &["b"]).await;
    assert_eq!(names(&again).await, "'b'\n");
}

async fn sizes_are_told(database: TestDatabase) {
    let store = store_with_names(&database, &["a"]).await;
    assert!(store.size_bytes().await.expect("told") > 8000);
}

async fn a_store_has_one_writer(database: TestDatabase) {
    let store = store_with_names(&database, &["a"]).await;
    let again = database.store("tenant").await.expect("opened");
    let tx = store.write().await.expect("turn");
    let mut waiting = std::pin::pin!(again.write());
    assert!(waiting.as_mut().now_or_never().is_none());
    drop(tx);
    waiting.await.expect("turn");
}

#[tokio::test]
async fn a_folder_is_used_by_one_server() {
    let database = db::testing::sqlite().await;
    assert_eq!(told(Database::open(&database.config).await), "Unavailable db.folder_in_use");
}

#[tokio::test]
async fn what_was_left_half_made_is_removed() {
    let database = db::testing::sqlite().await;
    store_with_names(&database, &["a"]).await;
    let DatabaseConfig::Sqlite { folder } = database.config.clone() else { return };
    let left = folder.join("environments/env_1.db.unfinished-wal");
    std::fs::write(&left, "half").expect("written");
    std::fs::write(folder.join("environments/env_1.db.unfinished"), "half").expect("written");
    assert!(!database.exists("env_1").await.expect("asked"));
    let database = database.reopen().await;
    assert_eq!(files(&folder.join("environments")), Vec::<String>::new());
    database.clone_store("tenant", "env_1").await.expect("copied");
    assert_eq!(files(&folder.join("environments")), ["env_1.db"]);
}

#[tokio::test]
async fn a_damaged_file_is_told() {
    let database = db::testing::sqlite().await;
    let DatabaseConfig::Sqlite { folder } = &database.config else { return };
    std::fs::write(folder.join("environments/env_1.db"), "x".repeat(5000)).expect("written");
    let store = database.store("env_1").await.expect("found");
    assert_eq!(told(store.write().await), "Unavailable db.damaged");
    assert_eq!(told(store.read().await), "Unavailable db.damaged");
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_is_told() {
    let open = async |url: &str| {
        told(Database::open(&DatabaseConfig::Postgres { url: url.to_owned() }).await)
    };
    assert_eq!(open("postgres://x@127.0.0.1:1/x").await, "Unavailable db.lost");
    assert_eq!(open("not a url").await, "Invalid 0x80040203");
    assert_eq!(open("postgres://h/x?sslmode=require").await, "NotImplemented 0x80040219");
}

fn files(folder: &std::path::Path) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}
