//! A gift's own page and what donors are written: each fact once, to whom it belongs, whatever is told twice or in no order.

use std::sync::Arc;
use std::time::Duration;

use strikefund::config::SmtpServer;
use strikefund::mail::{self, Post};
use strikefund::payments::sync::Run;
use strikefund::people::Role;
use strikefund::publication::receipt::Receipt;
use strikefund::seal::Keyring;
use strikefund::{funds, run, transact};

use super::checkout::{books_like, choose, jobs, settle, site};
use super::refunds::approve;
use super::staff::Staff;
use super::{MASTER, Visit};
use crate::support::smtp::{MailServer, Manner};
use crate::support::{Books, on_both_databases};

const GIVE: &str = "/f/general/give";

/// Gives so many dollars up to Stripe's page, and plays this outcome there; where the donor goes then.
pub(super) async fn give(visit: &Visit, email: &str, dollars: &str, choice: &[(&str, &str)]) -> String {
    let attempt = format!("attempt-of-{dollars}-{}", email.replace(['@', '.'], "-"));
    let form = [("amount_other", dollars), ("email", email), ("name", "Ana Canary"), ("attempt", &*attempt)];
    let checkout = visit.give(GIVE, &form).await.is(303).next();
    choose(visit, &checkout, choice).await.is(303).next()
}

/// The page of a gift that arrived, as its page of thanks leads there.
async fn page_of(visit: &Visit, thanks: &str) -> String {
    let page = visit.get(thanks).await.is(200).says("Your gift arrived");
    let code = page.text().split("href=\"/gift/").nth(1).expect("thanks leads to the gift's page").split('"').next().unwrap().to_owned();
    format!("/gift/{code}")
}

/// A gift of Ana's that is in the books: its page.
pub(super) async fn arrived(visit: &Visit, books: &Books, dollars: &str, choice: &[(&str, &str)]) -> String {
    let thanks = give(visit, "ana@example.org", dollars, choice).await;
    settle(visit, books, 5).await;
    page_of(visit, &thanks).await
}

/// Every mail that waits, sent to a server of our own, each with its recipient on top and its text as people read it.
pub(super) async fn mails(books: &Books) -> Vec<String> {
    let server = MailServer::start(Manner::Takes).await;
    let at = SmtpServer::parse(&format!("smtp://user:pass@127.0.0.1:{}", server.port)).unwrap();
    let post = Post::new(Some(&at), "noreply@fund.example.org", Arc::new(Keyring::from_master(&MASTER))).unwrap();
    while mail::deliver(&post, &books.db, &books.clock).await.unwrap().sent > 0 {}
    server.mails().iter().map(|mail| plain(mail)).collect()
}

/// A mail without the wrapping of its way: quoted-printable undone.
fn plain(mail: &str) -> String {
    let joined = mail.replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut rest = joined.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|two| std::str::from_utf8(two).ok()).and_then(|two| u8::from_str_radix(two, 16).ok());
        let coded = code.filter(|_| *first == b'=');
        bytes.push(coded.unwrap_or(*first));
        rest = if coded.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).unwrap()
}

/// The subjects of mails, sorted, with gift numbers left out.
fn subjects(mails: &[String]) -> Vec<String> {
    let subject = |mail: &String| mail.lines().find_map(|line| line.strip_prefix("Subject: ")).unwrap().to_owned();
    let mut all: Vec<String> = mails.iter().map(subject).map(|subject| subject.rsplit_once(' ').unwrap().0.to_owned()).collect();
    all.sort_unstable();
    all
}

async fn causes(books: &Books) -> Vec<String> {
    let tx = &mut books.db.begin_read().await.unwrap();
    run!(tx, fetch_all, sqlx::query_scalar("SELECT kind FROM letter ORDER BY id")).unwrap()
}

pub(super) async fn publish(books: &Books) -> Option<i64> {
    let fund = funds::find_by_slug(&mut books.db.begin_read().await.unwrap(), "general").await.unwrap().unwrap();
    crate::publication::publish(books, fund.id, books.now()).await.unwrap()
}

