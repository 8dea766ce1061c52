//! What happens if output is not read or cannot be written.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use snapbox::cmd::cargo_bin;

use crate::support::{folder, login, root};

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(cargo_bin!("claimsmith"));
    command.current_dir(root()).args(arguments);
    command
}

/// Runs the command with a standard output whose reader is gone.
#[track_caller]
fn check_unread(arguments: &[&str], code: i32) {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let output = command(arguments).stdin(Stdio::null()).stdout(writer).output().expect("the command starts");
    let err = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!((output.status.code(), err.as_str()), (Some(code), ""), "{arguments:?}");
}

#[test]
fn output_that_nobody_reads_is_no_error() {
    let event = "js-shim/test/events/acme.json";
    check_unread(&["validate"], 0);
    check_unread(&["validate", "--format", "json"], 0);
    let wrong = folder(&[("organizations/acme.yaml", "")]);
    check_unread(&["validate", wrong.path().join("mappings").to_str().expect("UTF-8")], 1);
    check_unread(&["test", "--format", "json"], 0);
    check_unread(&["evaluate", "--event", event], 0);
    check_unread(&["explain", "--event", event], 0);
}

#[test]
fn evaluate_stops_when_the_reader_is_gone() {
    let mut child = command(&["evaluate", "--jsonl", "--event", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    let mut input = child.stdin.take().expect("standard input");
    // Far more than fits into pipes: writing ends because the command ends.
    let writer = std::thread::spawn(move || {
        let line = login(r#"["it-admins"]"#) + "\n";
        while input.write_all(line.as_bytes()).is_ok() {}
    });
    let mut answers = BufReader::new(child.stdout.take().expect("standard output"));
    let mut first = String::new();
    answers.read_line(&mut first).expect("an answer");
    assert!(first.starts_with(r#"{"version":1,"#), "{first}");
    drop(answers);
    let output = child.wait_with_output().expect("the command ends");
    writer.join().expect("the writer ends");
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), [].as_slice()));
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_an_error() {
    for verb in ["validate", "test"] {
        let full = std::fs::File::options().write(true).open("/dev/full").expect("the device");
        let output = command(&[verb]).stdout(full).output().expect("the command starts");
        let err = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!(output.status.code(), Some(2), "{err}");
        assert!(err.starts_with("error: cannot write to standard output: "), "{err}");
    }
}
