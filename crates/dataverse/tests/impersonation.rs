//! Acting for another user.

#![allow(clippy::unwrap_used, reason = "a test that fails says where")]

mod common;

use base::{ActsFor, Caller, Cx, Uuid};
use common::{World, cx, person, worlds};
use dataverse::messages::{
    AddPrivilegesRole, Associate, Create, Retrieve, RetrieveMultiple, RolePrivilege, Update, WhoAmI,
};
use dataverse::{Depth, Message, Reference, Reply, RowInput};
use metadata::privileges::privilege_id;
use query::Query;

/// Somebody with a role of his own.
struct Somebody {
    id: Uuid,
    cx: Cx,
}

async fn somebody(world: &World, number: u128, grants: &[(&str, Depth)]) -> Somebody {
    let object = Uuid::from_u128(number);
    let name = format!("User {number}");
    let id = world.environment.ensure_user(&world.system, &person(object, &name)).await.unwrap();
    let row = RowInput::default().with("name", format!("Role {number}"));
    let role = made(world, &world.admin, "roles", row).await;
    let privilege = |(name, depth): &(&str, Depth)| RolePrivilege {
        privilege: privilege_id(name),
        depth: *depth,
    };
    let privileges = grants.iter().map(privilege).collect();
    run(world, &world.admin, AddPrivilegesRole { role, privileges }).await.unwrap();
    let link = Associate {
        target: Reference::id("systemusers", id),
        navigation: "systemuserroles_association".to_owned(),
        related: vec![Reference::id("roles", role)],
    };
    run(world, &world.admin, link).await.unwrap();
    Somebody { id, cx: cx(Caller::User(object)) }
}

async fn run(world: &World, cx: &Cx, message: impl Into<Message>) -> base::Result<Reply> {
    world.environment.execute(cx, message).await
}

async fn made(world: &World, cx: &Cx, table: &str, row: RowInput) -> Uuid {
    let create = Create { table: table.to_owned(), row, returning: None };
    run(world, cx, create).await.unwrap().id().unwrap()
}

/// How many accounts are seen, or the code of the refusal.
async fn seen(world: &World, cx: &Cx) -> Result<usize, String> {
    let all = RetrieveMultiple {
        table: "accounts".to_owned(),
        from: None,
        query: Query::default(),
        with_names: false,
    };
    match run(world, cx, all).await {
        Ok(Reply::Page(page)) => Ok(page.rows.len()),
        Ok(other) => panic!("{other:?}"),
        Err(error) => Err(error.code.into_owned()),
    }
}

#[tokio::test]
async fn a_privilege_counts_as_far_as_both_hold_it() {
    const ACT: (&str, Depth) = ("prvActOnBehalfOfAnotherUser", Depth::Global);
    for world in worlds().await {
        let read = |depth| ("prvReadAccount", depth);
        let grants = [read(Depth::Global), ("prvWriteAccount", Depth::Global)];
        let wide = somebody(&world, 1, &grants).await;
        let own = somebody(&world, 2, &[read(Depth::Basic)]).await;
        let delegate = somebody(&world, 3, &[ACT, read(Depth::Basic)]).await;
        let only = somebody(&world, 4, &[ACT, ("prvReadContact", Depth::Global)]).await;
        let helper = somebody(&world, 5, &[ACT, read(Depth::Global)]).await;
        let owner = |id| {
            RowInput::default().with("name", "x").bind("ownerid", Reference::id("systemusers", id))
        };
        let wides = made(&world, &world.admin, "accounts", owner(wide.id)).await;
        made(&world, &world.admin, "accounts", owner(own.id)).await;
        made(&world, &world.admin, "accounts", owner(delegate.id)).await;
        let acting = |who: &Somebody, whom: Uuid| who.cx.acting_for(ActsFor::User(whom));
        assert_eq!(seen(&world, &wide.cx).await, Ok(3));
        // As far as his own depth, but from the place of the other.
        assert_eq!(seen(&world, &acting(&delegate, wide.id)).await, Ok(1));
        assert_eq!(seen(&world, &acting(&helper, wide.id)).await, Ok(3));
        assert_eq!(seen(&world, &acting(&helper, own.id)).await, Ok(1));
        let error = seen(&world, &acting(&only, wide.id)).await.unwrap_err();
        assert_eq!(error, "0x80042f09");
        let error = seen(&world, &acting(&wide, own.id)).await.unwrap_err();
        assert_eq!(error, "0x8004a110");
        // Not even for an administrator does anybody more than he may himself.
        let Reply::WhoAmI { user: admin, .. } = run(&world, &world.admin, WhoAmI).await.unwrap()
        else {
            panic!()
        };
        assert_eq!(seen(&world, &acting(&helper, admin)).await, Ok(3));
        assert_eq!(seen(&world, &acting(&delegate, admin)).await, Ok(0));
        let rename = Update {
            target: Reference::id("accounts", wides),
            row: RowInput::default().with("name", "new"),
            if_version: None,
            returning: None,
        };
        for whom in [admin, wide.id] {
            let refused = run(&world, &acting(&helper, whom), rename.clone()).await;
            assert_eq!(refused.unwrap_err().code, "0x80040220");
        }
        run(&world, &world.admin.acting_for(ActsFor::User(wide.id)), rename).await.unwrap();
        let retrieve = Retrieve {
            target: Reference::id("accounts", wides),
            query: Query::default(),
            unless_version: None,
            with_names: false,
        };
        let Reply::Record(row) = run(&world, &world.admin, retrieve).await.unwrap() else {
            panic!()
        };
        assert_eq!(row.get("modifiedby").unwrap().id(), Some(wide.id));
        assert_eq!(row.get("modifiedonbehalfby").unwrap().id(), Some(admin));
        // Whoever acts for himself needs no privilege.
        assert_eq!(seen(&world, &acting(&wide, wide.id)).await, Ok(3));
    }
}
