# How a fund ends: the pages for treasurers.

close-title = How the fund ends
close-place = How it ends
close-back = All steps
close-since = Since
close-restriction = Only for
close-done-asked = Others were asked to agree.
close-done-moved = The fund moved.
close-done-taken-back = The move was taken back.
close-waits = A move waits for others to agree.
close-take-back = Take the move back

close-steps = Steps to the end
close-step = Step
close-held = Held up by
close-stands-done = Done
close-stands-now = Next
close-stands-later = Later
close-stands-held = Held up
close-step-wind-down = Wind down
close-step-repeats = Stop repeats
close-step-settle = Settle
close-step-reserve = Reserve, and begin to share out
close-step-finish = Close
close-pause-draft = Open the fund
close-pause-open = Pause giving
close-pause-paused = Open again

close-means-pause = No new gifts are taken until the fund opens again. Gifts that repeat go on. The give page names the groups that can use a gift meanwhile.
close-means-open = The fund takes gifts from the public.
close-means-wind-down = Giving stops for good. { $count ->
    [0] No gift repeats.
    [one] One gift that repeats will be stopped at Stripe.
   *[other] { $count } gifts that repeat will be stopped at Stripe.
 }
close-means-reserve = Everything is settled. Part of what is left waits for disputes that donors’ banks may still open; the rest can be shared out.
close-means-finish = Every account is at zero. The fund’s pages stay; a last publication says that it is closed.
close-means-for-good = This cannot be undone.
close-ask = Ask others to agree
close-reason = Reason
close-reason-hint = Public. 10 to 500 letters.
close-last-on = Last day for expenses
close-last-on-hint = The fund still pays for what was bought up to this day. Captains and custodians settle by then.
close-percent = Reserve, in percent of what is left
close-percent-hint = Either a percentage or an amount.
close-amount = Reserve, as an amount
close-reserve = Reserve
close-until = Reserve until
close-until-hint = From this day on, a second share-out passes the reserve on as well. Most banks let donors dispute for 120 days.
close-release = Release from the purpose
close-release-hint = Public. Who released the money from what it was given for, and why. Empty: it goes only to what it was given for.
close-no-reason = Say why, in 10 to 500 letters.
close-no-day = Choose a day from today on, within two years.
close-no-amount = Enter an amount, like 250.00.
close-no-more = That is more than there is.
close-no-either = Enter either a percentage or an amount.
close-no-drawn = The fund is: { $state }. That step is not taken from there.
close-no-yet = First to settle: { $what }.
close-held-by = Held up by: { $list }.

close-settle-title = What must be settled
close-settle-caption = What must be settled
close-held-sharing = { $count ->
    [0] Nothing holds up the share-out.
    [one] One thing holds up the share-out.
   *[other] { $count } things hold up the share-out.
 }
close-held-closing = { $count ->
    [0] Nothing holds up the end.
    [one] One thing holds up the end.
   *[other] { $count } things hold up the end.
 }
close-item = What
close-waits-for = Waits for
close-owner = Whose it is
close-shared = Shared with other funds: it does not hold this one up
close-holds-not = It does not hold this step up
close-item-repeats = Gifts that repeat
close-item-drafts = Expenses not decided
close-item-claims = Claims of captains
close-item-decisions = Other decisions
close-item-unpaid = Approved, not paid
close-item-by-hand = Gifts by hand
close-item-refunds = Refunds on their way
close-item-disputes = Open disputes
close-item-grants = Grants under way
close-item-advances = Advances
close-item-cash = Cash and cards
close-item-pending = Not available at Stripe yet
close-item-payouts = Payouts on their way
close-item-bank-lines = Bank lines not matched
close-item-difference = Differences
close-item-lines = Stripe lines not booked
close-item-suspense = Suspense
close-item-left = What the fund still holds
close-item-accounts = Accounts that are not at zero
close-item-others = Other funds that are not closed
close-wait-repeats = Stripe’s word that each has stopped
close-wait-drafts = Somebody to send or reject them
close-wait-claims = A treasurer to send them on or back
close-wait-by-claims = Captains and treasurers: what was bought by { $day } is paid
close-wait-decisions = Approvers
close-wait-unpaid = A treasurer to pay
close-wait-by-unpaid = A treasurer to pay; what was bought by { $day } is paid
close-wait-by-hand = A count, a second person or the bank
close-wait-refunds = Stripe, or whoever hands out the cash
close-wait-disputes = The donors’ banks
close-wait-grants = A treasurer to send them, or the bank to show them
close-wait-advances = Custodians to bring it back, by the last day for expenses
close-wait-by-advances = Custodians to bring it back by { $day }
close-wait-cash = Somebody to bring it to the bank
close-wait-pending = Stripe to make it available
close-wait-payouts = The bank to show them
close-wait-bank-lines = A treasurer to match them
close-wait-difference = A treasurer to find out why
close-wait-lines = The next reading of Stripe’s list
close-wait-suspense = A treasurer to say what it is
close-wait-left = Grants that pass it on
close-wait-accounts = Payments that bring them to zero
close-wait-others = Those funds: what names no fund comes here

close-allowed = What each state allows
close-act = May happen
close-here = { $state } (now)
close-yes = Yes
close-no = No
close-act-publish = Public pages
close-act-give = New gifts
close-act-repeat = Gifts that repeat
close-act-claim = Claims of captains
close-act-spend = New expenses
close-act-approve = Agreeing to expenses
close-act-refund = Refunds asked for here
close-act-pay = Paying what was agreed to
close-act-groups = Groups and members’ votes
close-act-grant = Plans and gifts to mutual aid

close-hand-over = Hand over to a fund that follows
close-means-hand-over = A fund that follows can begin with what is left. Nothing leaves the bank: money is pooled. Whether donors gave for that is for the charter to say.
close-successor = Fund that follows
close-hand-over-reason = Stands with the entry. 10 to 200 letters.
close-no-successor = No other fund runs that may have it.
close-no-successor-chosen = Choose a fund.

close-forgotten = Donors’ details are deleted on { $day }. Sums stay.
close-archive = The pages and the signed archive stay. The archive opens without a server.
close-archive-file = Signed archive (zip)
close-public = Public page
close-check = Check the books
close-late-came = { $sum } came after the fund had closed. It stays this fund’s own until a supplementary grant passes it on.
close-late-went = { $sum } was taken after the fund had closed. It is borne as the charter says.
close-late-title = Money after the end
close-late-caption = Funds that are closed and not at zero
close-late-none = Nothing came or went after a fund had closed.
close-late-note = A dispute that was won, a refund that failed, a stray gift, a last cent of interest: it reopens nothing, and waits here.
