//! Profiles: with which server, as whom, and in which environment commands work.
//!
//! Two files in the user's folder: `profiles.json`, and `secrets.json` with tokens and client
//! secrets. Only their owner can read them.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::failure::{Failure, Result};
use super::shell::Shell;

/// Profiles a user may have.
const PROFILES_MAX: usize = 1000;

/// A server, and who works with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// What it is called; unique, whatever the case.
    pub name: String,
    /// The address of the server.
    pub url: String,
    /// The id of the tenant.
    pub tenant_id: String,
    /// Its name.
    pub tenant_name: String,
    /// How it signed in.
    pub kind: Kind,
    /// The user principal name, or the id of the application.
    pub user: String,
    /// The client id that the tokens were given to.
    pub client_id: String,
    /// The environment that commands work in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<Selected>,
    /// The authority to trust, in PEM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca: Option<String>,
}

/// How a profile signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A person.
    User,
    /// An application, with its secret.
    Application,
    /// A token that was given as it is, and is not renewed.
    Token,
}

impl Kind {
    /// What people read.
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Application => "Application",
            Self::Token => "Token",
        }
    }
}

/// The environment that was selected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Selected {
    /// Its id.
    pub id: String,
    /// Its name when it was selected.
    pub name: String,
    /// Its type when it was selected.
    pub sku: String,
    /// The label of its addresses; none without a database.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
}

/// What gives new tokens. Never shown.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Secret {
    /// The token.
    pub access_token: String,
    /// When it ends, in seconds since 1970.
    pub expires_at: i64,
    /// What gives the next one to a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// What gives the next one to an application.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
}

/// All profiles of the user.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Profiles {
    /// The name of the one that commands use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current: Option<String>,
    /// All of them, in the order they were made.
    pub profiles: Vec<Profile>,
}

impl Profiles {
    /// The one that commands use.
    pub fn current(&self) -> Option<&Profile> {
        let name = self.current.as_deref()?;
        self.profiles.iter().find(|profile| same(&profile.name, name))
    }

    /// The one with this number (from 1) or name.
    pub fn position(&self, index: Option<usize>, name: Option<&str>) -> Result<usize> {
        let position = match (index, name) {
            (Some(index), None) => {
                index.checked_sub(1).filter(|position| *position < self.profiles.len())
            }
            (None, Some(name)) => {
                self.profiles.iter().position(|profile| same(&profile.name, name))
            }
            _ => return Err(Failure::usage("Name the profile with --index or --name, not both.")),
        };
        position.ok_or_else(|| {
            let what = index.map_or_else(|| name.unwrap_or_default().to_owned(), |i| i.to_string());
            Failure::usage(format!("There is no profile '{what}'."))
                .suggest("freehold auth list shows all profiles.")
        })
    }

    /// Puts a profile in, in place of one with the same name, and selects it.
    pub fn put(&mut self, profile: Profile) -> Result<()> {
        self.current = Some(profile.name.clone());
        match self.profiles.iter().position(|known| same(&known.name, &profile.name)) {
            Some(position) => self.profiles[position] = profile,
            None if self.profiles.len() == PROFILES_MAX => {
                return Err(Failure::local(format!("There are {PROFILES_MAX} profiles already."))
                    .suggest("Delete some: freehold auth delete --name <name>"));
            }
            None => self.profiles.push(profile),
        }
        Ok(())
    }

    /// Takes a profile out; if it was the current one, the first that is left is.
    pub fn remove(&mut self, position: usize) -> Profile {
        let gone = self.profiles.remove(position);
        if self.current.as_deref().is_some_and(|name| same(name, &gone.name)) {
            self.current = self.profiles.first().map(|profile| profile.name.clone());
        }
        gone
    }

    /// A name that nobody has: `name`, or with a number behind it.
    pub fn free_name(&self, name: &str) -> String {
        let is_free = |name: &String| !self.profiles.iter().any(|known| same(&known.name, name));
        let numbered = (2..).map(|number| format!("{name}-{number}"));
        std::iter::once(name.to_owned()).chain(numbered).find(is_free).unwrap_or_default()
    }
}

fn same(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

/// Where profiles are kept.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
}

impl Store {
    /// The user's.
    pub fn of(shell: &Shell) -> Result<Self> {
        Ok(Self { folder: shell.config_folder()? })
    }

    /// One in this folder.
    #[cfg(test)]
    pub fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// All profiles.
    pub fn read(&self) -> Result<Profiles> {
        self.parse("profiles.json")
    }

    /// Keeps all profiles.
    pub fn write(&self, profiles: &Profiles) -> Result<()> {
        self.keep("profiles.json", profiles)
    }

