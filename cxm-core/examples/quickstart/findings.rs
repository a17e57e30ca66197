//! What the sections found, gathered for the end of the card. Every sentence is made of figures
//! that its section computed; with other data it would say something else.

use super::support::page::{Page, Tone};

const CONCLUDE: &str = "What to conclude";
const BEWARE: &str = "What not to conclude";
const TRUTH: &str = "What is true (only an invented company knows)";

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

    /// What to conclude, what not to conclude, and what is true.
    pub(crate) fn parts(&self) -> [(&'static str, &[String]); 3] {
        [(CONCLUDE, &self.conclude), (BEWARE, &self.beware), (TRUTH, &self.truth)]
    }

    pub(crate) fn show(&self, page: &mut Page) {
        let parts = [
            (CONCLUDE, '✓', Tone::Good, &self.conclude),
            (BEWARE, '✗', Tone::Bad, &self.beware),
            (TRUTH, '◆', Tone::Warning, &self.truth),
        ];
        for (heading, mark, tone, sentences) in parts {
            page.heading(heading, "");
            for sentence in sentences {
                page.point(mark, tone, sentence);
            }
        }
    }
}
