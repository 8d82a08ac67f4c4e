//! No `QueryExpression` makes the reader panic or run away, and what it reads can be FetchXML.
#![no_main]

use libfuzzer_sys::fuzz_target;
use query::fetch::{parse_query_expression, parse_xml};

fuzz_target!(|bytes: &[u8]| {
    let Ok(value) = serde_json::from_slice(bytes) else { return };
    if let Ok(fetch) = parse_query_expression(&value) {
        let _ = parse_xml(&fetch.to_xml());
    }
});
