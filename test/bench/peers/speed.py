"""How long statsforecast takes on one core: `speed.py METHOD INPUT SERIES` prints seconds and peak memory as JSON.

Only forecasting is timed: neither start-up, nor reading, nor what the library compiles at its first call. Only the first
SERIES of the input are forecast; it has no holes.
"""

import json
import resource
import sys
import time

import numpy as np
import pandas as pd
from statsforecast import StatsForecast
from statsforecast.models import AutoETS, SeasonalNaive
from statsforecast.utils import ConformalIntervals

from exchange import HISTORY, HORIZON, read_windows

METHODS = {
    "naive-conformal": lambda: SeasonalNaive(season_length=24, prediction_intervals=ConformalIntervals(n_windows=2, h=HORIZON)),
    "ets": lambda: AutoETS(season_length=24),
}


def forecast(name: str, frame: pd.DataFrame) -> None:
    StatsForecast(models=[METHODS[name]()], freq=1, n_jobs=1).forecast(df=frame, h=HORIZON, level=[95])


def main(name: str, source: str, series: str) -> None:
    values = read_windows(source).values[: int(series)]
    hours = np.tile(np.arange(HISTORY), len(values))
    frame = pd.DataFrame({"unique_id": np.repeat(np.arange(len(values)), HISTORY), "ds": hours, "y": values.reshape(-1)})
    forecast(name, frame.head(HISTORY))
    started, wall = time.process_time(), time.perf_counter()
    forecast(name, frame)
    seconds, wall = time.process_time() - started, time.perf_counter() - wall
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": seconds, "wallSeconds": wall, "peakBytes": peak}))


main(*sys.argv[1:])
