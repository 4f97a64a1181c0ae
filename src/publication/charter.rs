//! A fund's charter in public: which version is new, and the pages of every version. Not here: who agrees to one (`approvals`).

use askama::Template;

use super::record::{Agreed, Record, week_of};
use super::reports::Say;
use super::store;
use super::told::Chartered;
use super::{Figures, File, HTML, PublishError};
use crate::approvals;
use crate::clock::{Day, Instant};
use crate::db::Tx;
use crate::funds::charter::{Article, Charter};
use crate::funds::{self, Fund, Rules};
use crate::ids::FundId;
use crate::language::{Language, Values};
use crate::money::Money;

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
    let agreed = signed.first().map(|signed| Agreed { needed: signed.needed, given: signed.given, emergency: signed.emergency });
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

#[derive(Template)]
#[template(path = "publication/charter.html")]
struct Page<'a> {
    say: Say,
    figures: &'a Figures,
    practice: bool,
    shown: &'a Chartered,
    charter: Charter,
    rules: Option<Rules>,
    before: Option<&'a Chartered>,
    versions: &'a [(i64, Chartered)],
}

/// What one version says otherwise than the one before: what it is about, as it was, as it is.
type Change = (String, String, String);

impl Page<'_> {
    fn articles(&self) -> impl Iterator<Item = (&'static str, String, Vec<&str>)> {
        Article::ALL
            .into_iter()
            .map(|article| (article.as_str(), self.label(article.as_str()), self.charter.text(article).lines().collect()))
    }

    fn label(&self, word: &str) -> String {
        self.say.say(&format!("charter-{word}"))
    }

    fn version(&self, version: &Chartered) -> String {
        let on = &version.in_force_on;
        let day = on.parse::<Day>().map_or_else(|_| on.clone(), |day| self.say.0.day(day));
        self.say.with_two("charter-version", ("n", version.n.to_string()), ("on", day))
    }

    fn reserve(&self) -> String {
        self.reserve_in_words(&format!("{} {}", self.charter.reserve_percent, self.charter.reserve_days))
    }

    fn reserve_in_words(&self, value: &str) -> String {
        let (percent, days) = value.split_once(' ').unwrap_or((value, ""));
        self.say.with_two("charter-reserve-says", ("percent", percent), ("days", days))
    }

    /// Each tier: up to which sum, and how many must agree.
    fn tiers(&self) -> Vec<(String, i64)> {
        let tiers: Vec<_> = self.rules.iter().flat_map(|rules| rules.tiers.iter()).collect();
        let money = |minor| Money::new(minor, self.figures.fund.currency).for_people();
        let sum = |n: usize, over_minor: i64| match tiers.get(n + 1) {
            Some(next) => self.say.with("setting-up-to", "sum", money(next.over_minor)),
            None if n == 0 => self.say.say("setting-any-sum"),
            None => self.say.with("setting-above", "sum", money(over_minor)),
        };
        tiers.iter().enumerate().map(|(n, tier)| (sum(n, tier.over_minor), tier.approvers)).collect()
    }

    fn emergency(&self) -> String {
        let allowed = self.rules.as_ref().is_some_and(|rules| rules.emergency);
        self.say.say(if allowed { "setting-emergency-on" } else { "setting-emergency-off" })
    }

    fn changes(&self) -> Vec<Change> {
        let Some(before) = self.before else { return Vec::new() };
        let in_words = |name: &str, value: &str| {
            if name == "reserve" && !value.is_empty() { self.reserve_in_words(value) } else { value.to_owned() }
        };
        let changes = approvals::changes(&before.body, &self.shown.body).into_iter();
        changes.map(|(name, was, is)| (self.label(&name), in_words(&name, &was), in_words(&name, &is))).collect()
    }

    fn rules_changed(&self) -> bool {
        self.before.is_some_and(|before| before.rules != self.shown.rules)
    }

    fn agreed(&self) -> String {
        let given = self.shown.agreed.map_or(0, |agreed| agreed.given);
        self.say.0.text("charter-agreed", &Values::from([("given".into(), given.into())]))
    }
}

/// The pages of the version in force, and of those that this very publication shows first: an older version keeps the page it had.
pub(super) async fn render(tx: &mut Tx, fund: FundId, figures: &Figures) -> Result<Vec<File>, PublishError> {
    let versions = published(tx, fund).await?;
    let mut files = Vec::new();
    for (at, (publication, shown)) in versions.iter().enumerate() {
        let is_newest = at + 1 == versions.len();
        let is_new = *publication == figures.number;
        let Some(charter) = Charter::of_lines(&shown.body).filter(|_| is_newest || is_new) else { continue };
        let before = at.checked_sub(1).and_then(|at| versions.get(at)).map(|(_, before)| before);
        for language in Language::ALL {
            let (say, charter) = (Say(language), charter.clone());
            let rules = Rules::parse(&shown.rules, "", figures.fund.currency);
            let versions = versions.get(..=at).unwrap_or_default();
            let page = Page { say, figures, practice: figures.practice, shown, charter, rules, before, versions };
            let body = page.render()?.into_bytes();
            if is_new {
                files.push(File::new(format!("charter/{}{}.html", shown.n, say.suffix()), HTML, body.clone()));
            }
            if is_newest {
                files.push(File::new(format!("charter{}.html", say.suffix()), HTML, body));
            }
        }
    }
    Ok(files)
}
