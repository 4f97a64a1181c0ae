//! The approval rules of a fund: what they mean in plain words, the form of a change, and the change that waits for a second person.
//! Not here: agreeing to it, which is done where everything is agreed to (`/treasury/approvals`).

use axum::extract::{Form as Sent, Path, State};
use axum::response::Response;

use super::{ADMINISTRATORS, frame, fund, page_of};
use crate::approvals::rules::{self as changing, Asked, BEFORE, RulesRefusal};
use crate::approvals::{self, Proposal, Subject};
use crate::db::Tx;
use crate::funds::{self, Fund, Rules, Tier, Tiers, TiersError};
use crate::ids::ProposalId;
use crate::money::Money;
use crate::people::operation::{Operation, OperationError};
use crate::people::{self, Role};
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Choice, Form, FormParts, Typed, Wrongs};
use crate::web::table::{Cell, Facts, Table};
use crate::web::treasury::sign_in::Pairs;
use crate::web::treasury::{Part, Sheet, not_allowed, operation, sent};
use crate::web::words::Words;
use crate::web::{AnySite, Site, answer};

const RULES: &str = "/treasury/{fund}/settings/rules";
const TAKE_BACK: &str = "/treasury/{fund}/settings/rules/{proposal}/take-back";

/// How many empty rows a form offers beyond the tiers there are.
const SPARE: usize = 2;
/// The most tiers of a form: more than anybody needs.
const MOST: usize = 30;

pub(super) fn doors(doors: Doors) -> Doors {
    let who = Who::Holding(ADMINISTRATORS);
    doors.get(RULES, who, form).post(RULES, who, send).post(TAKE_BACK, who, take_back)
}

/// Each tier in words: up to which sum, and how many others agree.
fn table(words: Words, fund: &Fund, rules: &Rules, caption: &str) -> Table {
    let mut table = Table::new(words.say(caption), "").column(words.say("setting-sum")).figures(words.say("setting-approvers"));
    let tiers: Vec<&Tier> = rules.tiers.iter().collect();
    for (n, tier) in tiers.iter().enumerate() {
        let money = |minor| Money::new(minor, fund.currency).for_people();
        let sum = match tiers.get(n + 1) {
            Some(next) => words.with("setting-up-to", "sum", money(next.over_minor)),
            None if n == 0 => words.say("setting-any-sum"),
            None => words.with("setting-above", "sum", money(tier.over_minor)),
        };
        table.row(vec![Cell::text(sum), Cell::number(tier.approvers)]);
    }
    table
}

fn emergency(words: Words, rules: &Rules) -> String {
    words.say(if rules.emergency { "setting-emergency-on" } else { "setting-emergency-off" })
}

/// What a fund's rules mean, and whether there are enough people for them.
pub fn told(words: Words, fund: &Fund, rules: &Rules, people: i64) -> Vec<Part> {
    let needs = rules.people_needed();
    let few = (people < needs).then(|| Part::Warning(too_few(words, needs, people)));
    let parts = [Part::Table(table(words, fund, rules, "setting-tiers")), Part::Text(words.say("setting-author-never"))];
    parts.into_iter().chain([Part::Text(emergency(words, rules))]).chain(few).collect()
}

fn too_few(words: Words, needs: i64, have: i64) -> String {
    let values = [("needs", needs), ("approvers", needs - 1), ("have", have)];
    words.with_all("setting-too-few", values.map(|(name, value)| (name, value.into())))
}

/// The change that waits: before and after, who asked, and what this person may do about it.
pub async fn waiting(tx: &mut Tx, signed_in: &SignedIn, fund: &Fund, proposal: &Proposal, operation: String) -> Result<Vec<Part>, Trouble> {
    let words = signed_in.words;
    let read = |prefix: &str| Rules::parse(&proposal.payload, prefix, fund.currency);
    let (Some(before), Some(after)) = (read(BEFORE), read("")) else { return Err(anyhow::anyhow!("frozen rules do not read").into()) };
    let author = people::find(tx, proposal.author_id).await?.map(|person| person.name).unwrap_or_default();
    let facts = Facts::default()
        .add(words.say("setting-asked-by"), Cell::text(author))
        .add(words.say("approval-since"), Cell::moment(words, proposal.proposed_at, &fund.time_zone))
        .add(words.say("approval-fingerprint"), Cell::text(proposal.fingerprint()));
    let mut parts = vec![
        Part::Heading(words.say("setting-waits")),
        Part::Text(words.say("setting-waits-why")),
        Part::Facts(facts),
        Part::Table(table(words, fund, &before, "setting-before")),
        Part::Text(emergency(words, &before)),
        Part::Table(table(words, fund, &after, "setting-after")),
        Part::Text(emergency(words, &after)),
    ];
    let have = changing::people_there(tx).await?;
    if have < after.people_needed() {
        parts.push(Part::Warning(too_few(words, after.people_needed(), have)));
    }
    let is_author = approvals::is_author(tx, proposal, signed_in.person.id).await?;
    if is_author {
        parts.push(Part::Note(words.say("setting-yours")));
    } else if proposal.subject.signers().iter().any(|role| signed_in.person.roles.holds(*role)) {
        parts.push(Part::Links(vec![(format!("/treasury/approvals/{}", proposal.id), words.say("setting-agree"))]));
    }
    if signed_in.person.roles.holds(Role::Administrator) {
        parts.push(Part::Form(
            Form::new(format!("{}/rules/{}/take-back", page_of(fund), proposal.id), operation, Vec::new())
                .quiet_button(words.say("setting-take-back")),
        ));
    }
    Ok(parts)
}

