//! Whatever customizations.xml holds, its components come apart and go together again, and the
//! package unpacks to a tree that packs.
#![no_main]

use libfuzzer_sys::fuzz_target;
use package::xml::Document;
use package::{Manifest, Package, Publisher, Version, source};

fuzz_target!(|bytes: &[u8]| {
    let Ok(customizations) = Document::parse(bytes) else { return };
    let publisher = Publisher { unique_name: "fh".to_owned(), ..Publisher::default() };
    let manifest = Manifest::new("Fuzz", Version([1, 0, 0, 0]), publisher);
    let Ok(empty) = Package::build(&manifest, Vec::new()) else { return };
    let package = Package { customizations, ..empty };
    let components = package.components().expect("there are no files to be wrong");
    if let Ok(built) = Package::build(&manifest, components.clone()) {
        let again = built.components().expect("there are no files to be wrong");
        assert_eq!(again.len(), components.len());
    }
    if let Ok(tree) = source::unpack(&package) {
        let _ = source::pack(&tree, false);
    }
});
