//! The tenant's directory: users, groups, app registrations, licences, administrator roles,
//! sessions and tokens.
//!
//! The words are those of Microsoft Entra ID: object id, user principal name, service principal.
//! Everything lives in the tenant store. Secrets are kept as hashes, or sealed with a key that is
//! not in the database ([`Sealed`]). Nothing here knows of HTTP or of environments: `api/auth`
//! puts OAuth addresses in front, environments map a [`Principal`] to a user of their own.

mod application;
mod audience;
mod demo;
mod denial;
mod directory;
mod failure;
mod first_party;
mod grant;
mod group;
mod jws;
mod keys;
mod licence;
mod migrations;
mod object;
mod password;
mod role;
mod sealed;
mod secret;
mod session;
mod token;
mod user;
mod verify;

pub use application::{Application, ApplicationInput, ApplicationSecret, NewSecret};
pub use audience::is_well_known as is_well_known_audience;
pub use demo::{Demo, DemoAccount, DemoApplication};
pub use denial::Denial;
pub use directory::{Directory, Page, TenantDetails};
pub use first_party::{CLI_CLIENT_ID, PORTAL_CLIENT_ID};
pub use grant::client::Client;
pub use grant::code::CodeRequest;
pub use grant::device::{DeviceCode, DeviceRequest};
pub use grant::scope::{GRAPH_AUDIENCE, Requested};
pub use grant::tokens::{Grant, TokenRequest, TokenSet, Version};
pub use group::{Group, GroupInput};
pub use keys::PublicKey;
pub use licence::Licence;
pub use object::{Object, ObjectKind};
pub use role::DirectoryRole;
pub use sealed::Sealed;
pub use session::Session;
pub use token::Claims;
pub use user::{User, UserInput};
pub use verify::Principal;
