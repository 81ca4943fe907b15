"""The files of `model evaluate`: histories in, forecasts out. Shared by all peers."""

import json

import numpy as np
import pandas as pd

HISTORY = 720
HORIZON = 168
HOUR = np.timedelta64(1, "h")


class Windows:
    """Histories of HISTORY hours that end at their origins, NaN where nothing was measured: `values[window, hour]`."""

    def __init__(self, keys: pd.DataFrame, values: np.ndarray):
        self.keys = keys
        self.values = values

    def __len__(self) -> int:
        return len(self.keys)


def read_windows(path: str) -> Windows:
    """Reads series_id, metric, origin, ts, value in any order."""
    rows = pd.read_parquet(path, columns=["series_id", "metric", "origin", "ts", "value"])
    grouped = rows.groupby(["series_id", "metric", "origin"], sort=True)
    at = HISTORY + ((rows["ts"] - rows["origin"]).to_numpy() // HOUR)
    values = np.full((grouped.ngroups, HISTORY), np.nan)
    values[grouped.ngroup().to_numpy(), at] = rows["value"].to_numpy()
    keys = pd.DataFrame(list(grouped.groups), columns=["series_id", "metric", "origin"])
    return Windows(keys, values)


def write_forecasts(path: str, keys: pd.DataFrame, mean: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
    """Writes one row for each window and hour. Use is never negative, so that what lies below zero is zero."""
    rows = keys.loc[keys.index.repeat(HORIZON)].reset_index(drop=True)
    rows["h"] = np.tile(np.arange(1, HORIZON + 1), len(keys))
    for name, values in (("mean", mean), ("lo95", low), ("hi95", high)):
        rows[name] = np.maximum(0.0, values).reshape(-1)
    rows.to_parquet(path, index=False)


def write_notes(path: str, **notes: float) -> None:
    """What the bench wants to know beside the forecasts: processor seconds, and how often a method gave no forecast."""
    with open(path, "w", encoding="utf-8") as file:
        json.dump(notes, file)
