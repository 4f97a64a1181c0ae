-- What would be left to pass on: what the fund stands at, and what was passed on.
--
-- Everything that was approved is taken off already, paid or not. Gifts to mutual aid are no expense of the strike. $1 is the fund.
SELECT part, item, period, count, amount_minor, text FROM (
    SELECT 1 AS place, 'left' AS part, '3-closing' AS item, '' AS period, 0 AS count, CAST(-SUM(amount) AS BIGINT) AS amount_minor, '' AS text
      FROM public_sum WHERE fund_id = $1 AND unit = 'money' HAVING COUNT(*) > 0
    UNION ALL
    SELECT 2, 'passed-on', account, week, lines, amount, ''
      FROM public_sum WHERE fund_id = $1 AND unit = 'money' AND account LIKE 'expenses:grants:%'
) report ORDER BY place, period, item
