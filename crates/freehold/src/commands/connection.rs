//! With which server a command speaks, and as whom.
//!
//! `FREEHOLD_URL` and `FREEHOLD_TOKEN` win over the profile that was selected.

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};

use super::client::{Access, Client, is_loopback};
use super::failure::{Failure, Result};
use super::profiles::{Profile, Store};
use super::shell::Shell;
use super::sign_in::Renewing;

/// A server, and the profile it was found by.
pub struct Connection {
    /// The client.
    pub client: Client,
    /// The profile; none when the environment variables say everything.
    pub profile: Option<Profile>,
}

/// The server that commands work with.
pub fn connect(shell: &Shell) -> Result<Connection> {
    connect_to(shell, shell.variable("FREEHOLD_URL"))
}

/// The server at `url`; that of the profile without it.
pub fn connect_to(shell: &Shell, url: Option<String>) -> Result<Connection> {
    let store = Store::of(shell)?;
    let token = shell.variable("FREEHOLD_TOKEN");
    let profiles = store.read()?;
    let profile = match &url {
        None => profiles.current().cloned(),
        Some(url) => {
            let same = |profile: &&Profile| profile.url == url.trim_end_matches('/');
            let current = profiles.current().filter(same);
            current.or_else(|| profiles.profiles.iter().find(same)).cloned()
        }
    };
    let Some(url) = url.or_else(|| profile.as_ref().map(|profile| profile.url.clone())) else {
        return Err(Failure::not_signed_in("No profile is selected, and nobody has signed in."));
    };
    let access = match (token, &profile) {
        (Some(token), _) => Access::Token(token),
        (None, Some(profile)) => {
            Access::Profile(Box::new(RefCell::new(Renewing::new(store, profile.clone())?)))
        }
        (None, None) => {
            return Err(Failure::not_signed_in(format!("No profile is signed in at {url}."))
                .suggest(format!("freehold auth create --url {url}, or set FREEHOLD_TOKEN.")));
        }
    };
    let ca = authority(shell, &url, None)?;
    let ca = ca.or_else(|| profile.as_ref().and_then(|profile| profile.ca.clone()));
    Ok(Connection { client: Client::new(&url, ca.as_deref(), access)?, profile })
}

/// The authority to trust at `url`: of the file named, of `FREEHOLD_CA`, or for a server on this
/// machine of its data folder.
pub fn authority(shell: &Shell, url: &str, file: Option<&Path>) -> Result<Option<String>> {
    if !url.starts_with("https://") {
        return Ok(None);
    }
    let named =
        file.map(Path::to_owned).or_else(|| shell.variable("FREEHOLD_CA").map(PathBuf::from));
    if let Some(path) = named {
        return read(&path).map(Some);
    }
    let data = shell
        .variable("FREEHOLD_DATA")
        .map_or_else(|| PathBuf::from("freehold-data"), PathBuf::from);
    let path = data.join("ca.pem");
    if is_loopback(url) && path.is_file() {
        return read(&path).map(Some);
    }
    Ok(None)
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path)
        .map_err(|error| Failure::file("The file of the authority cannot be read:", path, &error))
}
