//! Many writers at once: nothing is lost, nothing hangs, and what is committed is there.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use db::testing::TestDatabase;
use db::{DatabaseConfig, Store, statement};
use futures_util::FutureExt;

use crate::{insert, lines, names, on_both, sql, store_with_names, told};

on_both![
    increments_all_count,
    failing_and_leaving_writers_harm_nobody,
    a_commit_is_kept_when_its_caller_leaves,
    a_commit_is_visible_when_it_returns,
    a_failed_commit_is_told_to_all,
    a_batch_has_a_limit,
    waiting_for_a_commit_ends_before_long_work,
    writers_see_those_before_them,
    a_leaving_query_harms_nobody,
];

async fn increment(store: &Store) -> base::Result<i64> {
    let mut tx = store.write().await?;
    let read = sql(store, "select id from {t} where name = 'counter'", vec![]);
    let value: i64 = tx.query_one(&read).await?.get(0)?;
    let write = "update {t} set id = ?1 where name = 'counter'";
    tx.execute(&sql(store, write, vec![(value + 1).into()])).await?;
    tx.commit().await?;
    Ok(value + 1)
}

async fn write(store: Store) -> base::Result<db::Tx> {
    store.write().await
}

async fn counter(store: &Store) -> i64 {
    let mut reader = store.read().await.expect("reader");
    let select = sql(store, "select id from {t} where name = 'counter'", vec![]);
    reader.query_one(&select).await.expect("found").get(0).expect("number")
}

async fn increments_all_count(database: TestDatabase) {
    let store = store_with_names(&database, &["counter"]).await;
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                for _ in 0..10 {
                    let value = increment(&store).await.expect("incremented");
                    assert!(counter(&store).await >= value, "a commit is visible when it returns");
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("no panic");
    }
    assert_eq!(counter(&store).await, 501);
}

async fn a_batch_has_a_limit(database: TestDatabase) {
    let store = store_with_names(&database, &["counter"]).await;
    let first = store.write().await.expect("turn");
    let count = 2 * base::limits::DATABASE_BATCH_MAX + 10;
    let tasks: Vec<_> = (0..count)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { increment(&store).await.expect("incremented") })
        })
        .collect();
    tokio::task::yield_now().await;
    first.commit().await.expect("committed");
    for task in tasks {
        task.await.expect("no panic");
    }
    assert_eq!(counter(&store).await, 1 + i64::try_from(count).expect("small"));
}

async fn failing_and_leaving_writers_harm_nobody(database: TestDatabase) {
    let store = store_with_names(&database, &["counter"]).await;
    let done = Arc::new(AtomicI64::new(0));
    let begun = Arc::new(AtomicI64::new(0));
    let mut tasks = Vec::new();
    for number in 0..60 {
        let (store, done, begun) = (store.clone(), done.clone(), begun.clone());
        tasks.push(tokio::spawn(async move {
            match number % 4 {
                // Its caller goes away somewhere on the way.
                0 => {
                    begun.fetch_add(1, Ordering::SeqCst);
                    increment(&store).await.expect("incremented");
                }
                1 => {
                    let mut tx = store.write().await.expect("turn");
                    assert_eq!(
                        told(insert(&mut tx, &store, 5000, "Counter").await),
                        "Conflict db.unique"
                    );
                    assert_eq!(told(tx.commit().await), "Internal 0x80040216");
                }
                2 => {
                    let mut tx = store.write().await.expect("turn");
                    insert(&mut tx, &store, 1000 + number, &number.to_string())
                        .await
                        .expect("inserted");
                    tokio::task::yield_now().await;
                }
                _ => {
                    increment(&store).await.expect("incremented");
                    done.fetch_add(1, Ordering::SeqCst);
                }
            }
        }));
        if number % 8 == 7 {
            tasks[usize::try_from(number).expect("small") - 7].abort();
            tokio::task::yield_now().await;
        }
        if number % 12 == 11 {
            tasks[usize::try_from(number).expect("small") - 3].abort();
        }
    }
    for task in tasks {
        if let Err(error) = task.await {
            assert!(error.is_cancelled(), "{error}");
        }
    }
    let last = increment(&store).await.expect("incremented") - 2;
    let (done, begun) = (done.load(Ordering::SeqCst), begun.load(Ordering::SeqCst));
    assert!(done <= last && last <= done + begun, "{done} <= {last} <= {done} + {begun}");
    assert_eq!(names(&store).await, "'counter'\n");
}

