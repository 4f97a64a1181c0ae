# What mails say. Subjects stay neutral: they show on locked and shared phones.
mail-footer = You get this because somebody entered this address on our site. If you did not expect it, you can ignore it.
mail-test-subject = A test
mail-test-text = Mail from the site arrives. Nothing else is to be done.
mail-invitation-subject = Your invitation
mail-invitation-text = You are invited to work with us, by an administrator. Open the link below within { $minutes } minutes, choose how you will sign in, and you can begin.

    The link works once. Do not pass it on. When it is too old, ask for a new one.
mail-invitation-link = Accept the invitation
mail-reset-subject = Signing in
mail-reset-text = Somebody asked for a new way to sign in to your account. If it was you, open the link below within { $minutes } minutes.

    If it was not you, do nothing, and tell an administrator.
mail-reset-link = Choose anew how you sign in
mail-factor-changed-subject = Sign-in notice
mail-factor-changed-text = A password, passkey or code generator of your account was added, changed or removed. A new password or code generator ends your other sessions.

    If it was not you, tell an administrator at once.
mail-factor-reset-subject = Sign-in notice
mail-factor-reset-text = The second factor of { $name } is to be reset, as an administrator asked. It is done { $hours } hours after a second administrator agreed.

    Until then it can be stopped: open the link below, sign in, and call it off.
mail-factor-reset-link = Look at it, or stop it
mail-captain-link-subject = Your link
mail-captain-link-text = With the link below you send in receipts from your phone, and see what became of them. It works for { $days } days.

    The link is yours alone. Do not pass it on.
mail-captain-link-link = Send in receipts
mail-bank-details-changed-subject = Payment details changed
mail-bank-details-changed-text = Somebody changed where a payee gets money. Until now: { $old }. From now on: { $new }. Nothing is paid there until a second person has checked it and 48 hours have passed.

    If it is not right, open the link below and reject it.
mail-bank-details-changed-link = Check the change
mail-emergency-signature-subject = A second signature is needed
mail-emergency-signature-text = Something was approved on one signature, as the rules allow in an emergency. A second signature is due within 72 hours.
mail-emergency-signature-link = Look at it
mail-identity-shown-subject = A note for the staff
mail-identity-shown-text = { $name } was shown who gave gift { $gift }. Why: { $reason ->
        [refund] to give money back by hand
        [dispute] a dispute
        [asked] the donor asked
       *[other] the law wants it
    }. Agreed to by: { $who }. The log holds it.
mail-identity-shown-link = Look at the log
mail-waiting-subject =
    { $count ->
        [one] One item waits for you
       *[other] { $count } items wait for you
    }
mail-waiting-text =
    { $count ->
        [one] One item on the site waits for you.
       *[other] { $count } items on the site wait for you.
    } { $days ->
        [0] All of it is of today.
        [one] The oldest has waited for a day.
       *[other] The oldest has waited for { $days } days.
    }{ $disputes ->
        [0] { "" }
        [one] { " " }One of them is a dispute with a donor’s bank. Days left to answer: { $left ->
            [unknown] not known
           *[other] { $left }
        }.
       *[other] { " " }{ $disputes } of them are disputes with a donor’s bank. Days left to answer the first: { $left ->
            [unknown] not known
           *[other] { $left }
        }.
    }
mail-waiting-link = Look at it
mail-new-device-subject = Sign-in notice
mail-new-device-text = Somebody signed in to your account with a browser that we have not seen before.

    If it was not you, open the link below, sign out everywhere, change your password, and tell an administrator at once.
mail-new-device-link = Look at your sessions
mail-reset-done-subject = Sign-in notice
mail-reset-done-text = A link was made by which { $name } sets anew how they sign in. Whoever runs the server did it, or two administrators after the time to object was over.

    If you know nothing of it, open the link below, look at the log, and ask your colleagues at once.
mail-reset-done-link = Look at it
mail-payment-alert-subject = A payment needs an answer
mail-payment-alert-text = { $said }

    Gift { $gift }. Days left to answer: { $days }.
mail-payment-alert-link = Look at it
mail-books-alert-subject = The books need attention
mail-books-alert-text = { $said }

    Since { $since }.
mail-books-alert-link = Look at it
mail-payee-changed-subject = Payment details changed
mail-payee-changed-text = How you are paid is to change. Until now: { $old }. From now on: { $new }. A second person has to agree first, and then nothing is paid there for { $hours } hours.

    If this is not right, { $contact ->
        [none] tell whoever you deal with at once, by a way that you know.
       *[other] write to { $contact } at once.
    }
mail-payee-address-subject = A change of address
mail-payee-address-text = Notices about how you are paid go to another address from now on, or are not sent any more.

    If this is not right, { $contact ->
        [none] tell whoever you deal with at once, by a way that you know.
       *[other] write to { $contact } at once.
    }
mail-head-subject = Publication { $number }
mail-head-text = This is publication { $number }. Keep this mail: with it anybody can show later that nothing was changed since.

    Root: { $root }

    Root before: { $previous }

    The signed head:

    { $checkpoint }
mail-head-link = Compare it
mail-repeat-failed-subject = About your gift { $gift }
mail-repeat-failed-text = A payment of your gift { $gift } did not go through on { $on }. You owe nothing.{ $next ->
        [none] { " " }It is not tried again.
       *[other] { " " }It is tried again on { $next }.
    }

    If you would rather stop this gift, open the link below.
mail-repeat-failed-link = Stop this gift
mail-repeat-stopped-subject = Your gift { $gift } has stopped
mail-repeat-stopped-text = Your gift { $gift } does not come again. { $who ->
        [donor] You stopped it.
        [treasurer] A treasurer stopped it.
        [bank] It stopped because your bank disputed a payment of it.
        [winding_down] It stopped because the fund is winding down.
       *[other] The payment service stopped it.
    } Nothing more will be charged.

    What you gave so far, and what became of it, stands on your gift’s own page.
mail-repeat-stopped-link = Your gift
