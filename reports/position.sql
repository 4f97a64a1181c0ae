-- Financial position: where the money is, what is owed, and what the fund stands at.
--
-- Money is kept together for all funds of the organisation, so accounts stand here for all of them, by kind (unit `held`, debit positive): whose
-- they are is private. They move only with a batch of gifts, and only when nothing in them could tell what is not published: `period` is the week
-- they were last told in. What moved while gifts of one way were too few to hide in stands in one line (`assets:together`). The fund itself is
-- minus the sum of its published lines, and always as of this publication. $1 is the fund.
SELECT part, item, period, count, amount_minor, text FROM (
    SELECT CASE WHEN account LIKE 'liabilities:%' THEN 2 ELSE 1 END AS place,
           CASE WHEN account LIKE 'liabilities:%' THEN 'owes' ELSE 'owns' END AS part,
           account AS item,
           (SELECT r.week FROM public_record r WHERE r.fund_id = $1 AND r.kind = 'accounts' AND r.n > 0 ORDER BY r.n DESC LIMIT 1) AS period,
           CAST(0 AS BIGINT) AS count,
           CAST(SUM(amount) AS BIGINT) AS amount_minor,
           '' AS text
      FROM public_sum WHERE fund_id = $1 AND unit = 'held' GROUP BY account HAVING SUM(amount) <> 0
    UNION ALL
    SELECT 3, 'pooled', 'assets',
           (SELECT r.week FROM public_record r WHERE r.fund_id = $1 AND r.kind = 'accounts' AND r.n > 0 ORDER BY r.n DESC LIMIT 1),
           0, CAST(SUM(amount) AS BIGINT), ''
      FROM public_sum WHERE fund_id = $1 AND unit = 'held' HAVING COUNT(*) > 0
    UNION ALL
    SELECT 4, 'balance', '3-closing', '', 0, CAST(-SUM(amount) AS BIGINT), ''
      FROM public_sum WHERE fund_id = $1 AND unit = 'money' HAVING COUNT(*) > 0
) report ORDER BY place, item
