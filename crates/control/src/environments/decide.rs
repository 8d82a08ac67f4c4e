//! May this environment be created, and as what? One plain function, in the order of the rules.

use base::{Error, Instant, Kind, PrincipalId, limits};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::catalog;
use crate::{Sku, UpdateCadence, domain};

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateRequest {
    /// The type.
    pub sku: Sku,
    /// The name that people read.
    pub display_name: String,
    /// What it is for.
    pub description: String,
    /// The location; `None` for the tenant's own.
    pub location: Option<String>,
    /// The region in it; `None` for the location's first.
    pub azure_region: Option<String>,
    /// The database, if it shall have one.
    pub database: Option<DatabaseRequest>,
    /// For a developer environment: whose it will be.
    pub used_by: Option<PrincipalId>,
    /// How often it is updated.
    pub update_cadence: UpdateCadence,
    /// Switches that are kept and shown (`bingChatEnabled`, `m365Enabled`, `copilotPolicies`,
    /// `cluster`).
    pub switches: serde_json::Map<String, serde_json::Value>,
}

/// What is asked for of a database.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DatabaseRequest {
    /// The base language; `None` for English (United States).
    pub language: Option<u32>,
    /// The code of the base currency; `None` for US dollars.
    pub currency: Option<String>,
    /// The label in its URL; `None` for a fresh one.
    pub domain: Option<String>,
    /// Who may enter, when not everybody.
    pub security_group: Option<Uuid>,
    /// What shall be installed into it.
    pub templates: Vec<String>,
}

/// All that the rules look at besides the request.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Now.
    pub now: Instant,
    /// Whether the tenant works at all.
    pub tenant_is_enabled: bool,
    /// The tenant's home location.
    pub home: String,
    /// Who asks.
    pub caller: Asker,
    /// The switches of the tenant.
    pub switches: Switches,
    /// For a developer environment: the person it is for, if there is such a person.
    pub target: Option<Person>,
    /// Free database capacity, in megabytes.
    pub capacity_free_mb: i64,
    /// Whether the domain name asked for is in use.
    pub is_domain_taken: bool,
    /// A fresh domain name, should none be asked for.
    pub fresh_domain: String,
    /// Whether the security group asked for exists.
    pub is_security_group_known: bool,
}

/// Who asks for an environment.
#[derive(Clone, Debug)]
pub enum Asker {
    /// Nobody signed in.
    Anonymous,
    /// The server itself.
    System,
    /// A registered management application. It has the rights of a tenant administrator.
    Application(Uuid),
    /// An app registration that no administrator has registered for management.
    UnregisteredApplication(Uuid),
    /// A person.
    Person(Person),
}

/// What the rules look at of a person.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Person {
    /// The object id.
    pub id: PrincipalId,
    /// Whether they hold a tenant admin role.
    pub is_tenant_admin: bool,
    /// Whether they hold any licence at all.
    pub is_licensed: bool,
    /// Whether a licence lets them create trial environments.
    pub may_create_trial: bool,
    /// Whether a licence lets them create production and sandbox environments.
    pub may_create_production: bool,
    /// Whether a licence lets them create developer environments.
    pub may_create_developer: bool,
    /// How many trial environments they have.
    pub trials: usize,
    /// How many developer environments they have.
    pub developers: usize,
}

/// The switches of a tenant that decide who may create what.
#[derive(Clone, Copy, Debug)]
pub struct Switches {
    /// `disableEnvironmentCreationByNonAdminUsers`.
    pub production_is_for_admins: bool,
    /// `disableTrialEnvironmentCreationByNonAdminUsers`.
    pub trial_is_for_admins: bool,
    /// `powerPlatform.governance.disableDeveloperEnvironmentCreationByNonAdminUsers`.
    pub developer_is_for_admins: bool,
    /// How many developer environments one person may have.
    pub developers_max: usize,
}

