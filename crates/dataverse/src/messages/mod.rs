//! The messages: everything that can be asked of an environment, a file each.
//!
//! To add one: a file with its struct and an `impl` of its `run`, a line in the list below, and a
//! line in `dispatch`.

mod activity_parties;
mod associate;
mod audit_history;
mod autonumber_seed;
mod calculate_rollup;
mod choice_create;
mod choice_delete;
mod choice_update;
mod column_create;
mod column_delete;
mod column_update;
mod create;
mod create_multiple;
mod definition_changes;
mod definitions;
mod delete;
mod delete_multiple;
mod disassociate;
mod duplicate_rule;
mod file_delete;
mod file_download;
mod file_upload;
mod initialize_from;
mod key_create;
mod key_reactivate;
mod languages;
mod merge;
mod record_team;
mod relationship_create;
mod relationship_delete;
mod relationship_update;
mod retrieve;
mod retrieve_changes;
mod retrieve_fetch;
mod retrieve_multiple;
mod retrieve_privileges;
mod retrieve_shares;
mod retrieve_total_record_count;
mod role_privileges;
mod row_labels;
mod sharing;
mod table_create;
mod table_delete;
mod table_update;
mod update;
mod update_multiple;
mod upsert;
mod upsert_multiple;
mod who_am_i;

use base::limits::BULK_ROWS_MAX;
use base::{Result, Uuid};
use metadata::{Label, LanguageCode};

use crate::security::Right;
use crate::session::{ReadScope, Session};
use crate::{DefinitionChanges, Fetched, FileInfo, Page, Record};

pub use activity_parties::ReplaceActivityParties;
pub use associate::Associate;
pub use audit_history::{AuditDetail, AuditHistory, RetrieveAuditDetails, RetrieveChangeHistory};
pub use autonumber_seed::{GetAutoNumberSeed, GetNextAutoNumberValue, SetAutoNumberSeed};
pub use calculate_rollup::{CalculateRollup, CalculateRollups};
pub use choice_create::CreateChoice;
pub use choice_delete::DeleteChoice;
pub use choice_update::UpdateChoice;
pub use column_create::CreateColumn;
pub use column_delete::DeleteColumn;
pub use column_update::UpdateColumn;
pub use create::Create;
pub use create_multiple::CreateMultiple;
pub use definition_changes::RetrieveDefinitionChanges;
pub use delete::Delete;
pub use delete_multiple::DeleteMultiple;
pub use disassociate::Disassociate;
pub use duplicate_rule::{PublishDuplicateRule, RetrieveDuplicates, UnpublishDuplicateRule};
pub use file_delete::DeleteFile;
pub use file_download::{DownloadFileBlock, RetrieveFile};
pub use file_upload::{
    AppendFile, CommitFileUpload, InitializeFileUpload, UploadFile, UploadFileBlock,
};
pub use initialize_from::InitializeFrom;
pub use key_create::{CreateKey, DeleteKey};
pub use key_reactivate::ReactivateKey;
pub use languages::{LANGUAGES, ProvisionLanguage, RetrieveLanguages};
pub use merge::Merge;
pub use record_team::{AddUserToRecordTeam, RemoveUserFromRecordTeam};
pub use relationship_create::{CreateManyToMany, CreateOneToMany};
pub use relationship_delete::DeleteRelationship;
pub use relationship_update::UpdateRelationship;
pub use retrieve::Retrieve;
pub use retrieve_changes::{Changes, RetrieveChanges};
pub use retrieve_fetch::RetrieveFetch;
pub use retrieve_multiple::{From as RetrieveFrom, RetrieveMultiple};
pub use retrieve_privileges::{HeldPrivilege, RetrievePrivileges};
pub use retrieve_shares::{RetrieveShares, SharedWith};
pub use retrieve_total_record_count::RetrieveTotalRecordCount;
pub use role_privileges::{
    AddPrivilegesRole, RemovePrivilegeRole, ReplacePrivilegesRole, RolePrivilege,
};
pub use row_labels::{RetrieveRowLabels, SetRowLabels};
pub use sharing::{GrantAccess, ModifyAccess, RetrievePrincipalAccess, RevokeAccess};
pub use table_create::CreateTable;
pub use table_delete::DeleteTable;
pub use table_update::UpdateTable;
pub use update::Update;
pub use update_multiple::UpdateMultiple;
pub use upsert::Upsert;
pub use upsert_multiple::UpsertMultiple;
pub use who_am_i::WhoAmI;

