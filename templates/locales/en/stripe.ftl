# How Stripe and we get on.
place-stripe = Stripe
stripe-title = Stripe
stripe-never = Never yet
stripe-mode = Mode
stripe-mode-practice = Practice: no real money
stripe-mode-live = Real money
stripe-last-delivery = Last delivery from Stripe
stripe-last-sync = Last reading of Stripe’s list
stripe-minutes = { $minutes ->
    [0] Less than a minute
    [one] 1 minute
   *[other] { $minutes } minutes
}
stripe-waiting-lines = Lines read and not booked yet
stripe-address = Webhook address
stripe-version = Version of Stripe’s interface
stripe-tie-empty = Nothing has moved at Stripe yet.
stripe-currency = Currency
stripe-differs-since = Differ since { $since }
stripe-not-compared = Not compared yet
stripe-none-parked = No delivery waits.
stripe-reason = Reason
stripe-since = Since
stripe-lines = Lines without a rule
stripe-no-lines = Every line has a rule.
stripe-line = Line
stripe-amount = Amount
stripe-suspense = In suspense, { $currency }
stripe-suspense-why = Booked, and nobody knows yet what it is
stripe-payouts = Payouts under way
stripe-no-payouts = No payout is under way.
stripe-payout = Payout
stripe-arrives = Due
stripe-alerts = What needs a person
stripe-no-alerts = Nothing needs a person.
stripe-kind = Kind
stripe-said = What it says
stripe-tie = Stripe’s balance, its lines, and the books
stripe-reported = Stripe says
stripe-lines-sum = Its lines sum to
stripe-ours = The books held
stripe-ours-now = The books hold now
stripe-difference = Difference
stripe-verdict = Verdict
stripe-compared = Compared
stripe-agrees = Agree
stripe-account = Account at Stripe
stripe-lag = Behind Stripe now
stripe-lag-worst = Furthest behind in 24 hours
stripe-not-behind = Not behind
stripe-hours = { $hours } hours
stripe-endpoint = Webhook, as Stripe tells it
stripe-endpoint-at = Stripe asked about it
stripe-not-asked = Not asked yet
stripe-endpoint-enabled = On
stripe-endpoint-disabled = Switched off: deliveries do not come
stripe-endpoint-other-version = Of another version than we read
stripe-endpoint-missing = None sends to this address
stripe-endpoint-unseen = The key has no right to see it
stripe-repeats = Repeat gifts running
stripe-key = Key ends in
stripe-secret = Webhook secret ends in
stripe-secret-second = Second secret, while it is changed, ends in
stripe-fetch = Fetch what is missing
stripe-fetching = Everything at Stripe is being read anew since { $at }. Only what is new is booked.
stripe-parked = { $count ->
    [one] 1 delivery waits
   *[other] { $count } deliveries wait
}
stripe-parked-title = A delivery that waits
stripe-event = Event
stripe-event-id = Its id
stripe-event-unread = Cannot be read
stripe-age = Age
stripe-look = Look
stripe-happened = Happened
stripe-received = First received
stripe-seen = Times received
stripe-tried = Times tried
stripe-next-try = Tried next
stripe-sealed = What it says stays sealed: it may name a donor. It is kept, and tried again by itself.
stripe-again = Try all again
stripe-again-one = Try again
stripe-back = Back to Stripe
stripe-done-again = What waits is tried again.
stripe-done-one-again = It is tried again.
stripe-done-all = Everything at Stripe is read anew. Only what is new is booked.
