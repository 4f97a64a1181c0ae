//! Who is told what by mail: invitations, changed factors, resets, payees, emergencies, alerts, what waits, a forgotten password. Through the real
//! pages and the real outbox, to a mail server of our own.

use std::sync::Arc;
use std::time::Duration;

use strikefund::approvals::{self, NewProposal, Proposal, Refusal, Subject, Verdict};
use strikefund::config::SmtpServer;
use strikefund::funds;
use strikefund::ids::{FundId, PersonId};
use strikefund::jobs::Jobs;
use strikefund::mail::Post;
use strikefund::payments::alert::{self, AlertKind, Said};
use strikefund::people::{self as staff, Actor, Language, Role, choose_language};
use strikefund::seal::Keyring;
use strikefund::transact;
use strikefund::web::{Parts, Site};

use super::staff::sign_in::{Browser, Joined, PASSWORD, joined};
use super::{MASTER, Visit};
use crate::support::smtp::{MailServer, Manner};
use crate::support::{Books, on_both_databases};

/// A site whose mails go to a server of our own, and the work behind it.
pub(super) struct Mailed {
    server: MailServer,
    pub(super) visit: Visit,
    pub(super) jobs: Jobs,
}

impl Mailed {
    pub(super) async fn of(books: &Books) -> Self {
        let server = MailServer::start(Manner::Takes).await;
        let address = SmtpServer::parse(&format!("smtp://127.0.0.1:{}", server.port)).unwrap();
        let post = Post::new(Some(&address), "noreply@fund.example.org", Arc::new(Keyring::from_master(&MASTER))).unwrap();
        let own = post.clone();
        let visit = Visit::to_site(books, None, move |parts| Site::new(Parts { post: own, ..parts }).at_once());
        let jobs = Jobs {
            db: books.db.clone(),
            clock: books.clock.clone(),
            entropy: books.entropy.clone(),
            files: books.files.clone(),
            post,
            keyring: Arc::clone(&visit.site.keyring),
            base_url: visit.site.base_url.clone(),
            payments: Arc::clone(&visit.payments),
            anchors: None,
            practice: true,
            endpoint: String::new(),
            node: "test".to_owned(),
        };
        Self { server, visit, jobs }
    }

    /// Everything that is written and sent now: recipient, subject, and the mail in plain letters.
    pub(super) async fn sent(&self) -> Vec<(String, String, String)> {
        let before = self.server.mails().len();
        self.jobs.tell().await.unwrap();
        self.jobs.send_mail().await;
        let plain = |mail: String| mail.replace("=\r\n", "").replace("=3D", "=");
        let recipients = self.server.recipients().split_off(before);
        let mails = self.server.mails().split_off(before);
        let told = recipients.into_iter().zip(mails.into_iter().map(plain)).map(|(to, mail)| {
            let to = to.trim_start_matches("RCPT TO:<").trim_end_matches('>').to_owned();
            let subject = mail.split("Subject: ").nth(1).unwrap().split("\r\n").next().unwrap().to_owned();
            (to, subject, mail)
        });
        told.collect()
    }

    /// Who got a mail of this subject, sorted.
    async fn readers(&self, subject: &str) -> Vec<String> {
        let mut readers: Vec<String> = self.sent().await.into_iter().filter(|(_, told, _)| told == subject).map(|(to, ..)| to).collect();
        readers.sort();
        readers
    }
}

fn sorted<const N: usize>(people: [&Joined; N]) -> Vec<String> {
    let mut emails: Vec<String> = people.into_iter().map(|person| person.email.clone()).collect();
    emails.sort();
    emails
}

async fn propose(books: &Books, author: PersonId, fund: FundId, id: &str) -> Proposal {
    let new = NewProposal {
        subject: Subject::Expense,
        subject_id: id.to_owned(),
        fund,
        amount: None,
        payee: None,
        payload: format!("number: {id}"),
        hands: Vec::new(),
        at_least: 1,
        more: 0,
    };
    let now = books.now();
    let proposed: sqlx::Result<Proposal> = transact!(books.db, tx => approvals::propose(tx, author, &new, now).await);
    proposed.unwrap()
}

