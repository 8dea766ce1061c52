//! Just enough of HTTP/1.1: one request after another on a connection.

use std::io::{self, Read, Write};

const MOST_HEADERS: usize = 100;
const LARGEST_HEAD: usize = 64 * 1024;
const LARGEST_BODY: usize = 16 * 1024 * 1024;

/// A request, complete.
#[derive(Debug, Clone, Default)]
pub struct Request {
    pub(crate) method: String,
    /// With the query, as it was sent.
    pub(crate) target: String,
    /// Names in lowercase.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn path(&self) -> &str {
        self.target.split_once('?').map_or(self.target.as_str(), |(path, _)| path)
    }

    /// The parameters of the query, decoded.
    pub(crate) fn query(&self) -> Vec<(String, String)> {
        self.target.split_once('?').map_or(Vec::new(), |(_, query)| form(query))
    }
}

/// What a server answers. A body is JSON.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Option<serde_json::Value>,
}

/// Pairs of `application/x-www-form-urlencoded`.
pub(crate) fn form(text: &str) -> Vec<(String, String)> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(key, value)| (decode(&key.replace('+', " ")), decode(&value.replace('+', " "))))
        .collect()
}

/// Undoes percent encoding.
pub(crate) fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let hex = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let pair = if first == b'%' { after.first_chunk::<2>() } else { None };
        if let Some((high, low)) = pair.and_then(|[high, low]| Some((hex(*high)?, hex(*low)?))) {
            bytes.push(high * 16 + low);
            rest = after.get(2..).unwrap_or_default();
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A part of a query, in which only letters, digits and `-`, `.`, `_` are not encoded.
pub(crate) fn encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    let one = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(one).collect()
}

/// The parts of a path that a pattern leaves open, decoded.
pub(crate) fn match_path(pattern: &str, path: &str) -> Option<Vec<String>> {
    let (wanted, found): (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), path.split('/').collect());
    if wanted.len() != found.len() {
        return None;
    }
    let mut parameters = Vec::new();
    for (wanted, found) in wanted.into_iter().zip(found) {
        if wanted == "*" {
            parameters.push(decode(found));
        } else if wanted != found {
            return None;
        }
    }
    Some(parameters)
}

/// Reads requests from one connection.
pub(crate) struct Connection<S> {
    pub(crate) stream: S,
    unread: Vec<u8>,
}

