//! No URL makes the parser panic or run away.
#![no_main]

use libfuzzer_sys::fuzz_target;
use query::odata::{Aliases, parse_key, parse_options, parse_path, parse_reference};

fuzz_target!(|text: &str| {
    let (path, options) = text.split_once('?').unwrap_or(("", text));
    let aliases = parse_options(options).map(|options| options.aliases).unwrap_or_default();
    let _ = parse_path(path, &aliases);
    let _ = parse_path(path, &Aliases::from([("p1".to_owned(), options.to_owned())]));
    let _ = parse_options(&format!("$apply={text}"));
    let _ = parse_key(text);
    let _ = parse_reference(text);
});
