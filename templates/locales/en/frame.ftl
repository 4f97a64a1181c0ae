# What surrounds every page of the treasury, and what is the same in every form.
frame-skip = Skip to the content
frame-practice = Practice: no real money
frame-places = Places
frame-idle = You are signed out after 30 minutes without activity.
frame-live = Live, not public
form-error = Error:
form-optional = (optional)
form-problems = { $count ->
    [one] There is a problem
   *[other] There are { $count } problems
}
frame-more = More
place-accounts = Accounts
place-months = Months
place-search = Search
place-home = Home
sign-in = Sign in
sign-in-first-title = Please sign in
sign-in-first-why = This page is for the fund’s staff. If you were signed in, the time without activity was too long.
home-title = Treasury
home-alerts = What needs a person
home-alert = Kind
home-said = What it says
home-clear = All clear.
month-1 = Jan
month-2 = Feb
month-3 = Mar
month-4 = Apr
month-5 = May
month-6 = Jun
month-7 = Jul
month-8 = Aug
month-9 = Sep
month-10 = Oct
month-11 = Nov
month-12 = Dec
