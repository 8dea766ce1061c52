//! Keys of an SSH agent, which signs without giving them away.
//!
//! Source: draft-ietf-sshm-ssh-agent, "SSH Agent Protocol".

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use claimsmith::wire_form;
use claimsmith_lifecycle::block::{Sign, SignError};

const REQUEST_IDENTITIES: u8 = 11;
const IDENTITIES_ANSWER: u8 = 12;
const SIGN_REQUEST: u8 = 13;
const SIGN_RESPONSE: u8 = 14;

/// The longest answer that is read.
const MOST_BYTES: usize = 256 * 1024;

/// How long an agent may take: it can ask its user, who may have to touch a device.
const PATIENCE: Duration = Duration::from_secs(120);

/// A key that an agent has.
pub(super) struct AgentKey {
    socket: PathBuf,
    public: [u8; 32],
}

impl AgentKey {
    pub(super) fn new(socket: PathBuf, public: [u8; 32]) -> Self {
        Self { socket, public }
    }
}

impl Sign for AgentKey {
    fn public(&self) -> [u8; 32] {
        self.public
    }

    fn sign(&self, bytes: &[u8]) -> Result<[u8; 64], SignError> {
        let mut request = vec![SIGN_REQUEST];
        put_string(&mut request, &wire_form(&self.public));
        put_string(&mut request, bytes);
        request.extend(0_u32.to_be_bytes());
        let answer = ask(&self.socket, &request);
        let answer = answer.map_err(|error| SignError(format!("the SSH agent did not answer: {error}")))?;
        read_signature(&answer).ok_or_else(|| {
            SignError("the SSH agent refused to sign; unlock it, or confirm the use of the key".to_owned())
        })
    }
}

/// The keys of type `ssh-ed25519` that an agent has.
pub(super) fn public_keys(socket: &Path) -> io::Result<Vec<[u8; 32]>> {
    let answer = ask(socket, &[REQUEST_IDENTITIES])?;
    read_identities(&answer).ok_or_else(|| io::Error::other("its answer is not one of an SSH agent"))
}

fn ask(socket: &Path, request: &[u8]) -> io::Result<Vec<u8>> {
    let mut stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut message = Vec::new();
    put_string(&mut message, request);
    stream.write_all(&message)?;
    let mut length = [0; 4];
    stream.read_exact(&mut length)?;
    let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    if length > MOST_BYTES {
        return Err(io::Error::other("its answer is too long"));
    }
    let mut answer = vec![0; length];
    stream.read_exact(&mut answer)?;
    Ok(answer)
}

fn put_string(bytes: &mut Vec<u8>, string: &[u8]) {
    bytes.extend(u32::try_from(string.len()).unwrap_or(u32::MAX).to_be_bytes());
    bytes.extend(string);
}

fn take_string<'b>(bytes: &mut &'b [u8]) -> Option<&'b [u8]> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (string, rest) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
    *bytes = rest;
    Some(string)
}

fn read_identities(answer: &[u8]) -> Option<Vec<[u8; 32]>> {
    let (IDENTITIES_ANSWER, rest) = answer.split_first().map(|(kind, rest)| (*kind, rest))? else {
        return None;
    };
    let (count, mut rest) = rest.split_first_chunk::<4>()?;
    let mut keys = Vec::new();
    for _ in 0..u32::from_be_bytes(*count) {
        let mut key = take_string(&mut rest)?;
        take_string(&mut rest)?;
        if take_string(&mut key)? == b"ssh-ed25519" {
            keys.extend(take_string(&mut key).and_then(|key| <[u8; 32]>::try_from(key).ok()));
        }
    }
    Some(keys)
}

fn read_signature(answer: &[u8]) -> Option<[u8; 64]> {
    let (SIGN_RESPONSE, mut rest) = answer.split_first().map(|(kind, rest)| (*kind, rest))? else {
        return None;
    };
    let mut signature = take_string(&mut rest)?;
    if take_string(&mut signature)? != b"ssh-ed25519" {
        return None;
    }
    take_string(&mut signature)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(parts: &[&[u8]]) -> Vec<u8> {
        let mut bytes = Vec::new();
        parts.iter().for_each(|part| put_string(&mut bytes, part));
        bytes
    }

    #[test]
    fn identities_of_other_types_are_left_out() {
        let other = strings(&[b"ssh-rsa", b"x", b"y"]);
        let mut answer = vec![IDENTITIES_ANSWER, 0, 0, 0, 2];
        answer.extend(strings(&[&other, b"a comment", &wire_form(&[7; 32]), b""]));
        assert_eq!(read_identities(&answer), Some(vec![[7; 32]]));
        for length in 0..answer.len() {
            assert_eq!(read_identities(answer.get(..length).expect("shorter")), None, "{length}");
        }
    }

    #[test]
    fn answer_that_is_not_a_signature_is_refused() {
        let signature = strings(&[b"ssh-ed25519", &[3; 64]]);
        let mut answer = vec![SIGN_RESPONSE];
        answer.extend(strings(&[&signature]));
        assert_eq!(read_signature(&answer), Some([3; 64]));
        for length in 0..answer.len() {
            assert_eq!(read_signature(answer.get(..length).expect("shorter")), None, "{length}");
        }
        // The answer of an agent that is locked.
        assert_eq!(read_signature(&[5]), None);
    }
}
