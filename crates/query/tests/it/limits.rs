//! What is too much is refused by name, whatever its form.

use query::fetch::{Cookie, parse_sql, parse_xml};
use query::odata::{Aliases, parse_key, parse_options, parse_path, parse_reference};

fn refusal(query: &str) -> String {
    let error = parse_options(query).unwrap_err();
    format!("{} {}", error.code, error.message)
}

#[test]
fn conditions() {
    let filter = vec!["a eq 1"; 500].join(" and ");
    assert!(parse_options(&format!("$filter={filter}")).is_ok());
    assert_eq!(
        refusal(&format!("$filter={filter} and b eq 1")),
        "0x8004430c Number of conditions in query exceeded maximum limit of 500."
    );
}

#[test]
fn values_of_a_condition() {
    let list = vec!["'1'"; 2001].join(",");
    let query =
        format!("$filter=Microsoft.Dynamics.CRM.In(PropertyName='a',PropertyValues=[{list}])");
    assert_eq!(
        refusal(&query),
        "0x8004430e Number of values in one condition exceeded maximum limit of 2000."
    );
}

#[test]
fn nesting() {
    let wanted = "0x80060888 Recursion depth exceeded allowed limit of 64.";
    for (open, close) in [("(", ")"), ("not ", ""), ("not(", ")"), ("c/any(o:o/", ")")] {
        let filter = [&open.repeat(5000), "a eq 1", &close.repeat(5000)].concat();
        assert_eq!(refusal(&format!("$filter={filter}")), wanted, "{open}");
    }
    let deep = ["{\"a\":".repeat(5000), "[".repeat(5000)].concat();
    let aliases = Aliases::from([("p".to_owned(), deep)]);
    assert!(parse_path("F(A=@p)", &aliases).unwrap_err().message.contains("Recursion depth"));
}

#[test]
fn expands() {
    let all: Vec<String> = (0..15).map(|i| format!("n{i}")).collect();
    assert!(parse_options(&format!("$expand={}", all.join(","))).is_ok());
    let wanted = "0x8004430d The number of $expand options exceeded the limit of 15.";
    assert_eq!(refusal(&format!("$expand={},n15", all.join(","))), wanted);
    let nested = [&"n($expand=".repeat(5000), "n", &")".repeat(5000)].concat();
    assert_eq!(refusal(&format!("$expand={nested}")), wanted);
}

#[test]
fn length() {
    let long = "a".repeat(70_000);
    let wanted =
        "0x80060888 The URL is longer than 32768 bytes; send it in a $batch, which allows 65536.";
    assert_eq!(refusal(&long), wanted);
    assert!(parse_path(&long, &Aliases::new()).is_err());
    assert!(parse_reference(&long).is_err());
    assert!(parse_key(&long).is_err());
}

fn xml_refusal(inside: &str) -> String {
    let error = parse_xml(&format!("<fetch><entity name=\"a\">{inside}</entity></fetch>"));
    let error = error.unwrap_err();
    format!("{} {}", error.code, error.message)
}

#[test]
fn conditions_of_fetch_xml() {
    let conditions = |count| "<condition attribute=\"a\" operator=\"null\" />".repeat(count);
    let filter = |count| format!("<filter>{}</filter>", conditions(count));
    assert!(
        parse_xml(&format!("<fetch><entity name=\"a\">{}</entity></fetch>", filter(500))).is_ok()
    );
    assert_eq!(
        xml_refusal(&filter(501)),
        "0x8004430c Number of conditions in query exceeded maximum limit of 500."
    );
    let values = "<value>1</value>".repeat(2001);
    assert_eq!(
        xml_refusal(&format!(
            "<filter><condition attribute=\"a\" operator=\"in\">{values}</condition></filter>"
        )),
        "0x8004430e Number of values in one condition exceeded maximum limit of 2000."
    );
}

#[test]
fn links_of_fetch_xml() {
    let links = |count| "<link-entity name=\"b\" />".repeat(count);
    let fetch = format!("<fetch><entity name=\"a\">{}</entity></fetch>", links(15));
    assert!(parse_xml(&fetch).is_ok());
    assert_eq!(
        xml_refusal(&links(16)),
        "0x8004430d Number of link entities in query exceeded maximum limit of 15."
    );
}

#[test]
fn nesting_and_length_of_xml() {
    let deep = ["<filter>".repeat(5000), "</filter>".repeat(5000)].concat();
    assert_eq!(xml_refusal(&deep), "0x80040201 Invalid XML. Elements are nested deeper than 64.");
    assert!(Cookie::parse(&"<cookie>".repeat(5000)).is_err());
    let long = " ".repeat(1024 * 1024);
    assert_eq!(xml_refusal(&long), "0x80040201 Invalid XML. It is longer than 1048576 bytes.");
}

fn sql_refusal(text: &str) -> String {
    let error = parse_sql(text).unwrap_err();
    format!("{} {}", error.code, error.message)
}

#[test]
fn sql_that_is_too_much() {
    let where_all =
        |count, join| format!("SELECT a FROM t WHERE {}", vec!["a = 1"; count].join(join));
    assert!(parse_sql(&where_all(500, " AND ")).is_ok());
    let wanted = "0x8004430c Number of conditions in query exceeded maximum limit of 500.";
    assert_eq!(sql_refusal(&where_all(501, " AND ")), wanted);
    assert_eq!(sql_refusal(&where_all(1000, " OR ")), wanted);
    let wanted = "0x80040203 The SQL has too many conditions.";
    assert_eq!(sql_refusal(&where_all(4000, " OR ")), wanted);
    let wanted = "0x80040203 The SQL has more than 64 operators in one expression.";
    for chain in [" = 1", " + 1", " BETWEEN 1 AND 2", " IS NULL", "(a)", " NOT LIKE 'x'"] {
        let text = format!("SELECT a FROM t WHERE a{}", chain.repeat(1000));
        assert_eq!(sql_refusal(&text), wanted);
    }
    assert!(
        sql_refusal(&format!("SELECT a FROM t WHERE NOT (a{})", " OR a".repeat(1000))).len() > 20
    );
    let deep = |open: &str| sql_refusal(&format!("SELECT a FROM t WHERE {}", open.repeat(50)));
    assert_eq!(deep("("), "0x80040203 The SQL is nested deeper than the limit of 12.");
    for open in ["NOT ", "- ", "(a = 1 AND ", "f("] {
        assert!(deep(open).starts_with("0x80040203 "), "{open}");
    }
    let list = vec!["1"; 2001].join(",");
    assert_eq!(
        sql_refusal(&format!("SELECT a FROM t WHERE a IN ({list})")),
        "0x8004430e Number of values in one condition exceeded maximum limit of 2000."
    );
    let joins: String = (0..16).map(|i| format!(" JOIN t t{i} ON t{i}.a = x.b")).collect();
    assert_eq!(
        sql_refusal(&format!("SELECT a FROM t x{joins}")),
        "0x8004430d Number of link entities in query exceeded maximum limit of 15."
    );
    assert!(sql_refusal(&" ".repeat(70_000)).contains("longer than"));
}
