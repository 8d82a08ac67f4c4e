//! No SQL makes the parser panic or run away.
#![no_main]

use libfuzzer_sys::fuzz_target;
use query::fetch::parse_sql;

fuzz_target!(|text: &str| {
    if let Ok(fetch) = parse_sql(text) {
        let _ = fetch.to_xml();
    }
});
