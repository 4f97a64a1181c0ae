-- Budget against spending, by use, and every change of the budget with its reason. Only of a fund that shows its budget.
--
-- A budget is the sum of its published changes (unit `budget`). Spent is what the published records say, in whatever week; of it, approved is
-- agreed to and not paid, shown where at least three payments of a use are (unit `owed`). The part behind `/` is the column. $1 is the fund.
WITH uses AS (
    SELECT b.account, CAST(SUM(b.amount) AS BIGINT) AS budget,
           COALESCE((SELECT CAST(SUM(s.amount) AS BIGINT) FROM public_sum s WHERE s.fund_id = $1 AND s.account = b.account AND s.unit = 'money'), 0) AS spent
      FROM public_sum b WHERE b.fund_id = $1 AND b.unit = 'budget' GROUP BY b.account
)
SELECT part, item, period, count, amount_minor, text FROM (
    SELECT 1 AS place, 0 AS n, 'plan/budget' AS part, account AS item, '' AS period, 0 AS count, budget AS amount_minor, '' AS text FROM uses
    UNION ALL SELECT 2, 0, 'plan/spent', account, '', 0, spent, '' FROM uses
    UNION ALL SELECT 3, 0, 'plan/approved', l.account, '', 0, l.amount, ''
      FROM public_line l JOIN uses u ON u.account = l.account
     WHERE l.fund_id = $1 AND l.unit = 'owed'
       AND l.position = (SELECT r.position FROM public_record r WHERE r.fund_id = $1 AND r.kind = 'owed' AND r.n > 0 ORDER BY r.n DESC LIMIT 1)
    UNION ALL SELECT 4, 0, 'plan/left', account, '', 0, budget - spent, '' FROM uses
    UNION ALL SELECT 5, 0, 'plan/percent', account, '', (spent * 200 + budget) / (budget * 2), 0, '' FROM uses WHERE budget > 0 AND spent >= 0
    UNION ALL SELECT 6, r.n, 'changes', l.account, r.week, 0, l.amount, r.text
      FROM public_record r JOIN public_line l ON l.fund_id = r.fund_id AND l.position = r.position AND l.unit = 'budget'
     WHERE r.fund_id = $1 AND r.kind = 'budget' AND r.n > 0
) report ORDER BY place, n, item
