//! A CSV file in memory, read column by column, with errors that name the line.

use super::Outcome;
use super::format::{count, counted};
use std::collections::BTreeMap;
use std::path::Path;

/// Separators that a header line is searched for.
const SEPARATORS: [(u8, &str); 4] = [(b',', ","), (b';', ";"), (b'\t', "tab"), (b'|', "|")];

/// How many odd cells an error quotes.
const QUOTED: usize = 5;

#[derive(Debug)]
pub(crate) struct CsvFile {
    name: String,
    headers: Vec<String>,
    rows: Vec<csv::StringRecord>,
    /// What was noticed about the file's form, and how it was taken.
    pub(crate) notes: Vec<String>,
}

impl CsvFile {
    pub(crate) fn read(path: &Path, separator: Option<u8>) -> Outcome<Self> {
        let name = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|error| format!("cannot read {name}: {error}"))?;
        Self::parse(&name, &bytes, separator)
    }

    /// Takes the text of a file apart; without a separator the header line says which one it is.
    pub(crate) fn parse(name: &str, bytes: &[u8], separator: Option<u8>) -> Outcome<Self> {
        let mut notes = Vec::new();
        let text = match bytes {
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
                return Err(format!("{name} is UTF-16; save it as UTF-8").into());
            }
            [0xef, 0xbb, 0xbf, text @ ..] => {
                notes.push("It starts with a byte order mark, which is skipped.".to_owned());
                text
            }
            text => text,
        };
        let separator = separator.unwrap_or_else(|| {
            let (found, shown) = sniff(text);
            if found != b',' {
                notes
                    .push(format!("Its header line is separated by \"{shown}\", so its rows are."));
            }
            found
        });
        let mut reader = csv::ReaderBuilder::new().delimiter(separator).from_reader(text);
        let headers: Vec<String> =
            reader.headers().map_err(|e| broken(name, &e))?.iter().map(trimmed).collect();
        if headers.iter().all(String::is_empty) {
            return Err(format!("{name} is empty: it has no header line").into());
        }
        let rows = reader.records().collect::<Result<_, _>>().map_err(|e| broken(name, &e))?;
        Ok(Self { name: name.to_owned(), headers, rows, notes })
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The cells of a column, without the blanks around them.
    pub(crate) fn texts(&self, column: &str) -> Outcome<Vec<&str>> {
        let position = self.position(column)?;
        Ok(self.rows.iter().map(|row| row.get(position).unwrap_or_default().trim()).collect())
    }

    /// The numbers of a column; NaN where the cell is empty or one of the `missing` texts.
    pub(crate) fn numbers(&self, column: &str, missing: &[String]) -> Outcome<Vec<f64>> {
        let mut numbers = Vec::with_capacity(self.len());
        let mut odd: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
        for (row, cell) in self.rows.iter().zip(self.texts(column)?) {
            if cell.is_empty() || missing.iter().any(|text| text == cell) {
                numbers.push(f64::NAN);
            } else if let Some(number) = cell.parse().ok().filter(|n: &f64| n.is_finite()) {
                numbers.push(number);
            } else {
                let line = row.position().map_or(0, csv::Position::line);
                odd.entry(cell).or_insert((0, line)).0 += 1;
            }
        }
        if odd.is_empty() { Ok(numbers) } else { Err(not_numbers(column, odd).into()) }
    }

    fn position(&self, column: &str) -> Outcome<usize> {
        let mut found = self.headers.iter().enumerate().filter(|(_, name)| *name == column);
        match (found.next(), found.next()) {
            (Some((position, _)), None) => Ok(position),
            (Some(_), Some(_)) => {
                Err(format!("{} has more than one column \"{column}\"", self.name).into())
            }
            (None, _) => Err(format!(
                "{} has no column \"{column}\"; its columns are {}",
                self.name,
                self.headers.join(", ")
            )
            .into()),
        }
    }
}

fn trimmed(text: &str) -> String {
    text.trim().to_owned()
}

/// The separator that the header line has most of.
fn sniff(text: &[u8]) -> (u8, &'static str) {
    let header = text.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let occurrences = |separator: u8| header.iter().filter(|&&byte| byte == separator).count();
    let comma = (b',', ",");
    let most = |best: (u8, &'static str), next: &(u8, &'static str)| {
        if occurrences(next.0) > occurrences(best.0) { *next } else { best }
    };
    SEPARATORS.iter().fold(comma, most)
}

/// What is wrong with the form of the file, with its line.
fn broken(name: &str, error: &csv::Error) -> String {
    let line = error.position().map_or(0, csv::Position::line);
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => format!(
            "{name}, line {line}: {}, but the header line has {}",
            counted(*len, "cell", "cells"),
            count(*expected_len),
        ),
        csv::ErrorKind::Utf8 { .. } => {
            format!("{name}, line {line}: this is not UTF-8 text; save the file as UTF-8")
        }
        _ => format!("{name}: {error}"),
    }
}

fn not_numbers(column: &str, odd: BTreeMap<&str, (u64, u64)>) -> String {
    let cells: u64 = odd.values().map(|(count, _)| count).sum();
    let distinct = odd.len();
    let mut shown: Vec<_> = odd.into_iter().collect();
    shown.sort_by_key(|&(_, (_, line))| line);
    let quoted: Vec<_> = shown
        .iter()
        .take(QUOTED)
        .map(|(cell, (times, line))| format!("\"{cell}\" ({times} ×, first on line {line})"))
        .collect();
    let more = if distinct > QUOTED { ", …" } else { "" };
    format!(
        "{} of column \"{column}\" {} not a number: {}{more}; texts that stand for a missing \
         answer are declared with --missing-codes",
        counted(cells, "cell", "cells"),
        if cells == 1 { "is" } else { "are" },
        quoted.join(", "),
    )
}
