//! What may go wrong, and how often. Every figure is a chance in a thousand: 0 is off, 1000 is always.

use serde::{Deserialize, Serialize};

/// The faults switched on. As JSON at `POST /control/faults`; a name left out is off.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    /// A delivery is sent twice.
    pub delivered_twice: u16,
    /// Two events of different ids tell of one change.
    pub twin_events: u16,
    /// A delivery waits up to two minutes, so that later ones overtake it.
    pub deliveries_shuffled: u16,
    /// A delivery waits up to three days.
    pub deliveries_delayed: u16,
    /// A delivery never comes.
    pub deliveries_dropped: u16,
    /// The answer to the first attempt counts as a 500, so the same event comes again.
    pub answer_counts_as_500: u16,
    /// The delivery has the shape of an older API version.
    pub older_version: u16,
    /// `livemode` says the opposite.
    pub livemode_flipped: u16,
    /// The type is one nobody knows.
    pub unknown_type: u16,
    /// Fields and a status nobody knows.
    pub unknown_fields: u16,
    /// A currency nobody knows.
    pub unknown_currency: u16,
    /// A thin event (`v2.core.event`).
    pub thin: u16,
    /// `account` is set, as for Connect.
    pub connect_account: u16,
    /// The first attempt is signed with another secret.
    pub wrong_secret: u16,
    /// A signature of another secret stands before the right one, as while a secret is rolled.
    pub two_signatures: u16,
    /// The first attempt's time is an hour old.
    pub stale_time: u16,
    /// The first attempt's time is an hour ahead.
    pub future_time: u16,

    /// A line enters the list up to five minutes after it was made.
    pub line_shown_late: u16,
    /// A line is stamped up to five minutes before it was made.
    pub line_stamped_earlier: u16,
    /// A line's source stays a text although expansion was asked for.
    pub source_not_expanded: u16,
    /// A line's source is an object of a kind nobody knows.
    pub source_unknown: u16,
    /// A line's source is null.
    pub source_null: u16,
    /// A list is empty, yet says that there is more.
    pub page_empty_with_more: u16,
    /// A list's text ends in the middle, the first time it is asked for.
    pub page_cut_off: u16,
    /// A list's answer takes a second of the machine's own time, the first time it is asked for.
    pub page_slow: u16,

    /// A refund stays pending for a day, without a line.
    pub refund_pends: u16,
    /// A refund waits until the donor says where to (`requires_action`), without a line.
    pub refund_asks: u16,
    /// A refund that succeeded fails three days later.
    pub refund_fails_after_success: u16,
    /// A payout that was paid fails two days later.
    pub payout_fails_after_paid: u16,
    /// A bank debit that fails does so before its line was made.
    pub debit_fails_before_line: u16,
    /// The bank declines a renewal.
    pub renewal_declined: u16,
    /// Lines of charges take up to an hour, so a refund's line may come before its charge's.
    pub charge_line_late: u16,

    /// 429, the first time a request is made.
    pub rate_limited: u16,
    /// 500, the first time a request is made; nothing was done.
    pub server_error: u16,
    /// A proxy's 502 page in HTML, the first time a request is made; nothing was done.
    pub bad_gateway: u16,
    /// 409 as if the same idempotency key were at work, the first time.
    pub key_in_use: u16,
    /// The request is carried out and its answer lost on the way, the first time.
    pub answer_lost: u16,
}
