-- sighted_units: units of each experiment that were met or assigned, to hold the enrolled ones against.
--
-- grain  experiment
-- reads  sighted(experiment, unit)
-- takes  nothing
SELECT
  experiment,
  COUNT(*) AS units                                        -- each once, however many variants it met
FROM (
  SELECT experiment, unit
  FROM sighted
  WHERE unit IS NOT NULL
  GROUP BY experiment, unit
) units
GROUP BY experiment
