//! Create, change, convert, delete, recover, expire.

use control::environments::EnvironmentPatch;
use control::{Options, Runtime, Sku, UpdateCadence};
use identity::Licence;
use serde_json::json;

use crate::world::{code, each, each_with, plain, told, with_database};

#[tokio::test]
async fn licences_decide_who_creates_what() {
    each(|world| async move {
        let mut text = String::from("\n");
        for licence in Licence::ALL {
            let id = world.user(licence.name(), &[licence]).await;
            let mut line = format!("{:<18}", licence.name());
            for sku in [Sku::Trial, Sku::Production, Sku::Sandbox, Sku::Developer] {
                let request = match sku {
                    Sku::Developer => with_database(sku, &licence.name().to_lowercase()),
                    _ => plain(sku),
                };
                let result = code(world.create(&world.as_user(id), request).await);
                line.push_str(&format!(" {:<16}", result));
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        insta::allow_duplicates! {
            insta::assert_snapshot!(text, @r"
            Dynamics365        ok               ok               ok               UserNotLicensed
            Dynamics365Teams   UserNotLicensed  UserNotLicensed  UserNotLicensed  UserNotLicensed
            Dynamics365Trial   ok               ok               ok               UserNotLicensed
            Microsoft365       UserNotLicensed  UserNotLicensed  UserNotLicensed  UserNotLicensed
            PowerAppsDeveloper UserNotLicensed  UserNotLicensed  UserNotLicensed  ok
            PowerAppsPlan      ok               ok               ok               UserNotLicensed
            PowerAppsTrial     ok               ok               ok               UserNotLicensed
            ");
        }
    })
    .await;
}

#[tokio::test]
async fn a_patch_is_merged_and_read_back_at_once() {
    each(|world| async move {
        let cx = world.as_user(world.maker().await);
        let tenant = &world.tenant;
        let environment = world.create(&cx, plain(Sku::Sandbox)).await.unwrap();
        let name = environment.name();
        let patch = EnvironmentPatch {
            description: Some("for tests".to_owned()),
            update_cadence: Some(UpdateCadence::Frequent),
            switches: json!({ "copilotPolicies": { "a": true } }).as_object().unwrap().clone(),
            ..EnvironmentPatch::default()
        };
        world.clock.advance_ms(1000);
        tenant.environment_update(&cx, &name, &patch).await.unwrap();
        world.clock.advance_ms(1000);
        let patch = EnvironmentPatch {
            switches: json!({ "copilotPolicies": { "b": true } }).as_object().unwrap().clone(),
            ..EnvironmentPatch::default()
        };
        let (_, operation) = tenant.environment_update(&cx, &name, &patch).await.unwrap();
        let world = world.restart().await;
        let after = world.tenant.environment_get(&cx, &name).await.unwrap();
        assert_eq!(after.display_name, "Sales");
        assert_eq!(after.description, "for tests");
        assert_eq!(after.update_cadence, UpdateCadence::Frequent);
        assert_eq!(after.switches["copilotPolicies"], json!({ "a": true, "b": true }));
        let history = world.tenant.operations_list(&cx, &name).await.unwrap();
        let kinds: Vec<_> = history.iter().map(|entry| entry.kind.name()).collect();
        assert_eq!(kinds, ["Edit", "Edit", "Create"]);
        assert_eq!(history[0].id, operation.id);
    })
    .await;
}

#[tokio::test]
async fn types_convert_as_the_rules_say() {
    each(|world| async move {
        let cx = world.as_user(world.maker().await);
        let tenant = &world.tenant;
        let name = world.create(&cx, plain(Sku::Production)).await.unwrap().name();
        assert_eq!(code(tenant.environment_convert(&cx, &name, Sku::Sandbox).await), "ok");
        assert_eq!(code(tenant.environment_convert(&cx, &name, Sku::Production).await), "ok");
        assert_eq!(
            told(tenant.environment_convert(&cx, &name, Sku::Trial).await),
            "Invalid OperationNotAllowed: An environment of type Production cannot be converted \
             to Trial."
        );
        let trial = world.create(&cx, plain(Sku::Trial)).await.unwrap();
        let (kept, _) =
            tenant.environment_convert(&cx, &trial.name(), Sku::Production).await.unwrap();
        assert_eq!((kept.expires_at, kept.used_by), (None, None));
    })
    .await;
}

#[tokio::test]
async fn a_deleted_environment_comes_back_within_seven_days() {
    each(|world| async move {
        let maker = world.maker().await;
        let (cx, admin) = (world.as_user(maker), world.as_user(world.admin().await));
        let tenant = &world.tenant;
        let environment = world.create(&cx, with_database(Sku::Sandbox, "sales")).await.unwrap();
        let name = environment.name();
        tenant.environment_delete(&cx, &name).await.unwrap();
        assert_eq!(code(tenant.environment_get(&admin, &name).await), "EnvironmentNotFound");
        assert_eq!(code(tenant.environment(&cx, &name).await), "EnvironmentNotFound");
        assert_eq!(code(tenant.environment_by_domain(&cx, "sales").await), "EnvironmentNotFound");
        let deleted = tenant.environments_deleted(&admin).await.unwrap();
        assert_eq!(deleted.len(), 1);
        assert_eq!(code(tenant.environments_deleted(&cx).await), "Forbidden");
        assert_eq!(code(tenant.environment_recover(&cx, &name).await), "Forbidden");
        // The name is reserved for a day.
        let again = with_database(Sku::Sandbox, "sales");
        assert_eq!(code(world.create(&cx, again.clone()).await), "DomainNameAlreadyInUse");
        world.advance_days(2);
        let other = world.create(&cx, again).await.unwrap();
        let (back, _) = tenant.environment_recover(&admin, &name).await.unwrap();
        assert_eq!(back.id, environment.id);
        let (new, old) = (back.database.clone().unwrap(), environment.database.clone().unwrap());
        assert_eq!(new.organization_id, old.organization_id);
        assert_ne!(new.domain, "sales");
        assert_eq!(code(tenant.environment_by_domain(&cx, &new.domain).await), "ok");

        tenant.environment_delete(&cx, &other.name()).await.unwrap();
        world.advance_days(7);
        tenant.sweep(&world.system).await.unwrap();
        assert_eq!(
            code(tenant.environment_recover(&admin, &other.name()).await),
            "EnvironmentNotFound"
        );
    })
    .await;
}

#[tokio::test]
async fn a_trial_is_one_per_user_for_one_user_and_thirty_days() {
    each(|world| async move {
        let maker = world.maker().await;
        let other = world.user("bob", &[Licence::PowerAppsPlan]).await;
        let cx = world.as_user(maker);
        let tenant = &world.tenant;
        let trial = world.create(&cx, with_database(Sku::Trial, "trial")).await.unwrap();
        let name = trial.name();
        assert_eq!(
            told(world.create(&cx, plain(Sku::Trial)).await),
            "Conflict EnvironmentQuotaExceeded: A user may have 1 environment of type Trial at a \
             time; you have 1. Delete the one that is no longer needed, or ask a tenant \
             administrator."
        );
        assert_eq!(
            told(tenant.user_add(&cx, &name, other).await),
            "Invalid EnvironmentUserLimitExceeded: An environment of type Trial is for one user \
             only; it cannot be shared."
        );
        assert_eq!(
            code(tenant.environment(&world.as_user(other), &name).await),
            "EnvironmentUserLimitExceeded"
        );
        assert_eq!(code(tenant.environment(&cx, &name).await), "ok");
        world.advance_days(29);
        tenant.sweep(&world.system).await.unwrap();
        assert_eq!(code(tenant.environment(&cx, &name).await), "ok");
        world.advance_days(1);
        tenant.sweep(&world.system).await.unwrap();
        assert_eq!(code(tenant.environment(&cx, &name).await), "EnvironmentDisabled");
        assert_eq!(
            code(tenant.environment_convert(&world.system, &name, Sku::Production).await),
            "TrialExpired"
        );
        world.advance_days(7);
        tenant.sweep(&world.system).await.unwrap();
        assert_eq!(code(tenant.environment_get(&world.system, &name).await), "EnvironmentNotFound");
        world.advance_days(7);
        tenant.sweep(&world.system).await.unwrap();
        assert!(tenant.environments_deleted(&world.system).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_trial_of_an_application_belongs_to_the_first_who_comes() {
    each(|world| async move {
        let admin = world.as_user(world.admin().await);
        let id = world.application("pipeline").await;
        world.tenant.application_register(&admin, id).await.unwrap();
        let cx = world.as_application(id);
        let name = world.create(&cx, with_database(Sku::Trial, "trial")).await.unwrap().name();
        let first = world.as_user(world.maker().await);
        let second = world.as_user(world.user("late", &[Licence::PowerAppsPlan]).await);
        assert_eq!(code(world.tenant.environment(&first, &name).await), "ok");
        assert_eq!(
            code(world.tenant.environment(&second, &name).await),
            "EnvironmentUserLimitExceeded"
        );
    })
    .await;
}

#[tokio::test]
async fn a_developer_environment_is_for_its_owner_only() {
    each(|world| async move {
        let developer = world.user("dev", &[Licence::PowerAppsDeveloper]).await;
        let other = world.user("bob", &[Licence::PowerAppsPlan]).await;
        let admin = world.as_user(world.admin().await);
        let tenant = &world.tenant;
        let mut request = with_database(Sku::Developer, "dev");
        request.used_by = Some(developer);
        let environment = world.create(&admin, request.clone()).await.unwrap();
        let name = environment.name();
        assert_eq!(environment.used_by, Some(developer));
        let cx = world.as_user(developer);
        let standing = tenant.standing(&cx, &environment).await.unwrap();
        assert!(standing.is_system_administrator);
        assert_eq!(
            told(tenant.environment(&world.as_user(other), &name).await),
            "Forbidden EnvironmentUserLimitExceeded: The environment Sales is of type Developer: \
             only its owner can use it."
        );
        assert_eq!(code(tenant.user_add(&cx, &name, other).await), "EnvironmentUserLimitExceeded");
        // One each; nobody creates one for somebody else; no database, no environment.
        request.used_by = None;
        request.database.as_mut().unwrap().domain = None;
        assert_eq!(code(world.create(&cx, request.clone()).await), "EnvironmentQuotaExceeded");
        let second = world.user("dev2", &[Licence::PowerAppsDeveloper]).await;
        request.used_by = Some(developer);
        assert_eq!(
            code(world.create(&world.as_user(second), request.clone()).await),
            "DeveloperEnvironmentNotAllowed"
        );
        request.used_by = Some(other);
        assert_eq!(
            told(world.create(&admin, request.clone()).await),
            "Forbidden UserNotLicensed: You are not licensed for the creation of developer \
             environments. The Power Apps Developer (Community) plan is needed; an administrator \
             assigns it."
        );
        request.used_by = Some(second);
        let group = world.group("g", &[]).await;
        request.database.as_mut().unwrap().security_group = Some(group);
        assert_eq!(code(world.create(&admin, request.clone()).await), "SecurityGroupNotAllowed");
        request.database = None;
        assert_eq!(code(world.create(&admin, request).await), "DeveloperEnvironmentNotAllowed");
    })
    .await;
}

#[tokio::test]
async fn administration_mode_lets_in_administrators_only() {
    each(|world| async move {
        let owner = world.maker().await;
        let user = world.user("bob", &[Licence::PowerAppsPlan]).await;
        let (cx, outside) = (world.as_user(owner), world.as_user(user));
        let tenant = &world.tenant;
        let environment = world.create(&cx, with_database(Sku::Sandbox, "sales")).await.unwrap();
        let name = environment.name();
        assert_eq!(code(tenant.environment(&outside, &name).await), "ok");
        let background = |is_on| EnvironmentPatch {
            background_operations_are_on: Some(is_on),
            ..EnvironmentPatch::default()
        };
        let runtime =
            |runtime| EnvironmentPatch { runtime: Some(runtime), ..EnvironmentPatch::default() };
        assert_eq!(
            code(tenant.environment_update(&cx, &name, &background(false)).await),
            "InvalidRequest"
        );
        tenant.environment_update(&cx, &name, &runtime(Runtime::AdminMode)).await.unwrap();
        tenant.environment_update(&cx, &name, &background(false)).await.unwrap();
        assert_eq!(code(tenant.environment(&outside, &name).await), "EnvironmentInAdminMode");
        assert_eq!(code(tenant.environment(&cx, &name).await), "ok");
        let (after, _) =
            tenant.environment_update(&cx, &name, &runtime(Runtime::Enabled)).await.unwrap();
        assert!(after.database.as_ref().unwrap().background_operations_are_on);
        assert_eq!(code(tenant.environment(&outside, &name).await), "ok");
    })
    .await;
}

#[tokio::test]
async fn a_security_group_decides_who_enters() {
    each(|world| async move {
        let (inside, outside) = (
            world.user("in", &[Licence::PowerAppsPlan]).await,
            world.user("out", &[Licence::PowerAppsPlan]).await,
        );
        let group = world.group("sales", &[inside]).await;
        let admin = world.admin().await;
        let dynamics = world.user("d365", &[]).await;
        let role = identity::DirectoryRole::Dynamics365Administrator;
        world.directory.role_assign(&world.system, dynamics, role).await.unwrap();
        let cx = world.as_user(admin);
        let mut request = with_database(Sku::Production, "sales");
        request.database.as_mut().unwrap().security_group = Some(group);
        let name = world.create(&cx, request).await.unwrap().name();
        let enter = |id| {
            let (tenant, cx, name) = (world.tenant.clone(), world.as_user(id), name.clone());
            async move { code(tenant.environment(&cx, &name).await) }
        };
        assert_eq!(enter(inside).await, "ok");
        assert_eq!(enter(outside).await, "NotInSecurityGroup");
        assert_eq!(enter(admin).await, "ok");
        assert_eq!(enter(dynamics).await, "NotInSecurityGroup");
        let open = EnvironmentPatch { security_group: Some(None), ..EnvironmentPatch::default() };
        world.tenant.environment_update(&cx, &name, &open).await.unwrap();
        assert_eq!(enter(outside).await, "ok");
        let unlicensed = world.user("none", &[]).await;
        assert_eq!(enter(unlicensed).await, "UserNotLicensed");
    })
    .await;
}

#[tokio::test]
async fn a_rename_keeps_the_old_address_for_a_day() {
    each(|world| async move {
        let cx = world.as_user(world.maker().await);
        let tenant = &world.tenant;
        let name = world.create(&cx, with_database(Sku::Sandbox, "old")).await.unwrap().name();
        let rename = |domain: &str| EnvironmentPatch {
            domain: Some(domain.to_owned()),
            ..EnvironmentPatch::default()
        };
        tenant.environment_update(&cx, &name, &rename("new")).await.unwrap();
        assert_eq!(code(tenant.environment_by_domain(&cx, "new").await), "ok");
        assert_eq!(code(tenant.environment_by_domain(&cx, "old").await), "ok");
        let other = world.create(&cx, with_database(Sku::Sandbox, "other")).await.unwrap().name();
        assert_eq!(
            told(tenant.environment_update(&cx, &other, &rename("new")).await),
            "Conflict DomainNameAlreadyInUse: The specified domain name with a value of 'new' is \
             already in use. Choose another one. The name of a deleted environment is free after \
             24 hours."
        );
        assert_eq!(
            code(tenant.environment_update(&cx, &other, &rename("No!")).await),
            "DomainNameInvalid"
        );
        world.advance_days(1);
        tenant.sweep(&world.system).await.unwrap();
        assert_eq!(code(tenant.environment_by_domain(&cx, "old").await), "EnvironmentNotFound");
        assert_eq!(code(tenant.environment_update(&cx, &other, &rename("old")).await), "ok");
    })
    .await;
}

#[tokio::test]
async fn places_are_checked() {
    let options = Options { location: "europe".to_owned(), ..Options::default() };
    each_with(options, |world| async move {
        let cx = world.as_user(world.admin().await);
        let at = |location: &str, region: &str| {
            let mut request = plain(Sku::Sandbox);
            request.location = Some(location.to_owned());
            request.azure_region = Some(region.to_owned());
            request
        };
        assert_eq!(code(world.create(&cx, at("europe", "northeurope")).await), "ok");
        assert_eq!(code(world.create(&cx, at("atlantis", "")).await), "LocationNotFound");
        assert_eq!(code(world.create(&cx, at("india", "")).await), "LocationDisabled");
        assert_eq!(code(world.create(&cx, at("europe", "eastus")).await), "AzureRegionNotFound");
    })
    .await;
}
