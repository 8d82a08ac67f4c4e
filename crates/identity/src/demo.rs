//! Demo accounts, for trying things out. Made only when somebody asks.

use base::{Cx, Instant, PrincipalId, Result, Uuid};

use crate::{
    Application, ApplicationInput, Directory, DirectoryRole, Group, GroupInput, Licence, Page,
    User, UserInput, secret,
};

/// What [`Directory::demo`] made or found.
#[derive(Clone, Debug)]
pub struct Demo {
    /// An administrator, a maker and a user.
    pub accounts: Vec<DemoAccount>,
    /// The security group that the maker and the user are in.
    pub group: PrincipalId,
    /// An app registration.
    pub application: DemoApplication,
}

/// A demo user.
#[derive(Clone)]
pub struct DemoAccount {
    /// The user.
    pub user: User,
    /// The password, if the account was made just now: it is kept nowhere.
    pub password: Option<String>,
}

/// The demo app registration.
#[derive(Clone)]
pub struct DemoApplication {
    /// The application (client) id.
    pub id: Uuid,
    /// The secret, if it was made just now: it is kept nowhere.
    pub secret: Option<String>,
}

/// A year.
const SECRET_SECONDS: i64 = 365 * 24 * 3600;
const GROUP: &str = "Contoso Makers";
const APPLICATION: &str = "Contoso Automation";

struct Person {
    name: &'static str,
    given_name: &'static str,
    surname: &'static str,
    role: Option<DirectoryRole>,
    licence: Option<Licence>,
}

const PEOPLE: [Person; 3] = [
    Person {
        name: "admin",
        given_name: "Megan",
        surname: "Bowen",
        role: Some(DirectoryRole::GlobalAdministrator),
        licence: None,
    },
    Person {
        name: "maker",
        given_name: "Alex",
        surname: "Wilber",
        role: None,
        licence: Some(Licence::PowerAppsPlan),
    },
    Person {
        name: "user",
        given_name: "Isaiah",
        surname: "Langer",
        role: None,
        licence: Some(Licence::PowerAppsPlan),
    },
];

impl Directory {
    /// Makes demo accounts with fresh passwords, a security group and an app registration. What is
    /// there already stays as it is, without its password being told again.
    pub async fn demo(&self, cx: &Cx) -> Result<Demo> {
        self.may_change(cx).await?;
        let mut accounts = Vec::new();
        for person in &PEOPLE {
            accounts.push(self.demo_account(cx, person).await?);
        }
        let group = self.demo_group(cx).await?;
        for account in accounts.iter().filter(|a| !a.user.upn.starts_with("admin@")) {
            self.member_add(cx, group.id, account.user.id).await?;
        }
        Ok(Demo { accounts, group: group.id, application: self.demo_application(cx).await? })
    }

    async fn demo_account(&self, cx: &Cx, person: &Person) -> Result<DemoAccount> {
        let upn = format!("{}@{}", person.name, self.tenant().domain);
        if let Some(user) = self.user_by_upn(&upn).await? {
            return Ok(DemoAccount { user, password: None });
        }
        let password = secret::generate_password(cx);
        let input = UserInput {
            mail: Some(upn.clone()),
            upn,
            display_name: format!("{} {}", person.given_name, person.surname),
            given_name: Some(person.given_name.into()),
            surname: Some(person.surname.into()),
            usage_location: Some("US".into()),
            is_enabled: true,
        };
        let user = self.user_create(cx, input, Some(&password)).await?;
        if let Some(role) = person.role {
            self.role_assign(cx, user.id, role).await?;
        }
        if let Some(licence) = person.licence {
            self.licence_assign(cx, user.id, licence).await?;
        }
        Ok(DemoAccount { user, password: Some(password) })
    }

    async fn demo_group(&self, cx: &Cx) -> Result<Group> {
        let page = Page { search: Some(GROUP.into()), ..Page::default() };
        if let Some(group) = self.groups_list(&page).await?.into_iter().next() {
            return Ok(group);
        }
        let description = Some("Members may make apps in the demo environments.".into());
        self.group_create(cx, GroupInput { display_name: GROUP.into(), description }).await
    }

    async fn demo_application(&self, cx: &Cx) -> Result<DemoApplication> {
        let page = Page { search: Some(APPLICATION.into()), ..Page::default() };
        let found: Option<Application> = self.applications_list(&page).await?.into_iter().next();
        if let Some(found) = found {
            return Ok(DemoApplication { id: found.id, secret: None });
        }
        let input = ApplicationInput {
            display_name: APPLICATION.into(),
            is_public: false,
            is_enabled: true,
            redirect_uris: Vec::new(),
        };
        let application = self.application_create(cx, input).await?;
        let until: Instant = cx.now().plus_seconds(SECRET_SECONDS);
        let secret = self.secret_add(cx, application.id, "Demo", until).await?;
        Ok(DemoApplication { id: application.id, secret: Some(secret.value) })
    }
}

/// Says who, not the password.
impl std::fmt::Debug for DemoAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DemoAccount").field("upn", &self.user.upn).finish_non_exhaustive()
    }
}

/// Says which, not the secret.
impl std::fmt::Debug for DemoApplication {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DemoApplication").field("id", &self.id).finish_non_exhaustive()
    }
}
