//! The story: what happens, in order.

use base::Cx;
use serde_json::{Value, json};
use ureq::http::Method;

use super::package::DemoPackage;
use super::people::{Person, domain};
use super::report::Report;
use super::rows::{Made, Rows};
use crate::commands::admin::assign_user::{add_person, give_role, user_of};
use crate::commands::admin::{NewDatabase, NewEnvironment, create, delete};
use crate::commands::client::{Client, query};
use crate::commands::columns::columns;
use crate::commands::dataverse::{Dataverse, Table};
use crate::commands::environments::Environment;
use crate::commands::failure::{Failure, Result};
use crate::commands::shell::{Shell, list};
use crate::commands::solution::{Import, export, import, publish};
use crate::commands::wait::Deadline;

/// Minutes that one operation may take.
const MINUTES: u64 = 30;
/// The role of whoever makes solutions.
const MAKER_ROLE: &str = "System Customizer";
/// The role of a user when the package has none.
const USER_ROLE: &str = "Basic User";

/// The story, and what it made.
pub struct Story<'s> {
    shell: &'s Shell,
    /// For commands that are steps here: the step shows its own progress.
    silent: Shell,
    admin: &'s Client,
    package: &'s DemoPackage,
    region: Option<String>,
    report: Report,
    /// Behind every name, so that the demo can be told again.
    suffix: String,
    people: Option<People>,
    environments: Vec<Environment>,
    is_clean: bool,
}

struct People {
    maker: Person,
    user: Person,
}

impl<'s> Story<'s> {
    /// The story of a package on a server, seen by an administrator.
    pub fn new(
        shell: &'s Shell,
        report: Report,
        admin: &'s Client,
        package: &'s DemoPackage,
        region: Option<String>,
    ) -> Self {
        let [a, b] = Cx::system().random_bytes();
        let suffix = format!("{a:02x}{b:02x}");
        Self {
            shell,
            silent: Shell::silent(),
            admin,
            package,
            region,
            report,
            suffix,
            people: None,
            environments: Vec::new(),
            is_clean: false,
        }
    }

    /// Tells it, from an empty tenant to production.
    pub fn tell(&mut self) -> Result<()> {
        self.people = Some(self.invite()?);
        let dev = self.environment("dev", "Dev", "Sandbox")?;
        let test = self.environment("test", "Test", "Sandbox")?;
        let production = self.environment("production", "Production", "Production")?;
        let people = self.people.take().ok_or_else(|| Failure::unexpected("nobody"))?;
        let told = self.develop(&people, &dev).and_then(|tables| {
            self.use_it(&people, &dev, &tables)?;
            let managed = self.export(&people, &dev)?;
            self.deploy("test", &managed, &test)?;
            self.deploy("production", &managed, &production)?;
            self.work_in_production(&people, &production, &tables)?;
            self.protect(&production, &tables)
        });
        self.people = Some(people);
        told
    }

    fn invite(&mut self) -> Result<People> {
        let (admin, suffix) = (self.admin, self.suffix.clone());
        self.report.step(self.shell, "people", "Create a maker and a user", || {
            let domain = domain(admin)?;
            let person = |name: &str, given: &str| {
                Person::create(admin, &format!("{name}-{suffix}"), given, &domain)
            };
            let maker = person("maker", "Demo maker")?;
            let user = person("user", "Demo user")?;
            let said = format!("{}, {}", maker.upn, user.upn);
            Ok((People { maker, user }, said))
        })
    }

    fn environment(&mut self, name: &str, title: &str, sku: &str) -> Result<Environment> {
        let wanted = NewEnvironment {
            name: format!("Demo {title} {}", self.suffix),
            sku: sku.to_owned(),
            region: self.region.clone(),
            description: Some("Made by freehold demo.".to_owned()),
            user: None,
            database: Some(NewDatabase {
                domain: Some(format!("demo-{name}-{}", self.suffix)),
                ..NewDatabase::default()
            }),
        };
        let (shell, admin) = (self.shell, self.admin);
        let title = format!("Create the environment {title} ({sku}) with a database");
        let made = self.report.step(shell, &format!("create-{name}"), &title, || {
            let made = create(&self.silent, admin, &wanted, Some(Deadline::minutes(MINUTES)))?;
            let said = format!("{} in {}", made.url, made.location);
            Ok((made, said))
        })?;
        self.environments.push(made.clone());
        Ok(made)
    }

