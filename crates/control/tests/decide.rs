//! The decision to create an environment: the first rule that says no wins.

use base::{Instant, Uuid};
use control::environments::{
    Asker, CreateRequest, DatabaseRequest, Facts, Person, Switches, decide,
};
use control::{Sku, UpdateCadence};

const ALICE: Uuid = Uuid::from_u128(1);
const BOB: Uuid = Uuid::from_u128(2);

fn request(sku: Sku) -> CreateRequest {
    CreateRequest {
        sku,
        display_name: " Sales ".to_owned(),
        description: String::new(),
        location: None,
        azure_region: None,
        database: None,
        used_by: None,
        update_cadence: UpdateCadence::Moderate,
        switches: serde_json::Map::new(),
    }
}

fn person() -> Person {
    Person {
        id: ALICE,
        is_licensed: true,
        may_create_trial: true,
        may_create_production: true,
        ..Person::default()
    }
}

fn facts() -> Facts {
    Facts {
        now: Instant(1_700_000_000),
        tenant_is_enabled: true,
        home: "europe".to_owned(),
        caller: Asker::Person(person()),
        switches: Switches {
            production_is_for_admins: false,
            trial_is_for_admins: false,
            developer_is_for_admins: false,
            developers_max: 1,
        },
        target: None,
        capacity_free_mb: 1024,
        is_domain_taken: false,
        fresh_domain: "org00000001".to_owned(),
        is_security_group_known: true,
    }
}

/// Everything is wrong; each line mends what the line before was refused for.
#[test]
fn the_rules_are_asked_in_order() {
    let mut wish = request(Sku::Default);
    wish.location = Some("moon".to_owned());
    wish.database = Some(DatabaseRequest { language: Some(1), ..DatabaseRequest::default() });
    let mut world = facts();
    world.caller = Asker::Anonymous;
    world.tenant_is_enabled = false;
    world.switches.trial_is_for_admins = true;
    world.capacity_free_mb = 0;
    let mut text = String::from("\n");
    let mut step = |wish: &CreateRequest, world: &Facts| {
        let line = match decide(wish, world) {
            Ok(_) => "created".to_owned(),
            Err(refusal) => format!("{:?} {}", refusal.rule, refusal.code),
        };
        text.push_str(&line);
        text.push('\n');
    };
    step(&wish, &world);
    world.caller = Asker::Person(Person { may_create_trial: false, trials: 1, ..person() });
    step(&wish, &world);
    world.tenant_is_enabled = true;
    step(&wish, &world);
    wish.sku = Sku::Trial;
    step(&wish, &world);
    world.switches.trial_is_for_admins = false;
    step(&wish, &world);
    world.caller = Asker::Person(Person { trials: 1, ..person() });
    step(&wish, &world);
    world.caller = Asker::Person(person());
    step(&wish, &world);
    wish.sku = Sku::Production;
    step(&wish, &world);
    world.capacity_free_mb = 1024;
    step(&wish, &world);
    wish.location = None;
    step(&wish, &world);
    wish.database = None;
    step(&wish, &world);
    insta::assert_snapshot!(text, @r"
    SignIn Unauthorized
    Tenant TenantDisabled
    Sku EnvironmentSkuNotAllowed
    TenantSwitch EnvironmentCreationDisabled
    Licence UserNotLicensed
    Quota EnvironmentQuotaExceeded
    Location LocationNotFound
    Capacity InsufficientCapacity_StorageDriven
    Location LocationNotFound
    Database LanguageNotSupported
    created
    ");
}

#[test]
fn administrators_need_no_licence_but_capacity() {
    let mut world = facts();
    world.switches.production_is_for_admins = true;
    for caller in [
        Asker::Person(Person { id: ALICE, is_tenant_admin: true, ..Person::default() }),
        Asker::Application(BOB),
        Asker::System,
    ] {
        world.caller = caller;
        world.capacity_free_mb = 1024;
        let plan = decide(&request(Sku::Production), &world).expect("allowed");
        assert_eq!(
            (plan.display_name.as_str(), plan.azure_region.as_str()),
            ("Sales", "westeurope")
        );
        world.capacity_free_mb = 1023;
        let refusal = decide(&request(Sku::Production), &world).expect_err("full");
        assert_eq!(refusal.code, "InsufficientCapacity_StorageDriven");
        assert!(decide(&request(Sku::Trial), &world).is_ok());
    }
}

#[test]
fn a_developer_environment_is_for_a_licensed_person() {
    let mut wish = request(Sku::Developer);
    wish.database = Some(DatabaseRequest::default());
    let mut world = facts();
    world.capacity_free_mb = 0;
    let developer = Person { id: BOB, may_create_developer: true, ..Person::default() };
    // For oneself.
    world.caller = Asker::Person(developer.clone());
    world.target = Some(developer.clone());
    let plan = decide(&wish, &world).expect("allowed");
    assert_eq!(plan.used_by, Some(BOB));
    assert_eq!(plan.database.expect("always").domain, "org00000001");
    // By an administrator for somebody, and by an application that must say for whom.
    world.caller = Asker::Application(ALICE);
    assert_eq!(
        decide(&wish, &world).expect_err("for whom?").code,
        "DeveloperEnvironmentNotAllowed"
    );
    wish.used_by = Some(BOB);
    assert!(decide(&wish, &world).is_ok());
    world.target = None;
    assert_eq!(
        decide(&wish, &world).expect_err("nobody").message,
        "The user named in properties.usedBy does not exist in this tenant."
    );
}

#[test]
fn a_trial_expires_after_thirty_days() {
    let plan = decide(&request(Sku::Trial), &facts()).expect("allowed");
    assert_eq!(plan.expires_at, Some(Instant(1_700_000_000 + 30 * 24 * 3600)));
    let plan = decide(&request(Sku::Sandbox), &facts()).expect("allowed");
    assert_eq!(plan.expires_at, None);
}

#[test]
fn names_are_checked() {
    for (name, is_good) in
        [("", false), ("  ", false), ("a", true), ("a\nb", false), ("a\0b", false)]
    {
        let wish = CreateRequest { display_name: name.to_owned(), ..request(Sku::Sandbox) };
        assert_eq!(decide(&wish, &facts()).is_ok(), is_good, "'{name}'");
    }
    let wish = CreateRequest { display_name: "x".repeat(101), ..request(Sku::Sandbox) };
    assert!(decide(&wish, &facts()).is_err());
    let wish = CreateRequest { used_by: Some(BOB), ..request(Sku::Sandbox) };
    assert!(decide(&wish, &facts()).is_err());
}
