-- Statement of activities: everything that came in and went out since the start, and what is left.
--
-- Read from public_sum, which adds up the lines of all published records. A line is debit positive, as in the books: income stands below zero
-- there and is turned round here. Refunds and disputes take away from income. $1 is the fund.
SELECT CASE WHEN account LIKE 'income:%' OR account = 'equity:opening' THEN 'in' ELSE 'out' END AS part,
       account AS item,
       '' AS period,
       CAST(SUM(lines) AS BIGINT) AS count,
       CAST(SUM(CASE WHEN account LIKE 'income:%' OR account = 'equity:opening' THEN -amount ELSE amount END) AS BIGINT) AS amount_minor,
       '' AS text
  FROM public_sum
 WHERE fund_id = $1 AND unit = 'money'
 GROUP BY account
 ORDER BY part, item
