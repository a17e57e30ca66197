//! One HTML page that needs nothing else: no script, no file, no network. Every text that is given
//! to it is escaped.

use super::picture::Picture;
use std::fmt::Write;

/// The browser itself refuses what is not on the page.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

const STYLE: &str = include_str!("page.css");

#[derive(Debug)]
pub(crate) struct HtmlPage {
    title: String,
    body: String,
}

/// A text as HTML, between tags and in attributes.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

impl HtmlPage {
    pub(crate) fn new(title: &str, about: &str) -> Self {
        let mut page = Self { title: title.to_owned(), body: String::new() };
        page.add(&format!("<header><h1>{}</h1>", escape(title)));
        page.paragraph(about);
        page.add("</header>");
        page
    }

    fn add(&mut self, html: &str) {
        self.body.push_str(html);
        self.body.push('\n');
    }

    pub(crate) fn paragraph(&mut self, text: &str) {
        self.add(&format!("<p>{}</p>", escape(text)));
    }

    /// In small letters.
    pub(crate) fn note(&mut self, text: &str) {
        self.add(&format!("<p class=\"quiet\">{}</p>", escape(text)));
    }

    pub(crate) fn section(&mut self, heading: &str, about: &str) {
        self.add(&format!("<h2>{}</h2>", escape(heading)));
        if !about.is_empty() {
            self.paragraph(about);
        }
    }

    /// The main figures: name, figure, and what it is sure to be.
    pub(crate) fn figures(&mut self, figures: &[[String; 3]]) {
        self.add("<dl class=\"figures\">");
        for [name, figure, note] in figures {
            self.add(&format!(
                "<div><dt>{}</dt><dd>{}<small>{}</small></dd></div>",
                escape(name),
                escape(figure),
                escape(note)
            ));
        }
        self.add("</dl>");
    }

    pub(crate) fn picture(&mut self, label: &str, picture: &Picture) {
        self.add(&format!(
            "<figure><div class=\"scroll picture\" tabindex=\"0\" role=\"region\" \
             aria-label=\"{}\">{}</div></figure>",
            escape(label),
            picture.svg()
        ));
    }

    /// A table whose first column names the rows; `folded` is shown when it is asked for.
    pub(crate) fn table(
        &mut self,
        caption: &str,
        heads: &[&str],
        rows: &[Vec<String>],
        folded: bool,
    ) {
        let caption = escape(caption);
        if folded {
            self.add(&format!("<details><summary>{caption}</summary>"));
        }
        let mut table = format!(
            "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{caption}\"><table>\
             <thead><tr>"
        );
        // Writing to a text cannot fail.
        for head in heads {
            let _ = write!(table, "<th scope=\"col\">{}</th>", escape(head));
        }
        table.push_str("</tr></thead><tbody>");
        for row in rows {
            table.push_str("<tr>");
            for (column, cell) in row.iter().enumerate() {
                let cell = escape(cell);
                let _ = match column {
                    0 => write!(table, "<th scope=\"row\">{cell}</th>"),
                    _ => write!(table, "<td>{cell}</td>"),
                };
            }
            table.push_str("</tr>");
        }
        table.push_str("</tbody></table></div>");
        self.add(&table);
        if folded {
            self.add("</details>");
        }
    }

    pub(crate) fn list(&mut self, heading: &str, sentences: &[String]) {
        self.add(&format!("<h3>{}</h3><ul>", escape(heading)));
        for sentence in sentences {
            self.add(&format!("<li>{}</li>", escape(sentence)));
        }
        self.add("</ul>");
    }

    pub(crate) fn html(&self) -> String {
        let title = escape(&self.title);
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n{}</main>\n\
             </body>\n</html>\n",
            self.body
        )
    }
}
