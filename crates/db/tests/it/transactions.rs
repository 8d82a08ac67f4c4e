//! One transaction: what it sees, what it keeps, and what happens after a refusal.

use db::testing::TestDatabase;
use serde_json::json;

use crate::{insert, lines, names, on_both, sql, store_with_names, told};

on_both![
    commit_keeps_and_drop_undoes,
    readers_see_one_snapshot,
    duplicates_are_named,
    missing_values_are_named,
    a_refusal_ends_the_transaction,
    savepoints_undo_parts,
    versions_grow,
    schema_changes_are_part_of_it,
];

async fn commit_keeps_and_drop_undoes(database: TestDatabase) {
    let store = store_with_names(&database, &["a"]).await;
    let mut tx = store.write().await.expect("turn");
    insert(&mut tx, &store, 2, "b").await.expect("inserted");
    tx.commit().await.expect("committed");
    let mut tx = store.write().await.expect("turn");
    insert(&mut tx, &store, 3, "c").await.expect("inserted");
    drop(tx);
    assert_eq!(names(&store).await, "'a'\n'b'\n");
}

async fn readers_see_one_snapshot(database: TestDatabase) {
    let store = store_with_names(&database, &["a"]).await;
    let count = sql(&store, "select count(*) from {t}", vec![]);
    let mut early = store.read().await.expect("reader");
    let mut late = store.read().await.expect("reader");
    assert_eq!(lines(&mut early, &count).await, "1\n");
    let mut tx = store.write().await.expect("turn");
    insert(&mut tx, &store, 2, "b").await.expect("inserted");
    assert_eq!(lines(&mut tx, &count).await, "2\n");
    assert_eq!(lines(&mut early, &count).await, "1\n");
    tx.commit().await.expect("committed");
    assert_eq!(lines(&mut early, &count).await, "1\n");
    assert_eq!(lines(&mut late, &count).await, "2\n");
    drop((early, late));
    assert_eq!(lines(&mut store.read().await.expect("reader"), &count).await, "2\n");
}

async fn duplicates_are_named(database: TestDatabase) {
    let store = store_with_names(&database, &["a"]).await;
    for (id, name) in [(1, "b"), (2, "A")] {
        let mut tx = store.write().await.expect("turn");
        let error = insert(&mut tx, &store, id, name).await.expect_err("refused");
        assert_eq!((error.kind, &*error.code), (base::Kind::Conflict, "db.unique"));
        assert!(!error.message.contains("insert"), "{}", error.message);
        let details = *error.details.expect("details");
        match id {
            1 => {
                assert_eq!((&details["table"], &details["columns"]), (&json!("t"), &json!(["id"])))
            }
            _ => assert_eq!(details["index"], json!("t_name")),
        }
    }
}

async fn missing_values_are_named(database: TestDatabase) {
    let store = store_with_names(&database, &[]).await;
    let mut tx = store.write().await.expect("turn");
    let insert = sql(&store, "insert into {t} (name) values ('x')", vec![]);
    match tx.execute(&insert).await {
        // In SQLite an `integer primary key` is given by itself; ours is a `bigint`.
        Ok(_) => panic!("a key is needed"),
        Err(error) => {
            assert_eq!((error.kind, &*error.code), (base::Kind::Invalid, "db.not_null"));
            assert_eq!(error.message, "Column 'id' needs a value.");
            assert_eq!(*error.details.expect("details"), json!({"table": "t", "columns": ["id"]}));
        }
    }
}

async fn a_refusal_ends_the_transaction(database: TestDatabase) {
    let store = store_with_names(&database, &["a"]).await;
    let mut tx = store.write().await.expect("turn");
    insert(&mut tx, &store, 2, "b").await.expect("inserted");
    assert_eq!(told(insert(&mut tx, &store, 2, "c").await), "Conflict db.unique");
    assert_eq!(told(insert(&mut tx, &store, 3, "c").await), "Internal 0x80040216");
    assert_eq!(told(tx.rollback_to("none").await), "Internal 0x80040216");
    assert_eq!(told(tx.commit().await), "Internal 0x80040216");
    assert_eq!(names(&store).await, "'a'\n");
}

async fn savepoints_undo_parts(database: TestDatabase) {
    let store = store_with_names(&database, &["a"]).await;
    let mut tx = store.write().await.expect("turn");
    tx.savepoint("outer").await.expect("set");
    insert(&mut tx, &store, 2, "b").await.expect("inserted");
    tx.savepoint("it's \"inner\"").await.expect("set");
    assert_eq!(told(insert(&mut tx, &store, 2, "c").await), "Conflict db.unique");
    tx.rollback_to("it's \"inner\"").await.expect("undone");
    insert(&mut tx, &store, 3, "c").await.expect("inserted");
    tx.rollback_to("it's \"inner\"").await.expect("undone again");
    tx.release("it's \"inner\"").await.expect("released");
    tx.release("outer").await.expect("released");
    insert(&mut tx, &store, 4, "d").await.expect("inserted");
    assert_eq!(told(tx.rollback_to("outer").await), "Internal 0x80040216");
    tx.commit().await.expect("committed");
    assert_eq!(names(&store).await, "'a'\n'b'\n'd'\n");
}

async fn versions_grow(database: TestDatabase) {
    let store = store_with_names(&database, &["a", "b"]).await;
    let next = store.dialect().next_version(&store);
    let mut last = 0;
    for round in 0..3 {
        let mut tx = store.write().await.expect("turn");
        let select = sql(&store, &format!("select {next} from {{t}}"), vec![]);
        for row in tx.query(&select).await.expect("queried") {
            let version: i64 = row.get(0).expect("number");
            assert!(version > last, "{version} after {last}");
            last = version;
        }
        // Of a transaction that is undone, versions are not used again while the server runs.
        if round != 1 {
            tx.commit().await.expect("committed");
        }
    }
    drop(store);
    let database = database.reopen().await;
    let copy = database.clone_store("tenant", "env_1").await.expect("copied");
    for store in [database.store("tenant").await.expect("opened"), copy] {
        let mut tx = store.write().await.expect("turn");
        let next = store.dialect().next_version(&store);
        let row = tx.query_one(&sql(&store, &format!("select {next}"), vec![])).await;
        assert!(row.expect("found").get::<i64>(0).expect("number") > last);
    }
}

async fn schema_changes_are_part_of_it(database: TestDatabase) {
    let store = store_with_names(&database, &["a"]).await;
    let all = sql(&store, "select * from {t}", vec![]);
    let alter = format!("alter table {} add column extra text", store.table("t"));
    assert_eq!(lines(&mut store.read().await.expect("reader"), &all).await, "1 'a'\n");
    let mut tx = store.write().await.expect("turn");
    tx.execute_batch(&alter).await.expect("altered");
    drop(tx);
    assert_eq!(lines(&mut store.read().await.expect("reader"), &all).await, "1 'a'\n");
    let mut tx = store.write().await.expect("turn");
    tx.execute_batch(&alter).await.expect("altered");
    tx.commit().await.expect("committed");
    for _ in 0..2 {
        assert_eq!(lines(&mut store.read().await.expect("reader"), &all).await, "1 'a' null\n");
    }
    assert_eq!(lines(&mut store.write().await.expect("turn"), &all).await, "1 'a' null\n");
}
