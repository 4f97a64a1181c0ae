//! The give form whole: every choice, both languages, every kind of currency, and what a donor writes that nobody else may read.

use std::time::Duration;

use axum::body::Body;
use axum::http::header::ACCEPT_LANGUAGE;
use strikefund::donations::{self, Listing};
use strikefund::funds::charter::Charter;
use strikefund::funds::{self, NewFund, SetUpError, State};
use strikefund::ids::{DonationId, FundId};
use strikefund::money::{Marks, Money};
use strikefund::people::Role;
use strikefund::seal::Keyring;
use strikefund::{run, transact};

use super::checkout::{choose, settle};
use super::staff::Staff;
use super::{Answer, MASTER, SECRET, Visit, to};
use crate::publication::giving::{Way, give};
use crate::publication::{DAY, publish, stranger, verified};
use crate::spending::Treasury;
use crate::support::moving::moved;
use crate::support::{Books, on_both_databases};

const GIVE: &str = "/f/general/give";
const ATTEMPT: &str = "abcdefghijklmnopqrstuvwxyz";
/// What a donor writes, field by field; none of it stands anywhere in the clear.
const CANARIES: [(&str, &str); 4] = [
    ("email", "canary.mail@donors.example"),
    ("name", "Canaria Fullname"),
    ("public_name", "Canaria Publicname"),
    ("note", "canaria note to read"),
];

#[track_caller]
fn says(page: &Answer, words: &str) {
    assert!(page.text().contains(words), "“{words}” is not in:\n{}", page.text());
}

#[track_caller]
fn never_says(page: &Answer, words: &str) {
    assert!(!page.text().contains(words), "“{words}” is in:\n{}", page.text());
}

async fn newest(books: &Books) -> DonationId {
    run!(&mut books.db.begin_read().await.unwrap(), fetch_one, sqlx::query_scalar("SELECT MAX(id) FROM donation")).unwrap()
}

async fn donor(books: &Books, gift: DonationId) -> donations::Donor {
    let keys = Keyring::from_master(&MASTER);
    donations::donor_of(&mut books.db.begin_read().await.unwrap(), &keys, gift).await.unwrap().unwrap()
}

async fn charter(books: &Books, fund: FundId, recipients: &'static str) {
    let read = |field: &str| match field {
        "recipients" => recipients,
        "reserve_percent" => "10",
        "reserve_days" => "120",
        "objection_days" => "0",
        _ => "As the members decide.",
    };
    let (lines, now) = (Charter::parse(read).unwrap().lines(), books.now());
    let put: sqlx::Result<i64> = transact!(books.db, tx => funds::put_charter(tx, fund, &lines, None, now).await);
    put.unwrap();
}

/// The whole form but for what is wrong or otherwise.
fn whole<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut form = vec![("interval", "once"), ("amount", "25"), ("listing", "show"), ("attempt", ATTEMPT), ("language", "en")];
    form.extend(CANARIES);
    form.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
    form.extend(more);
    form
}

