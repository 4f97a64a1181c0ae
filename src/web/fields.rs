//! Which fields each form has (safety rule AZ4): what a form does not have, and what it has once and was sent twice, is refused before anybody
//! looks at it. Not here: what a field means (its page), what a form looks like (`form`).

use axum::Form;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest as _, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

/// Each address that takes a form, and its fields beside `operation`, which every form may bring. `name*` may come many times, as boxes that are
/// ticked and files do; `#` stands for digits and `~` for a word, where there is a row of fields.
const FORMS: &[(&str, &str)] = &[
    ("/claim/{code}", "what amount bought_on category pay_way pay_by email kept file*"),
    ("/confirm", "code label next"),
    ("/confirm/passkey", ""),
    ("/confirm/passkey/answer", "reference answer next label"),
    ("/f/{fund}/give", GIVE),
    ("/f/{fund}/news", "email language"),
    ("/f/{fund}/verify.html", "proof root"),
    ("/f/{fund}/verify.es.html", "proof root"),
    ("/gift", "email"),
    ("/gift/{code}/delete", ""),
    ("/gift/{code}/name", "listing public_name"),
    ("/gift/{code}/receipt", ""),
    ("/gift/{code}/refund", "reason detail"),
    ("/gift/{code}/stop", ""),
    ("/join", "name password code seed"),
    ("/me/authenticator", "code seed"),
    ("/me/codes", ""),
    ("/me/language", "language"),
    ("/me/passkeys/new", ""),
    ("/me/passkeys/new/answer", "reference answer next label"),
    ("/me/passkeys/{id}/end", ""),
    ("/me/password", "current password"),
    ("/me/reset/{id}/cancel", ""),
    ("/me/sessions/end", ""),
    ("/me/sessions/{id}/end", ""),
    ("/news/confirm/{token}", ""),
    ("/news/{code}", "List-Unsubscribe"),
    ("/practice/checkout/{id}", "outcome afterwards events"),
    ("/setup", "name email password code seed label"),
    ("/setup/approval", "rows approvers_# over_# emergency more"),
    ("/setup/backup", ""),
    ("/setup/fund", "name slug currency time_zone purpose contact legal_name tax_number statement_text strike_on telling languages"),
    ("/setup/mail", "to"),
    ("/setup/second", "name email role* language"),
    ("/setup/stripe", "act key secret"),
    ("/sign-in", "email password next"),
    ("/sign-in/code", "code label next"),
    ("/sign-in/forgotten", "email"),
    ("/sign-in/passkey", ""),
    ("/sign-in/passkey/answer", "reference answer next label"),
    ("/sign-out", ""),
    ("/treasury/advances", "kind custodian"),
    ("/treasury/advances/move", "fund from to amount"),
    ("/treasury/approvals/{id}", "choice seen reason emergency"),
    ("/treasury/approvals/{id}/answer", "question answer"),
    ("/treasury/approvals/{id}/ask", "question_text"),
    ("/treasury/bank/accounts/new", "name currency ending"),
    ("/treasury/bank/accounts/{id}", "act name ending"),
    ("/treasury/bank/import", "account closing file*"),
    ("/treasury/bank/import/{file}", ""),
    (
        "/treasury/bank/import/{file}/columns",
        "delimiter skip day day_form amount mark money_in money_out decimal text text_2 text_3 reference balance closing",
    ),
    ("/treasury/bank/lines/{id}", "act line* posting* match gift what reason"),
    ("/treasury/claims", "label fund total each last_on uses* language"),
    ("/treasury/claims/{id}/change", "pay_way pay_by forget_email"),
    ("/treasury/claims/{id}/end", ""),
    ("/treasury/gifts/{number}/evidence", ""),
    ("/treasury/gifts/{number}/proof", ""),
    ("/treasury/gifts/{number}/refund", "amount reason note repeat"),
    ("/treasury/gifts/{number}/request", ""),
    ("/treasury/gifts/{number}/reveal", "because look reason"),
    ("/treasury/gifts/{number}/stop", ""),
    ("/treasury/journal/new", "day reason account# fund# debit# credit#"),
    ("/treasury/mail", "to"),
    ("/treasury/mail/again", ""),
    ("/treasury/months/{month}/asked", ""),
    ("/treasury/payees", "label kind conflict conflict_text way account checked email"),
    ("/treasury/payees/{id}", "way account checked"),
    ("/treasury/payees/{id}/email", "email"),
    ("/treasury/payees/{id}/end", ""),
    ("/treasury/people/changes/{id}/agree", ""),
    ("/treasury/people/changes/{id}/cancel", ""),
    ("/treasury/people/changes/{id}/finish", ""),
    ("/treasury/people/invite", "name email role* language"),
    ("/treasury/people/{person}/disable", ""),
    ("/treasury/people/{person}/enable", ""),
    ("/treasury/people/{person}/link", "show"),
    ("/treasury/people/{person}/name", "name"),
    ("/treasury/people/{person}/reset", ""),
    ("/treasury/people/{person}/roles", "role*"),
    ("/treasury/reveals/{reveal}", ""),
    ("/treasury/reveals/{reveal}/export", ""),
    ("/treasury/stripe", "act"),
    ("/treasury/stripe/parked/{id}", ""),
    ("/treasury/{fund}/budget", "use_~ reason"),
    ("/treasury/{fund}/budget/what-if", "spent given"),
    ("/treasury/{fund}/corrections/new", "entry kind reason nothing lines shown previewed ask account# fund# debit# credit#"),
    ("/treasury/{fund}/expenses", "number"),
    ("/treasury/{fund}/expenses/new", EXPENSE),
    ("/treasury/{fund}/expenses/{number}/copies", "original copy*"),
    ("/treasury/{fund}/expenses/{number}/copies/{copy}", "act reason"),
    ("/treasury/{fund}/expenses/{number}/correct", "version kind reason nothing"),
    ("/treasury/{fund}/expenses/{number}/edit", EXPENSE),
    ("/treasury/{fund}/expenses/{number}/pay", "version from paid_on reference sure"),
    ("/treasury/{fund}/expenses/{number}/send", "version"),
    ("/treasury/{fund}/expenses/{number}/send-back", "version reason"),
    ("/treasury/{fund}/expenses/{number}/take-back", "version"),
    ("/treasury/{fund}/close/finish", "reason"),
    ("/treasury/{fund}/close/hand-over", "successor amount reason"),
    ("/treasury/{fund}/close/pause", "reason"),
    ("/treasury/{fund}/close/reserve", "percent amount until release reason"),
    ("/treasury/{fund}/close/take-back", ""),
    ("/treasury/{fund}/close/wind-down", "last_on reason"),
    ("/treasury/{fund}/repeats-end", ""),
    ("/treasury/{fund}/close/goods", "goods quantity to day"),
    ("/treasury/{fund}/close/grants/{number}/answer", "kind text file* copy*"),
    ("/treasury/{fund}/close/grants/{number}/clear", "n"),
    ("/treasury/{fund}/close/grants/{number}/end", "why"),
    ("/treasury/{fund}/close/grants/{number}/pay", "from paid_on reference sure"),
    ("/treasury/{fund}/close/plan", "rule_# value_# most_# serves sure seen"),
    ("/treasury/{fund}/close/plan/take-back", "plan"),
    ("/treasury/{fund}/close/recipients", "name way account checked conflict conflict_text email"),
    ("/treasury/{fund}/close/recipients/vote", "held_on votes_#"),
    ("/treasury/{fund}/gifts/cash", "place box day second kept file* n#"),
    ("/treasury/{fund}/gifts/deposit", "box taken banked day"),
    ("/treasury/{fund}/gifts/names", "which reason refuse"),
    ("/treasury/{fund}/gifts/offline/new/{kind}", "donor place amount fee net gifts dated_on kept file*"),
    ("/treasury/{fund}/gifts/offline/{number}/arrived", "line day"),
    ("/treasury/{fund}/gifts/offline/{number}/bounced", "because day kept file*"),
    ("/treasury/{fund}/gifts/offline/{number}/count", "n#"),
    ("/treasury/{fund}/in-kind", "what quantity unit unit_other category value each valued_how not_valued donor kept received_on"),
    ("/treasury/{fund}/in-kind/{number}/given", "quantity day"),
    ("/treasury/{fund}/settings/names", "name purpose contact legal_name tax_number statement_text strike_on telling languages"),
    ("/treasury/{fund}/settings/giving", "amounts chosen smallest largest rate fixed refund_days tax_en tax_es keep_days"),
    ("/treasury/{fund}/settings/goal", "goal cap"),
    ("/treasury/{fund}/settings/reports", "budget lm"),
    ("/treasury/{fund}/settings/rules", "rows approvers_# over_# emergency more"),
    ("/treasury/{fund}/settings/rules/{proposal}/take-back", ""),
    (
        "/treasury/{fund}/settings/charter",
        "who tie spending withdrawal uses roles leftover recipients reserve_percent reserve_days objection_days loss ends refunds privacy access",
    ),
    ("/treasury/{fund}/settings/charter/{proposal}/take-back", ""),
    ("/treasury/{fund}/supporters", "text_en text_es"),
    ("/treasury/{fund}/supporters/{note}", "drop"),
];