/// What will be created.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The type.
    pub sku: Sku,
    /// The name that people read.
    pub display_name: String,
    /// What it is for.
    pub description: String,
    /// The location.
    pub location: &'static str,
    /// The region in it.
    pub azure_region: String,
    /// The database.
    pub database: Option<DatabasePlan>,
    /// Whose it is, when it is one person's.
    pub used_by: Option<PrincipalId>,
    /// When it expires.
    pub expires_at: Option<Instant>,
    /// How often it is updated.
    pub update_cadence: UpdateCadence,
    /// Switches that are kept and shown.
    pub switches: serde_json::Map<String, serde_json::Value>,
}

/// The database that will be created.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DatabasePlan {
    /// The base language.
    pub language: u32,
    /// The base currency.
    pub currency: String,
    /// The label in its URL.
    pub domain: String,
    /// Who may enter, when not everybody.
    pub security_group: Option<Uuid>,
}

/// Which rule says no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each names its rule")]
pub enum Rule {
    SignIn,
    Tenant,
    Sku,
    TenantSwitch,
    Licence,
    Quota,
    Capacity,
    Developer,
    Location,
    Database,
    Request,
}

/// A refusal: which rule, what to tell, and who can change it.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// The rule.
    pub rule: Rule,
    /// What the caller can do.
    pub kind: Kind,
    /// The stable code.
    pub code: &'static str,
    /// What happened.
    pub message: String,
    /// Who can change it, and how.
    pub remedy: String,
}

impl Refusal {
    pub(crate) fn new(
        rule: Rule,
        kind: Kind,
        code: &'static str,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { rule, kind, code, message: message.into(), remedy: remedy.into() }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        let text = if refusal.remedy.is_empty() {
            refusal.message
        } else {
            format!("{} {}", refusal.message, refusal.remedy)
        };
        Error::new(refusal.kind, refusal.code, text)
    }
}

/// Decides a request to create an environment. The first rule that says no wins.
pub fn decide(request: &CreateRequest, facts: &Facts) -> Result<Plan, Refusal> {
    signed_in(facts)?;
    sku_can_be_created(request.sku)?;
    request_is_complete(request)?;
    if !acts_as_admin(&facts.caller) {
        allowed_by_switches(request.sku, &facts.switches)?;
        allowed_by_licence(request.sku, &facts.caller)?;
        allowed_by_quota(request.sku, facts)?;
    }
    if request.sku.counts_capacity() {
        capacity_suffices(facts.capacity_free_mb)?;
    }
    let used_by = owner(request, facts)?;
    let (location, azure_region) = place(request, facts)?;
    let database = match &request.database {
        Some(database) => Some(plan_database(request.sku, database, facts)?),
        None => None,
    };
    Ok(Plan {
        sku: request.sku,
        display_name: request.display_name.trim().to_owned(),
        description: request.description.clone(),
        location,
        azure_region,
        database,
        used_by,
        expires_at: (request.sku == Sku::Trial)
            .then(|| facts.now.plus_seconds(limits::TRIAL_SECONDS)),
        update_cadence: request.update_cadence,
        switches: request.switches.clone(),
    })
}

/// Rule 1.
fn signed_in(facts: &Facts) -> Result<(), Refusal> {
    if matches!(facts.caller, Asker::Anonymous) {
        return Err(Refusal::new(
            Rule::SignIn,
            Kind::Unauthenticated,
            "Unauthorized",
            "Sign in to create an environment.",
            "",
        ));
    }
    if !facts.tenant_is_enabled {
        return Err(Refusal::new(
            Rule::Tenant,
            Kind::Forbidden,
            "TenantDisabled",
            "The tenant is disabled.",
            "A Global administrator can enable it.",
        ));
    }
    Ok(())
}

/// Rule 2.
fn sku_can_be_created(sku: Sku) -> Result<(), Refusal> {
    let refuse = |kind, text: String, remedy: &str| {
        Err(Refusal::new(Rule::Sku, kind, "EnvironmentSkuNotAllowed", text, remedy))
    };
    match sku {
        Sku::Production | Sku::Sandbox | Sku::Trial | Sku::Developer => Ok(()),
        Sku::Default => refuse(
            Kind::Invalid,
            "An environment of type Default cannot be created.".to_owned(),
            "The tenant has exactly one, made with the tenant; choose another type.",
        ),
        Sku::SubscriptionBasedTrial | Sku::Teams => refuse(
            Kind::NotImplemented,
            format!("Environments of type {} are not supported by this server.", sku.name()),
            "Choose Production, Sandbox, Trial or Developer.",
        ),
        _ => refuse(
            Kind::Invalid,
            format!("An environment of type {} cannot be created.", sku.name()),
            "Choose Production, Sandbox, Trial or Developer.",
        ),
    }
}

