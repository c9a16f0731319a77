-- enrolled_by_exposure: every unit that met an experiment, with its variant, or why it is left out.
-- With assignments the variant is the assigned one, and an exposure that disagrees is counted.
--
-- grain  experiment, unit
-- reads  exposed_units(experiment, unit, low, high, variant, first_at, forced, holdout), assigned_units(experiment, unit, low, high, variant, said, outside, forced, holdout), experiments(experiment, by_exposure, keeps_crossovers)
-- takes  $assigned: whether there are assignments to hold the exposures against
SELECT
  e.experiment,
  e.unit,
  CASE WHEN $assigned THEN a.variant ELSE e.variant END AS variant,
  e.first_at AS met_at,                                    -- UTC
  e.first_at AS enrolled_at,                               -- UTC; metrics count from here
  a.said,                                                  -- what its assignment said of it, as one text
  CASE
    WHEN $assigned AND a.unit IS NULL                       THEN 'unassigned'
    WHEN NOT x.keeps_crossovers
     AND (e.low <> e.high OR ($assigned AND a.low <> a.high)) THEN 'crossover'
    WHEN e.forced OR ($assigned AND a.forced)               THEN 'forced'
    WHEN e.holdout OR ($assigned AND a.holdout)             THEN 'holdout'
    WHEN $assigned AND a.said = a.outside                   THEN 'not_in_audience'
  END AS reason,                                           -- NULL where it is analysed
  COALESCE($assigned AND e.low = e.high AND e.variant <> a.variant, FALSE) AS disagrees,
  COALESCE(e.low <> e.high OR ($assigned AND a.low <> a.high), FALSE)      AS crossed
FROM exposed_units e
JOIN experiments x         ON x.experiment = e.experiment AND x.by_exposure
LEFT JOIN assigned_units a ON a.experiment = e.experiment AND a.unit = e.unit
