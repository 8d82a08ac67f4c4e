//! `ProvisionLanguage`, `DeprovisionLanguage`: in which languages people may read labels.

use base::{Error, Kind, Result};
use db::{Connection, Store, statement};
use metadata::{ENGLISH, LanguageCode};

use super::definitions::require;
use crate::session::ReadScope;
use crate::{Reply, Session, schema_store};

/// Switches a language on or off.
#[derive(Clone, Debug, PartialEq)]
pub struct ProvisionLanguage {
    /// The language (LCID).
    pub language: LanguageCode,
    /// Whether it is to be on.
    pub is_on: bool,
}

/// Asks which languages are on: the base language first.
#[derive(Clone, Debug, PartialEq)]
pub struct RetrieveLanguages;

/// The languages that an environment can have.
pub const LANGUAGES: &[LanguageCode] = &[
    1025, 1026, 1027, 1028, 1029, 1030, 1031, 1032, 1033, 1035, 1036, 1037, 1038, 1040, 1041, 1042,
    1043, 1044, 1045, 1046, 1048, 1049, 1050, 1051, 1053, 1054, 1055, 1057, 1058, 1060, 1061, 1062,
    1063, 1066, 1069, 1081, 1086, 1087, 1110, 2052, 2070, 2074, 3076, 3082, 3098,
];

/// The setting that holds the languages beside the base language.
const SETTING: &str = "languages";

impl ProvisionLanguage {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        require(session, "prvLanguageSettings")?;
        let Self { language, is_on } = self;
        if !LANGUAGES.contains(&language) {
            return Err(Error::new(
                Kind::Invalid,
                "0x80040203",
                format!("There is no language pack for the language {language}."),
            ));
        }
        let store = session.store();
        let base = base_language(session.tx(), store).await?;
        if language == base && !is_on {
            return Err(Error::new(
                Kind::Invalid,
                "0x80044184",
                format!("The base language {base} of the organization stays on."),
            ));
        }
        let mut others = others(session.tx(), store).await?;
        others.retain(|other| *other != language);
        if is_on && language != base {
            others.push(language);
            others.sort_unstable();
        }
        let text = serde_json::to_string(&others).map_err(Error::internal)?;
        schema_store::put_setting(session.tx(), store, SETTING, &text).await?;
        Ok(Reply::Done)
    }
}

impl RetrieveLanguages {
    pub(crate) async fn run(self, scope: &mut ReadScope<'_>) -> Result<Reply> {
        let base = base_language(scope.db, scope.store).await?;
        let mut languages = vec![base];
        languages.extend(others(scope.db, scope.store).await?);
        Ok(Reply::Languages(languages))
    }
}

/// The language of the organisation.
pub(crate) async fn base_language(db: &mut Connection, store: &Store) -> Result<LanguageCode> {
    let sql = store.sql("select languagecode from {organization} limit 1");
    let rows = db.query(&statement!(sql)).await?;
    let code = rows.first().map(|row| row.get::<Option<i64>>(0)).transpose()?.flatten();
    Ok(code.and_then(|code| code.try_into().ok()).unwrap_or(ENGLISH))
}

async fn others(db: &mut Connection, store: &Store) -> Result<Vec<LanguageCode>> {
    let Some(text) = schema_store::setting(db, store, SETTING).await? else {
        return Ok(Vec::new());
    };
    serde_json::from_str(&text).map_err(Error::internal)
}
