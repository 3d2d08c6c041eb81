//! Answers a browser on this machine: the page, and what has happened since it last asked. There is nothing else to be had.

use super::Feed;
use crate::{Error, Result};
use std::io::Cursor;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use tiny_http::{Header, Method, Request, Response};

/// A question waits so long at least: nobody is told anything more than ten times a second.
const PAUSE: Duration = Duration::from_millis(100);
/// … and so long at most, if nothing happens meanwhile.
const PATIENCE: Duration = Duration::from_secs(15);
/// Questions are looked at so often.
const TICK: Duration = Duration::from_millis(20);
/// Questions that wait at the same time; a browser asks one at a time.
const MOST_WAITING: usize = 16;
/// Who asked within this time before the end of a run is told of it: a browser without a graphics card draws a structure for seconds …
const STILL_THERE: Duration = Duration::from_secs(10);
/// … if they ask within this time after it.
const FAREWELL: Duration = Duration::from_secs(10);
/// Once somebody was told, others have so long to come.
const OTHERS: Duration = Duration::from_secs(1);
/// Where events are had.
const EVENTS: &str = "/events";

/// A server on the loopback, until it is dropped.
pub struct Server {
    address: SocketAddr,
    ended: Arc<AtomicBool>,
    gone: Receiver<()>,
}

impl Server {
    /// Serves `page` and what `feed` has on a port of the loopback, a free one for 0.
    ///
    /// # Errors
    /// `Error::Usage` for a port that cannot be had, `Error::Bug` when no thread can be begun.
    pub fn open(port: u16, page: String, feed: Arc<Feed>) -> Result<Self> {
        let refused = |error: &dyn std::fmt::Display| {
            Error::Usage(format!(
                "--watch: port {port} of this machine cannot be had ({error}); name another, or none for a free one"
            ))
        };
        let server = tiny_http::Server::http(SocketAddrV4::new(Ipv4Addr::LOCALHOST, port)).map_err(|e| refused(&e))?;
        let address = server.server_addr().to_ip().ok_or_else(|| refused(&"it has no address"))?;
        let (ended, (end, gone)) = (Arc::new(AtomicBool::new(false)), channel());
        let desk = Desk { hosts: hosts(address.port()), page, feed, waiting: Vec::new(), asked: None, told_end: None };
        let of_thread = ended.clone();
        let serve = move || {
            desk.serve(&server, &of_thread);
            // Nobody may be waiting any more.
            let _ = end.send(());
        };
        let begun = std::thread::Builder::new().name("watch".into()).spawn(serve);
        begun.map_err(|error| Error::Bug(format!("the thread of --watch: {error}")))?;
        Ok(Self { address, ended, gone })
    }

    /// Where the page is.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }
}

impl Drop for Server {
    /// Waits until those who watch have heard of the end, or have gone.
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Release);
        // A browser that reads no more must not keep the program.
        let _ = self.gone.recv_timeout(FAREWELL + PAUSE);
    }
}

/// Names under which a browser may ask: a page of somebody else, to which their name server gave this address, asks under another.
fn hosts(port: u16) -> [String; 2] {
    [format!("127.0.0.1:{port}"), format!("localhost:{port}")]
}

/// What the server's thread knows.
struct Desk {
    hosts: [String; 2],
    page: String,
    feed: Arc<Feed>,
    waiting: Vec<Question>,
    /// When somebody last asked for events.
    asked: Option<Instant>,
    /// When somebody was last told that the run has ended.
    told_end: Option<Instant>,
}

/// A request for events.
struct Question {
    request: Request,
    after: u64,
    since: Instant,
}

impl Desk {
    fn serve(mut self, server: &tiny_http::Server, ended: &AtomicBool) {
        let mut end: Option<Instant> = None;
        loop {
            match server.recv_timeout(TICK) {
                Ok(Some(request)) => self.hear(request),
                Ok(None) => {}
                Err(_) => return,
            }
            self.answer();
            if ended.load(Ordering::Acquire) {
                let end = *end.get_or_insert_with(Instant::now);
                let nobody = self.asked.is_none_or(|asked| asked + STILL_THERE < end) && self.waiting.is_empty();
                let told = self.waiting.is_empty() && self.told_end.is_some_and(|told| told.elapsed() > OTHERS);
                if nobody || told || end.elapsed() > FAREWELL {
                    return;
                }
            }
        }
    }

    fn hear(&mut self, request: Request) {
        let host = |header: &&Header| header.field.equiv("Host");
        let host = request.headers().iter().find(host).map(|header| header.value.as_str().to_owned());
        if !host.is_some_and(|host| self.hosts.contains(&host)) {
            return reply(request, 403, "text/plain", "this is served to this machine alone");
        }
        if *request.method() != Method::Get {
            return reply(request, 405, "text/plain", "there is nothing here but to read");
        }
        let url = request.url().to_owned();
        let (path, query) = url.split_once('?').unwrap_or((&url, ""));
        match path {
            "/" => reply(request, 200, "text/html; charset=utf-8", &self.page),
            EVENTS if self.waiting.len() < MOST_WAITING => {
                let after = query.strip_prefix("after=").and_then(|n| n.parse().ok()).unwrap_or(0);
                self.asked = Some(Instant::now());
                self.waiting.push(Question { request, after, since: Instant::now() });
            }
            EVENTS => reply(request, 503, "text/plain", "too many are watching"),
            _ => reply(request, 404, "text/plain", "there is nothing of that name"),
        }
    }

    /// Answers those for whom there is something new, and those who have waited long enough.
    fn answer(&mut self) {
        let last = self.feed.last();
        let due = |question: &Question| {
            let waited = question.since.elapsed();
            waited >= PATIENCE || (waited >= PAUSE && question.after < last)
        };
        let (due, waiting) = std::mem::take(&mut self.waiting).into_iter().partition(due);
        self.waiting = waiting;
        let due: Vec<Question> = due;
        for question in due {
            let text = self.feed.since(question.after);
            reply(question.request, 200, "application/json", &text);
            if self.feed.is_over() {
                self.told_end = Some(Instant::now());
            }
        }
    }
}

fn reply(request: Request, status: u16, kind: &str, text: &str) {
    let headers = [("Content-Type", kind), ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff")];
    let headers = headers.iter().filter_map(|(name, value)| Header::from_bytes(*name, *value).ok()).collect();
    let body = Cursor::new(text.as_bytes());
    // In one piece, however long: a script need not know of pieces.
    let response =
        Response::new(status.into(), headers, body, Some(text.len()), None).with_chunked_threshold(usize::MAX);
    // Who has gone needs no answer.
    let _ = request.respond(response);
}
