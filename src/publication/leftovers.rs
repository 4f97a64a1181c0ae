//! The page of what is left: the charter's rule, advice, how the sum was worked out, who gets what, what became of it. Written from published records
//! alone. Not here: its report in figures (`reports/leftovers.sql`), what may be done about it (`closing`).

use askama::Template;

use super::passed::{Advice, Grant, GrantStands, Letter, Passed, Plan, PlanStands};
use super::place::Place;
use super::record::Record;
use super::rows::{self, RowsError};
use super::say::Say;
use super::told::Chartered;
use super::told::Stood;
use super::{Figures, File, PublishError, charter, state, store};
use crate::db::Tx;
use crate::funds::State;
use crate::funds::charter::{Article, Charter};
use crate::ids::FundId;
use crate::language::{Language, Values};

/// Everything that the page is written from.
pub(super) struct Leftovers {
    /// What the fund promises, as it was published last.
    charter: Option<(Chartered, Charter)>,
    /// As each plan stands, the oldest first; those that were dropped are left out.
    plans: Vec<Shown>,
    /// What donors wished, and how members voted, as it stands.
    advice: Vec<Advice>,
    /// Goods that were passed on.
    goods: Vec<Passed>,
    /// Its moves on the way to its end, with what was decided by them.
    moves: Vec<Stood>,
}

/// A plan, and what became of each of its shares.
pub(super) struct Shown {
    plan: Plan,
    grants: Vec<Became>,
}

/// What became of a share.
#[derive(Default)]
pub(super) struct Became {
    to: String,
    rule: String,
    value: i64,
    most_minor: Option<i64>,
    amount_minor: i64,
    /// The week in which it was told that it was sent; None: it was not, or came back.
    sent: Option<String>,
    /// Whether a payment of it came back once.
    came_back: bool,
    /// Why it did not reach its group.
    ended: Option<String>,
    /// What the group said.
    answer: Option<Answer>,
    /// Whether the group was asked and did not answer.
    silent: bool,
}

/// What a group said.
pub(super) struct Answer {
    /// The week in which that was told.
    pub week: String,
    pub text: String,
    /// The hash of its letter, which treasurers keep.
    pub letter: Option<String>,
    /// What everybody may see of it.
    pub copy: Option<Letter>,
}

impl Leftovers {
    pub async fn find(tx: &mut Tx, fund: FundId) -> Result<Self, RowsError> {
        let mut all =
            Self { charter: charter::newest(tx, fund).await?, plans: Vec::new(), advice: Vec::new(), goods: Vec::new(), moves: Vec::new() };
        let moves = state::published(tx, fund).await?.into_iter().map(|(_, stood)| stood);
        all.moves = moves.filter(|stood| matches!(stood.state, State::WindingDown | State::Distributing)).collect();
        for leaf in store::of_kind(tx, fund, "plan").await? {
            if let Record::Plan(plan) = rows::read(&leaf)? {
                all.plans.retain(|shown| shown.plan.plan != plan.plan);
                all.plans.push(Shown::of(*plan));
            }
        }
        all.plans.retain(|shown| shown.plan.stands != PlanStands::Dropped);
        for leaf in store::of_kind(tx, fund, "grant").await? {
            if let Record::Grant(grant) = rows::read(&leaf)?
                && let Some(shown) = all.plans.iter_mut().find(|shown| shown.plan.plan == grant.plan)
                && let Some(became) = shown.grants.iter_mut().find(|became| became.to == grant.to)
            {
                became.tell(grant);
            }
        }
        for leaf in store::of_kind(tx, fund, "advice").await? {
            if let Record::Advice(advice) = rows::read(&leaf)? {
                all.advice.retain(|known| known.whose != advice.whose);
                all.advice.push(advice);
            }
        }
        for leaf in store::of_kind(tx, fund, "passed").await? {
            if let Record::Passed(passed) = rows::read(&leaf)? {
                all.goods.push(passed);
            }
        }
        Ok(all)
    }
}

