-- row_counts: exposures or assignments by experiment and by what became of them.
--
-- grain  experiment, variant, reason
-- reads  sighted(experiment, variant, reason, rows)
-- takes  nothing
SELECT
  experiment,                                              -- NULL where no analysed experiment is meant
  CASE WHEN reason = 'unknown_variant' THEN variant END AS variant,
  reason,                                                  -- NULL where the row counts
  SUM(rows) AS rows                                        -- counts of counted rows: far below 2^63
FROM sighted
GROUP BY experiment, CASE WHEN reason = 'unknown_variant' THEN variant END, reason
