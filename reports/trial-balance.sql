-- Trial balance of the published books: every account, debit positive. The sum is zero.
--
-- Each published line is one side of an entry; the other side is always the fund's share of what the money accounts hold, since cash is kept
-- together for all funds. So that share is minus the sum of all lines. $1 is the fund.
SELECT 'accounts' AS part, account AS item, '' AS period, CAST(SUM(lines) AS BIGINT) AS count, CAST(SUM(amount) AS BIGINT) AS amount_minor, '' AS text
  FROM public_sum
 WHERE fund_id = $1 AND unit = 'money'
 GROUP BY account
UNION ALL
SELECT 'accounts', 'assets', '', CAST(COALESCE(SUM(lines), 0) AS BIGINT), CAST(COALESCE(-SUM(amount), 0) AS BIGINT), ''
  FROM public_sum
 WHERE fund_id = $1 AND unit = 'money'
 ORDER BY 2
