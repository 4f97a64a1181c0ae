//! The noun: a fund's charter, which is its public promise, article by article. Not here: who agrees to one (`approvals`), what its pages look like.

use super::fund::State;

/// The most letters of an article.
pub const ARTICLE_LETTERS: usize = 4_000;
/// The most bytes of a charter in its record. A charter is one record of the log, which holds none of 64 KiB, and the fund's rules stand in it too.
const MOST_BYTES: usize = 56 * 1024;
/// The most recipients.
const MOST_RECIPIENTS: usize = 20;
/// The most letters of a recipient's name, of why it was chosen, and of its address.
const RECIPIENT_LETTERS: [usize; 3] = [100, 300, 200];
/// The most days that a reserve for disputes may be held.
const MOST_DAYS: i64 = 730;
/// The word before a line that names a recipient.
const RECIPIENT: &str = "recipient";
/// The word before the line of the reserve.
const RESERVE: &str = "reserve";
/// The most days that people may object to a plan for what is left.
const MOST_OBJECTION_DAYS: i64 = 60;
/// The word before the line that says so; a charter that lets nobody object has none.
const OBJECTION: &str = "objection";

crate::words! {
    /// An article that is told in words.
    pub enum Article {
        /// Who runs the fund.
        Who = "who",
        /// What ties them to the strikers.
        Tie = "tie",
        /// How money is spent.
        Spending = "spending",
        /// How it is withdrawn.
        Withdrawal = "withdrawal",
        /// What the promised uses buy.
        Uses = "uses",
        /// The roles, how people are chosen, and what happens where interests conflict.
        Roles = "roles",
        /// What becomes of money that is left.
        Leftover = "leftover",
        /// Who bears a loss that comes after the end.
        Loss = "loss",
        /// What ends the fund.
        Ends = "ends",
        /// Refunds, and what donors are told about tax.
        Refunds = "refunds",
        /// What is held of whom, who sees it, and for how long.
        Privacy = "privacy",
        /// How the pages can be used, and where to say that they cannot.
        Access = "access",
    }
}

impl Article {
    /// Every article, in the order of the page.
    pub const ALL: [Self; 12] = [
        Self::Who,
        Self::Tie,
        Self::Spending,
        Self::Withdrawal,
        Self::Uses,
        Self::Roles,
        Self::Leftover,
        Self::Loss,
        Self::Ends,
        Self::Refunds,
        Self::Privacy,
        Self::Access,
    ];

    /// Whether donors gave for this very word: it stays as it is once the fund winds down.
    const fn is_fixed_at_the_end(self) -> bool {
        matches!(self, Self::Uses | Self::Leftover)
    }
}

/// A group that may get what is left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// Its name.
    pub name: String,
    /// Why it was chosen.
    pub why: String,
    /// Its own page; empty: none.
    pub link: String,
}

/// What a fund promises in public.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charter {
    /// The text of each of [`Article::ALL`], paragraphs parted by line ends.
    texts: Vec<String>,
    /// Who may get what is left, at least one.
    pub recipients: Vec<Recipient>,
    /// How much of what is left is held back for disputes, in percent.
    pub reserve_percent: i64,
    /// For how many days after the last gift.
    pub reserve_days: i64,
    /// For how many days people may object to a plan for what is left before money moves; 0: money moves once the public was told.
    pub objection_days: i64,
}

/// A field of a charter that is not as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrongCharter {
    /// An article is empty, too long, or holds a sign that is no text.
    Article(Article),
    /// There is no recipient, or there are too many.
    Recipients,
    /// This line of the recipients, from 1, is not `name | why | address`.
    Recipient(usize),
    /// No whole percentage from 0 to 100.
    ReservePercent,
    /// No whole number of days from 0 to 730.
    ReserveDays,
    /// No whole number of days from 0 to 60.
    ObjectionDays,
    /// Each field fits, and all of them together are more than one record holds.
    TooLong,
}

impl WrongCharter {
    /// The field it belongs to.
    pub const fn field(self) -> &'static str {
        match self {
            Self::Article(article) => article.as_str(),
            Self::Recipients | Self::Recipient(_) => "recipients",
            Self::ReservePercent => "reserve_percent",
            Self::ReserveDays => "reserve_days",
            Self::ObjectionDays => "objection_days",
            // It is no single field's fault: it is said at the first.
            Self::TooLong => Article::Who.as_str(),
        }
    }
}

impl Recipient {
    /// `name | why | address`, the last of which may be missing.
    fn parse(line: &str) -> Option<Self> {
        let mut parts = line.split('|').map(str::trim);
        let (name, reason, page) = (parts.next()?, parts.next()?, parts.next().unwrap_or_default());
        let fits = [name, reason, page].iter().zip(RECIPIENT_LETTERS).all(|(text, most)| text.chars().count() <= most);
        let is_link = page.is_empty()
            || page.strip_prefix("https://").is_some_and(|rest| !rest.is_empty() && page.bytes().all(|b| b.is_ascii_graphic()));
        let whole = parts.next().is_none() && !name.is_empty() && !reason.is_empty() && !line.chars().any(char::is_control);
        (fits && is_link && whole).then(|| Self { name: name.to_owned(), why: reason.to_owned(), link: page.to_owned() })
    }

