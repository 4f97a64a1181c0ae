# The whole ledger as a file.
place-exports = Exports
exports-title = Exports
exports-why = The whole ledger as it stands now: every entry and every amount, and nothing that a stranger typed. Open it in the program you trust.
exports-files = Files
exports-file = File
exports-for = For
exports-hledger = hledger; passes its strictest check
exports-beancount = beancount; balances with no tolerance
exports-csv = a spreadsheet, one line a posting
exports-json = other programs, amounts in whole cents
exports-logged = Each download is written to the log of acts.
