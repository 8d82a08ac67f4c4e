//! Parts of dates, on a wall clock.

use std::fmt::Write;

use db::CalendarPart;
use metadata::{ColumnKind, DateTimeBehavior};

use super::Writer;
use crate::plan::{DatePart, PartOf};

impl Writer<'_> {
    /// A part of a date as a number.
    pub(super) fn date_part(&mut self, part: &PartOf) {
        let time = self.wall_clock(part);
        let dialect = self.store.dialect();
        let of = |time: &str, part| dialect.calendar_part(time, part);
        let first = i64::from(part.fiscal.day - 1) * 86_400;
        // Moved so that a fiscal month begins on the first of a month.
        let moved = if first == 0 { time.clone() } else { format!("({time} - {first})") };
        let begin = part.fiscal.month;
        let text = match part.part {
            DatePart::Day => of(&time, CalendarPart::Day),
            DatePart::Month => of(&time, CalendarPart::Month),
            DatePart::Year => of(&time, CalendarPart::Year),
            DatePart::Quarter => format!("(({} + 2) / 3)", of(&time, CalendarPart::Month)),
            // The week of the first of January is the first; each begins on Sunday.
            DatePart::Week => format!(
                "(({} - {} + 12) / 7)",
                of(&time, CalendarPart::YearDay),
                of(&time, CalendarPart::Weekday)
            ),
            DatePart::FiscalPeriod => {
                let months = part.fiscal.months().unwrap_or(1);
                let month = of(&moved, CalendarPart::Month);
                format!("((({month} - {begin} + 12) % 12) / {months} + 1)")
            }
            DatePart::FiscalYear => {
                let (year, month) =
                    (of(&moved, CalendarPart::Year), of(&moved, CalendarPart::Month));
                let named = i64::from(part.fiscal.named_by_end);
                format!("({year} + {named} - case when {month} < {begin} then 1 else 0 end)")
            }
        };
        self.push(&text);
    }

    /// Seconds since 1970 as the wall clock shows them.
    fn wall_clock(&mut self, part: &PartOf) -> String {
        let start = self.sql.len();
        self.field(&part.field);
        let stored = self.sql.split_off(start);
        if let ColumnKind::DateTime { behavior: DateTimeBehavior::DateOnly, .. } =
            part.field.column.kind
        {
            return format!("({stored} * 86400)");
        }
        let offsets = &part.offsets;
        if offsets.until.is_empty() {
            return match offsets.last {
                0 => stored,
                last => format!("({stored} + ({last}))"),
            };
        }
        let mut text = format!("({stored} + case");
        for (until, offset) in &offsets.until {
            // Writing to a string cannot go wrong.
            let _ = write!(text, " when {stored} < {until} then {offset}");
        }
        let _ = write!(text, " else {} end)", offsets.last);
        text
    }
}
