-- Statement of activities: everything that came in and went out, and what is left: since the start, in each month, in each week.
--
-- Read from public_sum, which adds up the lines of all published records by account, unit and week. A line is debit positive, as in the books:
-- income stands below zero there and is turned round here. Refunds and disputes take away from income. Gifts count in the week of the
-- publication that first shows them, spending in the week of the purchase. A week is in the month of its Thursday (`calendar`), so that weeks add
-- up to months. `period` is empty (since the start), a month (2026-11) or a week (2026-W46). $1 is the fund.
--
-- Gifts are told by the way they came only as far as each way holds enough of them (unit `way`); the rest stands in one line. Goods are no money:
-- they stand apart (unit `value`).
WITH moved AS (
    SELECT s.account, s.unit, s.week, c.month, s.amount, s.lines
      FROM public_sum s JOIN (SELECT DISTINCT week, month FROM calendar) c ON c.week = s.week
     WHERE s.fund_id = $1 AND s.unit IN ('money', 'way', 'value')
), spans AS (
    SELECT '' AS period, account, unit, amount, lines FROM moved
    UNION ALL SELECT month, account, unit, amount, lines FROM moved
    UNION ALL SELECT week, account, unit, amount, lines FROM moved
), sums AS (
    SELECT period, account, unit, CAST(SUM(amount) AS BIGINT) AS amount, CAST(SUM(lines) AS BIGINT) AS lines FROM spans GROUP BY period, account, unit
), changes AS (
    SELECT period, CAST(-SUM(amount) AS BIGINT) AS change FROM sums WHERE unit = 'money' GROUP BY period
), steps AS (
    SELECT period, change, CAST(SUM(change) OVER (PARTITION BY LENGTH(period) ORDER BY period) AS BIGINT) AS closing FROM changes
), report AS (
    -- What came in: by way, the rest of the gifts, and everything else.
    SELECT 1 AS place, 'in' AS part, account AS item, period, lines AS count, -amount AS amount_minor FROM sums WHERE unit = 'way'
    UNION ALL
    SELECT 1, 'in', CASE WHEN EXISTS (SELECT 1 FROM moved WHERE unit = 'way') THEN 'income:donations:other' ELSE 'income:donations' END, period,
           CAST(SUM(CASE unit WHEN 'money' THEN lines ELSE 0 END) AS BIGINT),
           CAST(SUM(CASE unit WHEN 'money' THEN -amount ELSE amount END) AS BIGINT)
      FROM sums WHERE unit = 'way' OR (unit = 'money' AND account = 'income:donations')
     GROUP BY period
    HAVING SUM(CASE unit WHEN 'money' THEN -amount ELSE amount END) <> 0
    UNION ALL
    SELECT 1, 'in', account, period, lines, -amount
      FROM sums WHERE unit = 'money' AND account <> 'income:donations' AND (account LIKE 'income:%' OR account = 'equity:opening')
    UNION ALL
    -- What went out.
    SELECT 2, 'out', account, period, lines, amount
      FROM sums WHERE unit = 'money' AND account NOT LIKE 'income:%' AND account <> 'equity:opening'
    UNION ALL
    -- What the fund held before, how it changed, what it held after.
    SELECT 3, 'fund', '1-opening', period, 0, closing - change FROM steps
    UNION ALL
    SELECT 3, 'fund', '2-change', period, 0, change FROM steps
    UNION ALL
    SELECT 3, 'fund', '3-closing', period, 0, closing FROM steps
    UNION ALL
    -- Of a fund whose money may serve one purpose only: what came in under that restriction, and what was released from it by serving it.
    SELECT 4, 'restricted', '1-received', period, 0,
           CAST(-SUM(CASE WHEN account LIKE 'income:%' OR account = 'equity:opening' THEN amount ELSE 0 END) AS BIGINT)
      FROM sums WHERE unit = 'money' GROUP BY period
    UNION ALL
    SELECT 4, 'restricted', '2-released', period, 0,
           CAST(-SUM(CASE WHEN account LIKE 'income:%' OR account = 'equity:opening' THEN 0 ELSE amount END) AS BIGINT)
      FROM sums WHERE unit = 'money' GROUP BY period
    UNION ALL
    SELECT 5, 'goods', account, period, lines, amount FROM sums WHERE unit = 'value'
)
SELECT part, item, period, count, amount_minor, '' AS text FROM report ORDER BY place, LENGTH(period), period, item
