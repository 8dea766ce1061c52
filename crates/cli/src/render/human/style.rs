//! Colors of text for people.

use annotate_snippets::renderer::{AnsiColor, Effects, Style};

use crate::terminal::Stream;

pub(super) const GOOD: Style = AnsiColor::Green.on_default().effects(Effects::BOLD);
pub(super) const BAD: Style = AnsiColor::BrightRed.on_default().effects(Effects::BOLD);
pub(super) const OLD: Style = AnsiColor::Red.on_default();
pub(super) const NEW: Style = AnsiColor::Green.on_default();

/// Text in a style, if the stream is printed in colors.
pub(super) fn styled(out: &Stream, style: Style, text: &str) -> String {
    if out.color { format!("{style}{text}{style:#}") } else { text.to_owned() }
}
