-- exposed_units: one row per unit that met an experiment.
--
-- grain  experiment, unit
-- reads  exposed(experiment, unit, variant, reason, first_at)
-- takes  nothing
SELECT
  experiment,
  unit,
  MIN(variant) FILTER (WHERE reason IS NULL)  AS low,      -- low = high: it met one variant
  MAX(variant) FILTER (WHERE reason IS NULL)  AS high,
  FIRST_VALUE(variant ORDER BY first_at, variant) FILTER (WHERE reason IS NULL) AS variant,  -- the one it met first
  MIN(first_at) FILTER (WHERE reason IS NULL) AS first_at, -- UTC; NULL where every exposure has a reason
  BOOL_OR(COALESCE(reason = 'forced', FALSE))  AS forced,  -- some exposure was made by hand
  BOOL_OR(COALESCE(reason = 'holdout', FALSE)) AS holdout  -- some exposure names no variant on purpose
FROM exposed
WHERE unit IS NOT NULL
GROUP BY experiment, unit