/// What a group got, all plans together.
pub(super) struct Got<'a> {
    pub to: &'a str,
    pub payments: usize,
    pub minor: i64,
    /// What it said, the first first.
    pub answers: Vec<&'a Answer>,
}

impl Leftovers {
    /// Whether a group said anything.
    pub fn has_answers(&self) -> bool {
        self.plans.iter().any(Shown::has_answers)
    }

    /// What groups got, in the order in which plans name them; a payment that came back is none.
    pub fn groups(&self) -> Vec<Got<'_>> {
        let mut groups: Vec<Got<'_>> = Vec::new();
        for became in self.plans.iter().flat_map(|shown| &shown.grants).filter(|became| became.sent.is_some()) {
            let at = groups.iter().position(|got| got.to == became.to).unwrap_or_else(|| {
                groups.push(Got { to: &became.to, payments: 0, minor: 0, answers: Vec::new() });
                groups.len() - 1
            });
            let got = &mut groups[at];
            (got.payments, got.minor) = (got.payments + 1, got.minor.saturating_add(became.amount_minor));
            got.answers.extend(&became.answer);
        }
        groups
    }
}

impl Shown {
    fn of(plan: Plan) -> Self {
        let became = |share: &super::passed::Share| Became {
            to: share.to.clone(),
            rule: share.rule.clone(),
            value: share.value,
            most_minor: share.most_minor,
            amount_minor: share.amount_minor,
            ..Became::default()
        };
        Self { grants: plan.shares.iter().map(became).collect(), plan }
    }

    fn has_answers(&self) -> bool {
        self.grants.iter().any(|became| became.answer.is_some())
    }
}

impl Became {
    fn tell(&mut self, grant: Grant) {
        match grant.stands {
            GrantStands::Sent => self.sent = Some(grant.week),
            GrantStands::Returned => (self.sent, self.came_back) = (None, true),
            GrantStands::Ended => (self.sent, self.ended) = (None, Some(grant.text)),
            GrantStands::Answered => {
                let Grant { week, text, letter, copy, .. } = grant;
                (self.answer, self.silent) = (Some(Answer { week, text, letter, copy }), false);
            }
            GrantStands::Silent => (self.answer, self.silent) = (None, true),
        }
    }
}

#[derive(Template)]
#[template(path = "publication/leftovers.html")]
struct Page<'a> {
    say: Say,
    place: Place,
    figures: &'a Figures,
    practice: bool,
    left: &'a Leftovers,
}

