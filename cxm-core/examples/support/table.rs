//! A table with aligned columns.

use super::page::Tone;

/// The longest cell of a column that takes names from a file.
const MAX_NAME: usize = 22;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
}

/// A cell: text and its tone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cell {
    text: String,
    tone: Tone,
}

impl Cell {
    pub(crate) fn new(text: impl Into<String>, tone: Tone) -> Self {
        Self { text: text.into(), tone }
    }

    /// A name that somebody else chose, cut to what a table has room for.
    pub(crate) fn name(text: &str, tone: Tone) -> Self {
        let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        if clean.chars().count() <= MAX_NAME {
            return Self::new(clean, tone);
        }
        let start: String = clean.chars().take(MAX_NAME - 1).collect();
        Self::new(format!("{start}…"), tone)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::new(text, Tone::Plain)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::new(text, Tone::Plain)
    }
}

#[derive(Debug, Clone)]
pub(crate) struct TextTable {
    heads: Vec<(String, Align)>,
    rows: Vec<Vec<Cell>>,
}

impl TextTable {
    /// `>name` is a column aligned right; a column name may come from a file.
    pub(crate) fn new(heads: &[&str]) -> Self {
        let head = |text: &&str| match text.strip_prefix('>') {
            Some(name) => (name.to_owned(), Align::Right),
            None => (Cell::name(text, Tone::Plain).text, Align::Left),
        };
        Self { heads: heads.iter().map(head).collect(), rows: Vec::new() }
    }

    pub(crate) fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }

    /// How wide the widest line is.
    pub(crate) fn width(&self) -> usize {
        self.widths().iter().map(|width| width + 2).sum()
    }

    fn widths(&self) -> Vec<usize> {
        let width = |column: usize, head: &str| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            let widest = cells.map(|cell| cell.text.chars().count()).max().unwrap_or(0);
            widest.max(head.chars().count())
        };
        self.heads.iter().enumerate().map(|(column, (head, _))| width(column, head)).collect()
    }

    /// The lines, each piece in its tone. Without any heading there is no line for them.
    pub(crate) fn lines(&self, toned: impl Fn(&str, Tone) -> String) -> Vec<String> {
        let widths = self.widths();
        let heads = self.heads.iter().map(|(head, _)| Cell::new(head.clone(), Tone::Dim)).collect();
        let show = |row: &Vec<Cell>| {
            let mut line = String::new();
            for ((cell, &width), (_, align)) in row.iter().zip(&widths).zip(&self.heads) {
                let padding = " ".repeat(width.saturating_sub(cell.text.chars().count()));
                let text = toned(&cell.text, cell.tone);
                line.push_str("  ");
                match align {
                    Align::Left => line.extend([text, padding]),
                    Align::Right => line.extend([padding, text]),
                }
            }
            line
        };
        let is_named = self.heads.iter().any(|(head, _)| !head.is_empty());
        is_named.then_some(&heads).into_iter().chain(&self.rows).map(show).collect()
    }
}
