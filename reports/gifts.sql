-- Gifts, batch by batch: how many, and what they brought; by way, and by size.
--
-- Gifts are published in batches so large that nobody can tell from a sum what one person gave. They count in the week of the publication that
-- first shows them, never by their own day. What was received is after refunds and disputes too few to hide in. A way of giving is told once
-- enough of its gifts wait to be told, and none rules them. Bands of sizes are as of the newest batch; neighbours are merged until each holds
-- enough gifts, and counts move in steps, so some gifts stand in no band yet. The middle gift is told from 20 gifts on, once a month, to the
-- nearest five, and only where enough gave about that much. Donors who gave more than once are counted in whole steps. When a fund closes at zero,
-- the last batch counts what no batch counted, however few gifts that are, or none, where only fees moved. $1 is the fund.
SELECT part, item, period, count, amount_minor, text FROM (
    SELECT 1 AS place, 'batches' AS part, r.n AS n, CAST(r.n AS TEXT) AS item, r.week AS period,
           COALESCE((SELECT l.amount FROM public_line l
             WHERE l.fund_id = r.fund_id AND l.position = r.position AND l.account = 'income:donations' AND l.unit = 'gifts'), 0) AS count,
           COALESCE((SELECT -l.amount FROM public_line l
             WHERE l.fund_id = r.fund_id AND l.position = r.position AND l.account = 'income:donations' AND l.unit = 'money'), 0) AS amount_minor,
           '' AS text
      FROM public_record r WHERE r.fund_id = $1 AND r.kind = 'batch' AND r.n > 0
    UNION ALL
    SELECT 2, 'ways', 0, s.account, '',
           COALESCE((SELECT CAST(SUM(g.amount) AS BIGINT) FROM public_sum g WHERE g.fund_id = $1 AND g.account = s.account AND g.unit = 'way-gifts'), 0),
           CAST(-SUM(s.amount) AS BIGINT), ''
      FROM public_sum s WHERE s.fund_id = $1 AND s.unit = 'way' GROUP BY s.account
    UNION ALL
    SELECT 3, 'bands', 0, l.account, '', l.amount, 0, ''
      FROM public_line l
     WHERE l.fund_id = $1 AND l.unit = 'band'
       AND l.position = (SELECT r.position FROM public_record r WHERE r.fund_id = $1 AND r.kind = 'bands' AND r.n > 0 ORDER BY r.n DESC LIMIT 1)
    UNION ALL
    SELECT 4, 'bands', 0, 'none', '',
           CAST(SUM(s.amount) AS BIGINT) - COALESCE((SELECT CAST(SUM(l.amount) AS BIGINT) FROM public_line l
             WHERE l.fund_id = $1 AND l.unit = 'band'
               AND l.position = (SELECT r.position FROM public_record r WHERE r.fund_id = $1 AND r.kind = 'bands' AND r.n > 0 ORDER BY r.n DESC LIMIT 1)), 0),
           0, ''
      FROM public_sum s WHERE s.fund_id = $1 AND s.account = 'income:donations' AND s.unit = 'gifts' HAVING COUNT(*) > 0
    UNION ALL
    SELECT 5, 'middle', 0, 'middle', r.week, 0, l.amount, ''
      FROM public_record r CROSS JOIN public_line l
     WHERE l.fund_id = r.fund_id AND l.position = r.position AND l.unit = 'middle' AND r.fund_id = $1 AND r.kind = 'middle'
       AND r.n > 0 AND r.n = (SELECT MAX(m.n) FROM public_record m WHERE m.fund_id = $1 AND m.kind = 'middle' AND m.n > 0)
    UNION ALL
    SELECT 6, 'again', 0, 'again', '', l.amount, 0, ''
      FROM public_record r CROSS JOIN public_line l
     WHERE l.fund_id = r.fund_id AND l.position = r.position AND l.unit = 'again' AND r.fund_id = $1 AND r.kind = 'again'
       AND r.n > 0 AND r.n = (SELECT MAX(m.n) FROM public_record m WHERE m.fund_id = $1 AND m.kind = 'again' AND m.n > 0)
) report ORDER BY place, n, item