macro_rules! messages {
    ($($name:ident,)*) => {
        /// Something asked of an environment.
        #[derive(Clone, Debug, PartialEq)]
        #[expect(missing_docs, reason = "each struct says what it asks")]
        pub enum Message {
            $($name($name),)*
        }

        /// The name of a message.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[expect(missing_docs, reason = "each struct of this name says what it asks")]
        pub enum MessageName {
            $($name,)*
        }

        impl Message {
            /// The name of this message.
            pub fn name(&self) -> MessageName {
                match self {
                    $(Self::$name(_) => MessageName::$name,)*
                }
            }
        }

        $(impl From<$name> for Message {
            fn from(message: $name) -> Self {
                Self::$name(message)
            }
        })*
    };
}

messages! {
    AddPrivilegesRole,
    AddUserToRecordTeam,
    AppendFile,
    Associate,
    CalculateRollup,
    CalculateRollups,
    CommitFileUpload,
    Create,
    CreateChoice,
    CreateColumn,
    CreateKey,
    CreateManyToMany,
    CreateMultiple,
    CreateOneToMany,
    CreateTable,
    Delete,
    DeleteChoice,
    DeleteColumn,
    DeleteFile,
    DeleteKey,
    DeleteMultiple,
    DeleteRelationship,
    DeleteTable,
    Disassociate,
    DownloadFileBlock,
    GetAutoNumberSeed,
    GetNextAutoNumberValue,
    GrantAccess,
    InitializeFileUpload,
    InitializeFrom,
    Merge,
    ModifyAccess,
    PublishDuplicateRule,
    ProvisionLanguage,
    ReactivateKey,
    RemovePrivilegeRole,
    RemoveUserFromRecordTeam,
    ReplaceActivityParties,
    ReplacePrivilegesRole,
    Retrieve,
    RetrieveAuditDetails,
    RetrieveChangeHistory,
    RetrieveChanges,
    RetrieveDefinitionChanges,
    RetrieveFetch,
    RetrieveDuplicates,
    RetrieveFile,
    RetrieveLanguages,
    RetrieveMultiple,
    RetrievePrincipalAccess,
    RetrieveRowLabels,
    RetrievePrivileges,
    RetrieveShares,
    RetrieveTotalRecordCount,
    RevokeAccess,
    UnpublishDuplicateRule,
    SetAutoNumberSeed,
    SetRowLabels,
    Update,
    UpdateChoice,
    UpdateColumn,
    UpdateMultiple,
    UpdateRelationship,
    UpdateTable,
    UploadFile,
    UploadFileBlock,
    Upsert,
    UpsertMultiple,
    WhoAmI,
}

impl Message {
    /// Whether it only reads: then it needs no transaction of its own.
    pub(crate) fn is_read(&self) -> bool {
        matches!(
            self,
            Self::DownloadFileBlock(_)
                | Self::GetAutoNumberSeed(_)
                | Self::GetNextAutoNumberValue(_)
                | Self::InitializeFrom(_)
                | Self::Retrieve(_)
                | Self::RetrieveAuditDetails(_)
                | Self::RetrieveChangeHistory(_)
                | Self::RetrieveChanges(_)
                | Self::RetrieveDefinitionChanges(_)
                | Self::RetrieveFetch(_)
                | Self::RetrieveDuplicates(_)
                | Self::RetrieveFile(_)
                | Self::RetrieveLanguages(_)
                | Self::RetrieveMultiple(_)
                | Self::RetrievePrincipalAccess(_)
                | Self::RetrieveRowLabels(_)
                | Self::RetrievePrivileges(_)
                | Self::RetrieveShares(_)
                | Self::RetrieveTotalRecordCount(_)
                | Self::WhoAmI(_)
        )
    }
}

