public-nav-gifts = Gifts
public-nav-feed = Feed
public-free = Books kept in double entry with strikefund, free software that anyone may check.

public-state-draft = Draft
public-state-open = Open
public-state-paused = Paused
public-state-winding-down = Winding down
public-state-distributing = Distributing
public-state-closed = Closed

public-one-purpose = This fund’s money may serve one purpose only:
public-stood = { $state } since { $day }.
public-give = Give
public-give-paused = Giving is paused for now.
public-give-capped = The fund has what it needs for now.
public-give-others = Who can use a gift today
public-give-over = This fund no longer takes gifts.

public-no-publication = No publication yet
public-first-figures =
    { $count ->
        [one] The first figures appear after { $count } gift
       *[other] The first figures appear after { $count } gifts
    }
public-in-batches = Figures are published in batches, so that nobody can tell from a total what one person gave.
public-single-gifts = This fund publishes even a single gift, so whoever watches the total can tell what one person gave.
public-to-the-cent = Then you see here what came in, what it was spent on and what is on hand, to the cent.

public-figures = Figures
public-on-hand = On hand
public-received = Received
public-spent = Spent
public-fees = Fees
public-refunds-and-disputes = Refunds and disputes
public-gifts-counted =
    { $count ->
        [one] gift counted so far.
       *[other] gifts counted so far.
    }
public-gifts-none =
    { $count ->
        [one] The first gifts appear here once one has come in.
       *[other] The first gifts appear here once { $count } have come in.
    }
public-suspense = Some money in the books waits for a rule and stands in none of these lines yet.

public-went = Where it went
public-went-title = { $use } is the largest part: { $amount }, { $share } of what went out
public-went-caption = Spending by use, and fees, since the start
public-went-all = Went out in all
public-went-none = Nothing has been spent yet. Each use appears here with the first publication after it was paid.
public-percent = { $percent }%
public-under-percent = under 1%
public-rounded = Shares are rounded; amounts never are.
public-held-back =
    { $count ->
        [one] The details of { $count } entry, { $amount }, are held back for now, for picket-site safety.
       *[other] The details of { $count } entries, together { $amount }, are held back for now, for picket-site safety.
    }
public-entries =
    { $count ->
        [one] { $count } entry
       *[other] { $count } entries
    }

public-flow = Over time
public-flow-title = By the week of { $week }, { $received } had come in and { $spent } had been spent
public-flow-note = Two lines since the start: gifts received, and money spent. The same numbers stand in the table below.
public-flow-received = Received: { $amount }
public-flow-spent = Spent: { $amount }
public-flow-caption = Received and spent, week by week and since the start
public-received-so-far = Received so far
public-spent-so-far = Spent so far
public-so-far = So far
public-held-heading = On hand over time
public-held-title = { $amount } are on hand
public-held-line = On hand: { $amount }
public-held-over-time = One line: what was left at the end of each week. The same numbers stand in the table below.
public-held-caption = On hand at the end of each week
public-in-and-out = How the amount on hand comes about

public-latest = Latest spending
public-latest-caption = The newest spending first
public-next = Next 20
public-spending-all = All spending

public-gifts = Gifts
public-gifts-latest = The newest batches of gifts
public-gifts-all = All gifts
public-gifts-count = Gifts counted
public-gifts-unnamed = Gifts of people who gave no name are always inside these sums.
public-batches = Gifts appear in batches of at least { $count }, so that nobody can tell from a total what one person gave.
public-batches-last = When the fund closed, the last batch counted what was left over, however few gifts.
public-batches-caption = One line a batch, the newest first
public-batches-earlier = Earlier

public-corrections-latest = The newest corrections
public-corrections-all = All corrections, emergencies and missing receipts

public-summary = On one page
public-exceptions = Exceptions
public-exceptions-corrections =
    { $count ->
        [one] { $count } correction
       *[other] { $count } corrections
    }
public-exceptions-emergencies = Agreed to by one person in an emergency: { $count }
public-exceptions-receipts = Without a receipt: { $count }
public-roles = Whoever enters a spending never agrees to it: others do, and their number follows the sum.
public-every-cent = Every cent, and how to check it:
public-qr = Square to scan: { $address }

public-take = Take it with you
public-take-summary = One page to print and pin up
public-take-reports = All reports, and how to check them
public-take-figures = The figures of this publication
public-take-spending = Every spending and every batch
public-take-postings = Every posting (CSV)
public-take-journals = Journals
public-take-archive = All of it in one archive, to open without a network
public-take-feed = Feed of publications and corrections
public-take-api = For programs
public-take-verify = How to check

public-feed-publication = Publication { $number }
public-feed-publication-text = New figures are out.
public-feed-correction = Correction no. { $number }
public-feed-state = Now: { $state }
public-feed-state-text = It was “{ $before }”, and is “{ $after }” since publication { $number }.

public-matched = Matched to the bank through { $day }, without a difference.
public-promise = { $share } of spending was inside the promised uses.
public-promise-heading = Promise check
public-promise-outside = What was not is listed.
public-promise-more = The check in full
public-strike = Per strike day
public-strike-title = The most on a strike day was { $amount }, in the week of { $week }
public-strike-caption = Spending per strike day, by week
public-strike-days = Strike days
public-strike-per-day = Per day
public-budget-title = Spent of each budget
public-bands-title = How many gifts of which size
public-goods = Gifts of goods
public-goods-note = Goods are not part of the cash figures.
public-goods-all = All goods

public-badge-goal = Raised { $received } of { $goal }
public-badge-raised = Raised { $received }
public-badge-closed = Closed. See the report.
public-badge-practice = Practice
public-badge-at = { $day } · no. { $number }
public-badge-every = See every dollar
public-poster = A sheet for the picket line
public-poster-scan = Scan to give, or type:
public-poster-checked = Gifts stay private. Every cent that is spent is published, and anyone can check it.
public-poster-square = The square alone, for signs (SVG)
public-take-poster = For the picket line and other sites
public-embed = Show it on another site
public-embed-widget = A frame with the figures of the newest publication. It sets no cookie and runs no script:
public-embed-badge = A badge:

public-names = Donors who want to be named
public-names-none = Nobody is named here yet.
public-names-note = Each chose it, and a person looked at each name. There is no amount and no day, a name appears with a later publication than the one that counted its gift, and its donor can take it back at any time. Nobody else is named anywhere; every gift is inside the sums.
public-names-count = { $count ->
    [one] One donor is named.
   *[other] { $count } donors are named.
}
