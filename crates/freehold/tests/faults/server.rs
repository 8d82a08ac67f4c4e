//! The real program on a folder, and an administrator who talks to it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use ureq::Agent;

const PROGRAM: &str = env!("CARGO_BIN_EXE_freehold");

/// Where the rows are.
#[derive(Clone, Debug)]
pub struct Place {
    /// The data folder.
    pub data: PathBuf,
    /// The URL of a PostgreSQL database, or nothing for SQLite.
    pub database: String,
}

/// A running server; killed at the end.
pub struct Server {
    process: Child,
    pub client: Client,
}

/// Somebody who is signed in.
#[derive(Clone)]
pub struct Client {
    pub url: String,
    token: String,
    agent: Agent,
}

/// A status and a body; 0 where there was no answer.
pub type Answer = (u16, String);

impl Server {
    /// Starts the program and waits until it is ready.
    pub fn start(place: &Place) -> Self {
        let mut command = Command::new(PROGRAM);
        command.args(["serve", "--http", "127.0.0.1:0", "--https", "off", "--data"]);
        command.arg(&place.data);
        if !place.database.is_empty() {
            command.args(["--database", &place.database]);
        }
        let mut process = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let (mut told, mut url) = (Vec::new(), None);
        for line in lines.by_ref() {
            let line = line.unwrap();
            if let Some(port) = line.strip_prefix("Listening http://127.0.0.1:") {
                url = Some(format!("http://localhost:{port}"));
            }
            let is_ready = line.ends_with(" ready");
            told.push(line);
            if is_ready {
                break;
            }
        }
        // What it logs later is read, so that it never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        let Some(url) = url else { panic!("it did not start: {told:#?}") };
        let token = token(place);
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)));
        Self { process, client: Client { url, token, agent: config.build().into() } }
    }

    /// Ends it at once, as a power failure does.
    pub fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to kill.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn token(place: &Place) -> String {
    let mut command = Command::new(PROGRAM);
    command.args(["token", "--user", "admin", "--data"]).arg(&place.data);
    if !place.database.is_empty() {
        command.args(["--database", &place.database]);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// The domain of the environment in which the tests work.
const DOMAIN: &str = "faults";

impl Client {
    /// Makes an environment with a database, and waits until it answers.
    pub fn make_environment(&self) {
        let body = json!({
            "location": "unitedstates",
            "properties": {
                "displayName": DOMAIN,
                "environmentSku": "Sandbox",
                "databaseType": "CommonDataService",
                "linkedEnvironmentMetadata": {
                    "baseLanguage": 1033,
                    "domainName": DOMAIN,
                    "currency": { "code": "USD" },
                },
            },
        });
        let path = "/providers/Microsoft.BusinessAppPlatform/environments?api-version=2021-04-01";
        let (status, answer) = self.send("POST", path, "application/json", &body.to_string());
        assert!(matches!(status, 201 | 202), "{status} {answer}");
        let started = Instant::now();
        while self.get("WhoAmI").0 != 200 {
            assert!(started.elapsed() < Duration::from_secs(60), "{:?}", self.get("WhoAmI"));
            std::thread::yield_now();
        }
    }

    /// Reads something of the environment.
    pub fn get(&self, path: &str) -> Answer {
        let request = self.agent.get(self.address(path));
        self.told(request.header("authorization", self.bearer()).call())
    }

    /// Writes something to it.
    pub fn post(&self, path: &str, content_type: &str, body: &str) -> Answer {
        let path = self.address(path);
        let path = path.strip_prefix(&self.url).unwrap().to_owned();
        self.send("POST", &path, content_type, body)
    }

    /// The ids of all rows of a table.
    pub fn ids(&self, set: &str, key: &str) -> Vec<String> {
        let (mut ids, mut next) = (Vec::new(), self.address(&format!("{set}?$select={key}")));
        loop {
            let request = self.agent.get(&next).header("authorization", self.bearer());
            let (status, body) = self.told(request.call());
            assert_eq!(status, 200, "{body}");
            let page: Value = serde_json::from_str(&body).unwrap();
            let rows = page["value"].as_array().unwrap();
            ids.extend(rows.iter().map(|row| row[key].as_str().unwrap().to_owned()));
            match page["@odata.nextLink"].as_str() {
                Some(link) => next = link.to_owned(),
                None => return ids,
            }
        }
    }

    fn send(&self, method: &str, path: &str, content_type: &str, body: &str) -> Answer {
        assert_eq!(method, "POST");
        let request = self.agent.post(format!("{}{path}", self.url));
        let request = request.header("authorization", self.bearer());
        self.told(request.header("content-type", content_type).send(body))
    }

    fn told(&self, answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Answer {
        let Ok(mut answer) = answer else { return (0, String::new()) };
        let status = answer.status().as_u16();
        match answer.body_mut().with_config().limit(64 << 20).read_to_string() {
            Ok(body) => (status, body),
            Err(_) => (0, String::new()),
        }
    }

    fn address(&self, path: &str) -> String {
        format!("{}/orgs/{DOMAIN}/api/data/v9.2/{path}", self.url)
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.token)
    }
}

/// The id with this number.
pub fn id(number: usize) -> String {
    format!("00000000-0000-4000-8000-{number:012x}")
}

/// A place on SQLite.
pub fn sqlite(folder: &Path) -> Place {
    Place { data: folder.join("data"), database: String::new() }
}
