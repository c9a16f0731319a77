-- stays_by_assignment: every unit that was ever analysed in an experiment since it was assigned, and from when until when.
--
-- grain  experiment, unit
-- reads  assigned_units(experiment, unit, variant, first_at, said, outside), departures(experiment, unit, left_at), experiments(experiment, starts_at, ends_at, by_exposure)
-- takes  nothing
SELECT
  a.experiment,
  a.unit,
  a.variant,
  COALESCE(a.first_at, x.starts_at) AS met_at,             -- UTC; without a time, the start
  COALESCE(a.first_at, x.starts_at) AS enrolled_at,        -- UTC; metrics count from here
  a.said,                                                  -- what was known of it then, as one text
  COALESCE(a.first_at, x.starts_at) AS known_at,           -- UTC
  d.left_at                                                -- UTC; NULL where it is analysed to this day
FROM assigned_units a
JOIN experiments x     ON x.experiment = a.experiment AND NOT x.by_exposure
LEFT JOIN departures d ON d.experiment = a.experiment AND d.unit = a.unit
WHERE a.variant IS NOT NULL
  AND COALESCE(a.first_at, x.starts_at) >= x.starts_at
  AND COALESCE(a.first_at, x.starts_at) < x.ends_at
  AND NOT COALESCE(a.said = a.outside, FALSE)              -- not in the audience