on_both_databases! {
    async fn every_choice_reaches_the_payment_page_and_the_vault(books: &Books) {
        let fund = books.general_fund().await;
        charter(books, fund, "Water for All | they feed the town\nLegal Aid | they know the law").await;
        let visit = Visit::of(books);
        let form = whole(&[("interval", "month"), ("cover_fee", "yes"), ("leftover", "Legal Aid")]);
        let checkout = visit.give(GIVE, &form).await.is(303).next();
        let page = visit.get(&checkout).await.is(200).says("Every month until the strike ends").says("$25.00").says("$1.06").says("$26.06");
        for (_, canary) in CANARIES {
            never_says(&page, canary);
        }
        let gift = newest(books).await;
        let told = donor(books, gift).await;
        assert_eq!((told.wish.as_deref(), told.note.as_deref()), (Some("Legal Aid"), Some(CANARIES[3].1)));
        assert_eq!((told.listing, told.name.as_deref()), (Listing::Show(CANARIES[2].1.to_owned()), Some(CANARIES[1].1)));
        let donation = donations::find(&mut books.db.begin_read().await.unwrap(), gift).await.unwrap().unwrap();
        assert_eq!((donation.asked_minor, donation.cover_minor, donation.repeats.map(strikefund::payments::checkout::Interval::as_str)), (Some(2606), Some(106), Some("month")));
        // Back without paying: every answer is there again, and the same again is the same page.
        let back = visit.practice.session(checkout.rsplit('/').next().unwrap()).unwrap().cancel_url.unwrap();
        let form_again = visit.get(back.strip_prefix("https://fund.example.org").unwrap()).await.is(200).says("Your answers are kept");
        for kept in ["value=\"month\" checked", "value=\"yes\" checked", "value=\"show\" checked", "value=\"Legal Aid\" selected", "canaria note to read"] {
            says(&form_again, kept);
        }
        let (attempt, code) = (form_again.value_of("attempt"), form_again.value_of("back"));
        let again = whole(&[("interval", "month"), ("cover_fee", "yes"), ("leftover", "Legal Aid"), ("attempt", &attempt), ("back", &code)]);
        assert_eq!(visit.give(GIVE, &again).await.is(303).next(), checkout);
    }

    async fn a_mistake_in_any_field_is_told_at_the_field_in_the_readers_language(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let (long, longer) = ("x".repeat(101), "y".repeat(281));
        let wrong = [
            ("interval", "day"), ("amount", ""), ("email", ""), ("name", &*long), ("public_name", ""), ("leftover", "Nobody"), ("note", &*longer),
        ];
        let english = visit.give(GIVE, &whole(&wrong)).await.is(422).says("<title>Error: Give to general</title>").says("There are 7 problems");
        for (field, said) in [
            ("interval", "Choose how often to give."), ("amount", "Choose an amount."), ("email", "Enter your e-mail so we can send the receipt."),
            ("name", "Use 100 letters or fewer."), ("public_name", "Enter the name to show, or choose Not named."), ("leftover", "Choose one of the list."),
            ("note", "Use 280 letters or fewer."),
        ] {
            says(&english, &format!("<a href=\"#{field}\">{said}</a>"));
        }
        let spanish = visit.give(GIVE, &whole(&[&wrong[..], &[("language", "es")]].concat())).await.is(422);
        says(&spanish, "<html lang=\"es\">");
        says(&spanish, "<title>Error: Donar a general</title>");
        says(&spanish, "<a href=\"#email\">Escriba su correo para que podamos enviarle el recibo.</a>");
        says(&spanish, &longer);
        for english in ["Choose ", "Enter ", "letters or fewer", "Amount", "E-mail"] {
            never_says(&spanish, english);
        }
    }

    async fn the_language_is_the_readers_and_a_switch_keeps_what_was_typed(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let spanish = visit.send(to(GIVE).header(ACCEPT_LANGUAGE, "es-MX,es;q=0.9").body(Body::empty()).unwrap()).await.is(200);
        assert_eq!(spanish.header("set-cookie"), None, "no cookie before a need");
        says(&spanish, "<h1>Donar a general</h1>");
        says(&spanish, "Cada mes hasta que termine la huelga");
        says(&spanish, "Quién ve qué");
        assert_eq!(spanish.value_of("language"), "es");
        let asked = visit.get(&format!("{GIVE}?lang=es")).await.is(200);
        assert!(asked.header("set-cookie").is_some_and(|cookie| cookie.contains("lang=es")), "the switch keeps the choice");
        let switched = visit.give(GIVE, &whole(&[("lang", "es"), ("amount", "other"), ("amount_other", "12,5x")])).await.is(200);
        says(&switched, "<h1>Donar a general</h1>");
        for (_, canary) in CANARIES {
            says(&switched, canary);
        }
        says(&switched, "12,5x");
        never_says(&switched, "<title>Error");
        assert_eq!(switched.value_of("attempt"), ATTEMPT);
        let checkout = visit.give(GIVE, &whole(&[("language", "es"), ("amount", "other"), ("amount_other", "1.234,50")])).await.is(303).next();
        visit.get(&checkout).await.is(200).says("<html lang=\"es\">").says("$1,234.50").says("Una sola vez").never_says("Practice checkout");
        assert_eq!(donor(books, newest(books).await).await.language.as_str(), "es");
    }

    async fn numbers_are_read_as_the_reader_writes_them_and_asked_back_where_nobody_can_tell(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let send = async |amount: &str, language: &str, attempt: &str| {
            visit.give(GIVE, &whole(&[("amount_other", amount), ("language", language), ("attempt", attempt)])).await
        };
        for (n, (amount, language)) in [("1,234.50", "en"), ("1.234,50", "es"), ("1,234.50", "es"), ("12,50", "es"), ("1250", "en")].into_iter().enumerate() {
            send(amount, language, &format!("attempt-of-amount-{n}")).await.is(303);
        }
        send("1.234,50", "en", ATTEMPT).await.is(422).says("Write cents with a point: 1.50.");
        send("1,234", "en", ATTEMPT).await.is(422).says("Is that 1234, or 1.23? Write it without a mark for thousands, like 1234.");
        send("1.234", "es", ATTEMPT).await.is(422).says("¿Quiere decir 1234 o 1.23?");
        for amount in ["0", "-1", "0.001", "1e18", "i64::MAX", "9223372036854775807", "１２", "NaN", "4.99", "5000.01", "1,2,3", "٣"] {
            for language in ["en", "es"] {
                send(amount, language, ATTEMPT).await.is(422);
            }
        }
    }

    async fn a_field_twice_or_one_too_many_is_refused(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        for more in [("email", "second@donors.example"), ("amount", "50"), ("cover", "yes"), ("fund", "other")] {
            let mut form = whole(&[]);
            form.push(more);
            visit.give(GIVE, &form).await.is(422).never_says("canary.mail");
        }
        let none: i64 = run!(&mut books.db.begin_read().await.unwrap(), fetch_one, sqlx::query_scalar("SELECT COUNT(*) FROM donation")).unwrap();
        assert_eq!(none, 0);
    }

    async fn a_wish_is_asked_for_only_where_there_is_a_choice(books: &Books) {
        let fund = books.general_fund().await;
        let visit = Visit::of(books);
        visit.get(GIVE).await.is(200).never_says("name=\"leftover\"").never_says("/charter/");
        charter(books, fund, "Water for All | they feed the town").await;
        visit.get(GIVE).await.is(200).never_says("name=\"leftover\"").says("goes to Water for All, as the charter says").says("/f/general/charter/");
        charter(books, fund, "Water for All | they feed the town\nLegal Aid | they know the law").await;
        visit.get(GIVE).await.is(200).says("<option value=\"Legal Aid\">Legal Aid</option>").says("goes to Water for All, Legal Aid");
    }

    async fn a_paused_fund_says_since_when_why_and_who_can_use_a_gift_today(books: &Books) {
        let fund = books.general_fund().await;
        charter(books, fund, "Water for All | they feed the town | https://water.example").await;
        let visit = Visit::of(books);
        let now = books.now();
        moved(books, fund, State::Paused, "The bank asks questions.", now).await;
        let page = visit.get(GIVE).await.is(200).says("Since 14 Nov 2026. Why: The bank asks questions.").never_says("<form");
        says(&page, "<a href=\"https://water.example\" rel=\"noreferrer\">Water for All</a>: they feed the town");
        visit.get(&format!("{GIVE}?lang=es")).await.is(200).says("Por ahora no se reciben donaciones").says("Estos grupos pueden usar su donación hoy");
        moved(books, fund, State::WindingDown, "", now).await;
        visit.get(GIVE).await.is(200).says("This fund no longer takes gifts").never_says("Water for All").says("/f/general/charter/");
    }

    /// By what was published alone: the cap may not tell of a gift that waits for the next publication.
    async fn a_fund_that_received_its_cap_names_who_can_use_a_gift_instead_of_taking_it(books: &Books) {
        let treasury = Treasury::holding(books, 0).await;
        charter(books, treasury.fund, "Water for All | they feed the town | https://water.example").await;
        let visit = Visit::of(books);
        let keeper = Staff::signed_in(&visit, books, &[Role::Administrator]).await;
        let path = "/treasury/general/settings/goal";
        let operation = keeper.get(path).await.is(200).says("Cap").value_of("operation");
        let named = |cap: &'static str| [("goal", "100"), ("cap", cap), ("operation", &*operation)];
        for wrong in ["99.99", "much", "-1"] {
            keeper.submit(path, &named(wrong)).await.is(422).says("Enter a sum that is not below the goal").says(wrong);
        }
        keeper.submit(path, &named("120")).await.is(303);
        keeper.get("/treasury/general/settings").await.is(200).says("$120.00");
        let form = [("amount", "25"), ("email", "ana@example.org"), ("attempt", ATTEMPT)];
        let gifts = async |count: usize| {
            for _ in 0..count {
                give(&treasury, treasury.fund, Way::Online, 2_000).await;
            }
        };
        gifts(5).await;
        publish(books, treasury.fund, books.now()).await.unwrap();
        visit.get("/f/general/").await.is(200).says("Takes at most").says("$120.00").says("/give");
        gifts(4).await;
        visit.get(GIVE).await.is(200).says("<form");
        gifts(1).await;
        visit.get(GIVE).await.is(200).says("<form").never_says("what it needs");
        publish(books, treasury.fund, books.now().plus_secs(DAY)).await.unwrap();
        let page = visit.get(GIVE).await.is(200).says("The fund has what it needs for now").never_says("<form");
        says(&page, "It takes no more than $120.00, and by the publication of 15 Nov 2026 that was received.");
        says(&page, "<a href=\"https://water.example\" rel=\"noreferrer\">Water for All</a>: they feed the town");
        visit.get(&format!("{GIVE}?lang=es")).await.is(200).says("El fondo tiene lo que necesita por ahora").never_says("<form").says("Water for All");
        visit.give(GIVE, &form).await.is(409).says("Water for All");
        for face in ["/f/general/", "/embed/general"] {
            visit.get(face).await.is(200).says("The fund has what it needs for now.").never_says(">Give<");
        }
        // With a higher cap it takes gifts again from the next publication on.
        let operation = keeper.get(path).await.is(200).value_of("operation");
        keeper.submit(path, &[("goal", "100"), ("cap", "1000"), ("operation", &operation)]).await.is(303);
        visit.give(GIVE, &form).await.is(409);
        gifts(5).await;
        publish(books, treasury.fund, books.now().plus_secs(2 * DAY)).await.unwrap();
        visit.get(GIVE).await.is(200).says("<form");
        assert_eq!(verified(books).await, None);
        let folder = stranger::tree(books).await;
        stranger::checked(books, folder.path(), None).await.unwrap();
    }

    async fn a_form_and_its_payment_page_are_right_in_every_kind_of_currency(books: &Books) {
        let visit = Visit::of(books);
        visit.practice.webhook_by_hand(SECRET);
        for (slug, code, presets, fee, typed, shown) in [
            ("yen", "jpy", "¥1,000", "¥61", "1,234", "¥1,234"),
            ("dinar", "kwd", "KWD 10", "KWD 0.610", "12.34", "KWD 12.340"),
            ("krona", "isk", "ISK 10", "ISK 2", "1250", "ISK 1,250"),
        ] {
            let new = NewFund::parse(slug, slug, code, "America/Los_Angeles").unwrap();
            let now = books.now();
            let made: Result<FundId, SetUpError> = transact!(books.db, tx => funds::set_up(tx, &new, &books.entropy, now).await);
            made.unwrap();
            let path = format!("/f/{slug}/give");
            visit.get(&path).await.is(200).says(presets).says(fee);
            let attempt = format!("attempt-in-currency-{code}");
            let checkout = visit.give(&path, &whole(&[("amount", "other"), ("amount_other", typed), ("attempt", &attempt)])).await.is(303).next();
            visit.get(&checkout).await.is(200).says(shown);
            let thanks = choose(&visit, &checkout, &[("outcome", "pay_available_at_once")]).await.is(303).next();
            settle(&visit, books, 5).await;
            let arrived = visit.get(&thanks).await.is(200).says("Your gift arrived").says(shown);
            let gift = format!("/gift/{}", arrived.text().split("href=\"/gift/").nth(1).unwrap().split('"').next().unwrap());
            visit.get(&format!("{gift}/receipt")).await.is(200).says(shown).says("Visa ending 4242");
            let minor = Money::parse_written(typed, code.parse().unwrap(), Marks::Point).unwrap().minor;
            let booked: i64 = run!(&mut books.db.begin_read().await.unwrap(), fetch_one, sqlx::query_scalar(
                "SELECT p.amount_minor FROM posting p JOIN account a ON a.id = p.account_id JOIN fund f ON f.id = p.fund_id
                  WHERE a.path = 'income:donations:online' AND f.slug = $1").bind(slug)).unwrap();
            assert_eq!(booked, -minor, "{code}");
            let too_fine = visit.give(&path, &whole(&[("amount_other", "9000.5555"), ("attempt", &attempt)])).await.is(422);
            says(&too_fine, "decimals");
        }
    }

    async fn one_person_changes_what_the_form_offers(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let ana = Staff::signed_in(&visit, books, &[Role::Administrator]).await;
        let path = "/treasury/general/settings/giving";
        let operation = ana.get(path).await.is(200).says("10 25 50 100 250").says("2.90").value_of("operation");
        let mut sent = vec![
            ("amounts", "5 15 400"), ("chosen", ""), ("smallest", "5"), ("largest", "500"), ("rate", "1.5"), ("fixed", "0.25"), ("refund_days", "14"),
            ("tax_en", "Deductible."), ("tax_es", "Deducible."), ("keep_days", "90"), ("operation", &*operation),
        ];
        assert_eq!(ana.submit(path, &sent).await.is(303).next(), "/treasury/general/settings?done=giving");
        visit.get(GIVE).await.is(200).says("value=\"400\"").says("$5.00 to $500.00").says("within 14 days").says("Deductible.").never_says("value=\"25\"");
        visit.get(&format!("{GIVE}?lang=es")).await.is(200).says("Deducible.").says("durante 14 días");
        ana.submit(path, &[("amounts", "5"), ("operation", &operation)]).await.is(422).says("Enter a percentage");
        let operation = ana.get(path).await.is(200).value_of("operation");
        sent.retain(|(name, _)| !["amounts", "operation"].contains(name));
        sent.extend([("amounts", "5 1000"), ("operation", &*operation)]);
        ana.submit(path, &sent).await.is(422).says("within the bounds").says("5 1000");
        Staff::signed_in(&visit, books, &[Role::Recorder]).await.get(path).await.is(404);
    }

    async fn a_name_is_shown_only_after_a_person_looked_at_it_without_its_gift(books: &Books) {
        let fund = books.general_fund().await;
        let visit = Visit::of(books);
        visit.practice.webhook_by_hand(SECRET);
        let checkout = visit.give(GIVE, &whole(&[("amount", "100")])).await.is(303).next();
        let ana = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        let path = "/treasury/general/gifts/names";
        ana.get(path).await.is(200).says("No name waits");
        choose(&visit, &checkout, &[("outcome", "pay_available_at_once")]).await.is(303);
        settle(&visit, books, 30).await;
        let gift = donations::find(&mut books.db.begin_read().await.unwrap(), newest(books).await).await.unwrap().unwrap();
        let page = ana.get(path).await.is(200).says(CANARIES[2].1);
        for hidden in [CANARIES[0].1, CANARIES[1].1, CANARIES[3].1, &gift.number, "100.00"] {
            never_says(&page, hidden);
        }
        let names = async || {
            let keys = Keyring::from_master(&MASTER);
            donations::shown_names(&mut books.db.begin_read().await.unwrap(), &keys, fund).await.unwrap()
        };
        assert!(names().await.is_empty(), "nothing is shown before");
        let which = page.value_of("which");
        let operation = page.value_of("operation");
        ana.submit(path, &[("which", &which), ("refuse", "1"), ("operation", &operation)]).await.is(422).says("Say why");
        let operation = ana.get(path).await.is(200).value_of("operation");
        ana.submit(path, &[("which", &which), ("operation", &operation)]).await.is(303);
        assert_eq!(names().await, [CANARIES[2].1]);
        ana.get(path).await.is(200).says("No name waits");
        let letters: Vec<(String, String)> =
            run!(&mut books.db.begin_read().await.unwrap(), fetch_all, sqlx::query_as("SELECT kind, subject FROM letter")).unwrap();
        assert!(letters.contains(&("name checked".to_owned(), format!("About your gift {}", gift.number))), "{letters:?}");
        Staff::signed_in(&visit, books, &[Role::Administrator]).await.get(path).await.is(404);
    }

    async fn nothing_a_donor_wrote_stands_in_the_clear_anywhere(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        visit.practice.webhook_by_hand(SECRET);
        let checkout = visit.give(GIVE, &whole(&[("amount", "100"), ("interval", "once"), ("cover_fee", "yes")])).await.is(303).next();
        choose(&visit, &checkout, &[("outcome", "pay_available_at_once")]).await.is(303);
        settle(&visit, books, 30).await;
        books.clock.advance(Duration::from_mins(1));
        // What a form that came back said is of nobody's business either.
        visit.give(GIVE, &whole(&[("amount", "1")])).await.is(422);
        let gift = donations::find(&mut books.db.begin_read().await.unwrap(), newest(books).await).await.unwrap().unwrap();
        let auditor = Staff::signed_in(&visit, books, &[Role::Auditor]).await;
        let number = format!("/treasury/gifts/{}", gift.number);
        for path in [&*number, "/treasury/general/gifts", "/treasury/audit", "/treasury/mail", "/treasury/books"] {
            let page = auditor.get(path).await;
            for (_, canary) in CANARIES {
                never_says(&page, canary);
            }
        }
        for path in ["/f/general/", "/", "/f/general/give", &checkout] {
            let page = visit.get(path).await;
            for (_, canary) in CANARIES {
                never_says(&page, canary);
            }
        }
        let Some(folder) = books.directory() else { return };
        let mut looked_at = 0;
        for file in std::fs::read_dir(folder).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            looked_at += bytes.len();
            for (field, canary) in CANARIES {
                assert!(!bytes.windows(canary.len()).any(|some| some.eq_ignore_ascii_case(canary.as_bytes())), "{field} lies open in the database");
            }
        }
        assert!(looked_at > 100_000, "the database and its log were read");
    }
}
