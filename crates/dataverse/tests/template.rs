//! What a new environment has.

#![allow(clippy::unwrap_used, reason = "a test that fails says where")]

mod common;

use std::fmt::Write;

use base::Uuid;
use common::{cx, worlds};
use dataverse::messages::WhoAmI;
use dataverse::{Environment, Reply, well_known};

#[tokio::test]
async fn an_administrator_enters_a_new_environment() {
    for world in worlds().await {
        let reply = world.environment.execute(&world.admin, WhoAmI).await.unwrap();
        let Reply::WhoAmI { user, business_unit, organization } = reply else {
            panic!("{reply:?}")
        };
        assert_eq!(organization, common::organization().id);
        assert_ne!(user, well_known::SYSTEM_USER);
        assert!(!business_unit.is_nil());
    }
}

#[tokio::test]
async fn strangers_and_nobody_do_not_enter() {
    for world in worlds().await {
        let stranger = cx(base::Caller::User(Uuid::from_u128(5)));
        let error = world.environment.execute(&stranger, WhoAmI).await.unwrap_err();
        assert_eq!(error.code, "0x80072560");
        let nobody = cx(base::Caller::Anonymous);
        let error = world.environment.execute(&nobody, WhoAmI).await.unwrap_err();
        assert_eq!(error.code, "0x80044302");
    }
}

#[tokio::test]
async fn a_user_enters_once_he_has_a_role() {
    for world in worlds().await {
        let user = common::person(Uuid::from_u128(5), "Bob");
        let id = world.environment.ensure_user(&world.system, &user).await.unwrap();
        assert_eq!(world.environment.ensure_user(&world.system, &user).await.unwrap(), id);
        let bob = cx(base::Caller::User(Uuid::from_u128(5)));
        let error = world.environment.execute(&bob, WhoAmI).await.unwrap_err();
        assert_eq!(error.code, "0x80042f09");
        world.environment.ensure_administrator(&world.system, &user).await.unwrap();
        world.environment.ensure_administrator(&world.system, &user).await.unwrap();
        world.environment.execute(&bob, WhoAmI).await.unwrap();
    }
}

/// A template serves many: nothing of it is left in a clone but what all have in common.
#[tokio::test]
async fn clones_are_organisations_of_their_own() {
    for database in db::testing::all().await {
        let system = cx(base::Caller::System);
        let template = database.create("template").await.unwrap();
        Environment::create_template(&system, &template).await.unwrap();
        drop(template);
        let mut seen = String::new();
        for number in 1..=2 {
            let store = database.clone_store("template", &format!("env_{number}")).await.unwrap();
            let details = dataverse::Organization {
                id: Uuid::from_u128(number),
                name: format!("Org {number}"),
                ..common::organization()
            };
            Environment::provision(&system, &store, &details).await.unwrap();
            let mut reader = store.read().await.unwrap();
            for question in [
                "select name, baseisocurrencycode from {organization}",
                "select name from {businessunit}",
                "select name from {team}",
                "select fullname from {systemuser} order by fullname",
                "select friendlyname from {publisher} order by friendlyname",
                "select uniquename from {solution} where uniquename not like 'Cr%' order by 1",
                "select name from {savedquery} order by name",
                "select count(distinct organizationid) from {role}",
                "select count(*) from {role} r join {businessunit} b \
                 on b.businessunitid = r.businessunitid",
            ] {
                let statement = db::Statement::new(store.sql(question), Vec::new());
                for row in reader.query(&statement).await.unwrap() {
                    let values = row.into_values();
                    let texts: Vec<_> = values.iter().map(|value| format!("{value:?}")).collect();
                    writeln!(seen, "{}", texts.join(" ")).unwrap();
                }
            }
        }
        insta::assert_snapshot!("clones", seen);
    }
}
