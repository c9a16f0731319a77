-- assigned: which unit was promised which variant since when, and the assignments that promise nothing, by reason.
-- Rows with a reason are counted and left out. Their unit is dropped, so they stay few, unless the reason leaves out the unit as a whole.
--
-- grain  experiment, unit, variant, reason
-- reads  assignments(experiment, unit, variant, time, forced, said, in_audience, flaw), experiments(experiment, ends_at), variants(experiment, variant, is_holdout)
-- takes  $until: assignments at or after it have not happened yet; $earliest, $latest: instants outside are no instants; $times_known: whether assignments say when
SELECT
  experiment,                                             -- NULL where no analysed experiment is meant
  CASE WHEN reason IS NULL OR reason IN ('forced', 'holdout') THEN unit END AS unit,
  variant,                                                -- kept for unknown variants, to be listed
  reason,                                                 -- NULL where the assignment counts
  MIN(time) AS first_at,                                  -- UTC; NULL where assignments carry no time
  MIN(said) AS said,                                      -- what was said first of the unit: a text that begins with the instant
  MIN(CASE WHEN in_audience = 0 THEN said END) AS outside, -- the same of what is outside of the audience
  COUNT(*)  AS rows                                       -- assignments
FROM (
  SELECT
    x.experiment,
    a.unit,
    a.time,
    a.said,
    a.in_audience,
    CASE WHEN x.experiment IS NOT NULL THEN a.variant END AS variant,
    CASE
      WHEN a.unit IS NULL                                                      THEN 'null_unit'
      WHEN a.flaw IS NOT NULL                                                  THEN a.flaw         -- it names nobody
      WHEN a.experiment IS NULL                                                THEN 'null_experiment'
      WHEN x.experiment IS NULL                                                THEN 'other_experiment'
      WHEN $times_known AND a.time IS NULL                                     THEN 'null_time'
      WHEN $times_known AND (a.time < $earliest OR a.time >= $latest)          THEN 'implausible_time'
      WHEN $times_known AND a.time >= $until                                   THEN 'after_as_of'
      WHEN a.forced AND $times_known AND a.time >= x.ends_at                   THEN 'after_end'  -- a rollout, not a test
      WHEN a.forced                                                            THEN 'forced'
      WHEN a.variant IS NULL                                                   THEN 'null_variant'
      WHEN v.is_holdout                                                        THEN 'holdout'
      WHEN v.variant IS NULL                                                   THEN 'unknown_variant'
    END AS reason
  FROM assignments a
  LEFT JOIN experiments x ON x.experiment = a.experiment
  LEFT JOIN variants v    ON v.experiment = a.experiment AND v.variant = a.variant
) judged
GROUP BY experiment, CASE WHEN reason IS NULL OR reason IN ('forced', 'holdout') THEN unit END, variant, reason
