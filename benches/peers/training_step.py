#!/usr/bin/env python3
"""Training steps and a prediction: ours against PyTorch's on the CPU, eager, on this machine, and the ratio.

    pip install torch && python3 benches/peers/training_step.py [--rounds N] [--threads N ...] [--ours PROGRAM] [--compile] [case ...]

mlp: 32 inputs, hidden layers of 64 and 32 with ReLU, one output; batches of 64.
cnn: 28 x 28 pixels, batches of 64; three blocks of 3 x 3 convolution, batch normalisation, ReLU, 2 x 2 maximum; each block twice as
wide as the one before; mean and maximum of each channel; one output.
unet: 64 x 64 pixels, batches of 8; two halvings, one convolution with batch normalisation and ReLU on each floor, transposed
convolutions up; one output per pixel.
gru: 48 steps of 8 numbers, 32 units, batches of 64; one output from the last state.
A step: the batch is taken, forward, binary cross-entropy on logits, backward, Adam at 0.001.
With --compile PyTorch's models go through `torch.compile` first (it needs a C++ compiler); what compiling takes is not counted.
predict: 10,000 pictures of 28 x 28 pixels by the cnn of width 8; PyTorch without gradients, with the best of its batch sizes.

Rounds alternate: ours (the kernels' bench, `src/kernels/benches/step.rs`) with one thread and with two, then PyTorch with one and with
two. What is printed is the least of all rounds, as other programs only add: milliseconds on the wall, and of processor time with one
thread, which does not depend on how busy the machine is.
"""
import argparse
import os
import subprocess
import time
from collections.abc import Callable

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


class Series(nn.Module):
    def __init__(self, units: int) -> None:
        super().__init__()
        self.gru, self.output = nn.GRU(8, units, batch_first=True), nn.Linear(units, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.output(self.gru(x)[0][:, -1])


COMPILES = False
"""Whether PyTorch's models are compiled."""


def built(model: nn.Module) -> nn.Module:
    return torch.compile(model) if COMPILES else model


Times = tuple[float, float]
"""Milliseconds on the wall and of processor time."""


def timed(work: Callable[[], None], times: int) -> Times:
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(times):
        work()
    return (time.perf_counter() - wall) * 1e3 / times, (time.process_time() - cpu) * 1e3 / times


def step(make: Callable[[], nn.Module], x: torch.Tensor, y: torch.Tensor, batch: int, steps: int) -> Times:
    model = built(make())
    optimiser = torch.optim.Adam(model.parameters(), lr=0.001)
    loss_of = nn.BCEWithLogitsLoss()

    def one() -> None:
        chosen = torch.randperm(len(x))[:batch]
        optimiser.zero_grad()
        loss = loss_of(model(x[chosen]), y[chosen])
        loss.backward()
        optimiser.step()

    timed(one, 3)
    return timed(one, steps)


def prediction(x: torch.Tensor) -> Times:
    model = built(Cnn(8).eval())

    def whole(batch: int) -> None:
        with torch.no_grad():
            torch.cat([model(part) for part in x.split(batch)])

    timed(lambda: whole(64), 1)
    told = [timed(lambda batch=batch: whole(batch), 1) for batch in (16, 64, 256, 1024)]
    return min(wall for wall, _ in told), min(cpu for _, cpu in told)


def ours(command: list[str], name: str, threads: int) -> Times:
    environment = {**os.environ, "RAYON_NUM_THREADS": str(threads)}
    command = [*command, "--own", "--rounds=3", name]
    told = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
    line = next(line.split() for line in told.splitlines() if line.startswith(name + " "))
    return float(line[1]), float(line[2])


def least(told: list[Times]) -> Times:
    return min(wall for wall, _ in told), min(cpu for _, cpu in told)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2], help="1 alone on a busy machine")
    parser.add_argument("--ours", help="the kernels' bench, where it is built already")
    parser.add_argument("--compile", action="store_true", help="PyTorch's models through torch.compile")
    parser.add_argument("cases", nargs="*")
    asked = parser.parse_args()
    global COMPILES
    COMPILES = asked.compile
    bench = ["cargo", "bench", "--locked", "-p", "practicum-kernels", "--bench", "step", "--"]
    command = [asked.ours] if asked.ours else bench
    torch.manual_seed(1)
    x, series = torch.rand(12_800, 32) - 0.5, torch.rand(256, 48, 8) - 0.5
    small, large = torch.rand(256, 1, 28, 28) - 0.5, torch.rand(32, 1, 64, 64) - 0.5
    row, pixels = torch.randint(2, (256, 1)).float(), torch.randint(2, (32, 4096)).float()
    cases: dict[str, Callable[[], Times]] = {
        "mlp": lambda: step(mlp, x, (x.sum(1, keepdim=True) > 0).float(), 64, 300),
        "cnn-28-w8": lambda: step(lambda: Cnn(8), small, row, 64, 10),
        "cnn-28-w32": lambda: step(lambda: Cnn(32), small, row, 64, 10),
        "unet-64-w8": lambda: step(lambda: Unet(8), large, pixels, 8, 10),
        "unet-64-w16": lambda: step(lambda: Unet(16), large, pixels, 8, 10),
        "gru-48-w32": lambda: step(lambda: Series(32), series, row, 64, 10),
        "predict-28-w8": lambda: prediction(torch.rand(10_000, 1, 28, 28)),
    }
    print(f"PyTorch {torch.__version__}, {asked.rounds} rounds; ms: wall with {asked.threads} threads (processor time with the first)")
    for name, theirs in cases.items():
        if asked.cases and name not in asked.cases:
            continue
        told: dict[tuple[str, int], list[Times]] = {}
        for _ in range(asked.rounds):
            for threads in asked.threads:
                told.setdefault(("ours", threads), []).append(ours(command, name, threads))
            for threads in asked.threads:
                torch.set_num_threads(threads)
                told.setdefault(("theirs", threads), []).append(theirs())
        best = {key: least(times) for key, times in told.items()}
        walls = {who: [best[who, threads][0] for threads in asked.threads] for who in ("ours", "theirs")}
        cpu = {who: best[who, asked.threads[0]][1] for who in ("ours", "theirs")}
        print(
            f"{name:14}"
            + "".join(
                f" {who}" + "".join(f" {wall:.3f}" for wall in walls[who]) + f" ({cpu[who]:.3f});" for who in ("ours", "theirs")
            )
            + f" PyTorch : ours {min(walls['theirs']) / min(walls['ours']):.2f} on the wall,"
            + f" {cpu['theirs'] / cpu['ours']:.2f} of processor time",
            flush=True,
        )


if __name__ == "__main__":
    main()
