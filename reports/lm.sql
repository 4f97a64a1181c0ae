-- For unions in the United States: where this fund's figures belong on Form LM-2 and Form LM-3 (OLMS), Statement B, receipts and disbursements.
-- Only of a fund that chose to show it. It helps whoever fills in the form; the form itself counts a year, and money when it moves.
--
-- What                              LM-2 item                                   LM-3 item
-- gifts                             48 Other receipts                           43 Other receipts
-- food, water, supplies, logistics  50 Representational activities              54 Other disbursements
-- community support to members      57 Strike benefits                          50 Benefits
-- gifts to mutual aid               52 Contributions, gifts, and grants         51 Contributions, gifts, and grants
-- fees, bank fees, cash differences 53 General overhead                         48 Office and administrative expense
-- refunds, disputes lost            53 General overhead                         54 Other disbursements
-- held at the start                 Statement A, cash at the start (no receipt)
--
-- The forms forbid to set receipts off against disbursements: refunds and disputes stand with disbursements. `item` is the line, `period` the
-- month (a week is in the month of its Thursday). Burn barrels, signs, shelters and the like are representational activities (OLMS, LM-2 FAQ).
-- $1 is the fund.
WITH moved AS (
    SELECT s.account, c.month, s.amount, s.lines
      FROM public_sum s JOIN (SELECT DISTINCT week, month FROM calendar) c ON c.week = s.week
     WHERE s.fund_id = $1 AND s.unit = 'money'
), mapped AS (
    SELECT month, lines,
           CASE WHEN account = 'income:donations' THEN -amount WHEN account = 'equity:opening' THEN -amount ELSE amount END AS amount,
           CASE WHEN account = 'equity:opening' THEN 'a'
                WHEN account = 'income:donations' THEN '48'
                WHEN account = 'expenses:program:community-support' THEN '57'
                WHEN account LIKE 'expenses:grants:%' THEN '52'
                WHEN account LIKE 'expenses:fees%' OR account LIKE 'expenses:admin:%' OR account LIKE 'income:%' THEN '53'
                ELSE '50' END AS lm2,
           CASE WHEN account = 'equity:opening' THEN 'a'
                WHEN account = 'income:donations' THEN '43'
                WHEN account = 'expenses:program:community-support' THEN '50'
                WHEN account LIKE 'expenses:grants:%' THEN '51'
                WHEN account LIKE 'expenses:fees%' OR account LIKE 'expenses:admin:%' THEN '48'
                ELSE '54' END AS lm3
      FROM moved
)
SELECT part, item, period, count, amount_minor, text FROM (
    SELECT 1 AS place, 'lm2' AS part, 'lm2-' || lm2 AS item, month AS period, CAST(SUM(lines) AS BIGINT) AS count, CAST(SUM(amount) AS BIGINT) AS amount_minor, '' AS text
      FROM mapped GROUP BY lm2, month
    UNION ALL
    SELECT 2, 'lm3', 'lm3-' || lm3, month, CAST(SUM(lines) AS BIGINT), CAST(SUM(amount) AS BIGINT), '' FROM mapped GROUP BY lm3, month
) report ORDER BY place, period, item
