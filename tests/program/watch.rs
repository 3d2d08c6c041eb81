//! A run that is watched by a script: everything in order, not too often, and nothing else is served.

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::{Duration, Instant};

/// Nobody is told anything more often: ten times a second, less what clocks may differ by.
const LEAST_PAUSE: Duration = Duration::from_millis(95);

/// A run that is being watched, and where.
struct Watched {
    run: Child,
    address: String,
    // Kept open, so that the run may say more.
    _said: BufReader<ChildStderr>,
}

impl Watched {
    /// Solves the example at a resolution at which it cannot be, so that the run takes a while.
    fn begin(folder: &Path, more: &[&str]) -> Self {
        let mut run = Command::new(env!("CARGO_BIN_EXE_seedflip"))
            .args(["solve", "tests/data/aspirin.ins", "-q", "--backend", "cpu", "--watch", "0", "-o"])
            .arg(folder)
            .args(more)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(run.stderr.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        let address = line.trim().rsplit_once("http://").unwrap_or_else(|| panic!("{line}")).1.trim_end_matches('/');
        Self { run, address: address.to_owned(), _said: said }
    }

    /// Status and body of an answer to a request for `path` of `host`.
    fn ask_as(&self, host: &str, method: &str, path: &str) -> std::io::Result<(u16, String)> {
        let mut stream = TcpStream::connect(&self.address)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        write!(stream, "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let status = head.split(' ').nth(1).and_then(|word| word.parse().ok());
        status.map(|status| (status, body.to_owned())).ok_or_else(|| std::io::Error::other(answer.clone()))
    }

    fn ask(&self, path: &str) -> (u16, String) {
        self.ask_as(&self.address, "GET", path).unwrap()
    }
}

#[test]
fn a_script_hears_all_of_a_run_in_order_and_at_most_ten_times_a_second() {
    let folder = tempfile::tempdir().unwrap();
    let mut watched = Watched::begin(folder.path(), &["--resolution", "1.9"]);
    let (status, page) = watched.ask("/");
    assert_eq!(status, 200);
    assert!(page.contains("connect-src 'self'") && page.contains("\nwatch({"), "{} bytes", page.len());
    let mut told: Vec<Value> = Vec::new();
    let mut asked: Vec<Instant> = Vec::new();
    while told.last().is_none_or(|last| last["kind"] != "ended") {
        let after = told.last().map_or(0, |last| last["n"].as_u64().unwrap());
        let (status, body) = watched.ask(&format!("/events?after={after}"));
        asked.push(Instant::now());
        assert_eq!(status, 200);
        told.extend(serde_json::from_str::<Vec<Value>>(&body).unwrap());
    }
    assert!(watched.run.wait().unwrap().success());
    let numbers: Vec<u64> = told.iter().map(|told| told["n"].as_u64().unwrap()).collect();
    assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{numbers:?}");
    assert!(asked.windows(2).all(|pair| pair[1] - pair[0] >= LEAST_PAUSE));
    // What it heard is what the record says.
    let record = std::fs::read_to_string(folder.path().join("aspirin.json")).unwrap();
    let record: Value = serde_json::from_str(&record).unwrap();
    assert_eq!(told.last().unwrap()["document"]["record"]["trials"], record["trials"]);
    let finished = told.iter().filter(|told| told["kind"] == "finished").count();
    assert_eq!(finished as u64, record["trials_finished"].as_u64().unwrap());
    let first = |kind: &str| told.iter().position(|told| told["kind"] == kind && told["trial"] == 0).unwrap();
    assert!(first("started") < first("looked") && first("looked") < first("finished"));
    for kind in ["progress", "modelled", "structure", "judged"] {
        assert!(told.iter().any(|told| told["kind"] == kind), "{kind}");
    }
}

/// A browser that draws for a second between two questions hears of the end all the same.
#[test]
fn who_asks_seldom_is_told_of_the_end_too() {
    let folder = tempfile::tempdir().unwrap();
    let mut watched = Watched::begin(folder.path(), &["--resolution", "1.9"]);
    let mut after = 0;
    loop {
        let (_, body) = watched.ask(&format!("/events?after={after}"));
        let told: Vec<Value> = serde_json::from_str(&body).unwrap();
        let last = told.last().unwrap();
        if last["kind"] == "ended" {
            break;
        }
        after = last["n"].as_u64().unwrap();
        std::thread::sleep(Duration::from_millis(1200));
    }
    assert!(watched.run.wait().unwrap().success());
}

#[test]
fn nothing_else_is_served_and_to_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let mut watched = Watched::begin(folder.path(), &["--resolution", "1.9"]);
    for path in ["/aspirin.json", "/../aspirin.ins", "/%2e%2e/aspirin.ins", "/events/", "//etc/passwd"] {
        assert_eq!(watched.ask(path).0, 404, "{path}");
    }
    let own = watched.address.clone();
    assert_eq!(watched.ask_as(&own, "POST", "/events").unwrap().0, 405);
    assert_eq!(watched.ask_as("somebody.example", "GET", "/").unwrap().0, 403);
    // A number that is none begins at the beginning.
    assert_eq!(watched.ask("/events?after=x").0, 200);
    // Somebody whose port is taken is told so in one line.
    let port = own.rsplit_once(':').unwrap().1;
    let other = Command::new(env!("CARGO_BIN_EXE_seedflip"))
        .args(["solve", "tests/data/aspirin.ins", "-q", "--watch", port, "-o"])
        .arg(folder.path().join("other"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&other.stderr).into_owned();
    assert!(other.status.code() == Some(2) && said.lines().count() == 1 && said.contains("cannot be had"), "{said}");
    assert!(!folder.path().join("other").exists());
    watched.run.kill().unwrap();
    watched.run.wait().unwrap();
}
