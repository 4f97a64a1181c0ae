# How a fund ends: the pages for treasurers.

close-no-reason = Say why, in 10 to 500 letters.