    /// The maker brings the solution into Dev and makes rows. Gives the tables that are its own.
    fn develop(&mut self, people: &People, dev: &Environment) -> Result<Vec<Table>> {
        let (shell, admin, package) = (self.shell, self.admin, self.package);
        let title = format!("Let the maker into Dev, with the role {MAKER_ROLE}");
        self.report.step(shell, "let-in-maker", &title, || {
            let_in(admin, dev, &people.maker, Some(MAKER_ROLE)).map(|()| ((), String::new()))
        })?;
        let dataverse = Dataverse::of(&people.maker.client, dev)?;
        let title = format!(
            "Import {} {} (unmanaged) into Dev, as the maker",
            package.name, package.version
        );
        self.report.step(shell, "import-dev", &title, || {
            let wanted = Import { activate: true, ..Import::default() };
            import(
                &self.silent,
                &dataverse,
                &package.bytes,
                &wanted,
                Some(Deadline::minutes(MINUTES)),
            )
            .map(|done| ((), done.warnings.join(" ")))
        })?;
        self.report.step(shell, "publish", "Publish all customizations, as the maker", || {
            publish(&dataverse).map(|()| ((), String::new()))
        })?;
        self.report.step(shell, "tables", "Find the tables of the solution", || {
            let tables = own_tables(&dataverse, &package.tables)?;
            let names: Vec<_> = tables.iter().map(|table| table.name.as_str()).collect();
            let said = names.join(", ");
            Ok((tables, said))
        })
    }

    /// The maker makes rows; then the user comes, first without a role.
    fn use_it(&mut self, people: &People, dev: &Environment, tables: &[Table]) -> Result<()> {
        let (shell, admin) = (self.shell, self.admin);
        let maker = Dataverse::of(&people.maker.client, dev)?;
        let user = maker.with(&people.user.client);
        let made = self.make_rows(&maker, tables)?;
        self.report.step(shell, "let-in-user", "Let the user into Dev, without a role", || {
            let_in(admin, dev, &people.user, None).map(|()| ((), String::new()))
        })?;
        let Some(first) = made.first() else { return Ok(()) };
        let title = format!("Read {} without a role, as the user", first.table.name);
        self.report.attempt(shell, "read-without-role", &title, || count(&user, &first.table))?;
        let role = self.package.roles.first().map_or(USER_ROLE, String::as_str);
        self.report.step(shell, "give-role", &format!("Give the user the role {role}"), || {
            let_in(admin, dev, &people.user, Some(role)).map(|()| ((), String::new()))
        })?;
        let title = format!("Read {} with the role, as the user", first.table.name);
        self.report.attempt(shell, "read-with-role", &title, || count(&user, &first.table))?;
        self.try_rows(&user, tables, "", "user")?;
        let title = format!("Change the maker's row of {}, as the user", first.table.name);
        self.report.attempt(shell, "change-others-row", &title, || change(&user, first))?;
        let title = format!("Delete the maker's row of {}, as the user", first.table.name);
        self.report.attempt(shell, "delete-others-row", &title, || {
            let path = format!("{}({})", first.table.set, first.id);
            user.call(&Method::DELETE, &path, &[], None).map(|_| String::new())
        })?;
        Ok(())
    }

    /// A row in each table.
    fn make_rows(&mut self, dataverse: &Dataverse, tables: &[Table]) -> Result<Vec<Made>> {
        let mut rows = Rows::default();
        let mut made = Vec::new();
        for table in tables {
            let title = format!("Create a row of {}, as the maker", table.name);
            let name = format!("create-{}-maker", table.name);
            made.push(self.report.step(self.shell, &name, &title, || {
                let row = rows.create(dataverse, &table.name, "Demo row by the maker")?;
                let said = row.id.clone();
                Ok((row, said))
            })?);
        }
        Ok(made)
    }

    /// The user makes a row in each table, as far as roles let it.
    fn try_rows(
        &mut self,
        dataverse: &Dataverse,
        tables: &[Table],
        place: &str,
        when: &str,
    ) -> Result<()> {
        let mut rows = Rows::default();
        for table in tables {
            let title = format!("Create a row of {}{place}, as the user", table.name);
            let name = format!("create-{}-{when}", table.name);
            self.report.attempt(self.shell, &name, &title, || {
                Ok(rows.create(dataverse, &table.name, "Demo row by the user")?.id)
            })?;
        }
        Ok(())
    }

