//! Random filters: the database finds the rows that a plain evaluation of the same filter finds.

#![allow(clippy::unwrap_used, reason = "a test ends there")]

mod common;
mod dialogue;

use std::cmp::Ordering;
use std::sync::Arc;

use base::{Cx, Uuid};
use dataverse::messages::RetrieveMultiple;
use dataverse::{Environment, Input, Reference, Reply, RowInput};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use query::{Comparison, Filter, Literal, Quantifier, Query, TextTest};

/// A row as the test knows it.
#[derive(Clone, Debug, Default)]
struct Sample {
    id: Uuid,
    text: Option<&'static str>,
    number: Option<i64>,
    /// In hundredths.
    decimal: Option<i64>,
    double: Option<f64>,
    flag: Option<bool>,
    choice: Option<i64>,
    several: Vec<i64>,
    /// Days since 1970.
    day: Option<i64>,
    /// Seconds since 1970.
    when: Option<i64>,
    parent: Option<usize>,
}

const TEXTS: &[&str] =
    &["", "Alpha", "ALPHA", "alphabet", "beta", "ßtrasse", "Über", "a_b", "50%", "a\\b"];
const PATTERNS: &[&str] = &["a", "AL", "%b", "_l", "ü", "[%]", "a[_]", "\\", "ß", "alpha"];

/// Rows with every value and with none, the same in every run.
fn samples() -> Vec<Sample> {
    let pick = |row: usize, of: usize, from: usize| (row * 7 + of * 3 + row * of) % from;
    let samples = (0..24).map(|row| Sample {
        id: Uuid::from_u128(0x1000 + row as u128),
        text: (row % 5 != 0).then(|| TEXTS[pick(row, 1, TEXTS.len())]).filter(|it| !it.is_empty()),
        number: (row % 4 != 1).then(|| pick(row, 2, 9) as i64 - 4),
        decimal: (row % 6 != 2).then(|| pick(row, 3, 500) as i64 - 250),
        double: (row % 5 != 3).then(|| pick(row, 4, 16) as f64 / 8.0 - 1.0),
        flag: (row % 7 != 4).then(|| pick(row, 5, 2) == 0),
        choice: (row % 3 != 0).then(|| pick(row, 6, 3) as i64 + 1),
        several: (1..=3).filter(|option| pick(row, 7 + *option as usize, 3) == 0).collect(),
        day: (row % 4 != 3).then(|| 19_800 + pick(row, 11, 5) as i64),
        when: (row % 5 != 4).then(|| (19_800 + pick(row, 12, 3) as i64) * 86_400 + 3_600),
        parent: (row > 3 && row % 3 != 1).then(|| pick(row, 13, 4)),
    });
    samples.collect()
}

async fn write(environment: &Environment, cx: &Cx, samples: &[Sample]) {
    let number = |value: Option<i64>| value.map_or(Input::Null, |it| Input::Value(it.into()));
    let rows = samples.iter().map(|row| {
        let date = |days: i64| {
            let date = jiff::civil::date(1970, 1, 1);
            date.checked_add(jiff::Span::new().days(days)).unwrap().to_string()
        };
        let mut input = RowInput::default()
            .with("new_sampleid", row.id.to_string())
            .with("new_name", row.id.to_string())
            .with("new_fixed", "x");
        let mut put = |name: &str, value: Input| input.0.push((name.to_owned(), value));
        put("new_text", row.text.map_or(Input::Null, |text| Input::Value(text.into())));
        put("new_number", Input::Null);
        put("new_choice", number(row.choice));
        put(
            "new_decimal",
            row.decimal.map_or(Input::Null, |value| {
                Input::Value(format!("{:.2}", value as f64 / 100.0).into())
            }),
        );
        put("new_double", row.double.map_or(Input::Null, |value| Input::Value(value.into())));
        put("new_flag", row.flag.map_or(Input::Null, |value| Input::Value(value.into())));
        let several = row.several.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
        put("new_several", Input::Value(several.into()));
        put("new_day", row.day.map_or(Input::Null, |day| Input::Value(date(day).into())));
        put(
            "new_when",
            row.when
                .map_or(Input::Null, |when| Input::Value(base::Instant(when).to_string().into())),
        );
        put("importsequencenumber", number(row.number));
        if let Some(parent) = row.parent {
            let parent = Reference::id("new_samples", samples[parent].id);
            put("new_ParentId", Input::Bind(parent));
        }
        input
    });
    let rows = rows.collect();
    let mut session = environment.begin(cx).await.unwrap();
    session.create_many("new_samples", rows).await.unwrap();
    session.commit().await.unwrap();
}

