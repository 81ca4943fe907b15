"""LightGBM trained over all machines that may be learned from: `global_trees.py TRACES LEARN INPUT OUTPUT NOTES`.

The yardstick of the intervals. Three models (median, 2.5 % and 97.5 % quantile) of the distance from a seasonal base, in units
of the window's own daily change; conformalised quantile regression (Romano, Patterson, Candès 2019) on machines that the
models were not trained on, for each metric and day of the horizon. It sees a little more than the product does: the hour
of the day and the day of the week in UTC. LEARN lists windows (role, series_id, metric, origin); INPUT is only answered.
"""

import sys
import time
import warnings

import lightgbm as lgb
import numpy as np
import pandas as pd

from exchange import HISTORY, HORIZON, HOUR, read_windows, write_forecasts, write_notes

METRICS = ["cpu", "mem", "net"]
COLUMNS = {"cpu": "cpu_cores", "mem": "mem_bytes", "net": "net_bps"}
HOURS_PER_WINDOW = 28
SEED = 1
COMMON = {
    "num_leaves": 63,
    "learning_rate": 0.05,
    "min_data_in_leaf": 200,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 1.0,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbose": -1,
    "seed": SEED,
}
ROUNDS = 300
QUANTILES = {"centre": 0.5, "low": 0.025, "high": 0.975}
# The ends of the interval rest on few rows: larger leaves, as the product has them, make them better by a half.
ENDS = {"num_leaves": 15, "min_data_in_leaf": 1000}
# As in the product: distances beyond this teach a quantile nothing but how large one burst was.
FARTHEST = 50.0


