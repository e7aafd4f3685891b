"""Times the same work in the libraries that are usually used: one JSON line per task, for `cargo bench --bench metrics`.

    pip install numpy scikit-learn lifelines medpy
    python benches/peers/metrics.py FOLDER

FOLDER holds the inputs that the Rust side wrote (`metrics_auroc.csv`, `metrics_survival.csv`, `metrics_masks.bin`), so
that both sides see the same numbers. Each line has the task, the seconds and the value, so that values can be compared.
"""

import csv
import json
import sys
import time
from pathlib import Path

import numpy as np


def columns(path):
    with open(path, newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
    return [np.array([float(row[name]) for row in rows]) for name in reader.fieldnames]


def report(task, run):
    start = time.perf_counter()
    value = run()
    print(json.dumps({"task": task, "seconds": time.perf_counter() - start, "value": value}), flush=True)


def auroc_bootstrap(folder):
    from sklearn.metrics import roc_auc_score

    label, score = columns(folder / "metrics_auroc.csv")
    cases, others = np.flatnonzero(label == 1), np.flatnonzero(label == 0)
    rng = np.random.default_rng(1)

    def run():
        values = []
        for _ in range(2000):
            rows = np.concatenate([rng.choice(cases, len(cases)), rng.choice(others, len(others))])
            values.append(roc_auc_score(label[rows], score[rows]))
        return [float(v) for v in np.quantile(values, [0.025, 0.975])]

    report("auroc_bootstrap", run)


def harrell_c(folder):
    from lifelines.utils import concordance_index

    time_, event, risk = columns(folder / "metrics_survival.csv")
    concordance_index(time_[:100], -risk[:100], event[:100])
    report("harrell_c", lambda: float(concordance_index(time_, -risk, event)))


def hd95(folder):
    from medpy.metric.binary import hd95 as medpy_hd95

    masks = np.fromfile(folder / "metrics_masks.bin", dtype=np.uint8).reshape(2, 128, 128, 128)
    report("hd95", lambda: float(medpy_hd95(masks[1], masks[0], voxelspacing=(1.5, 0.8, 0.8))))


if __name__ == "__main__":
    where = Path(sys.argv[1])
    auroc_bootstrap(where)
    harrell_c(where)
    hd95(where)
