//! Sends requests over some connections, as fast as they are answered, and counts.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tokio::task::LocalSet;

use crate::http::Connection;
use crate::machine;
use crate::operations::{Operation, Requests};
use crate::seed::Seeded;
use crate::statistics::percentile;

/// Before anything is counted.
const WARM_UP: Duration = Duration::from_secs(1);

/// Whom to ask, and for how long.
#[derive(Clone, Debug)]
pub struct Target<'a> {
    /// Where it listens.
    pub address: SocketAddr,
    /// The process, for the time that it uses.
    pub process: u32,
    /// The bearer token; empty for none.
    pub token: &'a str,
    /// The file with its rows.
    pub database: &'a Path,
    /// What is in it.
    pub seeded: &'a Seeded,
    /// How long to count.
    pub duration: Duration,
}

/// What was counted.
#[derive(Clone, Debug, Default)]
pub struct Sample {
    /// Answers in a second.
    pub per_second: f64,
    /// The time that half of the answers took at most, in milliseconds.
    pub p50_ms: f64,
    /// The time that 99 of 100 answers took at most, in milliseconds.
    pub p99_ms: f64,
    /// Processor time of the server for one answer, in microseconds.
    pub server_us: f64,
    /// Cores that other programs used meanwhile.
    pub others_cores: f64,
}

/// Sends requests of one kind.
pub fn run(
    target: &Target<'_>,
    operation: Operation,
    connections: usize,
    run: u64,
) -> Result<Sample> {
    machine::wait_for_quiet();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, async {
        let counted = Rc::new(RefCell::new(Vec::with_capacity(1 << 20)));
        let begin = Instant::now() + WARM_UP;
        let window = (begin, begin + target.duration);
        let mut tasks = Vec::new();
        for number in 0..connections {
            let place = (number, connections);
            let (seeded, database) = (target.seeded, target.database);
            let requests = Requests::new(operation, seeded, database, target.token, place, run)?;
            let ask = ask(target.address, operation, requests, window, counted.clone());
            tasks.push(tokio::task::spawn_local(ask));
        }
        tokio::time::sleep_until(begin.into()).await;
        let before = Busy::now(target.process);
        tokio::time::sleep_until(window.1.into()).await;
        let busy = Busy::now(target.process).since(before);
        for task in tasks {
            task.await.context("a connection crashed")??;
        }
        Ok(sample(&mut counted.borrow_mut(), target.duration, &busy))
    })
}

/// One connection: the next request as soon as the one before is answered.
async fn ask(
    address: SocketAddr,
    operation: Operation,
    mut requests: Requests,
    window: (Instant, Instant),
    counted: Rc<RefCell<Vec<f64>>>,
) -> Result<()> {
    let mut connection = Connection::open(address).await?;
    let mut request = Vec::new();
    loop {
        requests.write(&mut request)?;
        let sent = Instant::now();
        if sent >= window.1 {
            return Ok(());
        }
        let answer = connection.exchange(&request).await?;
        let answered = Instant::now();
        let body = connection.body(answer);
        if !operation.is_answered(answer.status, body.len()) {
            let (text, asked) = (String::from_utf8_lossy(body), String::from_utf8_lossy(&request));
            anyhow::bail!("{asked}\nwas answered with {} {text}", answer.status);
        }
        if sent >= window.0 && answered <= window.1 {
            counted.borrow_mut().push((answered - sent).as_secs_f64() * 1000.0);
        }
    }
}

fn sample(times_ms: &mut [f64], duration: Duration, busy: &Busy) -> Sample {
    let seconds = duration.as_secs_f64();
    Sample {
        per_second: times_ms.len() as f64 / seconds,
        p50_ms: percentile(times_ms, 0.5),
        p99_ms: percentile(times_ms, 0.99),
        server_us: busy.server / times_ms.len().max(1) as f64 * 1e6,
        others_cores: (busy.all - busy.server - busy.ours).max(0.0) / seconds,
    }
}

/// Seconds of processor time.
struct Busy {
    all: f64,
    server: f64,
    ours: f64,
}

impl Busy {
    fn now(server: u32) -> Self {
        Self {
            all: machine::busy_seconds(),
            server: machine::process_seconds(server),
            ours: machine::process_seconds(std::process::id()),
        }
    }

    fn since(self, before: Self) -> Self {
        Self {
            all: self.all - before.all,
            server: self.server - before.server,
            ours: self.ours - before.ours,
        }
    }
}
