"""Methods of statsforecast, each fitted to one history at a time: `statistical.py METHOD INPUT OUTPUT NOTES`.

The intervals are those that the library itself gives for each method. Holes of a history are filled with the value a day earlier.
"""

import sys
import time
import warnings

import numpy as np
from statsforecast.models import AutoARIMA, AutoETS, AutoTheta, HoltWinters, MSTL, SeasonalNaive

from exchange import HISTORY, HORIZON, read_windows, write_forecasts, write_notes

METHODS = {
    "naive-24": lambda: SeasonalNaive(season_length=24),
    "holt-winters": lambda: HoltWinters(season_length=24),
    "ets": lambda: AutoETS(season_length=24),
    "theta": lambda: AutoTheta(season_length=24),
    "mstl": lambda: MSTL(season_length=[24, 168]),
    # Conditional sums of squares instead of likelihoods while orders are searched for: with likelihoods it takes minutes a series.
    "arima": lambda: AutoARIMA(season_length=24, approximation=True),
}


def filled(history: np.ndarray) -> np.ndarray:
    """The history from its first measured hour on, without holes."""
    values = history[np.flatnonzero(np.isfinite(history))[0] :].copy()
    for at in np.flatnonzero(np.isnan(values)):
        values[at] = values[at - 24] if at >= 24 else values[at - 1]
    return values


def forecast(name: str, history: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    found = METHODS[name]().forecast(y=filled(history), h=HORIZON, level=[95])
    answer = (found["mean"], found["lo-95"], found["hi-95"])
    if not all(np.isfinite(part).all() for part in answer):
        raise ValueError("a forecast that is no number")
    return answer


def main(name: str, source: str, target: str, notes: str) -> None:
    warnings.filterwarnings("ignore")
    windows = read_windows(source)
    answers = np.empty((3, len(windows), HORIZON))
    failed = 0
    # What is compiled or loaded at the first call is not the method's time.
    forecast(name, np.sin(np.arange(HISTORY) * np.pi / 12) + 2 + np.arange(HISTORY) % 7)
    started = time.process_time()
    for index, history in enumerate(windows.values):
        try:
            answers[:, index] = forecast(name, history)
        except Exception as error:  # each method fails in its own ways; the table says how often
            failed += 1
            print(f"{name}: {type(error).__name__}: {error}; seasonal naive instead", file=sys.stderr)
            answers[:, index] = forecast("naive-24", history)
    seconds = time.process_time() - started
    write_forecasts(target, windows.keys, *answers)
    write_notes(notes, seconds=seconds, failed=failed)


main(*sys.argv[1:])
