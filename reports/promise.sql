-- The promise check: how much of the spending was inside the promised uses, and what was not.
--
-- Promised are the uses under `expenses:program:`, and passing on what is left to mutual aid (`expenses:grants:`). Everything else that was spent
-- is an exception, listed by week. Fees come with gifts and are shown apart (fees.sql). The share is cut down to tenths of a percent, so that
-- 100.0 means all of it. $1 is the fund.
WITH spent AS (
    SELECT account, week, amount, lines,
           CASE WHEN account LIKE 'expenses:program:%' OR account LIKE 'expenses:grants:%' THEN 1 ELSE 0 END AS inside
      FROM public_sum
     WHERE fund_id = $1 AND unit = 'money'
       AND (account LIKE 'expenses:program:%' OR account LIKE 'expenses:grants:%' OR account LIKE 'expenses:admin:%')
), share AS (
    SELECT CAST(SUM(amount) AS BIGINT) AS whole, CAST(SUM(amount * inside) AS BIGINT) AS inside FROM spent HAVING SUM(amount) > 0
)
SELECT part, item, period, count, amount_minor, text FROM (
    SELECT 1 AS place, 'share' AS part, 'promised' AS item, '' AS period, 0 AS count, inside AS amount_minor,
           CAST(inside * 1000 / whole / 10 AS TEXT) || '.' || CAST(inside * 1000 / whole % 10 AS TEXT) AS text
      FROM share WHERE inside >= 0
    UNION ALL
    SELECT 2, 'inside', account, '', CAST(SUM(lines) AS BIGINT), CAST(SUM(amount) AS BIGINT), '' FROM spent WHERE inside = 1 GROUP BY account
    UNION ALL
    SELECT 3, 'outside', account, week, lines, amount, '' FROM spent WHERE inside = 0
) report ORDER BY place, period, item
