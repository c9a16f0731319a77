-- stays_by_exposure: every unit that was ever analysed in an experiment since it met it, and from when until when.
--
-- grain  experiment, unit
-- reads  exposed_units(experiment, unit, variant, first_at), assigned_units(experiment, unit, variant, first_at, said, outside), departures(experiment, unit, left_at), experiments(experiment, by_exposure)
-- takes  $assigned: whether there are assignments to hold the exposures against
SELECT
  e.experiment,
  e.unit,
  COALESCE(a.variant, e.variant) AS variant,               -- the assigned one, where there are assignments
  e.first_at AS met_at,                                    -- UTC
  e.first_at AS enrolled_at,                               -- UTC; metrics count from here
  a.said,                                                  -- what its assignment said of it, as one text
  CASE WHEN a.first_at > e.first_at THEN a.first_at ELSE e.first_at END AS known_at,  -- UTC; before it was unassigned
  d.left_at                                                -- UTC; NULL where it is analysed to this day
FROM exposed_units e
JOIN experiments x         ON x.experiment = e.experiment AND x.by_exposure
LEFT JOIN assigned_units a ON a.experiment = e.experiment AND a.unit = e.unit
LEFT JOIN departures d     ON d.experiment = e.experiment AND d.unit = e.unit
WHERE e.first_at IS NOT NULL
  AND (NOT $assigned OR a.variant IS NOT NULL)
  AND NOT COALESCE(a.said = a.outside, FALSE)              -- not in the audience
  AND (d.left_at IS NULL OR d.left_at > e.first_at)
