# Lists as files.
export-label = Download this list:
export-currency = Currency of { $column }
list-older = Older
list-newer = Newer
