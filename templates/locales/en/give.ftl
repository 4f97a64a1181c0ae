give-title = Give to { $fund }
give-see = See every dollar
give-received = Received
give-spent = Spent
give-on-hand = On hand
give-others = Other funds
give-footer = Books kept in double entry with strikefund, free software that anyone may check.
give-switch = Ver en español, con lo que ya escribió

give-not-charged = You have not been charged.
give-kept = You have not been charged. Your answers are kept for 60 minutes.
give-unreachable = We could not reach the payment service
give-unreachable-text = You have not been charged. What you typed is kept below. Try again in a few minutes.
give-stale = Please press the button again
give-stale-text = This form was sent before with other answers, or is too old. You have not been charged. What you typed is kept below.
give-soon = Please press the button again.
give-soon-text = That was quicker than most people read, so we ask once more. You have not been charged. What you typed is kept below.

give-interval = How often?
give-interval-hint = A repeat stops by itself when the fund winds down. You can stop sooner with one link.
give-interval-once = One time
give-interval-week = Every week until the strike ends
give-interval-month = Every month until the strike ends
give-amount = Amount
give-amount-other = Other
give-other = Other amount
give-other-hint = { $least } to { $most }. An amount typed here is used in place of the choice above.
give-cover = Card fee
give-cover-yes = Add the card fee so the fund receives your full gift: { $examples }
give-cover-one = { $fee } on { $amount }
give-email = E-mail
give-email-hint = For your receipt and news of this gift only. Never published, never shared with any employer.
give-name = Your name
give-name-hint = Printed on your receipt. Never listed in public.
give-listing = Public list
give-listing-no = Not named
give-listing-show = Show this name
give-public-name = Name to show
give-public-name-hint = Used only if you choose “Show this name”. A person checks it first.
give-leftover = If money is left
give-leftover-hint = A wish. The charter decides.
give-leftover-charter = Follow the charter
give-note = Note to the treasurers
give-note-hint = Treasurers read it, the public never. Leave out what says who you are.
give-who = Who sees what
give-who-public = Public
give-who-public-text = { $batch ->
    [1] the fund’s total, in which even a single gift can show, and the name you choose to show, without amount or date.
   *[other] the total of a whole batch of gifts, at least { $batch }, and the name you choose to show, without amount or date.
  }
give-who-treasurers = Treasurers
give-who-treasurers-text = gift number, amount, note. Your name or e-mail only after a second person agrees, with a reason, written in a log.
give-who-bank = Stripe and your bank
give-who-bank-text = they know you gave, as with any card.
give-fine-refund = { $days ->
    [0] Gifts are given back only where the charter says so.
    [1] You can ask for your gift back within a day.
   *[other] You can ask for your gift back within { $days } days.
  }
give-fine-leftover = Money that is left when the strike ends goes to { $groups }, as the charter says.
give-fine-tax = Gifts are not tax-deductible.
give-fine-charter = The charter: what is held of whom, and for how long
give-button = Continue to payment
give-next = Nothing is charged yet: you pay on Stripe’s page, by card, Apple Pay, Google Pay or Link.
give-next-practice = Nothing is charged yet: next comes a practice page that needs no card.
give-trap = Leave this empty

give-wrong-interval = Choose how often to give.
give-wrong-no-amount = Choose an amount.
give-wrong-amount = Enter an amount, like 40 or 40.50.
give-wrong-decimals = { $count ->
    [0] Use whole amounts, without decimals.
   *[other] Use at most { $count } decimals.
  }
give-wrong-point = Write cents with a point: 1.50.
give-wrong-unclear = Is that { $thousands }, or { $decimal }? Write it without a mark for thousands, like { $thousands }.
give-wrong-whole = Use whole amounts in this currency.
give-wrong-last-digit = The last of the three decimals must be 0.
give-wrong-small = The smallest gift is { $least }.
give-wrong-large = The largest online gift is { $most }.
give-wrong-large-contact = The largest online gift is { $most }. For more, write to { $contact }.
give-wrong-no-email = Enter your e-mail so we can send the receipt.
give-wrong-email = That address looks unfinished. Example: name@example.org
give-wrong-long = Use { $most } letters or fewer.
give-wrong-letters = Use letters, spaces and the usual marks.
give-wrong-listing = Choose one.
give-wrong-public-name = Enter the name to show, or choose Not named.
give-wrong-leftover = Choose one of the list.
give-wrong-form = This form is too old. Please send it again.
give-wrong-trap = Leave this field empty.

give-paused = Giving is paused for now
give-paused-since = Since { $day }.
give-paused-why = Why: { $reason }
give-paused-groups = These groups can use your gift today
give-capped = The fund has what it needs for now
give-capped-why = It takes no more than { $cap }, and by the publication of { $day } that was received.
give-over = This fund no longer takes gifts
give-books = Its books stay open:
give-books-link = what came in, and where it went
give-leftovers-link = What becomes of the money that is left

