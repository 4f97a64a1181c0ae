-- Each report opens a use to its newest entries, however rare the use is among all lines.
CREATE INDEX public_line_by_account ON public_line (fund_id, account, position) WHERE unit = 'money';
