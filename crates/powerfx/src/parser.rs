//! From words and signs to a tree: precedence climbing.

use base::limits::{FORMULA_NESTING_MAX, FORMULA_OPERATORS_MAX, FORMULA_TEXT_BYTES_MAX};

use crate::ast::{Binary, Expression, Kind, Unary};
use crate::error::{Result, error};
use crate::lexer::{Token, tokens};

/// Reads a formula. A `=` before it, as in a sheet, does not matter.
pub fn parse(text: &str) -> Result<Expression> {
    if text.len() > FORMULA_TEXT_BYTES_MAX {
        return error(0, format!("the formula is longer than {FORMULA_TEXT_BYTES_MAX} bytes"));
    }
    let mut tokens = tokens(text)?;
    if tokens.first().is_some_and(|(token, _)| *token == Token::Sign("=")) {
        tokens.remove(0);
    }
    let mut parser = Parser { tokens, next: 0, end: text.len(), depth: 0, operators: 0 };
    let found = parser.expression(0)?;
    match parser.peek() {
        None => Ok(found),
        Some(token) => error(parser.position(), format!("{} is not expected here", told(token))),
    }
}

struct Parser {
    tokens: Vec<(Token, usize)>,
    next: usize,
    end: usize,
    depth: usize,
    /// So far: chains of them make a tree as deep as they are long.
    operators: usize,
}

/// How tight prefix operators bind: looser than `^`.
const PREFIX: u8 = 8;
/// How tight `^` binds.
const POWER: u8 = 9;

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next).map(|(token, _)| token)
    }

    fn position(&self) -> usize {
        self.tokens.get(self.next).map_or(self.end, |(_, position)| *position)
    }

    fn take_sign(&mut self, sign: &str) -> bool {
        let is_next = matches!(self.peek(), Some(Token::Sign(found)) if *found == sign);
        self.next += usize::from(is_next);
        is_next
    }

    fn expect(&mut self, sign: &str) -> Result<()> {
        if self.take_sign(sign) {
            return Ok(());
        }
        error(self.position(), format!("'{sign}' is expected here"))
    }

    fn count(&mut self, position: usize) -> Result<()> {
        self.operators += 1;
        match self.operators > FORMULA_OPERATORS_MAX {
            true => error(position, "the formula has too many operators"),
            false => Ok(()),
        }
    }

    fn expression(&mut self, min: u8) -> Result<Expression> {
        self.depth += 1;
        if self.depth > FORMULA_NESTING_MAX {
            return error(self.position(), "the formula nests too deep");
        }
        let mut left = self.prefix()?;
        loop {
            let position = self.position();
            if self.take_sign("%") {
                self.count(position)?;
                left = Expression { kind: Kind::Unary(Unary::Percent, Box::new(left)), position };
                continue;
            }
            let Some((operator, level)) = self.peek().and_then(operator) else { break };
            if level < min {
                break;
            }
            self.next += 1;
            self.count(position)?;
            // `^` is right-associative, and takes a prefix operator on its right.
            let right = match operator {
                Binary::Power => self.expression(PREFIX)?,
                _ => self.expression(level + 1)?,
            };
            let kind = Kind::Binary(operator, Box::new(left), Box::new(right));
            left = Expression { kind, position };
        }
        self.depth -= 1;
        Ok(left)
    }

    fn prefix(&mut self) -> Result<Expression> {
        let position = self.position();
        let operator = if self.take_sign("-") {
            Unary::Negate
        } else if self.take_sign("!") || self.take_word_not() {
            Unary::Not
        } else if self.take_sign("+") {
            return self.expression(PREFIX);
        } else {
            return self.postfix();
        };
        let inner = self.expression(PREFIX)?;
        Ok(Expression { kind: Kind::Unary(operator, Box::new(inner)), position })
    }

    /// `Not` as an operator; with a bracket behind it, it is a function.
    fn take_word_not(&mut self) -> bool {
        let is_word = matches!(self.peek(), Some(Token::Name(name, false)) if name == "Not");
        let is_call = matches!(self.tokens.get(self.next + 1), Some((Token::Sign("("), _)));
        let is_operator = is_word && !is_call;
        self.next += usize::from(is_operator);
        is_operator
    }

    fn postfix(&mut self) -> Result<Expression> {
        let mut found = self.primary()?;
        loop {
            let position = self.position();
            if !self.take_sign(".") {
                return Ok(found);
            }
            self.count(position)?;
            let Some(Token::Name(name, _)) = self.peek().cloned() else {
                return error(self.position(), "a name is expected after '.'");
            };
            self.next += 1;
            if self.take_sign("(") {
                // Functions of a namespace: `DateTimeValue.X(…)`.
                return error(position, format!("'.{name}(' is no function that is known here"));
            }
            found = Expression { kind: Kind::Member(Box::new(found), name), position };
        }
    }

    fn primary(&mut self) -> Result<Expression> {
        let position = self.position();
        let Some(token) = self.peek().cloned() else {
            return error(position, "the formula ends where a value is expected");
        };
        self.next += 1;
        let kind = match token {
            Token::Number(text) => Kind::Number(text),
            Token::Text(text) => Kind::Text(text),
            Token::Sign("(") => {
                let inner = self.expression(0)?;
                self.expect(")")?;
                return Ok(inner);
            }
            Token::Name(name, true) => Kind::Name(name),
            Token::Name(name, false) if self.take_sign("(") => {
                let arguments = self.arguments()?;
                Kind::Call(name, arguments)
            }
            Token::Name(name, false) => match name.as_str() {
                "true" => Kind::Boolean(true),
                "false" => Kind::Boolean(false),
                "in" | "exactin" | "And" | "Or" | "As" | "Self" | "Parent" | "ThisItem" => {
                    return error(position, format!("'{name}' is not expected here"));
                }
                _ => Kind::Name(name),
            },
            other => return error(position, format!("{} is not expected here", told(&other))),
        };
        Ok(Expression { kind, position })
    }

    /// What stands between the brackets of a call, with the closing one.
    fn arguments(&mut self) -> Result<Vec<Expression>> {
        let mut arguments = Vec::new();
        while !self.take_sign(")") {
            if !arguments.is_empty() {
                self.expect(",")?;
                // A comma may stand after the last one.
                if self.take_sign(")") {
                    break;
                }
            }
            arguments.push(self.expression(0)?);
        }
        Ok(arguments)
    }
}