impl Page<'_> {
    fn money(&self, minor: i64) -> String {
        self.figures.money(minor).for_people()
    }

    /// Where the fund is on its way, in a sentence.
    fn stage(&self) -> String {
        let key = match self.figures.fund.state {
            State::Draft | State::Open | State::Paused => "leftovers-stage-open",
            State::WindingDown => "leftovers-stage-winding-down",
            State::Distributing => "leftovers-stage-distributing",
            State::Closed if self.figures.on_hand().minor == 0 => "leftovers-stage-nothing",
            State::Closed => "leftovers-stage-closed",
        };
        self.say.say(key)
    }

    /// What was decided on the way to the end, a sentence each.
    fn decided(&self) -> Vec<String> {
        let mut said = Vec::new();
        for stood in &self.left.moves {
            said.extend(stood.last_expense_on.as_ref().map(|day| self.say.with("leftovers-last-day", "day", self.say.day(day))));
            said.extend(stood.reserve.as_ref().map(|held| {
                self.say.two("leftovers-held-back", ("sum", self.money(held.amount_minor)), ("day", self.say.day(&held.until)))
            }));
            said.extend(stood.release.as_ref().map(|why| self.say.with("leftovers-released", "why", why.as_str())));
        }
        said
    }

    fn reserve(&self, charter: &Charter) -> String {
        let (percent, days) = (charter.reserve_percent.to_string(), charter.reserve_days.to_string());
        self.say.two("charter-reserve-says", ("percent", percent), ("days", days))
    }

    fn objection(&self, charter: &Charter) -> Option<String> {
        let days = charter.objection_days;
        (days > 0).then(|| self.say.0.text("charter-objection-says", &Values::from([("days".into(), days.into())])))
    }

    /// What a plan is called: the first, a second share-out, and so on.
    fn title(&self, plan: &Plan) -> String {
        self.say.with("leftovers-plan", "n", plan.plan.to_string())
    }

    /// Who agreed to it, and from when on money may move.
    fn agreed(&self, plan: &Plan) -> String {
        let Some(agreed) = plan.agreed else { return self.say.say("leftovers-proposed") };
        let count = self.say.two("leftovers-agreed", ("given", agreed.given.to_string()), ("needed", agreed.needed.to_string()));
        match &plan.from {
            Some(from) => format!("{count} {}", self.say.with("leftovers-from", "day", self.say.day(from))),
            None => count,
        }
    }

    fn line(&self, word: &str) -> String {
        self.say.0.find(&format!("leftovers-line-{word}"), &Values::new()).unwrap_or_else(|| word.replace('-', " "))
    }

    /// By what a share was worked out, and the most it could be.
    fn by(&self, became: &Became) -> String {
        let by = self.rule(became);
        match became.most_minor {
            Some(most) => format!("{by}, {}", self.say.with("leftovers-at-most", "sum", self.money(most))),
            None => by,
        }
    }

    fn rule(&self, became: &Became) -> String {
        match &*became.rule {
            "percent" => {
                let hundredths = became.value;
                let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
                Self::percent(self.say, text.trim_end_matches('0').trim_end_matches('.'))
            }
            "fixed" => self.say.say("leftovers-by-fixed"),
            _ => self.say.with("leftovers-by-weight", "weight", became.value.to_string()),
        }
    }

    fn percent(say: Say, percent: &str) -> String {
        if say.0 == Language::Spanish { format!("{percent}\u{a0}%") } else { format!("{percent}%") }
    }

    /// What became of a share, in words.
    fn became(&self, shown: &Shown, became: &Became) -> String {
        let said = |key: &str| self.say.say(key);
        if let Some(why) = &became.ended {
            return self.say.say(&format!("leftovers-ended-{why}"));
        }
        let mut said_of = vec![match (&became.sent, shown.plan.stands) {
            _ if became.amount_minor == 0 => said("leftovers-zero"),
            (Some(week), _) => self.say.with("leftovers-sent", "week", self.say.week(week)),
            (None, PlanStands::Approved) if became.came_back => said("leftovers-came-back"),
            (None, PlanStands::Approved) => said("leftovers-promised"),
            (None, _) => said("leftovers-planned"),
        }];
        if let Some(answer) = &became.answer {
            said_of.push(self.say.with("leftovers-answered", "week", self.say.week(&answer.week)));
        } else if became.silent {
            said_of.push(said("leftovers-silent"));
        }
        said_of.join(" · ")
    }

    /// Whose advice, and when.
    fn advice(&self, advice: &Advice) -> String {
        match &advice.held_on {
            Some(day) => self.say.with("leftovers-members", "day", self.say.day(day)),
            None => self.say.say("leftovers-donors"),
        }
    }
}

/// The page, in every language.
pub(super) async fn render(tx: &mut Tx, fund: FundId, figures: &Figures) -> Result<Vec<File>, PublishError> {
    let left = Leftovers::find(tx, fund).await?;
    let mut files = Vec::new();
    for language in Language::ALL {
        let say = Say(language);
        let place = Place::new("leftovers/index", say);
        let page = Page { say, place: place.clone(), figures, practice: figures.practice, left: &left };
        files.push(place.file(page.render()?));
    }
    Ok(files)
}
