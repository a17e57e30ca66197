//! The quickstart's page: its figures are those of a recount, nothing foreign is in it, and a
//! browser shows it.

use super::journeys::{journeys, path};
use super::quickstart::support::html::{HtmlPage, escape};
use super::quickstart::support::page::Page;
use super::quickstart::support::picture::{Anchor, Picture};
use super::{line, quickstart, quickstart_card, section, thousands};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

const NASTY: &str = "\"><script>document.title='taken'</script><img src=x onerror=alert(1)>&amp;";

fn new_page() -> String {
    let card = quickstart::Card::write(&mut Page::new(false)).unwrap();
    card.html().unwrap()
}

fn page() -> &'static str {
    static PAGE: OnceLock<String> = OnceLock::new();
    PAGE.get_or_init(new_page)
}

/// The texts between tags, in their order.
fn texts(html: &str) -> Vec<String> {
    let parts = html.split('<').filter_map(|part| part.split_once('>'));
    parts.map(|(_, text)| text.trim().to_owned()).filter(|text| !text.is_empty()).collect()
}

/// The cells of the row of a table that begins with this name.
fn row(html: &str, caption: &str, name: &str) -> Vec<String> {
    let table = html.split(&format!("aria-label=\"{caption}\"><table>")).nth(1).unwrap();
    let table = table.split("</table>").next().unwrap();
    let row =
        table.split("<tr>").find(|row| row.starts_with(&format!("<th scope=\"row\">{name}<")));
    texts(row.unwrap_or_else(|| panic!("no row {name} in {caption}")))
}

#[test]
fn the_figures_are_those_of_the_card() {
    let (html, card) = (page(), quickstart_card(false));
    let found = texts(html);
    for name in ["NPS", "CSAT", "CES", "CX index", "response rate"] {
        let at = found.iter().position(|text| text == name).unwrap();
        let all = section(&card, "All questions");
        let words = line(&all, name).join(" ");
        // answers, score, lower … upper
        let (figure, note) = (&found[at + 1], &found[at + 2]);
        assert!(words.contains(figure.as_str()), "{figure} in {words}");
        let (limits, responses) = note.rsplit_once(", n\u{a0}=\u{a0}").unwrap();
        assert!(words.contains(limits), "{limits} in {words}");
        assert!(words.starts_with(responses), "{responses} in {words}");
    }
    for step in ["shop", "cart", "checkout", "order"] {
        let words = line(&section(&card, "The way to the gift box"), step).join(" ");
        let cells = row(html, "Steps of the funnel", step);
        assert!(words.starts_with(&cells[1]), "{words} {cells:?}");
        if step != "shop" {
            let without_sign = cells[3].trim_end_matches(" %");
            assert!(words.contains(&cells[2]) && words.contains(without_sign), "{words} {cells:?}");
            assert!(words.ends_with(&cells[4]), "{words} {cells:?}");
        }
    }
    let pain = section(&card, "Where it hurts");
    let cells = row(html, "Pain points", "checkout");
    let words = line(&pain, "checkout").join(" ");
    assert!(words.starts_with(&format!("{} {}", cells[1], cells[2])), "{words} {cells:?}");
    assert!(words.ends_with(&cells[7]), "{words} {cells:?}");
    let credit = section(&card, "What the orders are owed to");
    let words = line(&credit, "letter").join(" ");
    let cells = row(html, "Shares of the orders by method, in figures", "letter");
    // truth, first, its interval, last, its interval, linear, its interval, Markov
    assert!(words.ends_with(&cells[1]), "{words} {cells:?}");
    assert!(words.contains(&cells[4]) && words.contains(&cells[8]), "{words} {cells:?}");
}

#[test]
fn the_flows_are_those_of_a_recount() {
    let html = page();
    let mut at: BTreeMap<(usize, String), usize> = BTreeMap::new();
    for journey in journeys() {
        for (step, name) in path(&journey).iter().take(6).enumerate() {
            *at.entry((step, (*name).to_owned())).or_default() += 1;
        }
    }
    let drawn: Vec<String> = texts(html);
    for ((step, name), count) in at {
        let label = format!("{name} {}", thousands(count));
        assert!(drawn.contains(&label), "step {}: {label}", step + 1);
    }
}

#[test]
fn the_page_needs_nothing_else() {
    let html = page();
    for part in ["<script", "<link", "<img", "<iframe", "@import", "url(", "src="] {
        assert!(!html.contains(part), "{part}");
    }
    let addresses: BTreeSet<&str> = html
        .split("http")
        .skip(1)
        .filter(|part| part.starts_with("://") || part.starts_with("s://"))
        .map(|part| part.split('"').next().unwrap())
        .collect();
    assert_eq!(addresses, BTreeSet::from(["://www.w3.org/2000/svg"]));
    let ids: Vec<&str> =
        html.split(" id=\"").skip(1).map(|part| part.split('"').next().unwrap()).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    assert_eq!(html.matches("<svg").count(), 5);
    for picture in html.split("<svg").skip(1) {
        let named = picture.split("aria-labelledby=\"").nth(1).unwrap().split('"').next().unwrap();
        assert!(named.split(' ').all(|id| ids.contains(&id)), "{named}");
    }
    assert_eq!(new_page(), html, "the same files give the same page");
}

