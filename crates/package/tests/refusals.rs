//! Packages that are not, or that mean harm: each is refused with words that help.

#![allow(clippy::unwrap_used)] // Helpers of tests are tests.

use std::io::{Cursor, Write};

use base::{Error, Kind};
use package::xml::Element;
use package::{Component, ComponentKind, Manifest, Package, Publisher, Version, source};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const SOLUTION: &str = r#"<ImportExportXml version="9.2.0.0" SolutionPackageVersion="9.2" languagecode="1033">
  <SolutionManifest>
    <UniqueName>Small</UniqueName><Version>1.0</Version><Managed>0</Managed>
    <Publisher><UniqueName>fh</UniqueName></Publisher>
  </SolutionManifest>
</ImportExportXml>"#;
const CUSTOMIZATIONS: &str = "<ImportExportXml><Entities /></ImportExportXml>";

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn small(more: &[(&str, &[u8])]) -> Vec<u8> {
    let files =
        [("solution.xml", SOLUTION.as_bytes()), ("customizations.xml", CUSTOMIZATIONS.as_bytes())];
    zip(&[&files, more].concat())
}

fn refusal(bytes: &[u8]) -> String {
    Package::read("x.zip", bytes).unwrap_err().to_string()
}

#[test]
fn a_small_package_is_read_whatever_the_case_of_its_files() {
    let package = Package::read("x.zip", &small(&[])).unwrap();
    assert_eq!(package.manifest().unwrap().version, Version([1, 0, 0, 0]));
    let files = [("Solution.XML", SOLUTION), ("CUSTOMIZATIONS.xml", CUSTOMIZATIONS)];
    Package::read("x.zip", &zip(&files.map(|(name, text)| (name, text.as_bytes())))).unwrap();
}

#[test]
fn what_is_no_package_is_told() {
    let hint = "A solution package is the .zip that an export or a pack made.";
    assert_eq!(refusal(b"hello"), format!("The file is not a zip (x.zip). {hint}"));
    let other = zip(&[("a.txt", b"a")]);
    assert_eq!(
        refusal(&other),
        format!("x.zip is not a solution package: solution.xml is missing. {hint}")
    );
    let half = zip(&[("solution.xml", SOLUTION.as_bytes())]);
    assert_eq!(
        refusal(&half),
        format!("x.zip is not a solution package: customizations.xml is missing. {hint}")
    );
}

#[test]
fn every_cut_is_refused() {
    let whole = small(&[("Workflows/a.json", &[7; 500])]);
    for end in 0..whole.len() {
        assert!(Package::read("x.zip", &whole[..end]).is_err(), "{end}");
    }
    let message = refusal(&whole[..whole.len() - 30]);
    assert_eq!(message, "The zip is damaged or cut off (x.zip). Download or export it again.");
}

#[test]
fn every_changed_byte_is_read_or_refused() {
    let whole = small(&[("Workflows/a.json", b"{}")]);
    for at in 0..whole.len() {
        for change in [0x00, 0x01, 0x7f, 0xff] {
            let mut bytes = whole.clone();
            bytes[at] ^= change;
            let _ = Package::read("x.zip", &bytes).map(|package| package.components());
        }
    }
}

#[test]
fn a_bomb_does_not_go_off() {
    let bomb = small(&[("Workflows/bomb.json", &vec![0; 300 * 1024 * 1024])]);
    assert!(bomb.len() < 1024 * 1024);
    let error: Error = Package::read("x.zip", &bomb).unwrap_err().into();
    assert_eq!(error.kind, Kind::TooLarge);
    let message = "Workflows/bomb.json unpacks to more than 250 times its size (x.zip).";
    assert_eq!(error.message, message);
}

#[test]
fn paths_stay_inside() {
    for (path, why) in [
        ("../evil.txt", "leaves the package"),
        ("Workflows/../../evil.txt", "leaves the package"),
        ("..\\evil.txt", "leaves the package"),
        ("/etc/passwd", "is absolute"),
        ("\\\\server\\share", "is absolute"),
        ("C:\\Windows\\x.dll", "has a drive letter"),
        ("c:x.dll", "has a drive letter"),
        ("Workflows//x.json", "has an empty part"),
        ("./x.json", "has an empty part"),
    ] {
        let message = refusal(&small(&[(path, b"x")]));
        assert!(message.contains(why), "{path}: {message}");
    }
}

#[test]
fn the_same_path_twice_is_refused() {
    let message = refusal(&small(&[("Workflows/a.json", b"1"), ("Workflows\\a.json", b"2")]));
    assert_eq!(message, "The zip has Workflows/a.json twice (x.zip).");
    let message = refusal(&small(&[("Solution.xml", b"<a/>")]));
    assert_eq!(message, "solution.xml is there twice (x.zip).");
}

