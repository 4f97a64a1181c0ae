-- What was put right, what one signature did in an emergency, and what has no receipt. Nothing is ever edited or removed.
--
-- A correction is a spending of its own that takes another back; `text` says why. Each row bears the number of the spending. $1 is the fund.
SELECT CASE l.unit WHEN 'correction' THEN 'corrections' WHEN 'emergency' THEN 'emergencies' ELSE 'no-receipt' END AS part,
       CAST(r.n AS TEXT) AS item,
       r.week AS period,
       r.about AS count,
       COALESCE((SELECT m.amount FROM public_line m
         WHERE m.fund_id = l.fund_id AND m.position = l.position AND m.account = l.account AND m.unit = 'money'), 0) AS amount_minor,
       r.text AS text
  FROM public_line l JOIN public_record r ON r.fund_id = l.fund_id AND r.position = l.position
 WHERE l.fund_id = $1 AND l.unit IN ('correction', 'emergency', 'no-receipt')
 ORDER BY 1, r.position