/// What the form shows at first: the rules as they are, and a few empty rows.
pub fn typed_of(fund: &Fund, rules: &Rules) -> Typed {
    let mut typed = Typed::default().put("emergency", if rules.emergency { "yes" } else { "no" });
    for (n, tier) in rules.tiers.iter().enumerate() {
        typed = typed.put(&format!("approvers_{n}"), tier.approvers.to_string());
        if n > 0 {
            typed = typed.put(&format!("over_{n}"), Money::new(tier.over_minor, fund.currency).decimal());
        }
    }
    let rows = rules.tiers.iter().count() + SPARE;
    typed.put("rows", rows.to_string())
}

fn rows(typed: &Typed) -> usize {
    typed.get("rows").parse::<usize>().unwrap_or(1).clamp(1, MOST)
}

/// What was typed with more empty rows, where they were asked for; Err: as it was typed, where they were not.
pub fn wants_more_rows(typed: Typed) -> Result<Typed, Typed> {
    let more = (rows(&typed) + SPARE).min(MOST).to_string();
    if typed.has("more") { Ok(typed.put("rows", more)) } else { Err(typed) }
}

/// The form of the rules; the setup shows it too.
pub fn rules_form(site: &Site, words: Words, fund: &Fund, action: &str, typed: &Typed, wrongs: &Wrongs) -> Form {
    let parts = FormParts { words, typed, wrongs };
    let mut fields = vec![parts.hidden("rows"), parts.number("approvers_0", "setting-approvers-first")];
    for n in 1..rows(typed) {
        let over = parts.money(&format!("over_{n}"), "setting-sum", fund.currency.sign());
        fields.push(over.named(words.with("setting-over", "n", n)).hint(words.say("setting-over-hint")).optional(words));
        let label = words.with("setting-approvers-more", "n", n);
        fields.push(parts.number(&format!("approvers_{n}"), "setting-approvers").named(label).optional(words));
    }
    let choices = vec![Choice::new("no", words.say("setting-emergency-no")), Choice::new("yes", words.say("setting-emergency-yes"))];
    fields.push(parts.radios("emergency", "setting-emergency", choices).hint(words.say("setting-emergency-hint")));
    let form = Form::new(action, operation(site, typed), fields).button(words.say("setting-rules-save"));
    if rows(typed) < MOST { form.other_button("more", words.say("setting-more-rows")) } else { form }
}

/// The rules that a form sent; what is wrong is noted.
pub fn read(words: Words, fund: &Fund, typed: &Typed, wrongs: &mut Wrongs) -> Option<Rules> {
    let mut tiers = Vec::new();
    for n in 0..rows(typed) {
        let (over, approvers) = (format!("over_{n}"), format!("approvers_{n}"));
        if n > 0 && typed.get(&over).is_empty() && typed.get(&approvers).is_empty() {
            continue;
        }
        let minor = match (n, Money::parse(typed.get(&over), fund.currency)) {
            (0, _) => Some(0),
            (_, Ok(sum)) if sum.minor > 0 => Some(sum.minor),
            (_, Ok(_) | Err(_)) => {
                wrongs.add(over, words.say("expense-wrong-amount"));
                None
            }
        };
        let count = typed.get(&approvers).parse::<i64>().ok().filter(|count| (1..=9).contains(count));
        if count.is_none() {
            wrongs.add(approvers, words.say("setting-wrong-approvers"));
        }
        if let (Some(over_minor), Some(approvers)) = (minor, count) {
            tiers.push(Tier { over_minor, approvers });
        }
    }
    if !wrongs.is_empty() {
        return None;
    }
    match Tiers::new(tiers) {
        Ok(tiers) => Some(Rules { tiers, emergency: typed.get("emergency") == "yes" }),
        Err(TiersError::Sums | TiersError::NoFirst) => {
            wrongs.add("over_1", words.say("setting-wrong-sums"));
            None
        }
        Err(TiersError::Approvers) => {
            wrongs.add("approvers_0", words.say("setting-wrong-fewer"));
            None
        }
    }
}

async fn form(State(site): AnySite, signed_in: SignedIn, Path(slug): Path<String>) -> Result<Response, Trouble> {
    let tx = &mut site.db.begin_read().await?;
    let fund = fund(tx, &slug).await?;
    let typed = typed_of(&fund, &funds::rules(tx, &fund).await?);
    page(&site, tx, &signed_in, &fund, &typed, &Wrongs::default()).await
}

