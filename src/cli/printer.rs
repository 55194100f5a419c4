//! The only place that prints: data to stdout, talk to stderr.

use std::io::{IsTerminal as _, Write as _};

use serde::Serialize;

use crate::cli::arguments::{Colour, Format};
use crate::error::Exit;

/// Prints in the format and with the colours that were asked for.
#[derive(Debug, Clone)]
pub struct Printer {
    format: Format,
    talk_is_coloured: bool,
    data_is_coloured: bool,
}

impl Printer {
    /// Returns the printer for this format and these colours.
    pub fn new(format: Format, colour: Colour) -> Self {
        let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let coloured = |is_terminal: bool| match colour {
            Colour::Auto => is_terminal && !no_colour,
            Colour::Always => true,
            Colour::Never => false,
        };
        Self {
            format,
            talk_is_coloured: coloured(std::io::stderr().is_terminal()),
            data_is_coloured: coloured(std::io::stdout().is_terminal()),
        }
    }

    /// Returns whether a program reads the answers.
    pub fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Returns whether talk is coloured.
    pub fn talk_is_coloured(&self) -> bool {
        self.talk_is_coloured
    }

    /// Prints an answer for people.
    pub fn data(&self, text: impl AsRef<str>) {
        write(&mut std::io::stdout().lock(), text.as_ref());
    }

    /// Prints a part of an answer at once, without a line end.
    pub fn piece(&self, text: &str) {
        let mut out = std::io::stdout().lock();
        let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        end_quietly_on_a_closed_pipe(written);
    }

    /// Prints an answer for programs.
    pub fn json(&self, value: &impl Serialize) {
        let text = serde_json::to_string_pretty(value).expect("answers serialize");
        write(&mut std::io::stdout().lock(), &text);
    }

    /// Prints one line of a stream of answers for programs.
    pub fn json_line(&self, value: &impl Serialize) {
        write(&mut std::io::stdout().lock(), &serde_json::to_string(value).expect("answers serialize"));
    }

    /// Prints an answer in the format that was asked for.
    pub fn answer(&self, value: &impl Serialize, human: impl FnOnce() -> String) {
        if self.is_json() {
            self.json(value);
        } else {
            self.data(human());
        }
    }

    /// Says something.
    pub fn say(&self, text: impl AsRef<str>) {
        write(&mut std::io::stderr().lock(), text.as_ref());
    }

    /// Says that something is wrong.
    pub fn error(&self, text: &str) {
        self.labelled("error", console::Color::Red, text);
    }

    /// Says that something is odd.
    pub fn warning(&self, text: &str) {
        self.labelled("warning", console::Color::Yellow, text);
    }

    /// Says what can be done.
    pub fn hint(&self, text: &str) {
        self.labelled("hint", console::Color::Cyan, text);
    }

    fn labelled(&self, label: &str, colour: console::Color, text: &str) {
        let style = console::Style::new().fg(colour).bold().force_styling(self.talk_is_coloured);
        self.say(format!("{}: {text}", style.apply_to(label)));
    }

    /// Returns text as a heading of an answer.
    pub fn heading(&self, text: &str) -> String {
        console::Style::new().bold().force_styling(self.data_is_coloured).apply_to(text).to_string()
    }

    /// Returns text in the colour of good or bad news.
    pub fn verdict(&self, is_good: bool, text: &str) -> String {
        let colour = if is_good { console::Color::Green } else { console::Color::Red };
        console::Style::new().fg(colour).force_styling(self.data_is_coloured).apply_to(text).to_string()
    }
}

/// Prints what clap says of wrong arguments, or the help that was asked for.
pub fn usage(error: &clap::Error) -> Exit {
    let printed = error.print();
    end_quietly_on_a_closed_pipe(printed);
    if error.use_stderr() { Exit::BadInput } else { Exit::Done }
}

fn write(out: &mut impl std::io::Write, text: &str) {
    let newline = if text.ends_with('\n') { "" } else { "\n" };
    end_quietly_on_a_closed_pipe(write!(out, "{text}{newline}"));
}

/// Nobody is left to read: `pedigree runs | head` is no error.
#[expect(clippy::exit, reason = "the one place where the reader is gone")]
fn end_quietly_on_a_closed_pipe(written: std::io::Result<()>) {
    if written.is_err() {
        std::process::exit(0);
    }
}
