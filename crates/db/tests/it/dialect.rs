//! What is written differently means the same.

use db::testing::TestDatabase;
use db::{fold, like_escaped, prefix_end};

use crate::{lines, on_both, sql, store_with_names};

on_both![case_is_folded, patterns_match, nulls_come_first, upsert_replaces, prefixes_use_an_index];

async fn case_is_folded(database: TestDatabase) {
    // With a final sigma, a capital with a dot, a letter that has no single capital.
    let names = ["ÉCLAIR", "ΌΔΟΣ", "İstanbul", "Straße", "ǅ", "AbC"];
    let store = store_with_names(&database, &names).await;
    let mut reader = store.read().await.expect("reader");
    let fold_name = store.dialect().fold("name");
    let select = sql(&store, &format!("select {fold_name} from {{t}} order by id"), vec![]);
    let expected: String = names.iter().map(|name| format!("'{}'\n", fold(name))).collect();
    assert_eq!(lines(&mut reader, &select).await, expected);

    let select = format!("select name from {{t}} where {fold_name} = ?1");
    let select = sql(&store, &select, vec![fold("éclaiR").into()]);
    assert_eq!(lines(&mut reader, &select).await, "'ÉCLAIR'\n");
    let order = store.dialect().order(&fold_name, true);
    let select = sql(&store, &format!("select name from {{t}} order by {order}"), vec![]);
    let ordered = lines(&mut reader, &select).await;
    assert_eq!(ordered, "'ΌΔΟΣ'\n'ǅ'\n'ÉCLAIR'\n'Straße'\n'İstanbul'\n'AbC'\n");
}

async fn patterns_match(database: TestDatabase) {
    let store = store_with_names(&database, &["50% Öl", "50x öl", r"a\b", "a_b", "aXb"]).await;
    let like = store.dialect().like("name", "?1");
    let select = format!("select name from {{t}} where {like} order by id");
    for (pattern, expected) in [
        ("%öL", "'50% Öl'\n'50x öl'\n"),
        (r"50\%%", "'50% Öl'\n"),
        ("A_B", "'a\\b'\n'a_b'\n'aXb'\n"),
        (r"a\_b", "'a_b'\n"),
        (&like_escaped(r"a\b"), "'a\\b'\n"),
        ("b", ""),
    ] {
        let mut reader = store.read().await.expect("reader");
        let select = sql(&store, &select, vec![pattern.into()]);
        assert_eq!(lines(&mut reader, &select).await, expected, "{pattern}");
    }
}

async fn nulls_come_first(database: TestDatabase) {
    let store = store_with_names(&database, &["b", "a"]).await;
    let mut tx = store.write().await.expect("turn");
    tx.execute(&sql(&store, "insert into {t} (id) values (3)", vec![])).await.expect("inserted");
    for (descending, expected) in [(false, "null\n'a'\n'b'\n"), (true, "'b'\n'a'\nnull\n")] {
        let order = store.dialect().order("name", descending);
        let select = sql(&store, &format!("select name from {{t}} order by {order}"), vec![]);
        assert_eq!(lines(&mut tx, &select).await, expected);
    }
}

async fn upsert_replaces(database: TestDatabase) {
    let store = store_with_names(&database, &["a"]).await;
    let mut tx = store.write().await.expect("turn");
    let upsert = "insert into {t} (id, name) values (?1, ?2)
        on conflict (id) do update set name = excluded.name returning id, name";
    for (id, name) in [(1_i64, "x"), (2, "y")] {
        let upsert = sql(&store, upsert, vec![id.into(), name.into()]);
        assert_eq!(lines(&mut tx, &upsert).await, format!("{id} '{name}'\n"));
    }
    tx.commit().await.expect("committed");
    assert_eq!(crate::names(&store).await, "'x'\n'y'\n");
}

async fn prefixes_use_an_index(database: TestDatabase) {
    let store = store_with_names(&database, &["Fab", "fb", "FACE", "f\u{10ffff}"]).await;
    let fold_name = store.dialect().fold("name");
    let mut reader = store.read().await.expect("reader");
    let select = format!("select name from {{t}} where {fold_name} >= ?1 and {fold_name} < ?2");
    let prefix = fold("FA");
    let end = prefix_end(&prefix).expect("there is a next text");
    let select = format!("{select} order by {}", store.dialect().order(&fold_name, false));
    let select = sql(&store, &select, vec![prefix.into(), end.into()]);
    assert_eq!(lines(&mut reader, &select).await, "'Fab'\n'FACE'\n");

    let explain = match store.dialect() {
        db::Dialect::Sqlite => format!("explain query plan {}", select.sql),
        db::Dialect::Postgres => return,
    };
    let plan = lines(&mut reader, &db::Statement::new(explain, select.params)).await;
    assert!(plan.contains("USING INDEX t_name") && !plan.contains("TEMP B-TREE"), "{plan}");
}