    fn export(&mut self, people: &People, dev: &Environment) -> Result<Vec<u8>> {
        let (shell, package) = (self.shell, self.package);
        let dataverse = Dataverse::of(&people.maker.client, dev)?;
        let title = format!("Export {} as managed, as the maker", package.name);
        self.report.step(shell, "export", &title, || {
            let deadline = Deadline::minutes(MINUTES);
            let bytes = export(&self.silent, &dataverse, &package.name, true, &[], deadline)?;
            let said = format!("{} bytes", bytes.len());
            Ok((bytes, said))
        })
    }

    /// The managed package with the settings of its target.
    fn deploy(&mut self, name: &str, managed: &[u8], target: &Environment) -> Result<()> {
        let (shell, package) = (self.shell, self.package);
        let dataverse = Dataverse::of(self.admin, target)?;
        let connection = || Cx::system().random_id().simple().to_string();
        let settings = package.settings_for(&target.name, connection);
        let wanted = Import { activate: true, settings, ..Import::default() };
        let title =
            format!("Import {} (managed) into {}, with its settings", package.name, target.name);
        self.report.step(shell, &format!("import-{name}"), &title, || {
            import(&self.silent, &dataverse, managed, &wanted, Some(Deadline::minutes(MINUTES)))
                .map(|done| ((), done.warnings.join(" ")))
        })?;
        if wanted.settings.connection_references.is_empty()
            && wanted.settings.environment_variables.is_empty()
        {
            return Ok(());
        }
        let title = format!("Check what is bound in {}", target.name);
        self.report.step(shell, &format!("bound-{name}"), &title, || {
            bound(&dataverse, &wanted.settings).map(|said| ((), said))
        })
    }

    fn work_in_production(
        &mut self,
        people: &People,
        production: &Environment,
        tables: &[Table],
    ) -> Result<()> {
        let (shell, admin) = (self.shell, self.admin);
        let role = self.package.roles.first().map_or(USER_ROLE, String::as_str);
        let title = format!("Let the user into Production, with the role {role}");
        self.report.step(shell, "let-in-production", &title, || {
            let_in(admin, production, &people.user, Some(role)).map(|()| ((), String::new()))
        })?;
        let dataverse = Dataverse::of(&people.user.client, production)?;
        self.try_rows(&dataverse, tables, " in Production", "production")
    }

    /// What is managed stays as its maker delivered it.
    fn protect(&mut self, production: &Environment, tables: &[Table]) -> Result<()> {
        let (shell, admin) = (self.shell, self.admin);
        let dataverse = Dataverse::of(admin, production)?;
        let Some(table) = tables.first() else { return Ok(()) };
        let root = format!("EntityDefinitions(LogicalName='{}')", table.name);
        let own = columns(&dataverse, table)?;
        let column = own.iter().find(|column| {
            column.is_custom
                && !column.is_required
                && column.name != table.title
                && column.can_create
        });
        if let Some(column) = column {
            let title = format!(
                "Delete the managed column {} in Production, as administrator",
                column.name
            );
            let path = format!("{root}/Attributes(LogicalName='{}')", column.name);
            self.report.refusal(shell, "delete-managed-column", &title, || {
                dataverse.call(&Method::DELETE, &path, &[], None).map(|_| String::new())
            })?;
        }
        let title =
            format!("Delete the managed table {} in Production, as administrator", table.name);
        self.report.refusal(shell, "delete-managed-table", &title, || {
            dataverse.call(&Method::DELETE, &root, &[], None).map(|_| String::new())
        })
    }

    /// Takes away what the story made.
    pub fn clean_up(&mut self) -> Result<()> {
        let (shell, admin) = (self.shell, self.admin);
        let environments = self.environments.clone();
        let people = self.people.take();
        self.is_clean = true;
        self.report.step(shell, "clean-up", "Delete the environments and the people", || {
            for environment in &environments {
                delete(&self.silent, admin, environment, Some(Deadline::minutes(MINUTES)))?;
            }
            for person in people.iter().flat_map(|people| [&people.maker, &people.user]) {
                person.delete(admin)?;
            }
            Ok(((), String::new()))
        })
    }