#[test]
fn names_stay_names() {
    let mut page = HtmlPage::new(NASTY, NASTY);
    page.figures(&[[NASTY.to_owned(), NASTY.to_owned(), NASTY.to_owned()]]);
    page.table(NASTY, &[NASTY, NASTY], &[vec![NASTY.to_owned(), NASTY.to_owned()]], true);
    page.list(NASTY, &[NASTY.to_owned()]);
    let mut picture = Picture::new("nasty", (100.0, 50.0), NASTY, NASTY);
    picture.text((10.0, 10.0), Anchor::Start, "small", NASTY);
    page.picture(NASTY, &picture);
    let html = page.html();
    assert!(!html.contains("<script") && !html.contains("<img"), "{html}");
    assert!(html.contains("&lt;script&gt;document.title="), "{html}");
    assert_eq!(escape("<'\"&>"), "&lt;&#39;&quot;&amp;&gt;");
}

fn run(words: &[&str]) -> (Result<(), String>, String) {
    let mut page = Page::new(false);
    let words = words.iter().map(OsString::from);
    let outcome = quickstart::run(words, &mut page).map_err(|error| error.to_string());
    (outcome, page.text().to_owned())
}

#[test]
fn the_page_is_written_on_demand() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("quickstart.html");
    let named = path.to_str().unwrap();
    let (outcome, text) = run(&["--html", named]);
    outcome.unwrap();
    assert!(text.contains("The pictures are in"));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), page());
    let (_, without) = run(&[]);
    assert_eq!(without, quickstart_card(false));
    assert!(text.starts_with(&without));
    assert!(run(&["--help"]).1.contains("--html FILE"));
    assert!(run(&["--html"]).0.unwrap_err().contains("html"));
    assert!(run(&["--pictures"]).0.unwrap_err().contains("--pictures"));
    let nowhere = path.join("below").join("a file.html");
    assert!(run(&["--html", nowhere.to_str().unwrap()]).0.unwrap_err().contains("a file.html"));
}

/// The browser's program, where there is one.
fn browser() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("CXM_BROWSER") {
        return Some(named.into());
    }
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let folders: Vec<PathBuf> =
        std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect();
    let files = names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    files.into_iter().find(|file| file.is_file())
}

/// What a script of the test finds in the page, and what the page wrote to the console.
fn measured(browser: &Path, html: &str, width: u32) -> (Value, Vec<String>) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("browser-{width}"));
    std::fs::remove_dir_all(&folder).ok();
    std::fs::create_dir_all(&folder).unwrap();
    let start = html.find("<meta http-equiv=\"Content-Security-Policy\"").unwrap();
    let end = start + html[start..].find('>').unwrap() + 1;
    let probe = include_str!("../browser/probe.html");
    let file = folder.join("page.html");
    std::fs::write(&file, format!("{}{probe}{}", &html[..start], &html[end..])).unwrap();
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .args(["--disable-extensions", "--enable-logging=stderr", "--dump-dom"])
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .arg(format!("--window-size={width},900"))
        .arg(format!("file://{}", file.display()))
        .output()
        .unwrap();
    let dom = String::from_utf8(output.stdout).unwrap();
    let found = dom.split("<pre id=\"probe\">").nth(1).unwrap_or_else(|| panic!("{dom}"));
    let found = found.split("</pre>").next().unwrap();
    let marks = [("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", "\u{a0}"), ("&amp;", "&")];
    let found = marks.iter().fold(found.to_owned(), |text, (mark, it)| text.replace(mark, it));
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    let console = log.lines().filter(|line| line.contains(":CONSOLE")).map(str::to_owned);
    (serde_json::from_str(&found).unwrap(), console.collect())
}

#[test]
fn a_browser_shows_the_page() {
    let Some(browser) = browser() else {
        eprintln!("skipped: there is no Chromium; install one or name it in CXM_BROWSER");
        return;
    };
    let html = page();
    for width in [1280, 500] {
        let (found, console) = measured(&browser, html, width);
        assert_eq!(console, Vec::<String>::new());
        assert_eq!(found["requests"], Value::Array(vec![]), "{width}");
        assert_eq!(found["twice"], Value::Array(vec![]), "{width}");
        assert!(found["scroll"].as_u64() <= found["width"].as_u64(), "{width}: {found}");
        let pictures = found["svgs"].as_array().unwrap();
        assert_eq!(pictures.len(), 5);
        for picture in pictures {
            let size = |side: &str| picture[side].as_f64().unwrap();
            assert!(size("width") >= 700.0 && size("height") > 100.0, "{picture}");
            assert!(picture["shapes"].as_u64().unwrap() > 5, "{picture}");
            for fault in ["outside", "touching"] {
                assert_eq!(picture[fault], Value::Array(vec![]), "{} {fault}", picture["title"]);
            }
        }
    }
}