/// A condition that both sides understand.
#[derive(Clone, Debug)]
enum Test {
    Text(Comparison, &'static str),
    Like(TextTest, &'static str),
    /// `importsequencenumber`, which has no key on it.
    Number(Comparison, i64),
    /// In thousandths, so between two values as well.
    Decimal(Comparison, i64),
    Double(Comparison, f64),
    Flag(Comparison, bool),
    Choice(Comparison, i64),
    Day(Comparison, i64),
    When(Comparison, i64),
    Null(&'static str, bool),
    NumberIn(Vec<i64>, bool),
    NumberBetween(i64, i64, bool),
    Contain(Vec<i64>, bool),
    NumberAndChoice(Comparison),
    Parent(Box<Test>),
    Children(Quantifier, Box<Test>),
    AnyChild,
    And(Vec<Test>),
    Or(Vec<Test>),
    Not(Box<Test>),
}

fn comparison() -> impl Strategy<Value = Comparison> {
    prop::sample::select(vec![
        Comparison::Equal,
        Comparison::NotEqual,
        Comparison::Greater,
        Comparison::GreaterOrEqual,
        Comparison::Less,
        Comparison::LessOrEqual,
    ])
}

fn leaf() -> impl Strategy<Value = Test> {
    let text = || prop::sample::select(TEXTS.iter().copied().skip(1).collect::<Vec<_>>());
    let pattern = prop::sample::select(PATTERNS.to_vec());
    let test =
        prop::sample::select(vec![TextTest::Contains, TextTest::StartsWith, TextTest::EndsWith]);
    let names = vec!["new_text", "importsequencenumber", "new_flag", "new_several", "new_day"];
    let small = || -5_i64..6;
    prop_oneof![
        (comparison(), text()).prop_map(|(how, text)| Test::Text(how, text)),
        (test, pattern).prop_map(|(test, pattern)| Test::Like(test, pattern)),
        (comparison(), small()).prop_map(|(how, value)| Test::Number(how, value)),
        (comparison(), -2_500_i64..2_500).prop_map(|(how, value)| Test::Decimal(how, value)),
        (comparison(), -9_i32..9)
            .prop_map(|(how, value)| Test::Double(how, f64::from(value) / 8.0)),
        (prop::sample::select(vec![Comparison::Equal, Comparison::NotEqual]), any::<bool>())
            .prop_map(|(how, value)| Test::Flag(how, value)),
        (comparison(), 0_i64..5).prop_map(|(how, value)| Test::Choice(how, value)),
        (comparison(), 19_799_i64..19_806).prop_map(|(how, day)| Test::Day(how, day)),
        (comparison(), 19_799_i64..19_804)
            .prop_map(|(how, day)| Test::When(how, day * 86_400 + 3_600)),
        (prop::sample::select(names), any::<bool>()).prop_map(|(name, not)| Test::Null(name, not)),
        (prop::collection::vec(small(), 1..4), any::<bool>())
            .prop_map(|(values, not)| Test::NumberIn(values, not)),
        (small(), small(), any::<bool>())
            .prop_map(|(low, high, not)| Test::NumberBetween(low, high, not)),
        (prop::collection::vec(1_i64..4, 1..3), any::<bool>())
            .prop_map(|(values, not)| Test::Contain(values, not)),
        comparison().prop_map(Test::NumberAndChoice),
        Just(Test::AnyChild),
    ]
}

fn test() -> impl Strategy<Value = Test> {
    leaf().prop_recursive(4, 24, 4, |inner| {
        let quantifier = prop::sample::select(vec![Quantifier::Any, Quantifier::All]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Test::And),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Test::Or),
            inner.clone().prop_map(|it| Test::Not(Box::new(it))),
            leaf()
                .prop_filter("a path has a column at its end", Test::has_path)
                .prop_map(|it| Test::Parent(Box::new(it))),
            (quantifier, inner).prop_map(|(how, it)| Test::Children(how, Box::new(it))),
        ]
    })
}

impl Test {
    /// Whether the condition is on a column, which a path may lead to.
    fn has_path(&self) -> bool {
        matches!(
            self,
            Self::Text(..)
                | Self::Like(..)
                | Self::Number(..)
                | Self::Decimal(..)
                | Self::Double(..)
                | Self::Flag(..)
                | Self::Choice(..)
                | Self::Day(..)
                | Self::When(..)
                | Self::Null(..)
        )
    }

    fn is_function(&self) -> bool {
        matches!(self, Self::NumberIn(..) | Self::NumberBetween(..) | Self::Contain(..))
    }

