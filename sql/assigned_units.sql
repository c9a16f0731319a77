-- assigned_units: one row per unit that was assigned in an experiment.
--
-- grain  experiment, unit
-- reads  assigned(experiment, unit, variant, reason, first_at, attributes, in_audience)
-- takes  nothing
SELECT
  experiment,
  unit,
  MIN(variant) FILTER (WHERE reason IS NULL)  AS low,      -- low = high: it was assigned one variant
  MAX(variant) FILTER (WHERE reason IS NULL)  AS high,
  FIRST_VALUE(variant ORDER BY first_at, variant) FILTER (WHERE reason IS NULL)     AS variant,     -- the one it was assigned first
  FIRST_VALUE(attributes ORDER BY first_at, variant) FILTER (WHERE reason IS NULL)  AS attributes,  -- what was known of it then
  FIRST_VALUE(in_audience ORDER BY first_at, variant) FILTER (WHERE reason IS NULL) AS in_audience,
  MIN(first_at) FILTER (WHERE reason IS NULL) AS first_at, -- UTC; NULL where assignments carry no time, or every one has a reason
  BOOL_OR(COALESCE(reason = 'forced', FALSE))  AS forced,  -- some assignment was made by hand
  BOOL_OR(COALESCE(reason = 'holdout', FALSE)) AS holdout  -- some assignment names no variant on purpose
FROM assigned
WHERE unit IS NOT NULL
GROUP BY experiment, unit
