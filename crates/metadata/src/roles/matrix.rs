//! The table of the predefined roles: which role has which right on which table, how deep.
//!
//! `data/roles.tsv` comes from exports of the real roles of an environment, as the test data of
//! XrmMockup (MIT, © Context&) has them. Letters are in the order Create, Read, Write, Delete,
//! Append, AppendTo, Assign, Share; B, L, D, G are Basic, Local, Deep, Global. System
//! Administrator has every right that exists, so its letters tell which privileges a table has.
//! `data/privileges.tsv` gives the privileges that belong to no table; the exports do not show
//! them, so who has them follows what the documentation says of each role.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::privileges::{AccessRight, Depth};

/// The roles in the order of the columns.
pub const ROLES: [&str; 10] = [
    "System Administrator",
    "System Customizer",
    "Environment Maker",
    "Basic User",
    "Delegate",
    "Service Reader",
    "Service Writer",
    "Service Deleter",
    "Support User",
    "App Opener",
];

/// One table.
pub struct Row {
    /// Its logical name.
    pub table: &'static str,
    /// The stem of its privileges.
    pub stem: &'static str,
    /// The letters of each role.
    letters: [&'static str; ROLES.len()],
}

impl Row {
    /// What the role in this column may do.
    pub fn grants(&self, role: usize) -> impl Iterator<Item = (AccessRight, Depth)> {
        let letters = self.letters.get(role).copied().unwrap_or_default();
        let grant = |(right, letter)| Some((right, depth(letter)?));
        AccessRight::ALL.into_iter().zip(letters.chars()).filter_map(grant)
    }

    /// The rights that exist on this table.
    pub fn rights(&self) -> Vec<AccessRight> {
        self.grants(0).map(|(right, _)| right).collect()
    }

    /// The depths at which some role has some right.
    pub fn depths(&self) -> Vec<Depth> {
        (0..ROLES.len()).flat_map(|role| self.grants(role)).map(|(_, depth)| depth).collect()
    }
}

/// A privilege that belongs to no table.
pub struct Miscellaneous {
    /// Its name.
    pub name: &'static str,
    /// One letter for each role.
    letters: &'static str,
}

impl Miscellaneous {
    /// How deep the role in this column has it.
    pub fn grant(&self, role: usize) -> Option<Depth> {
        depth(self.letters.chars().nth(role)?)
    }
}

fn depth(letter: char) -> Option<Depth> {
    match letter {
        'B' => Some(Depth::Basic),
        'L' => Some(Depth::Local),
        'D' => Some(Depth::Deep),
        'G' => Some(Depth::Global),
        _ => None,
    }
}

/// All tables.
pub fn rows() -> &'static [Row] {
    static ROWS: LazyLock<Vec<Row>> =
        LazyLock::new(|| lines(include_str!("../../data/roles.tsv")).map(row).collect());
    &ROWS
}

fn row(line: &'static str) -> Row {
    let mut cells = line.split('\t');
    let mut next = || cells.next().unwrap_or_default();
    let (table, stem) = (next(), next());
    Row { table, stem, letters: std::array::from_fn(|_| next()) }
}

/// The tables that share the privileges with this stem; all have the same letters.
pub fn rows_of_stem(stem: &str) -> Vec<&'static Row> {
    static BY_STEM: LazyLock<HashMap<String, Vec<&Row>>> = LazyLock::new(|| {
        let mut by_stem: HashMap<String, Vec<&Row>> = HashMap::new();
        for row in rows() {
            by_stem.entry(row.stem.to_lowercase()).or_default().push(row);
        }
        by_stem
    });
    BY_STEM.get(&stem.to_lowercase()).cloned().unwrap_or_default()
}

/// The privileges that belong to no table.
pub fn miscellaneous() -> &'static [Miscellaneous] {
    static LINES: LazyLock<Vec<Miscellaneous>> = LazyLock::new(|| {
        let parse = |line: &'static str| {
            let (name, letters) = line.split_once('\t').unwrap_or((line, ""));
            Miscellaneous { name, letters }
        };
        lines(include_str!("../../data/privileges.tsv")).map(parse).collect()
    });
    &LINES
}

/// The lines after the headings.
fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().skip(1).filter(|line| !line.is_empty())
}
