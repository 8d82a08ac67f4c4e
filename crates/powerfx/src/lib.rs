//! Power Fx, the language of formulas: text in, tree out. What names mean is for the caller to say.
//!
//! Pure: no schema, no IO. The grammar is that of
//! <https://learn.microsoft.com/power-platform/power-fx/expression-grammar>, as far as formulas
//! that calculate a value need it: no chains, records, tables or definitions.

mod ast;
mod error;
mod lexer;
mod parser;

pub use ast::{Binary, Expression, Kind, Unary};
pub use error::{Error, Result};
pub use parser::parse;