    fn line(&self) -> String {
        let link = if self.link.is_empty() { String::new() } else { format!(" | {}", self.link) };
        format!("{} | {}{link}", self.name, self.why)
    }
}

/// The paragraphs of a text, without blank lines and blanks at their ends.
fn paragraphs(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
}

impl Charter {
    /// Reads what was typed; a field's name is that of [`WrongCharter::field`].
    ///
    /// # Errors
    /// Each field that is wrong.
    pub fn parse<'a>(typed: impl Fn(&str) -> &'a str) -> Result<Self, Vec<WrongCharter>> {
        let mut wrong = Vec::new();
        let mut texts = Vec::new();
        for article in Article::ALL {
            let text = paragraphs(typed(article.as_str())).join("\n");
            let fits = !text.is_empty() && text.chars().count() <= ARTICLE_LETTERS && !text.chars().any(|c| c.is_control() && c != '\n');
            if !fits {
                wrong.push(WrongCharter::Article(article));
            }
            texts.push(text);
        }
        let lines = paragraphs(typed("recipients"));
        let recipients: Vec<Recipient> = lines.iter().filter_map(|line| Recipient::parse(line)).collect();
        if let Some(at) = lines.iter().position(|line| Recipient::parse(line).is_none()) {
            wrong.push(WrongCharter::Recipient(at + 1));
        } else if recipients.is_empty() || recipients.len() > MOST_RECIPIENTS {
            wrong.push(WrongCharter::Recipients);
        }
        let mut number = |field: WrongCharter, most: i64| {
            let typed = typed(field.field()).parse::<i64>().ok().filter(|number| (0..=most).contains(number));
            typed.unwrap_or_else(|| {
                wrong.push(field);
                0
            })
        };
        let (reserve_percent, reserve_days) = (number(WrongCharter::ReservePercent, 100), number(WrongCharter::ReserveDays, MOST_DAYS));
        let objection_days = number(WrongCharter::ObjectionDays, MOST_OBJECTION_DAYS);
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let charter = Self { texts, recipients, reserve_percent, reserve_days, objection_days };
        if charter.bytes() > MOST_BYTES { Err(vec![WrongCharter::TooLong]) } else { Ok(charter) }
    }

    /// How many bytes it takes in its record, where JSON writes a quotation mark, a backslash and the end of a line as two.
    fn bytes(&self) -> usize {
        let lines = self.lines();
        lines.len() + lines.chars().filter(|c| ['"', '\\', '\n'].contains(c)).count()
    }

    /// An article's text, paragraphs parted by line ends.
    pub fn text(&self, article: Article) -> &str {
        Article::ALL.iter().zip(&self.texts).find(|(other, _)| **other == article).map_or("", |(_, text)| text)
    }

    /// What a form shows of a field.
    pub fn field(&self, name: &str) -> String {
        match name {
            "recipients" => self.recipients.iter().map(Recipient::line).collect::<Vec<_>>().join("\n"),
            "reserve_percent" => self.reserve_percent.to_string(),
            "reserve_days" => self.reserve_days.to_string(),
            "objection_days" => self.objection_days.to_string(),
            article => article.parse().map_or_else(|_| String::new(), |article| self.text(article).to_owned()),
        }
    }

    /// The charter as it is agreed to, kept and published: a paragraph a line, behind the word of its article.
    pub fn lines(&self) -> String {
        let texts =
            Article::ALL.iter().zip(&self.texts).flat_map(|(article, text)| text.lines().map(move |line| format!("{article}: {line}")));
        let recipients = self.recipients.iter().map(|recipient| format!("{RECIPIENT}: {}", recipient.line()));
        let reserve = format!("{RESERVE}: {} {}", self.reserve_percent, self.reserve_days);
        let objection = (self.objection_days > 0).then(|| format!("{OBJECTION}: {}", self.objection_days));
        texts.chain(recipients).chain([reserve]).chain(objection).collect::<Vec<_>>().join("\n")
    }

    /// Reads what [`Self::lines`] wrote; None where it is anything else.
    pub fn of_lines(body: &str) -> Option<Self> {
        let of = |word: &str| -> Vec<&str> {
            body.lines().filter_map(|line| line.split_once(": ").filter(|(name, _)| *name == word).map(|(_, value)| value)).collect()
        };
        let (percent, days) = of(RESERVE).first()?.split_once(' ')?;
        let charter = Self {
            texts: Article::ALL.iter().map(|article| of(article.as_str()).join("\n")).collect(),
            recipients: of(RECIPIENT).into_iter().map(Recipient::parse).collect::<Option<Vec<_>>>()?,
            reserve_percent: percent.parse().ok()?,
            reserve_days: days.parse().ok()?,
            objection_days: of(OBJECTION).first().map_or(Some(0), |days| days.parse().ok())?,
        };
        (charter.lines() == body).then_some(charter)
    }

    /// Whether a line of [`Self::lines`] can bear this word.
    pub fn names(word: &str) -> bool {
        [RECIPIENT, RESERVE, OBJECTION].contains(&word) || word.parse::<Article>().is_ok()
    }

    /// Whether this may stand in the place of `before` while a fund is in `state`: what donors gave for stays once it winds down.
    pub fn may_replace(&self, before: Option<&Self>, state: State) -> bool {
        let ends = matches!(state, State::WindingDown | State::Distributing | State::Closed);
        let Some(before) = before.filter(|_| ends) else { return true };
        let same = |article: &Article| self.text(*article) == before.text(*article);
        let keeps_time = self.objection_days >= before.objection_days;
        Article::ALL.iter().filter(|article| article.is_fixed_at_the_end()).all(same) && self.recipients == before.recipients && keeps_time
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(field: &str) -> &'static str {
        match field {
            "recipients" => "Water for All | they feed the town | https://water.example\n\n Rent Relief | it is near ",
            "reserve_percent" => "10",
            "reserve_days" => "120",
            "objection_days" => "7",
            "who" => "  Teachers of the local.\r\n\r\nThey were elected: in May.\n",
            _ => "As the members decide.",
        }
    }

    #[test]
    fn a_charter_is_read_back_as_it_was_agreed_to() {
        let charter = Charter::parse(typed).unwrap();
        assert_eq!(charter.text(Article::Who), "Teachers of the local.\nThey were elected: in May.");
        assert_eq!((charter.recipients.len(), &*charter.recipients[1].link), (2, ""));
        assert_eq!(Charter::of_lines(&charter.lines()), Some(charter.clone()));
        assert_eq!(Charter::parse(|field| String::leak(charter.field(field))), Ok(charter.clone()));
        for bent in [
            charter.lines().replace("reserve: 10 120", "reserve: 10"),
            charter.lines().replace("objection: 7", "objection: 0"),
            charter.lines() + "\n",
            charter.lines() + "\nmore: x",
            String::new(),
        ] {
            assert_eq!(Charter::of_lines(&bent), None, "{bent}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_by_its_field() {
        for (field, value, wrong) in [
            ("who", "", WrongCharter::Article(Article::Who)),
            ("who", "a\u{0}", WrongCharter::Article(Article::Who)),
            ("ends", &*"x".repeat(4_001), WrongCharter::Article(Article::Ends)),
            ("recipients", " \n", WrongCharter::Recipients),
            ("recipients", "A | b\nonly a name", WrongCharter::Recipient(2)),
            ("recipients", "A | b | http://a.example", WrongCharter::Recipient(1)),
            ("recipients", "A | b | javascript:alert(1)", WrongCharter::Recipient(1)),
            ("recipients", "A | b | https://a.example | c", WrongCharter::Recipient(1)),
            ("reserve_percent", "101", WrongCharter::ReservePercent),
            ("reserve_percent", "1.5", WrongCharter::ReservePercent),
            ("reserve_days", "-1", WrongCharter::ReserveDays),
        ] {
            assert_eq!(Charter::parse(|name| if name == field { value } else { typed(name) }), Err(vec![wrong]), "{field} {value}");
            assert_eq!(wrong.field(), field);
        }
    }

    #[test]
    fn a_charter_fits_into_one_record() {
        // Every paragraph stands behind the word of its article, so that short ones come to far more than was typed.
        let (short, quotes) = ("x\n".repeat(2_000), "\"".repeat(4_000));
        let with = |articles: &[Article], text: &str| {
            let read = |field: &str| if articles.iter().any(|article| article.as_str() == field) { text } else { typed(field) };
            Charter::parse(read).map(|charter| charter.bytes())
        };
        assert!(with(&[Article::Who], &short).unwrap() < MOST_BYTES);
        assert_eq!(with(&Article::ALL[..4], &short), Err(vec![WrongCharter::TooLong]));
        assert!(with(&Article::ALL[..4], &quotes).unwrap() < MOST_BYTES);
        assert_eq!(with(&Article::ALL[..8], &quotes), Err(vec![WrongCharter::TooLong]));
        assert_eq!(WrongCharter::TooLong.field(), "who");
    }

    #[test]
    fn what_donors_gave_for_stays_once_the_fund_winds_down() {
        let before = Charter::parse(typed).unwrap();
        let with =
            |field: &'static str, value: &'static str| Charter::parse(|name| if name == field { value } else { typed(name) }).unwrap();
        for (field, value) in
            [("uses", "Other things."), ("leftover", "To us."), ("recipients", "Us | we like us"), ("objection_days", "6")]
        {
            assert!(!with(field, value).may_replace(Some(&before), State::WindingDown), "{field}");
            assert!(with(field, value).may_replace(Some(&before), State::Open), "{field}");
            assert!(with(field, value).may_replace(None, State::WindingDown), "{field}");
        }
        assert!(with("privacy", "We hold less.").may_replace(Some(&before), State::Closed));
    }
}
