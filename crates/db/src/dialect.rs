//! What the two databases say differently.
//!
//! Everything else is written in the words they share: `limit ?1 offset ?2`,
//! `insert … on conflict (…) do update set x = excluded.x`, `returning`, `nulls first`,
//! `filter (where …)`, window functions, common table expressions.

use sha2::{Digest, Sha256};

use crate::{Backend, Store};

/// Which database, for the few places where the text of a statement differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

/// The type of a column, as both databases store it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ColumnType {
    /// An id: `uuid`, or 16 bytes.
    Id,
    /// Text.
    Text,
    /// A 64-bit whole number.
    Int,
    /// A double.
    Real,
    /// Bytes.
    Bytes,
}

/// A part of a point in time, as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CalendarPart {
    /// The year.
    Year,
    /// The month, from 1.
    Month,
    /// The day of the month, from 1.
    Day,
    /// The day of the year, from 1.
    YearDay,
    /// The day of the week; Sunday is 0.
    Weekday,
    /// The hour, from 0.
    Hour,
    /// The minute, from 0.
    Minute,
    /// The second, from 0.
    Second,
}

/// Names of PostgreSQL end after this many bytes.
const NAME_BYTES_MAX: usize = 63;

impl Dialect {
    /// The name of a type in `create table` and `alter table … add column`.
    pub fn column_type(self, column_type: ColumnType) -> &'static str {
        match (self, column_type) {
            (Self::Sqlite, ColumnType::Id | ColumnType::Bytes) => "blob",
            (Self::Sqlite, ColumnType::Int) => "integer",
            (Self::Sqlite, ColumnType::Real) => "real",
            (_, ColumnType::Text) => "text",
            (Self::Postgres, ColumnType::Id) => "uuid",
            (Self::Postgres, ColumnType::Int) => "bigint",
            (Self::Postgres, ColumnType::Real) => "double precision",
            (Self::Postgres, ColumnType::Bytes) => "bytea",
        }
    }

    /// What follows the closing bracket of `create table`: on SQLite, types are kept strictly, as
    /// PostgreSQL does.
    pub fn table_suffix(self) -> &'static str {
        match self {
            Self::Sqlite => " strict",
            Self::Postgres => "",
        }
    }

    /// The same for tables of short rows, such as links: SQLite then keeps them in the index of the
    /// primary key instead of beside it.
    pub fn narrow_table_suffix(self) -> &'static str {
        match self {
            Self::Sqlite => " strict, without rowid",
            Self::Postgres => "",
        }
    }

    /// `expr` with a stated type, for a parameter whose place does not tell (in a select list).
    pub fn typed(self, expr: &str, column_type: ColumnType) -> String {
        match self {
            Self::Sqlite => expr.to_owned(),
            Self::Postgres => format!("cast({expr} as {})", self.column_type(column_type)),
        }
    }

    /// The form of `expr` in which texts that differ only in case are equal. Its order is that of
    /// code points; an index on it serves `=`, ranges and ordering. [`fold`] gives the same for a
    /// value.
    pub fn fold(self, expr: &str) -> String {
        match self {
            // Our own `lower`, which knows all of Unicode.
            Self::Sqlite => format!("lower({expr})"),
            Self::Postgres => format!("(lower({expr} collate \"und-x-icu\") collate \"C\")"),
        }
    }

    /// `expr` matches the pattern `param`, whatever the case: `%` is any text, `_` any character,
    /// `\` takes the next character as it is (see [`like_escaped`]). Both sides are folded here.
    /// SQLite's `like` ignores the case of ASCII letters, which makes no difference once folded.
    /// For the beginning of a text use a range with [`prefix_end`]: an index serves it.
    pub fn like(self, expr: &str, param: &str) -> String {
        format!("{} like {} escape '\\'", self.fold(expr), self.fold(param))
    }

    /// A part of the point in time that is `expr` seconds after 1970-01-01T00:00:00.
    pub fn calendar_part(self, expr: &str, part: CalendarPart) -> String {
        let (format, name) = match part {
            CalendarPart::Year => ("%Y", "year"),
            CalendarPart::Month => ("%m", "month"),
            CalendarPart::Day => ("%d", "day"),
            CalendarPart::YearDay => ("%j", "doy"),
            CalendarPart::Weekday => ("%w", "dow"),
            CalendarPart::Hour => ("%H", "hour"),
            CalendarPart::Minute => ("%M", "minute"),
            CalendarPart::Second => ("%S", "second"),
        };
        match self {
            Self::Sqlite => format!("cast(strftime('{format}', {expr}, 'unixepoch') as integer)"),
            Self::Postgres => {
                format!(
                    "cast(extract({name} from to_timestamp({expr}) at time zone 'UTC') as bigint)"
                )
            }
        }
    }

    /// `expr` is one of the ids that a query gives, so that an index on `expr` serves it, also as
    /// one of several ways in an `or`.
    pub fn is_found(self, expr: &str, select: &str) -> String {
        match self {
            Self::Sqlite => format!("{expr} in ({select})"),
            Self::Postgres => format!("{expr} = any (array({select}))"),
        }
    }

    /// An id as part of the text of a statement, where there can be no parameter.
    pub fn id_literal(self, id: base::Uuid) -> String {
        match self {
            Self::Sqlite => format!("x'{}'", id.simple()),
            Self::Postgres => format!("'{id}'::uuid"),
        }
    }

    /// A text in upper case.
    pub fn upper(self, expr: &str) -> String {
        match self {
            // Our own, as `lower` is.
            Self::Sqlite => format!("upper({expr})"),
            Self::Postgres => format!("upper({expr} collate \"und-x-icu\")"),
        }
    }

    /// A text in lower case.
    pub fn lower(self, expr: &str) -> String {
        match self {
            Self::Sqlite => format!("lower({expr})"),
            Self::Postgres => format!("lower({expr} collate \"und-x-icu\")"),
        }
    }

    /// Where `needle` is in `text`, from 1; 0 if it is not there.
    pub fn place_of(self, needle: &str, text: &str) -> String {
        match self {
            Self::Sqlite => format!("instr({text}, {needle})"),
            Self::Postgres => format!("strpos({text}, {needle})"),
        }
    }

    /// A double without what its binary form adds after the fifteenth digit.
    pub fn fifteen_digits(self, expr: &str) -> String {
        match self {
            // The text of a double has fifteen digits.
            Self::Sqlite => format!("(({expr} || '') + 0.0)"),
            Self::Postgres => format!("cast(cast({expr} as numeric) as double precision)"),
        }
    }

    /// A double rounded to a whole one, halves away from zero.
    pub fn rounded(self, expr: &str) -> String {
        match self {
            Self::Sqlite => format!("round(({expr} || '') + 0.0)"),
            Self::Postgres => {
                format!("cast(round(cast({expr} as numeric)) as double precision)")
            }
        }
    }

    /// A double without its fraction.
    pub fn truncated(self, expr: &str) -> String {
        match self {
            Self::Sqlite => format!("cast(cast({expr} as integer) as real)"),
            Self::Postgres => format!("trunc({expr})"),
        }
    }

    /// A double as a text, without a fraction where it has none.
    pub fn number_text(self, expr: &str) -> String {
        match self {
            Self::Sqlite => format!("fh_number_text({expr})"),
            Self::Postgres => format!("cast(trim_scale(cast({expr} as numeric)) as text)"),
        }
    }

    /// A double as a text with so many digits after the point.
    pub fn fixed_text(self, expr: &str, digits: u8) -> String {
        let digits = usize::from(digits);
        match self {
            Self::Sqlite => format!("fh_fixed_text({expr}, {digits})"),
            Self::Postgres => format!("cast(round(cast({expr} as numeric), {digits}) as text)"),
        }
    }

    /// The number that a text tells, as a double; null if it tells none.
    pub fn parsed_number(self, expr: &str) -> String {
        match self {
            Self::Sqlite => format!("fh_number({expr})"),
            Self::Postgres => format!(
                "(select case when v ~ '^[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]{{1,2}})?$' \
                 then cast(v as double precision) end from (select trim({expr}) as v) q)"
            ),
        }
    }

    /// `base` to the power of `exponent`; null where that is no number.
    pub fn power(self, base: &str, exponent: &str) -> String {
        match self {
            Self::Sqlite => format!("fh_power({base}, {exponent})"),
            Self::Postgres => format!(
                "(select case when (b = 0 and e < 0) or (b < 0 and e <> trunc(e)) \
                 or abs(e) * abs(ln(case when b = 0 then 1 else abs(b) end)) > 700 then null \
                 else power(b, e) end from (select {base} as b, {exponent} as e) q)"
            ),
        }
    }

    /// A moment some months later, in seconds since 1970; the last day of the month where there is
    /// no such day.
    pub fn months_later(self, seconds: &str, months: &str) -> String {
        match self {
            Self::Sqlite => format!(
                "unixepoch({seconds}, 'unixepoch', cast({months} as integer) || ' months', 'floor')"
            ),
            Self::Postgres => format!(
                "cast(extract(epoch from (to_timestamp({seconds}) at time zone 'UTC') \
                 + make_interval(months => cast({months} as integer))) as bigint)"
            ),
        }
    }

    /// An entry of `order by` in which nulls come before everything (last when descending).
    pub fn order(self, expr: &str, descending: bool) -> String {
        match (self, descending) {
            (Self::Sqlite, false) => expr.to_owned(),
            (Self::Sqlite, true) => format!("{expr} desc"),
            (Self::Postgres, false) => format!("{expr} nulls first"),
            (Self::Postgres, true) => format!("{expr} desc nulls last"),
        }
    }

    /// The same for `create index`, so that the index serves [`Dialect::order`] both ways. An
    /// expression is put in brackets.
    pub fn index_key(self, expr: &str) -> String {
        match self {
            Self::Sqlite => format!("({expr})"),
            Self::Postgres => format!("({expr}) nulls first"),
        }
    }

    /// An expression for the next row version of the store: every evaluation in a [`crate::Tx`] is
    /// higher than all before, also after a crash. Gaps are normal.
    pub fn next_version(self, store: &Store) -> String {
        match self {
            Self::Sqlite => format!("{}()", crate::sqlite::NEXT_VERSION),
            Self::Postgres => {
                let sequence = store.table(crate::postgres::VERSION_SEQUENCE);
                format!("nextval('{}')", sequence.replace('\'', "''"))
            }
        }
    }

    /// The name of a table, column or index for a logical name: itself, or cut and made unique with
    /// a hash when it is longer than 63 bytes.
    pub fn physical_name(self, logical_name: &str) -> String {
        if logical_name.len() <= NAME_BYTES_MAX {
            return logical_name.to_owned();
        }
        let hash = Sha256::digest(logical_name);
        let hash: String = hash.iter().take(5).map(|byte| format!("{byte:02x}")).collect();
        let kept = NAME_BYTES_MAX - hash.len() - 1;
        let end = (0..=kept).rev().find(|end| logical_name.is_char_boundary(*end)).unwrap_or(0);
        format!("{}_{hash}", &logical_name[..end])
    }

    /// A name in quotes: any text is safe in it.
    pub fn quote(self, name: &str) -> String {
        format!("\"{}\"", name.replace('"', "\"\""))
    }

    /// Whether the planner weighs how soon a `limit` is reached along an index. Where it does not,
    /// it sorts all rows that it could find to give the first few.
    pub fn weighs_limits(self) -> bool {
        self == Self::Postgres
    }

    /// Whether `alter table` can change the type of a column.
    pub fn can_alter_column_type(self) -> bool {
        self == Self::Postgres
    }
}

