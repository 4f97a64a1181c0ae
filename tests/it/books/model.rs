//! The plain model of the books: what each account must hold, worked out in the plainest words there are.

use std::collections::BTreeMap;

/// The plain model: account and fund (0 pooled, 1 general, 2 restricted) to minor units, debit positive.
pub type Model = BTreeMap<(String, usize), i64>;

/// What one strike must come to.
#[derive(Default)]
pub struct Expected(Model);

impl Expected {
    fn add(&mut self, path: &str, fund: usize, minor: i64) {
        *self.0.entry((path.to_owned(), fund)).or_default() += minor;
    }

    /// The formula of the booking table, said once more: what came to Stripe, what it cost, what it was for.
    pub fn book(&mut self, counter: (&str, usize), fee: (&str, usize), amount: i64, cost: i64) {
        self.add("assets:stripe", 0, amount - cost);
        self.add(fee.0, fee.1, cost);
        self.add(counter.0, counter.1, -amount);
    }

    /// A gift of a fund, with the practice Stripe's price list worked out here on its own: 2.9 % + 0.30, rounded half up.
    pub fn gift(&mut self, fund: usize, minor: i64) {
        let cost = (minor * 29 + 500) / 1000 + 30;
        self.book(("income:donations:online", fund), ("expenses:fees:processing", fund), minor, cost);
    }

    /// The accounts that hold something.
    pub fn whole(self) -> Model {
        self.0.into_iter().filter(|(_, minor)| *minor != 0).collect()
    }
}
