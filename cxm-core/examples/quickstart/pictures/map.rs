//! The journey map: emotion above, contacts by stage and channel below, pain points at the bottom.

use super::super::company::TrueTouchpoint;
use super::super::journeys::{feel, percent, stages, true_emotion};
use super::super::overall::LEVEL;
use super::super::support::Outcome;
use super::super::support::format::{count, signed};
use super::super::support::html::HtmlPage;
use super::super::support::picture::{Anchor, Picture};
use super::super::touchpoints::TARGET;
use super::{WIDTH, f, legend, text_width};
use cxm_core::calculator::batch::KeyPart;
use cxm_core::journey::{ContactCounts, CurveBy, EmotionPoint, Journeys, StageTouchpoints};

/// Where the stages begin.
const LEFT: f64 = 110.0;
/// Heights of the emotions +2 and −2.
const BEST: f64 = 80.0;
const WORST: f64 = 220.0;
/// The first lane, the way to the next, and the radius of the largest circle.
const LANES: f64 = 300.0;
const LANE: f64 = 46.0;
const LARGEST: f64 = 21.0;
/// Touchpoints that are named below their stage.
const NAMED: usize = 3;

/// What the map is drawn from.
struct Map<'a> {
    stages: Vec<StageTouchpoints>,
    contacts: Vec<ContactCounts>,
    channels: Vec<KeyPart>,
    curve: Vec<EmotionPoint>,
    truth: &'a [TrueTouchpoint<'a>],
}

