//! Numbers inside, random references outside, and the one place that draws randomness.

use std::sync::{Arc, Mutex};

use data_encoding::{BASE32_NOPAD, HEXLOWER};
use sha2::{Digest as _, Sha256};

/// Declares a row id: an `i64` that cannot be mistaken for another table's.
macro_rules! row_id {
    ($($(#[$doc:meta])* $name:ident;)+) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);
        $crate::sql_integer!($name);
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { self.0.fmt(f) }
        }
    )+ };
}

row_id! {
    /// A fund.
    FundId;
    /// An account of the chart.
    AccountId;
    /// An entry of the ledger.
    EntryId;
    /// A backup.
    BackupId;
    /// A stored webhook delivery.
    DeliveryId;
    /// A donation.
    DonationId;
    /// A donor.
    DonorId;
    /// A publication.
    PublicationId;
    /// A member of staff.
    PersonId;
    /// An act in the log of acts.
    AuditId;
    /// A sign-in of one browser.
    SessionId;
    /// A secret address that lets somebody in.
    LinkId;
    /// Something that two administrators decide about a third person.
    ChangeId;
    /// A passkey.
    PasskeyId;
    /// Something that others must agree to.
    ProposalId;
    /// What somebody asked before they agree.
    QuestionId;
    /// Money out.
    ExpenseId;
    /// Somebody in the payee book.
    PayeeId;
    /// One version of how a payee is paid.
    DetailsId;
    /// What somebody carries for a fund.
    PurseId;
    /// Money on its way between a fund's own accounts.
    TransferId;
    /// The link of a picket captain.
    CaptainId;
    /// Goods that were given.
    GoodsId;
    /// A gift that came in by hand.
    OfflineId;
    /// Money back to a donor.
    RefundId;
    /// A gift that repeats.
    RepeatId;
    /// A look at who gave.
    RevealId;
    /// Somebody who gets a fund's news by mail.
    SupporterId;
    /// What treasurers write to supporters.
    NoteId;
    /// An entry that two people make.
    JournalId;
    /// A photo or PDF.
    DocumentId;
    /// A mail in the outbox.
    LetterId;
    /// An account at a bank.
    BankAccountId;
    /// A statement that was imported.
    StatementId;
    /// A line of a statement.
    BankLineId;
    /// A decision on lines of a statement.
    MatchId;
    /// A group that may get what is left, and how it is paid.
    RecipientId;
    /// A plan for what is left.
    PlanId;
    /// What a group gets by a plan.
    GrantId;
}

/// Where the program draws randomness: the system generator, or a seeded one for tests and the practice Stripe.
#[derive(Clone, Debug)]
pub struct Entropy(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Seeded(Arc<Mutex<u64>>),
}

impl Entropy {
    /// The operating system's generator.
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// A repeatable sequence; copies share it. Never for secrets of a real fund.
    pub fn seeded(seed: u64) -> Self {
        Self(Source::Seeded(Arc::new(Mutex::new(seed))))
    }

    /// `N` random bytes.
    ///
    /// # Panics
    /// When the operating system has no randomness to give: nothing safe can be done without it.
    #[expect(clippy::disallowed_methods, reason = "the one place that draws randomness")]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        match &self.0 {
            Source::System => getrandom::fill(&mut bytes).expect("the operating system gives randomness"),
            Source::Seeded(state) => {
                let mut state = state.lock().expect("no holder of the seed panics");
                for chunk in bytes.chunks_mut(8) {
                    let word = split_mix(&mut state).to_le_bytes();
                    chunk.copy_from_slice(&word[..chunk.len()]);
                }
            }
        }
        bytes
    }

    /// A random number below `limit`, for jitter and for the practice Stripe; 0 when `limit` is 0.
    pub fn below(&self, limit: u64) -> u64 {
        u64::from_le_bytes(self.bytes()).checked_rem(limit).unwrap_or(0)
    }

    /// 128 random bits in lower-case base32 (26 letters): what stands for a row in addresses and at Stripe.
    pub fn reference(&self) -> String {
        BASE32_NOPAD.encode(&self.bytes::<16>()).to_ascii_lowercase()
    }

    /// 256 random bits in lower-case base32 (52 letters): a secret that only its holder knows.
    pub fn secret(&self) -> String {
        BASE32_NOPAD.encode(&self.bytes::<32>()).to_ascii_lowercase()
    }

    /// A short gift number such as `3F7KQ2`: for talking about a gift, it opens nothing. Letters that look alike are left out.
    pub fn gift_number(&self) -> String {
        const LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
        self.bytes::<6>().iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect()
    }
}

/// `SplitMix64` (Steele, Lea, Flood 2014): one 64-bit word of a repeatable sequence.
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// SHA-256 in lower-case hex: how secrets of an address and contents of a file are kept and compared.
pub fn sha256_hex(bytes: impl AsRef<[u8]>) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeded_entropy_repeats_and_copies_share_it() {
        let (one, two) = (Entropy::seeded(7), Entropy::seeded(7));
        let copy = one.clone();
        assert_eq!((one.reference(), copy.reference()), (two.reference(), two.reference()));
    }

    #[test]
    fn a_reference_is_26_letters_of_base32() {
        let reference = Entropy::system().reference();
        assert_eq!(reference.len(), 26);
        assert!(reference.bytes().all(|b| b.is_ascii_lowercase() || (b'2'..=b'7').contains(&b)));
    }
}
