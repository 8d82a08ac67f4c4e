//! No FetchXML and no paging cookie makes the parsers panic or run away, and what they read is
//! written and read again unchanged.
#![no_main]

use libfuzzer_sys::fuzz_target;
use query::fetch::{Cookie, parse_xml};

fuzz_target!(|text: &str| {
    if let Ok(fetch) = parse_xml(text) {
        assert_eq!(parse_xml(&fetch.to_xml()), Ok(fetch));
    }
    if let Ok(cookie) = Cookie::parse(text) {
        assert_eq!(Cookie::parse(&cookie.to_annotation(2)), Ok(cookie));
    }
});
