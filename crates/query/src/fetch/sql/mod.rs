//! SQL (the `?sql=` option) → [`Fetch`].
//!
//! The grammar is the one that the platform promises: one `SELECT` of named columns with `INNER`
//! and `LEFT JOIN`, `WHERE`, `GROUP BY`, `ORDER BY`, `TOP` or `OFFSET … FETCH`, in T-SQL. The rest
//! of the language is read as far as it can be refused by name.
//!
//! A column without the alias of a table is of the first table. A condition is what SQL means by
//! it, not what FetchXML does: `<>`, `NOT IN` and their like leave out rows without a value.

mod condition;
mod scan;
mod select;
mod tables;

use sqlparser::ast::{Expr, Ident, SetExpr, Statement, UnaryOperator, Value};
use sqlparser::dialect::MsSqlDialect;
use sqlparser::parser::{Parser, ParserError};

use super::Fetch;
use super::codes::INVALID_ARGUMENT;
use crate::{ParseError, Result};

/// How deep expressions may nest: each level takes much of the stack.
const NESTING: usize = 12;

/// Parses one `SELECT`.
///
/// # Errors
/// On SQL that is none, with its line and column; on what is not supported, by name; past the
/// limits on length, nesting, joins, conditions and values.
pub fn parse_sql(text: &str) -> Result<Fetch> {
    let dialect = MsSqlDialect {};
    let tokens = scan::tokens(&dialect, text)?;
    let parser = Parser::new(&dialect).with_recursion_limit(NESTING);
    let mut statements =
        parser.with_tokens_with_locations(tokens).parse_statements().map_err(of_parser)?;
    match (statements.pop(), statements.is_empty()) {
        (Some(Statement::Query(query)), true) => match *query.body {
            SetExpr::Select(_) => select::fetch(*query),
            _ => Err(unsupported("A query that is no single SELECT")),
        },
        (Some(_), true) => Err(unsupported("A statement other than SELECT")),
        (None, _) => Err(wrong("A SELECT was expected.")),
        (Some(_), false) => Err(unsupported("More than one statement")),
    }
}

fn of_parser(error: ParserError) -> ParseError {
    match error {
        ParserError::TokenizerError(what) | ParserError::ParserError(what) => {
            wrong(format!("The SQL is not understood. {what}."))
        }
        ParserError::RecursionLimitExceeded => {
            wrong(format!("The SQL is nested deeper than the limit of {NESTING}."))
        }
    }
}

fn wrong(message: impl Into<String>) -> ParseError {
    ParseError::new(message).with_code(INVALID_ARGUMENT)
}

fn unsupported(what: impl std::fmt::Display) -> ParseError {
    wrong(format!("{what} is not supported in SQL queries."))
}

/// What `expr` is, in words. A chain can be so deep that it must not be written out.
fn kind(expr: &Expr) -> String {
    match expr {
        Expr::Function(function) => format!("The function {}", function.name),
        Expr::BinaryOp { op, .. } => format!("The operator {op}"),
        Expr::UnaryOp { op, .. } => format!("The operator {op}"),
        Expr::Like { .. } => "LIKE with ESCAPE or ANY".to_owned(),
        Expr::Identifier(_) | Expr::CompoundIdentifier(_) => format!("The name {expr}"),
        Expr::Value(_) => format!("The value {expr}"),
        Expr::Nested(_) => "An expression in brackets".to_owned(),
        _ => "An expression of this kind".to_owned(),
    }
}

/// The name of a column or table, in lower case as all of them are.
fn lower(name: &Ident) -> String {
    name.value.to_lowercase()
}

/// The value that `expr` is, as text; `None` if it is none.
fn literal(expr: &Expr) -> Result<Option<String>> {
    Ok(Some(match expr {
        Expr::Value(value) => match &value.value {
            Value::Number(text, _) => text.clone(),
            Value::SingleQuotedString(text) | Value::NationalStringLiteral(text) => text.clone(),
            Value::Boolean(value) => value.to_string(),
            Value::Null => {
                return Err(wrong("NULL is compared with IS NULL or IS NOT NULL."));
            }
            _ => return Err(unsupported(kind(expr))),
        },
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => match &**expr {
            Expr::Value(value) => match &value.value {
                Value::Number(text, _) => format!("-{text}"),
                _ => return Ok(None),
            },
            _ => return Ok(None),
        },
        _ => return Ok(None),
    }))
}

/// A whole number from 0 to `max`.
fn number(expr: &Expr, what: &str, max: usize) -> Result<usize> {
    let text = literal(expr)?;
    let number = text.and_then(|text| text.parse().ok()).filter(|number| *number <= max);
    number.ok_or_else(|| wrong(format!("{what} takes a whole number from 0 to {max}.")))
}
