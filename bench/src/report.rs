//! What was measured, as tables for people.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::import::Imported;
use crate::lifecycle::Times;
use crate::load::Sample;
use crate::machine;
use crate::operations::Operation;
use crate::seed::Seeded;
use crate::statistics::median;

/// Around the part of the document that is written by the program.
const BEGIN: &str = "<!-- measured: begin -->";
const END: &str = "<!-- measured: end -->";

/// How much longer than the limit a read over one connection may take, in microseconds.
const READ_LONGER_US_AIM: f64 = 40.0;
/// A new environment, 95 of 100, in milliseconds.
const CREATE_P95_MS_AIM: f64 = 300.0;
/// A start with three environments, in milliseconds.
const START_MS_AIM: f64 = 1000.0;
/// Resident memory with three environments open, in megabytes.
const MEMORY_MB_AIM: f64 = 100.0;

/// All that was measured.
#[derive(Clone, Debug, Default)]
pub struct Measured {
    /// What there was.
    pub seeded: Option<Seeded>,
    /// Starts of the server.
    pub starts: Times,
    /// Megabytes with three environments open.
    pub memory_open: f64,
    /// Megabytes after the load.
    pub memory_loaded: f64,
    /// The load.
    pub cells: Vec<Cell>,
    /// New environments.
    pub creates: Times,
    /// An import.
    pub imported: Option<Imported>,
}

/// One operation over so many connections, some runs of it.
#[derive(Clone, Debug)]
pub struct Cell {
    /// The operation.
    pub operation: Operation,
    /// How many connections.
    pub connections: usize,
    /// Our runs.
    pub ours: Vec<Sample>,
    /// Those of the limit over HTTP, each just before or after one of ours.
    pub floor: Vec<Sample>,
    /// Those of the limit in a loop, a second; for one connection.
    pub in_process: Vec<f64>,
}

impl Cell {
    fn ours(&self, of: impl Fn(&Sample) -> f64) -> f64 {
        median(self.ours.iter().map(of))
    }

    /// Our share of the limit: the middle one of the runs, each against its neighbour.
    pub fn share(&self) -> f64 {
        let pairs = self.ours.iter().zip(&self.floor);
        median(pairs.map(|(ours, floor)| ours.per_second / floor.per_second.max(1.0)))
    }

    /// How much longer than the limit half of the answers take, in microseconds.
    fn longer_us(&self) -> f64 {
        let floor = median(self.floor.iter().map(|sample| sample.p50_ms));
        (self.ours(|sample| sample.p50_ms) - floor) * 1000.0
    }

    fn line(&self) -> String {
        let floor = median(self.floor.iter().map(|sample| sample.per_second));
        let in_process = match self.in_process.is_empty() {
            true => String::new(),
            false => thousands(median(self.in_process.iter().copied())),
        };
        format!(
            "| {} | {} | {} | {:.2} | {:.2} | {:.0} | {} | {:.0} % | {} | {:.2} |\n",
            self.operation.name(),
            self.connections,
            thousands(self.ours(|sample| sample.per_second)),
            self.ours(|sample| sample.p50_ms),
            self.ours(|sample| sample.p99_ms),
            self.ours(|sample| sample.server_us),
            thousands(floor),
            self.share() * 100.0,
            in_process,
            self.ours(|sample| sample.others_cores),
        )
    }
}

impl Measured {
    /// The tables.
    pub fn text(&self, runs: usize, parts: Option<&str>) -> String {
        let mut text = format!(
            "Measured on {} on {}; load average at the end {}. Load, server and database share \
             the cores; each figure is the middle one of {runs} runs. Floor and server take \
             turns, and a run waits until the rest of the machine is quiet.\n",
            jiff::Zoned::now().date(),
            machine::describe(),
            machine::load_average(),
        );
        self.rows(&mut text);
        self.load(&mut text);
        self.waits(&mut text);
        self.aims(&mut text);
        if let Some(parts) = parts {
            let _ = write!(text, "\n### The parts\n\n```text\n{}\n```\n", parts.trim());
        }
        text
    }

    fn rows(&self, text: &mut String) {
        let Some(seeded) = &self.seeded else { return };
        let rate = |seconds: f64| thousands(seeded.rows as f64 / seconds.max(0.001));
        let _ = write!(
            text,
            "\n### Filling\n\n{} accounts in {:.1} s ({} a second), {} contacts in {:.1} s ({} a \
             second), through `Session::create_many`; the file has {:.0} MB.\n",
            thousands(seeded.rows as f64),
            seeded.accounts_seconds,
            rate(seeded.accounts_seconds),
            thousands(seeded.rows as f64),
            seeded.contacts_seconds,
            rate(seeded.contacts_seconds),
            seeded.bytes as f64 / 1e6,
        );
    }

