-- enrolled_days: analysed units of each experiment by variant, phase and the day they met it.
--
-- grain  experiment, variant, phase, day
-- reads  enrollments(experiment, variant, phase, day)
-- takes  nothing
SELECT
  experiment,
  variant,
  phase,
  day,                                                     -- in the project's zone
  COUNT(*) AS units
FROM enrollments
GROUP BY experiment, variant, phase, day
