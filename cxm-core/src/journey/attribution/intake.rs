//! The rows of a batch of paths, exact or refused.

use std::borrow::Cow;

use super::attribution_paths::PathOutcomes;
use crate::calculator::batch::{KeyPart, Paths, number_keys, whole};
use crate::error::{Error, Result};

/// A path as it is kept: its names without white space around them, between separators.
pub(super) fn canonical(path: &str, separator: &str) -> Result<Box<str>> {
    let mut kept = String::with_capacity(path.len());
    for (position, name) in path.split(separator).map(str::trim).enumerate() {
        if name.is_empty() {
            let message = format!("expected touchpoints between {separator:?}, got {path:?}");
            return Err(Error::observation(message).in_field("paths"));
        }
        if position > 0 {
            kept.push_str(separator);
        }
        kept.push_str(name);
    }
    // A separator of several characters may arise anew where a name touches it: `a->` before `->`.
    let again = kept.split(separator).map(str::trim);
    if separator.chars().count() > 1 && !again.eq(path.split(separator).map(str::trim)) {
        let message = format!("a name runs into the separator \"{separator}\" in {path:?}");
        return Err(Error::observation(message).in_field("paths"));
    }
    Ok(kept.into())
}

/// The rows of a batch: its distinct paths as they are kept, and the outcomes of each row.
pub(super) struct Rows<'a> {
    codes: Cow<'a, [u32]>,
    paths: Vec<Result<Box<str>>>,
    conversions: Vec<u64>,
    values: Option<Vec<i64>>,
    nulls: Option<Vec<u64>>,
}

impl<'a> Rows<'a> {
    pub(super) fn read(batch: &Paths<'a>, separator: &str) -> Result<Self> {
        batch.check_shape()?;
        let (codes, parts) = number_keys(&batch.paths)?;
        let read = |part: &KeyPart| match part {
            KeyPart::Text(path) => canonical(path, separator),
            KeyPart::Integer(number) => canonical(&number.to_string(), separator),
            other => {
                let message = format!("expected a path of touchpoints, got {other}");
                Err(Error::observation(message).in_field("paths"))
            }
        };
        Ok(Self {
            codes,
            paths: parts.iter().map(read).collect(),
            conversions: whole(&batch.conversions, "conversions")?,
            values: batch.values.as_ref().map(|values| whole(values, "values")).transpose()?,
            nulls: batch.nulls.as_ref().map(|nulls| whole(nulls, "nulls")).transpose()?,
        })
    }

    pub(super) fn for_each(
        &self,
        mut take: impl FnMut(usize, &str, &PathOutcomes) -> Result<()>,
    ) -> Result<()> {
        for (row, (&code, &conversions)) in self.codes.iter().zip(&self.conversions).enumerate() {
            let outside = Error::observation("a code is outside its dictionary").in_field("paths");
            let path = usize::try_from(code).ok().and_then(|code| self.paths.get(code));
            let path = path.ok_or(outside).and_then(|path| path.as_deref().map_err(Clone::clone));
            let value = self.values.as_ref().and_then(|values| values.get(row)).copied();
            let nulls = self.nulls.as_ref().and_then(|nulls| nulls.get(row)).copied();
            let outcomes = PathOutcomes {
                conversions,
                value: value.unwrap_or_default().into(),
                nulls: nulls.unwrap_or_default(),
            };
            let valued = if conversions == 0 && outcomes.value != 0 {
                let message = "there is a value without a conversion";
                Err(Error::observation(message).in_field("values"))
            } else {
                Ok(())
            };
            path.and_then(|path| valued.and_then(|()| take(row, path, &outcomes)))
                .map_err(|error| error.at_row(row))?;
        }
        Ok(())
    }
}
