//! The tree of a formula.

use std::fmt;

/// A part of a formula.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression {
    /// What it is.
    pub kind: Kind,
    /// Where it begins in the text, in bytes.
    pub position: usize,
}

/// What a part of a formula is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A number, as written.
    Number(String),
    /// A text.
    Text(String),
    /// `true` or `false`.
    Boolean(bool),
    /// A name, without quotes.
    Name(String),
    /// `a.b`
    Member(Box<Expression>, String),
    /// `F(a, b)`
    Call(String, Vec<Expression>),
    /// An operator before or after its operand.
    Unary(Unary, Box<Expression>),
    /// An operator between its operands.
    Binary(Binary, Box<Expression>, Box<Expression>),
}

/// An operator with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unary {
    /// `-a`
    Negate,
    /// `!a`, `Not a`
    Not,
    /// `a%`
    Percent,
}

/// An operator with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names of the operators")]
pub enum Binary {
    Or,
    And,
    In,
    ExactIn,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Concatenate,
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
}

impl Binary {
    /// As it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Or => "||",
            Self::And => "&&",
            Self::In => "in",
            Self::ExactIn => "exactin",
            Self::Equal => "=",
            Self::NotEqual => "<>",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Concatenate => "&",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Power => "^",
        }
    }
}

impl fmt::Display for Expression {
    /// With brackets around every operator, so that it reads the same again.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Number(text) => f.write_str(text),
            Kind::Text(text) => write!(f, "\"{}\"", text.replace('"', "\"\"")),
            Kind::Boolean(value) => write!(f, "{value}"),
            Kind::Name(name) => write_name(f, name),
            Kind::Member(of, name) => {
                // After a number the point would be part of it.
                match of.kind {
                    Kind::Number(_) => write!(f, "({of}).")?,
                    _ => write!(f, "{of}.")?,
                }
                write_name(f, name)
            }
            Kind::Call(name, arguments) => {
                write!(f, "{name}(")?;
                for (index, argument) in arguments.iter().enumerate() {
                    write!(f, "{}{argument}", if index == 0 { "" } else { ", " })?;
                }
                f.write_str(")")
            }
            Kind::Unary(Unary::Negate, inner) => write!(f, "(-{inner})"),
            Kind::Unary(Unary::Not, inner) => write!(f, "(!{inner})"),
            Kind::Unary(Unary::Percent, inner) => write!(f, "({inner}%)"),
            Kind::Binary(operator, left, right) => {
                write!(f, "({left} {} {right})", operator.symbol())
            }
        }
    }
}

/// Names stand in quotes, whatever they are: words of the language may be names too.
fn write_name(f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
    write!(f, "'{}'", name.replace('\'', "''"))
}
