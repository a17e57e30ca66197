//! A picture as an SVG element within a page: its looks are classes of the page's style sheet, so
//! that it follows the page into the dark.

use svg::Node;
use svg::node::element::path::{Data, Number};
use svg::node::element::{Circle, Description, Element, Line, Path, Rectangle, SVG, Text, Title};

/// Where a text stands at its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

impl Anchor {
    const fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
        }
    }
}

pub(crate) type Point = (f64, f64);

#[derive(Debug, Clone)]
pub(crate) struct Picture {
    svg: SVG,
}

/// Tenths of a pixel are fine enough.
fn round(value: f64) -> f64 {
    (10.0 * value).round() / 10.0
}

#[allow(clippy::cast_possible_truncation, reason = "places within a picture")]
fn short(point: Point) -> (Number, Number) {
    (round(point.0) as Number, round(point.1) as Number)
}

impl Picture {
    /// An empty picture; `name` tells its parts from those of other pictures of the page, and the
    /// description is for whoever cannot see it.
    pub(crate) fn new(name: &str, size: Point, title: &str, description: &str) -> Self {
        let (title_id, text_id) = (format!("{name}-title"), format!("{name}-text"));
        let mut svg = SVG::new()
            .set("viewBox", format!("0 0 {} {}", round(size.0), round(size.1)))
            .set("role", "img")
            .set("aria-labelledby", format!("{title_id} {text_id}"));
        svg.append(Title::new(title).set("id", title_id));
        let mut words = Element::from(Description::new());
        words.append(svg::node::Text::new(description));
        words.assign("id", text_id);
        svg.append(words);
        Self { svg }
    }

    pub(crate) fn text(&mut self, at: Point, anchor: Anchor, class: &str, text: &str) {
        let node = Text::new(text)
            .set("x", round(at.0))
            .set("y", round(at.1))
            .set("text-anchor", anchor.name())
            .set("class", class);
        self.svg.append(node);
    }

    pub(crate) fn line(&mut self, from: Point, to: Point, class: &str) {
        let node = Line::new()
            .set("x1", round(from.0))
            .set("y1", round(from.1))
            .set("x2", round(to.0))
            .set("y2", round(to.1))
            .set("class", class);
        self.svg.append(node);
    }

    pub(crate) fn rectangle(&mut self, at: Point, size: Point, class: &str) {
        let node = Rectangle::new()
            .set("x", round(at.0))
            .set("y", round(at.1))
            .set("width", round(size.0))
            .set("height", round(size.1))
            .set("class", class);
        self.svg.append(node);
    }

    /// A circle; without a colour it has that of its class.
    pub(crate) fn circle(&mut self, at: Point, radius: f64, class: &str, colour: Option<String>) {
        let node = Circle::new()
            .set("cx", round(at.0))
            .set("cy", round(at.1))
            .set("r", round(radius))
            .set("class", class);
        self.svg.append(match colour {
            Some(colour) => node.set("style", format!("fill:{colour}")),
            None => node,
        });
    }

    /// Straight lines from point to point.
    pub(crate) fn way(&mut self, points: &[Point], class: &str) {
        let mut data = Data::new();
        for (position, &point) in points.iter().enumerate() {
            data =
                if position == 0 { data.move_to(short(point)) } else { data.line_to(short(point)) };
        }
        self.svg.append(Path::new().set("d", data).set("class", class));
    }

    /// A band from the left to the right that begins and ends level; the points are its upper ends.
    pub(crate) fn band(&mut self, from: Point, to: Point, height: f64, class: &str) {
        let middle = f64::midpoint(from.0, to.0);
        let corner = |x: f64, y: f64| short((x, y));
        let curve = |a: Point, b: Point, end: Point| {
            let ((x1, y1), (x2, y2), (x, y)) = (corner(a.0, a.1), corner(b.0, b.1), short(end));
            (x1, y1, x2, y2, x, y)
        };
        let (low, end) = ((from.0, from.1 + height), (to.0, to.1 + height));
        let data = Data::new()
            .move_to(short(from))
            .cubic_curve_to(curve((middle, from.1), (middle, to.1), to))
            .line_to(short(end))
            .cubic_curve_to(curve((middle, end.1), (middle, low.1), low))
            .close();
        self.svg.append(Path::new().set("d", data).set("class", class));
    }

    /// An interval across, with caps.
    pub(crate) fn across(&mut self, from: f64, to: f64, y: f64, class: &str) {
        self.line((from, y), (to, y), class);
        for x in [from, to] {
            self.line((x, y - 4.0), (x, y + 4.0), class);
        }
    }

    /// An interval upright, with caps.
    pub(crate) fn upright(&mut self, x: f64, from: f64, to: f64, class: &str) {
        self.line((x, from), (x, to), class);
        for y in [from, to] {
            self.line((x - 5.0, y), (x + 5.0, y), class);
        }
    }

    /// A diamond: what is true.
    pub(crate) fn diamond(&mut self, at: Point, class: &str) {
        let ((x, y), half) = (at, 5.0);
        let corners = [(x, y - half), (x + half, y), (x, y + half), (x - half, y), (x, y - half)];
        self.way(&corners, class);
    }

    pub(crate) fn svg(&self) -> String {
        self.svg.to_string()
    }
}