pub(super) fn show(
    page: &mut HtmlPage,
    journeys: &Journeys,
    truth: &[TrueTouchpoint<'_>],
) -> Outcome<()> {
    let contacts = journeys.contacts();
    let mut channels: Vec<KeyPart> = contacts.iter().map(|cell| cell.channel.clone()).collect();
    channels.sort_unstable();
    channels.dedup();
    let volume = |channel: &KeyPart| -> u64 {
        contacts.iter().filter(|cell| &cell.channel == channel).map(|cell| cell.events).sum()
    };
    channels.sort_by_key(|channel| std::cmp::Reverse(volume(channel)));
    let curve = journeys.emotion_curve(CurveBy::Stage, LEVEL)?;
    let map = Map { stages: stages(truth), contacts, channels, curve, truth };
    page.section(
        "Journey map",
        "Stages across, channels as lanes. Emotion is the mean score on a scale from −2, bad, to \
         +2, good.",
    );
    page.picture("Journey map", &map.draw(journeys)?);
    let heads = [
        "stage",
        "contacts",
        "scores",
        "emotion",
        "interval",
        "◆ truth",
        "bad moments",
        "interval",
    ];
    page.table("Emotion by stage", &heads, &map.rows(), false);
    Ok(())
}

impl Map<'_> {
    fn x(&self, stage: usize) -> f64 {
        LEFT + (WIDTH - LEFT) * (f(stage) + 0.5) / f(self.stages.len().max(1))
    }

    fn draw(&self, journeys: &Journeys) -> Outcome<Picture> {
        let lanes = LANES + LANE * f(self.channels.len());
        let told: Vec<String> = self
            .curve
            .iter()
            .map(|point| {
                let emotion = point.emotion.map_or_else(|| "none".to_owned(), |it| signed(it, 1));
                format!("{}: {} contacts, emotion {emotion}", point.group, count(point.events))
            })
            .collect();
        let size = (WIDTH, lanes + 50.0);
        let mut picture = Picture::new("map", size, "Journey map", &told.join("; "));
        legend(
            &mut picture,
            (0.0, 16.0),
            &[
                "● mean emotion with its 95 % interval",
                "◆ truth",
                "circles: contacts, their area in proportion, red for bad to blue for good",
            ],
        );
        self.draw_curve(&mut picture);
        self.draw_lanes(&mut picture);
        let pains = lanes - 8.0;
        picture.text((LEFT - 14.0, pains), Anchor::End, "", "pain points");
        self.draw_pains(&mut picture, journeys, pains)?;
        for (place, stage) in self.stages.iter().enumerate() {
            let at = (self.x(place), 46.0);
            picture.text(at, Anchor::Middle, "strong", &stage.stage);
        }
        let index = format!(
            "pain points: share of customers × how far scores stay below {TARGET:.0}, of a hundred"
        );
        picture.text((0.0, lanes + 42.0), Anchor::Start, "small", &index);
        Ok(picture)
    }

    fn draw_curve(&self, picture: &mut Picture) {
        let y = |emotion: f64| WORST + (BEST - WORST) * (emotion + 2.0) / 4.0;
        for (emotion, name) in [(2.0, "+2 good"), (0.0, "0"), (-2.0, "−2 bad")] {
            picture.line((LEFT, y(emotion)), (WIDTH, y(emotion)), "rule");
            picture.text((LEFT - 14.0, y(emotion) + 4.0), Anchor::End, "small", name);
        }
        let points = self.curve.iter().enumerate();
        let points = points.filter_map(|(at, it)| Some((self.x(at), y(it.emotion?))));
        picture.way(&points.collect::<Vec<_>>(), "curve");
        for (place, point) in self.curve.iter().enumerate() {
            let (x, stage) = (self.x(place), self.stages.get(place));
            picture.text((x, WORST + 22.0), Anchor::Middle, "small", &scores(point));
            let Some(emotion) = point.emotion else { continue };
            let mut top = y(emotion);
            if let Some(interval) = point.score.interval {
                let limits = [interval.lower, interval.upper].map(|score| y(feel(score)));
                picture.upright(x, limits[0], limits[1], "whisker");
                top = limits[0].min(limits[1]);
            }
            picture.circle((x, y(emotion)), 4.0, "point", None);
            if let Some(stage) = stage {
                let known = true_emotion(&stage.stage, self.truth);
                picture.diamond((x + 16.0, y(known)), "truth");
            }
            let text = signed(emotion, 1).replace('-', "−");
            picture.text((x, top - 8.0), Anchor::Middle, "halo", &text);
        }
    }

    fn draw_lanes(&self, picture: &mut Picture) {
        let most = self.cells().map(|(_, _, events, _)| events).max().unwrap_or(1);
        for (lane, channel) in self.channels.iter().enumerate() {
            let y = LANES + LANE * f(lane);
            picture.line((LEFT, y), (WIDTH, y), "rule");
            picture.text((LEFT - 14.0, y + 4.0), Anchor::End, "", &channel.to_string());
        }
        for (stage, lane, events, emotion) in self.cells() {
            let at = (self.x(stage), LANES + LANE * f(lane));
            let radius = LARGEST * (events as f64 / most as f64).sqrt();
            let colour = emotion.map(shade);
            picture.circle(at, radius, "no-score", colour);
            let text = count(events);
            if text_width(&text) < 2.0 * radius - 4.0 {
                let dark = emotion.is_some_and(|it| it.abs() > 1.1);
                let class = if dark { "on-dark" } else { "on-light" };
                picture.text((at.0, at.1 + 4.0), Anchor::Middle, class, &text);
            } else {
                let beside = (at.0 + radius + 5.0, at.1 + 4.0);
                picture.text(beside, Anchor::Start, "small halo", &text);
            }
        }
    }

    /// Stage, lane, contacts and mean emotion of each circle.
    fn cells(&self) -> impl Iterator<Item = (usize, usize, u64, Option<f64>)> {
        let places = self.stages.iter().enumerate();
        places.flat_map(move |(place, stage)| {
            self.channels.iter().enumerate().filter_map(move |(lane, channel)| {
                let here = || {
                    self.contacts.iter().filter(|cell| {
                        &cell.channel == channel && cell.stage.as_deref() == Some(&stage.stage)
                    })
                };
                let events: u64 = here().map(|cell| cell.events).sum();
                let scores: u64 = here().map(|cell| cell.scores).sum();
                let sum = |cell: &ContactCounts| Some(cell.mean_score? * cell.scores as f64);
                let sum: f64 = here().filter_map(sum).sum();
                let emotion = (scores > 0).then(|| feel(sum / scores as f64));
                (events > 0).then_some((place, lane, events, emotion))
            })
        })
    }

    fn draw_pains(&self, picture: &mut Picture, journeys: &Journeys, y: f64) -> Outcome<()> {
        let mut lines = vec![0.0; self.stages.len()];
        for point in journeys.pain_points(TARGET, false, LEVEL)?.iter().take(NAMED) {
            let has = |stage: &StageTouchpoints| stage.touchpoints.contains(&point.touchpoint);
            let Some(stage) = self.stages.iter().position(has) else { continue };
            let (Some(line), Some(index)) = (lines.get_mut(stage), point.index) else { continue };
            let text = format!("{} {:.1}", point.touchpoint, 100.0 * index);
            picture.text((self.x(stage), y + *line), Anchor::Middle, "bad", &text);
            *line += 16.0;
        }
        Ok(())
    }

    fn rows(&self) -> Vec<Vec<String>> {
        let row = |(point, stage): (&EmotionPoint, &StageTouchpoints)| {
            let interval = point.score.interval.map(|it| [it.lower, it.upper].map(feel));
            let limits =
                |[low, high]: [f64; 2]| format!("{} … {}", signed(low, 2), signed(high, 2));
            vec![
                stage.stage.clone(),
                count(point.events),
                count(point.score.n),
                point.emotion.map_or_else(|| "–".to_owned(), |it| signed(it, 2)),
                interval.map_or_else(|| "–".to_owned(), limits),
                signed(true_emotion(&stage.stage, self.truth), 2),
                point.negative.share.map_or_else(|| "–".to_owned(), percent),
                super::limits_in_percent(point.negative.interval.as_ref()),
            ]
        };
        self.curve.iter().zip(&self.stages).map(row).collect()
    }
}

fn scores(point: &EmotionPoint) -> String {
    format!("n = {}", count(point.score.n))
}

/// From red by way of a pale grey to blue.
fn shade(emotion: f64) -> String {
    let (pale, end) = (
        [226.0, 229.0, 233.0],
        if emotion < 0.0 { [178.0, 24.0, 43.0] } else { [33.0, 102.0, 172.0] },
    );
    let part = (emotion.abs() / 2.0).min(1.0);
    let mixed = |(a, b): (f64, f64)| format!("{:.0}", a + (b - a) * part);
    let channels: Vec<String> = pale.into_iter().zip(end).map(mixed).collect();
    format!("rgb({})", channels.join(","))
}
