//! The command line.

use super::support::Outcome;
use cxm_core::model::Scale;
use lexopt::{Arg, ValueExt};
use std::ffi::OsString;
use std::path::PathBuf;

pub(crate) const HELP: &str = "\
survey_report FILE.csv --score COLUMN [options]

  --score COLUMN            the column of ratings
  --metric NAME             nps (default), csat, ces or star_rating
  --scale LOW..HIGH         the scale of the question, both ends included: 0..10, 1..11, 1..5
  --preset NAME             a named definition of the metric; --preset list prints them
  --by COLUMN               a table by the groups of this column; may be given several times
  --missing-codes A,B,...   numbers that mean \"don't know\" (99), and texts for no answer (NA)
  --level L                 level of the intervals, 0.95 unless given
  --min-responses K         groups with fewer answers are not shown; 1 unless given
  --separator C             between the cells: , ; | or tab; found in the header line unless given
  --help                    this text
";

/// What the caller asked for.
#[derive(Debug)]
pub(crate) struct Arguments {
    pub(crate) file: PathBuf,
    pub(crate) score: String,
    pub(crate) metric: String,
    pub(crate) scale: Option<Scale>,
    pub(crate) preset: Option<String>,
    pub(crate) by: Vec<String>,
    pub(crate) missing_codes: Vec<String>,
    pub(crate) level: f64,
    pub(crate) min_responses: u64,
    pub(crate) separator: Option<u8>,
}

/// Takes the words apart; none where the caller asked for help.
pub(crate) fn parse(words: impl Iterator<Item = OsString>) -> Outcome<Option<Arguments>> {
    let (mut file, mut score) = (None, None);
    let mut arguments = Arguments {
        file: PathBuf::new(),
        score: String::new(),
        metric: "nps".to_owned(),
        scale: None,
        preset: None,
        by: Vec::new(),
        missing_codes: Vec::new(),
        level: 0.95,
        min_responses: 1,
        separator: None,
    };
    let mut parser = lexopt::Parser::from_args(words);
    while let Some(argument) = parser.next()? {
        let text = |parser: &mut lexopt::Parser| parser.value()?.string();
        match argument {
            Arg::Long("help") | Arg::Short('h') => return Ok(None),
            Arg::Long("score") => score = Some(text(&mut parser)?),
            Arg::Long("metric") => arguments.metric = text(&mut parser)?,
            Arg::Long("scale") => arguments.scale = Some(scale(&text(&mut parser)?)?),
            Arg::Long("preset") => arguments.preset = Some(text(&mut parser)?),
            Arg::Long("by") => arguments.by.push(text(&mut parser)?),
            Arg::Long("missing-codes") => {
                let codes = text(&mut parser)?;
                arguments.missing_codes.extend(codes.split(',').map(|code| code.trim().to_owned()));
            }
            Arg::Long("level") => arguments.level = parser.value()?.parse()?,
            Arg::Long("min-responses") => arguments.min_responses = parser.value()?.parse()?,
            Arg::Long("separator") => arguments.separator = Some(separator(&text(&mut parser)?)?),
            Arg::Value(value) if file.is_none() => file = Some(PathBuf::from(value)),
            other => return Err(other.unexpected().into()),
        }
    }
    arguments.file = file.ok_or("which file? give a CSV file, or --help")?;
    arguments.score = match (score, arguments.preset.as_deref()) {
        (Some(score), _) => score,
        (None, _) => return Err("which column holds the ratings? --score COLUMN".into()),
    };
    Ok(Some(arguments))
}

/// `0..10`; `0..=10`, `0-10` and `0:10` mean the same.
fn scale(text: &str) -> Outcome<Scale> {
    let ends = ["..=", "..", ":", "-"].iter().find_map(|between| text.split_once(between));
    let ends =
        ends.and_then(|(low, high)| Some((low.trim().parse().ok()?, high.trim().parse().ok()?)));
    let (low, high) = ends.ok_or_else(|| format!("--scale is written 0..10, got \"{text}\""))?;
    Ok(Scale::new(low, high)?)
}

fn separator(text: &str) -> Outcome<u8> {
    match text.as_bytes() {
        b"tab" | b"\\t" => Ok(b'\t'),
        [one] if !one.is_ascii_alphanumeric() => Ok(*one),
        _ => Err(format!("--separator is one character or tab, got \"{text}\"").into()),
    }
}
