//! What can happen in a strike, as far as money at Stripe is concerned.

use proptest::prelude::*;
use strikefund::payments::checkout::Interval;

/// What can happen in a strike, as far as money at Stripe is concerned. Indices choose among the gifts or payouts there are.
#[derive(Clone, Debug)]
pub enum Happening {
    Gift { minor: i64, fund: Option<usize>, announced: bool },
    Refund { gift: usize, percent: i64 },
    RefundFails { gift: usize },
    Dispute { gift: usize },
    Won { dispute: usize, with_fee: bool },
    Lost { dispute: usize },
    Payout,
    PayoutFails,
    Hold { minor: i64 },
    Release,
    LoneFee { minor: i64 },
    Unheard { minor: i64 },
    Debit { minor: i64, fund: usize, fate: DebitFate },
    Repeat { minor: i64, fund: usize, interval: Interval },
    Stop { which: usize },
    Hours(u64),
}

/// What becomes of a bank debit.
#[derive(Clone, Copy, Debug)]
pub enum DebitFate {
    Settles,
    FailsAfterItsLine,
    FailsBeforeItsLine,
}

/// One thing that happens, gifts more often than the rest.
pub fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        6 => (500_i64..500_000, prop::option::of(0_usize..2), any::<bool>())
            .prop_map(|(minor, fund, announced)| Happening::Gift { minor, fund, announced }),
        2 => (any::<usize>(), 1_i64..=100).prop_map(|(gift, percent)| Happening::Refund { gift, percent }),
        1 => any::<usize>().prop_map(|gift| Happening::RefundFails { gift }),
        2 => any::<usize>().prop_map(|gift| Happening::Dispute { gift }),
        1 => (any::<usize>(), any::<bool>()).prop_map(|(dispute, with_fee)| Happening::Won { dispute, with_fee }),
        1 => any::<usize>().prop_map(|dispute| Happening::Lost { dispute }),
        1 => Just(Happening::Payout),
        1 => Just(Happening::PayoutFails),
        1 => (100_i64..5_000).prop_map(|minor| Happening::Hold { minor }),
        1 => Just(Happening::Release),
        1 => (1_i64..2_000).prop_map(|minor| Happening::LoneFee { minor }),
        1 => (1_i64..9_000).prop_map(|minor| Happening::Unheard { minor }),
        2 => (500_i64..90_000, 0_usize..2, debit_fate()).prop_map(|(minor, fund, fate)| Happening::Debit { minor, fund, fate }),
        1 => (500_i64..9_000, 0_usize..2, prop_oneof![Just(Interval::Week), Just(Interval::Month)])
            .prop_map(|(minor, fund, interval)| Happening::Repeat { minor, fund, interval }),
        1 => any::<usize>().prop_map(|which| Happening::Stop { which }),
        3 => (1_u64..60).prop_map(Happening::Hours),
    ]
}

fn debit_fate() -> impl Strategy<Value = DebitFate> {
    prop_oneof![Just(DebitFate::Settles), Just(DebitFate::FailsAfterItsLine), Just(DebitFate::FailsBeforeItsLine)]
}