/// The request says all that it must, before anything is asked of the tenant.
fn request_is_complete(request: &CreateRequest) -> Result<(), Refusal> {
    let refuse = |message: &str, remedy: &str| {
        Err(Refusal::new(Rule::Request, Kind::Invalid, "InvalidRequest", message, remedy))
    };
    let length = request.display_name.trim().chars().count();
    if length == 0 {
        return refuse("An environment needs a name.", "Give properties.displayName.");
    }
    if length > limits::ENVIRONMENT_NAME_CHARS_MAX {
        return refuse("The name of the environment is too long.", "Use at most 100 characters.");
    }
    if !is_line(&request.display_name) {
        return refuse("The name of the environment is not one line of text.", ONE_LINE);
    }
    if request.description.chars().count() > limits::ENVIRONMENT_DESCRIPTION_CHARS_MAX {
        return refuse("The description is too long.", "Use at most 4000 characters.");
    }
    if !is_text(&request.description) {
        return refuse("The description is not plain text.", "Take out its control characters.");
    }
    if request.sku != Sku::Developer && request.used_by.is_some() {
        return refuse(
            "Only an environment of type Developer belongs to one user.",
            "Leave properties.usedBy out, or choose the type Developer.",
        );
    }
    Ok(())
}

const ONE_LINE: &str = "Take out its line breaks and control characters.";

/// Whether a text can be a name: one line, that every client can show.
pub(super) fn is_line(text: &str) -> bool {
    !text.chars().any(char::is_control)
}

/// Whether a text can be a description: lines of text.
pub(super) fn is_text(text: &str) -> bool {
    !text.chars().any(|c| c.is_control() && !c.is_whitespace())
}

/// Rule 3: whether the rules 4 to 6 are skipped.
fn acts_as_admin(caller: &Asker) -> bool {
    match caller {
        Asker::System | Asker::Application(_) => true,
        Asker::Person(person) => person.is_tenant_admin,
        Asker::Anonymous | Asker::UnregisteredApplication(_) => false,
    }
}

/// Rule 4.
fn allowed_by_switches(sku: Sku, switches: &Switches) -> Result<(), Refusal> {
    let (is_closed, name) = match sku {
        Sku::Trial => {
            (switches.trial_is_for_admins, "disableTrialEnvironmentCreationByNonAdminUsers")
        }
        Sku::Developer => (
            switches.developer_is_for_admins,
            "powerPlatform.governance.disableDeveloperEnvironmentCreationByNonAdminUsers",
        ),
        _ => (switches.production_is_for_admins, "disableEnvironmentCreationByNonAdminUsers"),
    };
    if !is_closed {
        return Ok(());
    }
    Err(Refusal::new(
        Rule::TenantSwitch,
        Kind::Forbidden,
        "EnvironmentCreationDisabled",
        format!(
            "In this tenant only administrators create environments of type {} (tenant setting \
             {name}).",
            sku.name()
        ),
        "Ask a Global administrator or Power Platform administrator to create it or to change \
         the setting.",
    ))
}

