//! The directory on both databases: objects, memberships, roles, licences, tokens.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::sync::Arc;

use base::{Caller, Cx, FixedClock, Kind, SystemRandom};
use db::Store;
use identity::{
    Application, ApplicationInput, Directory, DirectoryRole, Group, GroupInput, Licence, Page,
    Sealed, User, UserInput,
};

const START_MS: i64 = 1_700_000_000_000;
const ORIGIN: &str = "https://own.example";

struct Given {
    cx: Cx,
    clock: Arc<FixedClock>,
    store: Store,
    directory: Arc<Directory>,
}

/// Runs `test` with a fresh directory on each database.
async fn each<F: Future<Output = ()>>(test: impl Fn(Given) -> F) {
    for database in db::testing::all().await {
        let clock = Arc::new(FixedClock::new(START_MS));
        let cx = Cx::new(Caller::System, clock.clone(), Arc::new(SystemRandom));
        let store = database.create("tenant").await.unwrap();
        let directory = open(&cx, &store).await;
        test(Given { cx, clock, store, directory }).await;
    }
}

async fn open(cx: &Cx, store: &Store) -> Arc<Directory> {
    let sealed = Arc::new(Sealed::new(&[7; 32]));
    Directory::open_sealed(cx, store.clone(), sealed).await.unwrap()
}

impl Given {
    async fn user(&self, name: &str) -> User {
        let input = UserInput {
            upn: format!("{name}@contoso.example"),
            display_name: name.into(),
            is_enabled: true,
            ..UserInput::default()
        };
        self.directory.user_create(&self.cx, input, None).await.unwrap()
    }

    async fn group(&self, name: &str) -> Group {
        let input = GroupInput { display_name: name.into(), description: None };
        self.directory.group_create(&self.cx, input).await.unwrap()
    }

    async fn application(&self, name: &str) -> Application {
        let input = ApplicationInput {
            display_name: name.into(),
            is_enabled: true,
            ..ApplicationInput::default()
        };
        self.directory.application_create(&self.cx, input).await.unwrap()
    }

    fn token(&self, user: &User, audience: &str) -> String {
        self.directory.issue_token(&self.cx, user, ORIGIN, audience).unwrap()
    }

    /// The code of the error, or who the token speaks for.
    async fn verify(&self, token: &str, audiences: &[&str]) -> String {
        match self.directory.verify_token(&self.cx, token, audiences).await {
            Ok(principal) => principal.name.clone(),
            Err(error) => {
                assert_eq!(error.kind, Kind::Unauthenticated, "{error:?}");
                error.code.into_owned()
            }
        }
    }
}

