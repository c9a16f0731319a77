-- assigned_units: one row per unit that was assigned in an experiment.
--
-- grain  experiment, unit
-- reads  assigned(experiment, unit, variant, reason, first_at, said, outside)
-- takes  nothing
SELECT
  experiment,
  unit,
  MIN(variant) FILTER (WHERE reason IS NULL)  AS low,      -- low = high: it was assigned one variant
  MAX(variant) FILTER (WHERE reason IS NULL)  AS high,
  FIRST_VALUE(variant ORDER BY first_at, variant) FILTER (WHERE reason IS NULL) AS variant,  -- the one it was assigned first
  MIN(said) FILTER (WHERE reason IS NULL)     AS said,     -- what was known of it then
  MIN(outside) FILTER (WHERE reason IS NULL)  AS outside,  -- the same as said: then it was outside of the audience
  MIN(first_at) FILTER (WHERE reason IS NULL) AS first_at, -- UTC; NULL where assignments carry no time, or every one has a reason
  BOOL_OR(COALESCE(reason = 'forced', FALSE))  AS forced,  -- some assignment was made by hand
  BOOL_OR(COALESCE(reason = 'holdout', FALSE)) AS holdout  -- some assignment names no variant on purpose
FROM assigned
WHERE unit IS NOT NULL
GROUP BY experiment, unit
