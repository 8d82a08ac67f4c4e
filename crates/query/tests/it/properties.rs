//! What holds for every input.

use proptest::prelude::*;
use query::fetch::{Cookie, parse_query_expression, parse_sql, parse_xml};
use query::odata::{Aliases, parse_key, parse_options, parse_path, parse_reference, write_options};
use query::{Comparison, Expand, Filter, Literal, OrderBy, Quantifier, Query, TextTest};

use crate::fetches::fetches;

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

/// Pieces of FetchXML.
fn xml_pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "<fetch",
        "<entity name='a'>",
        "</entity>",
        "</fetch>",
        "<filter type='or'>",
        "</filter>",
        "<condition attribute='a' operator='",
        "in",
        "eq",
        "' value='",
        "'",
        "/>",
        ">",
        "<value>",
        "</value>",
        "<link-entity name='b' link-type='any'>",
        "</link-entity>",
        "<attribute name='a' aggregate='sum' alias='",
        " aggregate='true'",
        " paging-cookie='",
        "%3ccookie%20page%3d%221%22",
        "&lt;cookie page=&quot;1&quot;/&gt;",
        "&#0;",
        "&amp;",
        "&",
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        "<!DOCTYPE",
        "<?xml",
        "é",
        "\u{0}",
    ]);
    prop_oneof![
        prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat()),
        any::<String>(),
    ]
}

/// Pieces of SQL.
fn sql_pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        " SELECT ",
        " TOP 5 ",
        " DISTINCT ",
        " a ",
        " t.a ",
        " FROM t ",
        " AS ",
        " t ",
        " JOIN ",
        " LEFT JOIN ",
        " ON ",
        " WHERE ",
        " AND ",
        " OR ",
        " NOT ",
        " IN ",
        " LIKE ",
        " BETWEEN ",
        " IS NULL ",
        " GROUP BY ",
        " ORDER BY ",
        " DESC ",
        " OFFSET 1 ROWS ",
        " FETCH NEXT 1 ROWS ONLY ",
        "COUNT(*) ",
        "SUM(a) ",
        "(",
        ")",
        ",",
        "'x'",
        "N'x'",
        "1",
        "-1.5e3",
        " = ",
        " <> ",
        " < ",
        "*",
        ".",
        "[a]",
        "\"a\"",
        "'",
        "@p",
        "--",
        "/*",
        ";",
        "é",
        "\u{0}",
        "0x1F",
        "{",
        "}",
        ":",
    ]);
    prop_oneof![
        prop::collection::vec(piece, 0..24)
            .prop_map(|pieces| format!("SELECT a FROM t x {}", pieces.concat())),
        any::<String>().prop_map(|text| format!("SELECT {text}")),
    ]
}

/// Pieces of `$apply`.
fn apply_pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "groupby(",
        "aggregate(",
        "filter(",
        "(",
        ")",
        "))",
        ",",
        "/",
        "$count",
        " as ",
        " with ",
        "sum",
        "countdistinct",
        "average",
        "a",
        "b/c",
        "_d_value",
        "n",
        " eq 1",
        "'x'",
        "'",
        ";",
        "@p",
        ".",
        "/$count",
        "é",
    ]);
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// JSON with the names that a `QueryExpression` has.
fn json() -> impl Strategy<Value = serde_json::Value> {
    let scalar = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        prop::sample::select(vec![
            "account",
            "And",
            "Or",
            "Equal",
            "In",
            "Null",
            "Any",
            "LeftOuter",
            "Sum",
            "Day",
            "",
        ])
        .prop_map(serde_json::Value::from),
    ];
    scalar.prop_recursive(6, 48, 5, |inner| {
        let names = prop::sample::select(vec![
            "EntityName",
            "ColumnSet",
            "Columns",
            "AllColumns",
            "Criteria",
            "FilterOperator",
            "Conditions",
            "Filters",
            "AttributeName",
            "Operator",
            "Values",
            "Value",
            "CompareColumns",
            "LinkEntities",
            "LinkToEntityName",
            "JoinOperator",
            "LinkCriteria",
            "AnyAllFilterLinkEntity",
            "Orders",
            "OrderType",
            "PageInfo",
            "PagingCookie",
            "TopCount",
            "AttributeExpressions",
            "AggregateType",
            "@odata.type",
        ]);
        let names = names.prop_map(str::to_owned);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::Array),
            prop::collection::vec((names, inner), 0..6)
                .prop_map(|members| { serde_json::Value::Object(members.into_iter().collect()) }),
        ]
    })
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
            (path(), inner).prop_map(|(navigation, condition)| Filter::Lambda {
                navigation,
                quantifier: Quantifier::Any,
                condition: Some(Box::new(condition)),
            }),
        ]
    })
}

fn queries() -> impl Strategy<Value = Query> {
    let order_step = (path(), any::<bool>());
    let order_step = order_step.prop_map(|(path, descending)| OrderBy { path, descending });
    let options = (
        prop::collection::hash_set("p[a-z_]{0,6}", 0..3),
        prop::option::of(filters()),
        prop::collection::vec(order_step, 0..3),
        prop::option::of(0_usize..100),
    );
    let leaf = options.prop_map(|(select, filter, order_by, top)| Query {
        select: select.into_iter().collect(),
        filter,
        order_by,
        top,
        ..Query::default()
    });
    leaf.prop_recursive(2, 6, 2, |inner| {
        let expand = ("n[a-z_]{0,6}", inner.clone(), any::<bool>());
        let expand = expand.prop_map(|(navigation, query, only_references)| Expand {
            navigation,
            only_references,
            query,
        });
        (inner, expand).prop_map(|(query, expand)| Query { expand: vec![expand], ..query })
    })
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
    fn no_xml_panics(text in xml_pieces()) {
        let _ = parse_xml(&text);
        let _ = parse_xml(&format!("<fetch><entity name='a'>{text}</entity></fetch>"));
        let _ = Cookie::parse(&text);
    }

    #[test]
    fn no_sql_panics(text in sql_pieces()) {
        let _ = parse_sql(&text);
    }

    #[test]
    fn no_apply_panics(text in apply_pieces()) {
        let _ = parse_options(&format!("$apply={text}"));
        let _ = parse_options(&format!("$apply=groupby(({text})"));
        let _ = parse_options(&format!("$apply=filter({text}"));
    }

    #[test]
    fn no_query_expression_panics(value in json()) {
        let _ = parse_query_expression(&value);
    }

    #[test]
    fn fetch_xml_is_read_as_it_was_written(fetch in fetches()) {
        let text = fetch.to_xml();
        prop_assert_eq!(parse_xml(&text), Ok(fetch), "{}", text);
    }

    #[test]
    fn a_query_is_read_as_it_was_written(query in queries()) {
        let text = write_options(&query);
        let options = parse_options(&text);
        prop_assert_eq!(options.map(|options| options.query), Ok(query), "{}", text);
    }
}
