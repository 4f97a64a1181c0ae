//! A fund's charter in public: which version is new, and the pages of every version. Not here: who agrees to one (`approvals`).

use askama::Template;

use super::place::Place;
use super::record::{Agreed, Record, week_of};
use super::say::Say;
use super::store;
use super::told::Chartered;
use super::{Figures, File, PublishError};
use crate::approvals;
use crate::clock::{Day, Instant};
use crate::db::Tx;
use crate::funds::charter::{Article, Charter};
use crate::funds::{self, Fund, Rules};
use crate::ids::FundId;
use crate::language::{Language, Values};
use crate::money::{Currency, Money};

/// The word of these records.
const KIND: &str = "charter";

/// What the fund promises now, where it is not published yet: cheap to ask.
pub(super) async fn news(tx: &mut Tx, fund: &Fund, now: Instant) -> sqlx::Result<Option<Record>> {
    let Some(standing) = funds::charter(tx, fund.id).await? else { return Ok(None) };
    let rules = funds::rules(tx, fund).await?.lines("", fund.currency);
    let told = published(tx, fund.id).await?;
    let last = told.last().map(|(_, last)| last);
    if last.is_some_and(|last| last.body == standing.body && last.rules == rules) {
        return Ok(None);
    }
    let proposals: Vec<_> = standing.proposal_id.into_iter().collect();
    let signed = approvals::signed(tx, &proposals).await?;
    let about = funds::settings::about(tx, fund.id).await?;
    let agreed = signed.first().map(Agreed::from);
    Ok(Some(Record::Charter(Box::new(Chartered {
        n: last.map_or(1, |last| last.n.saturating_add(1)),
        week: week_of(now, &fund.time_zone),
        in_force_on: standing.agreed_at.day_in(&fund.time_zone).to_string(),
        language: about.languages.first().as_str().to_owned(),
        agreed,
        body: standing.body,
        rules,
        contact: about.contact,
    }))))
}

/// Every version that is published, the oldest first, each with its publication.
async fn published(tx: &mut Tx, fund: FundId) -> sqlx::Result<Vec<(i64, Chartered)>> {
    let leaves = store::of_kind(tx, fund, KIND).await?;
    let read = |leaf: store::Leaf| match Record::from_leaf(&leaf.body) {
        Ok(Record::Charter(charter)) => Some((leaf.publication, *charter)),
        _ => None,
    };
    Ok(leaves.into_iter().filter_map(read).collect())
}

/// What was published last; None: nothing yet.
pub(super) async fn newest(tx: &mut Tx, fund: FundId) -> sqlx::Result<Option<(Chartered, Charter)>> {
    let last = published(tx, fund).await?.pop();
    Ok(last.and_then(|(_, told)| Charter::of_lines(&told.body).map(|charter| (told, charter))))
}

#[derive(Template)]
#[template(path = "publication/charter.html")]
struct Page<'a> {
    say: Say,
    place: Place,
    figures: &'a Figures,
    practice: bool,
    /// None: nothing was agreed to yet.
    shown: Option<Version<'a>>,
}

/// A version, beside the one before it.
#[derive(Clone)]
struct Version<'a> {
    told: &'a Chartered,
    charter: Charter,
    rules: Option<Rules>,
    before: Option<&'a Chartered>,
    /// All versions until this one, each with its publication.
    all: &'a [(i64, Chartered)],
}

/// What one version says otherwise than the one before: what it is about, as it was, as it is.
type Change = (String, String, String);

