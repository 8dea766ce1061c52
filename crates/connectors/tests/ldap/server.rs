//! OpenLDAP's server with a directory of its own, on ports of this machine that are free.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;

use claimsmith_connectors::LoadSettings;
use claimsmith_connectors::ldap::Settings;
use rcgen::{
    BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use serde_json::json;
use tempfile::TempDir;

pub(crate) const READER: &str = "cn=reader,dc=example,dc=com";

/// What every directory begins with.
const BASE: &str = "\
dn: dc=example,dc=com
objectClass: dcObject
objectClass: organization
o: Example
dc: example

dn: cn=reader,dc=example,dc=com
objectClass: simpleSecurityObject
objectClass: organizationalRole
cn: reader
userPassword: hunter2

dn: ou=people,dc=example,dc=com
objectClass: organizationalUnit
ou: people

dn: ou=groups,dc=example,dc=com
objectClass: organizationalUnit
ou: groups
";

/// The attributes of Active Directory that are read, by its own numbers.
const ACTIVE_DIRECTORY: &str = "
attributetype ( 1.2.840.113556.1.4.2 NAME 'objectGUID' EQUALITY octetStringMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.146 NAME 'objectSid' EQUALITY octetStringMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.221 NAME 'sAMAccountName' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.656 NAME 'userPrincipalName' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.8 NAME 'userAccountControl' EQUALITY integerMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.98 NAME 'primaryGroupID' EQUALITY integerMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
objectclass ( 1.2.840.113556.1.5.6 NAME 'securityPrincipal' AUXILIARY MAY ( objectGUID $ objectSid $ sAMAccountName $ userPrincipalName $ userAccountControl $ primaryGroupID ) )
";

pub(crate) struct Server {
    process: Child,
    pub(crate) port: u16,
    tls_port: u16,
    /// The certificate authority that clients have to trust.
    pub(crate) ca_pem: String,
    _folder: TempDir,
}

impl Server {
    /// Starts a server with more entries, and with more lines of configuration.
    pub(crate) fn start(ldif: &str, configuration: &str) -> Self {
        let folder = TempDir::new().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        let ca_pem = write_certificates(folder.path());
        fs::create_dir(path("db")).expect("a folder");
        fs::write(path("data.ldif"), format!("{BASE}\n{ldif}")).expect("a file");
        let schemas: String = ["core", "cosine", "inetorgperson", "nis", "dyngroup"]
            .map(|name| format!("include /etc/ldap/schema/{name}.schema\n"))
            .concat();
        let shown = folder.path().display();
        let text = format!(
            "{schemas}{ACTIVE_DIRECTORY}
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload dynlist
pidfile {shown}/slapd.pid
TLSCACertificateFile {shown}/ca.pem
TLSCertificateFile {shown}/certificate.pem
TLSCertificateKeyFile {shown}/key.pem
sizelimit size.soft=500 size.hard=500 size.pr=unlimited size.prtotal=unlimited
database mdb
suffix \"dc=example,dc=com\"
rootdn \"cn=admin,dc=example,dc=com\"
directory {shown}/db
maxsize 104857600
dbnosync
index objectClass eq
{configuration}
"
        );
        fs::write(path("slapd.conf"), text).expect("a file");
        let add = command("slapadd")
            .arg("-q")
            .arg("-f")
            .arg(path("slapd.conf"))
            .arg("-l")
            .arg(path("data.ldif"))
            .output();
        let add = add.expect("OpenLDAP's server is needed: Debian's package `slapd`");
        assert!(add.status.success(), "{}", String::from_utf8_lossy(&add.stderr));
        let (port, tls_port) = (free_port(), free_port());
        let mut process = command("slapd")
            .arg("-f")
            .arg(path("slapd.conf"))
            .args(["-d", "stats", "-h", &format!("ldap://127.0.0.1:{port} ldaps://127.0.0.1:{tls_port}")])
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut lines = BufReader::new(process.stderr.take().expect("a pipe")).lines();
        let mut said = Vec::new();
        let is_started = lines.by_ref().map_while(Result::ok).any(|line| {
            let is_start = line.contains("slapd starting");
            said.push(line);
            is_start
        });
        assert!(is_started, "{}", said.join("\n"));
        // It waits for somebody who reads what it says.
        thread::spawn(move || lines.for_each(drop));
        // It says so shortly before it listens.
        for port in [port, tls_port] {
            while TcpStream::connect(("127.0.0.1", port)).is_err() {
                assert!(matches!(process.try_wait(), Ok(None)), "{}", said.join("\n"));
                thread::yield_now();
            }
        }
        Self { process, port, tls_port, ca_pem, _folder: folder }
    }

    pub(crate) fn url(&self) -> String {
        format!("ldap://127.0.0.1:{}", self.port)
    }

    pub(crate) fn tls_url(&self) -> String {
        format!("ldaps://localhost:{}", self.tls_port)
    }

    /// Without TLS.
    pub(crate) fn settings(&self) -> Settings {
        settings(&self.url(), Some("none"), "hunter2")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

pub(crate) fn settings(url: &str, tls: Option<&str>, password: &str) -> Settings {
    let settings =
        json!({ "LDAP_URL": url, "LDAP_BIND_DN": READER, "LDAP_PASSWORD": password, "LDAP_TLS": tls });
    Settings::from_json(&settings).expect("settings")
}

/// A program, also of the folder that is not on the path of everyone.
fn command(name: &str) -> Command {
    let path = Path::new("/usr/sbin").join(name);
    Command::new(if path.exists() { path.as_os_str() } else { name.as_ref() })
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

/// Two certificates, because rustls refuses one that is both an authority and a server's.
fn write_certificates(folder: &Path) -> String {
    let mut authority = CertificateParams::new(Vec::new()).expect("parameters");
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let authority_key = KeyPair::generate().expect("a key");
    let ca_pem = authority.self_signed(&authority_key).expect("a certificate").pem();
    let mut leaf =
        CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()]).expect("parameters");
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let leaf_key = KeyPair::generate().expect("a key");
    let leaf = leaf.signed_by(&leaf_key, &Issuer::new(authority, authority_key)).expect("a certificate");
    for (name, text) in
        [("ca.pem", &ca_pem), ("certificate.pem", &leaf.pem()), ("key.pem", &leaf_key.serialize_pem())]
    {
        fs::write(folder.join(name), text).expect("a file");
    }
    ca_pem
}
