//! Where journeys go from step to step, as a Sankey diagram.

use super::super::journeys::percent;
use super::super::support::Outcome;
use super::super::support::format::count;
use super::super::support::html::HtmlPage;
use super::super::support::picture::{Anchor, Picture};
use super::{WIDTH, f};
use cxm_core::calculator::batch::KeyPart;
use cxm_core::journey::{Journeys, StepFlow};
use std::collections::BTreeMap;

const STEPS: u32 = 6;
const TOP: f64 = 44.0;
/// How high all journeys together are.
const HEIGHT: f64 = 360.0;
const NODE: f64 = 11.0;
/// Room of a node at least, since its name has to fit; and between two nodes.
const LABEL: f64 = 18.0;
const GAP: f64 = 10.0;
/// Colours that are told apart; touchpoints beyond them are grey.
const COLOURS: usize = 8;

/// A touchpoint at a step.
type Place = (i64, KeyPart);

#[derive(Debug, Clone, Copy, Default)]
struct Node {
    into: u64,
    out: u64,
    top: f64,
}

impl Node {
    fn journeys(&self) -> u64 {
        self.into.max(self.out)
    }
}

struct Diagram {
    flows: Vec<StepFlow>,
    nodes: BTreeMap<Place, Node>,
    /// From top to bottom.
    columns: Vec<(i64, Vec<KeyPart>)>,
    /// The touchpoints that have a colour, the most visited first.
    coloured: Vec<KeyPart>,
    journeys: f64,
}

pub(super) fn show(page: &mut HtmlPage, journeys: &Journeys) -> Outcome<()> {
    page.section(
        "Step by step",
        &format!(
            "Where journeys are at each of their first {STEPS} steps. Bands are as wide as journeys \
             are many; grey ones were over after this step."
        ),
    );
    let flows = journeys.step_flows(STEPS, None)?;
    let diagram = Diagram::of(flows);
    page.picture("Journeys step by step", &diagram.draw());
    let rows = diagram.flows.iter().map(|flow| {
        vec![
            flow.step.to_string(),
            flow.source.to_string(),
            flow.target.to_string(),
            count(flow.journeys),
            percent(flow.probability),
        ]
    });
    let heads = ["step", "from", "to", "journeys", "of those there"];
    let rows: Vec<_> = rows.collect();
    page.table("Flows from step to step, in figures", &heads, &rows, true);
    Ok(())
}

fn is_end(name: &KeyPart) -> bool {
    *name == KeyPart::from("END")
}

impl Diagram {
    fn of(flows: Vec<StepFlow>) -> Self {
        let mut nodes: BTreeMap<Place, Node> = BTreeMap::new();
        let mut volume: BTreeMap<KeyPart, u64> = BTreeMap::new();
        for flow in &flows {
            nodes.entry((flow.step, flow.source.clone())).or_default().out += flow.journeys;
            nodes.entry((flow.step + 1, flow.target.clone())).or_default().into += flow.journeys;
        }
        for ((_, name), node) in nodes.iter().filter(|((_, name), _)| !is_end(name)) {
            *volume.entry(name.clone()).or_default() += node.journeys();
        }
        let mut coloured: Vec<KeyPart> = volume.keys().cloned().collect();
        coloured.sort_by_key(|name| std::cmp::Reverse(volume.get(name).copied()));
        coloured.truncate(COLOURS);
        let first = nodes.iter().filter(|((step, _), _)| *step == 1);
        let journeys = first.map(|(_, node)| node.journeys()).sum::<u64>().max(1) as f64;
        let mut diagram = Self { flows, nodes, columns: Vec::new(), coloured, journeys };
        diagram.arrange();
        diagram
    }

    /// Nodes stand near where their journeys come from; those that are over stand below.
    fn arrange(&mut self) {
        let last = self.nodes.keys().map(|place| place.0).max().unwrap_or(0);
        let mut middles: BTreeMap<KeyPart, f64> = BTreeMap::new();
        for step in 1..=last {
            let here = self.nodes.iter().filter(|((at, _), _)| *at == step);
            let mut ranked: Vec<(bool, f64, u64, KeyPart)> = here
                .map(|((_, name), node)| {
                    let middle = self.middle(step, name, &middles);
                    (is_end(name), middle, node.journeys(), name.clone())
                })
                .collect();
            ranked.sort_by(|a, b| {
                (a.0, a.1)
                    .partial_cmp(&(b.0, b.1))
                    .unwrap_or(std::cmp::Ordering::Equal)
                    .then(b.2.cmp(&a.2))
                    .then_with(|| a.3.cmp(&b.3))
            });
            middles.clear();
            let mut at = TOP;
            let mut names = Vec::new();
            for (_, _, journeys, name) in ranked {
                let height = self.height(journeys);
                let room = height.max(LABEL) + GAP;
                if let Some(node) = self.nodes.get_mut(&(step, name.clone())) {
                    node.top = at + (room - height) / 2.0;
                    middles.insert(name.clone(), node.top + height / 2.0);
                }
                at += room;
                names.push(name);
            }
            self.columns.push((step, names));
        }
    }

