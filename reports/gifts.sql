-- Gifts, batch by batch: how many, and what they brought.
--
-- Gifts are published in batches so large that nobody can tell from a sum what one person gave. They count in the week of the publication that
-- first shows them, never by their own day. What was received is after refunds and disputes too few to hide in. $1 is the fund.
SELECT 'batches' AS part,
       CAST(r.n AS TEXT) AS item,
       r.week AS period,
       (SELECT l.amount FROM public_line l
         WHERE l.fund_id = r.fund_id AND l.position = r.position AND l.account = 'income:donations' AND l.unit = 'gifts') AS count,
       COALESCE((SELECT -l.amount FROM public_line l
         WHERE l.fund_id = r.fund_id AND l.position = r.position AND l.account = 'income:donations' AND l.unit = 'money'), 0) AS amount_minor,
       '' AS text
  FROM public_record r
 WHERE r.fund_id = $1 AND r.kind = 'batch'
 ORDER BY r.position
