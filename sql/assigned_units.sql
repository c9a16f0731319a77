-- assigned_units: one row per unit that was assigned in an experiment.
--
-- grain  experiment, unit
-- reads  assigned(experiment, unit, variant, reason, first_at, attributes)
-- takes  nothing
SELECT
  experiment,
  unit,
  MIN(variant)  AS low,                                    -- low = high: it was assigned one variant
  MAX(variant)  AS high,
  FIRST_VALUE(variant ORDER BY first_at, variant)    AS variant,     -- the one it was assigned first
  FIRST_VALUE(attributes ORDER BY first_at, variant) AS attributes,  -- what was known of it then
  MIN(first_at) AS first_at                                -- UTC; NULL where assignments carry no time
FROM assigned
WHERE reason IS NULL
GROUP BY experiment, unit