    fn load(&self, text: &mut String) {
        text.push_str(
            "\n### Requests\n\nAs a user whose role reaches one business unit of twenty (5,000 of \
             100,000 accounts), with a bearer token. \"Floor\" is the same SQL behind the smallest \
             handler; \"loop\" is the same SQL in a loop in one thread, without HTTP and JSON.\n\n\
             | operation | connections | requests/s | p50 ms | p99 ms | server CPU µs | floor/s | \
             share | loop/s | others' cores |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
        );
        for cell in &self.cells {
            text.push_str(&cell.line());
        }
    }

    fn waits(&self, text: &mut String) {
        let Self { starts, creates, .. } = self;
        let _ = write!(
            text,
            "\n### Waiting\n\n| what | figure |\n|---|---|\n\
             | environment with a database created, {} times | p50 {:.0} ms, p95 {:.0} ms |\n\
             | start until ready, tenant with three environments, {} times | p50 {:.0} ms, p95 \
             {:.0} ms |\n\
             | resident memory, three environments open | {:.0} MB |\n\
             | resident memory after the load | {:.0} MB |\n",
            creates.count,
            creates.p50,
            creates.p95,
            starts.count,
            starts.p50,
            starts.p95,
            self.memory_open,
            self.memory_loaded,
        );
        if let Some(Imported { name, bytes, components, ms, refused }) = &self.imported {
            let _ = writeln!(
                text,
                "| import of {name} ({:.1} MB unpacked, {components} components) | {ms:.0} ms |",
                *bytes as f64 / 1e6
            );
            if !refused.is_empty() {
                let _ = writeln!(
                    text,
                    "\nLarger packages need what a fresh environment has not: {}.",
                    refused.join(", ")
                );
            }
        }
    }

    fn aims(&self, text: &mut String) {
        text.push_str("\n### Aims\n\n| aim | reached | |\n|---|---|---|\n");
        let mut line = |aim: &str, reached: String, is_met: bool| {
            let verdict = if is_met { "met" } else { "**missed**" };
            let _ = writeln!(text, "| {aim} | {reached} | {verdict} |");
        };
        for cell in self.cells.iter().filter(|cell| cell.connections > 1) {
            let (operation, share) = (cell.operation, cell.share());
            let aim = format!(
                "{}, {} connections: {:.0} % of the floor",
                operation.name(),
                cell.connections,
                operation.share_aim() * 100.0
            );
            line(&aim, format!("{:.0} %", share * 100.0), share >= operation.share_aim());
        }
        for cell in &self.cells {
            if (cell.operation, cell.connections) == (Operation::Read, 1) {
                let longer_us = cell.longer_us();
                let aim = "read by id, 1 connection: at most 40 µs longer than the floor";
                line(aim, format!("{longer_us:.0} µs"), longer_us <= READ_LONGER_US_AIM);
            }
        }
        let (create, start, memory) = (self.creates.p95, self.starts.p95, self.memory_open);
        let ms = |value: f64| format!("{value:.0} ms");
        line("environment created, p95 < 300 ms", ms(create), create < CREATE_P95_MS_AIM);
        line("start < 1 s", ms(start), start < START_MS_AIM);
        let megabytes = format!("{memory:.0} MB");
        line("memory with three environments open < 100 MB", megabytes, memory < MEMORY_MB_AIM);
    }
}

/// Puts the tables into the document, between its marks.
pub fn write(document: &Path, tables: &str) -> Result<()> {
    let old =
        fs::read_to_string(document).with_context(|| format!("reading {}", document.display()))?;
    let (before, rest) = old.split_once(BEGIN).context("the document has no begin mark")?;
    let (_, after) = rest.split_once(END).context("the document has no end mark")?;
    fs::write(document, format!("{before}{BEGIN}\n{tables}{END}{after}"))?;
    Ok(())
}

/// `12,345`
fn thousands(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_easy_to_read() {
        assert_eq!(thousands(7.4), "7");
        assert_eq!(thousands(123.0), "123");
        assert_eq!(thousands(1234.0), "1,234");
        assert_eq!(thousands(1_234_567.0), "1,234,567");
    }
}