    /// As a filter, behind a path.
    fn filter(&self, way: &[&str]) -> Filter {
        let path =
            |name: &str| way.iter().copied().chain([name]).map(str::to_owned).collect::<Vec<_>>();
        let compare = |name: &str, comparison: Comparison, value: Literal| Filter::Compare {
            path: path(name),
            comparison,
            value,
        };
        let number = |value: i64| Literal::Number(value.to_string());
        let function = |name: &str, property: &str, values: &[i64]| Filter::Function {
            name: name.to_owned(),
            property: property.to_owned(),
            values: values.iter().map(|value| Literal::Text(value.to_string())).collect(),
        };
        match self {
            Self::Text(how, text) => compare("new_text", *how, Literal::Text((*text).to_owned())),
            Self::Like(test, pattern) => {
                Filter::Text { path: path("new_text"), test: *test, value: (*pattern).to_owned() }
            }
            Self::Number(how, value) => compare("importsequencenumber", *how, number(*value)),
            Self::Decimal(how, value) => {
                let sign = if *value < 0 { "-" } else { "" };
                let (whole, rest) = (value.abs() / 1000, value.abs() % 1000);
                compare("new_decimal", *how, Literal::Number(format!("{sign}{whole}.{rest:03}")))
            }
            Self::Double(how, value) => {
                compare("new_double", *how, Literal::Number(value.to_string()))
            }
            Self::Flag(how, value) => compare("new_flag", *how, Literal::Boolean(*value)),
            Self::Choice(how, value) => compare("new_choice", *how, number(*value)),
            Self::Day(how, day) => {
                let day = base::Instant(day * 86_400).to_string();
                compare("new_day", *how, Literal::Date(day[..10].to_owned()))
            }
            Self::When(how, when) => {
                compare("new_when", *how, Literal::Date(base::Instant(*when).to_string()))
            }
            Self::Null(name, not) => {
                let how = if *not { Comparison::NotEqual } else { Comparison::Equal };
                compare(name, how, Literal::Null)
            }
            Self::NumberIn(values, not) => {
                function(if *not { "NotIn" } else { "In" }, "importsequencenumber", values)
            }
            Self::NumberBetween(low, high, not) => {
                let name = if *not { "NotBetween" } else { "Between" };
                function(name, "importsequencenumber", &[*low, *high])
            }
            Self::Contain(values, not) => {
                let name = if *not { "DoesNotContainValues" } else { "ContainValues" };
                function(name, "new_several", values)
            }
            Self::NumberAndChoice(how) => Filter::CompareColumns {
                left: path("importsequencenumber"),
                comparison: *how,
                right: path("new_choice"),
            },
            Self::Parent(inner) => inner.filter(&["new_ParentId"]),
            Self::AnyChild => lambda(Quantifier::Any, None),
            Self::Children(how, inner) => lambda(*how, Some(Box::new(inner.filter(&[])))),
            Self::And(parts) => Filter::And(parts.iter().map(|it| it.filter(way)).collect()),
            Self::Or(parts) => Filter::Or(parts.iter().map(|it| it.filter(way)).collect()),
            // The protocol does not allow `not` before a query function.
            Self::Not(inner) if inner.is_function() => {
                Filter::Not(Box::new(Filter::And(vec![inner.filter(way), inner.filter(way)])))
            }
            Self::Not(inner) => Filter::Not(Box::new(inner.filter(way))),
        }
    }