#[test]
fn encrypted_files_are_refused() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    zip.start_file("solution.xml", options).unwrap();
    zip.write_all(SOLUTION.as_bytes()).unwrap();
    let mut bytes = zip.finish().unwrap().into_inner();
    // The flag for encryption, in the local header and in the directory.
    let directory = bytes.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    bytes[6] |= 1;
    bytes[directory + 8] |= 1;
    let remedy = "Make the zip again, with deflate and without a password.";
    assert_eq!(refusal(&bytes), format!("solution.xml is encrypted (x.zip). {remedy}"));
}

#[test]
fn a_newer_package_is_refused_with_both_versions() {
    let newer = SOLUTION.replace("\"9.2\"", "\"9.10\"");
    let files = [("solution.xml", newer.as_bytes()), ("customizations.xml", b"<ImportExportXml/>")];
    let error: Error = Package::read("x.zip", &zip(&files)).unwrap_err().into();
    assert_eq!(error.code, "0x80048062");
    assert_eq!(
        error.message,
        "The solution needs package version 9.10; this server reads up to 9.2 \
         (x.zip, solution.xml). Export it for an older version, or update this server."
    );
}

#[test]
fn wrong_xml_is_told_with_its_place() {
    let with = |solution: &str, customizations: &str| {
        refusal(&zip(&[
            ("solution.xml", solution.as_bytes()),
            ("customizations.xml", customizations.as_bytes()),
        ]))
    };
    assert_eq!(
        with(SOLUTION, "<ImportExportXml>\n<Entities>"),
        "The file ends before </Entities>; it is cut off \
         (x.zip, customizations.xml, line 2, column 11, in ImportExportXml/Entities)."
    );
    assert_eq!(
        with("<Solution/>", CUSTOMIZATIONS),
        "The root is <Solution> (x.zip, solution.xml). solution.xml begins with <ImportExportXml>."
    );
    let without_name = SOLUTION.replace("<UniqueName>Small</UniqueName>", "");
    assert_eq!(
        with(&without_name, CUSTOMIZATIONS),
        "<SolutionManifest> has no <UniqueName> (x.zip, solution.xml). \
         solution.xml of an export has it."
    );
    let wrong_version = SOLUTION.replace("1.0<", "1.x<");
    assert_eq!(
        with(&wrong_version, CUSTOMIZATIONS),
        "\"1.x\" is not a version (x.zip, solution.xml). \
         A version is one to four numbers, such as 1.0.0.3."
    );
}

#[test]
fn versions_compare_as_numbers() {
    let version = |text: &str| text.parse::<Version>();
    assert!(version("1.10").unwrap() > version("1.9.99.99").unwrap());
    assert_eq!(version("1").unwrap().to_string(), "1.0.0.0");
    for wrong in ["", "1.2.3.4.5", "1..2", "-1", "1.0a", "99999999999"] {
        assert!(version(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_part_needs_its_table() {
    let manifest = Manifest::new("Small", Version([1, 0, 0, 0]), Publisher::default());
    let column = Element::new("attribute").text_with("LogicalName", "fh_name");
    let column = Component::new(ComponentKind::Column, column).unwrap().within("fh_project");
    let error = Package::build(&manifest, vec![column]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Column fh_name is a part of table fh_project. \
         Put the table into the solution too, at least as a shell."
    );
}

#[test]
fn a_folder_that_is_no_source_is_told() {
    let error = source::pack(&source::Tree::new(), false).unwrap_err();
    assert_eq!(
        error.to_string(),
        "The folder is not a solution source: Other/Solution.xml is missing. \
         It is the folder that an unpack made, with Other/Solution.xml in it."
    );
}

#[test]
fn unknown_parts_are_kept() {
    let customizations = r#"<ImportExportXml>
      <Entities><Thing x="1" /></Entities>
      <Novelties><Novelty>new</Novelty></Novelties>
      <a_bset><a_b one.id="1" /></a_bset>
      <Languages><Language>1033</Language></Languages>
    </ImportExportXml>"#;
    let bytes = zip(&[
        ("solution.xml", SOLUTION.as_bytes()),
        ("customizations.xml", customizations.as_bytes()),
        ("Loose/file.bin", b"\x01\x02"),
        ("fh_things/one/fh_thing.xml", b"<fh_thing name=\"one\" />"),
        ("fh_things/one/content.json", b"{}"),
    ]);
    let package = Package::read("x.zip", &bytes).unwrap();
    let components = package.components().unwrap();
    let kinds: Vec<_> = components.iter().map(|c| (c.kind, c.files.len())).collect();
    use ComponentKind::{Association, File, Row, Unknown};
    assert_eq!(kinds, [(Unknown, 0), (Unknown, 0), (Association, 0), (Row, 1), (File, 1)]);
    let built = Package::build(&package.manifest().unwrap(), components.clone()).unwrap();
    let again = Package::read("y.zip", &built.write().unwrap()).unwrap().components().unwrap();
    assert_eq!(again, components);
}
