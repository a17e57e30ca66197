//! A page of text: headings, paragraphs and tables of at most [`WIDTH`] columns, in colour where
//! the reader's terminal has it.

use super::table::TextTable;
use std::ffi::OsStr;
use std::io::{IsTerminal, Write};

/// The widest line.
pub(crate) const WIDTH: usize = 100;

/// What a piece of text is; how it looks is the page's business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Tone {
    #[default]
    Plain,
    Strong,
    Dim,
    Good,
    Bad,
    Warning,
}

impl Tone {
    const fn code(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Strong => Some("1"),
            Self::Dim => Some("2"),
            Self::Good => Some("32"),
            Self::Bad => Some("31"),
            Self::Warning => Some("33"),
        }
    }
}

/// The text of a page, gathered before any of it is printed.
#[derive(Debug)]
pub(crate) struct Page {
    text: String,
    colour: bool,
}

impl Page {
    pub(crate) const fn new(colour: bool) -> Self {
        Self { text: String::new(), colour }
    }

    /// A page for the standard output.
    pub(crate) fn for_stdout() -> Self {
        let no_color = std::env::var_os("NO_COLOR");
        Self::new(wants_colour(std::io::stdout().is_terminal(), no_color.as_deref()))
    }

    /// Prints the page; a reader who closes the pipe early has read enough.
    pub(crate) fn print(&self) -> std::io::Result<()> {
        match std::io::stdout().lock().write_all(self.text.as_bytes()) {
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The text in its tone.
    pub(crate) fn toned(&self, text: &str, tone: Tone) -> String {
        match tone.code() {
            Some(code) if self.colour && !text.trim().is_empty() => {
                format!("\x1b[{code}m{text}\x1b[0m")
            }
            _ => text.to_owned(),
        }
    }

    pub(crate) fn blank(&mut self) {
        self.text.push('\n');
    }

    pub(crate) fn line(&mut self, text: &str) {
        self.text.push_str(text.trim_end());
        self.text.push('\n');
    }

    /// The name of the page between two rules.
    pub(crate) fn title(&mut self, text: &str, about: &str) {
        let rule = self.toned(&"━".repeat(WIDTH), Tone::Dim);
        let text = self.toned(text, Tone::Strong);
        self.line(&rule);
        self.line(&format!("  {text}"));
        self.paragraph(about, Tone::Plain);
        self.line(&rule);
    }

    /// A heading, and what is read below it.
    pub(crate) fn heading(&mut self, text: &str, about: &str) {
        let rest = WIDTH.saturating_sub(text.chars().count() + 4);
        let left = self.toned("──", Tone::Dim);
        let (text, rule) =
            (self.toned(text, Tone::Strong), self.toned(&"─".repeat(rest), Tone::Dim));
        self.blank();
        self.line(&format!("{left} {text} {rule}"));
        if !about.is_empty() {
            self.paragraph(about, Tone::Dim);
        }
        self.blank();
    }

    /// Text in lines of the page's width.
    pub(crate) fn paragraph(&mut self, text: &str, tone: Tone) {
        self.wrapped("  ", Tone::Plain, text, tone);
    }

    /// A point of a list: a mark, and text that is indented as far as the mark is wide.
    pub(crate) fn point(&mut self, mark: char, tone: Tone, text: &str) {
        self.wrapped(&format!("  {mark} "), tone, text, Tone::Plain);
    }

    /// A term and what it means.
    pub(crate) fn term(&mut self, name: &str, meaning: &str) {
        self.wrapped(&format!("  {name:<20} "), Tone::Strong, meaning, Tone::Plain);
    }

    fn wrapped(&mut self, mark: &str, mark_tone: Tone, text: &str, tone: Tone) {
        let indent = mark.chars().count();
        for (position, line) in wrap(text, WIDTH.saturating_sub(indent)).iter().enumerate() {
            let before = if position == 0 { mark.to_owned() } else { " ".repeat(indent) };
            let (before, line) = (self.toned(&before, mark_tone), self.toned(line, tone));
            self.line(&format!("{before}{line}"));
        }
    }

    pub(crate) fn table(&mut self, table: &TextTable) {
        for line in table.lines(|text, tone| self.toned(text, tone)) {
            self.line(&line);
        }
    }
}

/// Colour is for people at a terminal who have not asked to be spared it (<https://no-color.org>).
pub(crate) fn wants_colour(is_terminal: bool, no_color: Option<&OsStr>) -> bool {
    is_terminal && no_color.is_none_or(OsStr::is_empty)
}

fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let Some(line) = lines.last_mut() else { break };
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
            lines.push(word.to_owned());
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}