def slices(traces: pd.DataFrame, keys: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Histories and the weeks that followed, of the listed windows."""
    start = traces["ts"].min()
    hour = ((traces["ts"] - start) // HOUR).to_numpy()
    series = {name: index for index, name in enumerate(sorted(traces["series_id"].unique()))}
    row = traces["series_id"].map(series).to_numpy()
    origins = ((keys["origin"] - start) // HOUR).to_numpy()
    histories = np.full((len(keys), HISTORY), np.nan)
    futures = np.full((len(keys), HORIZON), np.nan)
    for metric, column in COLUMNS.items():
        panel = np.full((len(series), HISTORY + hour.max() + 1 + HORIZON), np.nan)
        panel[row, HISTORY + hour] = traces[column].to_numpy()
        for index in np.flatnonzero(keys["metric"] == metric):
            origin = HISTORY + origins[index]
            whole = panel[series[keys["series_id"].iloc[index]], origin - HISTORY : origin + HORIZON]
            histories[index], futures[index] = whole[:HISTORY], whole[HISTORY:]
    return histories, futures


def daily_change(values: np.ndarray) -> np.ndarray:
    return np.nanmean(np.abs(values[:, 24:] - values[:, :-24]), axis=1)


def either(values: np.ndarray, otherwise: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(values), otherwise, values)


def weekly(of_day: np.ndarray) -> np.ndarray:
    return np.tile(of_day, (1, HORIZON // 24))


def newest_of_day(days: np.ndarray) -> np.ndarray:
    found = np.full((len(days), 24), np.nan)
    for day in range(days.shape[1] - 1, -1, -1):
        found = either(found, days[:, day])
    return found


class Features:
    """Base and unit of each window, and rows of features: `of_hour[window, hour, feature]`, `of_window[window, feature]`."""

    def __init__(self, values: np.ndarray, keys: pd.DataFrame):
        count = len(values)
        days = values.reshape(count, HISTORY // 24, 24)
        level = either(np.nanmedian(values[:, -168:], axis=1), np.nanmedian(values, axis=1))[:, None]
        of_day = either(np.nanmedian(days[:, -7:], axis=1), level)
        week = weekly(of_day)
        of_week = either(np.nanmedian(values[:, -672:].reshape(count, 4, HORIZON), axis=1), week)
        self.scale = daily_change(values)
        self.base = np.median(np.stack([week, of_week, np.broadcast_to(level, week.shape)]), axis=0)
        self.of_hour = self._hours(values, days, level, week, of_week, keys)
        self.of_window = self._window(values, days, keys)

    def _hours(self, values, days, level, week, of_week, keys) -> np.ndarray:
        unit = self.scale[:, None]
        last = days[:, -28:]
        near = np.concatenate([np.roll(last, 1, axis=2), last, np.roll(last, -1, axis=2)], axis=1)
        candidates = [weekly(np.nanmedian(days[:, -span:], axis=1)) for span in (3, 14, 28)]
        candidates += [week, of_week, weekly(newest_of_day(days)), values[:, -HORIZON:], np.broadcast_to(level, week.shape)]
        candidates += [weekly(found) for found in np.nanquantile(near, [0.025, 0.1, 0.25, 0.75, 0.9, 0.975], axis=1)]
        candidates += [weekly(np.nanmax(last, axis=1)), weekly(np.nanmin(last, axis=1)), weekly(np.nanmean(days[:, -7:], axis=1))]
        rows = [(either(found, self.base) - self.base) / unit for found in candidates]
        spread = np.nanmean(np.abs(last - np.nanmedian(last, axis=1)[:, None]), axis=1)
        ahead = np.broadcast_to(np.arange(HORIZON), week.shape)
        clock = (keys["origin"].to_numpy().astype("datetime64[h]").astype(np.int64))[:, None] + ahead
        rows += [weekly(spread) / unit, ahead, ahead // 24, clock % 24, clock // 24 % 7]
        return np.stack(rows, axis=2).astype(np.float32)

    def _window(self, values, days, keys) -> np.ndarray:
        unit, level = self.scale, self.base.mean(axis=1)

        def distance(found: np.ndarray) -> np.ndarray:
            return (either(found, level) - level) / unit

        rows = [keys["metric"].map(METRICS.index).to_numpy(), np.isfinite(values).sum(axis=1)]
        rows += [np.log(np.abs(level) + 1e-9), np.log(unit / (np.abs(level) + 1e-9) + 1e-6)]
        for span in (1, 3, 7, 28):
            rows += [distance(found) for found in np.nanquantile(values[:, -24 * span :], [0.05, 0.5, 0.95], axis=1)]
        rows += [distance(np.nanmean(values[:, -168:], axis=1))]
        rows += [distance(np.nanmax(values, axis=1)), distance(np.nanmin(values, axis=1))]
        rows += [distance(values[:, -1]), distance(np.nanmedian(values[:, -6:], axis=1))]
        for lag in (168, 1):
            rows += [np.nan_to_num(np.nanmean(np.abs(values[:, lag:] - values[:, :-lag]), axis=1)) / unit]
        apart = values[:, -HORIZON:] - self.base
        rows += [np.nan_to_num(np.nanmean(np.abs(apart), axis=1)) / unit]
        rows += [np.nan_to_num(found) / unit for found in np.nanquantile(apart, [0.05, 0.95], axis=1)]
        of_days = np.nanmedian(days, axis=2)
        rows += [distance(of_days[:, -day]) for day in range(1, 8)]
        rows += [np.nanstd(of_days, axis=1) / unit, np.nanmean(np.abs(np.diff(of_days, axis=1)), axis=1) / unit]
        of_weeks = np.nanmedian(values[:, -672:].reshape(-1, 4, HORIZON), axis=2)
        rows += [distance(of_weeks[:, week]) for week in range(4)]
        rows += [np.nan_to_num(np.nanmean(np.abs(np.diff(of_weeks, axis=1)), axis=1)) / unit]
        rows += [distance(np.nanmedian(np.nanmax(days[:, -7:], axis=2), axis=1))]
        rows += [np.nan_to_num(daily_change(values[:, -168:])) / unit]
        rows += [np.nanmean(values[:, 1:] == values[:, :-1], axis=1)]
        return np.stack(rows, axis=1).astype(np.float32)

    def rows(self, hours: np.ndarray) -> np.ndarray:
        """`hours[window]` are the hours wanted of each window."""
        picked = np.take_along_axis(self.of_hour, hours[:, :, None], axis=1)
        repeated = np.repeat(self.of_window[:, None], hours.shape[1], axis=1)
        return np.concatenate([picked, repeated], axis=2).reshape(-1, picked.shape[2] + repeated.shape[2])

    def predict(self, model: lgb.Booster) -> np.ndarray:
        found = np.empty(self.base.shape)
        every = np.arange(HORIZON)[None]
        for index in range(0, len(found), 200):
            part = Features.__new__(Features)
            part.of_hour, part.of_window = self.of_hour[index : index + 200], self.of_window[index : index + 200]
            rows = part.rows(np.repeat(every, len(part.of_window), axis=0))
            found[index : index + 200] = model.predict(rows).reshape(-1, HORIZON)
        return self.base + found * self.scale[:, None]


def train(features: Features, futures: np.ndarray) -> dict[str, lgb.Booster]:
    random = np.random.default_rng(SEED)
    hours = np.stack([random.choice(HORIZON, HOURS_PER_WINDOW, replace=False) for _ in futures])
    targets = np.take_along_axis((futures - features.base) / features.scale[:, None], hours, axis=1).reshape(-1)
    measured = np.isfinite(targets)
    rows, targets = features.rows(hours)[measured], np.clip(targets[measured], -FARTHEST, FARTHEST)
    print(f"training on {len(rows)} rows of {rows.shape[1]} features", file=sys.stderr)
    data = lgb.Dataset(rows, targets)
    models = {}
    for name, quantile in QUANTILES.items():
        own = COMMON if name == "centre" else {**COMMON, **ENDS}
        models[name] = lgb.train({**own, "objective": "quantile", "alpha": quantile}, data, ROUNDS)
    return models


def widened(metric: np.ndarray, scores: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """For each window and hour that is wanted, the conformal quantile of the scores of its metric and day."""
    result = np.empty((len(wanted), HORIZON))
    for name in METRICS:
        for day in range(HORIZON // 24):
            hours = slice(24 * day, 24 * day + 24)
            found = np.sort(scores[metric == name][:, hours], axis=None)
            found = found[np.isfinite(found)]
            rank = min(len(found), int(np.ceil((len(found) + 1) * 0.95)))
            result[wanted == name, hours] = found[rank - 1]
    return result


def main(traces_file: str, learn_file: str, source: str, target: str, notes: str) -> None:
    warnings.filterwarnings("ignore")
    traces = pd.read_parquet(traces_file, columns=["series_id", "ts", *COLUMNS.values()])
    traces["ts"] = pd.to_datetime(traces["ts"], utc=True).dt.tz_localize(None)
    learn = pd.read_parquet(learn_file)
    started = time.process_time()
    models = train(*learned(traces, learn, "train"))
    features, futures = learned(traces, learn, "calibrate")
    low, high = features.predict(models["low"]), features.predict(models["high"])
    below = np.where(low <= 0, -np.inf, low - futures)
    scores = np.fmax(below, futures - high) / features.scale[:, None]
    scores[np.isnan(futures)] = np.nan
    metric = learn.loc[learn["role"] == "calibrate", "metric"].to_numpy()
    training = time.process_time() - started

    windows = read_windows(source)
    started = time.process_time()
    features = Features(windows.values, windows.keys)
    centre = np.maximum(0, features.predict(models["centre"]))
    added = widened(metric, scores, windows.keys["metric"].to_numpy()) * features.scale[:, None]
    low = np.minimum(centre, features.predict(models["low"]) - added)
    high = np.maximum(centre, features.predict(models["high"]) + added)
    seconds = time.process_time() - started
    write_forecasts(target, windows.keys, centre, low, high)
    write_notes(notes, seconds=seconds, training=training, failed=0)


def learned(traces: pd.DataFrame, learn: pd.DataFrame, role: str) -> tuple[Features, np.ndarray]:
    keys = learn[learn["role"] == role].reset_index(drop=True)
    histories, futures = slices(traces, keys)
    return Features(histories, keys), futures


main(*sys.argv[1:])
