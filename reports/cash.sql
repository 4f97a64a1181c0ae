-- Money in and out: the fund's own by week, and each kind of money account from batch to batch.
--
-- The fund: in is what was received less refunds and disputes, and what the books began with; out is spending and fees, once others agreed.
-- Accounts: they are kept together for all funds, and move only with a batch of gifts (unit `held`). They show how much they changed, never what
-- went in and out of each: one refund, or one payout, could be read from that. The part behind `/` is the column. $1 is the fund.
WITH weeks AS (
    SELECT week,
           CAST(-SUM(CASE WHEN account LIKE 'income:%' OR account = 'equity:opening' THEN amount ELSE 0 END) AS BIGINT) AS came_in,
           CAST(SUM(CASE WHEN account LIKE 'income:%' OR account = 'equity:opening' THEN 0 ELSE amount END) AS BIGINT) AS went_out
      FROM public_sum WHERE fund_id = $1 AND unit = 'money' GROUP BY week
), fund AS (
    SELECT week, came_in, went_out, CAST(SUM(came_in - went_out) OVER (ORDER BY week) AS BIGINT) AS closing FROM weeks
), kinds AS (
    SELECT account, week, amount, CAST(SUM(amount) OVER (PARTITION BY account ORDER BY week) AS BIGINT) AS closing
      FROM public_sum WHERE fund_id = $1 AND unit = 'held'
)
SELECT part, item, period, count, amount_minor, text FROM (
    SELECT 1 AS place, 'money/opening' AS part, 'assets:fund' AS item, week AS period, CAST(0 AS BIGINT) AS count, closing - came_in + went_out AS amount_minor, '' AS text FROM fund
    UNION ALL SELECT 2, 'money/in', 'assets:fund', week, 0, came_in, '' FROM fund
    UNION ALL SELECT 3, 'money/out', 'assets:fund', week, 0, went_out, '' FROM fund
    UNION ALL SELECT 4, 'money/closing', 'assets:fund', week, 0, closing, '' FROM fund
    UNION ALL SELECT 5, 'kinds/opening', account, week, 0, closing - amount, '' FROM kinds
    UNION ALL SELECT 6, 'kinds/change', account, week, 0, amount, '' FROM kinds
    UNION ALL SELECT 7, 'kinds/closing', account, week, 0, closing, '' FROM kinds
) report ORDER BY place, item, period
