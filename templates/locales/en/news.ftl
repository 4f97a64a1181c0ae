# News by mail for whoever asked for it: the form, their own page, the mails, and what treasurers write.
mail-leave = Stop these mails
mail-news-asked-subject = Please confirm
mail-news-asked-text = Somebody asked us to send news to this address. If it was you, open the link below within { $days ->
        [one] a day
       *[other] { $days } days
    } and say yes.

    If it was not you, do nothing: nothing of this address is kept.
mail-news-asked-link = Say yes
mail-news-subject = Publication { $number }
mail-news-text = { $note ->
        [none] Publication { $number } is out. In short:
       *[other] { $note }
    }
mail-news-after = The figures are those of publication { $number }. You hear from us once a week at most.
mail-news-link = Read all of it
outbox-kind-news-asked = News: please confirm
outbox-kind-news = News
public-take-news = News by e-mail, once a week at most
news-title = News of { $fund } by e-mail
news-what = You get the summary of a publication, and now and then a note from the treasurers: once a week at most. Every mail has a link that stops it at once.
news-private = Your address is sealed, given to nobody, and forgotten when you stop. You do not need to have given.
news-email = Your e-mail
news-language = Language of the mails
news-language-en = English
news-language-es = Español
news-send = Send me a mail to confirm
news-sent-title = Look into your mailbox
news-sent = We have sent a mail to that address, unless one went there today already. Nothing of it is kept until you say yes there.
news-no-email = That address looks unfinished. Example: name@example.org
news-no-language = Choose a language.
news-closed = Too many questions from here. Try again in { $minutes } minutes.
news-over = This fund is closed: no more news will come. Its pages stay.
news-confirm-title = Yes to news of { $fund }?
news-confirm-what = Press the button, and news goes to the address that the link was sent to.
news-confirm = Yes, send me news
news-late-title = This link has ended
news-late = It was good for { $days } days, and nothing of your address was kept. You can ask again.
news-ask-again = Ask again
news-own-title = News of { $fund }
news-own-on = News goes to { $address }, once a week at most.
news-own-done = You said yes. The next publication comes to you.
news-stop = Stop it
news-stopped-title = Stopped
news-stopped = You get no more news. Your address is forgotten, unless you gave: the page of a gift deletes what is kept of that.
news-fund = To the fund’s page
tile-notes = Notes to supporters to read
supporters-title = Supporters
supporters-count = Get news by mail
supporters-many = { $count } or more
supporters-what = Whoever asked on the fund’s page gets a summary of the newest publication, once a week at most, with your note in it. Nobody is shown who they are. Before the first publication nothing goes out.
supporters-write = Write a note
supporters-write-what = It goes out with each supporter’s next mail: at once to whoever has had none for a week, to the others when their week is over. Another person reads it first. Leave out what should not be read by everybody, such as names and places.
supporters-text-en = In English
supporters-text-es = In Spanish
supporters-text-hint = At most { $most } letters. What stands in one language alone goes to all.
supporters-ask = Ask a colleague to read it
supporters-waits = A note waits for another person. Another can be written once it is decided.
supporters-notes = Notes
supporters-none = No notes yet.
supporters-number = Number
supporters-day = Written
supporters-state = State
supporters-state-waiting = Waits for another person
supporters-state-sent = Goes out
supporters-state-dropped = Dropped
supporters-note-title = Note { $number } to supporters
supporters-go = Let it go out
supporters-drop = Drop it
supporters-own = You wrote it, so another person lets it go out. You can drop it.
supporters-no-text = Enter what you want to say, in at most { $most } letters a language.
supporters-no-waits = Another note waits already.
supporters-no-decided = It was decided meanwhile.
supporters-done-written = Another person reads it now.
supporters-done-sent = It goes out.
supporters-done-dropped = Dropped.
act-supporters-note-written = Wrote a note to supporters
act-supporters-note-sent = Let a note to supporters go out
act-supporters-note-dropped = Dropped a note to supporters
# The card of a shared link.
card-figures = { $as-of }. { $received } received, { $spent } spent, { $on-hand } on hand.
card-practice = Practice: no real money.
card-alt = Bars, as in a report of what was spent on what.
