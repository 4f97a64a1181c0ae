//! The noun: what was decided about how a fund ends. Not here: who decides it, and what is left (`closing`).

use crate::clock::Day;

crate::record! {
    /// How a fund ends.
    pub struct End {
        /// The last day of what it still pays for.
        pub last_expense_on: Day,
        /// What is held back for disputes, in minor units; None: not decided yet.
        pub reserve_minor: Option<i64>,
        /// The day from which that is passed on as well.
        pub reserve_until: Option<Day>,
        /// Who released a restricted fund from its purpose, and why; public.
        pub release: Option<String>,
    }
}
