//! Clients that write: rows one by one, and change sets of three.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use super::server::{Client, id};

/// How many clients write at the same time.
const CLIENTS: usize = 4;
/// Rows of one change set.
const SET: usize = 3;

/// What clients have sent, and what of it was acknowledged.
#[derive(Default)]
pub struct Ledger {
    next: AtomicUsize,
    /// Rows that were acknowledged.
    rows: Mutex<HashSet<String>>,
    /// Change sets by their first id, and whether they were acknowledged.
    sets: Mutex<HashMap<usize, bool>>,
    /// Answers that were no success: status and the beginning of the body.
    pub refused: Mutex<Vec<(u16, String)>>,
}

/// Clients at work.
pub struct Load {
    stops: Arc<AtomicBool>,
    clients: Vec<JoinHandle<()>>,
}

impl Load {
    /// Begins to write.
    pub fn start(client: &Client, ledger: &Arc<Ledger>) -> Self {
        let stops = Arc::new(AtomicBool::new(false));
        let work = |index: usize| {
            let (client, ledger, stops) = (client.clone(), ledger.clone(), stops.clone());
            std::thread::spawn(move || {
                while !stops.load(Ordering::Relaxed) {
                    let is_going = if index.is_multiple_of(2) {
                        row(&client, &ledger)
                    } else {
                        set(&client, &ledger)
                    };
                    if !is_going {
                        return;
                    }
                }
            })
        };
        let clients = (0..CLIENTS).map(work).collect();
        Self { stops, clients }
    }

    /// Waits until so many more writes were acknowledged.
    pub fn wait_for(ledger: &Ledger, more: usize) {
        let wanted = ledger.acknowledged() + more;
        while ledger.acknowledged() < wanted {
            std::thread::yield_now();
        }
    }

    /// Ends it.
    pub fn stop(self) {
        self.stops.store(true, Ordering::Relaxed);
        self.clients.into_iter().for_each(|client| client.join().unwrap());
    }
}

impl Ledger {
    /// How many writes were acknowledged.
    pub fn acknowledged(&self) -> usize {
        let sets = self.sets.lock().unwrap().values().filter(|done| **done).count();
        self.rows.lock().unwrap().len() + sets
    }

    /// Every acknowledged write is there, and every change set wholly or not at all.
    pub fn check(&self, client: &Client) {
        let kept: HashSet<String> = client.ids("accounts", "accountid").into_iter().collect();
        for row in self.rows.lock().unwrap().iter() {
            assert!(kept.contains(row), "the acknowledged row {row} is lost");
        }
        for (first, is_acknowledged) in self.sets.lock().unwrap().iter() {
            let there = (0..SET).filter(|at| kept.contains(&id(first + at))).count();
            assert!(there == 0 || there == SET, "{there} of {SET} rows of a change set");
            assert!(
                there == SET || !is_acknowledged,
                "the acknowledged change set {first} is lost"
            );
        }
    }

    fn refuse(&self, (status, body): (u16, String)) {
        let body = body.chars().take(3000).collect();
        self.refused.lock().unwrap().push((status, body));
    }
}

/// Whether the server is still there.
fn row(client: &Client, ledger: &Ledger) -> bool {
    let number = ledger.next.fetch_add(SET, Ordering::Relaxed) + 1;
    let body = format!(r#"{{"accountid":"{}","name":"row {number}"}}"#, id(number));
    let answer = client.post("accounts", "application/json", &body);
    match answer.0 {
        204 => {
            ledger.rows.lock().unwrap().insert(id(number));
        }
        0 => return false,
        _ => ledger.refuse(answer),
    }
    true
}

fn set(client: &Client, ledger: &Ledger) -> bool {
    let first = ledger.next.fetch_add(SET, Ordering::Relaxed) + 1;
    ledger.sets.lock().unwrap().insert(first, false);
    let mut body = "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n".to_owned();
    for at in 0..SET {
        let row = format!(r#"{{"accountid":"{}","name":"set {first}"}}"#, id(first + at));
        write!(
            body,
            "--c\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\
             Content-ID: {}\r\n\r\nPOST accounts HTTP/1.1\r\nContent-Type: application/json\r\n\r\n\
             {row}\r\n",
            at + 1
        )
        .unwrap();
    }
    body.push_str("--c--\r\n--b--\r\n");
    let answer = client.post("$batch", "multipart/mixed; boundary=b", &body);
    match answer.0 {
        200 => {
            assert_eq!(answer.1.matches("HTTP/1.1 204").count(), SET, "{}", answer.1);
            ledger.sets.lock().unwrap().insert(first, true);
        }
        0 => return false,
        _ => ledger.refuse(answer),
    }
    true
}
