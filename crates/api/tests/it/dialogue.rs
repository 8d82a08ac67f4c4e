//! A dialogue with the data service of one environment.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;

use crate::common::{Answer, World};

/// Headers of answers that are shown.
const SHOWN: &[&str] = &[
    "odata-entityid",
    "location",
    "etag",
    "preference-applied",
    "www-authenticate",
    "retry-after",
    "content-disposition",
    "content-range",
    "mimetype",
    "x-ms-chunk-size",
    "x-ms-dop-hint",
    "x-ms-file-name",
    "x-ms-file-size",
];

pub struct Dialogue<'w> {
    world: &'w World,
    host: String,
    tokens: HashMap<&'static str, String>,
    /// Ids with their names: given ones, or letters in order of appearance.
    ids: Vec<(String, String)>,
    letters: usize,
    etag: String,
    next: String,
    token: String,
    delta: String,
    stamp: String,
    speaker: String,
}

impl<'w> Dialogue<'w> {
    pub async fn new(world: &'w World, domain: &str) -> Self {
        let host = format!("{domain}.example");
        let mut tokens = HashMap::new();
        for name in ["ada", "ben"] {
            tokens.insert(name, world.token(name, &format!("http://{host}")).await);
        }
        let (etag, next, token) = (String::new(), String::new(), String::new());
        let (delta, stamp, speaker) = (String::new(), String::new(), "ada".to_owned());
        let ids = Vec::new();
        Self { world, host, tokens, ids, letters: 0, etag, next, token, delta, stamp, speaker }
    }

    /// Sends every request of a text, and gives the text with the answers.
    pub async fn hold(mut self, text: &str) -> String {
        let mut blocks = Vec::new();
        for block in text.split("\n\n") {
            let request: Vec<&str> =
                block.trim_matches('\n').lines().take_while(|line| *line != "--").collect();
            let mut told = request.join("\n");
            if request.iter().any(|line| !line.starts_with('#')) {
                let answer = self.ask(&request).await;
                write!(told, "\n--\n{answer}").unwrap();
            }
            blocks.push(told);
        }
        blocks.join("\n\n") + "\n"
    }

    async fn ask(&mut self, lines: &[&str]) -> String {
        let mut lines = lines.iter().filter(|line| !line.starts_with('#'));
        let (method, address) = lines.next().unwrap().split_once(' ').unwrap();
        let address = self.filled(address);
        let uri = match address.starts_with('/') || address.starts_with("http") {
            true => address,
            false => format!("/api/data/v9.2/{address}"),
        };
        let mut request = Request::builder().method(method).uri(encoded(&uri));
        let (mut body, mut host, mut given) = (String::new(), self.host.clone(), None);
        for line in lines {
            let line = self.filled(line);
            if let Some(line) = line.strip_prefix('|') {
                writeln!(body, "{}\r", line.strip_prefix(' ').unwrap_or(line)).unwrap();
                continue;
            }
            match line.split_once(": ") {
                Some(("As", name)) => self.speaker = name.to_owned(),
                Some(("Host", name)) => host = name.to_owned(),
                Some(("Wait", job)) => {
                    let queue = self.world.tenant.queue();
                    queue.wait(job.parse().unwrap(), Duration::from_secs(60)).await.unwrap();
                }
                Some(("Name", name)) => given = Some(name.to_owned()),
                Some((name, value)) if is_header(name) => request = request.header(name, value),
                _ => body.push_str(&line),
            }
        }
        if let Some(token) = self.tokens.get(self.speaker.as_str()) {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let request = request.header("host", host).body(Body::from(body)).unwrap();
        let answer = self.world.send(request).await;
        assert_eq!(answer.headers["odata-version"], "4.0");
        assert_eq!(answer.headers["req_id"], answer.headers["x-ms-request-id"]);
        if let Some(name) = given {
            let body = String::from_utf8_lossy(&answer.body);
            let url = answer.headers.get("odata-entityid").map(|url| url.to_str().unwrap());
            if let Some((_, id, _)) = first_id(url.unwrap_or(&body)) {
                self.ids.push((id.to_owned(), name));
            }
        }
        self.told(&answer)
    }

    /// A text of a request with ids, tags and links put in.
    fn filled(&self, text: &str) -> String {
        let text = text.replace("{etag}", &self.etag).replace("{next}", &self.next);
        let text = text.replace("{token}", &self.token).replace("{delta}", &self.delta);
        let mut text = text.replace("{stamp}", &self.stamp);
        for (id, name) in &self.ids {
            text = text.replace(&format!("{{{name}}}"), id);
        }
        text.replace("{root}", &format!("http://{}/api/data/v9.2/", self.host))
    }

    fn told(&mut self, answer: &Answer) -> String {
        let mut text = answer.status.as_u16().to_string();
        for name in SHOWN {
            for value in answer.headers.get_all(*name) {
                write!(text, "\n{name}: {}", value.to_str().unwrap()).unwrap();
            }
        }
        if let Some(etag) = answer.headers.get("etag") {
            self.etag = etag.to_str().unwrap().to_owned();
        }
        let content = answer.headers.get("content-type").map(|value| value.to_str().unwrap());
        if let Some(content) = content.filter(|c| !c.starts_with("application/json")) {
            write!(text, "\ncontent-type: {content}").unwrap();
        }
        let mut body = String::from_utf8_lossy(&answer.body).into_owned();
        if content.is_some_and(|content| content.starts_with("multipart/")) {
            let lines = body.lines().map(|line| format!("| {line}").trim_end().to_owned());
            body = lines.collect::<Vec<_>>().join("\n");
        }
        if let Ok(json) = serde_json::from_str::<serde_json::Value>(&body) {
            if let Some(next) = json["@odata.nextLink"].as_str().or_else(|| nested_link(&body)) {
                self.next = next.to_owned();
            }
            if let Some(delta) = json["@odata.deltaLink"].as_str() {
                self.delta = delta.to_owned();
            }
            if let Some(token) = json["FileContinuationToken"].as_str() {
                self.token = token.to_owned();
            }
            let stamp = json["ServerVersionStamp"].as_str().or(json["Timestamp"].as_str());
            if let Some(stamp) = stamp {
                self.stamp = stamp.to_owned();
            }
        }
        if !body.is_empty() {
            write!(text, "\n{body}").unwrap();
        }
        self.named(&text)
    }

    /// A text of an answer with names for ids, and without versions.
    fn named(&mut self, text: &str) -> String {
        let root = format!("http://{}/api/data/v9.2/", self.host);
        let text =
            text.replace(&root, "{root}").replace(&format!("http://{}/", self.host), "{host}");
        let text = match self.token.len() {
            0 => text,
            _ => text.replace(&self.token, "{token}"),
        };
        let text = without_number(&text, "globalmetadataversion\":\"");
        let text = without_number(&text, "ServerVersionStamp\":\"");
        let text = without_number(&text, "Timestamp\":\"");
        let text = without_number(&text, "\"UniqueName\":\"unq");
        let text = without_tokens(&without_versions(&text), "$skiptoken=");
        let text = without_tokens(&text, "$deltatoken=");
        let text = without_version_numbers(&text);
        let mut named = String::new();
        let mut rest = text.as_str();
        while let Some((before, id, after)) = first_id(rest) {
            let name = match self.ids.iter().find(|(known, _)| *known == id) {
                Some((_, name)) => name.clone(),
                None if id.starts_with("00000000-0000-0000-") => id.to_owned(),
                None => {
                    let name = letter(self.letters);
                    self.letters += 1;
                    self.ids.push((id.to_owned(), name.clone()));
                    name
                }
            };
            let shown = if name == id { name } else { format!("{{{name}}}") };
            write!(named, "{before}{shown}").unwrap();
            rest = after;
        }
        named + rest
    }
}

/// `a` to `z`, then `a1`, …
fn letter(index: usize) -> String {
    let letter = char::from(b'a' + u8::try_from(index % 26).unwrap());
    if index < 26 { letter.to_string() } else { format!("{letter}{}", index / 26) }
}

/// An address with what a URL cannot have in it encoded.
fn encoded(uri: &str) -> String {
    let escape = |c: char| match c {
        ' ' | '"' | '<' | '>' | '{' | '}' => format!("%{:02X}", u32::from(c)),
        c => c.to_string(),
    };
    uri.chars().map(escape).collect()
}

fn is_header(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b))
}

