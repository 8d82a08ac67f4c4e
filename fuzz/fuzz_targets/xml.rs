//! No XML makes the parser panic, and what it reads is written and read again unchanged.
#![no_main]

use libfuzzer_sys::fuzz_target;
use package::xml::Document;

fuzz_target!(|bytes: &[u8]| {
    let Ok(document) = Document::parse(bytes) else { return };
    assert_eq!(Document::parse(&document.to_bytes()).as_ref(), Ok(&document));
    let _ = document.root.to_indented();
});
