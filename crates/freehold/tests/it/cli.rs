//! The commands, as scripts use them.

use crate::world::{World, sample};

/// A world whose administrator has signed in.
fn signed_in() -> World {
    let world = World::start();
    let (url, password) = (world.url.clone(), world.password("admin@"));
    let line =
        format!("auth create -n Admin -un admin@freehold.localhost -p {password} --url {url}");
    let profile = world.json(&line);
    assert_eq!(profile["user"], "admin@freehold.localhost");
    assert_eq!(profile["kind"], "User");
    world
}

#[test]
fn profiles_say_who_works_where() {
    let world = signed_in();
    assert_eq!(
        world.failure(
            3,
            &format!("auth create -un admin@freehold.localhost -p wrong -u {}", world.url)
        )["code"],
        "invalid_grant"
    );
    let (id, secret) = world.application();
    world.json(&format!(
        "auth create -n CI -id {id} -cs {secret} -t freehold.localhost -u {}",
        world.url
    ));
    assert_eq!(world.json("auth who")["applicationId"], id.as_str());
    world.json("auth select -i 1");
    assert_eq!(world.json("auth who")["isTenantAdmin"], true);
    let listed = world.json("auth list");
    assert_eq!((&listed[0]["name"], &listed[0]["isActive"]), (&"Admin".into(), &true.into()));
    assert_eq!(
        (&listed[1]["kind"], &listed[1]["isActive"]),
        (&"Application".into(), &false.into())
    );
    world.json("auth name -i 2 -n Pipeline");
    assert!(!world.json("auth token")["accessToken"].as_str().unwrap().is_empty());
    world.json("auth delete -n pipeline");
    assert_eq!(world.json("auth list").as_array().unwrap().len(), 1);
    world.json("auth clear");
    assert_eq!(world.failure(3, "env list")["code"], "NotSignedIn");
}

#[test]
fn failures_have_codes_and_exit_codes() {
    let world = signed_in();
    assert_eq!(world.run("help exit-codes").code, 0);
    assert_eq!(world.failure(2, "solution list --nosuch")["code"], "Usage");
    assert_eq!(world.failure(2, "solution list")["code"], "Usage");
    assert_eq!(world.failure(1, "env who -env nosuch")["code"], "EnvironmentNotFound");
    assert_eq!(world.failure(6, "canvas pack --msapp x")["code"], "NotSupported");
    assert_eq!(world.failure(6, "admin backup -env x")["code"], "NotSupported");
    assert_eq!(world.failure(7, "solution create-settings -z nosuch.zip")["code"], "Local");
    assert_eq!(world.failure(4, "auth create --url http://127.0.0.1:1")["code"], "Unreachable");
    let refused = world.failure(1, "admin create -n Bad -t Nonsense");
    assert!(refused["requestId"].is_string());
    let text = world.run("env who -env nosuch").err;
    assert!(text.starts_with("Error: You see no environment 'nosuch'.\n  code "), "{text}");
}

#[test]
fn a_solution_is_packed_imported_exported_and_deleted() {
    let world = signed_in();
    let made = world.json("admin create -n Dev -t Sandbox -r europe -c EUR -d dev");
    assert_eq!((made["type"].as_str(), made["state"].as_str()), (Some("Sandbox"), Some("Ready")));
    let production = world.json("admin create -n Live -t Production -d live");
    world.json("env select -env Dev");
    assert_eq!(world.json("env who")["domainName"], "dev");

    let folder = sample();
    let packed =
        world.json(&format!("solution pack -z out/pt.zip -f {} -p Both", folder.display()));
    assert_eq!(packed.as_array().unwrap().len(), 2);
    world.json("solution create-settings -z out/pt.zip -s settings.json");
    let imported =
        world.json("solution import -p out/pt.zip -ap -pc --settings-file settings.json");
    assert_eq!(imported["state"], "Imported");
    assert_eq!(imported["warnings"].as_array().unwrap().len(), 2);
    assert_eq!(world.json("solution import -p out/pt.zip -slv")["state"], "Skipped");
    assert_eq!(world.failure(1, "solution import -p out/pt_managed.zip")["code"], "0x80048040");
    // What the server cannot do yet is refused by name.
    for flag in ["-s", "-h", "-up", "-cm"] {
        let failure = world.failure(6, &format!("solution import -p out/pt.zip {flag}"));
        assert_eq!(failure["code"], "0x80040219", "{flag}");
    }
    assert_eq!(
        world.json("solution online-version -sn ProjectTracker -sv 1.0.0.1")["previousVersion"],
        "1.0.0.0"
    );
    let exported = world.json("solution export -n ProjectTracker -m -p out");
    assert_eq!(exported["path"], "out/ProjectTracker_1_0_0_1_managed.zip");
    assert_eq!(world.failure(7, "solution export -n ProjectTracker -m -p out")["code"], "Local");

    let live = production["environmentId"].as_str().unwrap();
    world.json(&format!("solution import -p {} -env {live}", exported["path"].as_str().unwrap()));
    let listed = world.json("solution list -env live");
    let ours = listed.as_array().unwrap().iter().find(|one| one["uniqueName"] == "ProjectTracker");
    assert_eq!(ours.unwrap()["isManaged"], true);
    assert_eq!(world.failure(2, "solution delete -sn ProjectTracker -env live")["code"], "Usage");
    world.json("solution delete -sn ProjectTracker -env live --yes-production");
    assert_eq!(
        world.failure(1, "solution delete -sn ProjectTracker -env live")["code"],
        "NotFound"
    );

    world.json(
        "solution unpack -z out/ProjectTracker_1_0_0_1_managed.zip -f back --allowDelete Yes",
    );
    assert!(world.path("back/Other/Solution.xml").is_file());
    world.json("admin delete -env Dev");
    assert_eq!(world.failure(1, "solution list")["code"], "EnvironmentNotFound");
    world.json("admin recover -env Dev");
    assert!(!world.json("solution list").as_array().unwrap().is_empty());
}