/// Carries out a message inside a session.
pub(crate) async fn dispatch(session: &mut Session<'_>, message: Message) -> Result<Reply> {
    match message {
        Message::AddPrivilegesRole(it) => apart(|| it.run(session)).await,
        Message::AddUserToRecordTeam(it) => apart(|| it.run(session)).await,
        Message::AppendFile(it) => apart(|| it.run(session)).await,
        Message::Associate(it) => apart(|| it.run(session)).await,
        Message::CalculateRollup(it) => apart(|| it.run(session)).await,
        Message::CalculateRollups(it) => apart(|| it.run(session)).await,
        Message::CommitFileUpload(it) => apart(|| it.run(session)).await,
        Message::Create(it) => apart(|| it.run(session)).await,
        Message::CreateChoice(it) => apart(|| it.run(session)).await,
        Message::CreateColumn(it) => apart(|| it.run(session)).await,
        Message::CreateKey(it) => apart(|| it.run(session)).await,
        Message::CreateManyToMany(it) => apart(|| it.run(session)).await,
        Message::CreateMultiple(it) => apart(|| it.run(session)).await,
        Message::CreateOneToMany(it) => apart(|| it.run(session)).await,
        Message::CreateTable(it) => apart(|| it.run(session)).await,
        Message::Delete(it) => apart(|| it.run(session)).await,
        Message::DeleteChoice(it) => apart(|| it.run(session)).await,
        Message::DeleteColumn(it) => apart(|| it.run(session)).await,
        Message::DeleteFile(it) => apart(|| it.run(session)).await,
        Message::DeleteKey(it) => apart(|| it.run(session)).await,
        Message::DeleteMultiple(it) => apart(|| it.run(session)).await,
        Message::DeleteRelationship(it) => apart(|| it.run(session)).await,
        Message::DeleteTable(it) => apart(|| it.run(session)).await,
        Message::Disassociate(it) => apart(|| it.run(session)).await,
        Message::GrantAccess(it) => apart(|| it.run(session)).await,
        Message::InitializeFileUpload(it) => apart(|| it.run(session)).await,
        Message::Merge(it) => apart(|| it.run(session)).await,
        Message::ModifyAccess(it) => apart(|| it.run(session)).await,
        Message::PublishDuplicateRule(it) => apart(|| it.run(session)).await,
        Message::ProvisionLanguage(it) => apart(|| it.run(session)).await,
        Message::ReactivateKey(it) => apart(|| it.run(session)).await,
        Message::RemovePrivilegeRole(it) => apart(|| it.run(session)).await,
        Message::RemoveUserFromRecordTeam(it) => apart(|| it.run(session)).await,
        Message::ReplaceActivityParties(it) => apart(|| it.run(session)).await,
        Message::ReplacePrivilegesRole(it) => apart(|| it.run(session)).await,
        Message::RevokeAccess(it) => apart(|| it.run(session)).await,
        Message::UnpublishDuplicateRule(it) => apart(|| it.run(session)).await,
        Message::SetAutoNumberSeed(it) => apart(|| it.run(session)).await,
        Message::SetRowLabels(it) => apart(|| it.run(session)).await,
        Message::Update(it) => apart(|| it.run(session)).await,
        Message::UpdateChoice(it) => apart(|| it.run(session)).await,
        Message::UpdateColumn(it) => apart(|| it.run(session)).await,
        Message::UpdateMultiple(it) => apart(|| it.run(session)).await,
        Message::UpdateRelationship(it) => apart(|| it.run(session)).await,
        Message::UpdateTable(it) => apart(|| it.run(session)).await,
        Message::UploadFile(it) => apart(|| it.run(session)).await,
        Message::UploadFileBlock(it) => apart(|| it.run(session)).await,
        Message::Upsert(it) => apart(|| it.run(session)).await,
        Message::UpsertMultiple(it) => apart(|| it.run(session)).await,
        read @ (Message::DownloadFileBlock(_)
        | Message::GetAutoNumberSeed(_)
        | Message::GetNextAutoNumberValue(_)
        | Message::InitializeFrom(_)
        | Message::Retrieve(_)
        | Message::RetrieveAuditDetails(_)
        | Message::RetrieveChangeHistory(_)
        | Message::RetrieveChanges(_)
        | Message::RetrieveDefinitionChanges(_)
        | Message::RetrieveFetch(_)
        | Message::RetrieveDuplicates(_)
        | Message::RetrieveFile(_)
        | Message::RetrieveLanguages(_)
        | Message::RetrieveMultiple(_)
        | Message::RetrievePrincipalAccess(_)
        | Message::RetrieveRowLabels(_)
        | Message::RetrievePrivileges(_)
        | Message::RetrieveShares(_)
        | Message::RetrieveTotalRecordCount(_)
        | Message::WhoAmI(_)) => dispatch_read(&mut session.read_scope(), read).await,
    }
}

