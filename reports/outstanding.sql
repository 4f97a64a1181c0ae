-- What stands out: expenses that others agreed to and nobody paid, and what people carry for the funds (advances, cards).
--
-- A group of fewer than three is not shown, nor is what would tell it; payments to people stand nowhere here. As of the newest record of it.
-- Advances and cards are kept for all funds together. $1 is the fund.
SELECT CASE WHEN l.account LIKE 'assets:%' THEN 'carried' WHEN l.account LIKE 'liabilities:%' THEN 'unpaid' ELSE 'unpaid-uses' END AS part,
       l.account AS item,
       r.week AS period,
       (SELECT c.amount FROM public_line c
         WHERE c.fund_id = l.fund_id AND c.position = l.position AND c.account = l.account AND c.unit = 'owed-count') AS count,
       l.amount AS amount_minor,
       '' AS text
  FROM public_record r CROSS JOIN public_line l
 WHERE l.fund_id = r.fund_id AND l.position = r.position AND l.unit = 'owed' AND r.fund_id = $1 AND r.kind = 'owed'
   AND r.n > 0 AND r.n = (SELECT MAX(o.n) FROM public_record o WHERE o.fund_id = $1 AND o.kind = 'owed' AND o.n > 0)
 ORDER BY CASE WHEN l.account LIKE 'liabilities:%' THEN 1 WHEN l.account LIKE 'expenses:%' THEN 2 ELSE 3 END, l.account
