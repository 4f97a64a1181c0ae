//! The card that a shared link becomes elsewhere: a title, the published figures with their date, one fixed picture. Never what waits. Not here: who
//! shares, which nobody is told.

use askama::Template;
use askama::filters::HtmlSafe;

use super::Figures;
use super::say::Say;
use crate::language::{Language, Values};
use crate::money::Money;

/// Where the picture lies: the same for every fund, for a picture of figures would grow old in other people's caches.
pub const PICTURE: &str = "/assets/card.png";

/// A card, as it stands in the head of a page.
#[derive(Clone, Debug, Template)]
#[template(path = "publication/card.html")]
pub struct Card {
    title: String,
    description: String,
    url: String,
    image: String,
    locale: &'static str,
    alt: String,
}

impl HtmlSafe for Card {}

/// What a card says of a publication.
#[derive(Clone, Debug)]
pub struct Told {
    /// `As of 14 Nov 2026, 09:00 CST · Publication 42`.
    pub as_of: String,
    /// What gifts came to.
    pub received: Money,
    /// What was spent.
    pub spent: Money,
    /// What is left.
    pub on_hand: Money,
}

impl Card {
    /// The card of a page at `url` on `site`; before the first publication it says what the fund promises.
    pub fn new(
        language: Language,
        (site, url): (&str, String),
        title: String,
        (promise, told): (&str, Option<&Told>),
        practice: bool,
    ) -> Self {
        let say = Say(language);
        let mut description = told.map_or_else(|| promise.to_owned(), |told| told.in_words(language));
        if practice {
            description = format!("{} {description}", say.say("card-practice"));
        }
        let locale = match language {
            Language::English => "en_US",
            Language::Spanish => "es_US",
        };
        Self { title, description, url, image: format!("{site}{PICTURE}"), locale, alt: say.say("card-alt") }
    }

    /// The card of a fund's own page; None where the records do not say at which site it is.
    pub(super) fn of(say: Say, figures: &Figures, url: Option<String>) -> Option<Self> {
        let told = Told {
            as_of: say.as_of(figures),
            received: figures.money(figures.gifts.received_minor),
            spent: figures.spent(),
            on_hand: figures.on_hand(),
        };
        let (site, title) = (figures.site.as_str(), figures.fund.name.clone());
        Some(Self::new(say.0, (site, url?), title, (&figures.fund.promise, Some(&told)), figures.practice))
    }
}

impl Told {
    fn in_words(&self, language: Language) -> String {
        let values = [
            ("as-of", self.as_of.clone()),
            ("received", self.received.for_reader(language)),
            ("spent", self.spent.for_reader(language)),
            ("on-hand", self.on_hand.for_reader(language)),
        ];
        language.text("card-figures", &values.into_iter().map(|(name, value)| (name.into(), value.into())).collect::<Values<'_>>())
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn a_card_says_published_figures_and_their_date_and_nothing_of_a_name_becomes_markup() {
        let mut figures = sample::figures();
        figures.fund.name = "\"><script>alert(1)</script>".to_owned();
        let card = Card::of(Say(Language::English), &figures, Some("https://fund.example/f/pat/".to_owned())).unwrap().render().unwrap();
        assert!(card.contains("$2,150.00 received") && card.contains("As of ") && card.contains("Publication "), "{card}");
        assert!(!card.contains("<script") && card.contains("/assets/card.png\""), "{card}");
        let spanish = Card::of(Say(Language::Spanish), &figures, Some("x".to_owned())).unwrap().render().unwrap();
        assert!(spanish.contains("$2,150.00 recibidos") && spanish.contains("es_US"), "{spanish}");
        assert!(Card::of(Say(Language::English), &figures, None).is_none());
    }
}
