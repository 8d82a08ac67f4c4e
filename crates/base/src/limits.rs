//! Every limit of the product, with its name, unit and reason. Sorted.
//!
//! Limits marked "protocol" are Dataverse's own (Microsoft Learn, "Web API limits"); the others
//! protect the server and may be raised.

/// How long an access token is good, in seconds (protocol: 60 to 90 minutes).
pub const ACCESS_TOKEN_SECONDS: i64 = 3600;
/// The largest body of a request to the admin services, in bytes.
pub const ADMIN_BODY_BYTES_MAX: usize = 1024 * 1024;
/// Rows that the figures of one query are computed over (protocol).
pub const AGGREGATE_ROWS_MAX: usize = 50_000;
/// Redirect URIs of one app registration.
pub const APPLICATION_REDIRECTS_MAX: usize = 256;
/// Secrets of one app registration.
pub const APPLICATION_SECRETS_MAX: usize = 20;
/// How long an authorization code is good, in seconds.
pub const AUTHORIZATION_CODE_SECONDS: i64 = 300;
/// The largest form posted to a sign-in or token address, in bytes.
pub const AUTH_FORM_BYTES_MAX: usize = 64 * 1024;
/// Operations in one `$batch` (protocol).
pub const BATCH_OPERATIONS_MAX: usize = 1000;
/// Length of the URL of one operation in a `$batch`, in bytes (protocol).
pub const BATCH_URL_BYTES_MAX: usize = 65_536;
/// The largest body of a request, in bytes (protocol: about 116 MB).
pub const BODY_BYTES_MAX: usize = 116 * 1024 * 1024;
/// How long a body may take to come, in seconds, where it is read as a whole.
pub const BODY_SECONDS: u64 = 300;
/// How long nothing of a body may come, in seconds.
pub const BODY_STALL_SECONDS: u64 = 60;
/// Rows that one `BulkDelete` could not delete and tells one by one.
pub const BULK_DELETE_FAILURES_MAX: usize = 1000;
/// Rows that `BulkDelete` deletes in one transaction.
pub const BULK_DELETE_TOGETHER_MAX: usize = 100;
/// Rows of one `CreateMultiple`, `UpdateMultiple`, `UpsertMultiple` or `DeleteMultiple`.
pub const BULK_ROWS_MAX: usize = 50_000;
/// Free database capacity that a counted environment needs, in megabytes (protocol: 1 GB).
pub const CAPACITY_FREE_MB_MIN: i64 = 1024;
/// How long clients may ask what has changed since, in seconds (protocol: 7 days).
pub const CHANGES_SECONDS: i64 = 7 * 24 * 3600;
/// Conditions in one query (protocol).
pub const CONDITIONS_MAX: usize = 500;
/// Values of one condition, such as the list of `In`.
pub const CONDITION_VALUES_MAX: usize = 2000;
/// The highest number that `@odata.count` and `/$count` tell (protocol).
pub const COUNT_MAX: i64 = 5000;
/// System Administrators that a new database begins with.
pub const DATABASE_ADMINISTRATORS_MAX: usize = 200;
/// Transactions that one commit of a store makes durable together.
pub const DATABASE_BATCH_MAX: usize = 256;
/// How much of a SQLite file readers see through the system's own cache instead of copying it, in
/// bytes. The system takes those pages back when it needs the memory.
pub const DATABASE_MAP_BYTES_MAX: u64 = 512 * 1024 * 1024;
/// Parameters of one statement (SQLite's own limit; PostgreSQL has 65,535).
pub const DATABASE_PARAMETERS_MAX: usize = 32_766;
/// Connections to PostgreSQL that read, for the whole process.
pub const DATABASE_POSTGRES_READERS_MAX: usize = 24;
/// Connections to PostgreSQL that write, for the whole process; a store uses one at a time.
pub const DATABASE_POSTGRES_WRITERS_MAX: usize = 8;
/// How long a reader waits for a free connection, in milliseconds.
pub const DATABASE_READER_WAIT_MS: u64 = 30_000;
/// Idle read connections that one SQLite store keeps open.
pub const DATABASE_READERS_IDLE_MAX: usize = 8;
/// Read connections that one SQLite store has open at the same time.
pub const DATABASE_READERS_MAX: u32 = 64;
/// Prepared statements that one connection keeps.
pub const DATABASE_STATEMENTS_MAX: usize = 128;
/// How long a writer waits for its turn, in milliseconds.
pub const DATABASE_WRITER_WAIT_MS: u64 = 120_000;
/// How long a device code is good, in seconds (protocol: 15 minutes).
pub const DEVICE_CODE_SECONDS: i64 = 900;
/// How long a device waits between two questions, in seconds (protocol).
pub const DEVICE_POLL_SECONDS: i64 = 5;
/// Rows of the directory on one page (protocol: 999).
pub const DIRECTORY_PAGE_MAX: usize = 999;
/// Characters of a name, description or address in the directory.
pub const DIRECTORY_TEXT_CHARS_MAX: usize = 256;
/// Longest domain name of an environment, in characters: one label of a host name.
pub const DOMAIN_NAME_CHARS_MAX: usize = 63;
/// How long a domain name stays reserved after its environment left it, in seconds (protocol).
pub const DOMAIN_RESERVED_SECONDS: i64 = 24 * 3600;
/// Environments that are open at the same time; the one longest unused is closed for another.
pub const ENVIRONMENTS_OPEN_MAX: usize = 500;
/// Longest description of an environment, in characters.
pub const ENVIRONMENT_DESCRIPTION_CHARS_MAX: usize = 4000;
/// An open environment that nobody used for so long is closed, in seconds.
pub const ENVIRONMENT_IDLE_SECONDS: i64 = 600;
/// Longest name of an environment, in characters.
pub const ENVIRONMENT_NAME_CHARS_MAX: usize = 100;
/// How long a deleted environment can be recovered, in seconds (protocol: 7 days).
pub const ENVIRONMENT_RECOVER_SECONDS: i64 = 7 * 24 * 3600;
/// What is kept of settings of an environment that only clients understand, in bytes.
pub const ENVIRONMENT_SWITCHES_BYTES_MAX: usize = 64 * 1024;
/// Rows that the expands of one page may bring.
pub const EXPANDED_ROWS_MAX: usize = 50_000;
/// `$expand` options in one request (protocol).
pub const EXPAND_MAX: usize = 15;
/// The longest FetchXML, in bytes.
pub const FETCH_XML_BYTES_MAX: usize = 1024 * 1024;
/// Bytes of one block of a file: what a client sends at once, and what is kept in one piece
/// (protocol: 4 MB).
pub const FILE_BLOCK_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Blocks of one file.
pub const FILE_BLOCKS_MAX: usize = 10_000;
/// The largest file that one request may send, in bytes (protocol: 128 MB).
pub const FILE_REQUEST_BYTES_MAX: usize = 128 * 1024 * 1024;
/// How long an upload may take, in seconds.
pub const FILE_UPLOAD_SECONDS: i64 = 24 * 3600;
/// Unfinished uploads of one user.
pub const FILE_UPLOADS_OPEN_MAX: u64 = 100;
/// How deep the formula of a column may nest.
pub const FORMULA_NESTING_MAX: usize = 50;
/// Parts of the formula of a column with all formulas that it stands on.
pub const FORMULA_NODES_MAX: usize = 5000;
/// Operators and points in the formula of a column.
pub const FORMULA_OPERATORS_MAX: usize = 500;
/// The longest formula of a column, in bytes.
pub const FORMULA_TEXT_BYTES_MAX: usize = 8192;
/// How long the headers of a request may take to come, in seconds.
pub const HEADERS_SECONDS: u64 = 15;
/// Groups that one principal may be in, directly or through other groups.
pub const GROUPS_PER_MEMBER_MAX: usize = 2048;
/// How many levels below a user hierarchy security reaches, whatever the organisation says.
pub const HIERARCHY_DEPTH_MAX: i64 = 100;
/// Users and teams below one user whose rows hierarchy security lets him reach, nearest first.
pub const HIERARCHY_PRINCIPALS_MAX: usize = 2000;
/// Jobs that one process runs at the same time.
pub const JOBS_AT_ONCE_MAX: usize = 8;
/// How often a job is tried before it fails for good.
pub const JOB_ATTEMPTS_MAX: i64 = 10;
/// The longest wait between two attempts of a job, in milliseconds.
pub const JOB_BACKOFF_MS_MAX: i64 = 10 * 60 * 1000;
/// How long a claimed job belongs to its worker without a sign of life, in milliseconds.
pub const JOB_LEASE_MS: i64 = 60 * 1000;
/// Bytes of the payload, or of the result, of one job.
pub const JOB_PAYLOAD_BYTES_MAX: usize = 1024 * 1024;
/// How often the queue is looked at when nothing wakes the worker, in milliseconds.
pub const JOB_POLL_MS: u64 = 2000;
/// `$metadata` documents kept in memory, one for each environment.
pub const METADATA_DOCUMENTS_MAX: usize = 16;
/// Relationships that one query follows (protocol).
pub const LINKS_MAX: usize = 15;
/// How deep expressions, JSON, XML and calls may nest.
pub const NESTING_MAX: usize = 64;
/// Entries in one solution package.
pub const PACKAGE_ENTRIES_MAX: usize = 20_000;
/// Unpacked bytes of one entry of a package.
pub const PACKAGE_ENTRY_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// How many times larger than its packed form an entry may be, above a floor of 1 MB.
pub const PACKAGE_RATIO_MAX: u64 = 250;
/// Unpacked bytes of a whole package.
pub const PACKAGE_TOTAL_BYTES_MAX: u64 = 1024 * 1024 * 1024;
/// Rows that may come before a page that is named by its number alone (protocol).
pub const PAGED_ROWS_MAX: usize = 50_000;
/// Rows on one page (protocol).
pub const PAGE_ROWS_MAX: usize = 5000;
/// Rows of a page that is looked for along its order first.
pub const PAGE_WALK_ROWS_MAX: usize = 250;
/// Instructions of SQLite's machine that this may take: some milliseconds.
pub const PAGE_WALK_STEPS_MAX: u32 = 100_000;
/// The longest password, in bytes.
pub const PASSWORD_BYTES_MAX: usize = 256;
/// The shortest password, in characters.
pub const PASSWORD_CHARS_MIN: usize = 8;
/// Passwords hashed at the same time; each takes 19 MiB.
pub const PASSWORD_HASHES_AT_ONCE: usize = 4;
/// What a picture may take in memory while its thumbnail is made, in bytes.
pub const PICTURE_DECODED_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// Pixels of one side of a picture.
pub const PICTURE_SIDE_PIXELS_MAX: u32 = 12_000;
/// Pixels of one side of a thumbnail (protocol).
pub const PICTURE_THUMBNAIL_PIXELS: u32 = 144;
/// After how many seconds a verified token's principal is looked up again.
pub const PRINCIPAL_RECHECK_SECONDS: i64 = 30;
/// Users whose requests are counted where service protection is on; beyond it, those that are idle
/// are forgotten.
pub const PROTECTED_USERS_MAX: usize = 10_000;
/// A refresh token may be used twice within this time, for tabs that race, in seconds.
pub const REFRESH_REUSE_GRACE_SECONDS: i64 = 10;
/// How long a refresh token is good, in seconds (protocol: 90 days).
pub const REFRESH_TOKEN_SECONDS: i64 = 90 * 24 * 3600;
/// After how many seconds a client may try again, when the server is busy.
pub const RETRY_AFTER_SECONDS: i64 = 5;
/// Role assignments in one request.
pub const ROLE_ASSIGNMENTS_MAX: usize = 100;
/// Rows that a search reads of each table; the best of them are told.
pub const SEARCH_ROWS_MAX: usize = 500;
/// Tables that one search looks in.
pub const SEARCH_TABLES_MAX: usize = 50;
/// Characters of the text of a search (protocol).
pub const SEARCH_TEXT_CHARS_MAX: usize = 100;
/// Results of a search (protocol).
pub const SEARCH_TOP_MAX: usize = 100;
/// Words of a search; those after them do not count.
pub const SEARCH_WORDS_MAX: usize = 20;
/// How long a browser stays signed in, in seconds.
pub const SESSION_SECONDS: i64 = 12 * 3600;
/// Wrong passwords for one user name within [`SIGN_IN_WINDOW_SECONDS`] before it is locked.
pub const SIGN_IN_FAILURES_MAX: i64 = 10;
/// How long wrong passwords count, in seconds.
pub const SIGN_IN_WINDOW_SECONDS: i64 = 300;
/// The largest document of tenant settings, in bytes.
pub const TENANT_SETTINGS_BYTES_MAX: usize = 256 * 1024;
/// Stack of a thread that answers requests, in bytes. It is address space until it is used.
pub const THREAD_STACK_BYTES: usize = 8 * 1024 * 1024;
/// The longest bearer token, in bytes.
pub const TOKEN_BYTES_MAX: usize = 16 * 1024;
/// Verified tokens kept in memory.
pub const TOKEN_CACHE_MAX: usize = 10_000;
/// How long a trial environment lives, in seconds (protocol: 30 days).
pub const TRIAL_SECONDS: i64 = 30 * 24 * 3600;
/// Length of the URL of a request, in bytes (protocol).
pub const URL_BYTES_MAX: usize = 32_768;
/// Users of one environment whose rights are kept in memory.
pub const USERS_CACHED_MAX: usize = 500;
/// Depth of the elements of an XML document.
pub const XML_DEPTH_MAX: usize = 256;
/// Elements and attributes in one XML document.
pub const XML_NODES_MAX: usize = 5_000_000;
