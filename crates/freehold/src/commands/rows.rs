//! Rows of tables, as people read them.

use serde_json::Value;

use super::shell;

/// The most characters of a value that a table shows.
const CELL_CHARS_MAX: usize = 60;

/// Rows as a table. Columns are the members in the order of the first row that has them;
/// annotations are left out.
pub fn table(rows: &[Value]) -> String {
    let mut titles: Vec<&str> = Vec::new();
    for (name, _) in rows.iter().filter_map(Value::as_object).flatten() {
        if !name.contains('@') && !titles.contains(&name.as_str()) {
            titles.push(name);
        }
    }
    if titles.is_empty() {
        return "There are no rows.".to_owned();
    }
    let cells = rows.iter().map(|row| titles.iter().map(|name| cell(&row[*name])).collect());
    shell::wide_table(&titles, cells)
}

/// One row, a line for each column that has a value.
pub fn card(row: &Value) -> String {
    let members = row.as_object().into_iter().flatten();
    let members = members.filter(|(name, _)| !name.contains('@'));
    let pairs: Vec<_> = members.map(|(name, value)| (name.as_str(), text(value))).collect();
    shell::list(&pairs)
}

fn cell(value: &Value) -> String {
    let text = text(value).replace(['\r', '\n', '\t'], " ");
    match text.char_indices().nth(CELL_CHARS_MAX) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rows_are_shown_without_their_annotations() {
        let rows = [
            json!({"@odata.etag": "W/\"1\"", "name": "Contoso", "count": 3, "count@X.Formatted": "3"}),
            json!({"name": "Two\nlines", "note": "a".repeat(70), "count": null}),
        ];
        insta::assert_snapshot!(table(&rows), @"
        name       count  note
        Contoso    3
        Two lines         aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…
        ");
        assert_eq!(table(&[]), "There are no rows.");
        insta::assert_snapshot!(card(&rows[0]), @"
        name   Contoso
        count  3
        ");
    }
}
