//! What treasurers write to those who get a fund's news. Not here: who writes it, who lets it go out (`supporters`).

use crate::clock::Instant;
use crate::ids::{FundId, NoteId, PersonId};
use crate::language::Language;

crate::words! {
    /// What became of a note.
    pub enum NoteState {
        /// Another person looks at it first.
        Waiting = "waiting",
        /// It goes out, with each supporter's next mail.
        Sent = "sent",
        /// It does not.
        Dropped = "dropped",
    }
}

crate::record! {
    /// What treasurers write to supporters.
    pub struct Note {
        /// Its row; they go out in this order.
        pub id: NoteId,
        /// The fund.
        pub fund_id: FundId,
        /// In English; empty where it says the same to all in Spanish.
        pub text_en: String,
        /// In Spanish; empty where it says the same to all in English.
        pub text_es: String,
        /// Who wrote it.
        pub written_by: PersonId,
        /// When.
        pub written_at: Instant,
        /// What became of it.
        pub state: NoteState,
        /// When that was decided.
        pub decided_at: Option<Instant>,
    }
}

impl Note {
    /// What it says to a reader of this language.
    pub fn text(&self, language: Language) -> &str {
        let (own, other) = match language {
            Language::English => (&self.text_en, &self.text_es),
            Language::Spanish => (&self.text_es, &self.text_en),
        };
        if own.is_empty() { other } else { own }
    }
}
