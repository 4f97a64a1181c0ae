//! What can be wrong with an entry that is corrected. Not here: correcting it.

crate::words! {
    /// What was wrong; told in public.
    pub enum Mistake {
        /// It says another amount than it should.
        Amount = "amount",
        /// It stands on another use, fund or account than it should.
        Use = "use",
        /// It stands there twice.
        Twice = "twice",
        /// Something else, in words.
        Other = "other",
    }
}

impl Mistake {
    /// Each, in the order of the form.
    pub const ALL: [Self; 4] = [Self::Amount, Self::Use, Self::Twice, Self::Other];
}
