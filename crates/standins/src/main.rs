//! Runs a stand-in for tests that are not in Rust.
//!
//! It says on one line where it listens, so a test neither waits nor chooses a port, and it ends with its input, so it
//! does not outlive the test that started it.

use std::error::Error;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use claimsmith_standins::auth0::Auth0StandIn;
use claimsmith_standins::directories::{GoogleStandIn, GraphStandIn, OktaStandIn};
use claimsmith_standins::qlik::QlikStandIn;
use claimsmith_standins::scim::ScimStandIn;
use claimsmith_standins::{Service, StandIn};
use serde::de::DeserializeOwned;
use serde_json::json;

const USAGE: &str = "\
usage: claimsmith-standins auth0|qlik|scim|okta|graph|google [--seed FILE] --dir DIR

Starts a stand-in of Auth0's Management API, of Qlik Cloud, of a SCIM service or of the directory of Okta, Microsoft Graph
or Google Workspace, and runs until standard input is closed.
Prints one line of JSON: domain, and the paths of what it writes into DIR: the certificate authority, and a certificate
of localhost with its key, for other servers of the same test.
FILE is described in crates/standins/README.md; without it the tenant is empty and no token is valid.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(options) = Options::parse(&arguments) else {
        // Nothing else can be done if standard error is closed.
        drop(io::stderr().write_all(USAGE.as_bytes()));
        return ExitCode::from(2);
    };
    let ran = match options.service {
        Which::Auth0 => run(&options, Auth0StandIn::start),
        Which::Qlik => run(&options, QlikStandIn::start),
        Which::Scim => run(&options, ScimStandIn::start),
        Which::Okta => run(&options, OktaStandIn::start),
        Which::Graph => run(&options, GraphStandIn::start),
        Which::Google => run(&options, GoogleStandIn::start),
    };
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            drop(writeln!(io::stderr(), "error: {error}"));
            ExitCode::from(2)
        }
    }
}

#[derive(Clone, Copy)]
enum Which {
    Auth0,
    Qlik,
    Scim,
    Okta,
    Graph,
    Google,
}

struct Options {
    service: Which,
    seed: Option<PathBuf>,
    folder: PathBuf,
}

impl Options {
    fn parse(arguments: &[String]) -> Option<Self> {
        let (service, mut rest) = arguments.split_first()?;
        let service = match service.as_str() {
            "auth0" => Which::Auth0,
            "qlik" => Which::Qlik,
            "scim" => Which::Scim,
            "okta" => Which::Okta,
            "graph" => Which::Graph,
            "google" => Which::Google,
            _ => return None,
        };
        let (mut seed, mut folder) = (None, None);
        while let [name, value, others @ ..] = rest {
            match name.as_str() {
                "--seed" => seed = Some(PathBuf::from(value)),
                "--dir" => folder = Some(PathBuf::from(value)),
                _ => return None,
            }
            rest = others;
        }
        if rest.is_empty() { Some(Self { service, seed, folder: folder? }) } else { None }
    }
}

fn run<S>(options: &Options, start: fn(S::Seed) -> io::Result<StandIn<S>>) -> Result<(), Box<dyn Error>>
where
    S: Service,
    S::Seed: Default + DeserializeOwned,
{
    let seed = options.seed.as_deref().map_or_else(|| Ok(S::Seed::default()), read_seed)?;
    let stand_in = start(seed)?;
    std::fs::create_dir_all(&options.folder)?;
    let write = |name: &str, content: &str| {
        let path = options.folder.join(name);
        std::fs::write(&path, content).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok::<PathBuf, String>(path)
    };
    let said = json!({
        "domain": stand_in.domain(),
        "ca": write("ca.pem", stand_in.ca_pem())?,
        "certificate": write("localhost.pem", stand_in.certificate_pem())?,
        "key": write("localhost-key.pem", stand_in.key_pem())?,
    });
    writeln!(io::stdout(), "{said}")?;
    io::stdout().flush()?;
    // Until the test that started it closes the pipe, or ends.
    io::copy(&mut io::stdin().lock().take(u64::MAX), &mut io::sink())?;
    Ok(())
}

fn read_seed<Seed: DeserializeOwned>(path: &Path) -> Result<Seed, Box<dyn Error>> {
    let place = |error: &dyn Error| format!("{}: {error}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| place(&error))?;
    Ok(serde_json::from_str(&text).map_err(|error| place(&error))?)
}