    /// Whether a row meets the condition.
    fn holds(&self, all: &[Sample], row: &Sample) -> bool {
        match self {
            Self::Text(how, text) => {
                let own = row.text.map(str::to_lowercase);
                compare(own.as_deref(), *how, text.to_lowercase().as_str())
            }
            Self::Like(test, pattern) => row.text.is_some_and(|text| like(text, *test, pattern)),
            Self::Number(how, value) => compare(row.number.as_ref(), *how, value),
            Self::Decimal(how, value) => {
                compare(row.decimal.map(|it| it * 10).as_ref(), *how, value)
            }
            Self::Double(how, value) => compare(row.double.as_ref(), *how, value),
            Self::Flag(how, value) => compare(row.flag.as_ref(), *how, value),
            Self::Choice(how, value) => compare(row.choice.as_ref(), *how, value),
            Self::Day(how, value) => compare(row.day.as_ref(), *how, value),
            Self::When(how, value) => compare(row.when.as_ref(), *how, value),
            Self::Null(name, not) => {
                let is_null = match *name {
                    "new_text" => row.text.is_none(),
                    "importsequencenumber" => row.number.is_none(),
                    "new_flag" => row.flag.is_none(),
                    "new_several" => row.several.is_empty(),
                    _ => row.day.is_none(),
                };
                is_null != *not
            }
            Self::NumberIn(values, not) => {
                row.number.is_some_and(|number| values.contains(&number)) != *not
            }
            Self::NumberBetween(low, high, not) => {
                row.number.is_some_and(|number| (*low..=*high).contains(&number)) != *not
            }
            Self::Contain(values, not) => {
                values.iter().any(|value| row.several.contains(value)) != *not
            }
            Self::NumberAndChoice(how) => match (row.number, row.choice) {
                (Some(number), Some(choice)) => compare(Some(&number), *how, &choice),
                (None, None) => false,
                _ => *how == Comparison::NotEqual,
            },
            Self::Parent(inner) => {
                let nothing = Sample::default();
                inner.holds(all, row.parent.map_or(&nothing, |parent| &all[parent]))
            }
            Self::AnyChild => children(all, row).next().is_some(),
            Self::Children(Quantifier::Any, inner) => {
                children(all, row).any(|child| inner.holds(all, child))
            }
            Self::Children(Quantifier::All, inner) => {
                children(all, row).all(|child| inner.holds(all, child))
            }
            Self::And(parts) => parts.iter().all(|part| part.holds(all, row)),
            Self::Or(parts) => parts.iter().any(|part| part.holds(all, row)),
            Self::Not(inner) => !inner.holds(all, row),
        }
    }
}

fn lambda(quantifier: Quantifier, condition: Option<Box<Filter>>) -> Filter {
    let navigation = vec!["new_sample_new_sample_new_ParentId".to_owned()];
    Filter::Lambda { navigation, quantifier, condition }
}

fn children<'a>(all: &'a [Sample], row: &'a Sample) -> impl Iterator<Item = &'a Sample> {
    all.iter().filter(|child| child.parent.is_some_and(|parent| all[parent].id == row.id))
}

/// No value equals nothing and is different from everything.
fn compare<T: PartialOrd + ?Sized>(own: Option<&T>, how: Comparison, value: &T) -> bool {
    let order = own.and_then(|own| own.partial_cmp(value));
    match how {
        Comparison::Equal => order == Some(Ordering::Equal),
        Comparison::NotEqual => order != Some(Ordering::Equal),
        Comparison::Greater => order == Some(Ordering::Greater),
        Comparison::GreaterOrEqual => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        Comparison::Less => order == Some(Ordering::Less),
        Comparison::LessOrEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
    }
}

/// `%` is any text, `_` any character, a list of one character that character.
fn like(text: &str, test: TextTest, pattern: &str) -> bool {
    let text = text.to_lowercase().chars().collect::<Vec<_>>();
    let mut parts = Vec::new();
    let mut rest = pattern.to_lowercase();
    while let Some(c) = rest.chars().next() {
        let listed = rest.strip_prefix('[').and_then(|it| it.split_once(']')).map(|it| it.0);
        let length = match listed {
            Some(one) => {
                parts.push(Piece::Char(one.chars().next().unwrap()));
                one.len() + 2
            }
            None => {
                parts.push(match c {
                    '%' => Piece::Any,
                    '_' => Piece::One,
                    c => Piece::Char(c),
                });
                c.len_utf8()
            }
        };
        rest = rest[length..].to_owned();
    }
    if test != TextTest::StartsWith {
        parts.insert(0, Piece::Any);
    }
    if test != TextTest::EndsWith {
        parts.push(Piece::Any);
    }
    matches(&text, &parts)
}

#[derive(Clone, Copy, PartialEq)]
enum Piece {
    Any,
    One,
    Char(char),
}

fn matches(text: &[char], parts: &[Piece]) -> bool {
    match (parts.split_first(), text.split_first()) {
        (None, None) => true,
        (None, Some(_)) => false,
        (Some((Piece::Any, rest)), _) => (0..=text.len()).any(|from| matches(&text[from..], rest)),
        (Some(_), None) => false,
        (Some((Piece::One, rest)), Some((_, text))) => matches(text, rest),
        (Some((Piece::Char(c), rest)), Some((first, text))) => c == first && matches(text, rest),
    }
}

async fn found(environment: &Environment, cx: &Cx, filter: Filter) -> Vec<Uuid> {
    let query = Query { filter: Some(filter), ..Query::default() };
    let message =
        RetrieveMultiple { table: "new_samples".to_owned(), from: None, query, with_names: false };
    match environment.execute(cx, message).await.unwrap() {
        Reply::Page(page) => {
            let mut ids: Vec<Uuid> = page.rows.iter().map(|row| row.id).collect();
            ids.sort();
            ids
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn filters_find_what_they_say() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let samples = Arc::new(samples());
    let worlds = runtime.block_on(async {
        let worlds = common::worlds().await;
        for world in &worlds {
            dialogue::sample::create(&world.environment, &world.admin).await;
            write(&world.environment, &world.admin, &samples).await;
        }
        worlds
    });
    let mut runner =
        TestRunner::new(Config { cases: 300, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&test(), |test| {
        let expected: Vec<Uuid> =
            samples.iter().filter(|row| test.holds(&samples, row)).map(|row| row.id).collect();
        for world in &worlds {
            let ids = runtime.block_on(found(&world.environment, &world.admin, test.filter(&[])));
            prop_assert_eq!(&ids, &expected, "{:?}", world.environment.store().dialect());
        }
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
    runtime.block_on(async move { drop(worlds) });
}
