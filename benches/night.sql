-- What a person would write by hand for one experiment of the benchmark, in DuckDB: eight metrics,
-- one pass over the events, sums and products for every variant.
--
-- takes  $folder of the project, $experiment key, $start and $end of enrollment, $until the end of as_of
WITH exposed AS (
  SELECT user_id, MIN(variation) AS low, MAX(variation) AS high, MIN(exposed_at) AS met_at
  FROM read_parquet($folder || '/data/exposures/**/*.parquet')
  WHERE experiment_key = $experiment AND exposed_at >= $start::TIMESTAMPTZ AND exposed_at < $end::TIMESTAMPTZ AND exposed_at < $until::TIMESTAMPTZ
  GROUP BY user_id
), assigned AS (
  SELECT user_id, MIN(variation) AS low, MAX(variation) AS high
  FROM read_parquet($folder || '/data/assignments/*.parquet')
  WHERE experiment_key = $experiment AND assigned_at < $until::TIMESTAMPTZ
  GROUP BY user_id
), enrolled AS (
  SELECT e.user_id, a.low AS variant, e.met_at
  FROM exposed e JOIN assigned a USING (user_id)
  WHERE e.low = e.high AND a.low = a.high
), per_unit AS (
  SELECT
    n.user_id,
    any_value(n.variant) AS variant,
    (count(*) FILTER (event_name = 'onboarding.completed' AND occurred_at < met_at + INTERVAL 7 DAY) > 0)::DOUBLE AS activation,
    (count(*) FILTER (event_name = 'search.clicked' AND occurred_at < met_at + INTERVAL 7 DAY) > 0)::DOUBLE AS search,
    count(*) FILTER (event_name = 'purchase')::DOUBLE AS orders,
    coalesce(sum(amount) FILTER (event_name = 'purchase' AND currency = 'EUR'), 0) AS revenue,
    count(*) FILTER (event_name = 'session.started')::DOUBLE AS sessions,
    count(*) FILTER (event_name = 'error')::DOUBLE AS errors,
    count(*) FILTER (event_name = 'refund')::DOUBLE AS refunds
  FROM enrolled n
  LEFT JOIN read_parquet($folder || '/data/events/**/*.parquet') f
    ON f.user_id = n.user_id AND f.occurred_at >= n.met_at AND f.occurred_at < $until::TIMESTAMPTZ
  GROUP BY n.user_id
)
SELECT
  variant, count(*) AS units,
  avg(activation), var_samp(activation), avg(search), var_samp(search), avg(orders), var_samp(orders),
  avg(revenue), var_samp(revenue), covar_samp(revenue, orders), avg(sessions), var_samp(sessions),
  avg(errors), var_samp(errors), avg(refunds), var_samp(refunds)
FROM per_unit
GROUP BY variant
ORDER BY variant
