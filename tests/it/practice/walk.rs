//! Random walks: whatever happens in whatever order, the lines add up to the balance.

use std::time::Duration;

use proptest::prelude::*;
use strikefund::clock::Instant;
use strikefund::money::Currency;
use strikefund::payments::practice::{DirectCharge, Faults, LoneLine, Practice};

use super::practice_of;

/// One thing that happens; numbers pick among what is there.
#[derive(Clone, Debug)]
enum Step {
    Charge(i64),
    Refund(usize, Option<i64>),
    FailRefund(usize),
    Dispute(usize, Option<i64>),
    Inquiry(usize),
    Escalate(usize),
    Win(usize, Option<i64>, bool),
    Lose(usize),
    Payout,
    FailPayout(usize),
    Hold(i64),
    Lone(i64),
    Pass(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let part = || proptest::option::of(1_i64..20_000);
    prop_oneof![
        4 => (50_i64..50_000).prop_map(Step::Charge),
        2 => (any::<usize>(), part()).prop_map(|(at, part)| Step::Refund(at, part)),
        1 => any::<usize>().prop_map(Step::FailRefund),
        1 => (any::<usize>(), part()).prop_map(|(at, part)| Step::Dispute(at, part)),
        1 => any::<usize>().prop_map(Step::Inquiry),
        1 => any::<usize>().prop_map(Step::Escalate),
        1 => (any::<usize>(), part(), any::<bool>()).prop_map(|(at, part, fee)| Step::Win(at, part, fee)),
        1 => any::<usize>().prop_map(Step::Lose),
        2 => Just(Step::Payout),
        1 => any::<usize>().prop_map(Step::FailPayout),
        1 => (-5000_i64..5000).prop_map(Step::Hold),
        1 => (-5000_i64..5000).prop_map(Step::Lone),
        3 => (0_u64..400_000).prop_map(Step::Pass),
    ]
}

#[derive(Default)]
struct Made {
    charges: Vec<String>,
    refunds: Vec<String>,
    disputes: Vec<String>,
    payouts: Vec<String>,
}

fn pick(from: &[String], at: usize) -> Option<&str> {
    from.get(at % from.len().max(1)).map(String::as_str)
}

async fn act(practice: &Practice, made: &mut Made, step: &Step) {
    let usd = Currency::USD;
    match step {
        Step::Charge(amount_minor) => {
            let created = Instant::from_unix_secs(practice.clock().now().unix_secs() - amount_minor);
            let direct = DirectCharge { amount_minor: *amount_minor, currency: usd, created, metadata: &[], announced: false };
            made.charges.push(practice.charge_direct(&direct));
        }
        Step::Refund(at, part) => {
            let refund = pick(&made.charges, *at).and_then(|charge| practice.refund(charge, *part).ok());
            made.refunds.extend(refund);
        }
        Step::FailRefund(at) => pick(&made.refunds, *at).into_iter().for_each(|refund| practice.fail_refund(refund)),
        Step::Dispute(at, part) => made.disputes.extend(pick(&made.charges, *at).and_then(|charge| practice.open_dispute(charge, *part))),
        Step::Inquiry(at) => made.disputes.extend(pick(&made.charges, *at).and_then(|charge| practice.open_inquiry(charge))),
        Step::Escalate(at) => pick(&made.disputes, *at).into_iter().for_each(|dispute| practice.escalate(dispute)),
        Step::Win(at, part, fee) => pick(&made.disputes, *at).into_iter().for_each(|dispute| practice.win(dispute, *part, *fee)),
        Step::Lose(at) => pick(&made.disputes, *at).into_iter().for_each(|dispute| practice.lose(dispute)),
        Step::Payout => made.payouts.extend(practice.payout(usd)),
        Step::FailPayout(at) => pick(&made.payouts, *at).into_iter().for_each(|payout| practice.fail_payout(payout)),
        Step::Hold(amount) => practice.hold(usd, *amount),
        Step::Lone(amount) => drop(practice.lone_line(LoneLine::Unheard, usd, *amount)),
        Step::Pass(secs) => practice.advance(Duration::from_secs(*secs)).await,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn the_lines_add_up_to_the_balance_whatever_happens(seed in any::<u64>(), random_fees in any::<bool>(), steps in proptest::collection::vec(step(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (practice, _client) = practice_of(seed);
            practice.set_random_fees(random_fees);
            practice.set_faults(Faults { refund_fails_after_success: 300, refund_pends: 300, payout_fails_after_paid: 300, line_stamped_earlier: 300, ..Faults::default() });
            let mut made = Made::default();
            for step in &steps {
                act(&practice, &mut made, step).await;
                prop_assert_eq!(practice.lines_total(Currency::USD), practice.balance(Currency::USD), "after {:?}", step);
            }
            Ok(())
        })?;
    }
}
