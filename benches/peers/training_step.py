#!/usr/bin/env python3
"""Training steps: ours against PyTorch's on the CPU, eager, on this machine, and the ratio.

    pip install torch && python3 benches/peers/training_step.py

mlp: 32 inputs, hidden layers of 64 and 32 with ReLU, one output; batches of 64 taken from 12,800 rows; 1,000 steps.
cnn: 28 x 28 pixels, batches of 64; three blocks of 3 x 3 convolution, batch normalisation, ReLU, 2 x 2 maximum; each block twice as
wide as the one before; mean and maximum of each channel; one output; 20 steps.
unet: 64 x 64 pixels, batches of 8; two halvings, one convolution with batch normalisation and ReLU on each floor, transposed
convolutions up; one output per pixel; 20 steps.
All: binary cross-entropy on logits, Adam at 0.01, a new random order each pass; batch assembly is part of the step. Medians of seven.
"""
import statistics
import subprocess
import time

import torch
from torch import nn


def mlp() -> nn.Module:
    return nn.Sequential(nn.Linear(32, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 1))


def block(inputs: int, outputs: int) -> nn.Module:
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU())


class Cnn(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        widths = [1, width, 2 * width, 4 * width]
        self.blocks = nn.Sequential(*[nn.Sequential(block(a, b), nn.MaxPool2d(2)) for a, b in zip(widths, widths[1:])])
        self.output = nn.Linear(8 * width, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.blocks(x).flatten(2)
        return self.output(torch.cat([x.mean(2), x.amax(2)], 1))


class Unet(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        w = width
        self.a, self.b, self.bottom = block(1, w), block(w, 2 * w), block(2 * w, 4 * w)
        self.grow_b, self.up_b = nn.ConvTranspose2d(4 * w, 2 * w, 2, 2), block(4 * w, 2 * w)
        self.grow_a, self.up_a = nn.ConvTranspose2d(2 * w, w, 2, 2), block(2 * w, w)
        self.output = nn.Conv2d(w, 1, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a = self.a(x)
        b = self.b(nn.functional.max_pool2d(a, 2))
        x = self.bottom(nn.functional.max_pool2d(b, 2))
        x = self.up_b(torch.cat([b, self.grow_b(x)], 1))
        x = self.up_a(torch.cat([a, self.grow_a(x)], 1))
        return self.output(x).flatten(1)


def step_microseconds(make, x: torch.Tensor, y: torch.Tensor, batch: int, epochs: int, threads: int) -> float:
    torch.set_num_threads(threads)

    def train() -> float:
        model = make()
        optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
        loss_of = nn.BCEWithLogitsLoss()
        steps, start = 0, time.perf_counter()
        for _ in range(epochs):
            order, total = torch.randperm(len(x)), 0.0
            for chosen in order.split(batch):
                optimiser.zero_grad()
                loss = loss_of(model(x[chosen]), y[chosen])
                loss.backward()
                optimiser.step()
                total += loss.item()
                steps += 1
        return (time.perf_counter() - start) * 1e6 / steps

    train()
    return statistics.median(train() for _ in range(7))


def ours(name: str) -> list[str]:
    command = ["cargo", "bench", "--bench", "speed", "--", name]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()


torch.manual_seed(1)
x = torch.rand(12_800, 32) - 0.5
cases = {"mlp": (mlp, x, (x.sum(1, keepdim=True) > 0).float(), 64, 5)}
for width in (8, 32):
    cases[f"cnn-28-w{width}"] = (lambda w=width: Cnn(w), torch.rand(256, 1, 28, 28), torch.randint(2, (256, 1)).float(), 64, 5)
for width in (8, 16):
    cases[f"unet-64-w{width}"] = (lambda w=width: Unet(w), torch.rand(32, 1, 64, 64), torch.randint(2, (32, 4096)).float(), 8, 5)
pictures = ours("peer-pictures")
steps = {"mlp": float(ours("peer-mlp")[-1]), **dict(zip(pictures[::2], map(float, pictures[1::2])))}
for name, case in cases.items():
    theirs = {threads: step_microseconds(*case, threads) for threads in (1, 2)}
    print(
        f"{name}: ours {steps[name]:.0f} us a step; PyTorch {torch.__version__} "
        + ", ".join(f"{step:.0f} with {threads} thread(s)" for threads, step in theirs.items())
        + f"; ratio {steps[name] / min(theirs.values()):.2f}"
    )
