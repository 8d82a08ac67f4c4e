//! No zip makes the reader of packages panic, and what it reads comes apart and together again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use package::{Package, source};

fuzz_target!(|bytes: &[u8]| {
    let Ok(package) = Package::read("fuzz.zip", bytes) else { return };
    let written = package.write().expect("paths are not repeated");
    assert_eq!(Package::read("fuzz.zip", &written).as_ref(), Ok(&package));
    let (Ok(manifest), Ok(components)) = (package.manifest(), package.components()) else { return };
    let _ = Package::build(&manifest, components);
    if let Ok(tree) = source::unpack(&package) {
        let _ = source::pack(&tree, manifest.managed.is_managed());
    }
});
