//! What the sections found, gathered for the end of the card. Every sentence is made of figures
//! that its section computed; with other data it would say something else.

use super::support::page::{Page, Tone};

#[derive(Debug, Default)]
pub(crate) struct Findings {
    conclude: Vec<String>,
    beware: Vec<String>,
    truth: Vec<String>,
}

impl Findings {
    /// The data bear this out.
    pub(crate) fn conclude(&mut self, sentence: String) {
        self.conclude.push(sentence);
    }

    /// It is tempting, and the data do not bear it out.
    pub(crate) fn beware(&mut self, sentence: String) {
        self.beware.push(sentence);
    }

    /// What is true, which nobody knows of a company that exists.
    pub(crate) fn truth(&mut self, sentence: String) {
        self.truth.push(sentence);
    }

    pub(crate) fn show(&self, page: &mut Page) {
        let parts = [
            ("What to conclude", '✓', Tone::Good, &self.conclude),
            ("What not to conclude", '✗', Tone::Bad, &self.beware),
            ("What is true (only an invented company knows)", '◆', Tone::Warning, &self.truth),
        ];
        for (heading, mark, tone, sentences) in parts {
            page.heading(heading, "");
            for sentence in sentences {
                page.point(mark, tone, sentence);
            }
        }
    }
}
