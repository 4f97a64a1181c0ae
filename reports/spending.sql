-- Spending by use, by week, and what was bought, counted.
--
-- A purchase counts in the week it was made, once others agreed to it; payments to people count as a sum in the week they are published;
-- a correction counts in the week it was made, so that no week changes afterwards. Weeks begin on a Monday (ISO 8601). $1 is the fund.
SELECT 'uses' AS part, account AS item, '' AS period, CAST(SUM(lines) AS BIGINT) AS count, CAST(SUM(amount) AS BIGINT) AS amount_minor, '' AS text
  FROM public_sum
 WHERE fund_id = $1 AND unit = 'money' AND (account LIKE 'expenses:program:%' OR account LIKE 'expenses:grants:%' OR account LIKE 'expenses:admin:%')
 GROUP BY account
UNION ALL
SELECT 'weeks', account, week, lines, amount, ''
  FROM public_sum
 WHERE fund_id = $1 AND unit = 'money' AND (account LIKE 'expenses:program:%' OR account LIKE 'expenses:grants:%' OR account LIKE 'expenses:admin:%')
UNION ALL
SELECT 'units', account, '', CAST(SUM(amount) AS BIGINT), 0, unit
  FROM public_sum
 WHERE fund_id = $1 AND unit IN ('cases', 'meals', 'packs', 'trips', 'people')
 GROUP BY account, unit
 ORDER BY 1, 3, 2, 6
