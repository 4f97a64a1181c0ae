-- Spending by use, by month and week, by strike day, by purpose, and what was bought, counted.
--
-- A purchase counts in the week it was made, once others agreed to it; payments to people count as a sum in the week they are published;
-- a correction counts in the week it was made, so that no week changes afterwards. Every purchase has a use before anybody agrees to it, so what has none
-- is zero, and says so. `held` is what of it has words that are held back for the safety of picket sites: how many entries, and what they come to. Weeks begin on a Monday (ISO 8601); a week is in the month of
-- its Thursday. A strike day is any day from the strike's first ($2) to the day of this publication ($3). The part behind `/` is the column.
-- $1 is the fund.
WITH spent AS (
    SELECT s.account, s.week, c.month, s.amount, s.lines
      FROM public_sum s JOIN (SELECT DISTINCT week, month FROM calendar) c ON c.week = s.week
     WHERE s.fund_id = $1 AND s.unit = 'money'
       AND (s.account LIKE 'expenses:program:%' OR s.account LIKE 'expenses:grants:%' OR s.account LIKE 'expenses:admin:%')
), strike AS (
    SELECT c.week, COUNT(*) AS days, COALESCE((SELECT CAST(SUM(s.amount) AS BIGINT) FROM spent s WHERE s.week = c.week), 0) AS amount
      FROM calendar c WHERE c.day BETWEEN $2 AND $3 AND c.week IN (SELECT w.week FROM public_sum w WHERE w.fund_id = $1)
     GROUP BY c.week
), costs AS (
    -- Kinds of cost by purpose: fees come with raising money, everything under `admin` with running the fund, the rest helps strikers.
    SELECT account, CAST(SUM(amount) AS BIGINT) AS amount,
           CASE WHEN account LIKE 'expenses:fees%' THEN 'raising' WHEN account LIKE 'expenses:admin:%' THEN 'running' ELSE 'help' END AS purpose
      FROM public_sum WHERE fund_id = $1 AND unit = 'money' AND account LIKE 'expenses:%' GROUP BY account
)
SELECT part, item, period, count, amount_minor, text FROM (
    SELECT 1 AS place, 'uses' AS part, account AS item, '' AS period, CAST(SUM(lines) AS BIGINT) AS count, CAST(SUM(amount) AS BIGINT) AS amount_minor, '' AS text
      FROM spent GROUP BY account
    UNION ALL SELECT 1, 'uses', 'expenses:uncategorised', '', 0, 0, '' WHERE EXISTS (SELECT 1 FROM spent)
    UNION ALL SELECT 2, 'held', account, '', CAST(SUM(CASE WHEN unit = 'details-count' THEN amount ELSE 0 END) AS BIGINT),
           CAST(SUM(CASE WHEN unit = 'details' THEN amount ELSE 0 END) AS BIGINT), ''
      FROM public_sum WHERE fund_id = $1 AND unit IN ('details', 'details-count')
     GROUP BY account HAVING SUM(CASE WHEN unit = 'details-count' THEN amount ELSE 0 END) <> 0
    UNION ALL SELECT 3, 'units', account, '', CAST(SUM(amount) AS BIGINT), 0, unit
      FROM public_sum WHERE fund_id = $1 AND unit IN ('cases', 'meals', 'packs', 'trips', 'people') GROUP BY account, unit
    UNION ALL SELECT 4, 'strike/days', 'strike', week, days, 0, '' FROM strike
    UNION ALL SELECT 5, 'strike/spent', 'strike', week, 0, amount, '' FROM strike
    UNION ALL SELECT 6, 'strike/per-day', 'strike', week, 0, amount / days, '' FROM strike
    UNION ALL SELECT 7, 'purposes/help', account, '', 0, amount, '' FROM costs WHERE purpose = 'help'
    UNION ALL SELECT 8, 'purposes/running', account, '', 0, amount, '' FROM costs WHERE purpose = 'running'
    UNION ALL SELECT 9, 'purposes/raising', account, '', 0, amount, '' FROM costs WHERE purpose = 'raising'
    UNION ALL SELECT 10, 'months', account, month, CAST(SUM(lines) AS BIGINT), CAST(SUM(amount) AS BIGINT), '' FROM spent GROUP BY account, month
    UNION ALL SELECT 11, 'weeks', account, week, lines, amount, '' FROM spent
) report ORDER BY place, period, item, text
