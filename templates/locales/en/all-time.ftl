# What public pages say of all gifts together, of the goal, of periods, and how each report is checked.
public-matrix = By use and week

public-files-note = The log commits to every file of this publication, this page among them, by this list:
public-root-of = Root of publication { $number }
public-root-note = A page cannot hold its own checksum, nor the root over itself: it names the root before. Its own, and all others, stand here:
public-root-short = Root of publication { $number }: { $root }

public-part-middle = Middle gift
public-part-again = Donors who gave again
public-account-middle = To the nearest five
public-count-again = Donors
public-middle = Middle gift
public-middle-says = about { $amount } (week of { $week })
public-middle-note = Half of all gifts were about this large or larger. It is told to the nearest five, once a month, from 20 gifts on, and only where enough gave about that much.
public-again = Donors who gave more than once
public-again-says = at least { $donors }
public-again-note = Donors who gave more than once are counted in steps of { $least }.
public-account-again = Donors who gave more than once

public-account-4-reserve = Of that, the reserve for disputes
public-account-5-free = Free to spend
public-free-to-spend = Of that, { $reserve } wait for disputes, as the charter says; { $free } are free to spend.

public-goal = Goal
public-goal-title = { $percent } of the goal of { $goal } was received
public-goal-reached = The goal of { $goal } is reached: { $percent } of it was received
public-goal-caption = Goal and what was received
public-goal-percent = Reached
public-goal-cap = Takes at most

setting-goal = Goal
setting-goal-change = Name a goal
setting-goal-why = The fund’s public page shows how much of the goal was received, from the next publication on: by what was published, never by what waits.
setting-goal-hint = From 1 to 1,000,000,000. Leave it empty to name none.
setting-goal-wrong = Enter a sum from 1 to 1,000,000,000, or nothing.
setting-cap = Cap
setting-cap-hint = Once so much was received, by what is published, the give page names the groups of the charter instead of taking money. Leave it empty to name none.
setting-cap-wrong = Enter a sum that is not below the goal, or nothing. A cap needs a goal.
setting-done-goal = Saved. In force from the next publication on.
act-fund-goal = Named the goal of a fund

public-periods = Figures of
public-period-all = All time
public-period-month = This month
public-period-four-weeks = Last 4 weeks
public-period-week = Last week
public-period-weeks = Weeks from { $first } to { $last }. Gifts count in the publication that first shows them; spending in the week of purchase, once others agreed.
public-period-change = Change
public-period-before = Before
public-period-after = After
public-period-batches = Batches of this time
public-period-no-batch = No batch of gifts was published in this time.
public-period-nothing = Nothing was spent in this time.

public-pin-leftover = What is left goes to
public-pin-agree = Who agrees
public-pin-compare = Compare these with the page “Check the books”:

public-pin-tier = { $sum }: { $count }
