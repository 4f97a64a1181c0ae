//! What carries a fund's published figures elsewhere: a badge and a widget for other sites, a sheet and a square for the picket line. Each is a file of
//! its publication, so it says what the fund's page says, and never what waits. Not here: who may frame them (`web`).

use askama::Template;

use super::place::Place;
use super::say::Say;
use super::{Figures, File};
use crate::funds::State;
use crate::language::Language;
use crate::qr::Qr;

const SVG: &str = "image/svg+xml";
/// How long the badge's bar is where the goal is reached, in its own units.
const TRACK: i64 = 336;
/// How many letters surely fit beside each other on the badge.
const MOST_LETTERS: usize = 36;

/// 360 by 56, with a ground of its own, so that it is read on light sites and dark ones.
#[derive(Template)]
#[template(path = "publication/badge.svg", escape = "html")]
struct Badge<'a> {
    say: Say,
    figures: &'a Figures,
}

/// 320 by 240: the only page that other sites may frame.
#[derive(Template)]
#[template(path = "publication/widget.html")]
struct Widget<'a> {
    say: Say,
    place: Place,
    figures: &'a Figures,
}

/// A sheet to print: why, and a square that leads to the give form.
#[derive(Template)]
#[template(path = "publication/poster.html")]
struct Poster<'a> {
    say: Say,
    place: Place,
    figures: &'a Figures,
    practice: bool,
}

/// How far the goal is reached, of [`TRACK`]; None without a goal. A bar is never longer than its track.
fn reached(figures: &Figures) -> Option<i64> {
    let goal = figures.fund.goal_minor.filter(|goal| *goal > 0)?;
    let received = figures.gifts.received_minor.clamp(0, goal);
    i64::try_from(i128::from(received) * i128::from(TRACK) / i128::from(goal)).ok()
}

/// `Raised $12,340 of $20,000`; what the state says instead where no gifts are taken.
fn raised(say: Say, figures: &Figures) -> String {
    let received = figures.money(figures.gifts.received_minor).for_people();
    if figures.is_capped() {
        return say.say("public-give-capped");
    }
    match (figures.fund.state, figures.fund.goal_minor.filter(|goal| *goal > 0)) {
        (State::Draft | State::Open, Some(goal)) => {
            say.two("public-badge-goal", ("received", received), ("goal", figures.money(goal).for_people()))
        }
        (State::Draft | State::Open, None) => say.with("public-badge-raised", "received", received),
        (State::Paused, _) => say.say("public-give-paused"),
        (State::WindingDown | State::Distributing, _) => say.say("public-give-over"),
        (State::Closed, _) => say.say("public-badge-closed"),
    }
}

impl Badge<'_> {
    fn raised(&self) -> String {
        raised(self.say, self.figures)
    }

    /// Whether it would run out of its line unless it is drawn closer.
    fn is_long(&self) -> bool {
        self.raised().chars().count() > MOST_LETTERS
    }

    /// `14 Nov 2026 · no. 42`.
    fn at(&self) -> String {
        let day = self.say.0.day(self.figures.made_at.day_in(&self.figures.fund.time_zone));
        self.say.two("public-badge-at", ("day", day), ("number", self.figures.number.to_string()))
    }
}

impl Widget<'_> {
    fn raised(&self) -> String {
        raised(self.say, self.figures)
    }

    /// The three figures, each with its name.
    fn told(&self) -> [(String, String); 3] {
        let money = |minor| self.figures.money(minor).for_people();
        [
            (self.say.say("public-on-hand"), self.figures.on_hand().for_people()),
            (self.say.say("public-received"), money(self.figures.gifts.received_minor)),
            (self.say.say("public-spent"), self.figures.spent().for_people()),
        ]
    }
}

impl Poster<'_> {
    fn give(&self) -> String {
        give(self.figures).unwrap_or_default()
    }

    fn short(&self) -> String {
        let address = self.give();
        address.split_once("://").map_or(&*address, |(_, rest)| rest).to_owned()
    }

    fn qr(&self) -> Option<Qr> {
        square(self.say, self.figures)
    }

    fn snippets(&self) -> Option<[String; 2]> {
        snippets(self.say, self.figures)
    }
}

