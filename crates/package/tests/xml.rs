//! XML: everything survives, nothing dangerous is read, faults say where they are.

#![allow(clippy::unwrap_used)] // Helpers of tests are tests.

use package::xml::{Document, Element, Node};
use proptest::prelude::*;

/// Reads and writes; the text must come back as given.
fn keeps(text: &str) {
    let document = Document::parse(text.as_bytes()).unwrap();
    assert_eq!(String::from_utf8(document.to_bytes()).unwrap(), text);
}

/// Reads and gives the message of the fault.
fn refuses(text: &str) -> String {
    Document::parse(text.as_bytes()).unwrap_err().to_string()
}

#[test]
fn everything_survives() {
    keeps("<a />");
    keeps(
        "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<a>\n  <b x=\"1\" y=\"2\">t</b>\n</a>",
    );
    keeps("<a x:nil=\"true\" xmlns:x=\"http://x\" />");
    keeps("<a><![CDATA[x < y && z]]></a>");
    keeps("<a><!-- a note --><?do this?></a>");
    keeps("<!-- before -->\n<a />\n<!-- after -->");
    keeps("<a x=\"one&#xA;two&#xD;&#x9;&quot;&amp;&lt;\">&amp;&lt;&gt;\"'&#xD;</a>");
    keeps("<a>Gr\u{fc}\u{df}e \u{1f600}</a>");
}

#[test]
fn references_are_resolved() {
    let element = Element::parse(b"<a b='&#65;&#x42;&apos;'>x&#10;y&amp;z</a>").unwrap();
    assert_eq!(element.attribute("b"), Some("AB'"));
    assert_eq!(element.text(), "x\ny&z");
}

#[test]
fn line_ends_are_those_of_xml() {
    let element = Element::parse(b"<a b='1\r\n2\n3'>1\r\n2\r3</a>").unwrap();
    assert_eq!(element.attribute("b"), Some("1 2 3"));
    assert_eq!(element.text(), "1\n2\n3");
}

#[test]
fn white_space_is_layout_only_beside_elements() {
    let element = Element::parse(b"<a>\n  <b> </b>\n  <c>x <d/> y</c>\n</a>").unwrap().stripped();
    assert_eq!(element.to_string(), "<a><b> </b><c>x <d /> y</c></a>");
    assert_eq!(element.to_indented(), "<a>\n  <b> </b>\n  <c>x <d /> y</c>\n</a>");
}

#[test]
fn faults_say_where() {
    let cases = [
        ("", "There is no root element (line 1, column 1)."),
        ("x", "There is text outside the root element (line 1, column 2)."),
        ("<a>\n <b>", "The file ends before </b>; it is cut off (line 2, column 5, in a/b)."),
        (
            "<a><b></a>",
            "The XML cannot be read: ill-formed document: expected `</b>`, but `</a>` was found (line 1, column 7, in a/b).",
        ),
        ("<a/><b/>", "There is a second root element (line 1, column 9)."),
        ("<a x='1' x='2'/>", "Attribute x is there twice (line 1, column 17)."),
        ("<a>&x;</a>", "&x; is not known (line 1, column 7, in a)."),
        ("<a>&#0;</a>", "&#0; is not known (line 1, column 8, in a)."),
        ("<1/>", "\"1\" is not a name (line 1, column 5)."),
        (
            " <?xml version='1.0'?><a/>",
            "<?xml …?> is not at the beginning of the file (line 1, column 23).",
        ),
        (
            "<?xml version='1.0' encoding='utf-16'?><a/>",
            "The XML is not declared as UTF-8 (line 1, column 40). Save it as UTF-8.",
        ),
    ];
    for (text, message) in cases {
        assert_eq!(refuses(text), message, "{text}");
    }
}

#[test]
fn other_encodings_are_refused() {
    let fault = |bytes: &[u8]| Document::parse(bytes).unwrap_err().to_string();
    assert_eq!(fault(b"\xff\xfe<\0a\0"), "The XML is in UTF-16. Save it as UTF-8.");
    assert_eq!(fault(b"<a>\xe4</a>"), "The XML is not valid UTF-8 (byte 4). Save it as UTF-8.");
}

#[test]
fn a_billion_laughs_are_not_laughed() {
    let text =
        r#"<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]><lolz>&lol2;</lolz>"#;
    let remedy = "Remove it; its entities must be written out.";
    assert_eq!(refuses(text), format!("A DOCTYPE is not allowed (line 1, column 65). {remedy}"));
    let external = r#"<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>"#;
    assert!(refuses(external).starts_with("A DOCTYPE is not allowed"));
}

#[test]
fn depth_has_a_limit() {
    let nested = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
    keeps_depth(&nested(256));
    assert!(refuses(&nested(257)).starts_with("Elements are nested deeper than 256"));
    assert!(refuses(&"<a>".repeat(1_000_000)).starts_with("Elements are nested deeper than 256"));
}