#[tokio::test]
async fn users_are_kept_found_changed_and_removed() {
    each(async |given| {
        let (cx, directory) = (&given.cx, &given.directory);
        let ada = given.user("Ada").await;
        assert_eq!(directory.user_get(ada.id).await.unwrap(), ada);
        assert_eq!(directory.user_by_upn("ADA@contoso.EXAMPLE").await.unwrap(), Some(ada.clone()));

        let again = directory.user_create(cx, ada.to_input(), None).await.unwrap_err();
        assert_eq!((again.kind, &*again.code), (Kind::Conflict, "ObjectConflict"));
        for upn in ["", "ada", "a@", "@b", "a@b@c", "a b@c", "a\n@b"] {
            let input = UserInput { upn: upn.into(), ..ada.to_input() };
            let error = directory.user_create(cx, input, None).await.unwrap_err();
            assert_eq!(error.kind, Kind::Invalid, "{upn}");
        }

        let input = UserInput {
            surname: Some("Lovelace".into()),
            mail: Some("  ".into()),
            usage_location: Some("gb".into()),
            ..ada.to_input()
        };
        let changed = directory.user_update(cx, ada.id, input).await.unwrap();
        assert_eq!(changed.usage_location.as_deref(), Some("GB"));
        assert_eq!(changed.mail, None);
        assert_eq!(directory.user_get(ada.id).await.unwrap(), changed);

        given.user("bob").await;
        let find = async |search: &str| {
            let page = Page { search: Some(search.into()), ..Page::default() };
            let users = directory.users_list(&page).await.unwrap();
            users.into_iter().map(|u| u.display_name).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(find("").await, "Ada bob");
        assert_eq!(find("ADA").await, "Ada");
        assert_eq!(find("%").await, "");
        let page = Page { skip: 1, top: Some(1), ..Page::default() };
        assert_eq!(directory.users_list(&page).await.unwrap()[0].display_name, "bob");

        directory.user_delete(cx, ada.id).await.unwrap();
        assert_eq!(directory.user_get(ada.id).await.unwrap_err().kind, Kind::NotFound);
        assert_eq!(directory.user_delete(cx, ada.id).await.unwrap_err().kind, Kind::NotFound);
    })
    .await;
}

#[tokio::test]
async fn groups_in_groups_are_followed_and_may_go_round() {
    each(async |given| {
        let (cx, directory) = (&given.cx, &given.directory);
        let ada = given.user("ada").await;
        let app = given.application("robot").await;
        let (a, b, c) = (given.group("a").await, given.group("b").await, given.group("c").await);
        for (group, member) in
            [(a.id, ada.id), (b.id, a.id), (c.id, b.id), (a.id, c.id), (b.id, app.object_id)]
        {
            directory.member_add(cx, group, member).await.unwrap();
            directory.member_add(cx, group, member).await.unwrap();
        }
        let mut all = [a.id, b.id, c.id];
        all.sort();
        let of = async |id| {
            let mut groups = directory.member_of(id).await.unwrap();
            groups.sort();
            groups
        };
        assert_eq!(of(ada.id).await, all);
        assert_eq!(of(app.object_id).await, all);
        let members = directory.members_list(b.id, &Page::default()).await.unwrap();
        let mut names: Vec<_> =
            members.iter().map(|m| (m.display_name.as_str(), m.kind.name())).collect();
        names.sort_unstable();
        assert_eq!(names, [("a", "Group"), ("robot", "ServicePrincipal")]);

        directory.member_remove(cx, a.id, ada.id).await.unwrap();
        assert!(of(ada.id).await.is_empty());
        let gone = directory.member_remove(cx, a.id, ada.id).await.unwrap_err();
        assert_eq!(gone.kind, Kind::NotFound);
        let itself = directory.member_add(cx, a.id, a.id).await.unwrap_err();
        assert_eq!(itself.kind, Kind::Invalid);
        let nobody = directory.member_add(cx, a.id, cx.random_id()).await.unwrap_err();
        assert_eq!(nobody.kind, Kind::NotFound);
        directory.group_delete(cx, b.id).await.unwrap();
        assert!(of(app.object_id).await.is_empty());
        assert_eq!(of(c.id).await, {
            let mut ids = [a.id];
            ids.sort();
            ids
        });
    })
    .await;
}

#[tokio::test]
async fn only_global_administrators_change_the_directory() {
    each(async |given| {
        let (cx, directory) = (&given.cx, &given.directory);
        let (ada, eve) = (given.user("ada").await, given.user("eve").await);
        let admins = given.group("admins").await;
        directory.member_add(cx, admins.id, ada.id).await.unwrap();
        directory.role_assign(cx, admins.id, DirectoryRole::GlobalAdministrator).await.unwrap();
        directory.role_assign(cx, eve.id, DirectoryRole::PowerPlatformAdministrator).await.unwrap();
        assert_eq!(directory.roles_of(ada.id).await.unwrap(), [DirectoryRole::GlobalAdministrator]);

        let as_ada = cx.with_caller(Caller::User(ada.id));
        directory.licence_assign(&as_ada, eve.id, Licence::PowerAppsPlan).await.unwrap();
        assert_eq!(directory.licences_of(eve.id).await.unwrap(), [Licence::PowerAppsPlan]);

        let app = given.application("robot").await;
        for caller in [Caller::User(eve.id), Caller::Application(app.id), Caller::Anonymous] {
            let cx = &cx.with_caller(caller);
            let group = GroupInput { display_name: "g".into(), description: None };
            let until = cx.now().plus_seconds(60);
            let role = DirectoryRole::GlobalAdministrator;
            let input = app.to_input();
            let refusals = [
                directory.user_create(cx, eve.to_input(), None).await.err(),
                directory.user_update(cx, eve.id, eve.to_input()).await.err(),
                directory.user_set_password(cx, ada.id, "long enough").await.err(),
                directory.user_delete(cx, ada.id).await.err(),
                directory.group_create(cx, group.clone()).await.err(),
                directory.group_update(cx, admins.id, group).await.err(),
                directory.group_delete(cx, admins.id).await.err(),
                directory.member_add(cx, admins.id, eve.id).await.err(),
                directory.member_remove(cx, admins.id, ada.id).await.err(),
                directory.application_create(cx, input.clone()).await.err(),
                directory.application_update(cx, app.id, input).await.err(),
                directory.application_delete(cx, app.id).await.err(),
                directory.secret_add(cx, app.id, "s", until).await.err(),
                directory.secret_remove(cx, app.id, app.id).await.err(),
                directory.licence_assign(cx, ada.id, Licence::Dynamics365).await.err(),
                directory.licence_revoke(cx, eve.id, Licence::PowerAppsPlan).await.err(),
                directory.role_assign(cx, eve.id, role).await.err(),
                directory.role_revoke(cx, admins.id, role).await.err(),
                directory.tenant_update(cx, "Evil", "evil.example").await.err(),
                directory.signing_key_rotate(cx).await.err(),
                directory.demo(cx).await.err(),
            ];
            for (at, refusal) in refusals.into_iter().enumerate() {
                let refusal = refusal.unwrap_or_else(|| panic!("operation {at} was allowed"));
                assert_eq!(refusal.code, "Authorization_RequestDenied", "operation {at}");
            }
        }

        let last = directory
            .role_revoke(cx, admins.id, DirectoryRole::GlobalAdministrator)
            .await
            .unwrap_err();
        assert_eq!(last.code, "LastGlobalAdministrator");
        directory.role_assign(cx, ada.id, DirectoryRole::GlobalAdministrator).await.unwrap();
        directory.role_revoke(cx, admins.id, DirectoryRole::GlobalAdministrator).await.unwrap();
        let disabled = UserInput { is_enabled: false, ..ada.to_input() };
        for last in [
            directory.user_update(cx, ada.id, disabled).await.err(),
            directory.user_delete(cx, ada.id).await.err(),
        ] {
            assert_eq!(last.unwrap().code, "LastGlobalAdministrator");
        }
    })
    .await;
}

#[tokio::test]
async fn tokens_are_good_for_us_for_an_hour_while_the_user_is() {
    each(async |given| {
        let ada = given.user("ada").await;
        let token = given.token(&ada, "https://org.example/");
        assert_eq!(given.verify(&token, &[]).await, "ada");
        assert_eq!(given.verify(&token, &["https://ORG.example:443"]).await, "ada");
        let other = given.verify(&token, &["https://other.example"]).await;
        assert_eq!(other, "InvalidAuthenticationTokenAudience");
        let foreign = given.token(&ada, "api://0f5f0e5c-0000-4000-8000-000000000000");
        assert_eq!(given.verify(&foreign, &[]).await, "InvalidAuthenticationTokenAudience");

        for bad in ["", "x", "a.b.c", &token[..token.len() - 4], &format!("{token}AAAA")] {
            assert_eq!(given.verify(bad, &[]).await, "InvalidAuthenticationToken", "{bad}");
        }
        let long = "x".repeat(base::limits::TOKEN_BYTES_MAX + 1);
        assert_eq!(given.verify(&long, &[]).await, "InvalidAuthenticationToken");

        let input = UserInput { is_enabled: false, ..ada.to_input() };
        given.directory.user_update(&given.cx, ada.id, input).await.unwrap();
        assert_eq!(given.verify(&token, &[]).await, "AccountDisabled");
        given.directory.user_update(&given.cx, ada.id, ada.to_input()).await.unwrap();
        assert_eq!(given.verify(&token, &[]).await, "ada");

        given.clock.advance_ms(3_599_000);
        assert_eq!(given.verify(&token, &[]).await, "ada");
        given.clock.advance_ms(1000);
        assert_eq!(given.verify(&token, &[]).await, "ExpiredAuthenticationToken");

        let token = given.token(&ada, "https://org.example/");
        given.directory.user_delete(&given.cx, ada.id).await.unwrap();
        assert_eq!(given.verify(&token, &[]).await, "PrincipalNotFound");
    })
    .await;
}

#[tokio::test]
async fn another_process_is_noticed() {
    each(async |given| {
        let ada = given.user("ada").await;
        let other = open(&given.cx, &given.store).await;
        assert_eq!(other.tenant(), given.directory.tenant());
        let token = given.token(&ada, "https://org.example/");
        assert!(other.verify_token(&given.cx, &token, &[]).await.is_ok());

        // A key that the other process made is found, though not asked for again and again.
        given.directory.signing_key_rotate(&given.cx).await.unwrap();
        let new = given.token(&ada, "https://org.example/");
        assert!(other.verify_token(&given.cx, &new, &[]).await.is_err());
        given.clock.advance_ms(5000);
        assert!(other.verify_token(&given.cx, &new, &[]).await.is_ok());
        assert!(other.verify_token(&given.cx, &token, &[]).await.is_ok());
        assert_eq!(other.signing_keys().len(), 2);

        // So is a user whom the other process disabled, within the recheck time.
        let input = UserInput { is_enabled: false, ..ada.to_input() };
        given.directory.user_update(&given.cx, ada.id, input).await.unwrap();
        given.clock.advance_ms(base::limits::PRINCIPAL_RECHECK_SECONDS * 1000);
        let error = other.verify_token(&given.cx, &new, &[]).await.unwrap_err();
        assert_eq!(error.code, "AccountDisabled");
    })
    .await;
}

#[tokio::test]
async fn a_lost_key_file_is_an_error_that_says_so() {
    each(async |given| {
        let other = Arc::new(Sealed::new(&[8; 32]));
        let error = Directory::open_sealed(&given.cx, given.store.clone(), other).await.err();
        assert!(error.unwrap().chain().contains("restore the key file"));
    })
    .await;
}

#[tokio::test]
async fn the_tenant_has_a_name_and_a_domain() {
    each(async |given| {
        let directory = &given.directory;
        directory.tenant_update(&given.cx, "Contoso", "Contoso.Example").await.unwrap();
        let reopened = open(&given.cx, &given.store).await;
        assert_eq!(reopened.tenant(), directory.tenant());
        let id = directory.tenant().id.to_string();
        for name in [&id, &id.to_uppercase(), "common", "Organizations", "contoso.EXAMPLE"] {
            assert!(directory.is_tenant(name), "{name}");
        }
        for name in ["", "consumers", "other.example", "00000000-0000-0000-0000-000000000000"] {
            assert!(!directory.is_tenant(name), "{name}");
        }
        for domain in ["", "contoso", "a b.c", ".x", "x."] {
            let result = directory.tenant_update(&given.cx, "Contoso", domain).await;
            assert_eq!(result.unwrap_err().kind, Kind::Invalid, "{domain}");
        }
    })
    .await;
}

#[tokio::test]
async fn redirect_uris_are_checked() {
    each(async |given| {
        let app = given.application("web").await;
        for (uri, is_good) in [
            ("https://app.example/in", true),
            ("http://localhost", true),
            ("msal1234://auth", true),
            ("", false),
            ("/in", false),
            ("javascript:alert(1)", false),
            ("JavaScript:alert(1)", false),
            ("data:text/html,x", false),
            ("https://app.example/#x", false),
            ("https://app.example/\"><script>", false),
            ("https://app.example/ x", false),
        ] {
            let input = ApplicationInput { redirect_uris: vec![uri.into()], ..app.to_input() };
            let result = given.directory.application_update(&given.cx, app.id, input).await;
            assert_eq!(result.is_ok(), is_good, "{uri}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_demo_is_made_once() {
    each(async |given| {
        let (cx, directory) = (&given.cx, &given.directory);
        let first = directory.demo(cx).await.unwrap();
        let admin = &first.accounts[0];
        assert_eq!(admin.user.upn, "admin@freehold.localhost");
        let password = admin.password.clone().unwrap();
        assert!(directory.sign_in(cx, &admin.user.upn, &password).await.is_ok());
        let roles = directory.roles_of(admin.user.id).await.unwrap();
        assert_eq!(roles, [DirectoryRole::GlobalAdministrator]);
        let maker = first.accounts[1].user.id;
        assert_eq!(directory.licences_of(maker).await.unwrap(), [Licence::PowerAppsPlan]);
        assert_eq!(directory.member_of(maker).await.unwrap(), [first.group]);
        assert!(!format!("{first:?}").contains(&password));

        let second = directory.demo(cx).await.unwrap();
        assert!(second.accounts.iter().all(|a| a.password.is_none()));
        assert!(second.application.secret.is_none());
        assert_eq!(second.application.id, first.application.id);
        assert_eq!(directory.users_list(&Page::default()).await.unwrap().len(), 3);
    })
    .await;
}

#[tokio::test]
async fn guessing_passwords_locks_the_name_for_a_while() {
    each(async |given| {
        let (cx, directory) = (&given.cx, &given.directory);
        let ada = given.user("ada").await;
        directory.user_set_password(cx, ada.id, "correct horse").await.unwrap();
        let sign_in = async |upn: &str, password: &str| {
            directory
                .sign_in(cx, upn, password)
                .await
                .map(|u| u.display_name)
                .map_err(|d| d.number())
        };
        assert_eq!(sign_in("ADA@contoso.example", "correct horse").await, Ok("ada".into()));
        for name in [ada.upn.as_str(), "nobody@contoso.example"] {
            for _ in 0..base::limits::SIGN_IN_FAILURES_MAX {
                assert_eq!(sign_in(name, "wrong horse").await, Err(50126), "{name}");
            }
            assert_eq!(sign_in(name, "wrong horse").await, Err(50053), "{name}");
        }
        assert_eq!(sign_in(&ada.upn, "correct horse").await, Err(50053));
        given.clock.advance_ms(base::limits::SIGN_IN_WINDOW_SECONDS * 1000);
        assert_eq!(sign_in(&ada.upn, "correct horse").await, Ok("ada".into()));

        let input = UserInput { is_enabled: false, ..ada.to_input() };
        directory.user_update(cx, ada.id, input).await.unwrap();
        assert_eq!(sign_in(&ada.upn, "wrong horse").await, Err(50126));
        assert_eq!(sign_in(&ada.upn, "correct horse").await, Err(50057));
    })
    .await;
}
