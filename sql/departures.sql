-- departures: since when each unit that stopped to be analysed in an experiment is left out.
--
-- grain  experiment, unit
-- reads  exposed(experiment, unit, variant, reason, first_at), assigned(experiment, unit, variant, reason, first_at), exposed_units(experiment, unit, variant), assigned_units(experiment, unit, variant), experiments(experiment, starts_at, by_exposure, keeps_crossovers)
-- takes  nothing
SELECT
  s.experiment,
  s.unit,
  MIN(COALESCE(s.first_at, x.starts_at)) AS left_at        -- UTC; without a time, the start
FROM (
  SELECT e.experiment, e.unit, e.variant, e.reason, e.first_at, u.variant AS kept, TRUE AS is_exposure
  FROM exposed e
  JOIN exposed_units u ON u.experiment = e.experiment AND u.unit = e.unit
  UNION ALL
  SELECT a.experiment, a.unit, a.variant, a.reason, a.first_at, u.variant AS kept, FALSE AS is_exposure
  FROM assigned a
  JOIN assigned_units u ON u.experiment = a.experiment AND u.unit = a.unit
) s
JOIN experiments x ON x.experiment = s.experiment
WHERE s.reason IN ('forced', 'holdout')
   OR (s.variant <> s.kept AND NOT x.keeps_crossovers AND (x.by_exposure OR NOT s.is_exposure))
GROUP BY s.experiment, s.unit
