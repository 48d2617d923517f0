"""Change points of Apache Otava with its default options.

Reads a series a line, as a JSON list of numbers, and writes for each the seconds that it took and
the list of places where its level changes. Used by trend.rs; needs `pip install apache-otava`.
"""

import json
import sys
import time

from otava.series import AnalysisOptions, Metric, Series


def places(values):
    series = Series(
        "planted",
        branch=None,
        time=list(range(len(values))),
        metrics={"median": Metric(-1, 1.0)},
        data={"median": values},
        attributes={},
    )
    analyzed = series.analyze(AnalysisOptions())
    return [int(change.index) for change in analyzed.change_points["median"]]


places([1.0] * 30)  # what is compiled or loaded on first use is not timed
for line in sys.stdin:
    values = json.loads(line)
    start = time.perf_counter()
    found = places(values)
    took = time.perf_counter() - start
    print(json.dumps([took, found]), flush=True)
