//! Values in and out, and what queries refuse.

use base::{Error, Uuid};
use db::testing::TestDatabase;
use db::{ColumnType, Value, statement};

use crate::{lines, on_both, sql, store_with_names, told};

on_both![
    values_come_back,
    values_are_converted,
    aggregates_are_numbers,
    one_row_is_expected,
    rows_are_shown_until_an_error,
    an_attempt_ends_soon,
    parameters_are_counted,
    nul_is_refused,
    too_many_parameters_are_refused,
];

async fn values_come_back(database: TestDatabase) {
    let store = database.create("tenant").await.expect("created");
    let (dialect, t) = (store.dialect(), store.table("t"));
    let types =
        [ColumnType::Id, ColumnType::Text, ColumnType::Int, ColumnType::Real, ColumnType::Bytes];
    let columns: Vec<_> = ["a", "b", "c", "d", "e"]
        .iter()
        .zip(types)
        .map(|(name, column_type)| format!("{name} {}", dialect.column_type(column_type)))
        .collect();
    let create = format!("create table {t} ({}){}", columns.join(", "), dialect.table_suffix());
    let row = vec![
        Value::Id(Uuid::from_u128(0x1234)),
        Value::Text("Grüße 'x' \u{1f600} ?1".to_owned()),
        Value::Int(i64::MIN),
        Value::Real(0.1),
        Value::Bytes(vec![0, 255]),
    ];
    let insert = format!("insert into {t} (a, b, c, d, e) values (?1, ?2, ?3, ?4, ?5)");

    let mut tx = store.write().await.expect("turn");
    tx.execute_batch(&create).await.expect("made");
    for values in [row.clone(), vec![Value::Null; 5]] {
        tx.execute(&db::Statement::new(insert.clone(), values)).await.expect("inserted");
    }
    tx.commit().await.expect("committed");

    let mut reader = store.read().await.expect("reader");
    let select = statement!(format!("select a, b, c, d, e from {t} where c = ?1"), i64::MIN);
    let found = reader.query_one(&select).await.expect("found");
    assert_eq!(found.clone().into_values(), row);
    assert_eq!(found.get::<Uuid>(0).expect("id"), Uuid::from_u128(0x1234));
    assert_eq!(told(found.get::<i64>(1)), "Internal 0x80040216");
    assert_eq!(told(found.get::<i64>(9)), "Internal 0x80040216");
    let nulls = statement!(format!("select a, b, c, d, e from {t} where a is null"));
    assert_eq!(lines(&mut reader, &nulls).await, "null null null null null\n");
    let by_id = statement!(format!("select c from {t} where a = ?1"), Uuid::from_u128(0x1234));
    assert!(reader.query_opt(&by_id).await.expect("queried").is_some());
}

async fn values_are_converted(database: TestDatabase) {
    let store = store_with_names(&database, &["a", "b"]).await;
    let mut reader = store.read().await.expect("reader");
    let select = "select id, name is null, ?1 from {t} where id in (?2, ?3) limit ?4 offset ?5"
        .replace("?1", &store.dialect().typed("?1", ColumnType::Int));
    let params = vec![7.into(), 1.into(), 2.into(), 1.into(), 1.into()];
    let row = reader.query_one(&sql(&store, &select, params)).await.expect("found");
    assert_eq!(row.get::<i32>(0).expect("number"), 2);
    assert!(!row.get::<bool>(1).expect("truth"));
    assert_eq!(row.get::<Option<u64>>(2).expect("number"), Some(7));
}

async fn aggregates_are_numbers(database: TestDatabase) {
    let store = store_with_names(&database, &["a", "b"]).await;
    let mut reader = store.read().await.expect("reader");
    let select = "select count(*), sum(id), sum(-id * 123456789), avg(id), max(name) from {t}";
    let select = sql(&store, select, vec![]);
    assert_eq!(lines(&mut reader, &select).await, "2 3 -370370367 1.5 'b'\n");
    for (number, is_below) in [
        (Value::Int(-50_001), true),
        (Value::Int(1), true),
        (Value::Int(2), false),
        (Value::Int(123_450_000), false),
        (Value::Real(1.4999), true),
        (Value::Real(1.50001), false),
        (Value::Real(-1e300), true),
        (Value::Real(1e-300), true),
        (Value::Real(1e300), false),
    ] {
        let select = "select count(*) from {t} having avg(id) > ?1";
        let found = reader.query_opt(&sql(&store, select, vec![number.clone()])).await;
        assert_eq!(found.expect("queried").is_some(), is_below, "{number:?}");
    }
    let large = sql(&store, "select sum(id) from {t} where id + ?1 > 0", vec![i64::MIN.into()]);
    assert_eq!(lines(&mut reader, &large).await, "null\n");
}

