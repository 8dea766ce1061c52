//! A small client that trusts a stand-in's authority alone.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::Value;

/// A status, headers and a body.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

#[derive(Clone)]
pub(crate) struct Client {
    domain: String,
    config: Arc<ClientConfig>,
}

impl Client {
    pub(crate) fn new(domain: &str, ca_pem: &str) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(ca_pem.as_bytes()).expect("PEM")).expect("an authority");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self { domain: domain.to_owned(), config: Arc::new(config) }
    }

    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        token: &str,
        body: Option<Value>,
    ) -> io::Result<Answer> {
        let body = body.filter(|body| !body.is_null()).map(|body| body.to_string()).unwrap_or_default();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nauthorization: Bearer {token}\r\ncontent-type: application/json"
        );
        self.exchange(&head, &body)
    }

    /// One request on a connection of its own.
    pub(crate) fn exchange(&self, head: &str, body: &str) -> io::Result<Answer> {
        let name = ServerName::try_from("localhost").expect("a name");
        let tls = ClientConnection::new(Arc::clone(&self.config), name).map_err(io::Error::other)?;
        let port =
            self.domain.split(':').next_back().and_then(|port| port.parse::<u16>().ok()).expect("a port");
        let mut stream = StreamOwned::new(tls, TcpStream::connect(("127.0.0.1", port))?);
        write!(stream, "{head}\r\nhost: {}\r\ncontent-length: {}\r\n\r\n{body}", self.domain, body.len())?;
        stream.flush()?;
        read_answer(&mut stream)
    }
}

fn read_answer(stream: &mut impl Read) -> io::Result<Answer> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        if let Some(end) = bytes.windows(4).position(|part| part == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let mut lines = head.lines();
            let status =
                lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).expect("a status");
            let headers: Vec<(String, String)> = lines
                .filter_map(|line| line.split_once(": "))
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect();
            let mut answer = Answer { status, headers, body: Value::Null };
            let length: usize =
                answer.header("content-length").map_or(0, |text| text.parse().expect("a length"));
            if bytes.len() >= end + 4 + length {
                answer.body = serde_json::from_slice(&bytes[end + 4..]).unwrap_or_default();
                return Ok(answer);
            }
        }
        let length = stream.read(&mut buffer)?;
        if length == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes.extend_from_slice(&buffer[..length]);
    }
}
