-- enrolled_by_assignment: every unit assigned in an experiment that is analysed as assigned, or why it is left out.
--
-- grain  experiment, unit
-- reads  assigned_units(experiment, unit, low, high, variant, first_at, said, outside, forced, holdout), exposed_units(experiment, unit, forced, holdout), experiments(experiment, starts_at, ends_at, by_exposure, keeps_crossovers)
-- takes  nothing
SELECT
  a.experiment,
  a.unit,
  a.variant,                                               -- NULL where it was never assigned one that counts
  COALESCE(a.first_at, x.starts_at) AS met_at,             -- UTC; without a time, the start
  COALESCE(a.first_at, x.starts_at) AS enrolled_at,        -- UTC; metrics count from here
  a.said,                                                  -- what was known of it then, as one text
  CASE
    WHEN a.first_at < x.starts_at                    THEN 'before_start'
    WHEN a.first_at >= x.ends_at                     THEN 'after_end'
    WHEN NOT x.keeps_crossovers AND a.low <> a.high  THEN 'crossover'
    WHEN a.forced OR e.forced                        THEN 'forced'
    WHEN a.holdout OR e.holdout                      THEN 'holdout'
    WHEN a.said = a.outside                          THEN 'not_in_audience'
  END AS reason,                                           -- NULL where it is analysed
  FALSE AS disagrees,                                      -- nothing to disagree with
  COALESCE(a.low <> a.high, FALSE) AS crossed
FROM assigned_units a
JOIN experiments x        ON x.experiment = a.experiment AND NOT x.by_exposure
LEFT JOIN exposed_units e ON e.experiment = a.experiment AND e.unit = a.unit