fn keeps_depth(text: &str) {
    let root = Element::parse(text.as_bytes()).unwrap();
    assert!(root.clone().to_indented().starts_with("<a>"));
    assert_eq!(root.descendants().count(), 256);
}

#[test]
fn what_cannot_be_written_is_written_otherwise() {
    let mut root = Element::new("a");
    root.children = vec![
        Node::CData("x]]>y".into()),
        Node::Comment("a--b-".into()),
        Node::Instruction("x?>y".into()),
        Node::Text("\0\u{1}".into()),
    ];
    let text = root.to_string();
    assert_eq!(text, "<a><![CDATA[x]]]]><![CDATA[>y]]><!--a- -b- --><?x? >y?>\u{fffd}&#x1;</a>");
    assert_eq!(Element::parse(text.as_bytes()).unwrap().text(), "x]]>y\u{fffd}\u{1}");
}

#[test]
fn elements_are_found_and_changed() {
    let mut root = Element::new("r").text_with("a", "1").text_with("b", "2").text_with("a", "3");
    assert_eq!(root.child_text("a").as_deref(), Some("1"));
    assert_eq!(root.children_named("a").count(), 2);
    root.set_child_text("b", "");
    root.set_child_text("c", "4");
    root.set_attribute("x", "5");
    assert_eq!(root.to_string(), r#"<r x="5"><a>1</a><b /><a>3</a><c>4</c></r>"#);
    assert_eq!(root.remove_child("a").unwrap().text(), "1");
    assert_eq!(root.remove_attribute("x").as_deref(), Some("5"));
    assert_eq!(root.find("c").unwrap().text(), "4");
    assert!(root.find("c/d").is_none());
}

#[test]
fn differences_are_shown_by_path() {
    let parse = |text: &str| Element::parse(text.as_bytes()).unwrap();
    let difference = |l: &str, r: &str| package::xml::difference(&parse(l), &parse(r));
    assert_eq!(difference("<a b='1' c='2'>\n<d/></a>", "<a c='2' b='1'><d/><!--x--></a>"), None);
    assert_eq!(difference("<a>x</a>", "<a><![CDATA[x]]></a>"), None);
    let d = difference("<a><b>1</b></a>", "<a><b>2</b></a>").unwrap();
    assert_eq!(d, r#"a/[0]b/[0] "1" against "2""#);
    assert_eq!(difference("<a b='1'/>", "<a/>").unwrap(), "a/@b is only left");
}

fn text() -> impl Strategy<Value = String> {
    let any = proptest::char::any().prop_filter("NUL cannot be written", |c| *c != '\0');
    proptest::collection::vec(any, 1..12).prop_map(|chars| chars.into_iter().collect())
}

fn element() -> impl Strategy<Value = Element> {
    let name = || "[a-zA-Z_][a-zA-Z0-9_.:-]{0,8}";
    let attributes = || proptest::collection::vec((name(), text()), 0..4);
    let leaf = (name(), attributes()).prop_map(|(name, attributes)| {
        let element = Element::new(name);
        attributes.iter().fold(element, |element, (name, value)| element.with(name, &**value))
    });
    leaf.prop_recursive(4, 40, 5, move |inner| {
        let node = prop_oneof![
            inner.prop_map(Node::Element),
            text().prop_map(Node::Text),
            "[ -~]{0,9}".prop_map(|t| Node::CData(t.replace("]]>", ""))),
            "[a-z ]{0,9}".prop_map(Node::Comment),
            "[a-z]{1,3} [a-z]{0,5}".prop_map(|t| Node::Instruction(t.replace("xml", "x"))),
        ];
        (name(), proptest::collection::vec(node, 0..5)).prop_map(|(name, children)| {
            let mut element = Element::new(name);
            for node in children {
                // Two texts side by side are read as one.
                match (element.children.last_mut(), node) {
                    (Some(Node::Text(before)), Node::Text(text)) => before.push_str(&text),
                    (_, node) => element.children.push(node),
                }
            }
            element
        })
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read(root in element()) {
        let document = Document::new(root);
        let read = Document::parse(&document.to_bytes()).unwrap();
        prop_assert_eq!(&read, &document);
    }

    #[test]
    fn layout_changes_nothing(root in element()) {
        let read = Element::parse(root.to_indented().as_bytes()).unwrap();
        prop_assert!(read.says_same(&root), "{:?}", package::xml::difference(&read, &root));
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,200}") {
        let _ = Document::parse(text.as_bytes());
    }

    #[test]
    fn any_markup_is_read_or_refused(text in "[<>/a&;!?= \"'\\[\\]#x0-9-]{0,60}") {
        if let Ok(document) = Document::parse(text.as_bytes()) {
            prop_assert_eq!(&Document::parse(&document.to_bytes()).unwrap(), &document);
        }
    }
}
