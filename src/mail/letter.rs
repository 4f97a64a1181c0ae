//! One mail: why it is written, to whom, in whose language. Not here: how it gets there.

use askama::Template;
use fluent_templates::fluent_bundle::FluentValue;

use crate::clock::Instant;
use crate::ids::LetterId;
use crate::language::{Language, Values};
use crate::{record, words};

words! {
    /// What a mail is about. A new one is a word here and its texts in `mail.ftl`: `…-subject`, `…-text`, `…-after` for what
    /// stands behind its table, and `…-link` where it bears one.
    /// Subjects are neutral and hold nothing personal, at most a claim's number: a shared phone shows them (safety rule PR9).
    pub enum Kind {
        /// Does mail arrive at all?
        Test = "test",
        /// Come and join the staff; bears a link; `minutes` it lives.
        Invitation = "invitation",
        /// A new password; bears a link; `minutes` it lives.
        Reset = "reset",
        /// A second factor, passkey or password of yours was changed.
        FactorChanged = "factor changed",
        /// Somebody signed in with a browser that was not seen before; bears a link.
        NewDevice = "new device",
        /// Somebody asked to reset the second factor of a colleague (`name`), to be done after `hours`; bears a link.
        FactorReset = "factor reset",
        /// A link was made by which a colleague (`name`) sets anew how they sign in; bears a link.
        ResetDone = "reset done",
        /// For a picket captain: where receipts are sent; bears a link; `days` it lives.
        CaptainLink = "captain link",
        /// For a picket captain: claim `number` was agreed to.
        ClaimApproved = "claim approved",
        /// For a picket captain: claim `number` was paid.
        ClaimPaid = "claim paid",
        /// For a picket captain: claim `number` was sent back for this `reason`.
        ClaimSentBack = "claim sent back",
        /// Somebody changed where a payee gets money, from `old` to `new`; bears a link.
        BankDetailsChanged = "bank details changed",
        /// For a payee: how they are paid is to change from `old` to `new` in `hours` at the soonest; whom to write to (`contact`, or `none`).
        PayeeChanged = "payee changed",
        /// For a payee: notices go to another address from now on; whom to write to (`contact`, or `none`).
        PayeeAddress = "payee address",
        /// Something was approved on one signature; bears a link.
        EmergencySignature = "emergency signature",
        /// The identity behind a `gift` was shown to a colleague (`name`), to which others (`who`) agreed, for a `reason` (a word of ours); bears a link.
        IdentityShown = "identity shown",
        /// For a donor: the name to show for gift `number` is `shown`, or not (`verdict`), for this `reason`.
        NameChecked = "name checked",
        /// So many (`count`) things wait for you, the oldest for so many `days`; of them so many `disputes`, the first with so many days `left`, or
        /// `unknown`; bears a link.
        Waiting = "waiting",
        /// A payment needs an answer: what (`said`), on which `gift`, and how many `days` are left; bears a link.
        PaymentAlert = "payment alert",
        /// The books need attention: what (`said`) and since when (`since`); bears a link.
        BooksAlert = "books alert",
        /// The head of what is published: the publication's `number`, its `root`, the `previous` one, the signed `checkpoint`; bears a link.
        Head = "head",
        /// For a donor: a payment of `gift` did not go through on a day (`on`), and when it is tried again (`next`, or `none`); bears a link.
        RepeatFailed = "repeat failed",
        /// For a donor: `gift` has stopped, by whom (`who`: `donor`, `treasurer`, `bank`, `winding_down` or `stripe`); bears a link.
        RepeatStopped = "repeat stopped",
        /// For a donor: the receipt of a `gift`, as a `table`, and what goes with it (`notes`); bears a link, as all for donors do but one.
        Receipt = "receipt",
        /// For a donor: the payment of a `gift` did not go through, as of a `day`.
        PaymentFailed = "payment failed",
        /// For a donor: an `amount` of a `gift` went back on a `day`, in `part` or `whole`.
        Refunded = "refunded",
        /// For a donor: an `amount` that was to go back did not, as of a `day`.
        RefundCameBack = "refund came back",
        /// For a donor: the donor's bank took an `amount` back; whether a gift that `repeats` thereby `stops`, or `none` does.
        Disputed = "disputed",
        /// For a donor: nothing goes back; whom to write to (`contact`, or `none`).
        RequestDeclined = "request declined",
        /// For a donor: how the donor is `listed` was changed: `waiting` or `hidden`.
        NameChanged = "name changed",
        /// For a donor: name, address and note were deleted on a `day`.
        DetailsDeleted = "details deleted",
        /// For a donor: the links of all gifts of the address, as a `table`.
        Links = "links",
        /// Does the owner of this address want a fund's news? Bears a link, good for so many `days`.
        NewsAsked = "news asked",
        /// For a supporter: publication `number` as a `table`, and what treasurers write (`note`, or `none`); bears a link, and where to `leave`.
        News = "news",
        /// For a donor: the fund is closed, and who got what was left, as a `table`; bears a link.
        LeftoverResult = "leftover result",
    }
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 35] = [
        Self::Test,
        Self::Invitation,
        Self::Reset,
        Self::FactorChanged,
        Self::NewDevice,
        Self::FactorReset,
        Self::ResetDone,
        Self::CaptainLink,
        Self::ClaimApproved,
        Self::ClaimPaid,
        Self::ClaimSentBack,
        Self::BankDetailsChanged,
        Self::PayeeChanged,
        Self::PayeeAddress,
        Self::EmergencySignature,
        Self::IdentityShown,
        Self::NameChecked,
        Self::Waiting,
        Self::PaymentAlert,
        Self::BooksAlert,
        Self::Head,
        Self::RepeatFailed,
        Self::RepeatStopped,
        Self::Receipt,
        Self::PaymentFailed,
        Self::Refunded,
        Self::RefundCameBack,
        Self::Disputed,
        Self::RequestDeclined,
        Self::NameChanged,
        Self::DetailsDeleted,
        Self::Links,
        Self::NewsAsked,
        Self::News,
        Self::LeftoverResult,
    ];

    fn key(self, part: &str) -> String {
        format!("mail-{}-{part}", self.as_str().replace(' ', "-"))
    }
}