const GIVE: &str =
    "interval amount amount_other cover_fee email name listing public_name leftover note attempt language lang website issued proof back";

const EXPENSE: &str = "amount bought_on vendor category public_text unit_count unit note paid_by paid_from payee show show_shop no_receipt \
                       kept version drop* part#_use part#_amount draft file*";

/// The fields that one form has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fields(&'static str);

/// The fields of the form that an address takes; None: it takes none that anybody wrote down, so whatever comes is refused.
pub fn of(path: &str) -> Option<Fields> {
    FORMS.iter().find(|(known, _)| *known == path).map(|(_, fields)| Fields(fields))
}

impl Fields {
    /// The fields that these words name.
    #[cfg(test)]
    pub(super) const fn new(words: &'static str) -> Self {
        Self(words)
    }

    /// Whether the form has such a field; Some(true): any number of times.
    pub fn knows(self, name: &str) -> Option<bool> {
        let mut all = self.0.split_whitespace().chain(["operation"]);
        all.find_map(|field| {
            let (field, many) = field.strip_suffix('*').map_or((field, false), |field| (field, true));
            fits(field, name).then_some(many)
        })
    }

    /// Whether these names, as they came, are such a form.
    pub fn take<'a>(self, names: impl IntoIterator<Item = &'a str>) -> bool {
        let mut once = std::collections::BTreeSet::new();
        names.into_iter().all(|name| match self.knows(name) {
            Some(many) => many || once.insert(name),
            None => false,
        })
    }
}

