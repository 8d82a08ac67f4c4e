//! The rows: everything about one follows from its number.

use base::Uuid;
use dataverse::{Reference, RowInput};

/// How many business units share the rows.
pub const UNITS: u64 = 20;

/// 2024-01-01T00:00:00Z, when the first row was made.
const FIRST_MS: u64 = 1_704_067_200_000;

/// Mixes the bits of a number (SplitMix64).
pub fn mix(number: u64) -> u64 {
    let z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Numbers that look random and are always the same.
pub struct Numbers(pub u64);

impl Numbers {
    /// The next one.
    pub fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(1);
        mix(self.0)
    }

    /// The next one below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.word() % end.max(1)
    }
}

/// The business unit that an account or contact belongs to.
pub fn unit(row: u64) -> u64 {
    row % UNITS
}

/// The id of an account.
pub fn account_id(row: u64) -> Uuid {
    id(1, row)
}

/// The id of a contact.
pub fn contact_id(row: u64) -> Uuid {
    id(2, row)
}

/// An id like those that the server makes (UUIDv7), as if a row were made every ten seconds.
fn id(kind: u64, row: u64) -> Uuid {
    let mut bytes = [0; 10];
    bytes[..8].copy_from_slice(&mix(row.wrapping_mul(4).wrapping_add(kind)).to_be_bytes());
    uuid::Builder::from_unix_timestamp_millis(FIRST_MS + row * 10_000, &bytes).into_uuid()
}

/// A company, as a payload.
pub fn account(row: u64, rows: u64, owner: Uuid) -> RowInput {
    let mut numbers = Numbers(row ^ 0x7777_0000_0000);
    let name = company(&mut numbers);
    let site = name.to_lowercase().replace([' ', '&'], "");
    let contact = contact_id(numbers.below(rows));
    RowInput::default()
        .with("accountid", account_id(row).to_string())
        .with("name", name)
        .with("accountnumber", format!("AX{row:07}"))
        .with("revenue", revenue(&mut numbers))
        .with("numberofemployees", numbers.below(20_000))
        .with("address1_city", *pick(&mut numbers, CITIES))
        .with("telephone1", phone(&mut numbers))
        .with("websiteurl", format!("https://{site}.example"))
        .with("emailaddress1", format!("info@{site}.example"))
        .bind("primarycontactid", Reference::id("contacts", contact))
        .bind("ownerid", Reference::id("systemusers", owner))
}

/// A person, as a payload.
pub fn contact(row: u64, owner: Uuid) -> RowInput {
    let mut numbers = Numbers(row ^ 0x5151_0000_0000);
    let (first, last) = (*pick(&mut numbers, FIRST), *pick(&mut numbers, LAST));
    let mail = format!("{}.{}{row}@mail.example", first.to_lowercase(), last.to_lowercase());
    RowInput::default()
        .with("contactid", contact_id(row).to_string())
        .with("firstname", first)
        .with("lastname", last)
        .with("jobtitle", *pick(&mut numbers, JOBS))
        .with("emailaddress1", mail)
        .with("telephone1", phone(&mut numbers))
        .with("address1_city", *pick(&mut numbers, CITIES))
        .bind("ownerid", Reference::id("systemusers", owner))
}

/// The name of a company; there are about 400,000.
pub fn company(numbers: &mut Numbers) -> String {
    let (last, place) = (*pick(numbers, LAST), *pick(numbers, CITIES));
    let (trade, form) = (*pick(numbers, TRADES), *pick(numbers, FORMS));
    format!("{last} {place} {trade} {form}")
}

/// An amount with two digits after the point, below ten million.
pub fn revenue(numbers: &mut Numbers) -> f64 {
    numbers.below(1_000_000_000) as f64 / 100.0
}

fn phone(numbers: &mut Numbers) -> String {
    format!("+1 555 {:03} {:04}", numbers.below(1000), numbers.below(10_000))
}

/// One of a list.
pub fn pick<'a, T>(numbers: &mut Numbers, list: &'a [T]) -> &'a T {
    &list[numbers.below(list.len() as u64) as usize]
}

/// Cities.
pub const CITIES: &[&str] = &[
    "Aarhus", "Austin", "Basel", "Bergen", "Boston", "Bristol", "Calgary", "Cork", "Denver",
    "Dublin", "Geneva", "Ghent", "Graz", "Hamburg", "Kobe", "Leeds", "Leipzig", "Lima", "Linz",
    "Lisbon", "Lyon", "Madrid", "Malmö", "Milan", "Nagoya", "Nantes", "Oslo", "Porto", "Reno",
    "Seattle", "Tampa", "Turin", "Utrecht", "Valencia", "Vienna", "Zürich",
];
const FIRST: &[&str] = &[
    "Ada", "Alan", "Amara", "Anna", "Ben", "Carlos", "Chen", "Clara", "David", "Elena", "Emma",
    "Farid", "Grace", "Hana", "Ines", "Ivan", "James", "Jana", "Kofi", "Lena", "Liam", "Lucia",
    "Marco", "Maya", "Nadia", "Noah", "Olga", "Omar", "Paul", "Priya", "Rosa", "Sam", "Sofia",
    "Tara", "Tomas", "Yuki",
];
const LAST: &[&str] = &[
    "Abbott", "Adeyemi", "Andersen", "Baker", "Bianchi", "Brown", "Carter", "Costa", "Dubois",
    "Evans", "Fischer", "Garcia", "Haas", "Hansen", "Ito", "Jensen", "Johnson", "Keller", "Khan",
    "Kowalski", "Larsen", "Lopez", "Martin", "Meyer", "Moreau", "Novak", "Okafor", "Patel",
    "Quinn", "Rossi", "Sato", "Schmid", "Silva", "Tanaka", "Weber", "Young",
];
const JOBS: &[&str] = &[
    "Accountant",
    "Buyer",
    "Chief Executive",
    "Engineer",
    "Head of Sales",
    "Office Manager",
    "Operations Lead",
    "Purchasing Manager",
];
const TRADES: &[&str] = &[
    "Bakery",
    "Breweries",
    "Chemicals",
    "Foods",
    "Foundry",
    "Furniture",
    "Instruments",
    "Logistics",
    "Machines",
    "Media",
    "Paper",
    "Pharma",
    "Shipping",
    "Software",
    "Textiles",
    "Tools",
];
const FORMS: &[&str] = &["& Sons", "AG", "Co", "Group", "Holding", "Inc", "Ltd", "Partners"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_follow_from_their_numbers() {
        assert_eq!(account(7, 100, Uuid::nil()), account(7, 100, Uuid::nil()));
        assert_ne!(account_id(7), contact_id(7));
        assert!(account_id(7) < account_id(8), "ids follow the time, as those of the server do");
    }
}