/// Rule 5.
fn allowed_by_licence(sku: Sku, caller: &Asker) -> Result<(), Refusal> {
    let person = match caller {
        Asker::Person(person) => person,
        _ => {
            return Err(Refusal::new(
                Rule::Licence,
                Kind::Forbidden,
                "Forbidden",
                "This application is not registered for management.",
                "Ask a Global administrator or Power Platform administrator to register it \
                 (PUT /providers/Microsoft.BusinessAppPlatform/adminApplications/{applicationId}).",
            ));
        }
    };
    let may = match sku {
        Sku::Trial => person.may_create_trial,
        Sku::Developer => person.may_create_developer,
        _ => person.may_create_production,
    };
    if may {
        return Ok(());
    }
    if sku == Sku::Developer {
        return Err(developer_licence_missing());
    }
    Err(Refusal::new(
        Rule::Licence,
        Kind::Forbidden,
        "UserNotLicensed",
        format!("Your licences do not let you create environments of type {}.", sku.name()),
        "A Power Apps licence or a Dynamics 365 plan does (Microsoft 365 and Dynamics 365 Team \
         Members do not); ask an administrator to assign you one, or to create the environment.",
    ))
}

fn developer_licence_missing() -> Refusal {
    Refusal::new(
        Rule::Licence,
        Kind::Forbidden,
        "UserNotLicensed",
        "You are not licensed for the creation of developer environments.",
        "The Power Apps Developer (Community) plan is needed; an administrator assigns it.",
    )
}

/// Rule 6.
fn allowed_by_quota(sku: Sku, facts: &Facts) -> Result<(), Refusal> {
    let Asker::Person(person) = &facts.caller else { return Ok(()) };
    let (has, max) = match sku {
        Sku::Trial => (person.trials, 1),
        Sku::Developer => (person.developers, facts.switches.developers_max),
        _ => return Ok(()),
    };
    if has < max {
        return Ok(());
    }
    Err(Refusal::new(
        Rule::Quota,
        Kind::Conflict,
        "EnvironmentQuotaExceeded",
        format!(
            "A user may have {max} environment of type {} at a time; you have {has}.",
            sku.name()
        ),
        "Delete the one that is no longer needed, or ask a tenant administrator.",
    ))
}

/// Rule 7, also asked when a database is added, a trial converted, an environment recovered.
pub fn capacity_suffices(free_mb: i64) -> Result<(), Refusal> {
    if free_mb >= limits::CAPACITY_FREE_MB_MIN {
        return Ok(());
    }
    Err(Refusal::new(
        Rule::Capacity,
        Kind::Conflict,
        "InsufficientCapacity_StorageDriven",
        format!(
            "This environment can't be created because your org (tenant) needs at least 1 GB of \
             database capacity; {} MB are free.",
            free_mb.max(0)
        ),
        "Delete environments that are no longer needed, or ask the operator of the server to \
         raise the tenant's capacity.",
    ))
}

/// Rule 8: whose the environment will be.
fn owner(request: &CreateRequest, facts: &Facts) -> Result<Option<PrincipalId>, Refusal> {
    if request.sku != Sku::Developer {
        return Ok(None);
    }
    let refuse = |kind, message: &str, remedy: &str| {
        Err(Refusal::new(Rule::Developer, kind, "DeveloperEnvironmentNotAllowed", message, remedy))
    };
    let caller = match &facts.caller {
        Asker::Person(person) => Some(person.id),
        _ => None,
    };
    let Some(owner) = request.used_by.or(caller) else {
        return refuse(
            Kind::Invalid,
            "An environment of type Developer needs an owner.",
            "Name the user in properties.usedBy.",
        );
    };
    if Some(owner) != caller && !acts_as_admin(&facts.caller) {
        return refuse(
            Kind::Forbidden,
            "A developer environment for somebody else can be created by tenant administrators only.",
            "Leave properties.usedBy out, or ask a tenant administrator.",
        );
    }
    let Some(target) = facts.target.as_ref().filter(|person| person.id == owner) else {
        return refuse(
            Kind::Invalid,
            "The user named in properties.usedBy does not exist in this tenant.",
            "Name an enabled user of the directory by object id.",
        );
    };
    // A tenant admin role stands in for the licence, for oneself or for another.
    if !target.may_create_developer && !target.is_tenant_admin {
        return Err(Refusal { rule: Rule::Developer, ..developer_licence_missing() });
    }
    if request.database.is_none() {
        return refuse(
            Kind::Invalid,
            "An environment of type Developer always has a database.",
            "Give properties.linkedEnvironmentMetadata with a language and a currency.",
        );
    }
    Ok(Some(owner))
}