/// The first id in a text; ids of the platform's own rows stay as they are.
fn first_id(text: &str) -> Option<(&str, &str, &str)> {
    let is_id = |at: &usize| {
        text.get(*at..at + 36).is_some_and(|part| {
            part.bytes().enumerate().all(|(i, b)| match i {
                8 | 13 | 18 | 23 => b == b'-',
                _ => b.is_ascii_digit() || (b'a'..=b'f').contains(&b),
            })
        })
    };
    let at = (0..text.len()).find(is_id)?;
    Some((&text[..at], &text[at..at + 36], &text[at + 36..]))
}

/// `W/"123"` as `W/"n"`.
fn without_versions(text: &str) -> String {
    let mut parts = text.split("W/");
    let mut told = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(['\\', '"']);
        let quote = &part[..part.len() - rest.len()];
        let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        write!(told, "W/{quote}n{rest}").unwrap();
    }
    told
}

/// `"versionnumber":123` as `"versionnumber":n`, also as people read it: it grows with what every
/// environment begins with.
fn without_version_numbers(text: &str) -> String {
    const READ: &str = "\"versionnumber@OData.Community.Display.V1.FormattedValue\":\"";
    let told = without_numbers(text, "\"versionnumber\":", |c| c.is_ascii_digit());
    without_numbers(&told, READ, |c| c.is_ascii_digit() || c == ',')
}

fn without_numbers(text: &str, name: &str, is_part: fn(char) -> bool) -> String {
    let mut parts = text.split(name);
    let mut told = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(is_part);
        let number = if rest.len() < part.len() { "n" } else { "" };
        write!(told, "{name}{number}{rest}").unwrap();
    }
    told
}

/// The number after `name` as `n`: it differs from run to run.
fn without_number(text: &str, name: &str) -> String {
    let Some((before, after)) = text.split_once(name) else { return text.to_owned() };
    let rest = after.trim_start_matches(|c: char| c.is_ascii_hexdigit());
    format!("{before}{name}n{rest}")
}

/// The first link to a next page of rows that came along with a row.
fn nested_link(body: &str) -> Option<&str> {
    let mut links = body.split("@odata.nextLink\":\"").skip(1);
    links.find_map(|rest| rest.split('"').next().filter(|link| link.contains("$skiptoken=")))
}

/// The tokens of links as `…`.
fn without_tokens(text: &str, option: &str) -> String {
    let mut parts = text.split(option);
    let mut told = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.find(['"', '&']).map_or("", |at| &part[at..]);
        write!(told, "{option}…{rest}").unwrap();
    }
    told
}
