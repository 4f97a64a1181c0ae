# The charter of a fund: what it promises in public, and the form in which it is written.
charter = Charter
charter-standing = Version { $n } is in force since { $on }. The public reads it from the next publication on.
charter-none = No charter yet. Until there is one, the public reads the purpose alone, and nobody can look up who decides and what becomes of leftover money.
charter-change = Write the next version of the charter
charter-waits = A version of the charter waits for an approver.
charter-yours = You wrote this version. An approver must agree.
charter-agree = Read it and agree
charter-version = Version { $n }, in force since { $on }.
charter-published = (publication { $number })
charter-agreed = { $given ->
    [0] Nobody else was there yet who could agree to it.
    [one] One other person agreed to it.
   *[other] { $given } others agreed to it.
}
charter-changes = What this version changed
charter-first = This is the first version.
charter-unpublished = This fund has agreed to no charter yet. What stands above is its promise.
charter-rules-changed = The table of approvals changed.
charter-versions = All versions
charter-whole = The whole charter and its versions
charter-leftover-report = What is left now
charter-why = The charter is the fund’s public promise. Two people agree to each version, every version stays public for ever, and each says what changed. Our proposals stand in the fields: change them until they are true.
charter-send = Send for agreement
charter-who = Who runs the fund
charter-tie = Our tie to the strikers
charter-spending = How money is spent
charter-withdrawal = How money is withdrawn
charter-uses = What the promised uses buy
charter-uses-hint = Food, water, supplies, logistics, community support: an example of each. It cannot change once the fund winds down.
charter-roles = Roles and conflicts of interest
charter-leftover = What becomes of leftover money
charter-recipients = Who may get leftover money
charter-recipients-hint = One group a line: name | why | https://its.page (the page may be left out).
charter-recipient = May get leftover money
charter-reserve = Reserve for disputes
charter-reserve-says = { $percent } % for { $days } days after the last gift
charter-reserve-percent = Reserve for disputes, in percent
charter-reserve-percent-hint = This much of what is left waits for disputes that donors’ banks may still open.
charter-reserve-days = Days that the reserve waits
charter-reserve-days-hint = Counted from the last gift. Most banks allow 120.
charter-objection = Time to object to a plan
charter-objection-says = { $days ->
    [one] { $days } day
   *[other] { $days } days
} before money moves
charter-objection-days = Days to object to a plan for what is left
charter-objection-days-hint = So long the public sees a plan that was agreed to before money moves. 0: money moves once it was published.
charter-wrong-objection = Enter a whole number of days from 0 to 60.
charter-loss = Who bears a loss after the end
charter-ends = What ends the fund
charter-refunds = Refunds and tax
charter-privacy = Privacy
charter-privacy-hint = What you hold of whom, who sees it, for how long, how to have it deleted, and what you cannot promise.
charter-access = Accessibility
charter-wrong-article = Write 1 to 4,000 letters.
charter-wrong-long = The charter as a whole is too long to be published. Shorten its articles, or write fewer and longer paragraphs.
charter-wrong-recipients = Name at least one group for leftover money, and 20 at most.
charter-wrong-recipient = Line { $line } is not “name | why | https://its.page”.
charter-wrong-percent = Enter a whole number from 0 to 100.
charter-wrong-days = Enter a whole number of days from 0 to 730.
charter-wrong-same = This is the charter in force. Change something first.
charter-wrong-fixed = The fund winds down: what it buys and who gets the leftover money stay as donors read them.
charter-preset-who = Members of the union local who were chosen by its members run this fund without pay.
charter-preset-tie = We belong to the union whose members are on strike, and we answer to them.
charter-preset-spending = Every expense is entered by one person and agreed to by others, as the table of approvals says. What was bought, for which use and for how much is published.
charter-preset-withdrawal = Money leaves the bank only for an expense that was agreed to. Each payment is matched to the bank’s statement, and the difference is published.
charter-preset-uses = Food and water for the picket lines, supplies such as signs and rain gear, logistics such as trips and toilets, and community support for members who cannot pay their rent.
charter-preset-roles = Recorders enter, approvers agree, auditors read, administrators look after people and settings. Nobody agrees to what they entered. Whoever has an interest in a payment says so and does not decide on it.
charter-preset-leftover = When the strike is over and every bill is paid, what is left goes to the groups named here. Nothing goes to the union or to its officers.
charter-preset-loss = If a donor’s bank takes a gift back after the end, the union local bears it.
charter-preset-ends = The fund ends when the members vote to end the strike, or by a vote of the members at any time.
charter-preset-refunds = Ask for your gift back within 30 days on your gift page. Gifts are not tax-deductible.
charter-preset-privacy = We hold your e-mail address, and your name if you give it. Two treasurers together can open them, for a reason that is written down. They are deleted 90 days after the fund closes, or when you ask. Stripe and your bank know that you gave, and courts can ask them.
charter-preset-access = These pages work by keyboard, with screen readers and without scripts. If something does not work for you, write to our contact and we will help.
