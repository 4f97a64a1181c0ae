-- What was taken off gifts: fees, refunds, disputes, by the week they were published in.
--
-- A fee is what Stripe's own ledger says it kept, never a formula; it does not come back with a refund. Refunds and disputes stand here once
-- enough of them came together to hide in; fewer are taken off what was received. $1 is the fund.
SELECT CASE account WHEN 'expenses:fees' THEN 'fees' WHEN 'income:refunds' THEN 'refunds' ELSE 'disputes' END AS part,
       account AS item,
       week AS period,
       COALESCE((SELECT c.amount FROM public_sum c
         WHERE c.fund_id = s.fund_id AND c.account = s.account AND c.unit = 'gifts' AND c.week = s.week), s.lines) AS count,
       amount AS amount_minor,
       '' AS text
  FROM public_sum s
 WHERE fund_id = $1 AND unit = 'money' AND account IN ('expenses:fees', 'income:refunds', 'income:chargebacks')
 ORDER BY 1, week
