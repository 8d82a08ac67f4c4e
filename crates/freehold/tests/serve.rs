//! The program itself: start, answer, refuse, stop, start again.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use ureq::tls::{Certificate, RootCerts, TlsConfig};

const PROGRAM: &str = env!("CARGO_BIN_EXE_freehold");

/// A running server; killed when the test ends without stopping it.
struct Running {
    process: Child,
    http: String,
    https: String,
    welcome: Vec<String>,
}

impl Running {
    /// Starts a server on free ports and waits until it says that it is ready.
    fn start(data: &Path, arguments: &[&str]) -> Self {
        let mut process = serve(data, "127.0.0.1:0", "127.0.0.1:0", arguments)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut welcome = Vec::new();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        for line in lines.by_ref() {
            let line = line.unwrap();
            let is_ready = line.ends_with(" ready");
            welcome.push(line);
            if is_ready {
                break;
            }
        }
        // What it logs later is read, so that it never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        let address = |scheme: &str| {
            let prefix = format!("Listening {scheme}://127.0.0.1:");
            let port = welcome.iter().find_map(|line| line.strip_prefix(&prefix));
            port.map(|port| format!("{scheme}://localhost:{port}"))
        };
        let Some(http) = address("http") else { panic!("it did not start: {welcome:#?}") };
        let https = address("https").unwrap();
        Self { process, http, https, welcome }
    }

    /// Asks it to stop, as service managers do.
    fn stop(mut self) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        assert!(self.process.wait().unwrap().success());
    }

    fn get(&self, path: &str) -> (u16, String) {
        let agent: ureq::Agent =
            ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let mut answer = agent.get(format!("{}{path}", self.http)).call().unwrap();
        (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have stopped already; then there is nothing to kill.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn serve(data: &Path, http: &str, https: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.args(["serve", "--http", http, "--https", https, "--data"]).arg(data).args(arguments);
    command
}

fn run(arguments: &[&str], data: &Path) -> Output {
    Command::new(PROGRAM).args(arguments).arg("--data").arg(data).output().unwrap()
}

/// The line that says what is wrong.
fn error_of(output: &Output) -> String {
    assert!(!output.status.success());
    let text = String::from_utf8_lossy(&output.stderr);
    let line = text.lines().find_map(|line| line.strip_prefix("Error: "));
    line.unwrap_or_else(|| panic!("no error in {text}")).to_owned()
}

#[test]
fn it_starts_from_nothing_answers_stops_and_starts_again() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = Running::start(&data, &["--demo"]);
    assert!(server.welcome.iter().any(|line| line.contains("admin@freehold.localhost")));
    assert_eq!(server.get("/healthz"), (200, "ok\n".to_owned()));
    assert_eq!(server.get("/readyz"), (200, "ready\n".to_owned()));
    let (status, metrics) = server.get("/metrics");
    assert_eq!(status, 200);
    assert!(metrics.contains("freehold_request_seconds_count{method=\"GET\",route=\"/readyz\""));

    // A token from the server that runs on the folder, good for its own API.
    let output = run(&["token", "--user", "admin"], &data);
    let token = String::from_utf8(output.stdout).unwrap();
    let me = ureq::get(format!("{}/api/freehold/me", server.http))
        .header("Authorization", format!("Bearer {}", token.trim()))
        .header("x-ms-client-request-id", "mine")
        .call();
    let mut me = me.unwrap();
    assert_eq!(me.headers()["x-ms-client-request-id"], "mine");
    assert!(me.headers().contains_key("x-ms-request-id"));
    assert_eq!(me.headers()["x-content-type-options"], "nosniff");
    let me: serde_json::Value = me.body_mut().read_json().unwrap();
    assert_eq!(me["isTenantAdmin"], true);
    let unknown = run(&["token", "--user", "nobody"], &data);
    assert_eq!(error_of(&unknown), "there is no enabled user 'nobody'");

    server.stop();
    assert!(!data.join("server.toml").exists());
    // The same token without a server, and the same tenant with the next one.
    assert!(run(&["token", "--user", "admin"], &data).status.success());
    let again = Running::start(&data, &["--demo"]);
    assert!(again.welcome.iter().any(|line| line.contains("as printed when it was made")));
    again.stop();
}

#[test]
fn https_shows_a_certificate_of_the_authority_in_the_data_folder() {
    let folder = tempfile::tempdir().unwrap();
    let server = Running::start(folder.path(), &[]);
    // Somebody has to administer it, so the first start makes an administrator.
    let is_administrator = |line: &&String| line.starts_with("Administrator  admin@");
    assert_eq!(server.welcome.iter().filter(is_administrator).count(), 1);
    let authority = std::fs::read(folder.path().join("ca.pem")).unwrap();
    let authority = Certificate::from_pem(&authority).unwrap();
    let tls = TlsConfig::builder().root_certs(RootCerts::new_with_certs(&[authority])).build();
    let agent: ureq::Agent = ureq::Agent::config_builder().tls_config(tls).build().into();
    let answer = agent.get(format!("{}/healthz", server.https)).call().unwrap();
    assert_eq!(answer.status(), 200);
    assert!(ureq::get(format!("{}/healthz", server.https)).call().is_err());
    server.stop();
    let again = Running::start(folder.path(), &[]);
    assert_eq!(again.welcome.iter().filter(is_administrator).count(), 0);
    again.stop();
}

#[test]
fn what_is_in_use_is_told_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let server = Running::start(folder.path(), &[]);
    let second = serve(folder.path(), "127.0.0.1:0", "off", &[]).output().unwrap();
    assert_eq!(
        error_of(&second),
        format!(
            "The data folder {} is used by another server. Stop that one first, or choose \
             another folder.",
            folder.path().display()
        )
    );
    let other = tempfile::tempdir().unwrap();
    let port = server.http.rsplit(':').next().unwrap();
    let address = format!("127.0.0.1:{port}");
    let second = serve(other.path(), &address, "off", &[]).output().unwrap();
    assert_eq!(
        error_of(&second),
        format!(
            "{address} is taken by another program; stop it, or choose another address \
             with --http or --https"
        )
    );
    let missing = run(&["token", "--user", "admin"], &other.path().join("missing"));
    assert!(error_of(&missing).starts_with("there is no data folder "));
    server.stop();
}
