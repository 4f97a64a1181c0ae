//! What a month must meet before it is locked. Not here: whether it does (`booking::months`).

crate::words! {
    /// One condition of screens.md 6.13.
    pub enum Condition {
        /// Every line of the bank's through its end is tied to something.
        Bank = "bank",
        /// Stripe, the bank and the books agree.
        Difference = "difference",
        /// Every line of Stripe's is booked.
        Lines = "lines",
        /// Nothing waits for a rule at its end.
        Suspense = "suspense",
        /// Nothing dated inside it waits to be decided: no expense, no gift by hand, no entry by hand.
        Drafts = "drafts",
    }
}

impl Condition {
    /// Each of them, in the order of the page.
    pub const ALL: [Self; 5] = [Self::Bank, Self::Difference, Self::Lines, Self::Suspense, Self::Drafts];
}
