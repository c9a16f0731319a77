-- unit_counts: units of each experiment by variant and by what became of them.
--
-- grain  experiment, variant, reason, disagrees, crossed
-- reads  enrolled(experiment, variant, reason, disagrees, crossed)
-- takes  nothing
SELECT
  experiment,
  variant,                                                 -- NULL where the unit has no assignment
  reason,                                                  -- NULL where it is analysed
  disagrees,                                               -- exposed to another variant than assigned
  crossed,                                                 -- seen in more than one variant
  COUNT(*) AS units
FROM enrolled
GROUP BY experiment, variant, reason, disagrees, crossed
