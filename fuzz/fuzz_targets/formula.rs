//! Formulas are read without a panic, and what is written reads the same.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(tree) = powerfx::parse(text) {
        let written = tree.to_string();
        if let Ok(again) = powerfx::parse(&written) {
            assert_eq!(again.to_string(), written);
        }
    }
});