/// Rule 9.
fn place(request: &CreateRequest, facts: &Facts) -> Result<(&'static str, String), Refusal> {
    let name = request.location.as_deref().unwrap_or(&facts.home);
    let refuse = |code, message: String, remedy: &str| {
        Err(Refusal::new(Rule::Location, Kind::Invalid, code, message, remedy))
    };
    let Some(location) = catalog::location(name) else {
        return refuse(
            "LocationNotFound",
            format!("There is no location '{name}'."),
            "GET /providers/Microsoft.BusinessAppPlatform/locations lists them.",
        );
    };
    if location.is_disabled(&facts.home) {
        return refuse(
            "LocationDisabled",
            format!(
                "The location {} is only for tenants whose home is there.",
                location.display_name
            ),
            "Choose another location.",
        );
    }
    let region = match request.azure_region.as_deref().filter(|region| !region.is_empty()) {
        None => location.azure_regions[0],
        Some(asked) => {
            match location.azure_regions.iter().find(|region| region.eq_ignore_ascii_case(asked)) {
                Some(region) => region,
                None => {
                    return refuse(
                        "AzureRegionNotFound",
                        format!(
                            "The region '{asked}' is not in {}; its regions are {}.",
                            location.display_name,
                            location.azure_regions.join(", ")
                        ),
                        "Choose one of them, or leave properties.azureRegion out.",
                    );
                }
            }
        }
    };
    Ok((location.name, region.to_owned()))
}

/// Rule 10, also asked when a database is added later.
pub fn plan_database(
    sku: Sku,
    request: &DatabaseRequest,
    facts: &Facts,
) -> Result<DatabasePlan, Refusal> {
    let refuse = |kind, code, message: String, remedy: &str| {
        Err(Refusal::new(Rule::Database, kind, code, message, remedy))
    };
    let language = request.language.unwrap_or(1033);
    if catalog::language(language).is_none() {
        return refuse(
            Kind::Invalid,
            "LanguageNotSupported",
            format!("There is no base language {language}."),
            "GET …/locations/{location}/environmentLanguages lists them.",
        );
    }
    let code = request.currency.as_deref().unwrap_or("USD");
    let Some(currency) = catalog::currency(code) else {
        return refuse(
            Kind::Invalid,
            "CurrencyNotSupported",
            format!("There is no base currency '{code}'."),
            "GET …/locations/{location}/environmentCurrencies lists them.",
        );
    };
    if let Some(name) = request.templates.first() {
        return Err(template_refused(sku, name));
    }
    if request.security_group.is_some() {
        if matches!(sku, Sku::Developer | Sku::Default) {
            return refuse(
                Kind::Invalid,
                "SecurityGroupNotAllowed",
                format!("An environment of type {} has no security group.", sku.name()),
                "Leave securityGroupId out.",
            );
        }
        if !facts.is_security_group_known {
            return refuse(
                Kind::Invalid,
                "SecurityGroupNotFound",
                "The security group does not exist in this tenant.".to_owned(),
                "Give the object id of a group, or the zero id for none.",
            );
        }
    }
    let domain = match request.domain.as_deref().filter(|name| !name.is_empty()) {
        None => facts.fresh_domain.clone(),
        Some(name) => {
            domain::check(name)?;
            if facts.is_domain_taken {
                return Err(domain::taken(name));
            }
            name.to_owned()
        }
    };
    Ok(DatabasePlan {
        language,
        currency: currency.code.to_owned(),
        domain,
        security_group: request.security_group,
    })
}

fn template_refused(sku: Sku, name: &str) -> Refusal {
    let (code, message) = match catalog::template(name) {
        Some(template) if template.skus.contains(&sku) => template.disabled_reason(),
        Some(template) => (
            "TemplateNotAllowed",
            format!(
                "The template '{}' is not for environments of type {}.",
                template.display_name,
                sku.name()
            ),
        ),
        None => ("TemplateNotFound", format!("There is no template '{name}'.")),
    };
    Refusal::new(Rule::Database, Kind::Invalid, code, message, "Leave templates out.")
}