words! {
    /// How far a mail got.
    pub enum State {
        /// It will be sent, now or when a mail server is set.
        Waiting = "waiting",
        /// A mail server took it; nothing personal is left of it here.
        Sent = "sent",
        /// It was tried often enough: a person decides.
        Dead = "dead",
    }
}

words! {
    /// Why a mail is not sent yet, or never.
    pub enum Problem {
        /// The recipient's address cannot be one.
        Address = "address",
        /// The mail server was not reached, or broke off.
        Unreachable = "unreachable",
        /// The connection could not be made private, so nothing was said.
        NotPrivate = "not private",
        /// The server took neither name nor password.
        Login = "login",
        /// The server does not take it now.
        Later = "later",
        /// The server will never take it.
        Refused = "refused",
        /// It was sealed with another master key.
        Sealed = "sealed",
        /// It came back with a backup, and may have been sent since.
        Restored = "restored",
    }
}

/// A mail to be written.
#[derive(Clone, Debug)]
pub struct Letter<'a> {
    /// What it follows from and whom it goes to, opaque and unique, such as `invitation 5` or `reset 7 to 3`: one cause, one mail.
    pub cause: &'a str,
    /// The recipient's address.
    pub to: &'a str,
    /// What they read.
    pub language: Language,
    /// What it is about.
    pub kind: Kind,
    /// What stands in its text, by the names that [`Kind`] says. A `table` has a row a line and a tab between its two columns; `leave` is where
    /// whoever wants no more such mails goes, in full.
    pub values: &'a [(&'static str, &'a str)],
    /// Where it leads, in full, for those kinds that bear a link.
    pub link: Option<&'a str>,
}

/// A mail as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Its subject: neutral.
    pub subject: String,
    /// Its text.
    pub text: String,
    /// The same for readers of pages.
    pub html: String,
    /// Where whoever wants no more such mails goes (RFC 8058); None for mails that follow from what their reader did.
    pub leave: Option<String>,
}

#[derive(Template)]
#[template(path = "mail/letter.txt", escape = "none")]
struct TextFace<'a> {
    text: &'a str,
    table: &'a [String],
    after: Option<&'a str>,
    link: Option<(&'a str, &'a str)>,
    leave: Option<(&'a str, &'a str)>,
    footer: &'a str,
}

#[derive(Template)]
#[template(path = "mail/letter.html")]
struct HtmlFace<'a> {
    language: Language,
    subject: &'a str,
    text: &'a str,
    table: &'a [(&'a str, &'a str)],
    after: Option<&'a str>,
    link: Option<(&'a str, &'a str)>,
    leave: Option<(&'a str, &'a str)>,
    footer: &'a str,
}

impl Letter<'_> {
    /// Writes it out in the recipient's language.
    ///
    /// # Panics
    /// Never: the templates write into memory.
    pub fn write(&self) -> Written {
        let values: Values<'_> = self.values.iter().map(|(name, value)| ((*name).into(), in_text(name, value))).collect();
        let say = |part: &str| self.language.text(&self.kind.key(part), &values);
        let (subject, text, footer) = (say("subject"), say("text"), self.language.text("mail-footer", &Values::new()));
        let label = self.link.map(|_| say("link"));
        let link = self.link.zip(label.as_deref());
        let after = self.language.find(&self.kind.key("after"), &values);
        let after = after.as_deref();
        let rows: Vec<(&str, &str)> = self.table().collect();
        let table = in_columns(&rows);
        let (no_more, at) = (self.language.text("mail-leave", &Values::new()), self.value("leave"));
        let leave = at.map(|address| (address, &*no_more));
        let plain =
            TextFace { text: &text, table: &table, after, link, leave, footer: &footer }.render().expect("a text is written into memory");
        let face = HtmlFace { language: self.language, subject: &subject, text: &text, table: &rows, after, link, leave, footer: &footer };
        let html = face.render().expect("a page is written into memory");
        Written { subject, text: plain, html, leave: at.map(str::to_owned) }
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.values.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    /// The rows of its table.
    fn table(&self) -> impl Iterator<Item = (&str, &str)> {
        self.value("table").unwrap_or_default().lines().filter_map(|line| line.split_once('\t'))
    }
}

