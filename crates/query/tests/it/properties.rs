//! What holds for every input.

use proptest::prelude::*;
use query::odata::{Aliases, parse_key, parse_options, parse_path, parse_reference};
use query::{Comparison, Filter, Literal, Quantifier, TextTest};

/// Pieces of the language, so that random texts get further than the first character.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "$filter=",
        "$expand=",
        "$orderby=",
        "$select=",
        "$top=",
        "&",
        "%24",
        "+",
        " ",
        "name",
        "eq",
        "and",
        "or",
        "not",
        "(",
        ")",
        "'",
        "''",
        "\"",
        ",",
        ";",
        "/",
        "any",
        "all",
        "o:",
        "o/",
        "contains",
        "null",
        "true",
        "-1.5e3",
        "2024-05-01T10:00:00Z",
        "@p1",
        "@p1=",
        "[",
        "]",
        "{",
        "}",
        ":",
        "Microsoft.Dynamics.CRM.In",
        "PropertyName=",
        "PropertyValues=",
        "$ref",
        "$count",
        "00000000-0000-0000-0000-000000000001",
        "%2",
        "%27",
        "é",
        "\u{0}",
        ".",
        "$1",
    ]);
    prop_oneof![
        prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat()),
        any::<String>(),
    ]
}

fn path() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("p[a-z_]{0,6}", 1..3)
}

fn literals() -> impl Strategy<Value = Literal> {
    prop_oneof![
        Just(Literal::Null),
        any::<bool>().prop_map(Literal::Boolean),
        "-?[0-9]{1,12}(\\.[0-9]{1,4})?".prop_map(Literal::Number),
        "\\PC{0,12}".prop_map(Literal::Text),
        any::<u128>().prop_map(|bits| Literal::Id(uuid::Uuid::from_u128(bits))),
        Just(Literal::Date("2024-05-01T10:00:00Z".to_owned())),
    ]
}

fn filters() -> impl Strategy<Value = Filter> {
    let comparison = prop::sample::select(vec![
        Comparison::Equal,
        Comparison::NotEqual,
        Comparison::Greater,
        Comparison::GreaterOrEqual,
        Comparison::Less,
        Comparison::LessOrEqual,
    ]);
    let leaf =
        prop_oneof![
            (path(), comparison, literals())
                .prop_map(|(path, comparison, value)| Filter::Compare { path, comparison, value }),
            (path(), "\\PC{0,12}").prop_map(|(path, value)| Filter::Text {
                path,
                test: TextTest::Contains,
                value
            }),
        ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Filter::And),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Filter::Or),
            inner.clone().prop_map(|filter| Filter::Not(Box::new(filter))),
        ]
    })
}

/// `filter` as a client would write it.
fn written(filter: &Filter) -> String {
    let all = |filters: &[Filter], word: &str| {
        filters.iter().map(|f| format!("({})", written(f))).collect::<Vec<_>>().join(word)
    };
    match filter {
        Filter::And(filters) => all(filters, " and "),
        Filter::Or(filters) => all(filters, " or "),
        Filter::Not(inner) => format!("not ({})", written(inner)),
        Filter::Compare { path, comparison, value } => {
            let word = match comparison {
                Comparison::Equal => "eq",
                Comparison::NotEqual => "ne",
                Comparison::Greater => "gt",
                Comparison::GreaterOrEqual => "ge",
                Comparison::Less => "lt",
                Comparison::LessOrEqual => "le",
            };
            format!("{} {word} {}", path.join("/"), literal(value))
        }
        Filter::Text { path, value, .. } => {
            format!("contains({},{})", path.join("/"), quoted(value))
        }
        Filter::Lambda { navigation, quantifier, condition } => {
            let word = if *quantifier == Quantifier::Any { "any" } else { "all" };
            let condition = condition.as_deref().map(written).unwrap_or_default();
            format!("{}/{word}(o:{condition})", navigation.join("/"))
        }
        Filter::CompareColumns { .. } | Filter::Function { .. } => String::new(),
    }
}

fn literal(value: &Literal) -> String {
    match value {
        Literal::Null => "null".to_owned(),
        Literal::Boolean(value) => value.to_string(),
        Literal::Number(text) | Literal::Date(text) => text.clone(),
        Literal::Text(text) => quoted(text),
        Literal::Id(id) => id.to_string(),
        Literal::Enum { type_name, member } => format!("{type_name}{}", quoted(member)),
        Literal::List(_) => String::new(),
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

proptest! {
    #[test]
    fn no_text_panics(text in pieces()) {
        let options = parse_options(&text);
        let aliases = options.map(|options| options.aliases).unwrap_or_default();
        let _ = parse_path(&text, &aliases);
        let _ = parse_path(&text, &Aliases::from([("p1".to_owned(), text.clone())]));
        let _ = parse_key(&text);
        let _ = parse_reference(&text);
        let _ = parse_options(&format!("$filter={text}"));
        let _ = parse_options(&format!("$expand={text}"));
    }

    #[test]
    fn a_filter_is_read_as_it_was_written(filter in filters()) {
        let options = parse_options(&format!("%24filter={}", encoded(&written(&filter)))).unwrap();
        prop_assert_eq!(options.query.filter, Some(filter));
    }
}