on_both_databases! {
    /// Whoever is shown the page learns no name and no other gift, whoever guesses finds nothing, no search engine is led there (L8).
    async fn a_gifts_page_opens_to_its_code_alone_and_names_nobody(books: &Books) {
        let visit = site(books).await;
        let page = arrived(&visit, books, "25", &[("outcome", "pay")]).await;
        let other = arrived(&visit, books, "77", &[("outcome", "pay")]).await;
        let code = page.strip_prefix("/gift/").unwrap();
        assert!(code.len() * 5 >= 128, "{code}");
        for place in 0..code.len() {
            let mut guess: Vec<u8> = code.bytes().collect();
            guess[place] = if guess[place] == b'a' { b'b' } else { b'a' };
            visit.get(&format!("/gift/{}", String::from_utf8(guess).unwrap())).await.is(404).never_says("$25.00");
        }
        let stranger = Visit::of(books);
        let shown = stranger.get(&page).await.is(200).says("Confirmed").says("Waits for the next publication").says("$25.00").says("$23.97");
        let shown = shown.never_says("ana@example.org").says("a•••@e•••.org").never_says("$77.00").never_says(other.strip_prefix("/gift/").unwrap());
        for (name, value) in [("cache-control", "no-store"), ("x-robots-tag", "noindex, nofollow"), ("referrer-policy", "same-origin")] {
            assert_eq!(shown.header(name), Some(value));
        }
        let printed = stranger.get(&format!("{page}/receipt")).await.is(200).says("Ana Canary").says("ask for your link at https://fund.example.org/gift");
        assert_eq!(printed.text().matches(code).count(), 1, "only the way back, which is not printed");
        stranger.get(&format!("{page}?lang=es")).await.is(200).says("Confirmada").says("Total pagado").says("lang=\"es\"");
        stranger.get("/robots.txt").await.is(200).says("Disallow: /gift/");
        stranger.get("/sitemap.xml").await.never_says("gift/");
        // The code itself stands nowhere: only its hash does.
        let tx = &mut books.db.begin_read().await.unwrap();
        let kept: i64 = run!(tx, fetch_one, sqlx::query_scalar("SELECT COUNT(*) FROM donation WHERE gift_hash = $1").bind(code)).unwrap();
        assert_eq!(kept, 0);
    }

    async fn a_receipt_is_sent_once_and_says_what_the_page_says(books: &Books) {
        let visit = site(books).await;
        mails(books).await;
        let page = arrived(&visit, books, "25", &[("outcome", "pay"), ("events", "twice")]).await;
        settle(&visit, books, 30).await;
        jobs(&visit, books).round(Run::Night).await.unwrap();
        let sent = mails(books).await;
        assert_eq!(subjects(&sent), ["Your receipt"]);
        let mail = &sent[0];
        assert!(mail.contains("To: ana@example.org") && mail.contains(&format!("https://fund.example.org{page}")), "{mail}");
        let (facts, shown) = (["$25.00", "−$1.03", "$23.97", "Ana Canary", "14 Nov 2026", "Gifts are not tax-deductible."], visit.get(&page).await);
        for fact in facts {
            assert!(mail.matches(fact).count() >= 2, "text and page of the mail say {fact}: {mail}");
            assert!(shown.text().contains(fact), "{fact}");
        }
        let head = mail.split("\r\n\r\n").next().unwrap();
        assert!(!head.contains("Canary") && !head.contains("25.00") && !head.to_lowercase().contains("strike"), "{head}");
        // The same facts in the same order, in both faces of the mail and on the page.
        let order = [
            "Received by", "general", "From", "Paid", "14 Nov 2026", "Receipt of", "Kind of payment", "How often", "One time", "Gift", "$25.00",
            "Total paid", "$25.00", "Processing fee", "−$1.03", "Reaches the fund", "$23.97", "Gifts are not tax-deductible.",
            "You received no goods or services", "Refunds: within 30 days", "Leftover money", "After the next publication",
        ];
        let (text, html) = mail.split_once("text/html").unwrap();
        for face in [text, html, shown.text()] {
            let mut rest = face.split_once("Receipt").unwrap().1;
            for fact in order {
                rest = rest.split_once(fact).unwrap_or_else(|| panic!("{fact} is not where it belongs in {face}")).1;
            }
        }
    }

    async fn refunds_and_disputes_change_the_page_and_are_told_once(books: &Books) {
        for (choice, state, told, amounts) in [
            (&[("outcome", "pay"), ("afterwards", "refund"), ("events", "twice")][..], "Refunded", &["Your receipt", "Your refund"][..], "What remains"),
            (&[("outcome", "pay"), ("afterwards", "dispute_lost"), ("events", "out_of_order")], "Taken back by your bank", &["About your gift", "Your receipt"], "$23.97"),
            (&[("outcome", "pay"), ("afterwards", "dispute_won")], "Confirmed", &["About your gift", "Your receipt"], "$23.97"),
            (&[("outcome", "pay"), ("afterwards", "inquiry")], "In dispute", &["Your receipt"], "$23.97"),
        ] {
            let fresh = books_like(books).await;
            let books = &fresh;
            let visit = site(books).await;
            mails(books).await;
            let page = arrived(&visit, books, "25", choice).await;
            settle(&visit, books, 90).await;
            visit.get(&page).await.is(200).says(state).says(amounts);
            assert_eq!(subjects(&mails(books).await), told, "{state}");
            fresh.close().await;
        }
    }

    async fn a_part_that_goes_back_is_struck_in_the_receipt_and_a_refund_that_fails_is_told(books: &Books) {
        let visit = site(books).await;
        let page = arrived(&visit, books, "25", &[("outcome", "pay_refund_fails")]).await;
        mails(books).await;
        let (ana, ben) = (Staff::signed_in(&visit, books, &[Role::Recorder, Role::Approver]).await, Staff::signed_in(&visit, books, &[Role::Approver]).await);
        let number = visit.get(&page).await.text().split("Your gift ").nth(1).unwrap().split('<').next().unwrap().to_owned();
        let ask = format!("/treasury/gifts/{number}/refund");
        let operation = ana.get(&ask).await.is(200).value_of("operation");
        let refund = ana.submit(&ask, &[("operation", &operation), ("amount", "10"), ("reason", "asked")]).await.is(303).next();
        approve(&ben, refund.split('?').next().unwrap()).await.is(303);
        settle(&visit, books, 5).await;
        settle(&visit, books, 5).await;
        let back = visit.get(&page).await.is(200).says("Partly refunded").says("<s>Total paid (refunded in part)</s>").says("−$10.00").says("$15.00");
        back.says("Refunded on 14 Nov 2026");
        let told = mails(books).await;
        assert_eq!(subjects(&told), ["Your refund"]);
        assert!(told[0].contains("$10.00 of your gift"), "{}", told[0]);
        settle(&visit, books, 4 * 24 * 3600).await;
        settle(&visit, books, 5).await;
        let told = mails(books).await;
        assert_eq!(subjects(&told), ["Your refund"]);
        assert!(told[0].contains("did not reach you"), "{}", told[0]);
        visit.get(&page).await.is(200).says("Confirmed").never_says("<s>");
    }

    async fn the_receipt_of_a_bank_debit_waits_for_its_success_and_a_failure_is_told(books: &Books) {
        let visit = site(books).await;
        mails(books).await;
        give(&visit, "ana@example.org", "25", &[("outcome", "bank_debit_settles")]).await;
        let fails = give(&visit, "eve@example.org", "26", &[("outcome", "bank_debit_fails")]).await;
        settle(&visit, books, 3600).await;
        assert_eq!(causes(books).await.iter().filter(|kind| *kind == "payment failed").count(), 0);
        assert!(mails(books).await.is_empty(), "nothing is said before the bank answers");
        settle(&visit, books, 4 * 24 * 3600).await;
        let told = mails(books).await;
        assert_eq!(subjects(&told), ["About your gift"]);
        assert!(told[0].contains("To: eve@example.org") && told[0].contains("Nothing is owed"), "{}", told[0]);
        settle(&visit, books, 2 * 24 * 3600).await;
        settle(&visit, books, 60).await;
        let told = mails(books).await;
        assert_eq!(subjects(&told), ["Your receipt"]);
        assert!(told[0].contains("To: ana@example.org"), "{}", told[0]);
        visit.get(&fails).await.is(410);
    }

    async fn a_donor_asks_for_the_money_back_and_treasurers_say_no_or_give_it(books: &Books) {
        let visit = site(books).await;
        let page = arrived(&visit, books, "25", &[("outcome", "pay_available_at_once")]).await;
        mails(books).await;
        let ask = format!("{page}/refund");
        visit.submit(&ask, &[("detail", "x")]).await.is(422).says("Choose a reason.");
        visit.submit(&ask, &[("reason", "mind"), ("detail", &"x".repeat(281))]).await.is(422).says("280 letters or fewer");
        visit.submit(&ask, &[("reason", "twice"), ("detail", "CANARY words")]).await.is(303);
        visit.submit(&ask, &[("reason", "mind")]).await.is(303);
        visit.get(&format!("{page}?done=asked")).await.is(200).says("A treasurer answers within 3 days.").says("You asked for the money back on 14 Nov 2026");
        let treasurer = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        treasurer.get("/treasury").await.is(200).says("Donors who ask for their money back");
        let list = treasurer.get("/treasury/refunds").await.is(200).says("I gave twice by mistake").never_says("CANARY");
        let gift = list.text().split("href=\"/treasury/gifts/").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let at = format!("/treasury/gifts/{gift}");
        treasurer.get(&at).await.is(200).says("CANARY words").never_says("ana@example.org").never_says("Ana Canary");
        treasurer.submit(&format!("{at}/request"), &[]).await.is(303);
        let told = mails(books).await;
        assert_eq!(subjects(&told), ["About your gift"]);
        assert!(told[0].contains("it will not be given back") && !told[0].contains("CANARY"), "{}", told[0]);
        visit.get(&page).await.is(200).says("It was answered on 14 Nov 2026");
        // Asked once more, and given: the refund is the answer.
        visit.submit(&ask, &[("reason", "stranger")]).await.is(303);
        let operation = treasurer.get(&format!("{at}/refund")).await.is(200).value_of("operation");
        treasurer.submit(&format!("{at}/refund"), &[("operation", &operation), ("amount", "25"), ("reason", "asked")]).await.is(303);
        treasurer.get("/treasury/refunds").await.is(200).says("Nobody asks for money back.");
        visit.get(&ask).await.is(404);
        let tx = &mut books.db.begin_read().await.unwrap();
        let sealed: Vec<Vec<u8>> = run!(tx, fetch_all, sqlx::query_scalar("SELECT detail FROM refund_request WHERE detail IS NOT NULL")).unwrap();
        assert!(sealed.len() == 1 && !String::from_utf8_lossy(&sealed[0]).contains("CANARY"));
    }

    async fn nothing_can_be_asked_back_once_the_window_is_over(books: &Books) {
        let visit = site(books).await;
        let page = arrived(&visit, books, "25", &[("outcome", "pay")]).await;
        visit.get(&format!("{page}/refund")).await.is(200);
        books.clock.advance(Duration::from_hours(31 * 24));
        visit.get(&format!("{page}/refund")).await.is(404);
        visit.submit(&format!("{page}/refund"), &[("reason", "mind")]).await.is(404);
        visit.get(&page).await.is(200).says("The refund window ended on 14 Dec 2026.");
    }

    async fn a_donor_changes_the_listing_and_is_told(books: &Books) {
        let visit = site(books).await;
        let page = arrived(&visit, books, "25", &[("outcome", "pay")]).await;
        mails(books).await;
        let name = format!("{page}/name");
        visit.get(&page).await.is(200).says("Not named.");
        visit.submit(&name, &[]).await.is(422).says("Choose one.");
        visit.submit(&name, &[("listing", "show"), ("public_name", "")]).await.is(422).says("Enter the name to show");
        visit.submit(&name, &[("listing", "show"), ("public_name", "A <b>baker")]).await.is(303);
        visit.submit(&name, &[("listing", "show"), ("public_name", "A <b>baker")]).await.is(303);
        visit.get(&page).await.is(200).says("waits for a check by a person").never_says("<b>baker");
        assert_eq!(subjects(&mails(books).await), ["About your gift"], "the same again changes nothing");
        visit.submit(&name, &[("listing", "no")]).await.is(303);
        let told = mails(books).await;
        assert!(told.len() == 1 && told[0].contains("No name of yours is shown"), "{told:?}");
        visit.get(&page).await.is(200).says("Not named.");
    }

    async fn deleted_details_leave_the_totals_the_page_and_a_good_proof(books: &Books) {
        let visit = site(books).await;
        let page = arrived(&visit, books, "25", &[("outcome", "pay")]).await;
        for (dollars, email) in [("26", "b@example.org"), ("27", "c@example.org"), ("28", "d@example.org"), ("29", "e@example.org")] {
            give(&visit, email, dollars, &[("outcome", "pay")]).await;
        }
        settle(&visit, books, 5).await;
        visit.get(&page).await.is(200).says("Ready after the next publication.").never_says("What the fund has published");
        visit.get(&format!("{page}/proof.txt")).await.is(404);
        assert_eq!(publish(books).await, Some(1));
        let shown = visit.get(&page).await.is(200).says("Counted in publication 1").says("Download the proof");
        shown.says("What the fund has published").says("$235.00").says("Publication 1").says("href=\"/f/general/spending/\"");
        let proof = visit.get(&format!("{page}/proof.txt")).await.is(200);
        assert_eq!(proof.header("cache-control"), Some("no-store"));
        let total = visit.get("/f/general/figures.json").await.is(200).text().to_owned();
        mails(books).await;

        visit.get(&format!("{page}/delete")).await.is(200).says("Save your receipt and your proof first");
        visit.get(&page).await.is(200).says("Ana Canary");
        visit.submit(&format!("{page}/delete"), &[]).await.is(303);
        visit.submit(&format!("{page}/delete"), &[]).await.is(303);
        let told = mails(books).await;
        assert_eq!(subjects(&told), ["About your gift"]);
        assert!(told[0].contains("To: ana@example.org") && told[0].contains("we deleted your details"), "{}", told[0]);
        let after = visit.get(&page).await.is(200).says("Personal details were deleted on 14 Nov 2026").says("$25.00").says("Confirmed");
        after.never_says("Ana Canary").never_says("a•••@").never_says("Change the public name");
        visit.submit(&format!("{page}/receipt"), &[]).await.is(303);
        assert!(mails(books).await.is_empty(), "nobody is left to write to");
        assert_eq!(visit.get("/f/general/figures.json").await.is(200).text(), total);
        let saved = Receipt::read(proof.text()).unwrap();
        let key = saved.key.parse().unwrap();
        assert_eq!(saved.check(&[key]).unwrap().amount.minor, 2500);
    }

    async fn a_receipt_goes_again_three_times_a_day_and_to_its_own_address(books: &Books) {
        let visit = site(books).await;
        let page = arrived(&visit, books, "25", &[("outcome", "pay")]).await;
        mails(books).await;
        for done in ["sent", "sent", "sent", "not-sent"] {
            let next = visit.submit(&format!("{page}/receipt"), &[]).await.is(303).next();
            assert!(next.ends_with(&format!("done={done}")), "{next}");
        }
        let again = mails(books).await;
        assert!(again.len() == 3 && again.iter().all(|mail| mail.contains("To: ana@example.org")), "{again:?}");
        visit.submit(&format!("{page}/receipt"), &[("email", "eve@example.org")]).await.is(422);
        books.clock.advance(Duration::from_hours(24));
        assert!(visit.submit(&format!("{page}/receipt"), &[]).await.is(303).next().ends_with("done=sent"));
    }

    async fn lost_links_are_answered_the_same_and_sent_to_their_owner_alone(books: &Books) {
        let visit = site(books).await;
        let pages = [arrived(&visit, books, "25", &[("outcome", "pay")]).await, arrived(&visit, books, "26", &[("outcome", "pay")]).await];
        give(&visit, "eve@example.org", "27", &[("outcome", "pay")]).await;
        settle(&visit, books, 5).await;
        mails(books).await;
        let known = visit.submit("/gift", &[("email", " ANA@example.org")]).await.is(200).says("If we hold gifts from that address");
        let unknown = visit.submit("/gift", &[("email", "nobody@example.org")]).await.is(200);
        assert_eq!(known.text(), unknown.text());
        visit.submit("/gift", &[("email", "nobody")]).await.is(422).says("That address looks unfinished.");
        jobs(&visit, books).tell().await.unwrap();
        let sent = mails(books).await;
        assert_eq!(sent.len(), 1);
        assert!(sent[0].contains("To: ana@example.org") && sent[0].contains("Subject: Your links"), "{}", sent[0]);
        for page in &pages {
            assert!(sent[0].contains(&format!("https://fund.example.org{page}")), "{}", sent[0]);
        }
        visit.submit("/gift", &[("email", "ana@example.org")]).await.is(200);
        jobs(&visit, books).tell().await.unwrap();
        assert!(mails(books).await.is_empty(), "once an hour");
        let tx = &mut books.db.begin_read().await.unwrap();
        let left: i64 = run!(tx, fetch_one, sqlx::query_scalar("SELECT COUNT(*) FROM lost_link")).unwrap();
        assert_eq!(left, 0, "no question is kept once it was looked at");
    }

    async fn gifts_of_before_get_their_pages_at_the_next_round(books: &Books) {
        let visit = site(books).await;
        let page = arrived(&visit, books, "25", &[("outcome", "pay")]).await;
        let forgotten: sqlx::Result<u64> =
            transact!(books.db, tx => run!(tx, execute, sqlx::query("UPDATE donation SET gift_hash = NULL")));
        assert!(forgotten.unwrap() > 1);
        visit.get(&page).await.is(404);
        settle(&visit, books, 5).await;
        visit.get(&page).await.is(200);
    }
}
