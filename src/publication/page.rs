//! The fund's public page: one function from values to text, run once a publication. Not here: serving it (`web`).

use askama::Template;

use super::Figures;
use super::bars::{self, Bars};
use super::facts::Facts;
use crate::funds::State;
use crate::money::Money;

#[derive(Template)]
#[template(path = "publication/page.html")]
struct Page<'a> {
    fund: &'a Facts,
    figures: &'a Figures,
    outgoings: Option<Bars>,
    practice: bool,
}

impl Page<'_> {
    fn refunds_and_disputes(&self) -> Money {
        let gifts = &self.figures.gifts;
        self.figures.money(gifts.refunded_minor.saturating_add(gifts.disputed_minor))
    }

    fn out_in_all(&self) -> Money {
        self.figures.money(self.figures.spent().minor.saturating_add(self.figures.gifts.fees_minor))
    }

    fn shown(&self, minor: i64) -> String {
        self.figures.money(minor).for_people()
    }

    /// What is taken off, with the sign that says so; nothing is plain zero.
    fn less(&self, minor: i64) -> String {
        self.figures.money(minor.saturating_neg()).for_people()
    }
}

#[derive(Template)]
#[template(path = "publication/unpublished.html")]
struct Unpublished<'a> {
    fund: &'a Facts,
    practice: bool,
}

/// The fund's page with the figures of one publication, whole: this text is stored and served as it is.
///
/// # Errors
/// Never in memory; the template engine's own error type is passed on.
pub fn render(figures: &Figures) -> askama::Result<String> {
    Page { fund: &figures.fund, figures, outgoings: bars::outgoings(figures), practice: figures.practice }.render()
}

/// The fund's page before its first publication: it says what it waits for, and nothing about gifts that wait.
///
/// # Errors
/// Never in memory; the template engine's own error type is passed on.
pub fn render_unpublished(fund: &Facts, practice: bool) -> askama::Result<String> {
    Unpublished { fund, practice }.render()
}

/// `Open`, `Winding down`: a fund's state as public pages write it.
pub const fn state_in_words(state: State) -> &'static str {
    match state {
        State::Draft => "Draft",
        State::Open => "Open",
        State::Paused => "Paused",
        State::WindingDown => "Winding down",
        State::Distributing => "Distributing",
        State::Closed => "Closed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publication::sample;

    #[test]
    fn the_page_says_every_figure_to_the_cent() {
        let page = render(&sample::figures()).unwrap();
        for figure in ["$1,204.10", "$2,150.00", "$640.35", "−$25.00", "Publication 42", "37"] {
            assert!(page.contains(figure), "{figure}");
        }
    }

    #[test]
    fn the_table_of_in_and_out_adds_up() {
        let figures = sample::figures();
        let gifts = figures.gifts;
        let out = [gifts.refunded_minor, gifts.disputed_minor, gifts.fees_minor, figures.spent().minor];
        assert_eq!(figures.on_hand().minor, gifts.received_minor + figures.opening.minor - out.iter().sum::<i64>());
    }

    #[test]
    fn what_a_fund_calls_itself_never_becomes_markup_or_a_style_attribute() {
        let mut figures = sample::figures();
        figures.fund.name = "<script>alert(1)</script>\" onload=\"x".to_owned();
        figures.uses.push(("<svg/onload=1>".to_owned(), figures.money(100)));
        let page = render(&figures).unwrap();
        assert!(!page.contains("<script") && !page.contains("<svg/onload") && !page.contains("\" onload") && !page.contains("style="));
    }

    #[test]
    fn the_one_purpose_of_a_restricted_fund_stands_on_its_page() {
        let mut figures = sample::figures();
        assert!(!render(&figures).unwrap().contains("one purpose"));
        figures.fund.restriction = Some("rent & <b>food</b>".to_owned());
        for page in [render(&figures).unwrap(), render_unpublished(&figures.fund, true).unwrap()] {
            assert!(page.contains("one purpose only: <strong>rent &#38; &#60;b&#62;food&#60;/b&#62;</strong>."), "{page}");
        }
    }

    #[test]
    fn practice_is_said_and_real_money_is_not_called_practice() {
        let mut figures = sample::figures();
        assert!(!render(&figures).unwrap().contains("no real money"));
        figures.practice = true;
        assert!(render(&figures).unwrap().contains("no real money"));
        assert!(render_unpublished(&figures.fund, true).unwrap().contains("no real money"));
    }
}
