//! A server on a temporary folder, and the program run against it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_freehold");

/// A server with demo accounts, and a user's folders. Everything goes away with it.
pub struct World {
    process: Child,
    folder: TempDir,
    /// The address of the server.
    pub url: String,
    welcome: Vec<String>,
}

/// How a command ended.
pub struct Ended {
    /// The exit code.
    pub code: i32,
    /// What it wrote.
    pub out: String,
    /// What it told.
    pub err: String,
}

impl World {
    /// Starts the server on a free port and waits until it is ready.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut process = clean(&folder)
            .args(["serve", "--demo", "--http", "127.0.0.1:0", "--https", "off", "--data"])
            .arg(folder.path().join("data"))
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let mut welcome = Vec::new();
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
        let port = welcome.iter().find_map(|l| l.strip_prefix("Listening http://127.0.0.1:"));
        let Some(port) = port else { panic!("it did not start: {welcome:#?}") };
        let url = format!("http://localhost:{port}");
        Self { process, folder, url, welcome }
    }

    /// The password of a demo account.
    pub fn password(&self, name: &str) -> String {
        let line = self.welcome.iter().find(|line| line.trim_start().starts_with(name));
        line.and_then(|line| line.split_whitespace().nth(1)).unwrap().to_owned()
    }

    /// Id and secret of the demo application.
    pub fn application(&self) -> (String, String) {
        let line = self.welcome.iter().find_map(|line| line.trim().strip_prefix("application "));
        let (id, secret) = line.unwrap().split_once(' ').unwrap();
        (id.to_owned(), secret.to_owned())
    }

    /// A path in the user's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The data folder of the server.
    pub fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// Runs the program in the user's folder. A `+` stands for a blank within an argument.
    pub fn run(&self, line: &str) -> Ended {
        self.run_with(&words(line))
    }

    fn run_with(&self, arguments: &[String]) -> Ended {
        let output = clean(&self.folder).args(arguments).output().unwrap();
        Ended {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs the program, which must succeed, with `--json`; gives what it wrote.
    pub fn json(&self, line: &str) -> Value {
        let mut arguments = words(line);
        arguments.push("--json".to_owned());
        let ended = self.run_with(&arguments);
        assert_eq!(ended.code, 0, "{line}: {}", ended.err);
        serde_json::from_str(&ended.out).unwrap()
    }

    /// Runs the program, which must fail with this exit code; gives the failure.
    pub fn failure(&self, code: i32, line: &str) -> Value {
        let mut arguments = words(line);
        arguments.push("--json".to_owned());
        let ended = self.run_with(&arguments);
        assert_eq!(ended.code, code, "{line}: {} {}", ended.out, ended.err);
        let failure: Value = serde_json::from_str(&ended.err).unwrap();
        assert!(failure["error"]["suggestion"].as_str().is_some_and(|text| !text.is_empty()));
        failure["error"].clone()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to kill.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn words(line: &str) -> Vec<String> {
    line.split_whitespace().map(|word| word.replace('+', " ")).collect()
}

/// The program without the settings of whoever runs the tests.
fn clean(folder: &TempDir) -> Command {
    let mut command = Command::new(PROGRAM);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("FREEHOLD_") {
            command.env_remove(name);
        }
    }
    command.env("FREEHOLD_CONFIG_DIR", folder.path().join("config")).current_dir(folder.path());
    command
}

/// The sample in the repository.
pub fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/project-tracker")
}
