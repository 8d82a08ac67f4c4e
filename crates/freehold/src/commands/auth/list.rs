//! `freehold auth list`: the profiles.

use clap::Args;
use serde_json::{Value, json};

use super::create::profile_json;
use crate::commands::failure::Result;
use crate::commands::profiles::{Profiles, Store};
use crate::commands::shell::{Shell, table};

/// List the profiles. The one that commands use has a mark.
#[derive(Debug, Args)]
pub struct List {}

impl List {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let profiles = Store::of(shell)?.read()?;
        shell.show(&to_json(&profiles), || to_text(&profiles))
    }
}

fn to_json(profiles: &Profiles) -> Value {
    let current = profiles.current().map(|profile| profile.name.as_str());
    let each = profiles.profiles.iter().enumerate().map(|(at, profile)| {
        let mut value = profile_json(profile);
        value["index"] = json!(at + 1);
        value["isActive"] = json!(current == Some(profile.name.as_str()));
        value
    });
    Value::Array(each.collect())
}

fn to_text(profiles: &Profiles) -> String {
    if profiles.profiles.is_empty() {
        return "There are no profiles. Sign in: freehold auth create".to_owned();
    }
    let current = profiles.current().map(|profile| profile.name.as_str());
    let rows = profiles.profiles.iter().enumerate().map(|(at, profile)| {
        [
            format!("[{}]", at + 1),
            if current == Some(profile.name.as_str()) { "*".to_owned() } else { String::new() },
            profile.kind.name().to_owned(),
            profile.name.clone(),
            profile.user.clone(),
            profile.url.clone(),
            profile.environment.as_ref().map(|e| e.name.clone()).unwrap_or_default(),
        ]
    });
    table(["Index", "Active", "Kind", "Name", "User", "Server", "Environment"], rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::profiles::{Kind, Profile};

    #[test]
    fn profiles_are_shown_as_a_table() {
        let mut profiles = Profiles::default();
        assert!(to_text(&profiles).contains("auth create"));
        for (name, kind) in [("Dev", Kind::User), ("CI", Kind::Application)] {
            let profile = Profile {
                name: name.to_owned(),
                url: "http://localhost:8400".to_owned(),
                tenant_id: "t".to_owned(),
                tenant_name: "Contoso".to_owned(),
                kind,
                user: "ana@contoso".to_owned(),
                client_id: String::new(),
                environment: None,
                ca: None,
            };
            profiles.put(profile).unwrap();
        }
        insta::assert_snapshot!(to_text(&profiles), @"
        Index  Active  Kind         Name  User         Server                 Environment
        [1]            User         Dev   ana@contoso  http://localhost:8400
        [2]    *       Application  CI    ana@contoso  http://localhost:8400
        ");
        assert_eq!(to_json(&profiles)[1]["isActive"], true);
    }
}