fn give(figures: &Figures) -> Option<String> {
    Some(figures.address()? + "give")
}

fn square(say: Say, figures: &Figures) -> Option<Qr> {
    let address = give(figures)?;
    Qr::new(&address, say.with("public-qr", "address", address.clone()))
}

/// What other sites copy to show a fund: the widget, then the badge, with a plain link for whoever sees neither. None where the records do not say at
/// which site the fund is.
fn snippets(say: Say, figures: &Figures) -> Option<[String; 2]> {
    let (address, slug) = (figures.address()?, &figures.fund.slug);
    let site = &figures.site;
    let name = askama::filters::escape(&figures.fund.name, askama::filters::Html).ok()?.to_string();
    let query = if say.0 == Language::Spanish { "?lang=es" } else { "" };
    Some([
        format!(
            "<iframe src=\"{site}/embed/{slug}{query}\" title=\"{name}\" width=\"320\" height=\"240\"></iframe> <a href=\"{address}\">{name}</a>"
        ),
        format!("<a href=\"{address}\"><img src=\"{site}/embed/{slug}/badge.svg{query}\" alt=\"{name}\" width=\"360\" height=\"56\"></a>"),
    ])
}

/// Badge, widget, sheet and square of a publication, in every language.
pub(super) fn render(figures: &Figures) -> askama::Result<Vec<File>> {
    let mut files = Vec::new();
    for say in Language::ALL.map(Say) {
        let badge = Badge { say, figures }.render()?;
        files.push(File::new(format!("badge{}.svg", say.suffix()), SVG, badge.into_bytes()));
        let widget = Widget { say, place: Place::new("embed", say), figures };
        files.push(widget.place.file(widget.render()?));
        let poster = Poster { say, place: Place::new("poster", say), figures, practice: figures.practice };
        files.push(poster.place.file(poster.render()?));
        if let Some(qr) = square(say, figures) {
            files.push(File::new(format!("give-square{}.svg", say.suffix()), SVG, qr.alone()?.into_bytes()));
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn a_badge_says_what_is_published_and_its_bar_stays_in_its_track() {
        let mut figures = sample::figures();
        // 2,150.00 was received.
        assert_eq!(reached(&figures), None);
        figures.fund.goal_minor = Some(430_000);
        assert_eq!(reached(&figures), Some(TRACK / 2));
        assert_eq!(raised(Say(Language::English), &figures), "Raised $2,150.00 of $4,300.00");
        figures.fund.goal_minor = Some(100);
        assert_eq!(reached(&figures), Some(TRACK));
        figures.fund.cap_minor = Some(215_000);
        assert_eq!(raised(Say(Language::English), &figures), "The fund has what it needs for now.");
        figures.fund.cap_minor = Some(215_001);
        assert_eq!(raised(Say(Language::English), &figures), "Raised $2,150.00 of $1.00");
        figures.gifts.received_minor = -5;
        assert_eq!(reached(&figures), Some(0));
        figures.fund.state = State::Paused;
        assert_eq!(raised(Say(Language::English), &figures), "Giving is paused for now.");
        figures.fund.state = State::Closed;
        assert_eq!(raised(Say(Language::Spanish), &figures), "Cerrado. Vea el informe.");
    }

    #[test]
    fn nothing_of_a_fund_s_name_becomes_markup_of_another_site() {
        let mut figures = sample::figures();
        figures.fund.name = "\"><script>alert(1)</script>".to_owned();
        for file in render(&figures).unwrap() {
            assert!(!String::from_utf8(file.body).unwrap().contains("<script"), "{}", file.path);
        }
        let snippets = snippets(Say(Language::English), &figures).unwrap();
        assert!(snippets.iter().all(|snippet| !snippet.contains("<script") && snippet.contains("&#34;")), "{snippets:?}");
    }
}