on_both_databases! {
    async fn an_invitation_goes_by_mail_and_the_inviter_never_sees_its_link(books: &Books) {
        books.general_fund().await;
        let mailed = Mailed::of(books).await;
        let ana = joined(&mailed.visit, books, &[Role::Administrator]).await;
        mailed.sent().await;
        let mut anas = Browser::new(&mailed.visit);
        anas.sign_in(&ana, books.now(), "").await.is(303);
        let operation = anas.operation("/treasury/people/invite").await;
        let asked = [("name", "Eva"), ("email", "eva@example.org"), ("role", "approver"), ("language", "es"), ("operation", &*operation)];
        anas.submit("/treasury/people/invite", &asked).await.is(200).says("on its way to eva@example.org").never_says("/link/");
        let sent = mailed.sent().await;
        let [(to, _, mail)] = &*sent.iter().filter(|(to, ..)| to == "eva@example.org").collect::<Vec<_>>() else { panic!("{sent:?}") };
        assert!(mail.contains("30 minutos"), "{to}: {mail}");
        let path = format!("/link/{}", mail.split("https://fund.example.org/link/").nth(1).unwrap().split(['\r', '"']).next().unwrap());
        let mut evas = Browser::new(&mailed.visit);
        assert_eq!(evas.get(&path).await.is(303).next(), "/join");
        // A person who stands beside the other can still be handed a link.
        let reference = {
            let tx = &mut books.db.begin_read().await.unwrap();
            staff::find_by_email(tx, "eva@example.org", &Keyring::from_master(&MASTER)).await.unwrap().unwrap().reference
        };
        let page = format!("/treasury/people/{reference}");
        anas.get(&page).await.is(200).says("Show the link");
        anas.submit(&format!("{page}/link"), &[("show", "1")]).await.is(200).says("/link/");
        assert!(mailed.sent().await.is_empty(), "what is handed over is not mailed");
        anas.submit(&format!("{page}/link"), &[]).await.is(200).never_says("/link/");
        assert_eq!(mailed.sent().await.len(), 1);
    }

    async fn whoever_gets_other_factors_hears_of_it_once(books: &Books) {
        books.general_fund().await;
        let mailed = Mailed::of(books).await;
        let rosa = joined(&mailed.visit, books, &[Role::Recorder]).await;
        assert_eq!(mailed.readers("Sign-in notice").await, sorted([&rosa]), "password, authenticator and codes are one event");
        let mut rosas = Browser::new(&mailed.visit);
        rosas.sign_in(&rosa, books.now(), "").await.is(303);
        mailed.sent().await;
        rosas.submit("/me/password", &[("current", PASSWORD), ("password", "another-velvet-tulip-3")]).await.is(303);
        assert_eq!(mailed.readers("Sign-in notice").await, sorted([&rosa]));
        assert!(mailed.sent().await.is_empty(), "one act, one letter");
        rosas.submit("/me/codes", &[]).await.is(200);
        assert_eq!(mailed.readers("Sign-in notice").await, sorted([&rosa]));
    }

    async fn a_sign_in_with_a_new_browser_is_told_and_one_with_a_known_browser_is_not(books: &Books) {
        books.general_fund().await;
        let mailed = Mailed::of(books).await;
        let rosa = joined(&mailed.visit, books, &[Role::Recorder]).await;
        mailed.sent().await;
        let mut browser = Browser::new(&mailed.visit);
        browser.get("/sign-in").await.is(200);
        assert_eq!(browser.cookies.len(), 0, "whoever only looks is not marked");
        books.clock.advance(Duration::from_mins(1));
        browser.sign_in(&rosa, books.now(), "").await.is(303);
        let sent = mailed.sent().await;
        assert!(sent.len() == 1 && sent[0].2.contains("have not seen before") && sent[0].2.contains("https://fund.example.org/me"), "{sent:?}");
        browser.submit("/sign-out", &[]).await.is(303);
        books.clock.advance(Duration::from_mins(1));
        browser.sign_in(&rosa, books.now(), "").await.is(303);
        assert!(mailed.sent().await.is_empty(), "this one is known");
        // A device has the name that its owner gave it.
        books.clock.advance(Duration::from_mins(1));
        let mut other = Browser::new(&mailed.visit);
        other.submit("/sign-in", &[("email", &*rosa.email), ("password", PASSWORD)]).await.is(303);
        other.get("/sign-in/code").await.is(200).says("Name of this device");
        let code = rosa.seed.code_at(books.now());
        other.submit("/sign-in/code", &[("code", &*code), ("label", &*"x".repeat(300))]).await.is(422);
        other.submit("/sign-in/code", &[("code", &*code), ("label", "Laptop at the hall")]).await.is(303);
        browser.get("/me").await.is(200).says("Laptop at the hall: Another browser");
        assert_eq!(mailed.sent().await.len(), 1);
    }

    async fn a_reset_is_told_to_the_person_and_to_every_administrator(books: &Books) {
        books.general_fund().await;
        let mailed = Mailed::of(books).await;
        let (ana, ben) = (joined(&mailed.visit, books, &[Role::Administrator]).await, joined(&mailed.visit, books, &[Role::Administrator]).await);
        let (eve, uma) = (joined(&mailed.visit, books, &[Role::Recorder]).await, joined(&mailed.visit, books, &[Role::Approver]).await);
        mailed.sent().await;
        let mut anas = Browser::new(&mailed.visit);
        anas.sign_in(&ana, books.now(), "").await.is(303);
        mailed.sent().await;
        let reference = staff::find(&mut books.db.begin_read().await.unwrap(), eve.id).await.unwrap().unwrap().reference;
        anas.submit(&format!("/treasury/people/{reference}/reset"), &[]).await.is(303);
        let sent = mailed.sent().await;
        let mut readers: Vec<String> = sent.iter().map(|(to, ..)| to.clone()).collect();
        readers.sort();
        assert_eq!(readers, sorted([&ana, &ben, &eve]), "and nobody else, such as {}", uma.email);
        for (to, subject, mail) in &sent {
            assert_eq!(subject, "Sign-in notice");
            let way = if *to == eve.email { "https://fund.example.org/me" } else { "https://fund.example.org/treasury/people" };
            assert!(mail.contains("24 hours") && mail.contains("call it off") && mail.contains(way), "{mail}");
        }
    }

    async fn treasurers_hear_of_alerts_at_once_or_when_they_last_and_in_their_language(books: &Books) {
        books.general_fund().await;
        let mailed = Mailed::of(books).await;
        let (rosa, eva) = (joined(&mailed.visit, books, &[Role::Recorder]).await, joined(&mailed.visit, books, &[Role::Recorder]).await);
        joined(&mailed.visit, books, &[Role::Approver, Role::Administrator]).await;
        let spanish: sqlx::Result<()> = transact!(books.db, tx => choose_language(tx, eva.id, Language::Spanish).await);
        spanish.unwrap();
        mailed.sent().await;
        let raise = async |kind: AlertKind, subject: &str, said: &Said| {
            let now = books.now();
            alert::raise_alone(&books.db, kind, subject, said, now).await.unwrap();
        };
        let differs = Said::new("balance-differs").with("reported", "$1.00").with("lines", "$1.00").with("ledger", "$2.00");
        raise(AlertKind::BalanceDiffers, "USD", &differs).await;
        raise(AlertKind::DeliveryParked, "thin", &Said::new("delivery-parked").with("reason", "thin")).await;
        let sent = mailed.sent().await;
        assert_eq!(sent.len(), 2, "{sent:?}");
        let of = |person: &Joined| sent.iter().find(|(to, ..)| *to == person.email).unwrap().clone();
        let (_, subject, mail) = of(&rosa);
        assert!(subject == "The books need attention" && mail.contains("the books hold $2.00") && mail.contains("Since 2026-11-14"), "{mail}");
        assert!(of(&eva).2.contains("los libros tienen $2.00"), "{}", of(&eva).2);
        raise(AlertKind::BalanceDiffers, "USD", &differs).await;
        assert!(mailed.sent().await.is_empty(), "what stands is told once");
        books.clock.advance(Duration::from_hours(24));
        assert_eq!(mailed.sent().await.len(), 2, "what is parked for a day is told");
        alert::clear_alone(&books.db, AlertKind::BalanceDiffers, "USD", books.now()).await.unwrap();
        raise(AlertKind::BalanceDiffers, "USD", &differs).await;
        assert_eq!(mailed.sent().await.len(), 2, "what comes back is told again");
        raise(AlertKind::DisputeOpen, "du_1", &Said::new("dispute-open")).await;
        let mut subjects: Vec<String> = mailed.sent().await.into_iter().map(|(_, subject, _)| subject).collect();
        subjects.sort();
        assert_eq!(subjects, ["A payment needs an answer", "Un pago necesita respuesta"]);
    }

    async fn what_waits_is_told_once_a_day_to_whoever_it_waits_for_in_numbers_only(books: &Books) {
        let fund = books.general_fund().await;
        let mailed = Mailed::of(books).await;
        let (rosa, ben) = (joined(&mailed.visit, books, &[Role::Recorder]).await, joined(&mailed.visit, books, &[Role::Approver]).await);
        let uma = joined(&mailed.visit, books, &[Role::Approver]).await;
        mailed.sent().await;
        mailed.jobs.digest().await.unwrap();
        assert!(mailed.sent().await.is_empty(), "nothing waits, nothing is told");
        let first = propose(books, rosa.id, fund, "1").await;
        propose(books, ben.id, fund, "2").await;
        let (actor, now) = (Actor { person: uma.id, proved_at: books.now() }, books.now());
        let signed: Result<Verdict, Refusal> = transact!(books.db, tx => approvals::approve(tx, actor, first.id, &first.payload_hash, now).await);
        signed.unwrap();
        propose(books, rosa.id, fund, "3").await;
        books.clock.advance(Duration::from_hours(50));
        mailed.jobs.digest().await.unwrap();
        let mut sent = mailed.sent().await;
        sent.sort_by_key(|(to, ..)| *to != ben.email);
        assert_eq!(sent.len(), 2, "{sent:?}");
        assert_eq!((&*sent[0].0, &*sent[0].1), (&*ben.email, "One item waits for you"), "nobody approves their own");
        assert_eq!((&*sent[1].0, &*sent[1].1), (&*uma.email, "2 items wait for you"));
        assert!(sent[1].2.contains("waited for 2 days") && !sent[1].2.contains("number"), "{}", sent[1].2);
        mailed.jobs.digest().await.unwrap();
        assert!(mailed.sent().await.is_empty(), "once a day");
        books.clock.advance(Duration::from_hours(24));
        mailed.jobs.digest().await.unwrap();
        assert_eq!(mailed.sent().await.len(), 2);
    }

    async fn an_emergency_calls_for_its_second_signature_until_it_is_given(books: &Books) {
        let fund = books.general_fund().await;
        let mailed = Mailed::of(books).await;
        let rosa = joined(&mailed.visit, books, &[Role::Recorder, Role::Approver]).await;
        let (ben, uma) = (joined(&mailed.visit, books, &[Role::Approver]).await, joined(&mailed.visit, books, &[Role::Approver]).await);
        let allowed: sqlx::Result<()> = transact!(books.db, tx => funds::allow_emergency(tx, fund, true).await);
        allowed.unwrap();
        let proposal = propose(books, rosa.id, fund, "1").await;
        mailed.sent().await;
        let reason = "The picket line has no water on a Sunday, and nobody else can be reached.";
        let sign = async |who: &Joined| -> Result<Verdict, Refusal> {
            let (actor, now, seen) = (Actor { person: who.id, proved_at: books.now() }, books.now(), &proposal.payload_hash);
            if who.id == ben.id {
                return transact!(books.db, tx => approvals::approve_in_emergency(tx, actor, proposal.id, seen, reason, now).await);
            }
            transact!(books.db, tx => approvals::approve(tx, actor, proposal.id, seen, now).await)
        };
        sign(&ben).await.unwrap();
        let subject = "A second signature is needed";
        assert_eq!(mailed.readers(subject).await, sorted([&rosa, &uma]));
        for (hours, readers) in [(47, 0), (1, 1), (12, 0), (12, 1), (24, 0)] {
            books.clock.advance(Duration::from_hours(hours));
            mailed.jobs.remind().await.unwrap();
            let told = mailed.readers(subject).await;
            // Its author could not sign, so only the other approver is reminded.
            assert_eq!(told, sorted([&uma]).into_iter().take(readers).collect::<Vec<_>>(), "after {hours} hours more");
        }
        sign(&uma).await.unwrap();
        mailed.jobs.remind().await.unwrap();
        assert!(mailed.sent().await.is_empty());
    }

    async fn a_forgotten_password_is_answered_alike_and_only_a_person_is_sent_a_link(books: &Books) {
        books.general_fund().await;
        let mailed = Mailed::of(books).await;
        let rosa = joined(&mailed.visit, books, &[Role::Recorder]).await;
        mailed.sent().await;
        let mut older = Browser::new(&mailed.visit);
        older.sign_in(&rosa, books.now(), "").await.is(303);
        mailed.sent().await;
        mailed.visit.get("/sign-in").await.is(200).says("/sign-in/forgotten");
        mailed.visit.get("/sign-in/forgotten").await.is(200).says("Send the link");
        let ask = async |email: &str| mailed.visit.submit("/sign-in/forgotten", &[("email", email)]).await.is(200);
        let (known, unknown, odd) = (ask(&rosa.email).await, ask("nobody@example.org").await, ask("no address").await);
        assert!(known.body == unknown.body && known.body == odd.body, "the same words for everybody");
        let sent = mailed.sent().await;
        let [(to, subject, mail)] = &*sent else { panic!("{sent:?}") };
        assert_eq!((&**to, &**subject), (&*rosa.email, "Signing in"));
        let path = format!("/link/{}", mail.split("https://fund.example.org/link/").nth(1).unwrap().split(['\r', '"']).next().unwrap());
        ask(&rosa.email).await;
        assert!(mailed.sent().await.is_empty(), "a stranger neither voids a living link nor fills a mailbox");
        books.clock.advance(Duration::from_mins(1));
        let mut browser = Browser::new(&mailed.visit);
        for _ in 0..2 {
            // A scanner of mail may open it as often as it likes.
            browser.get(&path).await.is(303);
        }
        browser.get("/join").await.is(200).says("New password");
        let new = ("password", "another-velvet-tulip-3");
        browser.submit("/join", &[new, ("code", "")]).await.is(422);
        older.get("/treasury").await.is(200);
        browser.submit("/join", &[new, ("code", &rosa.codes[0])]).await.is(303);
        older.get("/treasury").await.is(401);
        let mut late = Browser::new(&mailed.visit);
        late.get(&path).await.is(404);
        mailed.sent().await;
        // The next one runs out after half an hour.
        ask(&rosa.email).await;
        let sent = mailed.sent().await;
        let path = format!("/link/{}", sent[0].2.split("https://fund.example.org/link/").nth(1).unwrap().split(['\r', '"']).next().unwrap());
        books.clock.advance(Duration::from_mins(30));
        late.get(&path).await.is(404);
    }

    async fn the_setup_sends_a_real_mail_and_tells_what_the_server_answered(books: &Books) {
        books.general_fund().await;
        let mailed = Mailed::of(books).await;
        let ana = joined(&mailed.visit, books, &[Role::Administrator, Role::Auditor]).await;
        let mut anas = Browser::new(&mailed.visit);
        anas.sign_in(&ana, books.now(), "").await.is(303);
        mailed.sent().await;
        let operation = anas.get("/setup/mail").await.is(200).says(&ana.email).says("Set by the server’s configuration").value_of("operation");
        let asked = [("to", "ana@example.org"), ("operation", &*operation)];
        anas.submit("/setup/mail", &[("to", "nonsense"), asked[1]]).await.is(422);
        mailed.server.behave(Manner::Answers(550));
        anas.submit("/setup/mail", &asked).await.is(422).says("The mail server said").says("(550)");
        anas.get("/setup/finish").await.is(200).says("href=\"/setup/mail\"");
        mailed.server.behave(Manner::Takes);
        let before = mailed.server.recipients().len();
        for _ in 0..2 {
            anas.submit("/setup/mail", &asked).await.is(200).says("took the mail to ana@example.org");
        }
        assert_eq!(mailed.server.recipients()[before..], ["RCPT TO:<ana@example.org>".to_owned()], "one form, one mail");
        let list = anas.get("/setup/finish").await.is(200);
        let row = list.text().split("href=\"/setup/mail\"").nth(1).unwrap().split("</tr>").next().unwrap();
        assert!(row.contains("chip good"), "{row}");
    }

    async fn without_mail_a_forgotten_password_is_for_an_administrator(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        visit.get("/sign-in/forgotten").await.is(200).says("This site sends no mail").never_says("Send the link");
        visit.get("/sign-in/forgotten?lang=es").await.is(200).says("Este sitio no envía correos");
    }
}