practice-title = Practice checkout
practice-stands-in = This page stands in for Stripe. No card is needed.
practice-bank-title = Your bank asks: is this you?
practice-bank = This page stands in for your bank. No card and no code are needed.
practice-fund = Fund
practice-for = For
practice-gift = Gift
practice-cover = Card fee
practice-total = Total
practice-often = How often
practice-often-day = Every day
practice-often-year = Every year until the strike ends
practice-declined = The card was declined.
practice-declined-text = Nothing was charged. Try another outcome.
practice-confirm = Confirm
practice-refuse = Refuse
practice-what = What shall happen?
practice-pay = Pay
practice-pay-delayed = Pay, bank answers after 20 seconds
practice-asks-first = The bank asks for a confirmation first
practice-card-declined = Card declined
practice-run-out = Checkout runs out of time
practice-other-ways = Other ways to pay
practice-at-once = Pay, available at once
practice-debit = Bank debit, confirmed after five days
practice-debit-fails = Bank debit that comes back after three days
practice-afterwards = Afterwards
practice-ten-seconds = Ten seconds after the money is there
practice-nothing = Nothing more
practice-refund = Refund from Stripe’s side
practice-dispute-won = The donor’s bank disputes it, and you win
practice-dispute-lost = The donor’s bank disputes it, and you lose
practice-dispute-late = The donor’s bank disputes it two months later, and you lose
practice-inquiry = The donor’s bank only asks about it
practice-events = How Stripe’s events come
practice-events-usual = Once, in their order
practice-events-twice = Each one twice
practice-events-out-of-order = Out of order, the last one first
practice-button = Pay (practice)
practice-back = Go back without paying
practice-finished = This payment is already finished
practice-finished-text = Nothing more can be done here.
practice-see = See where it stands

setting-giving = The give form
setting-giving-why = What donors may choose from, what a card costs, and what they are told before they pay.
setting-giving-change = Change the give form
setting-done-giving = Saved. In force now.
setting-amounts = Amounts to choose from
setting-amounts-hint = One to eight, rising, with blanks between: 10 25 50 100 250.
setting-chosen = Chosen at first
setting-chosen-hint = One of the amounts, or nothing.
setting-smallest = Smallest gift
setting-smallest-hint = Very small gifts cost more than they bring, and draw those who try stolen cards.
setting-largest = Largest gift
setting-largest-hint = More than this only by another way.
setting-rate = Card fee, percent
setting-rate-hint = What Stripe keeps of a gift, like 2.90. Donors who cover the fee pay by this.
setting-fixed = Card fee, fixed part
setting-fixed-hint = What Stripe keeps besides, however small the gift.
setting-refund-days = Days to ask for a refund
setting-refund-days-hint = Donors read this number under the form. 0: only where the charter says so.
setting-tax-en = About tax, in English
setting-tax-en-hint = Nothing here says: Gifts are not tax-deductible.
setting-tax-es = About tax, in Spanish
setting-tax-es-hint = Nothing here says the same in Spanish.
setting-keep-days = Days that donors’ details are kept after closing
setting-keep-days-hint = Then names, addresses and notes are erased; amounts stay. A card can be disputed for 120 days, and the bank takes its time.
setting-giving-wrong-amounts = Give one to eight rising amounts within the bounds, like 10 25 50.
setting-giving-wrong-chosen = Choose one of the amounts above, or leave this empty.
setting-giving-wrong-smallest = Enter an amount above zero.
setting-giving-wrong-largest = Enter an amount that is not below the smallest, and below a million.
setting-giving-wrong-rate = Enter a percentage from 0 to 20, like 2.90.
setting-giving-wrong-fixed = Enter an amount that is not above the smallest gift.
setting-giving-wrong-refund-days = Enter a whole number from 0 to 365.
setting-giving-wrong-tax-en = Use 300 letters or fewer, on one line.
setting-giving-wrong-tax-es = Use 300 letters or fewer, on one line.
setting-giving-wrong-keep-days = Enter a whole number from 0 to 3650.

act-fund-giving = Changed the give form

gifts-place-names = Names to check
gifts-done-name = Saved. The donor is told.
names-title = Names to check
names-why = Donors asked to be listed by these names. Each stands alone, without its gift. Show what can be a name; not what insults, advertises, or names somebody else.
names-none = No name waits. One comes here when a gift has arrived whose donor wants to be listed.
names-which = Name
names-reason = Why it is not shown
names-reason-hint = Needed for “Not shown”. The donor reads it.
names-show = Show
names-refuse = Not shown
names-no-which = Choose a name.
names-no-more = Somebody decided on this name already.
names-no-reason = Say why in 3 to 200 letters.
act-name-shown = Let a donor’s name be shown
act-name-refused = Did not let a donor’s name be shown

outbox-kind-name-checked = A name was looked at
mail-name-checked-subject = About your gift { $number }
mail-name-checked-text = { $verdict ->
    [shown] The name that you chose for the public list is shown from the next publication on, without amount or date.
   *[other] The name that you chose for the public list is not shown. Why: { $reason }
  }

give-prove = One moment, many people are giving
give-prove-text = You have not been charged. What you typed is kept below. Wait { $minutes ->
    [one] one minute
   *[other] { $minutes } minutes
}, then press the button again; where scripts run, your browser does it by itself.
give-refused = Too many cards failed here
give-refused-text = You have not been charged. Try again in { $minutes ->
    [one] a minute
   *[other] { $minutes } minutes
}, or give another way: { $contact }.
give-held = Too many cards are failing right now
give-held-text = You have not been charged. Giving is paused for { $minutes ->
    [one] a minute
   *[other] { $minutes } minutes
}. Other ways to give: { $contact }. Stopping a gift that repeats always works.
