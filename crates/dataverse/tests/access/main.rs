//! The proof of the rights: random tenants, in which every answer is compared with a plain model
//! of the rules, row by row.
//!
//! A case is one state of a tenant: something is done (shared, assigned, moved, a role changed, …)
//! by somebody who may or may not, and then what everybody sees and may do is looked at.
//! `ACCESS_CASES` says how many cases; `ACCESS_SEED` with which tenant to begin.

#![allow(clippy::unwrap_used, reason = "a test that fails says where")]

#[path = "../common/mod.rs"]
mod common;
mod deeds;
mod model;
mod tenant;

use base::{Kind, Result, Uuid};
use common::{World, worlds};
use dataverse::messages::{Retrieve, RetrieveMultiple, RetrievePrincipalAccess, UpdateColumn};
use dataverse::security::{Right, of_mask};
use dataverse::{AccessQuestion, Reference, Reply};
use model::Verdict;
use query::Query;
use tenant::{TABLES, Tenant};

/// Cases of the normal run.
const CASES: usize = 200;
/// States of one tenant.
const CASES_EACH: usize = 25;

#[tokio::test]
async fn rights_are_those_of_the_model() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let cases = number("ACCESS_CASES").unwrap_or(CASES);
    let first = number("ACCESS_SEED").unwrap_or(1);
    for world in worlds().await {
        secure_column(&world).await;
        let (mut done, mut answers) = (0, 0);
        for seed in first as u64.. {
            let mut tenant = Tenant::make(&world, seed).await;
            for _ in 0..CASES_EACH {
                tenant.anything(seed).await;
                answers += tenant.check(seed).await;
                done += 1;
            }
            tenant.clear().await;
            if done >= cases {
                break;
            }
        }
        println!("{done} cases, {answers} answers compared");
    }
}

/// The column whose values are kept from those without a profile.
async fn secure_column(world: &World) {
    let schema = world.environment.schema();
    let column = schema.table("account").unwrap().column("description").unwrap();
    let column = metadata::Column { is_secured: true, ..metadata::Column::clone(column) };
    let secure = UpdateColumn { table: "account".to_owned(), column, merge_labels: true };
    world.environment.execute(&world.admin, secure).await.unwrap();
}

/// The code of a refusal; nothing for success. Anything but a refusal is a fault.
pub fn refusal<T>(result: &Result<T>, context: impl Fn() -> String) -> Option<String> {
    match result {
        Ok(_) => None,
        Err(error) if error.kind == Kind::Forbidden => Some(error.code.to_string()),
        Err(error) => panic!("{}: {error:?}", context()),
    }
}

