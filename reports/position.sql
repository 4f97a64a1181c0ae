-- Financial position: where the money is, what is owed, and what the fund stands at.
--
-- Money is kept together for all funds of the organisation, so accounts stand here for all of them, by kind (unit `held`, debit positive): whose
-- they are is private. They move only with a batch of gifts, and only when nothing in them could tell what is not published: `period` is the week
-- they were last told in. What moved while gifts of one way were too few to hide in stands in one line (`assets:together`). The fund itself is
-- minus the sum of its published lines, and always as of this publication. Of that, the charter in force may say that some percent waits for
-- disputes (unit `reserve-percent`): worked out to the next whole cent, the rest is free to spend. $1 is the fund.
WITH fund AS (
    SELECT CAST(-SUM(amount) AS BIGINT) AS balance FROM public_sum WHERE fund_id = $1 AND unit = 'money' HAVING COUNT(*) > 0
), charter AS (
    SELECT COALESCE((SELECT l.amount FROM public_line l
                      WHERE l.fund_id = r.fund_id AND l.position = r.position AND l.unit = 'reserve-percent'), 0) AS percent
      FROM public_record r WHERE r.fund_id = $1 AND r.kind = 'charter' AND r.n > 0 ORDER BY r.n DESC LIMIT 1
), reserve AS (
    SELECT balance, CASE WHEN balance > 0 THEN balance / 100 * percent + (balance % 100 * percent + 99) / 100 ELSE 0 END AS held
      FROM fund CROSS JOIN charter
)
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
    SELECT 4, 'balance', '3-closing', '', 0, balance, '' FROM fund
    UNION ALL
    SELECT 4, 'balance', '4-reserve', '', 0, held, '' FROM reserve
    UNION ALL
    SELECT 4, 'balance', '5-free', '', 0, balance - held, '' FROM reserve
) report ORDER BY place, item
