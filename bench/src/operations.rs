//! What is asked of a server, as a user sees it.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use base::Uuid;
use clap::ValueEnum;
use rusqlite::OpenFlags;

use crate::http;
use crate::seed::rows::{self, Numbers, account_id};
use crate::seed::{DOMAIN, Seeded};

/// The columns of the reads.
pub const SELECT: &str = "$select=name,accountnumber,revenue,numberofemployees,address1_city";

/// The columns of a contact behind an account.
pub const CONTACT: &str = "$select=fullname,emailaddress1";
/// The contact along with each account.
pub const EXPAND: &str = "$expand=primarycontactid($select=fullname,emailaddress1)";

/// Rows on a page.
pub const PAGE: usize = 50;
/// Rows in a request for many.
pub const MANY: usize = 1000;

/// One of the requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Operation {
    /// One row by its id, five columns.
    Read,
    /// Fifty rows by a filter, in the order of their names, five columns.
    Page,
    /// The same page, each row with the contact that it points to.
    Expand,
    /// How many rows such a page is of.
    Count,
    /// One column of a row, if the row has the version that is known.
    Update,
    /// A new row of six columns.
    Create,
    /// A thousand new rows of six columns in one request.
    CreateMany,
}

impl Operation {
    /// All, those first that leave the number of rows alone.
    pub const ALL: [Self; 7] = [
        Self::Read,
        Self::Page,
        Self::Expand,
        Self::Count,
        Self::Update,
        Self::Create,
        Self::CreateMany,
    ];

    /// What people read.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read by id (5 columns)",
            Self::Page => "filtered, sorted page of 50 (5 columns)",
            Self::Expand => "page of 50 with one expand",
            Self::Count => "count with filter",
            Self::Update => "update one column, If-Match",
            Self::Create => "create (6 columns)",
            Self::CreateMany => "CreateMultiple of 1,000 rows",
        }
    }

    /// The share of the limit that is to be reached with 16 connections.
    pub fn share_aim(self) -> f64 {
        match self {
            Self::Count | Self::CreateMany => 0.8,
            Self::Update => 0.5,
            Self::Read | Self::Page | Self::Expand | Self::Create => 0.6,
        }
    }

    /// Whether this is an answer to the request as it should be.
    pub fn is_answered(self, status: u16, body_bytes: usize) -> bool {
        match self {
            Self::Read => status == 200 && body_bytes > 200,
            Self::Page | Self::Expand => status == 200 && body_bytes > 200 * PAGE,
            Self::Count => status == 200 && body_bytes > 0,
            Self::Update | Self::Create => status == 204,
            Self::CreateMany => status == 200 && body_bytes > 36 * MANY,
        }
    }
}

/// The options of a page of rows whose revenue is above a number.
pub fn page_options(above: u64) -> String {
    format!("{SELECT}&{}&$orderby=name&$top={PAGE}", filter(above))
}

fn filter(above: u64) -> String {
    format!("$filter=statecode%20eq%200%20and%20revenue%20gt%20{above}")
}

