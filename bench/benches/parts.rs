//! The parts of a request, one by one, without HTTP: `cargo bench --package bench`.

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use base::{Caller, Cx, Uuid};
use bench::operations::{SELECT, page_options};
use bench::seed;
use dataverse::messages::{Retrieve, RetrieveMultiple};
use dataverse::{Environment, Message, Page, Reference, Reply};
use db::{Database, DatabaseConfig};
use divan::{Bencher, black_box};
use identity::{Directory, User};
use package::Package;
use query::odata::{parse_options, parse_path};
use tokio::runtime::Runtime;

fn main() {
    divan::main();
}

/// Rows are few here: it is about what happens around the database.
const ROWS: u64 = 2_000;

/// A filled environment.
struct World {
    runtime: Runtime,
    environment: Arc<Environment>,
    directory: Arc<Directory>,
    user: User,
    seller: Cx,
    _folder: tempfile::TempDir,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let runtime = Runtime::new().expect("a runtime");
    let folder = tempfile::tempdir().expect("a folder");
    let (environment, directory, user, seller) =
        runtime.block_on(world(folder.path().to_owned())).expect("a filled environment");
    World { runtime, environment, directory, user, seller, _folder: folder }
});

async fn world(
    folder: PathBuf,
) -> Result<(Arc<Environment>, Arc<Directory>, User, Cx), Box<dyn std::error::Error>> {
    let seeded = seed::seed(&folder, ROWS).await?;
    let cx = Cx::system();
    let config = DatabaseConfig::Sqlite { folder: folder.clone() };
    let database = Database::open(&config).await?;
    let store = database.store("tenant").await?;
    let directory = Directory::open(&cx, store, &folder.join("secret.key")).await?;
    let name = seeded.database.file_stem().unwrap_or_default().to_string_lossy();
    let store = database.store(&name).await?;
    let environment = Environment::open(&cx, Uuid::nil(), store, solutions::steps()).await?;
    let user = directory.user_by_upn(&seeded.seller).await?.ok_or("no seller")?;
    let seller = cx.with_caller(Caller::User(user.id));
    Ok((environment, directory, user, seller))
}

fn page() -> Message {
    let query = parse_options(&page_options(1_000_000)).expect("options").query;
    RetrieveMultiple { table: "accounts".to_owned(), from: None, query, with_names: false }.into()
}

fn one() -> Message {
    let query = parse_options(SELECT).expect("options").query;
    let target = Reference::id("accounts", seed::rows::account_id(7));
    Retrieve { target, query, unless_version: None, with_names: false }.into()
}

/// The rows of a page.
fn rows(world: &World) -> Page {
    let reply = world.runtime.block_on(world.environment.execute(&world.seller, page()));
    match reply.expect("a page") {
        Reply::Page(page) => page,
        other => panic!("no page: {other:?}"),
    }
}

#[divan::bench]
fn odata_path() {
    let path = "accounts(0197a2b4-1111-7222-8333-444455556666)/primarycontactid";
    black_box(parse_path(black_box(path), &Default::default())).expect("a path");
}

#[divan::bench]
fn odata_options(bencher: Bencher<'_, '_>) {
    let options = page_options(1_000_000);
    bencher.bench(|| parse_options(black_box(&options)).expect("options"));
}

#[divan::bench]
fn plan_and_sql_of_a_row(bencher: Bencher<'_, '_>) {
    explain(bencher, &one());
}

#[divan::bench]
fn plan_and_sql_of_a_page(bencher: Bencher<'_, '_>) {
    explain(bencher, &page());
}

fn explain(bencher: Bencher<'_, '_>, message: &Message) {
    let World { runtime, environment, seller, .. } = &*WORLD;
    bencher.bench(|| runtime.block_on(environment.explain(seller, message)).expect("a statement"));
}

#[divan::bench]
fn row_read_by_a_message(bencher: Bencher<'_, '_>) {
    let World { runtime, environment, seller, .. } = &*WORLD;
    bencher.with_inputs(one).bench_values(|message| {
        runtime.block_on(environment.execute(seller, message)).expect("a row")
    });
}

#[divan::bench]
fn page_of_50_as_json(bencher: Bencher<'_, '_>) {
    let world = &*WORLD;
    let (rows, schema) = (rows(world), world.environment.schema());
    let table = schema.table("account").expect("a system table").clone();
    let query = parse_options(&page_options(1_000_000)).expect("options").query;
    let root = "http://localhost:8400/orgs/bench/api/data/v9.2/";
    bencher.bench(|| api::data::page_json(&schema, root, black_box(&rows), &table, &query));
}

#[divan::bench]
fn token_first_seen(bencher: Bencher<'_, '_>) {
    let World { runtime, directory, seller, .. } = &*WORLD;
    bencher.with_inputs(token).bench_values(|token| {
        runtime.block_on(directory.verify_token(seller, &token, &[])).expect("a good token")
    });
}

#[divan::bench]
fn token_seen_before(bencher: Bencher<'_, '_>) {
    let World { runtime, directory, seller, .. } = &*WORLD;
    let token = token();
    bencher.bench(|| {
        runtime.block_on(directory.verify_token(seller, &token, &[])).expect("a good token")
    });
}

fn token() -> String {
    let World { directory, user, seller, .. } = &*WORLD;
    let origin = "http://localhost:8400";
    directory.issue_token(seller, user, origin, origin).expect("a token")
}

#[divan::bench]
fn package_read(bencher: Bencher<'_, '_>) {
    let sample = bench::import::sample().expect("the sample");
    bencher.bench(|| Package::read("sample", black_box(&sample.zip)).expect("a package"));
}

#[divan::bench(sample_count = 20, sample_size = 1)]
fn base_schema() {
    black_box(metadata::system::base_schema_anew());
}

#[divan::bench]
fn environment_opened(bencher: Bencher<'_, '_>) {
    let World { runtime, environment, seller, .. } = &*WORLD;
    bencher.bench(|| {
        let store = environment.store().clone();
        let opened = Environment::open(seller, Uuid::nil(), store, solutions::steps());
        runtime.block_on(opened).expect("an environment")
    });
}
