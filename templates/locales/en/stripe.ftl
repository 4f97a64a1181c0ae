# How Stripe and we get on.
place-stripe = Stripe
stripe-title = Stripe
stripe-never = Never yet
stripe-mode = Mode
stripe-mode-practice = Practice: no real money
stripe-mode-live = Real money
stripe-last-delivery = Last delivery from Stripe
stripe-last-sync = Last reading of Stripe’s list
stripe-lag = That is so long ago
stripe-minutes = { $minutes ->
    [0] Less than a minute
    [one] 1 minute
   *[other] { $minutes } minutes
}
stripe-waiting-lines = Lines read and not booked yet
stripe-address = Webhook address
stripe-version = Version of Stripe’s interface
stripe-tie = Books and Stripe’s balance
stripe-tie-empty = Nothing has moved at Stripe yet.
stripe-currency = Currency
stripe-ours = In the books
stripe-difference = Stripe’s balance and its lines
stripe-agrees = Agree, compared { $at }
stripe-differs-since = Differ since { $since }
stripe-not-compared = Not compared yet
stripe-parked = Deliveries that wait
stripe-none-parked = No delivery waits.
stripe-reason = Reason
stripe-count = How many
stripe-since = Since
stripe-again = Try again, and fetch what is missing
stripe-done-again = What waits is tried again, and Stripe is asked for what is missing.
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
