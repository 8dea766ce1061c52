//! A server that follows a script.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

use claimsmith_connectors::ldap::Settings;

use crate::server::settings;

/// What is sent to a request that has a text in it: messages without their numbers. The connection ends if no text fits.
pub(crate) type Script = Vec<(&'static str, Vec<Vec<u8>>)>;

/// Starts a server; it answers one client.
pub(crate) fn start(script: Script) -> Settings {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("ldap://{}", listener.local_addr().expect("an address"));
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a client");
        while let Some(message) = read_message(&mut stream) {
            // A number of one byte: these are short conversations.
            let number = message[4];
            let has = |text: &str| message.windows(text.len()).any(|it| it == text.as_bytes());
            let Some((_, answers)) = script.iter().find(|(text, _)| has(text)) else { return };
            for answer in answers {
                let message = tlv(0x30, &[tlv(2, &[number]), answer.clone()].concat());
                if stream.write_all(&message).is_err() {
                    return;
                }
            }
        }
    });
    settings(&url, Some("none"), "hunter2")
}

/// Starts what passes everything on to a server, but ends after a number of bytes of its answers.
pub(crate) fn start_cut(port: u16, bytes: usize) -> Settings {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("ldap://{}", listener.local_addr().expect("an address"));
    thread::spawn(move || {
        let (client, _) = listener.accept().expect("a client");
        let server = TcpStream::connect(("127.0.0.1", port)).expect("a server");
        let (mut requests, mut to_server) =
            (client.try_clone().expect("a copy"), server.try_clone().expect("a copy"));
        thread::spawn(move || drop(std::io::copy(&mut requests, &mut to_server)));
        let mut answers = (&server).take(bytes as u64);
        drop(std::io::copy(&mut answers, &mut &client));
        drop(client.shutdown(Shutdown::Both));
        drop(server.shutdown(Shutdown::Both));
    });
    settings(&url, Some("none"), "hunter2")
}

/// A whole message, with a length of at most two bytes, of which short ones get a zero before them.
fn read_message(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut head = [0; 2];
    stream.read_exact(&mut head).ok()?;
    let more = usize::from(head[1]).saturating_sub(128);
    let mut length = vec![0; more];
    stream.read_exact(&mut length).ok()?;
    let length = if more == 0 {
        usize::from(head[1])
    } else {
        length.iter().fold(0, |sum, it| sum * 256 + usize::from(*it))
    };
    let mut rest = vec![0; length];
    stream.read_exact(&mut rest).ok()?;
    Some([&head[..], &rest].concat())
}

pub(crate) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).expect("a short message").to_be_bytes();
    [&[tag, 0x82, length[0], length[1]], content].concat()
}

fn octets(text: &str) -> Vec<u8> {
    tlv(4, text.as_bytes())
}

/// The end of a request to log in.
pub(crate) fn bound() -> Vec<u8> {
    tlv(0x61, &result(0))
}

fn result(code: u8) -> Vec<u8> {
    [tlv(10, &[code]), octets(""), octets("")].concat()
}

/// The end of a search.
pub(crate) fn done(code: u8) -> Vec<u8> {
    tlv(0x65, &result(code))
}

/// The end of a page, of which there are more.
pub(crate) fn done_with_cookie(cookie: &str) -> Vec<u8> {
    let value = tlv(0x30, &[tlv(2, &[0]), octets(cookie)].concat());
    let control = tlv(0x30, &[octets("1.2.840.113556.1.4.319"), tlv(4, &value)].concat());
    [done(0), tlv(0xa0, &control)].concat()
}

/// A search goes on at another server.
pub(crate) fn reference(url: &str) -> Vec<u8> {
    tlv(0x73, &octets(url))
}

/// An entry with attributes.
pub(crate) fn entry(dn: &str, attributes: &[(&str, &[&str])]) -> Vec<u8> {
    let attributes = attributes.iter().map(|(name, values)| {
        let values = values.iter().map(|value| octets(value)).collect::<Vec<_>>().concat();
        tlv(0x30, &[octets(name), tlv(0x31, &values)].concat())
    });
    tlv(0x64, &[octets(dn), tlv(0x30, &attributes.collect::<Vec<_>>().concat())].concat())
}