impl<S: Read + Write> Connection<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self { stream, unread: Vec::new() }
    }

    /// The next request, or `None` when the client has closed the connection.
    pub(crate) fn read_request(&mut self) -> io::Result<Option<Request>> {
        let (mut request, head) = loop {
            if let Some(parsed) = parse_head(&self.unread)? {
                break parsed;
            }
            if self.unread.len() > LARGEST_HEAD {
                return Err(malformed("the head is too large"));
            }
            if !self.fill()? {
                return Ok(None);
            }
        };
        self.unread.drain(..head);
        if request.header("expect").is_some_and(|value| value.eq_ignore_ascii_case("100-continue")) {
            self.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
            self.stream.flush()?;
        }
        let chunked = request.header("transfer-encoding").is_some_and(|value| value.contains("chunked"));
        request.body = if chunked {
            self.read_chunks()?
        } else {
            let length = request.header("content-length").map_or(Ok(0), str::parse);
            self.take(length.map_err(|_| malformed("content-length"))?)?
        };
        Ok(Some(request))
    }

    fn fill(&mut self) -> io::Result<bool> {
        let mut buffer = [0; 16 * 1024];
        let length = match self.stream.read(&mut buffer) {
            // A client that closes the socket without closing TLS has nothing more to say.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => 0,
            other => other?,
        };
        self.unread.extend(buffer.iter().take(length));
        Ok(length > 0)
    }

    fn take(&mut self, length: usize) -> io::Result<Vec<u8>> {
        if length > LARGEST_BODY {
            return Err(malformed("the body is too large"));
        }
        while self.unread.len() < length {
            if !self.fill()? {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        let rest = self.unread.split_off(length);
        Ok(std::mem::replace(&mut self.unread, rest))
    }

    fn read_chunks(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line = self.read_line()?;
            let size = line.split(';').next().unwrap_or_default().trim();
            let size = usize::from_str_radix(size, 16).map_err(|_| malformed("the size of a chunk"))?;
            if body.len().saturating_add(size) > LARGEST_BODY {
                return Err(malformed("the body is too large"));
            }
            if size == 0 {
                while !self.read_line()?.is_empty() {}
                return Ok(body);
            }
            body.extend(self.take(size)?);
            self.read_line()?;
        }
    }

    fn read_line(&mut self) -> io::Result<String> {
        loop {
            if let Some(end) = self.unread.windows(2).position(|pair| pair == b"\r\n") {
                let line = self.take(end)?;
                self.take(2)?;
                return Ok(String::from_utf8_lossy(&line).into_owned());
            }
            if self.unread.len() > LARGEST_HEAD || !self.fill()? {
                return Err(malformed("a line without an end"));
            }
        }
    }

    pub(crate) fn write_response(&mut self, response: &Response) -> io::Result<()> {
        let body = response.body.as_ref().map_or_else(String::new, ToString::to_string);
        let mut text = format!("HTTP/1.1 {} {}\r\n", response.status, reason(response.status));
        for (name, value) in &response.headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        // An answer without content has no length.
        if response.status != 204 {
            text.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        text.push_str("\r\n");
        text.push_str(&body);
        self.stream.write_all(text.as_bytes())?;
        self.stream.flush()
    }
}

fn parse_head(bytes: &[u8]) -> io::Result<Option<(Request, usize)>> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut head = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(length) = head.parse(bytes).map_err(io::Error::other)? else {
        return Ok(None);
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let request = Request {
        method: head.method.unwrap_or_default().to_owned(),
        target: head.path.unwrap_or_default().to_owned(),
        headers: head.headers.iter().map(|it| (it.name.to_ascii_lowercase(), text(it.value))).collect(),
        body: Vec::new(),
    };
    Ok(Some((request, length)))
}

fn malformed(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// The name that belongs to a status, which Auth0 also uses as `error`.
pub(crate) fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No Content",
        207 => "Multi-Status",
        304 => "Not Modified",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        412 => "Precondition Failed",
        413 => "Content Too Large",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        _ => "Unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Pipe(io::Cursor<Vec<u8>>, Vec<u8>);

    impl Read for Pipe {
        // A byte at a time: a request may come in any pieces.
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = buffer.len().min(1);
            self.0.read(&mut buffer[..length])
        }
    }

    impl Write for Pipe {
        fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
            self.1.write(buffer)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn requests_follow_each_other_on_a_connection() {
        let text = "POST /a?b=c%20d+e HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}\
            POST /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n[\r\n1;x=y\r\n]\r\n0\r\n\r\n\
            GET /c HTTP/1.1\r\n\r\n";
        let mut connection = Connection::new(Pipe(io::Cursor::new(text.into()), Vec::new()));
        let first = connection.read_request().unwrap().unwrap();
        assert_eq!((first.path(), first.body.as_slice()), ("/a", b"{}".as_slice()));
        assert_eq!(first.query(), [("b".to_owned(), "c d e".to_owned())]);
        assert_eq!(connection.read_request().unwrap().unwrap().body, b"[]");
        assert_eq!(connection.read_request().unwrap().unwrap().target, "/c");
        assert!(connection.read_request().unwrap().is_none());
    }

    #[test]
    fn decoding_keeps_what_is_not_encoded() {
        for (text, expected) in [("a%7Cb", "a|b"), ("100%", "100%"), ("%zz", "%zz"), ("%C3%A9", "é")] {
            assert_eq!(decode(text), expected);
        }
    }

    #[test]
    fn a_body_that_never_ends_is_refused() {
        let text = "POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n";
        let mut connection = Connection::new(Pipe(io::Cursor::new(text.into()), Vec::new()));
        assert!(connection.read_request().is_err());
    }
}