#[test]
fn rows_go_from_one_environment_to_another() {
    let world = signed_in();
    for name in ["one", "two"] {
        world.json(&format!("admin create -n {name} -t Sandbox -d {name}"));
        world.json(&format!("solution import -p {} -env {name}", sample().display()));
    }
    let account = world.json("data create account name=Contoso revenue=12.5 -env one");
    let account = account["id"].as_str().unwrap();
    let contact = format!(
        "data create contact lastname=Ana parentcustomerid_account@odata.bind=/accounts({account}) -env one"
    );
    let contact = world.json(&contact);
    let contact = contact["id"].as_str().unwrap();
    // In a circle: the account leads to the contact, and the contact to the account.
    world.json(&format!("data update account {account} primarycontactid={contact} -env one"));
    let project = world.json("data create fh_project fh_name=Bridge -env one");
    let project = project["id"].as_str().unwrap();
    world.json(&format!("data create fh_task fh_name=Dig fh_projectid={project} -env one"));

    let exported =
        world.json("data export -t fh_task,fh_project,account,contact -df d.jsonl -env one");
    assert_eq!(exported["tables"].as_array().unwrap().len(), 4);
    assert_eq!(world.failure(7, "data export -t account -df d.jsonl -env one")["code"], "Local");
    world.json("data import -d d.jsonl -env two");
    // Again changes nothing.
    world.json("data import -d d.jsonl -env two");
    let row = world.json(&format!(
        "data get account {account} --select name,revenue,_primarycontactid_value -env two"
    ));
    assert_eq!((&row["name"], &row["revenue"]), (&"Contoso".into(), &12.5.into()));
    assert_eq!(row["_primarycontactid_value"], contact);
    let tasks = world.json("data list fh_task --select fh_name,_fh_projectid_value -env two");
    assert_eq!(tasks[0]["_fh_projectid_value"], project);
    let counted = world.json("data list contacts --filter statecode+eq+0 --top 1 -env two");
    assert_eq!(counted.as_array().unwrap().len(), 1);
    let query = "<fetch><entity name='account'><attribute name='name'/><link-entity name='contact' \
                 from='contactid' to='primarycontactid'><attribute name='lastname' alias='of'/>\
                 </link-entity></entity></fetch>";
    let fetched = world.json(&format!("env fetch -x {} -env two", query.replace(' ', "+")));
    assert_eq!((&fetched[0]["name"], &fetched[0]["of"]), (&"Contoso".into(), &"Ana".into()));
    std::fs::write(world.path("query.xml"), query).unwrap();
    assert_eq!(world.json("env fetch --xmlFile query.xml -env two"), fetched);
    world.json(&format!("data delete contact {contact} -env two"));
    assert_eq!(
        world.failure(1, &format!("data get contact {contact} -env two"))["code"],
        "0x80040217"
    );
}

#[test]
fn applications_work_where_they_were_let_in() {
    let world = signed_in();
    world.json("admin create -n Dev -t Sandbox -d dev");
    world.json("admin create -n Other -t Sandbox -d other");
    let made = world.json("admin create-service-principal -env Dev -n pipeline");
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    let (id, secret) = (text("applicationId"), text("clientSecret"));
    world.json(&format!(
        "auth create -n CI -id {id} -cs {secret} -t {} -env {}/orgs/dev",
        text("tenantId"),
        world.url
    ));
    // It is no administrator of the tenant, so the environment is known by its address.
    world.json(&format!("solution import -p {}", sample().display()));
    assert_eq!(world.json("env who")["user"], id.as_str());
    assert_eq!(world.failure(1, "env list")["code"], "Forbidden");
    assert_eq!(
        world.failure(1, "solution list -env other")["code"].as_str().map(|c| c.starts_with("0x")),
        Some(true)
    );

    world.json("auth select -n Admin");
    let weak = world.json("admin create-service-principal -env Dev -n reader --role Basic+User");
    assert_eq!(weak["role"], "Basic User");
}