impl From<&Backend> for Dialect {
    fn from(backend: &Backend) -> Self {
        match backend {
            Backend::Sqlite(_) => Self::Sqlite,
            Backend::Postgres(_) => Self::Postgres,
        }
    }
}

/// The folded form of a value, as [`Dialect::fold`] gives it for an expression.
pub fn fold(text: &str) -> String {
    text.to_lowercase()
}

/// The text as part of a pattern of [`Dialect::like`] that matches only itself.
pub fn like_escaped(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

/// The lowest text above all that begin with `prefix`: `x >= prefix and x < prefix_end`. None when
/// there is no such text (then `x >= prefix` is enough).
pub fn prefix_end(prefix: &str) -> Option<String> {
    let mut end = prefix.to_owned();
    while let Some(last) = end.pop() {
        if let Some(next) = (last..=char::MAX).nth(1) {
            end.push(next);
            return Some(end);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_cut_and_stay_different() {
        let name = |text: &str| Dialect::Sqlite.physical_name(text);
        assert_eq!(name("cr1_book"), "cr1_book");
        assert_eq!(name(&"x".repeat(63)), "x".repeat(63));
        let (a, b) = (name(&"x".repeat(64)), name(&"x".repeat(65)));
        assert_eq!((a.len(), b.len()), (63, 63));
        assert_ne!(a, b);
        assert!(name(&"é".repeat(40)).len() <= 63);
    }

    #[test]
    fn the_end_of_a_prefix_is_above_all_that_begin_with_it() {
        assert_eq!(prefix_end("ab").as_deref(), Some("ac"));
        assert_eq!(prefix_end("a\u{10ffff}").as_deref(), Some("b"));
        assert_eq!(prefix_end("\u{d7ff}").as_deref(), Some("\u{e000}"));
        assert_eq!(prefix_end(""), None);
        assert_eq!(prefix_end("\u{10ffff}"), None);
    }

    #[test]
    fn patterns_are_escaped() {
        assert_eq!(like_escaped(r"50%_\x"), r"50\%\_\\x");
    }
}