/// Whether a name is the field, with digits in the place of its `#`, or a word in that of its `~`.
fn fits(field: &str, name: &str) -> bool {
    let Some((before, after)) = field.split_once(['#', '~']) else { return field == name };
    let fills = |letter: u8| letter.is_ascii_digit() || (field.contains('~') && (letter.is_ascii_lowercase() || letter == b'-'));
    let between = name.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
    between.is_some_and(|between| (1..=40).contains(&between.len()) && between.bytes().all(fills))
}

/// Lets a form through that is one; a form with files is told its fields and looks for itself (`upload`), since nobody holds it whole.
pub(super) async fn check(State(fields): State<Fields>, mut request: Request, next: Next) -> Response {
    request.extensions_mut().insert(fields);
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("application/x-www-form-urlencoded") {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let bytes = match Bytes::from_request(Request::from_parts(parts.clone(), body), &()).await {
        Ok(bytes) => bytes,
        Err(refused) => return refused.into_response(),
    };
    let again = || Request::from_parts(parts.clone(), Body::from(bytes.clone()));
    // What is no form at all is the page's to refuse.
    if let Ok(Form(pairs)) = Form::<Vec<(String, String)>>::from_request(again(), &()).await
        && !fields.take(pairs.iter().map(|(name, _)| name.as_str()))
    {
        return StatusCode::UNPROCESSABLE_ENTITY.into_response();
    }
    next.run(again()).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_comes_once_unless_it_is_one_of_many_and_no_other_comes() {
        let form = Fields("amount role* n# part#_use use_~");
        assert!(form.take(["operation", "amount", "role", "role", "n20", "n5", "part0_use", "use_water", "use_food"]));
        assert!(form.take([]));
        for wrong in [
            &["amount", "amount"][..],
            &["state"],
            &["n"],
            &["nx"],
            &["n20", "n20"],
            &["part_use"],
            &["part1_uses"],
            &["role*"],
            &["use_"],
            &["use_A"],
        ] {
            assert!(!form.take(wrong.iter().copied()), "{wrong:?}");
        }
    }

    #[test]
    fn every_address_stands_here_once() {
        for (n, (path, _)) in FORMS.iter().enumerate() {
            assert!(FORMS[n + 1..].iter().all(|(other, _)| other != path), "{path}");
        }
    }
}
