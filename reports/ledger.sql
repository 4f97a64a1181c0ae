-- General ledger: every public record with its lines and the hash of its leaf, in files of a thousand records, the oldest first.
--
-- File n holds the records that stand at (n - 1) x 1000 to n x 1000 - 1 in the log; a full one never changes. The same records lie in the log's
-- own bundles. The record that ends the publication stands behind all others, and is counted with them. Lines of unit `money` are debit positive,
-- and their sum is minus what the fund stands at. $1 is the fund.
WITH RECURSIVE files (n, last) AS (
    SELECT 1, (SELECT MAX(position) + 1 FROM public_record WHERE fund_id = $1)
    UNION ALL
    SELECT n + 1, last FROM files WHERE n * 1000 <= last
)
SELECT 'files' AS part, CAST(n AS TEXT) AS item, '' AS period,
       CASE WHEN n * 1000 <= last THEN 1000 ELSE last - (n - 1) * 1000 + 1 END AS count,
       CAST(0 AS BIGINT) AS amount_minor, '' AS text
  FROM files WHERE last IS NOT NULL ORDER BY n
