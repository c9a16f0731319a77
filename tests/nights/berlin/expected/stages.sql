-- switches_facts
SELECT
  unit,
  CASE
    WHEN unit IS NULL THEN
      -1
    WHEN long_id THEN
      -11
    WHEN names_nobody(unit) THEN
      -10
    WHEN "time" IS NULL THEN
      -2
    WHEN (("time" < CAST('2016-10-23T22:00:00+00:00' AS TIMESTAMP)) OR ("time" >= CAST('2036-10-25T23:00:00+00:00' AS TIMESTAMP))) THEN
      -3
    WHEN ("time" >= CAST('2026-10-25T23:00:00+00:00' AS TIMESTAMP)) THEN
      -4
    WHEN m0 IS NOT TRUE THEN
      -6
  END AS fate,
  "time",
  m0
FROM
  (
    SELECT
      CAST(switches."user" AS VARCHAR) AS unit,
      CAST(coalesce(TRY_CAST(CAST(switches."local" AS TIMESTAMP) AS TIMESTAMP WITH TIME ZONE), (TRY_CAST((TRY_CAST(switches."local" AS TIMESTAMP) - INTERVAL '1 HOURS') AS TIMESTAMP WITH TIME ZONE) + INTERVAL '1 HOURS')) AS TIMESTAMP WITH TIME ZONE) AS "time",
      CASE
        WHEN (octet_length(CAST(switches."user" AS VARCHAR)) > 1024) THEN
          true
        ELSE
          false
      END AS long_id,
      CASE
        WHEN true THEN
          true
        ELSE
          false
      END AS m0
    FROM
      switches
  );

-- switches_matched
SELECT
  switches_facts.unit,
  switches_facts.fate,
  switches_facts."time",
  switches_facts.m0,
  "key",
  enrolled_unit,
  enrollment,
  enrollments."first",
  enrollments.enrolled_at,
  hour_before,
  hour_after,
  w1_to,
  CASE
    WHEN enrollment IS NOT NULL THEN
      enrollment
    WHEN switches_facts.fate IS NOT NULL THEN
      switches_facts.fate
    ELSE
      -7
  END AS slot
FROM
  (
    SELECT
      switches_facts.unit,
      switches_facts.fate,
      switches_facts."time",
      switches_facts.m0,
      CASE
        WHEN switches_facts.fate IS NULL THEN
          switches_facts.unit
      END AS "key"
    FROM
      switches_facts
  )
  LEFT OUTER JOIN (SELECT enrollments.unit AS enrolled_unit, enrollments.slot AS enrollment, enrollments."first", enrollments.enrolled_at, (enrollments.enrolled_at + INTERVAL '-1 HOURS') AS hour_before, (enrollments.enrolled_at + INTERVAL '1 HOURS') AS hour_after, (enrollments.enrolled_at + INTERVAL '24 HOURS') AS w1_to FROM enrollments) ON "key" = enrolled_unit;

-- switches_units
SELECT
  switches_matched.slot AS switches_slot,
  count(1) AS switches_rows,
  count(1) FILTER (WHERE switches_matched."first" IS TRUE) AS switches_first,
  count(1) FILTER (WHERE (switches_matched."time" < switches_matched.enrolled_at)) AS switches_early,
  count(1) FILTER (WHERE ((switches_matched."time" >= switches_matched.hour_before) AND (switches_matched."time" < switches_matched.enrolled_at))) AS switches_before,
  count(1) FILTER (WHERE ((switches_matched."time" >= switches_matched.enrolled_at) AND (switches_matched."time" < switches_matched.hour_after))) AS switches_after,
  count(1) FILTER (WHERE (switches_matched.m0 AND (switches_matched."time" >= switches_matched.enrolled_at))) AS measure_0,
  count(1) FILTER (WHERE (switches_matched.m0 AND ((switches_matched."time" >= switches_matched.enrolled_at) AND (switches_matched."time" < switches_matched.w1_to)))) AS measure_1
FROM
  switches_matched
GROUP BY
  switches_matched.slot;

-- unit_metrics
SELECT
  enrollments.experiment,
  enrollments.variant,
  enrollments.phase,
  CASE
    WHEN enrollments.experiment IS NULL THEN
      coalesce(switches_units.switches_slot)
  END AS fate,
  coalesce(CAST(switches_units.switches_rows AS DOUBLE), 0.0) AS switches_rows,
  coalesce(CAST(switches_units.switches_first AS DOUBLE), 0.0) AS switches_first,
  coalesce(CAST(switches_units.switches_early AS DOUBLE), 0.0) AS switches_early,
  coalesce(CAST(switches_units.switches_before AS DOUBLE), 0.0) AS switches_before,
  coalesce(CAST(switches_units.switches_after AS DOUBLE), 0.0) AS switches_after,
  coalesce(CAST(switches_units.measure_0 AS DOUBLE), 0.0) AS y0,
  coalesce(CAST(switches_units.measure_1 AS DOUBLE), 0.0) AS y1
FROM
  (
    SELECT
      enrollments.slot,
      enrollments.experiment,
      enrollments.variant,
      enrollments.phase
    FROM
      enrollments
  )
  FULL JOIN switches_units ON (enrollments.slot = switches_units.switches_slot);

-- summaries
SELECT
  count(1) AS units,
  moments(unit_metrics.y0) AS moments0,
  min(unit_metrics.y0) AS smallest0,
  max(unit_metrics.y0) AS largest0,
  moments(unit_metrics.y1) AS moments1,
  min(unit_metrics.y1) AS smallest1,
  max(unit_metrics.y1) AS largest1,
  count(1) FILTER (WHERE (unit_metrics.switches_rows > 0.0)) AS switches_with_facts,
  exact_sum(unit_metrics.switches_rows) AS switches_rows,
  exact_sum(unit_metrics.switches_first) AS switches_first,
  exact_sum(unit_metrics.switches_early) AS switches_early,
  exact_sum(unit_metrics.switches_before) AS switches_before,
  exact_sum(unit_metrics.switches_after) AS switches_after,
  unit_metrics.experiment,
  unit_metrics.variant,
  unit_metrics.phase,
  unit_metrics.fate
FROM
  unit_metrics
GROUP BY
  unit_metrics.experiment, unit_metrics.variant, unit_metrics.phase, unit_metrics.fate;