async fn page(site: &Site, tx: &mut Tx, signed_in: &SignedIn, fund: &Fund, typed: &Typed, wrongs: &Wrongs) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let form = rules_form(site, words, fund, &format!("{}/rules", page_of(fund)), typed, wrongs);
    let sheet = Sheet::new(frame(site, signed_in, fund, "setting-rules")).text(words.say("setting-rules-why"));
    let sheet = sheet.with(Part::Note(words.with("setting-people-there", "have", changing::people_there(tx).await?)));
    Ok(sheet.form(form).link(page_of(fund), words.say("people-back")).answer(wrongs))
}

async fn send(State(site): AnySite, signed_in: SignedIn, Path(slug): Path<String>, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (words, typed, mut wrongs) = (signed_in.words, Typed::new(pairs.clone()), Wrongs::default());
    let tx = &mut site.db.begin_read().await?;
    let fund = fund(tx, &slug).await?;
    let typed = match wants_more_rows(typed) {
        Ok(longer) => return page(&site, tx, &signed_in, &fund, &longer, &wrongs).await,
        Err(typed) => typed,
    };
    let Some(rules) = read(words, &fund, &typed, &mut wrongs) else {
        return page(&site, tx, &signed_in, &fund, &typed, &wrongs).await;
    };
    let operation = sent(&signed_in, &format!("rules of {slug}"), &pairs, &typed);
    match ask(&site, &signed_in, &fund, operation, &rules).await {
        Ok(Asked::InForce) => Ok(answer::see_other(&format!("{}?done=in-force", page_of(&fund)))?),
        Ok(Asked::Waits) => Ok(answer::see_other(&format!("{}?done=waits", page_of(&fund)))?),
        Err(refused) => match not_asked(words, refused, &format!("{}/rules", page_of(&fund)), &mut wrongs)? {
            Some(response) => Ok(response),
            None => page(&site, tx, &signed_in, &fund, &typed, &wrongs).await,
        },
    }
}

/// Asks for other rules, in a transaction of its own.
pub async fn ask(
    site: &Site,
    signed_in: &SignedIn,
    fund: &Fund,
    operation: Result<Operation, OperationError>,
    rules: &Rules,
) -> Result<Asked, RulesRefusal> {
    let (actor, now, operation) = (signed_in.actor(), site.clock.now(), operation?);
    transact!(site.db, tx => changing::ask(tx, actor, &operation, (fund.id, rules), now).await)
}

/// What whoever asks for other rules in vain is told; Some: another page answers.
pub fn not_asked(words: Words, refused: RulesRefusal, back: &str, wrongs: &mut Wrongs) -> Result<Option<Response>, Trouble> {
    let key = match refused {
        RulesRefusal::NotAllowed(refused) => return not_allowed(refused, back).map(Some),
        RulesRefusal::NotFound => return Err(Trouble::NotFound),
        RulesRefusal::Database(error) | RulesRefusal::Operation(OperationError::Database(error)) => return Err(error.into()),
        RulesRefusal::Operation(OperationError::Reused | OperationError::Malformed) => "people-reopen",
        RulesRefusal::Same | RulesRefusal::Fixed => "setting-wrong-same",
    };
    wrongs.add("approvers_0", words.say(key));
    Ok(None)
}

async fn take_back(state: AnySite, signed_in: SignedIn, path: Path<(String, i64)>, pairs: Pairs) -> Result<Response, Trouble> {
    take_back_about(state, signed_in, path, pairs, Subject::Rules).await
}

/// Takes back the change that waits, of the rules or of the charter.
pub async fn take_back_about(
    State(site): AnySite,
    signed_in: SignedIn,
    Path((slug, id)): Path<(String, i64)>,
    Sent(pairs): Pairs,
    subject: Subject,
) -> Result<Response, Trouble> {
    let fund = fund(&mut site.db.begin_read().await?, &slug).await?;
    let (actor, now) = (signed_in.actor(), site.clock.now());
    let done: Result<(), RulesRefusal> = match sent(&signed_in, &format!("take back {id}"), &pairs, &Typed::new(pairs.clone())) {
        Err(refused) => Err(refused.into()),
        Ok(operation) => {
            transact!(site.db, tx => changing::take_back(tx, actor, &operation, (fund.id, subject, ProposalId(id)), now).await)
        }
    };
    match done {
        Ok(()) => Ok(answer::see_other(&format!("{}?done=taken-back", page_of(&fund)))?),
        // Whoever was quicker decided it: the page shows how it stands.
        Err(RulesRefusal::NotFound | RulesRefusal::Operation(OperationError::Reused | OperationError::Malformed)) => {
            Ok(answer::see_other(&page_of(&fund))?)
        }
        Err(RulesRefusal::NotAllowed(refused)) => not_allowed(refused, &page_of(&fund)),
        Err(fault) => Err(anyhow::Error::from(fault).into()),
    }
}
