//! What four clients send, and what nobody should.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use proptest::prelude::*;

use super::*;

/// Parts as text: what a reader would say was understood.
fn told(content_type: &str, body: &str) -> String {
    let parts = match parse(content_type, &Bytes::copy_from_slice(body.as_bytes())) {
        Ok(parts) => parts,
        Err(error) => return error.message,
    };
    let request = |request: &Request| {
        let id = request.content_id.as_deref().map(|id| format!("[{id}] ")).unwrap_or_default();
        let body = String::from_utf8_lossy(&request.body);
        let headers: String =
            request.headers.keys().map(|name| format!(" {name}")).collect::<Vec<_>>().concat();
        format!("{id}{} {}{headers} |{body}|", request.method, request.url)
    };
    let lines = parts.iter().map(|part| match part {
        Part::One(one) => request(one),
        Part::ChangeSet(set) => {
            format!("{{{}}}", set.iter().map(request).collect::<Vec<_>>().join("; "))
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_python_client_has_quoted_boundaries_and_plain_spaces() {
    let body = "--batch_1\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\
        \r\nGET https://h/api/data/v9.2/accounts?$filter=name eq ' HTTP/x' HTTP/1.1\r\n\r\n\r\n\
        --batch_1\r\nContent-Type: multipart/mixed; boundary=\"changeset_2\"\r\n\r\n\
        --changeset_2\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\
        Content-ID: 1\r\n\r\nPOST https://h/api/data/v9.2/accounts HTTP/1.1\r\n\
        Content-Type: application/json; type=entry\r\n\r\n{\"name\":\"a\"}\r\n\
        --changeset_2\r\nContent-Type: application/http\r\nContent-ID: 2\r\n\r\n\
        PATCH $1 HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{}\r\n\
        --changeset_2--\r\n--batch_1--\r\n";
    assert_eq!(
        told("multipart/mixed; boundary=\"batch_1\"", body),
        "GET https://h/api/data/v9.2/accounts?$filter=name eq ' HTTP/x' ||\n\
         {[1] POST https://h/api/data/v9.2/accounts content-type |{\"name\":\"a\"}|; \
         [2] PATCH $1 content-type |{}|}"
    );
}

#[test]
fn the_javascript_client_begins_with_an_empty_line() {
    let body = "\n\n--dwa_batch_1\nContent-Type: application/http\nContent-Transfer-Encoding: binary\n\
        Content-ID: 100001\n\nDELETE $100000 HTTP/1.1\nIf-Match: *\n\n\n--dwa_batch_1--";
    assert_eq!(
        told("multipart/mixed;boundary=dwa_batch_1", body),
        "[100001] DELETE $100000 if-match ||"
    );
}

#[test]
fn blank_lines_before_the_body_mean_nothing() {
    let body = "--b\nContent-Type: application/http\nContent-Transfer-Encoding: binary\n\n\
        POST /api/data/v9.2/accounts HTTP/1.1\nContent-Type: application/json\n\n\n\n{\"name\":\"x\"}\n\
        --b\nContent-Type: application/http\n\nDELETE accounts(1) HTTP/1.1\n\n\n  \n--b--\n\n";
    assert_eq!(
        told("multipart/mixed; charset=utf-8; boundary=\"b\"", body),
        "POST /api/data/v9.2/accounts content-type |{\"name\":\"x\"}|\nDELETE accounts(1) ||"
    );
}

#[test]
fn bytes_stay_as_they_are() {
    let body = "--b\r\nContent-Type: application/http\r\n\r\nPATCH accounts(1)/file HTTP/1.1\r\n\
        Content-Type: application/octet-stream\r\nAuthorization: Bearer x\r\n\r\n\r\n a \r\n\r\n--b--";
    assert_eq!(
        told("multipart/mixed; boundary=b", body),
        "PATCH accounts(1)/file content-type |\r\n a \r\n|"
    );
}

#[test]
fn what_is_no_batch_is_told() {
    assert!(told("application/json", "{}").contains("'multipart/mixed; boundary=…'"));
    assert!(told("multipart/mixed", "").contains("'multipart/mixed; boundary=…'"));
    assert!(told("multipart/mixed; boundary=b", "").contains("begins with the boundary '--b'"));
    assert!(told("multipart/mixed; boundary=b", "--b\r\n\r\nGET x").contains("ends before"));
    let header = "--b\r\nnonsense\r\n--b--";
    assert!(told("multipart/mixed; boundary=b", header).contains("not a header"));
    let line = "--b\r\na: b\r\n\r\nnonsense\r\n--b--";
    assert!(told("multipart/mixed; boundary=b", line).contains("first line of a request"));
    let many = "--b\n\n\nGET x HTTP/1.1\n".repeat(1001) + "--b--";
    assert!(told("multipart/mixed; boundary=b", &many).contains("'1000' operations"));
    assert_eq!(told("multipart/mixed; boundary=b", "--b--"), "");
}

proptest! {
    #[test]
    fn nothing_panics(body in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = parse("multipart/mixed; boundary=b", &Bytes::from(body));
    }

    #[test]
    fn nothing_that_looks_like_a_batch_panics(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "--b\r\n", "--b--", "--c\n", "--c--\n", "\r\n", "\n", " ", "Content-ID: 1\n",
                "Content-Type: multipart/mixed; boundary=c\r\n", "GET x HTTP/1.1\r\n", ":", "{}",
            ]),
            0..40,
        )
    ) {
        let _ = parse("multipart/mixed; boundary=b", &Bytes::from(pieces.concat()));
    }

    #[test]
    fn what_is_written_is_read(
        bodies in prop::collection::vec("[a-z{}\":\n ]{0,30}", 1..6),
        newline in prop::sample::select(vec!["\n", "\r\n"]),
    ) {
        let mut text = String::new();
        for body in &bodies {
            for line in ["--b", "Content-Type: application/http", "", "POST x HTTP/1.1", "", body] {
                text.push_str(line);
                text.push_str(newline);
            }
        }
        text.push_str("--b--");
        let parts = parse("multipart/mixed; boundary=b", &Bytes::from(text)).unwrap();
        let found: Vec<String> = parts
            .iter()
            .map(|part| match part {
                Part::One(one) => String::from_utf8(one.body.to_vec()).unwrap(),
                Part::ChangeSet(_) => String::new(),
            })
            .collect();
        let wanted: Vec<&str> = bodies.iter().map(|body| body.trim_ascii()).collect();
        prop_assert_eq!(found, wanted);
    }
}
