#!/usr/bin/env python3
"""One training step of an mlp: ours against PyTorch's on the CPU, eager, on this machine, and the ratio.

    pip install torch && python3 benches/peers/mlp_step.py

Both: 32 inputs, hidden layers of 64 and 32 with ReLU, one output; binary cross-entropy on logits, Adam at 0.01; batches of 64 taken
from 12,800 rows in a new random order each pass; five passes of 200 steps. Batch assembly is part of the step. The median of seven.
"""
import statistics
import subprocess
import time

import torch

FEATURES, BATCH, STEPS, EPOCHS = 32, 64, 200, 5


def pytorch_step_microseconds(threads: int) -> float:
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    x = torch.rand(STEPS * BATCH, FEATURES) - 0.5
    y = (x.sum(1) > 0).float()

    def train() -> float:
        model = torch.nn.Sequential(
            torch.nn.Linear(FEATURES, 64), torch.nn.ReLU(), torch.nn.Linear(64, 32), torch.nn.ReLU(), torch.nn.Linear(32, 1)
        )
        optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
        loss_of = torch.nn.BCEWithLogitsLoss()
        start = time.perf_counter()
        for _ in range(EPOCHS):
            order = torch.randperm(len(x))
            total = 0.0
            for chosen in order.split(BATCH):
                optimiser.zero_grad()
                loss = loss_of(model(x[chosen]).squeeze(1), y[chosen])
                loss.backward()
                optimiser.step()
                total += loss.item()
        return (time.perf_counter() - start) * 1e6 / (STEPS * EPOCHS)

    train()
    return statistics.median(train() for _ in range(7))


ours = float(
    subprocess.run(
        ["cargo", "bench", "--bench", "speed", "--", "peer-mlp"], check=True, capture_output=True, text=True
    ).stdout.split()[-1]
)
theirs = {threads: pytorch_step_microseconds(threads) for threads in (1, 2)}
best = min(theirs.values())
print(f"ours: {ours:.0f} µs a step")
for threads, step in theirs.items():
    print(f"PyTorch {torch.__version__}, {threads} thread(s): {step:.0f} µs a step")
print(f"ratio (ours / PyTorch's best): {ours / best:.2f}")