    /// For programs.
    pub fn json(&self, is_ok: bool) -> Value {
        let environments = self.environments.iter().map(|environment| {
            let mut value = environment.json();
            value["portal"] = json!(Self::portal(environment));
            value
        });
        json!({
            "ok": is_ok,
            "url": self.admin.base(),
            "solution": { "uniqueName": self.package.name, "version": self.package.version },
            "milliseconds": u64::try_from(self.report.took().as_millis()).unwrap_or(u64::MAX),
            "steps": self.report.json(),
            "environments": environments.collect::<Vec<_>>(),
        })
    }

    /// For people.
    pub fn text(&self) -> String {
        // What is deleted has no page.
        let left = if self.is_clean { &[] } else { self.environments.as_slice() };
        let links: Vec<_> = left
            .iter()
            .map(|environment| (environment.name.as_str(), Self::portal(environment)))
            .collect();
        format!(
            "\n{}\nAll of it in {} ms.\n\n{}",
            self.report.text(),
            self.report.took().as_millis(),
            list(&links)
        )
    }

    fn portal(environment: &Environment) -> String {
        let uris = &environment.document["properties"]["clientUris"];
        uris["maker"].as_str().unwrap_or(&environment.url).to_owned()
    }
}

/// Makes somebody a user of an environment, with a role if one is given.
fn let_in(
    admin: &Client,
    environment: &Environment,
    person: &Person,
    role: Option<&str>,
) -> Result<()> {
    add_person(admin, environment, &person.id)?;
    let Some(role) = role else { return Ok(()) };
    let dataverse = Dataverse::of(admin, environment)?;
    let user = user_of(&dataverse, &person.id)?;
    give_role(&dataverse, &user, role)
}

/// The tables among these that are not the platform's.
fn own_tables(dataverse: &Dataverse, names: &[String]) -> Result<Vec<Table>> {
    let mut tables = Vec::new();
    for name in names {
        let table = dataverse.table(name)?;
        if table.is_custom {
            tables.push(table);
        }
    }
    Ok(tables)
}

/// How many rows the caller sees.
fn count(dataverse: &Dataverse, table: &Table) -> Result<String> {
    let rows = dataverse.list(&format!("{}?$select={}", table.set, table.key))?;
    Ok(match rows.len() {
        1 => "1 row".to_owned(),
        count => format!("{count} rows"),
    })
}

fn change(dataverse: &Dataverse, row: &Made) -> Result<String> {
    if row.table.title.is_empty() {
        return Ok("it has no name to change".to_owned());
    }
    let path = format!("{}({})", row.table.set, row.id);
    let body = json!({ row.table.title.clone(): "Changed by somebody else" });
    dataverse.call(&Method::PATCH, &path, &[("if-match", "*")], Some(&body)).map(|_| String::new())
}

/// Reads back what the settings bound; tells it, or what is not as it should be.
fn bound(dataverse: &Dataverse, settings: &package::settings::Settings) -> Result<String> {
    let mut said = Vec::new();
    let differs = |what: &str, name: &str| {
        Failure::unexpected(format!("another {what} of {name} than was set"))
    };
    let quoted = |text: &str| text.replace('\'', "''");
    for one in &settings.connection_references {
        let filter = format!("connectionreferencelogicalname eq '{}'", quoted(&one.logical_name));
        let options = [("$select", "connectionid"), ("$filter", filter.as_str())];
        let rows = dataverse.list(&format!("connectionreferences?{}", query(&options)))?;
        let found = rows.first().and_then(|row| row["connectionid"].as_str());
        if found != one.connection_id.as_deref() {
            return Err(differs("connection", &one.logical_name));
        }
        said.push(format!("{} → {}", one.logical_name, found.unwrap_or_default()));
    }
    for one in &settings.environment_variables {
        let filter =
            format!("EnvironmentVariableDefinitionId/schemaname eq '{}'", quoted(&one.schema_name));
        let options = [("$select", "value"), ("$filter", filter.as_str())];
        let rows = dataverse.list(&format!("environmentvariablevalues?{}", query(&options)))?;
        let found = rows.first().and_then(|row| row["value"].as_str());
        if found != one.value.as_deref() {
            return Err(differs("value", &one.schema_name));
        }
        said.push(format!("{} = {}", one.schema_name, found.unwrap_or_default()));
    }
    Ok(said.join(", "))
}
