-- Goods given in kind: what, how many, what they were worth, by how that was found. Goods are no money and stand in no other sum.
--
-- They count in the week they came in. `corrected` puts right what was taken back in the books since. $1 is the fund.
SELECT l.unit AS part,
       l.account AS item,
       r.week AS period,
       l.amount AS count,
       COALESCE((SELECT v.amount FROM public_line v
         WHERE v.fund_id = l.fund_id AND v.position = l.position AND v.account = l.account AND v.unit = 'value'), 0) AS amount_minor,
       r.text AS text
  FROM public_record r JOIN public_line l ON l.fund_id = r.fund_id AND l.position = r.position AND l.unit LIKE 'goods-%'
 WHERE r.fund_id = $1 AND r.kind = 'goods' AND r.n > 0
UNION ALL
SELECT 'goods-corrected', v.account, r.week, 0, v.amount, ''
  FROM public_record r JOIN public_line v ON v.fund_id = r.fund_id AND v.position = r.position AND v.unit = 'value'
 WHERE r.fund_id = $1 AND r.kind = 'goods' AND r.n > 0
   AND NOT EXISTS (SELECT 1 FROM public_line l WHERE l.fund_id = r.fund_id AND l.position = r.position AND l.unit LIKE 'goods-%')
 ORDER BY 1, 3, 2, 6, 4, 5
