-- exposed_units: one row per unit that met an experiment.
--
-- grain  experiment, unit
-- reads  exposed(experiment, unit, variant, reason, first_at)
-- takes  nothing
SELECT
  experiment,
  unit,
  MIN(variant)  AS low,                                    -- low = high: it met one variant
  MAX(variant)  AS high,
  FIRST_VALUE(variant ORDER BY first_at, variant) AS variant,  -- the one it met first
  MIN(first_at) AS first_at                                -- UTC
FROM exposed
WHERE reason IS NULL
GROUP BY experiment, unit