/// Carries out a message that only reads.
pub(crate) async fn dispatch_read(scope: &mut ReadScope<'_>, message: Message) -> Result<Reply> {
    match message {
        Message::DownloadFileBlock(it) => apart(|| it.run(scope)).await,
        Message::GetAutoNumberSeed(it) => apart(|| it.run(scope)).await,
        Message::GetNextAutoNumberValue(it) => apart(|| it.run(scope)).await,
        Message::InitializeFrom(it) => apart(|| it.run(scope)).await,
        Message::Retrieve(it) => apart(|| it.run(scope)).await,
        Message::RetrieveAuditDetails(it) => apart(|| it.run(scope)).await,
        Message::RetrieveChangeHistory(it) => apart(|| it.run(scope)).await,
        Message::RetrieveChanges(it) => apart(|| it.run(scope)).await,
        Message::RetrieveDefinitionChanges(it) => apart(|| it.run(scope)).await,
        Message::RetrieveFetch(it) => apart(|| it.run(scope)).await,
        Message::RetrieveDuplicates(it) => apart(|| it.run(scope)).await,
        Message::RetrieveFile(it) => apart(|| it.run(scope)).await,
        Message::RetrieveLanguages(it) => apart(|| it.run(scope)).await,
        Message::RetrieveMultiple(it) => apart(|| it.run(scope)).await,
        Message::RetrievePrincipalAccess(it) => apart(|| it.run(scope)).await,
        Message::RetrieveRowLabels(it) => apart(|| it.run(scope)).await,
        Message::RetrievePrivileges(it) => apart(|| it.run(scope)).await,
        Message::RetrieveShares(it) => apart(|| it.run(scope)).await,
        Message::RetrieveTotalRecordCount(it) => apart(|| it.run(scope)).await,
        Message::WhoAmI(it) => Ok(it.run(scope)),
        other => Err(base::Error::internal(format!("{:?} does not only read", other.name()))),
    }
}

/// Refuses more rows than one message may be about.
fn check_count(rows: usize) -> Result<()> {
    if rows <= BULK_ROWS_MAX {
        return Ok(());
    }
    Err(base::Error::invalid(format!(
        "'Targets' has {rows} rows; one message may have at most {BULK_ROWS_MAX}."
    )))
}

/// A future on the heap, made in a frame of its own: in one match all of them together would need
/// more stack than a thread has.
fn apart<'a, F>(make: impl FnOnce() -> F) -> crate::BoxFuture<'a, F::Output>
where
    F: Future + Send + 'a,
{
    Box::pin(make())
}

/// What a message answers.
#[derive(Clone, Debug)]
pub enum Reply {
    /// It is done, and there is nothing to tell.
    Done,
    /// A row was created.
    Created {
        /// Its table, by logical name.
        table: String,
        /// Its id.
        id: Uuid,
        /// What was to be read back.
        record: Option<Box<Record>>,
    },
    /// A row was changed.
    Updated {
        /// Its table, by logical name.
        table: String,
        /// Its id.
        id: Uuid,
        /// What was to be read back.
        record: Option<Box<Record>>,
    },
    /// Rows were created: their ids, in the order in which they came.
    Multiple(Vec<Uuid>),
    /// The row still has the version that the caller knows.
    NotModified,
    /// One row.
    Record(Box<Record>),
    /// A page of rows.
    Page(Page),
    /// A page of rows of a query over linked tables.
    Fetched(Box<Fetched>),
    /// Ids of rows.
    Ids(Vec<Uuid>),
    /// Definitions were created: for a relationship the relationships first, then the lookup.
    Defined(Vec<Uuid>),
    /// Which definitions changed.
    DefinitionChanges(Box<DefinitionChanges>),
    /// Languages (LCID), the base language first.
    Languages(Vec<LanguageCode>),
    /// A text in several languages.
    Labels(Label),
    /// A number.
    Number(i64),
    /// What a principal may do with a row.
    Access(Vec<Right>),
    /// An upload was begun.
    Upload(Uuid),
    /// A part of a file came.
    Appended {
        /// Whether it was the last one.
        is_complete: bool,
    },
    /// What is known of a file.
    File(Box<FileInfo>),
    /// What happened to a row.
    Audits(Box<AuditHistory>),
    /// What has changed in a table.
    Changes(Box<Changes>),
    /// Some of the content of a file.
    Bytes(Vec<u8>),
    /// The privileges of somebody, in order of the name.
    Privileges(Vec<HeldPrivilege>),
    /// With whom a row is shared.
    Shares(Vec<SharedWith>),
    /// How many rows tables have, by logical name.
    Counts(Vec<(String, i64)>),
    /// Who the caller is.
    WhoAmI {
        /// The `systemuser`.
        user: Uuid,
        /// Its business unit.
        business_unit: Uuid,
        /// The organisation.
        organization: Uuid,
    },
}

impl Reply {
    /// The id of the row or definition that was made or changed.
    pub fn id(&self) -> Option<Uuid> {
        match self {
            Self::Created { id, .. } | Self::Updated { id, .. } => Some(*id),
            Self::Record(record) => Some(record.id),
            Self::Defined(ids) => ids.first().copied(),
            _ => None,
        }
    }
}