impl Page<'_> {
    fn articles<'a>(&self, charter: &'a Charter) -> impl Iterator<Item = (&'static str, String, Vec<&'a str>)> {
        Article::ALL.into_iter().map(|article| (article.as_str(), self.label(article.as_str()), charter.text(article).lines().collect()))
    }

    fn label(&self, word: &str) -> String {
        self.say.say(&format!("charter-{word}"))
    }

    fn version(&self, version: &Chartered) -> String {
        let on = &version.in_force_on;
        let day = on.parse::<Day>().map_or_else(|_| on.clone(), |day| self.say.0.day(day));
        self.say.two("charter-version", ("n", version.n.to_string()), ("on", day))
    }

    fn reserve(&self, charter: &Charter) -> String {
        self.reserve_in_words(&format!("{} {}", charter.reserve_percent, charter.reserve_days))
    }

    fn reserve_in_words(&self, value: &str) -> String {
        let (percent, days) = value.split_once(' ').unwrap_or((value, ""));
        self.say.two("charter-reserve-says", ("percent", percent.to_owned()), ("days", days.to_owned()))
    }

    fn objection(&self, charter: &Charter) -> String {
        self.objection_in_words(charter.objection_days)
    }

    fn objection_in_words(&self, days: i64) -> String {
        self.say.0.text("charter-objection-says", &Values::from([("days".into(), days.into())]))
    }

    fn tiers(&self, version: &Version<'_>) -> Vec<(String, i64)> {
        tiers(self.say, self.figures.fund.currency, &version.told.rules)
    }

    fn emergency(&self, version: &Version<'_>) -> String {
        let allowed = version.rules.as_ref().is_some_and(|rules| rules.emergency);
        self.say.say(if allowed { "setting-emergency-on" } else { "setting-emergency-off" })
    }

    fn changes(&self, version: &Version<'_>) -> Vec<Change> {
        let Some(before) = version.before else { return Vec::new() };
        let in_words = |name: &str, value: &str| match (name, value.parse()) {
            ("reserve", _) if !value.is_empty() => self.reserve_in_words(value),
            ("objection", Ok(days)) => self.objection_in_words(days),
            _ => value.to_owned(),
        };
        let changes = approvals::changes(&before.body, &version.told.body).into_iter();
        changes.map(|(name, was, is)| (self.label(&name), in_words(&name, &was), in_words(&name, &is))).collect()
    }

    fn agreed(&self, version: &Version<'_>) -> String {
        let given = version.told.agreed.map_or(0, |agreed| agreed.given);
        self.say.0.text("charter-agreed", &Values::from([("given".into(), given.into())]))
    }
}

/// Each tier of published rules: up to which sum, and how many must agree.
pub(super) fn tiers(say: Say, currency: Currency, rules: &str) -> Vec<(String, i64)> {
    let rules = Rules::parse(rules, "", currency);
    let tiers: Vec<_> = rules.iter().flat_map(|rules| rules.tiers.iter()).collect();
    let money = |minor| Money::new(minor, currency).for_people();
    let sum = |n: usize, over_minor: i64| match tiers.get(n + 1) {
        Some(next) => say.with("setting-up-to", "sum", money(next.over_minor)),
        None if n == 0 => say.say("setting-any-sum"),
        None => say.with("setting-above", "sum", money(over_minor)),
    };
    tiers.iter().enumerate().map(|(n, tier)| (sum(n, tier.over_minor), tier.approvers)).collect()
}

/// The page of the version in force, and of those that this very publication shows first: an older version keeps the page it had.
pub(super) async fn render(tx: &mut Tx, fund: FundId, figures: &Figures) -> Result<Vec<File>, PublishError> {
    let all = published(tx, fund).await?;
    let version = |at: usize| -> Option<Version<'_>> {
        let (_, told) = all.get(at)?;
        Some(Version {
            told,
            charter: Charter::of_lines(&told.body)?,
            rules: Rules::parse(&told.rules, "", figures.fund.currency),
            before: at.checked_sub(1).and_then(|at| all.get(at)).map(|(_, before)| before),
            all: all.get(..=at).unwrap_or_default(),
        })
    };
    let mut pages = vec![("charter/index".to_owned(), all.len().checked_sub(1).and_then(version))];
    let new = all.iter().enumerate().filter(|(_, (publication, _))| *publication == figures.number);
    pages.extend(new.map(|(at, (_, told))| (format!("charter/{}", told.n), version(at))));
    let mut files = Vec::new();
    for (page, shown) in pages {
        for language in Language::ALL {
            let say = Say(language);
            let place = Place::new(page.clone(), say);
            let shown = Page { say, place: place.clone(), figures, practice: figures.practice, shown: shown.clone() };
            files.push(place.file(shown.render()?));
        }
    }
    Ok(files)
}
