# Signing in, coming in by a link, one's own page, the people of the treasury, the log of acts.
place-people = People
place-audit = Log of acts

sign-in-email = E-mail
sign-in-password = Password
sign-in-wrong = Those details do not match.
sign-in-closed = { $minutes ->
    [one] Too many tries. Wait { $minutes } minute.
   *[other] Too many tries. Wait { $minutes } minutes.
}
sign-in-busy = Many people sign in at this moment. Try again in a few seconds.
sign-in-code-title = One more step
sign-in-code = Code
sign-in-code-hint = Six digits from your authenticator app, or one of your recovery codes.
sign-in-code-wrong = That code did not match or was used. Wait for the next one.
confirm-title = Confirm it is you
confirm-why = This page moves money or changes who may. Enter a fresh code; then you are back where you were.
confirm-demo = In the demo, open your link from the terminal once more instead.
confirm = Confirm

join-join = Welcome to the treasury
join-password = New password
join-authenticator = Scan this with an authenticator app on your phone, or type the key into it. Then enter the code it shows.
join-setup = Welcome
join-demo = Look around
join-demo-why = This is the demo: made-up people, no real money. The link works until the demo ends.
join-as = You come in as { $email }.
join-name = Your name, as colleagues see it
join-password-hint = 15 letters or more. Several words are easy to remember; pasting is fine.
join-qr = Square of dots for the authenticator app; the typed key says the same
join-code = Code from the app
join-code-hint = The six digits that it shows now.
join-code-wrong = That code did not match. Check the clock on your phone.
join-enter = Come in
join-spent-title = This link opens nothing any more
join-spent = It was used, is too old, or a newer one took its place. Ask an administrator for a new link.
password-short = Use { $count } letters or more.
password-long = Use { $count } letters or fewer.
password-common = Many people use this password. Pick another.
password-own = This password is built from names that belong to the fund or to you. Pick another.
codes-title = Your recovery codes
codes-why = Print these or write them down, and keep them apart from your phone. Each opens the treasury once when the phone is gone. They are shown only now.
codes-kept = I have kept them. Go on

me-password-since = Password since
me-authenticator-since = Authenticator since
me-codes-left = Recovery codes left
me-password = Change the password
me-password-now = Password until now
me-authenticator = Set up another authenticator
me-codes = Make new recovery codes
me-codes-why = The old codes stop working. The new ones are shown once.
me-others-end = You stay signed in here; everywhere else you are signed out.
me-language = Language
me-save = Save
me-session-this = This browser
me-session-other = Another browser
me-session-half = A sign-in that waits for its code
me-session-times = Signed in { $started }; last used { $seen }.
me-session-end = Sign this one out
me-end-others = Sign out everywhere else
me-sign-out = Sign out
me-reset = Somebody asks to reset your authenticator
me-reset-why = Two administrators can do this after a day, for when your phone is lost. If you did not ask for it, call it off and tell your colleagues.
me-reset-cancel = Call it off

role-recorder = Treasurer
role-approver = Approver
role-auditor = Auditor
role-administrator = Administrator
role-does-recorder = Treasurer: enters expenses and gifts, and pays
role-does-approver = Approver: agrees to what others entered
role-does-auditor = Auditor: reads everything but identities, changes nothing
role-does-administrator = Administrator: looks after people and settings

people-title = People
people-name = Name
people-email = E-mail
people-roles = Roles
people-state = State
people-nobody = Nobody is here yet.
people-no-role = No role
people-in = May sign in
people-invited = Invited
people-disabled = Shut out
people-few-approvers = { $count ->
    [0] Nobody is an approver: nothing can be approved.
    [one] Only { $count } approver: what needs two cannot be approved.
   *[other] { $count } approvers. Whoever enters an expense never approves it, so three are safer.
}
people-one-administrator = There is one administrator. Roles are then given on one person’s word, which the log says, and a lost authenticator can be reset at the server only. Name a second one.
people-asked-role = { $name }: { $role }
people-asked-reset = { $name }: reset the authenticator
people-asked-by = Asked by { $name }. It waits for another administrator.
people-reset-due = Agreed. It can be carried out from { $time }; until then it can be called off.
people-agree = Agree
people-reset-link = Make the link for a new authenticator
people-call-off = Call it off
people-invite = Invite somebody
people-invite-why = You get a link to hand over yourself. It works for 30 minutes, once.
people-invited-title = Invited
people-roles-wait = Another administrator has to agree to the roles. Until then the person can come in, and do nothing.
people-name-wrong = Enter a name of 1 to 60 letters.
people-email-wrong = That address looks unfinished. Example: name@example.org
people-role-wrong = Choose one role or more.
people-taken = Somebody on the staff has this address. If they lost their link, open their page for a new one.
people-link-title = A link to hand over
people-link-once = Hand this link over yourself. It works for 30 minutes, once, and is shown only now.
people-link-given = I have handed it over
people-set-roles = Set the roles
people-set-roles-why = Taking a role away works at once and signs the person out. Adding one takes a second administrator.
people-new-invitation = New invitation link
people-new-invitation-why = They have not come in yet. A new link voids the old one.
people-password-link = Link for a new password
people-password-link-why = For a forgotten password. It asks for a code of their authenticator, so nobody else can use it.
people-reset = Reset the authenticator
people-reset-why = For a lost phone. It takes a second administrator and 24 hours, and the person can call it off. The password stays.
people-disable = Shut out
people-disable-title = Shut { $name } out?
people-disable-why = They are signed out at once and cannot sign in again. What they did stays in the log.
people-without = { $count ->
    [0] Without this person there is no approver: nothing can be approved.
    [one] Without this person only { $count } approver is left; what needs two cannot be approved.
   *[other] Without this person { $count } approvers are left.
}
people-refused = That was not done
people-gone = This was decided meanwhile.
people-reopen = This form was sent before with other content, or it is damaged. Open it again.
people-same-person = You asked for this. Another administrator has to agree.
people-about-yourself = This is about you. Other administrators decide it.
people-alone = This takes a second administrator, and nobody else can act as one. Whoever runs the server can bring one in, or reset an authenticator, with “strikefund staff”.
people-last-administrator = The last administrator stays. Name another one first.
people-too-soon = This waits 24 hours, so that the person can call it off.
people-not-in = They have not come in yet. Give them a new invitation link.
people-back = Back

