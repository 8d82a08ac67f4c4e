//! The demo: the main job, from an empty tenant to production.

use serde_json::Value;

use crate::world::{World, sample};

/// Name and outcome of each step.
fn outcomes(told: &Value) -> Vec<(&str, &str)> {
    let steps = told["steps"].as_array().unwrap();
    steps.iter().map(|s| (s["name"].as_str().unwrap(), s["outcome"].as_str().unwrap())).collect()
}

fn said<'v>(told: &'v Value, name: &str) -> &'v str {
    let steps = told["steps"].as_array().unwrap();
    steps.iter().find(|step| step["name"] == name).unwrap()["said"].as_str().unwrap()
}

#[test]
fn a_solution_goes_from_development_to_production() {
    let world = World::start();
    let told = world.json(&format!("demo --data {} --region europe", world.data().display()));
    assert_eq!(told["ok"], true);
    assert_eq!(told["solution"]["uniqueName"], "ProjectTracker");
    assert_eq!(
        outcomes(&told),
        [
            ("sign-in", "done"),
            ("people", "done"),
            ("create-dev", "done"),
            ("create-test", "done"),
            ("create-production", "done"),
            ("let-in-maker", "done"),
            ("import-dev", "done"),
            ("publish", "done"),
            ("tables", "done"),
            ("create-fh_project-maker", "done"),
            ("create-fh_task-maker", "done"),
            ("let-in-user", "done"),
            ("read-without-role", "refused"),
            ("give-role", "done"),
            ("read-with-role", "allowed"),
            ("create-fh_project-user", "allowed"),
            ("create-fh_task-user", "allowed"),
            ("change-others-row", "refused"),
            ("delete-others-row", "refused"),
            ("export", "done"),
            ("import-test", "done"),
            ("bound-test", "done"),
            ("import-production", "done"),
            ("bound-production", "done"),
            ("let-in-production", "done"),
            ("create-fh_project-production", "allowed"),
            ("create-fh_task-production", "allowed"),
            ("delete-managed-column", "refused"),
            ("delete-managed-table", "refused"),
        ]
    );
    assert_eq!(said(&told, "read-with-role"), "1 row");
    assert!(said(&told, "change-others-row").contains("prvWritefh_Project"));
    assert!(said(&told, "delete-managed-column").contains("managed solution ProjectTracker"));
    let environments = told["environments"].as_array().unwrap();
    let of = |name: &str| -> Vec<_> {
        environments.iter().map(|e| e[name].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(of("type"), ["Sandbox", "Sandbox", "Production"]);
    assert_eq!(of("region"), ["europe", "europe", "europe"]);
    for link in of("portal") {
        assert!(link.starts_with(&format!("{}/environments/", world.url)), "{link}");
    }
}

#[test]
fn it_starts_a_server_of_its_own_and_takes_any_package() {
    let world = World::start();
    // Nothing runs on the data folder of the user's own folder, so the demo starts a server.
    let folder = sample();
    let told = world.json(&format!("demo --data nowhere --package {}", folder.display()));
    assert_eq!(outcomes(&told)[0], ("start", "done"));
    assert_ne!(told["url"], world.url.as_str());
    let managed = world.path("managed.zip");
    world.json(&format!(
        "solution pack -z {} -f {} -p Managed",
        managed.display(),
        folder.display()
    ));
    let failure = world.failure(2, &format!("demo --data nowhere --package {}", managed.display()));
    assert!(failure["message"].as_str().unwrap().contains("is a managed package"));
}

#[test]
fn what_it_made_can_be_taken_away_again() {
    let world = World::start();
    let told = world.json(&format!("demo --data {} --clean", world.data().display()));
    assert_eq!(outcomes(&told).last(), Some(&("clean-up", "done")));
    let token = world.run(&format!("token --user admin --data {}", world.data().display())).out;
    world.json(&format!("auth create --url {} --token {}", world.url, token.trim()));
    assert_eq!(world.json("admin list").as_array().unwrap().len(), 1);
}
