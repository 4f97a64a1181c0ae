# What donors are written, and what stands on a receipt, whether on a page, on paper or in a mail. Subjects stay neutral.
receipt-practice = Practice
receipt-no-money = no real money
receipt-to = Received by
receipt-contact = Contact
receipt-from = From
receipt-paid-on = Paid
receipt-issued-on = Receipt of
receipt-means = Kind of payment
receipt-means-card = Card or bank, through Stripe
receipt-tax-number = Tax number
receipt-means-ending = { $brand ->
    [visa] Visa
    [mastercard] Mastercard
    [amex] American Express
    [discover] Discover
    [diners] Diners Club
    [jcb] JCB
    [unionpay] UnionPay
    [bank] Bank account
   *[other] Card
} ending { $last }
receipt-means-cash = Cash, counted by two people
receipt-means-cheque = Cheque
receipt-means-batch = Through another platform
receipt-means-transfer = Bank transfer
receipt-means-organisation = Bank transfer
receipt-often = How often
receipt-once = One time
receipt-every-week = Every week until the strike ends
receipt-every-month = Every month until the strike ends
receipt-gift = Gift
receipt-cover = Card-fee cover
receipt-paid = Total paid
receipt-fee = Processing fee
receipt-net = Reaches the fund
receipt-marked-whole = refunded
receipt-marked-part = refunded in part
receipt-back = Refunded on { $day }
receipt-remains = What remains
receipt-no-tax = Gifts are not tax-deductible.
receipt-no-goods = You received no goods or services for this gift.
receipt-refunds = { $days ->
    [0] Gifts are not given back, except by mistake: write to us.
    [one] Refunds: within a day, ask on your gift page.
   *[other] Refunds: within { $days } days, ask on your gift page.
}
receipt-leftover = Leftover money: see the charter.
receipt-not-counted = After the next publication you can check on your gift page that your gift is counted.
receipt-counted = Counted in publication { $number }, root { $root }. How to check this gift: { $address }
mail-receipt-subject = Your receipt { $gift }
mail-receipt-text = Receipt { $gift }
mail-receipt-after = { $notes }

    The link below opens your gift page. Keep it private.
mail-receipt-link = Your gift page
mail-payment-failed-subject = About your gift { $gift }
mail-payment-failed-text = The payment of your gift { $gift } did not go through, as of { $day }. Nothing is owed, and nothing more will be tried.

    If you still want to give, open the form again.
mail-payment-failed-link = Your gift page
mail-refunded-subject = Your refund { $gift }
mail-refunded-text = On { $day }, { $amount } of your gift { $gift } went back the way it came{ $part ->
        [whole] : all of it
       *[part] : a part of it
    }. Banks take 5 to 10 days to show it.

    Your gift page has the new receipt.
mail-refunded-link = Your gift page
mail-refund-came-back-subject = Your refund { $gift }
mail-refund-came-back-text = The refund of { $amount } for your gift { $gift } did not reach you: your bank sent it back on { $day }, and it is with us again.

    We look for another way. You need not do anything; write to us if a card or an account was closed.
mail-refund-came-back-link = Your gift page
mail-disputed-subject = About your gift { $gift }
mail-disputed-text = Your bank says that you dispute the payment of your gift { $gift }, and has taken { $amount } back on { $day }.

    { $repeats ->
        [stops] This gift repeats. It stops with this: nothing more will be charged. If you did not mean to dispute it, tell your bank: only you can stop that there.
       *[none] If you did not mean to, tell your bank: only you can stop it there. If you did, you need not do anything.
    }
mail-disputed-link = Your gift page
mail-request-declined-subject = About your gift { $gift }
mail-request-declined-text = You asked for your gift { $gift } back. The treasurers looked at it, and it will not be given back.

    If you think that is a mistake, { $contact ->
        [none] answer the person who told you of the fund.
       *[other] write to { $contact }.
    }
mail-request-declined-link = Your gift page
mail-name-changed-subject = About your gift { $gift }
mail-name-changed-text = { $listed ->
        [waiting] You asked for a name to be shown in the public list. A person looks at it first; once it is agreed to, it is shown from the next publication on.
       *[hidden] No name of yours is shown with this gift any more, on any of our pages. Copies that others made we cannot recall.
    }

    You can change it at any time on your gift page.
mail-name-changed-link = Your gift page
mail-details-deleted-subject = About your gift { $gift }
mail-details-deleted-text = As you asked on { $day }, we deleted your details: name, e-mail and note. The amount and the date of your gifts stay in the books, without a person.

    This is the last mail about them. Your saved receipt and proof stay valid, and the link below goes on working.
mail-details-deleted-link = Your gift page
mail-links-subject = Your links
mail-links-text = Somebody asked for the links of the gifts from this address. Each of them opens one gift. Keep them private.
mail-links-after = If you did not ask, you can ignore this.
outbox-kind-receipt = Receipt
outbox-kind-payment-failed = A payment did not go through
outbox-kind-refunded = Refund
outbox-kind-refund-came-back = A refund came back
outbox-kind-disputed = Dispute, to the donor
outbox-kind-request-declined = Money back: no
outbox-kind-name-changed = Public name changed
outbox-kind-details-deleted = Details deleted
outbox-kind-links = Lost links