audit-title = Log of acts
audit-of = Log of acts of { $name }
audit-why = Written in the same moment as each act, and never changed. It holds no names of givers or payees.
audit-caption = Acts, newest first
audit-nothing = Nothing matches.
audit-when = When
audit-who = Who
audit-nobody = nobody signed in
audit-act = Act
audit-subject = On what
audit-detail = Detail
audit-everybody = Everybody’s acts
audit-csv = Download as CSV

setup-step = Step { $step } of { $steps }
setup-you = You
setup-you-why = You become the first treasurer and administrator. No other way in exists, and no password that came with the program.
setup-next = Save and go on
setup-skip = Skip this for now
setup-fund = The fund
setup-fund-name = Public name
setup-fund-slug = Word in addresses
setup-fund-slug-hint = { $address } and then small letters, digits and hyphens
setup-fund-promise = What the money is for, in public
setup-fund-promise-hint = Empty: food, water, supplies, logistics and community support; what is left goes to mutual aid.
setup-fund-currency = Currency
setup-fund-currency-hint = It cannot be changed later.
setup-fund-zone = Time zone
setup-fund-zone-choose = Choose
setup-fund-zone-hint = Days begin and end by it; it cannot be changed later.
setup-fund-name-wrong = Enter a name of 1 to 100 letters.
setup-fund-slug-wrong = Use 1 to 40 small letters, digits and inner hyphens, and no word that our addresses use already.
setup-fund-currency-wrong = Choose a currency. It cannot be changed later.
setup-fund-zone-wrong = Choose a time zone, like America/Los Angeles. It cannot be changed later.
setup-fund-differs = A fund of that word exists with another currency or time zone, which never change.
setup-stripe = Stripe
setup-second = Second person
setup-second-in = Second person has come in
setup-webhook-heard = Stripe’s events arrive
setup-finish = Check and finish
setup-done = Done
setup-open = Open
setup-to-treasury = To the treasury

forgotten-title = Forgotten password, or no code at hand?
forgotten-why = Enter the address you sign in with. We send a link by which you choose another password; you need a code of your authenticator app or a recovery code as well.
forgotten-send = Send the link
forgotten-sent = If that address belongs to somebody on the staff, a link is on its way to it. It works once, for { $minutes } minutes; ask again no sooner than that.
forgotten-code = Have your phone or your recovery codes ready: the link asks for a code.
forgotten-both = A code can always be a recovery code. If phone and recovery codes are both gone, an administrator can have your authenticator reset, which takes a second administrator and 24 hours.
forgotten-no-mail = This site sends no mail. An administrator of the fund can give you a link for another password.
people-link-mailed = The link is on its way to { $email }. It works for 30 minutes, once. If it does not arrive, open their page for a new one.
people-link-show = Show the link, to hand it over
people-invite-mailed = We mail them a link. It works for 30 minutes, once.

setup-fund-uses = Gifts are spent on five uses, which are preset: food, water, supplies, logistics and community support. What was said before stands in the fields.
setup-fund-first = Set up the fund first: the rules are its own.
setup-approval = Approval rules
setup-approval-why = How many others must agree to a sum. The usual rule stands in the fields; keep it, or change it. Later a change takes two people.
setup-mail = Mail
setup-mail-why = Invitations, security notices and what waits for you go by mail. The server’s address and password stand in the server’s settings, never in the database.
setup-mail-none = No mail server is set. Put its address into a file and name it in STRIKEFUND_SMTP_URL_FILE; then start the site again. Until then mails wait in the outbox.
setup-mail-to = Send a test mail to
setup-mail-check = Send a test mail
setup-mail-went = The mail server took the mail to { $to }. Look into that mailbox.
setup-mail-said = The mail server said: { $answer }.
setup-list = Steps of the setup
setup-what = Step
setup-left-contact = Where donors write to
setup-all-done = Everything is set up.
setup-some-left = What is open stays on the home page until it is done.

people-enable = Let back in
people-enable-why = They may sign in again with what they had. Their roles do not come back by themselves: each is asked for anew, and takes a second administrator.
people-rename = Change the name
people-rename-why = The name that colleagues see. The log says that it was changed.
people-without-sums = In { $fund }, sums above { $sum } cannot be approved then.
sign-in-label = Name of this device
sign-in-label-hint = Stands in the list of your sessions, so that you know which is which.
