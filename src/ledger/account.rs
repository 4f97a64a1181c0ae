//! Accounts and the fixed chart. Codes and paths are relied on by exports and outside checks.

use std::borrow::Cow;

crate::words! {
    /// The five kinds of account.
    pub enum Kind {
        /// What the fund has.
        Asset = "asset",
        /// What the fund owes.
        Liability = "liability",
        /// What it began with.
        Equity = "equity",
        /// What came in.
        Income = "income",
        /// What went out.
        Expense = "expense",
    }
}

/// An account of the chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its place in the chart, such as `4000`.
    pub code: Cow<'static, str>,
    /// Its full path, such as `income:donations:online`.
    pub path: Cow<'static, str>,
    /// What kind it is.
    pub kind: Kind,
    /// Whether it is money that can be spent at once.
    pub cash: bool,
}

impl Account {
    /// An account opened beside the chart.
    pub fn new(code: &str, path: &str, kind: Kind, cash: bool) -> Self {
        Self { code: Cow::Owned(code.to_owned()), path: Cow::Owned(path.to_owned()), kind, cash }
    }

    /// Whether its postings stand on a fund: cash is pooled, so assets and liabilities never do.
    pub fn is_funded(&self) -> bool {
        matches!(self.kind, Kind::Income | Kind::Expense) || self.path == chart::OPENING
    }
}

/// Paths that other rooms post to.
pub mod chart {
    /// Stripe's balance, pending and available.
    pub const STRIPE: &str = "assets:stripe";
    /// Payouts on their way to the bank.
    pub const IN_TRANSIT: &str = "assets:in-transit";
    /// What Stripe holds in reserve.
    pub const STRIPE_HELD: &str = "assets:stripe-held";
    /// The bank account.
    pub const BANK: &str = "assets:bank:main";
    /// What was approved and is not paid yet.
    pub const REIMBURSEMENTS: &str = "liabilities:reimbursements";
    /// What was promised to groups and not sent yet stands under this path, by group.
    pub const GRANTS_OWED: &str = "liabilities:grants:";
    /// What was passed on.
    pub const MUTUAL_AID: &str = "expenses:grants:mutual-aid";
    /// What the books began with.
    pub const OPENING: &str = "equity:opening";
    /// Gifts through Stripe.
    pub const ONLINE: &str = "income:donations:online";
    /// Gifts counted from a bucket.
    pub const CASH_GIFTS: &str = "income:donations:cash";
    /// Gifts that a bank brought: cheques, transfers, what another platform passed on.
    pub const BANK_GIFTS: &str = "income:donations:bank";
    /// Gifts of other unions.
    pub const ORGANISATIONS: &str = "income:donations:organisations";
    /// What goods were worth that were given in kind: never money.
    pub const IN_KIND: &str = "income:donations:in-kind";
    /// What became of goods stands under this path, by use: apart from `expenses:program:`, whose sums are money spent.
    pub const GOODS: &str = "expenses:in-kind:";
    /// Cash by custodian stands under this path.
    pub const CASH: &str = "assets:cash:";
    /// What a bank counted otherwise than we did.
    pub const OVER_SHORT: &str = "expenses:admin:cash-over-short";
    /// Gifts given back.
    pub const REFUNDS: &str = "income:refunds";
    /// Gifts taken back by a bank.
    pub const CHARGEBACKS: &str = "income:chargebacks";
    /// What Stripe keeps of each payment.
    pub const PROCESSING: &str = "expenses:fees:processing";
    /// What Stripe takes for a dispute.
    pub const DISPUTE_FEES: &str = "expenses:fees:disputes";
    /// What has no rule yet.
    pub const SUSPENSE: &str = "suspense";
    /// Everything spent on the promised uses stands under this path.
    pub const PROGRAM: &str = "expenses:program:";
    /// The use whose payments go to people.
    pub const PEOPLE: &str = "expenses:program:community-support";
}

const fn account(code: &'static str, path: &'static str, kind: Kind, cash: bool) -> Account {
    Account { code: Cow::Borrowed(code), path: Cow::Borrowed(path), kind, cash }
}

/// The accounts every set of books has.
pub const CHART: &[Account] = &[
    account("1000", chart::STRIPE, Kind::Asset, true),
    account("1010", chart::IN_TRANSIT, Kind::Asset, true),
    account("1020", chart::STRIPE_HELD, Kind::Asset, false),
    account("1100", chart::BANK, Kind::Asset, true),
    account("2000", chart::REIMBURSEMENTS, Kind::Liability, false),
    account("2200", "liabilities:refunds-owed", Kind::Liability, false),
    account("3000", chart::OPENING, Kind::Equity, false),
    account("3900", "equity:conversion", Kind::Equity, false),
    account("4000", chart::ONLINE, Kind::Income, false),
    account("4010", chart::CASH_GIFTS, Kind::Income, false),
    account("4020", chart::BANK_GIFTS, Kind::Income, false),
    account("4030", chart::ORGANISATIONS, Kind::Income, false),
    account("4040", chart::IN_KIND, Kind::Income, false),
    account("4090", chart::REFUNDS, Kind::Income, false),
    account("4095", chart::CHARGEBACKS, Kind::Income, false),
    account("5000", "expenses:program:food", Kind::Expense, false),
    account("5010", "expenses:program:water", Kind::Expense, false),
    account("5020", "expenses:program:supplies", Kind::Expense, false),
    account("5030", "expenses:program:logistics", Kind::Expense, false),
    account("5040", chart::PEOPLE, Kind::Expense, false),
    account("5100", chart::MUTUAL_AID, Kind::Expense, false),
    account("6000", chart::PROCESSING, Kind::Expense, false),
    account("6010", chart::DISPUTE_FEES, Kind::Expense, false),
    account("7000", "expenses:admin:bank-fees", Kind::Expense, false),
    account("7010", chart::OVER_SHORT, Kind::Expense, false),
    // Money without a rule is owed to whoever it turns out to belong to, so it never counts as the fund's own.
    account("9000", chart::SUSPENSE, Kind::Liability, false),
];

/// The category of a program account's path: `expenses:program:food` gives `food`.
pub fn program_category(path: &str) -> Option<&str> {
    path.strip_prefix(chart::PROGRAM)
}

/// Whether a path stands for money spent: on a promised use, passed on, or on running the fund. Fees are not: they come with gifts.
pub fn is_spending(path: &str) -> bool {
    [chart::PROGRAM, "expenses:grants:", "expenses:admin:"].iter().any(|part| path.starts_with(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_paths_stand_once() {
        let (mut codes, mut paths): (Vec<_>, Vec<_>) = CHART.iter().map(|a| (&a.code, &a.path)).unzip();
        codes.sort();
        codes.dedup();
        paths.sort();
        paths.dedup();
        assert_eq!((codes.len(), paths.len()), (CHART.len(), CHART.len()));
    }
}
