//! Rows as JSON without a request: for measuring.

use dataverse::Page;
use metadata::{ENGLISH, Schema, Table};
use query::Query;

use super::annotations::Annotations;
use super::currencies::Currencies;
use super::payload::{Payload, Style};

/// The answer to a query of `table`, without annotations. `root` is the service root, with a
/// slash at the end.
pub fn page_json(
    schema: &Schema,
    root: &str,
    page: &Page,
    table: &Table,
    query: &Query,
) -> Vec<u8> {
    let currencies = Currencies::default();
    let annotations = Annotations::default();
    let style = Style { schema, root, annotations, language: ENGLISH, currencies: &currencies };
    Payload::new(style).page(page, table, query, None)
}
