# What mails say. Subjects stay neutral: they show on locked and shared phones.
mail-footer = You get this because somebody entered this address on our site. If you did not expect it, you can ignore it.
mail-test-subject = A test
mail-test-text = Mail from the site arrives. Nothing else is to be done.
mail-invitation-subject = Your invitation
mail-invitation-text = You are invited to work with us. Open the link below within { $days } days, choose how you will sign in, and you can begin.

    The link works once. Do not pass it on.
mail-invitation-link = Accept the invitation
mail-reset-subject = Signing in
mail-reset-text = Somebody asked for a new way to sign in to your account. If it was you, open the link below within { $minutes } minutes.

    If it was not you, do nothing, and tell an administrator.
mail-reset-link = Choose anew how you sign in
mail-factor-changed-subject = A change to your account
mail-factor-changed-text = A password, passkey or code generator of your account was added, changed or removed, and your other sessions were ended.

    If it was not you, tell an administrator at once.
mail-factor-reset-subject = A change to an account
mail-factor-reset-text = The second factor of { $name } is to be reset in { $hours } hours, as an administrator asked.

    If you know of a reason against it, open the link below before then.
mail-factor-reset-link = Look at it, or stop it
mail-captain-link-subject = Your link
mail-captain-link-text = With the link below you send in receipts from your phone, and see what became of them. It works for { $days } days.

    The link is yours alone. Do not pass it on.
mail-captain-link-link = Send in receipts
mail-bank-details-changed-subject = A change to be checked
mail-bank-details-changed-text = Somebody changed where a payee gets money. Nothing is paid there until a second person has checked it and 48 hours have passed.
mail-bank-details-changed-link = Check the change
mail-emergency-signature-subject = A second signature is needed
mail-emergency-signature-text = Something was approved on one signature, as the rules allow in an emergency. A second signature is due within 72 hours.
mail-emergency-signature-link = Look at it
mail-identity-shown-subject = A note for the staff
mail-identity-shown-text = { $name } was shown who is behind an entry, and gave a reason. The log holds both.
mail-identity-shown-link = Look at the log
mail-waiting-subject = Something waits for you
mail-waiting-text = Something on the site waits for your decision.
mail-waiting-link = Look at it
