-- What would be left to pass on: what the fund stands at, what was passed on, and what each group gets of it.
--
-- Everything that was approved is taken off already, paid or not. Gifts to mutual aid are no expense of the strike. Of a group it is told what
-- approved plans give it (less what did not reach it and was shared out anew), what of that was sent, and what it acknowledged; the part behind
-- `/` is the column. Wishes of donors (told from 20 on, in steps) and the members' vote are advice. Goods that were passed on are counted. $1 is
-- the fund.
SELECT part, item, period, count, amount_minor, text FROM (
    SELECT 1 AS place, 'left' AS part, '3-closing' AS item, '' AS period, 0 AS count, CAST(-SUM(amount) AS BIGINT) AS amount_minor, '' AS text
      FROM public_sum WHERE fund_id = $1 AND unit = 'money' HAVING COUNT(*) > 0
    UNION ALL
    SELECT 2, 'passed-on', account, week, lines, amount, ''
      FROM public_sum WHERE fund_id = $1 AND unit = 'money' AND account LIKE 'expenses:grants:%'
    UNION ALL
    SELECT 3, 'groups/planned', substr(account, 7), '', 0, CAST(SUM(CASE WHEN unit = 'planned' THEN amount ELSE 0 END) AS BIGINT), ''
      FROM public_sum WHERE fund_id = $1 AND unit IN ('planned', 'sent', 'answered') GROUP BY account
    UNION ALL
    SELECT 4, 'groups/sent', substr(account, 7), '', 0, CAST(SUM(CASE WHEN unit = 'sent' THEN amount ELSE 0 END) AS BIGINT), ''
      FROM public_sum WHERE fund_id = $1 AND unit IN ('planned', 'sent', 'answered') GROUP BY account
    UNION ALL
    SELECT 5, 'groups/answered', substr(account, 7), '', 0, CAST(SUM(CASE WHEN unit = 'answered' THEN amount ELSE 0 END) AS BIGINT), ''
      FROM public_sum WHERE fund_id = $1 AND unit IN ('planned', 'sent', 'answered') GROUP BY account
    UNION ALL
    SELECT 6, CASE l.unit WHEN 'advice-donors' THEN 'advice/donors' ELSE 'advice/members' END, substr(l.account, 7), '', l.amount, 0, ''
      FROM public_record r CROSS JOIN public_line l
     WHERE r.fund_id = $1 AND r.kind = 'advice' AND r.n > 0 AND l.fund_id = r.fund_id AND l.position = r.position
       AND r.n = (SELECT MAX(m.n) FROM public_record m CROSS JOIN public_line x
                   WHERE m.fund_id = $1 AND m.kind = 'advice' AND m.n > 0 AND x.fund_id = m.fund_id AND x.position = m.position AND x.unit = l.unit)
    UNION ALL
    SELECT 7, 'passed-goods', substr(l.account, 7), r.week, l.amount, 0, r.text
      FROM public_record r CROSS JOIN public_line l
     WHERE r.fund_id = $1 AND r.kind = 'passed' AND r.n > 0 AND l.fund_id = r.fund_id AND l.position = r.position AND l.unit = 'passed-goods'
) report ORDER BY place, period, item
