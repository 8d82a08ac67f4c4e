//! Packages that are not, or that mean harm.

use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const SOLUTION: &str = r#"<ImportExportXml version="9.2.0.0" SolutionPackageVersion="9.2" languagecode="1033">
  <SolutionManifest>
    <UniqueName>Small</UniqueName><Version>1.0</Version><Managed>0</Managed>
    <Publisher><UniqueName>fh</UniqueName><CustomizationPrefix>fh</CustomizationPrefix></Publisher>
  </SolutionManifest>
</ImportExportXml>"#;
const CUSTOMIZATIONS: &str = "<ImportExportXml><Entities /></ImportExportXml>";

/// A package with what is wrong with it: the code, and a part of the message that helps.
pub struct Bad {
    pub what: &'static str,
    pub bytes: Vec<u8>,
    pub status: u16,
    pub code: &'static str,
    pub message: &'static str,
}

/// All of them.
pub fn bad() -> Vec<Bad> {
    let whole = small(&[]);
    let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    let laughs =
        format!("<!DOCTYPE lolz [{}]><ImportExportXml>&lol9;</ImportExportXml>", entities());
    let outside = "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>\
                   <ImportExportXml><Entities>&x;</Entities></ImportExportXml>";
    let newer = SOLUTION.replace("\"9.2\"", "\"10.0\"");
    let zeros = vec![0; 20 * 1024 * 1024];
    let many = (0..=base::limits::PACKAGE_ENTRIES_MAX).map(|n| (format!("f/{n}"), Vec::new()));
    vec![
        bad_file("nothing", Vec::new(), "not a zip"),
        bad_file("no zip", b"hello".to_vec(), "the .zip that an export or a pack made"),
        bad_file(
            "a cut-off zip",
            whole[..whole.len() - 30].to_vec(),
            "Download or export it again",
        ),
        bad_file("half of a zip", whole[..whole.len() / 2].to_vec(), "Download or export it again"),
        bad_file("a zip without a solution", zip(&[("a.txt", b"a")]), "solution.xml is missing"),
        bad_file("a path that leaves", small(&[("../../evil.txt", b"x")]), "leaves the package"),
        bad_file("a path of Windows", small(&[("..\\evil.txt", b"x")]), "leaves the package"),
        bad_file("an absolute path", small(&[("/etc/passwd", b"x")]), "is absolute"),
        Bad {
            what: "a zip bomb",
            bytes: small(&[("Workflows/bomb.json", &zeros)]),
            status: 413,
            code: "0x80048065",
            message: "unpacks to more than",
        },
        Bad {
            what: "too many entries",
            bytes: zip_of(many),
            status: 413,
            code: "0x80048065",
            message: "are allowed",
        },
        bad_xml("a billion laughs", with(SOLUTION, &laughs), "A DOCTYPE is not allowed"),
        bad_xml(
            "laughs in the manifest",
            with(&laughs, CUSTOMIZATIONS),
            "A DOCTYPE is not allowed",
        ),
        bad_xml("a file from outside", with(SOLUTION, outside), "A DOCTYPE is not allowed"),
        Bad {
            what: "very deep XML",
            bytes: with(SOLUTION, &deep),
            status: 413,
            code: "0x80048065",
            message: "nested deeper than",
        },
        bad_xml("cut-off XML", with(SOLUTION, "<ImportExportXml><Entities>"), "it is cut off"),
        Bad {
            what: "a package of a newer version",
            bytes: with(&newer, CUSTOMIZATIONS),
            status: 400,
            code: "0x80048062",
            message: "Export it for an older version, or update this server",
        },
    ]
}

/// A package that is good.
pub fn good() -> Vec<u8> {
    small(&[])
}

fn bad_file(what: &'static str, bytes: Vec<u8>, message: &'static str) -> Bad {
    Bad { what, bytes, status: 400, code: "0x80048033", message }
}

fn bad_xml(what: &'static str, bytes: Vec<u8>, message: &'static str) -> Bad {
    Bad { what, bytes, status: 400, code: "0x80040201", message }
}

/// `lol9` is a billion times `lol`.
fn entities() -> String {
    let mut text = "<!ENTITY lol0 \"lol\">".to_owned();
    for n in 1..10 {
        let below = format!("&lol{};", n - 1).repeat(10);
        text.push_str(&format!("<!ENTITY lol{n} \"{below}\">"));
    }
    text
}

fn with(solution: &str, customizations: &str) -> Vec<u8> {
    zip(&[("solution.xml", solution.as_bytes()), ("customizations.xml", customizations.as_bytes())])
}

fn small(more: &[(&str, &[u8])]) -> Vec<u8> {
    let files: [(&str, &[u8]); 2] =
        [("solution.xml", SOLUTION.as_bytes()), ("customizations.xml", CUSTOMIZATIONS.as_bytes())];
    zip(&[&files, more].concat())
}

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    zip_of(files.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())))
}

fn zip_of(files: impl Iterator<Item = (String, Vec<u8>)>) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(&bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}