/// A thousand new accounts in one request.
pub fn new_accounts(numbers: &mut Numbers) -> String {
    let account = |_| {
        let members = new_account(numbers);
        format!(r#"{{"@odata.type":"Microsoft.Dynamics.CRM.account",{}"#, &members[1..])
    };
    format!(r#"{{"Targets":[{}]}}"#, (0..MANY).map(account).collect::<Vec<_>>().join(","))
}

/// A new account.
pub fn new_account(numbers: &mut Numbers) -> String {
    let name = rows::company(numbers);
    let (revenue, employees) = (rows::revenue(numbers), numbers.below(20_000));
    let city = rows::pick(numbers, rows::CITIES);
    let number = numbers.below(10_000_000);
    format!(
        r#"{{"name":"{name}","accountnumber":"BX{number:07}","revenue":{revenue:.2},"numberofemployees":{employees},"address1_city":"{city}","telephone1":"+1 555 {:07}"}}"#,
        numbers.below(10_000_000)
    )
}

/// The requests of one connection, one after the other.
pub struct Requests {
    operation: Operation,
    set: String,
    token: String,
    numbers: Numbers,
    ids: Vec<Uuid>,
    versions: Option<Versions>,
}

impl Requests {
    /// The requests of connection `number` of `count`, to a server whose rows are in `database`.
    pub fn new(
        operation: Operation,
        seeded: &Seeded,
        database: &Path,
        token: &str,
        (number, count): (usize, usize),
        run: u64,
    ) -> Result<Self> {
        let mine = |row: &u64| *row as usize / rows::UNITS as usize % count == number;
        let all = seeded.visible();
        let ids: Vec<_> = match operation {
            // Each connection changes rows of its own, so versions are what it knows.
            Operation::Update => all.into_iter().filter(mine).map(account_id).collect(),
            _ => all.into_iter().map(account_id).collect(),
        };
        ensure!(!ids.is_empty(), "too few rows for {count} connections");
        let versions = match operation {
            Operation::Update => Some(Versions::open(database)?),
            _ => None,
        };
        Ok(Self {
            operation,
            set: format!("/orgs/{DOMAIN}/api/data/v9.2/accounts"),
            token: token.to_owned(),
            numbers: Numbers(rows::mix(run * 1000 + number as u64)),
            ids,
            versions,
        })
    }

    /// Writes the next request.
    pub fn write(&mut self, out: &mut Vec<u8>) -> Result<()> {
        out.clear();
        match self.operation {
            Operation::Read => {
                let id = *rows::pick(&mut self.numbers, &self.ids);
                http::head(out, "GET", &format!("{}({id})?{SELECT}", self.set), &self.token);
                out.extend_from_slice(b"\r\n");
            }
            Operation::Page => {
                let options = page_options(self.numbers.below(5_000_000));
                http::head(out, "GET", &format!("{}?{options}", self.set), &self.token);
                out.extend_from_slice(b"\r\n");
            }
            Operation::Expand => {
                let options = page_options(self.numbers.below(5_000_000));
                http::head(out, "GET", &format!("{}?{options}&{EXPAND}", self.set), &self.token);
                out.extend_from_slice(b"\r\n");
            }
            Operation::Count => {
                let filter = filter(self.numbers.below(5_000_000));
                http::head(out, "GET", &format!("{}/$count?{filter}", self.set), &self.token);
                out.extend_from_slice(b"\r\n");
            }
            Operation::Create => {
                let body = new_account(&mut self.numbers);
                http::head(out, "POST", &self.set, &self.token);
                with_body(out, &body);
            }
            Operation::CreateMany => {
                let path = format!("{}/Microsoft.Dynamics.CRM.CreateMultiple", self.set);
                http::head(out, "POST", &path, &self.token);
                with_body(out, &new_accounts(&mut self.numbers));
            }
            Operation::Update => self.write_update(out)?,
        }
        Ok(())
    }

    fn write_update(&mut self, out: &mut Vec<u8>) -> Result<()> {
        let versions = self.versions.as_mut().context("updates have versions")?;
        let (id, version) = versions.next(&self.ids)?;
        http::head(out, "PATCH", &format!("{}({id})", self.set), &self.token);
        out.extend_from_slice(format!("if-match: W/\"{version}\"\r\n").as_bytes());
        let employees = self.numbers.below(20_000);
        with_body(out, &format!(r#"{{"numberofemployees":{employees}}}"#));
        Ok(())
    }
}

fn with_body(out: &mut Vec<u8>, body: &str) {
    let head = "content-type: application/json\r\ncontent-length: ";
    out.extend_from_slice(format!("{head}{}\r\n\r\n{body}", body.len()).as_bytes());
}

/// The versions of rows, read from the file itself whenever all that are known have been used. It
/// takes some microseconds for each row, which are counted as if the client had needed them.
struct Versions {
    file: rusqlite::Connection,
    known: Vec<(Uuid, i64)>,
}

impl Versions {
    fn open(database: &Path) -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let file = rusqlite::Connection::open_with_flags(database, flags)?;
        Ok(Self { file, known: Vec::new() })
    }

    fn next(&mut self, ids: &[Uuid]) -> Result<(Uuid, i64)> {
        if self.known.is_empty() {
            let sql = "select versionnumber from account where accountid = ?1";
            let mut statement = self.file.prepare_cached(sql)?;
            for id in ids {
                let version = statement.query_row([id.as_bytes().as_slice()], |row| row.get(0))?;
                self.known.push((*id, version));
            }
        }
        self.known.pop().context("there are rows")
    }
}