async fn one_row_is_expected(database: TestDatabase) {
    let store = store_with_names(&database, &["a", "b"]).await;
    let mut reader = store.read().await.expect("reader");
    let all = sql(&store, "select id from {t}", vec![]);
    assert_eq!(told(reader.query_one(&all).await), "Internal 0x80040216");
    assert_eq!(told(reader.query_opt(&all).await), "Internal 0x80040216");
    let none = sql(&store, "select id from {t} where id = ?1", vec![9.into()]);
    assert_eq!(told(reader.query_one(&none).await), "Internal 0x80040216");
    assert!(reader.query_opt(&none).await.expect("queried").is_none());
}

async fn rows_are_shown_until_an_error(database: TestDatabase) {
    let store = store_with_names(&database, &["a", "b", "c"]).await;
    let all = sql(&store, "select id, name from {t} order by id", vec![]);
    let mut seen = String::new();
    let mut reader = store.read().await.expect("reader");
    let result = reader
        .for_each(&all, |row| {
            seen.push_str(row.text(1)?.unwrap_or_default());
            assert_eq!(row.len(), 2);
            match row.get::<i64>(0)? {
                2 => Err(Error::invalid("enough")),
                _ => Ok(()),
            }
        })
        .await;
    assert_eq!((seen.as_str(), told(result)), ("ab", "Invalid 0x80040203".to_owned()));
    assert_eq!(lines(&mut reader, &all).await, "1 'a'\n2 'b'\n3 'c'\n");
}

async fn an_attempt_ends_soon(database: TestDatabase) {
    let store = database.create("tenant").await.expect("created");
    let mut reader = store.read().await.expect("reader");
    let count = |end: i64| {
        let numbers =
            "with recursive n(i) as (select 1 union all select i + 1 from n where i < ?1)";
        statement!(format!("{numbers} select i from n"), end)
    };
    let (long, short) = (count(100_000), count(10));
    let mut seen = 0;
    let attempt = reader.for_each_within(&long, 20_000, |_| {
        seen += 1;
        Ok(())
    });
    let has_ended = attempt.await.expect("attempted");
    assert_eq!(has_ended, seen == 100_000);
    assert_eq!(has_ended, store.dialect().weighs_limits(), "only SQLite needs to give up");
    let attempt = reader.for_each_within(&short, 20_000, |_| Ok(()));
    assert!(attempt.await.expect("attempted"), "a short one comes to its end");
    let rows = reader.query(&long).await.expect("the connection stays usable");
    assert_eq!(rows.len(), 100_000, "and what is no attempt has no end");
}

async fn parameters_are_counted(database: TestDatabase) {
    let store = store_with_names(&database, &["a"]).await;
    for params in [vec![], vec![1.into(), 2.into()]] {
        let mut reader = store.read().await.expect("reader");
        let select = sql(&store, "select id from {t} where id = ?1", params);
        assert_eq!(told(reader.query(&select).await), "Internal 0x80040216");
    }
}

async fn nul_is_refused(database: TestDatabase) {
    let store = store_with_names(&database, &[]).await;
    let mut tx = store.write().await.expect("turn");
    assert_eq!(told(crate::insert(&mut tx, &store, 1, "a\0b").await), "Invalid db.text");
}

async fn too_many_parameters_are_refused(database: TestDatabase) {
    let store = store_with_names(&database, &["a"]).await;
    let most = base::limits::DATABASE_PARAMETERS_MAX;
    for (count, expected) in [(most, "ok"), (most + 1, "TooLarge db.parameters")] {
        let places: Vec<_> = (1..=count).map(|number| format!("?{number}")).collect();
        let select = format!("select id from {{t}} where id in ({})", places.join(", "));
        let select = sql(&store, &select, vec![Value::Int(1); count]);
        assert_eq!(told(store.read().await.expect("reader").query(&select).await), expected);
    }
}