/// The operator between two operands that a token is, and how tight it binds.
fn operator(token: &Token) -> Option<(Binary, u8)> {
    Some(match token {
        Token::Sign("||") => (Binary::Or, 1),
        Token::Sign("&&") => (Binary::And, 2),
        Token::Name(name, false) => match name.as_str() {
            "Or" => (Binary::Or, 1),
            "And" => (Binary::And, 2),
            "in" => (Binary::In, 3),
            "exactin" => (Binary::ExactIn, 3),
            _ => return None,
        },
        Token::Sign("=") => (Binary::Equal, 4),
        Token::Sign("<>") => (Binary::NotEqual, 4),
        Token::Sign("<") => (Binary::Less, 4),
        Token::Sign("<=") => (Binary::LessOrEqual, 4),
        Token::Sign(">") => (Binary::Greater, 4),
        Token::Sign(">=") => (Binary::GreaterOrEqual, 4),
        Token::Sign("&") => (Binary::Concatenate, 5),
        Token::Sign("+") => (Binary::Add, 6),
        Token::Sign("-") => (Binary::Subtract, 6),
        Token::Sign("*") => (Binary::Multiply, 7),
        Token::Sign("/") => (Binary::Divide, 7),
        Token::Sign("^") => (Binary::Power, POWER),
        _ => return None,
    })
}

fn told(token: &Token) -> String {
    match token {
        Token::Number(text) => format!("the number {text}"),
        Token::Text(_) => "a text".to_owned(),
        Token::Name(name, _) => format!("'{name}'"),
        Token::Sign(sign) => format!("'{sign}'"),
    }
}