/// Rows of a table as lines of text, one column under the other.
fn in_columns(rows: &[(&str, &str)]) -> Vec<String> {
    let width = rows.iter().map(|(label, _)| label.chars().count()).max().unwrap_or(0);
    rows.iter().map(|(label, value)| format!("  {label:<width$}  {value}")).collect()
}

/// A value as a text takes it: what is counted decides between one and many.
fn in_text<'a>(name: &str, value: &'a str) -> FluentValue<'a> {
    if matches!(name, "count" | "days" | "hours" | "minutes" | "disputes" | "left") {
        FluentValue::try_number(value)
    } else {
        FluentValue::from(value)
    }
}

record! {
    /// A mail that is due, still sealed.
    pub struct Due {
        /// Its row.
        pub id: LetterId,
        /// What stands for it, also in its Message-ID: sent twice, mail programs show it once.
        pub reference: String,
        /// How often it was tried before.
        pub attempts: i64,
        /// When it was written.
        pub queued_at: Instant,
        /// Its subject.
        pub subject: String,
        /// The sealed address.
        pub recipient: Vec<u8>,
        /// The sealed text.
        pub text: Vec<u8>,
        /// The sealed page.
        pub html: Vec<u8>,
        /// Where its reader leaves, sealed.
        pub leave: Option<Vec<u8>>,
    }
}

/// What a sealed part is bound to.
pub fn context(column: &str, reference: &str) -> String {
    format!("letter.{column}/{reference}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A value for every place that a text may have.
    const VALUES: [(&str, &str); 31] = [
        ("count", "2"),
        ("days", "7"),
        ("minutes", "30"),
        ("hours", "24"),
        ("name", "<b>CANARY</b>\r\nBcc: x@y"),
        ("said", "<b>CANARY</b>"),
        ("gift", "3F7K"),
        ("since", "14 Nov 2026"),
        ("number", "8Q2M7K"),
        ("verdict", "refused"),
        ("reason", "<b>CANARY</b>\r\nBcc: x@y"),
        ("old", "•••• 1234"),
        ("new", "•••• 6789"),
        ("contact", "<b>CANARY</b>"),
        ("disputes", "2"),
        ("left", "3"),
        ("root", "1a2b 3c4d"),
        ("previous", "–"),
        ("on", "14 Nov 2026"),
        ("next", "17 Nov 2026"),
        ("who", "donor"),
        ("table", "Total paid\t$26.06\n<b>To</b>\t<b>CANARY</b>"),
        ("notes", "<b>CANARY</b>"),
        ("amount", "$25.00"),
        ("part", "part"),
        ("day", "14 Nov 2026"),
        ("listed", "waiting"),
        ("repeats", "stops"),
        ("note", "<b>CANARY</b>"),
        ("leave", "https://x.example/news/c?d=e&f"),
        ("checkpoint", "fund.example/f/general\n4\nAQ==\n\n— fund.example/f/general AQ=="),
    ];
    const WITHOUT_LINK: [Kind; 9] = [
        Kind::Links,
        Kind::Test,
        Kind::FactorChanged,
        Kind::ClaimApproved,
        Kind::ClaimPaid,
        Kind::ClaimSentBack,
        Kind::PayeeChanged,
        Kind::PayeeAddress,
        Kind::NameChecked,
    ];

    #[test]
    fn every_kind_has_its_texts_in_every_language_and_a_neutral_subject() {
        for language in Language::ALL {
            for kind in Kind::ALL {
                let letter =
                    Letter { cause: "c", to: "a@example.org", language, kind, values: &VALUES, link: Some("https://x.example/a?b=c&d") };
                let link = language.find(&kind.key("link"), &Values::new());
                assert_eq!(link.is_none(), WITHOUT_LINK.contains(&kind), "{kind} {language}");
                let Written { subject, text, html, .. } = Letter { link: link.and(letter.link), ..letter }.write();
                for word in ["CANARY", "strike", "huelga", "$", "\n", "union", "sindicato"] {
                    assert!(!subject.to_lowercase().contains(&word.to_lowercase()), "{kind} {language}: {subject}");
                }
                assert!(!text.replace("$26.06", "").replace("$25.00", "").contains('$') && !text.contains("mail-"), "{text}");
                assert!(!html.contains("<b>") && !html.contains("{$"), "{html}");
                if matches!(
                    kind,
                    Kind::FactorReset
                        | Kind::ResetDone
                        | Kind::IdentityShown
                        | Kind::NameChecked
                        | Kind::ClaimSentBack
                        | Kind::BooksAlert
                        | Kind::PaymentAlert
                        | Kind::Receipt
                        | Kind::News
                        | Kind::LeftoverResult
                ) {
                    assert!(text.contains("<b>CANARY</b>") && html.contains("CANARY"), "{text}");
                }
            }
        }
    }
}
