"""A loop over series as statsmodels is used for it: prints the seconds for one evaluated day of one series.

Counts as JSON on standard input, series × days. Each evaluated day is a Poisson regression on the 56 days that end three before, with
weekdays and a trend, refitted without the days of the largest residuals, and a negative-binomial tail with Pearson's dispersion.
"""

from __future__ import annotations

import json
import sys
import time

import numpy as np
import statsmodels.api as sm
from scipy.stats import nbinom

BASELINE, LAG, EVALUATED = 56, 3, 5

if __name__ == "__main__":
    counts = np.array(json.load(sys.stdin), float)
    days = np.arange(counts.shape[1])
    design = np.column_stack([(days[:, None] % 7 == np.arange(7)).astype(float), days / 365])
    started, done = time.process_time(), 0
    for series in counts:
        for day in days[-EVALUATED:]:
            past = slice(day - LAG - BASELINE + 1, day - LAG + 1)
            fit = sm.GLM(series[past] + 0.01, design[past], family=sm.families.Poisson()).fit()
            kept = fit.resid_pearson <= 2.58
            fit = sm.GLM(series[past][kept] + 0.01, design[past][kept], family=sm.families.Poisson()).fit(scale="X2")
            mean, over = float(fit.predict(design[day : day + 1])[0]), max(float(fit.scale), 1.01)
            nbinom.sf(series[day] - 1, mean / (over - 1), 1 / over)
            done += 1
    print(json.dumps({"seconds_per_day_and_series": (time.process_time() - started) / done, "fits": done}))
