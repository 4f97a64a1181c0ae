# The page on which anybody checks what was published, and the five answers it gives.
verify = Check the books
verify-answer = The answer
verify-what = You can check here that a gift is inside a published total, and that today’s books continue an older copy. Every record that was published stands in a log that can only grow; its head, the root, changes with any change to any of them.
verify-not-proved = It does not prove that a record was true from the start. Receipts, two people who agree, and the bank’s own statement guard against that.
verify-now = This publication
verify-root = Root
verify-fingerprint = Fingerprint of the key
verify-compare = Compare both with the printed ones at the picket line.
verify-gift = Check my gift
verify-proof = Your proof
verify-proof-hint = All lines from BEGIN to END. Nothing of it is kept.
verify-check = Check
verify-older = Check an older copy
verify-older-root = An older root, or a whole checkpoint
verify-older-hint = From a print, a mail or a file that you kept. Nothing of it is kept here.
verify-do-compare = Compare
verify-stronger = Checking on your own computer is stronger than asking this server.
verify-yourself = Check everything yourself
verify-yourself-note = The program is free. It reads what this site publishes, or a copy of it in a folder, works out every figure anew and compares it byte for byte. It needs the key and trusts no server.
verify-all = All publications
verify-all-caption = The newest hundred publications and their roots
verify-publication = Publication
verify-day = Day
verify-records = Records
verify-roots = All of them as a text
verify-not-promised = What is not promised
verify-not-promised-note = Two readers could be shown two different books by a server that lies, until they compare roots: so keep one, and compare. A key that was stolen can sign what is not ours.
verify-contact = Questions: { $contact }
verify-inside =
    Yes. This gift of { $amount } is inside publication { $number }, { $gifts ->
        [1] the only gift of its batch.
       *[other] one of { $gifts } gifts.
    }
verify-not-yet = Not published yet. Next publication: at least { $least } { $least ->
        [1] gift.
       *[other] gifts.
    }
verify-does-not-fit = No. This proof does not fit publication { $number }. Keep it{ $contact ->
        [none] .
       *[other] { " " }and write to { $contact }.
    }
verify-does-not-fit-any = No. This proof does not fit any publication. Keep it{ $contact ->
        [none] .
       *[other] { " " }and write to { $contact }.
    }
verify-not-whole = That is not a whole proof. Paste all lines from BEGIN to END.
verify-continues = Yes: publication { $number }, and today’s books continue it.
verify-no-such = No such publication. Keep your copy.