    /// The mean height of the places that a node's journeys come from.
    fn middle(&self, step: i64, name: &KeyPart, middles: &BTreeMap<KeyPart, f64>) -> f64 {
        let come = self.flows.iter().filter(|it| it.step + 1 == step && it.target == *name);
        let (mut sum, mut weight) = (0.0, 0.0);
        for flow in come {
            sum += middles.get(&flow.source).copied().unwrap_or_default() * flow.journeys as f64;
            weight += flow.journeys as f64;
        }
        if weight > 0.0 { sum / weight } else { 0.0 }
    }

    fn height(&self, journeys: u64) -> f64 {
        HEIGHT * journeys as f64 / self.journeys
    }

    fn x(&self, step: i64) -> f64 {
        let steps = f(self.columns.len().max(2)) - 0.35;
        let before = u32::try_from(step - 1).unwrap_or_default();
        (WIDTH - 20.0) * f64::from(before) / steps
    }

    /// The class of a node or a band: its letter, and the number of its colour.
    fn class(&self, kind: char, name: &KeyPart) -> String {
        match self.coloured.iter().position(|it| it == name) {
            Some(colour) => format!("{kind}{colour}"),
            None => format!("{kind}x"),
        }
    }

    fn draw(&self) -> Picture {
        let bottoms = self.nodes.values().map(|node| node.top + self.height(node.journeys()));
        let size = (WIDTH, bottoms.fold(TOP, f64::max) + 16.0);
        let mut widest: Vec<&StepFlow> = self.flows.iter().collect();
        widest.sort_by_key(|flow| std::cmp::Reverse(flow.journeys));
        let told: Vec<String> = widest
            .iter()
            .take(5)
            .map(|it| format!("{} from {} to {}", count(it.journeys), it.source, it.target))
            .collect();
        let about = format!("The widest bands: {}", told.join(", "));
        let mut picture = Picture::new("flows", size, "Journeys step by step", &about);
        for (step, _) in &self.columns {
            let at = (self.x(*step), 18.0);
            picture.text(at, Anchor::Start, "small", &format!("step {step}"));
        }
        self.draw_bands(&mut picture);
        self.draw_nodes(&mut picture);
        picture
    }

    /// Bands leave and arrive in the order of the nodes at their other ends.
    fn draw_bands(&self, picture: &mut Picture) {
        let top = |step: i64, name: &KeyPart| {
            self.nodes.get(&(step, name.clone())).map_or(TOP, |node| node.top)
        };
        let mut order: Vec<&StepFlow> = self.flows.iter().collect();
        let from = |it: &StepFlow| top(it.step, &it.source);
        let to = |it: &StepFlow| top(it.step + 1, &it.target);
        order.sort_by(|a, b| {
            (a.step, from(a))
                .partial_cmp(&(b.step, from(b)))
                .unwrap_or(std::cmp::Ordering::Equal)
                .then(to(a).total_cmp(&to(b)))
        });
        let (mut leaving, mut coming) = (BTreeMap::new(), BTreeMap::new());
        let mut bands = Vec::new();
        for flow in order {
            let height = self.height(flow.journeys);
            let source = leaving.entry((flow.step, &flow.source)).or_insert_with(|| from(flow));
            let target = coming.entry((flow.step, &flow.target)).or_insert_with(|| to(flow));
            let start = (self.x(flow.step) + NODE, *source);
            bands.push((flow, start, (self.x(flow.step + 1), *target), height));
            *source += height;
            *target += height;
        }
        // Those that are over lie below the others.
        bands.sort_by_key(|(flow, ..)| !is_end(&flow.target));
        for (flow, start, end, height) in bands {
            let over = is_end(&flow.target);
            let class = if over { "over".to_owned() } else { self.class('b', &flow.source) };
            picture.band(start, end, height, &class);
        }
    }

    fn draw_nodes(&self, picture: &mut Picture) {
        for ((step, name), node) in &self.nodes {
            let (x, height) = (self.x(*step), self.height(node.journeys()));
            let (class, name) = if is_end(name) {
                ("node-over".to_owned(), "over".to_owned())
            } else {
                (self.class('n', name), name.to_string())
            };
            picture.rectangle((x, node.top), (NODE, height.max(1.0)), &class);
            let at = (x + NODE + 5.0, node.top + height / 2.0 + 4.0);
            let text = format!("{name} {}", count(node.journeys()));
            let class = if name == "over" { "small halo" } else { "halo" };
            picture.text(at, Anchor::Start, class, &text);
        }
    }
}
