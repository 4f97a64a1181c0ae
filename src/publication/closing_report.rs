//! The report of a fund that ended: what was promised, what came in, where it went, who got the rest, what stays, on one page. Written from published
//! records alone. Not here: the plans behind what was passed on (`leftovers`), what has to be done to close (`closing`).

use askama::Template;

use super::known::{Known, Use};
use super::leftovers::{Got, Leftovers};
use super::log::note::VerifyingKey;
use super::place::Place;
use super::record::FEES;
use super::rows::{self, Rows, RowsError};
use super::say::Say;
use super::{Figures, File};
use crate::db::Tx;
use crate::funds::State;
use crate::funds::charter::Article;
use crate::ids::FundId;
use crate::language::{Language, Values};
use crate::ledger::chart;

/// Its place under the fund's address, without language and ending.
pub const AT: &str = "reports/closing";

#[derive(Template)]
#[template(path = "publication/closing.html")]
struct Page<'a> {
    say: Say,
    place: Place,
    figures: &'a Figures,
    known: &'a Known,
    practice: bool,
    left: &'a Leftovers,
}

impl Rows for Page<'_> {
    fn say(&self) -> Say {
        self.say
    }

    fn figures(&self) -> &Figures {
        self.figures
    }
}

/// An amount, or None where it is zero and its row says nothing.
const fn some(minor: i64) -> Option<i64> {
    if minor == 0 { None } else { Some(minor) }
}

/// What another fund got that goes on: it is taken off what the books began with.
fn handed_over(figures: &Figures) -> i64 {
    figures.opening.minor.min(0).saturating_neg()
}

impl Page<'_> {
    /// That every account stands at zero; or what came after the end.
    fn stands(&self) -> String {
        let left = self.figures.on_hand().minor;
        let key = match left {
            0 => "closed-zero",
            1.. => "closed-late",
            _ => "closed-short",
        };
        self.say.with(key, "amount", self.figures.money(left.saturating_abs()).for_people())
    }

    /// What was passed on.
    fn passed_on(&self) -> i64 {
        self.of_use(|used| used.account == chart::MUTUAL_AID)
    }

    /// What was spent on the strike and on running the fund, without fees of gifts.
    fn spent(&self) -> i64 {
        self.of_use(|used| used.account != chart::MUTUAL_AID && used.account != FEES)
    }

    fn of_use(&self, is: impl Fn(&Use) -> bool) -> i64 {
        self.known.uses.iter().filter(|used| is(used)).fold(0, |sum, used| sum.saturating_add(used.minor))
    }

    /// What came in and went out from the first day to the last; the rows add up to what is left.
    fn rows(&self) -> Vec<(String, String)> {
        let gifts = &self.figures.gifts;
        let row = |name: String, minor: i64| (name, self.money(minor));
        let less = |account: &str, minor: i64| some(minor).map(|minor| row(self.say.account(account), minor.saturating_neg()));
        let opening = some(self.figures.opening.minor.max(0)).map(|minor| row(self.say.account(chart::OPENING), minor));
        let handed = some(handed_over(self.figures)).map(|minor| row(self.say.say("closed-handed"), minor.saturating_neg()));
        let received = row(self.say.account("income:donations"), gifts.received_minor);
        let spent = some(self.spent()).map(|minor| row(self.say.say("closed-spent"), minor.saturating_neg()));
        let out = [
            less(chart::REFUNDS, gifts.refunded_minor),
            less(chart::CHARGEBACKS, gifts.disputed_minor),
            less(FEES, gifts.fees_minor),
            spent,
            less(chart::MUTUAL_AID, self.passed_on()),
            handed,
        ];
        opening.into_iter().chain([received]).chain(out.into_iter().flatten()).collect()
    }

    /// The same in a sentence.
    fn sentence(&self) -> String {
        let gifts = &self.figures.gifts;
        let back = gifts.refunded_minor.saturating_add(gifts.disputed_minor);
        let amounts = [
            ("received", gifts.received_minor.saturating_add(self.figures.opening.minor.max(0))),
            ("spent", self.spent()),
            ("fees", gifts.fees_minor),
            ("back", back),
            ("passed", self.passed_on()),
        ];
        let values: Values<'_> = amounts.into_iter().map(|(name, minor)| (name.into(), self.money(minor).into())).collect();
        let said = self.say.0.text("closed-sentence", &values);
        match handed_over(self.figures) {
            0 => said,
            minor => format!("{said} {}", self.say.with("closed-handed-says", "amount", self.money(minor))),
        }
    }

    /// How many agreed to the end.
    fn agreed(&self) -> Option<String> {
        let agreed = self.known.stood.as_ref()?.agreed.as_ref()?;
        let (given, needed) = (agreed.given.to_string(), agreed.needed.to_string());
        let said = self.say.two("closed-agreed", ("given", given), ("needed", needed));
        Some(if agreed.emergency { format!("{said} {}", self.say.say("closed-emergency")) } else { said })
    }

    /// When what is known of donors is deleted.
    fn forgets(&self) -> Option<String> {
        let day = self.known.stood.as_ref()?.forgets_on.as_ref()?;
        Some(self.say.with("closed-forgets", "day", self.say.day(day)))
    }

    fn fingerprint(&self) -> String {
        self.figures.key.parse::<VerifyingKey>().map(|key| key.fingerprint()).unwrap_or_default()
    }
}

/// The page in every language; none of a fund that did not end.
pub(super) async fn render(tx: &mut Tx, fund: FundId, figures: &Figures, known: &Known) -> Result<Vec<File>, RowsError> {
    if figures.fund.state != State::Closed {
        return Ok(Vec::new());
    }
    let left = &Leftovers::find(tx, fund).await?;
    let page = |language| {
        let (say, practice) = (Say(language), figures.practice);
        let page = Page { say, place: Place::new(AT, say), figures, known, practice, left };
        Ok(page.place.file(page.render()?))
    };
    Language::ALL.into_iter().map(page).collect()
}

/// Who got what was left of a fund, for a mail: by language, a row a group with a tab between its name and its sum. None before its end is published.
///
/// # Errors
/// [`RowsError`].
pub async fn passed_on(tx: &mut Tx, fund: FundId) -> Result<Option<[(Language, String); 2]>, RowsError> {
    let Some(figures) = rows::newest_of(tx, fund).await?.filter(|figures| figures.fund.state == State::Closed) else { return Ok(None) };
    let left = Leftovers::find(tx, fund).await?;
    let groups = left.groups();
    let all = groups.iter().fold(0_i64, |sum, got| sum.saturating_add(got.minor));
    let table = |language: Language| {
        let say = Say(language);
        let money = |minor| figures.money(minor).for_reader(language);
        let row = |got: &Got<'_>| format!("{}\t{}", got.to.replace(['\t', '\n', '\r'], " "), money(got.minor));
        let handed = some(handed_over(&figures)).map(|minor| format!("{}\t{}", say.say("closed-handed"), money(minor)));
        let total = format!("{}\t{}", say.say("public-total"), money(all.saturating_add(handed_over(&figures))));
        groups.iter().map(row).chain(handed).chain([total]).collect::<Vec<_>>().join("\n")
    };
    Ok(Some(Language::ALL.map(|language| (language, table(language)))))
}
