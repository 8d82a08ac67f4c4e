//! Formulas and their trees.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use powerfx::parse;
use proptest::prelude::*;

fn check(text: &str, tree: &str) {
    assert_eq!(parse(text).unwrap().to_string(), tree, "{text}");
}

#[test]
fn operators_bind_as_they_should() {
    check("1+2*3", "(1 + (2 * 3))");
    check("-2^2", "(-(2 ^ 2))");
    check("2^-3^2", "(2 ^ (-(3 ^ 2)))");
    check("1-2-3", "((1 - 2) - 3)");
    check("a & b = c && d", "((('a' & 'b') = 'c') && 'd')");
    check("x Or y And Not z", "('x' || ('y' && (!'z')))");
    check("price * (1 + 10%)", "('price' * (1 + (10%)))");
    check("\"a\" in name", "(\"a\" in 'name')");
    check("!a || !(b)", "((!'a') || (!'b'))");
}

#[test]
fn names_texts_and_calls() {
    check("'Parent Account'.'Account Number'", "'Parent Account'.'Account Number'");
    check("'It''s' & \"\"\"x\"\"\"", "('It''s' & \"\"\"x\"\"\")");
    check("If(a, 1, Sum(b, 2.5e3, .5),)", "If('a', 1, Sum('b', 2.5e3, .5))");
    check("= Not(true) // why", "Not(true)");
    check("/* so */ TimeUnit.Days", "'TimeUnit'.'Days'");
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    for (text, message) in [
        ("", "the formula ends where a value is expected (at position 0)"),
        ("1 +", "the formula ends where a value is expected (at position 3)"),
        ("1 2", "the number 2 is not expected here (at position 2)"),
        ("(1", "')' is expected here (at position 2)"),
        ("\"x", "the closing quote is missing (at position 0)"),
        ("a; b", "';' is not supported in the formula of a column (at position 1)"),
        ("{a: 1}", "'{' is not supported in the formula of a column (at position 0)"),
        ("F(1 2)", "',' is expected here (at position 4)"),
        ("''", "a name in quotes cannot be empty (at position 0)"),
        ("a..b", "a name is expected after '.' (at position 2)"),
        ("/* x", "the comment has no end (at position 0)"),
        ("€", "'€' is not expected here (at position 0)"),
    ] {
        assert_eq!(parse(text).unwrap_err().to_string(), message, "{text}");
    }
    let deep = "(".repeat(2_000);
    assert!(parse(&deep).unwrap_err().message.contains("nests too deep"));
    let deep = format!("1{}", "^1".repeat(2_000));
    assert!(parse(&deep).unwrap_err().message.contains("nests too deep"));
    let long = format!("1{}", "+1".repeat(2_000));
    assert!(parse(&long).unwrap_err().message.contains("too many operators"));
    let large = " ".repeat(10_000);
    assert!(parse(&large).unwrap_err().message.contains("longer than"));
}

proptest! {
    #[test]
    fn whatever_comes_nothing_panics(text in "[-+*/^%&|=<>!(),.'\"a-zA-Z0-9 _;{]{0,60}") {
        let _ = parse(&text);
    }

    #[test]
    fn what_is_written_reads_the_same(text in "[-+*/^%&|=<>!(),.'\"abN01 ]{0,40}") {
        if let Ok(tree) = parse(&text) {
            let written = tree.to_string();
            prop_assert_eq!(parse(&written).unwrap().to_string(), written);
        }
    }
}
