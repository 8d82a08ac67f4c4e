//! Rows of queries over linked tables as JSON.

use base::limits::COUNT_MAX;
use dataverse::{Fetched, FetchedColumn, FetchedRow, Value};
use metadata::ColumnKind;

use super::annotations::{
    ATTRIBUTE_NAME, Annotations, FORMATTED_VALUE, MORE_RECORDS, PAGING_COOKIE,
};
use super::format::formatted;
use super::payload::Payload;

/// What of an answer the request decides.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    /// Whether the context lists the columns.
    pub lists_columns: bool,
    /// Whether every row has every column, also those without a value.
    pub is_complete: bool,
    /// Whether `$count` was asked for.
    pub counts: bool,
    /// Where the next page is, for pages that are told by a link.
    pub next: Option<String>,
}

impl Payload<'_> {
    /// A page of rows, as the whole answer.
    pub fn fetched(mut self, fetched: &Fetched, shape: &Shape) -> Vec<u8> {
        self.begin('{');
        self.context(&context(fetched, shape));
        let count = fetched.count;
        if let Some(count) = count.filter(|_| shape.counts) {
            self.key("@odata.count");
            self.display(count.min(COUNT_MAX));
        }
        self.totals(count);
        if let Some(next) = &fetched.next {
            let Annotations { paging_cookie, more_records, .. } = self.style.annotations;
            if paging_cookie {
                self.annotation_key("", PAGING_COOKIE);
                self.text(&next.to_annotation(fetched.page + 1));
            }
            if more_records {
                self.annotation_key("", MORE_RECORDS);
                self.display(true);
            }
        }
        self.key("value");
        self.begin('[');
        for row in &fetched.rows {
            self.fetched_row(fetched, row, shape);
        }
        self.end(']');
        if let Some(next) = &shape.next {
            self.member("@odata.nextLink", next);
        }
        self.end('}');
        self.into_bytes()
    }

    fn fetched_row(&mut self, fetched: &Fetched, row: &FetchedRow, shape: &Shape) {
        self.comma();
        self.begin('{');
        if row.version != 0 {
            self.key("@odata.etag");
            self.display(format_args!("\"W/\\\"{}\\\"\"", row.version));
        }
        for (column, value) in fetched.columns.iter().zip(&row.values) {
            if shape.is_complete || !column.is_aliased || !value.is_null() {
                self.fetched_value(fetched, row, column, value);
            }
        }
        self.end('}');
    }

    fn fetched_value(
        &mut self,
        fetched: &Fetched,
        row: &FetchedRow,
        column: &FetchedColumn,
        value: &Value,
    ) {
        let key = &column.key;
        self.key(key);
        self.value(&column.column, value);
        let Annotations { formatted_value, attribute_name, .. } = self.style.annotations;
        if column.is_aliased && attribute_name {
            self.annotation_key(key, ATTRIBUTE_NAME);
            self.text(&column.column.logical_name);
        }
        if value.is_null() {
            return;
        }
        if formatted_value && !column.is_part {
            let style = self.style;
            let currency = || {
                let is_base = fetched.is_aggregate
                    || matches!(&column.column.kind, ColumnKind::Money { base_of: Some(_), .. });
                let own = column.currency.and_then(|at| row.values.get(at)).and_then(Value::id);
                style.currencies.find(is_base, own)
            };
            let text = formatted(style.schema, &column.column, value, style.language, currency);
            if let Some(text) = text {
                self.annotation_key(key, FORMATTED_VALUE);
                self.text(&text);
            }
        }
        if let Value::Lookup { table: target, .. } = value {
            self.lookup_annotations(&column.table, &column.column, key, target);
        }
    }
}

/// What follows `$metadata#`: the set, and the columns that have their own names.
fn context(fetched: &Fetched, shape: &Shape) -> String {
    let set = &fetched.table.set_name;
    let own = fetched.columns.iter().filter(|column| !column.is_aliased);
    let keys = own.map(|column| column.key.as_str()).collect::<Vec<_>>();
    match shape.lists_columns && !keys.is_empty() {
        true => format!("{set}({})", keys.join(",")),
        false => set.clone(),
    }
}
