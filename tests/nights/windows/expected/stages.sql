-- taps_facts
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
    WHEN (("time" < CAST('2016-10-01T00:00:00+00:00' AS TIMESTAMP)) OR ("time" >= CAST('2036-10-06T00:00:00+00:00' AS TIMESTAMP))) THEN
      -3
    WHEN ("time" >= CAST('2026-10-06T00:00:00+00:00' AS TIMESTAMP)) THEN
      -4
    WHEN m0 IS NOT TRUE THEN
      -6
  END AS fate,
  "time",
  m0
FROM
  (
    SELECT
      CAST(taps."user" AS VARCHAR) AS unit,
      CAST(coalesce(TRY_CAST(taps."at" AS TIMESTAMP WITH TIME ZONE), (TRY_CAST((TRY_CAST(taps."at" AS TIMESTAMP) - INTERVAL '1 HOURS') AS TIMESTAMP WITH TIME ZONE) + INTERVAL '1 HOURS')) AS TIMESTAMP WITH TIME ZONE) AS "time",
      CASE
        WHEN (octet_length(CAST(taps."user" AS VARCHAR)) > 1024) THEN
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
      taps
  );

-- taps_matched
SELECT
  taps_facts.unit,
  taps_facts.fate,
  taps_facts."time",
  taps_facts.m0,
  "key",
  enrolled_unit,
  enrollment,
  enrollments."first",
  enrollments.enrolled_at,
  hour_before,
  hour_after,
  w1_to,
  w2_from,
  w2_to,
  CASE
    WHEN enrollment IS NOT NULL THEN
      enrollment
    WHEN taps_facts.fate IS NOT NULL THEN
      taps_facts.fate
    ELSE
      -7
  END AS slot
FROM
  (
    SELECT
      taps_facts.unit,
      taps_facts.fate,
      taps_facts."time",
      taps_facts.m0,
      CASE
        WHEN taps_facts.fate IS NULL THEN
          taps_facts.unit
      END AS "key"
    FROM
      taps_facts
  )
  LEFT OUTER JOIN (SELECT enrollments.unit AS enrolled_unit, enrollments.slot AS enrollment, enrollments."first", enrollments.enrolled_at, (enrollments.enrolled_at + INTERVAL '-1 HOURS') AS hour_before, (enrollments.enrolled_at + INTERVAL '1 HOURS') AS hour_after, (enrollments.enrolled_at + INTERVAL '24 HOURS') AS w1_to, (enrollments.enrolled_at + INTERVAL '24 HOURS') AS w2_from, (enrollments.enrolled_at + INTERVAL '48 HOURS') AS w2_to FROM enrollments) ON "key" = enrolled_unit;

-- taps_units
SELECT
  taps_matched.slot AS taps_slot,
  count(1) AS taps_rows,
  count(1) FILTER (WHERE taps_matched."first" IS TRUE) AS taps_first,
  count(1) FILTER (WHERE (taps_matched."time" < taps_matched.enrolled_at)) AS taps_early,
  count(1) FILTER (WHERE ((taps_matched."time" >= taps_matched.hour_before) AND (taps_matched."time" < taps_matched.enrolled_at))) AS taps_before,
  count(1) FILTER (WHERE ((taps_matched."time" >= taps_matched.enrolled_at) AND (taps_matched."time" < taps_matched.hour_after))) AS taps_after,
  count(1) FILTER (WHERE (taps_matched.m0 AND (taps_matched."time" >= taps_matched.enrolled_at))) AS measure_0,
  count(1) FILTER (WHERE (taps_matched.m0 AND ((taps_matched."time" >= taps_matched.enrolled_at) AND (taps_matched."time" < taps_matched.w1_to)))) AS measure_1,
  count(1) FILTER (WHERE (taps_matched.m0 AND ((taps_matched."time" >= taps_matched.w2_from) AND (taps_matched."time" < taps_matched.w2_to)))) AS measure_2
FROM
  taps_matched
GROUP BY
  taps_matched.slot;

-- unit_metrics
SELECT
  enrollments.experiment,
  enrollments.variant,
  enrollments.phase,
  CASE
    WHEN enrollments.experiment IS NULL THEN
      coalesce(taps_units.taps_slot)
  END AS fate,
  coalesce(CAST(taps_units.taps_rows AS DOUBLE), 0.0) AS taps_rows,
  coalesce(CAST(taps_units.taps_first AS DOUBLE), 0.0) AS taps_first,
  coalesce(CAST(taps_units.taps_early AS DOUBLE), 0.0) AS taps_early,
  coalesce(CAST(taps_units.taps_before AS DOUBLE), 0.0) AS taps_before,
  coalesce(CAST(taps_units.taps_after AS DOUBLE), 0.0) AS taps_after,
  coalesce(CAST(taps_units.measure_0 AS DOUBLE), 0.0) AS y0,
  coalesce(CAST(taps_units.measure_1 AS DOUBLE), 0.0) AS y1,
  coalesce(CAST(taps_units.measure_2 AS DOUBLE), 0.0) AS y2
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
  FULL JOIN taps_units ON (enrollments.slot = taps_units.taps_slot);

-- summaries
SELECT
  count(1) AS units,
  moments(unit_metrics.y0) AS moments0,
  min(unit_metrics.y0) AS smallest0,
  max(unit_metrics.y0) AS largest0,
  moments(unit_metrics.y1) AS moments1,
  min(unit_metrics.y1) AS smallest1,
  max(unit_metrics.y1) AS largest1,
  moments(unit_metrics.y2) AS moments2,
  min(unit_metrics.y2) AS smallest2,
  max(unit_metrics.y2) AS largest2,
  count(1) FILTER (WHERE (unit_metrics.taps_rows > 0.0)) AS taps_with_facts,
  exact_sum(unit_metrics.taps_rows) AS taps_rows,
  exact_sum(unit_metrics.taps_first) AS taps_first,
  exact_sum(unit_metrics.taps_early) AS taps_early,
  exact_sum(unit_metrics.taps_before) AS taps_before,
  exact_sum(unit_metrics.taps_after) AS taps_after,
  unit_metrics.experiment,
  unit_metrics.variant,
  unit_metrics.phase,
  unit_metrics.fate
FROM
  unit_metrics
GROUP BY
  unit_metrics.experiment, unit_metrics.variant, unit_metrics.phase, unit_metrics.fate;