async fn a_commit_is_kept_when_its_caller_leaves(database: TestDatabase) {
    let store = store_with_names(&database, &[]).await;
    let mut expected = String::new();
    for (id, someone_waits) in [(1, false), (2, true), (3, false), (4, true)] {
        let mut tx = store.write().await.expect("turn");
        insert(&mut tx, &store, id, &id.to_string()).await.expect("inserted");
        expected.push_str(&format!("'{id}'\n"));
        let mut waiting = Box::pin(store.write());
        if someone_waits {
            assert!(waiting.as_mut().now_or_never().is_none());
        }
        let commit = tx.commit().now_or_never();
        assert!(matches!(commit, None | Some(Ok(()))));
        // Whoever waited leaves, after the commit was handed on.
        drop(waiting);
        until_names_are(&store, &expected).await;
    }
}

/// Nobody else writes meanwhile: what is pending has to be committed by itself.
async fn until_names_are(store: &Store, expected: &str) {
    let seen = async {
        while names(store).await != expected {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), seen).await.expect("the commit is made");
}

async fn a_failed_commit_is_told_to_all(database: TestDatabase) {
    let store = store_with_names(&database, &["a"]).await;
    let mut first = store.write().await.expect("turn");
    break_the_commit(&mut first, &store).await;
    insert(&mut first, &store, 2, "b").await.expect("inserted");
    let others: Vec<_> = (3..6)
        .map(|id| {
            let mut turn = Box::pin(write(store.clone()));
            assert!(turn.as_mut().now_or_never().is_none());
            let store = store.clone();
            tokio::spawn(async move {
                let mut tx = turn.await.expect("turn");
                insert(&mut tx, &store, id, &id.to_string()).await.expect("inserted");
                told(tx.commit().await)
            })
        })
        .collect();
    let expected = match store.dialect() {
        db::Dialect::Sqlite => "Internal 0x80040216",
        db::Dialect::Postgres => "Conflict db.unique",
    };
    assert_eq!(told(first.commit().await), expected);
    for other in others {
        assert_eq!(other.await.expect("no panic"), expected);
    }
    assert_eq!(names(&store).await, "'a'\n");
    let mut tx = store.write().await.expect("turn");
    insert(&mut tx, &store, 9, "z").await.expect("inserted");
    tx.commit().await.expect("committed");
    assert_eq!(names(&store).await, "'a'\n'z'\n");
}

/// Every statement is accepted, only the real commit is not.
async fn break_the_commit(tx: &mut db::Tx, store: &Store) {
    match store.dialect() {
        db::Dialect::Sqlite => {
            tx.execute_batch("drop table fh_counter").await.expect("dropped");
            let next = store.dialect().next_version(store);
            tx.query(&sql(store, &format!("select {next}"), vec![])).await.expect("queried");
        }
        db::Dialect::Postgres => {
            let late = store.table("late");
            let script = format!(
                "create table {late} (id bigint unique deferrable initially deferred);
                 insert into {late} (id) values (1), (1)"
            );
            tx.execute_batch(&script).await.expect("made");
        }
    }
}

#[tokio::test]
async fn a_full_disk_undoes_what_it_must_and_says_so() {
    let database = db::testing::sqlite().await;
    let store = store_with_names(&database, &["a"]).await;
    let mut first = store.write().await.expect("turn");
    insert(&mut first, &store, 2, "b").await.expect("inserted");
    let mut second = std::pin::pin!(store.write());
    assert!(second.as_mut().now_or_never().is_none());
    let first = tokio::spawn(async move { told(first.commit().await) });
    let mut second = second.await.expect("turn");
    second.execute_batch("pragma max_page_count = 1").await.expect("set");
    let full = insert(&mut second, &store, 3, &"x".repeat(1_000_000)).await;
    assert_eq!(told(full), "Unavailable db.full");
    assert_eq!(told(second.commit().await), "Internal 0x80040216");
    let expected = match first.await.expect("no panic").as_str() {
        "ok" => "'a'\n'b'\n",
        _ => "'a'\n",
    };
    assert_eq!(names(&store).await, expected);
    let mut tx = store.write().await.expect("turn");
    tx.execute_batch("pragma max_page_count = 100000").await.expect("set");
    insert(&mut tx, &store, 4, "d").await.expect("inserted");
    tx.commit().await.expect("committed");
    assert_eq!(names(&store).await, format!("{expected}'d'\n"));
}