    /// The secret of a profile.
    pub fn secret(&self, name: &str) -> Result<Option<Secret>> {
        let mut secrets: BTreeMap<String, Secret> = self.parse("secrets.json")?;
        Ok(secrets.remove(&name.to_lowercase()))
    }

    /// Keeps the secret of a profile; with none, forgets it.
    pub fn put_secret(&self, name: &str, secret: Option<Secret>) -> Result<()> {
        let mut secrets: BTreeMap<String, Secret> = self.parse("secrets.json")?;
        match secret {
            Some(secret) => secrets.insert(name.to_lowercase(), secret),
            None => secrets.remove(&name.to_lowercase()),
        };
        self.keep("secrets.json", &secrets)
    }

    /// Forgets everything.
    pub fn clear(&self) -> Result<()> {
        for name in ["profiles.json", "secrets.json"] {
            let path = self.folder.join(name);
            match fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(Failure::file("This file cannot be deleted:", &path, &error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn parse<T: Default + for<'a> Deserialize<'a>>(&self, name: &str) -> Result<T> {
        let path = self.folder.join(name);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(T::default()),
            Err(error) => return Err(Failure::file("This file cannot be read:", &path, &error)),
        };
        serde_json::from_str(&text).map_err(|error| {
            Failure::local(format!("{} is damaged: {error}.", path.display()))
                .suggest("freehold auth clear removes it; sign in again after that.")
        })
    }

    /// Writes beside the file and puts it in its place, so that a reader sees the old or the new.
    fn keep(&self, name: &str, value: &impl Serialize) -> Result<()> {
        let path = self.folder.join(name);
        let text = serde_json::to_string_pretty(value)
            .map_err(|error| Failure::local(format!("{name} cannot be written: {error}.")))?;
        let beside = self.folder.join(format!("{name}.{}.new", std::process::id()));
        let written = fs::create_dir_all(&self.folder)
            .and_then(|()| write_private(&beside, text.as_bytes()))
            .and_then(|()| fs::rename(&beside, &path));
        written.map_err(|error| Failure::file("This file cannot be written:", &path, &error))
    }
}

/// Writes a file that only its owner can read.
pub fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(name: &str) -> Profile {
        Profile {
            name: name.to_owned(),
            url: "http://localhost:8400".to_owned(),
            tenant_id: "t".to_owned(),
            tenant_name: "Contoso".to_owned(),
            kind: Kind::User,
            user: "ana@contoso".to_owned(),
            client_id: "c".to_owned(),
            environment: None,
            ca: None,
        }
    }

    #[test]
    fn profiles_are_kept_and_found_by_number_and_name() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(&folder.path().join("new"));
        let mut profiles = store.read().unwrap();
        assert_eq!(profiles, Profiles::default());
        profiles.put(profile("Dev")).unwrap();
        profiles.put(profile("Prod")).unwrap();
        profiles.put(profile("dev")).unwrap();
        store.write(&profiles).unwrap();
        let profiles = store.read().unwrap();
        let names: Vec<_> = profiles.profiles.iter().map(|p| p.name.as_str()).collect();
        assert_eq!(names, ["dev", "Prod"]);
        assert_eq!(profiles.current().unwrap().name, "dev");
        assert_eq!(profiles.position(Some(2), None), Ok(1));
        assert_eq!(profiles.position(None, Some("PROD")), Ok(1));
        assert!(profiles.position(Some(3), None).is_err());
        assert!(profiles.position(Some(0), None).is_err());
        assert!(profiles.position(None, None).is_err());
        assert_eq!(profiles.free_name("Dev"), "Dev-2");
        let mut profiles = profiles;
        profiles.remove(0);
        assert_eq!(profiles.current().unwrap().name, "Prod");
        profiles.remove(0);
        assert_eq!(profiles.current(), None);
    }

    #[test]
    fn secrets_are_for_their_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(folder.path());
        let secret = Secret { access_token: "x".to_owned(), ..Secret::default() };
        store.put_secret("Dev", Some(secret)).unwrap();
        assert_eq!(store.secret("dev").unwrap().unwrap().access_token, "x");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode =
                fs::metadata(folder.path().join("secrets.json")).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        store.put_secret("DEV", None).unwrap();
        assert!(store.secret("dev").unwrap().is_none());
        store.clear().unwrap();
        store.clear().unwrap();
    }

    #[test]
    fn a_damaged_file_is_told() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("profiles.json"), "{").unwrap();
        let failure = Store::at(folder.path()).read().unwrap_err();
        assert!(failure.message.contains("is damaged"), "{failure}");
    }
}
