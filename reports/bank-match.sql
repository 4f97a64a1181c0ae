-- Whether our books agree with those of Stripe and of the banks, as at the last batch.
--
-- Stripe's books are the sum of its own lines and its reported balance; a bank's are its last statement, less lines that we do not know yet, plus
-- postings that it has not shown yet. What waits for its line is counted and its age told, never its amount: one line could be one gift. Our
-- books are shown where accounts were told apart in the same publication (position.sql); theirs, where they agree, are the same to the cent.
-- The part behind `/` is the column. $1 is the fund.
WITH newest AS (
    SELECT l.account, l.position
      FROM public_record r CROSS JOIN public_line l
     WHERE l.fund_id = r.fund_id AND l.position = r.position AND l.unit = 'agrees' AND r.fund_id = $1 AND r.kind = 'tie' AND r.n > 0
       AND r.publication = (SELECT o.publication FROM public_record o WHERE o.fund_id = $1 AND o.kind = 'tie' AND o.n > 0 ORDER BY o.n DESC LIMIT 1)
), ties AS (
    SELECT w.account, w.position, r.week, r.text, r.publication,
           (SELECT l.amount FROM public_line l WHERE l.fund_id = $1 AND l.position = w.position AND l.account = w.account AND l.unit = 'agrees') AS agrees,
           COALESCE((SELECT l.amount FROM public_line l WHERE l.fund_id = $1 AND l.position = w.position AND l.account = w.account AND l.unit = 'waiting'), 0) AS waiting,
           COALESCE((SELECT l.amount FROM public_line l WHERE l.fund_id = $1 AND l.position = w.position AND l.account = w.account AND l.unit = 'weeks'), 0) AS weeks
      FROM newest w JOIN public_record r ON r.fund_id = $1 AND r.position = w.position
), held AS (
    SELECT t.account, COALESCE((SELECT CAST(SUM(s.amount) AS BIGINT) FROM public_sum s WHERE s.fund_id = $1 AND s.account = t.account AND s.unit = 'held'), 0) AS amount
      FROM ties t
     WHERE t.publication = (SELECT r.publication FROM public_record r WHERE r.fund_id = $1 AND r.kind = 'accounts' AND r.n > 0 ORDER BY r.n DESC LIMIT 1)
       AND (SELECT COALESCE(SUM(s.amount), 0) FROM public_sum s WHERE s.fund_id = $1 AND s.account = 'assets:together' AND s.unit = 'held') = 0
)
SELECT part, item, period, count, amount_minor, text FROM (
    SELECT 1 AS place, 'ties/as-of' AS part, account AS item, week AS period, 0 AS count, 0 AS amount_minor, text FROM ties
    UNION ALL SELECT 2, 'ties/ours', h.account, t.week, 0, h.amount, '' FROM held h JOIN ties t ON t.account = h.account
    UNION ALL SELECT 3, 'ties/theirs', h.account, t.week, 0, h.amount, '' FROM held h JOIN ties t ON t.account = h.account WHERE t.agrees = 1
    UNION ALL SELECT 4, 'ties/difference', account, week, 0, 0, CASE agrees WHEN 1 THEN 'none' ELSE 'looked-into' END FROM ties
    UNION ALL SELECT 5, 'ties/waiting', account, week, waiting, 0, '' FROM ties
    UNION ALL SELECT 6, 'ties/weeks', account, week, weeks, 0, '' FROM ties
) report ORDER BY place, item