/// Looks with a connection that knows nothing of ours, as after a crash.
async fn a_commit_is_visible_when_it_returns(database: TestDatabase) {
    let store = store_with_names(&database, &[]).await;
    for id in 1..=3 {
        let mut tx = store.write().await.expect("turn");
        insert(&mut tx, &store, id, &id.to_string()).await.expect("inserted");
        tx.commit().await.expect("committed");
        match &database.config {
            DatabaseConfig::Sqlite { folder } => {
                // What the disk holds now, without the process that wrote it.
                let copy = tempfile::tempdir().expect("folder");
                for file in ["tenant.db", "tenant.db-wal"] {
                    std::fs::copy(folder.join(file), copy.path().join(file)).expect("copied");
                }
                let file = rusqlite::Connection::open(copy.path().join("tenant.db"));
                let count = file.and_then(|file| {
                    file.query_row("select count(*) from t", [], |row| row.get(0))
                });
                assert_eq!(count, Ok(id));
            }
            DatabaseConfig::Postgres { .. } => {
                let other = db::Database::open(&database.config).await.expect("opened");
                let store = other.store("tenant").await.expect("opened");
                let mut reader = store.read().await.expect("reader");
                let count = sql(&store, "select count(*) from {t}", vec![]);
                assert_eq!(lines(&mut reader, &count).await, format!("{id}\n"));
            }
        }
    }
}

async fn waiting_for_a_commit_ends_before_long_work(database: TestDatabase) {
    let store = store_with_names(&database, &[]).await;
    let mut short = store.write().await.expect("turn");
    insert(&mut short, &store, 1, "short").await.expect("inserted");
    let long = tokio::spawn({
        let store = store.clone();
        async move { store.write_alone().await }
    });
    tokio::task::yield_now().await;
    short.commit().await.expect("committed");
    let long = long.await.expect("no panic").expect("turn");
    assert_eq!(names(&store).await, "'short'\n");
    drop(long);
}

async fn writers_see_those_before_them(database: TestDatabase) {
    let store = store_with_names(&database, &[]).await;
    let mut first = store.write().await.expect("turn");
    insert(&mut first, &store, 1, "first").await.expect("inserted");
    let second = tokio::spawn({
        let store = store.clone();
        async move {
            let mut tx = store.write().await.expect("turn");
            let all = sql(&store, "select name from {t} order by id", vec![]);
            let seen = lines(&mut tx, &all).await;
            tx.commit().await.expect("committed");
            seen
        }
    });
    tokio::task::yield_now().await;
    first.commit().await.expect("committed");
    assert_eq!(second.await.expect("no panic"), "'first'\n");
}

async fn a_leaving_query_harms_nobody(database: TestDatabase) {
    let store = store_with_names(&database, &["a"]).await;
    let slow = match store.dialect() {
        // Runs in place, so nobody can leave in between.
        db::Dialect::Sqlite => statement!("select 1"),
        db::Dialect::Postgres => statement!("select pg_sleep(0.2)"),
    };
    let mut reader = store.read().await.expect("reader");
    _ = reader.query(&slow).now_or_never();
    drop(reader);
    let mut tx = store.write().await.expect("turn");
    insert(&mut tx, &store, 2, "b").await.expect("inserted");
    _ = tx.query(&slow).now_or_never();
    drop(tx);
    let mut tx = store.write().await.expect("turn");
    insert(&mut tx, &store, 3, "c").await.expect("inserted");
    tx.commit().await.expect("committed");
    assert_eq!(names(&store).await, "'a'\n'c'\n");
}