impl Tenant<'_> {
    /// Compares what a user sees and may do with the model; how many answers.
    async fn check(&self, seed: u64) -> usize {
        let user = self.any_user();
        let mut answers = 0;
        for row in &self.model.rows {
            let context = || format!("seed {seed}: {user} reads {row:?}\n{:#?}", self.model);
            let read = self.read(user, row.id, row.table).await;
            let wanted = self.model.verdict(user, Right::Read, row.id);
            assert_eq!(refusal(&read, context).as_deref(), wanted.code(), "{}", context());
            if let (Ok(description), "account") = (&read, row.table) {
                let is_seen = self.model.column(user, row.id).0 && self.has_description(row.id);
                assert_eq!(description.is_some(), is_seen, "the column: {}", context());
            }
            answers += 1;
        }
        for (table, _) in TABLES {
            for top in [50, 5000] {
                answers += self.check_list(seed, user, table, top).await;
            }
        }
        if let Some(row) = self.model.rows.get(self.dice.below(self.model.rows.len().max(1))) {
            self.check_access(seed, self.any_principal(), row.id, row.table).await;
            answers += 1;
        }
        answers
    }

    /// Only the administrator gives one, and only a few change it.
    fn has_description(&self, row: Uuid) -> bool {
        self.described.contains(&row)
    }

    async fn read(&self, user: Uuid, row: Uuid, table: &str) -> Result<Option<String>> {
        let retrieve = Retrieve {
            target: Reference::id(table, row),
            query: Query::default(),
            unless_version: None,
            with_names: false,
        };
        match self.execute(Some(user), retrieve).await? {
            Reply::Record(row) => {
                Ok(row.get("description").and_then(dataverse::Value::text).map(str::to_owned))
            }
            other => panic!("{other:?}"),
        }
    }

    /// A list has the rows that can be read one by one.
    async fn check_list(&self, seed: u64, user: Uuid, table: &str, top: usize) -> usize {
        let query = Query { top: Some(top), ..Query::default() };
        let table = table.to_owned();
        let list = RetrieveMultiple { table: table.clone(), from: None, query, with_names: false };
        let context = || format!("seed {seed}: {user} lists {table} {top}\n{:#?}", self.model);
        let reply = self.execute(Some(user), list).await;
        let refused = refusal(&reply, context);
        let own: Vec<_> = self.model.rows.iter().filter(|row| row.table == table).collect();
        let found: Vec<Uuid> = match reply {
            Ok(Reply::Page(page)) => page.rows.iter().map(|row| row.id).collect(),
            _ => Vec::new(),
        };
        let verdict = own.first().map(|row| self.model.verdict(user, Right::Read, row.id));
        if let Some(verdict @ (Verdict::NoRole | Verdict::NoPrivilege)) = verdict {
            assert_eq!(refused.as_deref(), verdict.code(), "{}", context());
        } else if verdict.is_some() {
            assert_eq!(refused, None, "{}", context());
        }
        for row in &own {
            let wanted = self.model.may(user, Right::Read, row.id);
            assert_eq!(found.contains(&row.id), wanted, "{row:?} in {}", context());
        }
        own.len()
    }

    /// Everything that somebody may do with a row, as the server tells it.
    async fn check_access(&self, seed: u64, principal: Uuid, row: Uuid, table: &str) {
        let is_access_team =
            self.model.teams.iter().any(|team| team.id == principal && team.is_access);
        let target = Reference::id(table, row);
        let ask = RetrievePrincipalAccess { target, principal: self.principal(principal) };
        let Ok(Reply::Access(rights)) = self.as_admin(ask).await else { panic!("seed {seed}") };
        // An access team has no rights of its own, whatever is shared with it.
        let may = |right: &Right| !is_access_team && self.model.may(principal, *right, row);
        let wanted: Vec<Right> = of_mask(-1).into_iter().filter(may).collect();
        assert_eq!(rights, wanted, "seed {seed}: {principal} and {row}\n{:#?}", self.model);
        self.check_proof(seed, principal, row, table, &wanted).await;
    }

    /// The proof of one right tells the same, and its gates lead to it.
    async fn check_proof(
        &self,
        seed: u64,
        principal: Uuid,
        row: Uuid,
        table: &str,
        rights: &[Right],
    ) {
        let right = *self.dice.one(&Right::ALL);
        let row = Reference::id(table, row);
        let question = AccessQuestion { principal, right, row, column: None };
        let admin = &self.world.admin;
        let proof = self.world.environment.explain_access(admin, &question).await.unwrap();
        let context = || format!("seed {seed}: {question:?} {proof:#?}\n{:#?}", self.model);
        assert_eq!(proof.is_allowed, rights.contains(&right), "{}", context());
        assert_eq!(proof.is_allowed, proof.remedies.is_empty(), "{}", context());
        let passes = |name: &str| proof.gates.iter().any(|gate| gate.name == name && gate.passes);
        let ways = ["ownership", "depth", "sharing", "hierarchy"];
        let leads = passes("user") && passes("privilege") && ways.iter().any(|way| passes(way));
        assert_eq!(proof.is_allowed, leads, "{}", context());
    }
}
