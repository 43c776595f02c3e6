#!/usr/bin/env python3
"""The PyTorch engineer's version of the toolkit's transformer: what our speed and memory are compared with.

usage: reversible.py [KEY=VALUE...]    ARGUMENTS has the keys: choices, the first being the default, or a default number
       reversible.py version           prints the version of PyTorch, which must be 2.13 or newer to be a peer

A worker: it builds one model, warms up, prints a line {"ready": true, ...} and answers each line of its input with a line
of JSON; `quit` or the end of the input ends it. Where torch.compile does not work the line is {"ready": false, "reason"},
and the worker ends. Exit status 2: a bad argument or command; 3: PyTorch is not installed, or too old.

    step N   {"ms", "loss"}: N timed steps
    memory   {"peak_mib", "rest_mib", "rss_peak_mib", "source"}: what one step needs beyond what lies there at rest,
             counted if ci/memory.c is preloaded and BDIA_MEMORY_COUNTERS set, else by the resident set, which is coarser
    check    {"mismatches", "compared", "gradient_error"}: is the reversible back-propagation exact?

step=bare zeroes the gradients, runs forward and backward on one batch, and reads the loss. step=whole also fetches the batch
(crop and flip, or windows of a text) and updates by fused AdamW, setting gradients to None. step=per-block updates each
parameter in the backward pass, when its gradient is complete, and frees the gradient: PyTorch's recipe with
register_post_accumulate_grad_hook. engine=compiled compiles each block by torch.compile.

Letters: B batch, T tokens, D width, H heads. A block's branch is h(x) = f(x) + g(x + f(x)) with attention f and feed-forward
g, each behind its own LayerNorm. With method=standard x_{k+1} = x_k + h_k(x_k); with method=bdia x_0 = Q[embedding],
x_1 = x_0 + Q[h_0(x_0)] and, with γ_k = ±1/2 drawn for each sample,

    x_{k+1} = γ_k (x_{k-1} + s_{k-1} 2^-9) + Q[(1 - γ_k) x_k + (1 + γ_k) h_k(x_k)],

where Q rounds to the grid 2^-9 and s is the parity on it: the one bit that makes the step invertible without error
(Zhang et al., 2025, arXiv 2407.09093, section 4). States must stay inside ±32768, which `check` alone would notice.
"""

import ctypes
import functools
import gc
import json
import mmap
import os
import re
import struct
import sys
import time
from types import SimpleNamespace


def fail(message, status=2):
    print(f"reversible.py: {message}", file=sys.stderr)
    sys.exit(status)


OLDEST = (2, 13)

try:
    import torch

    if tuple(int(part) for part in re.findall(r"\d+", torch.__version__)[:2]) < OLDEST:
        fail(f"PyTorch {torch.__version__} is too old to compare with; expected 2.13 or newer, see BDIA_PYTHON in ci/bench --help", 3)
    if sys.argv[1:] == ["version"]:
        print("PyTorch", torch.__version__)
        sys.exit()
    import torch.nn.functional as F
    from torch import nn
    from torch.utils.checkpoint import checkpoint
except ImportError as error:
    fail(f"PyTorch is not installed ({error}); install torch 2.13 or newer", status=3)

ARGUMENTS = {
    **{"task": ("vit", "gpt"), "method": ("standard", "bdia"), "backprop": ("store", "checkpoint", "reversible")},
    "precision": ("float32", "bfloat16"),  # of a branch's weights and products, not its attention; states stay float32
    **{"step": ("bare", "whole", "per-block"), "engine": ("python", "compiled")},
    **{"depth": 6, "batch": 64, "tokens": 64, "width": 128, "heads": 4, "mlp": 512, "warmup": 2},
    "vocabulary": 256,  # of task=gpt
    "threads": 0,  # 0 leaves the number to PyTorch
}
STEP, MIB = 2.0**-9, 2.0**20
SIDE, PATCH, CHANNELS, CLASSES = 8, 4, 3, 10  # an image is 8 by 8 patches of 4 by 4 pixels
BATCHES, PADDING = 4, 4  # the data of whole steps; images are cropped after padding
MEAN, STD = torch.tensor([[0.4914, 0.4822, 0.4465], [0.2023, 0.1994, 0.2010]]).view(2, 1, 3, 1, 1)


def parse(arguments):
    found = {key: known if isinstance(known, int) else known[0] for key, known in ARGUMENTS.items()}
    for argument in arguments:
        key, _, value = argument.partition("=")
        known = ARGUMENTS[key] if key in ARGUMENTS else fail(f"unknown key in {argument!r}; known are {', '.join(ARGUMENTS)}")
        if isinstance(known, tuple):
            found[key] = value if value in known else fail(f"{key} must be one of {', '.join(known)}, not {value!r}")
        elif value.isascii() and value.isdigit() and int(value) >= min(known, 1):
            found[key] = int(value)
        else:
            fail(f"{key} must be a whole number from {min(known, 1)}, not {value!r}")
    s = SimpleNamespace(**found)
    if s.width % s.heads or s.width % 8:  # packing takes eight activations at a time
        fail(f"width must be a multiple of 8 and of heads={s.heads}, not {s.width}")
    if s.task == "vit" and s.tokens != SIDE**2:
        fail(f"tokens must be {SIDE**2} for task=vit, not {s.tokens}")
    if s.method == "standard" and s.backprop == "reversible":
        fail("only method=bdia can be inverted; with method=standard take backprop=store or checkpoint")
    if s.engine == "compiled" and (s.method, s.backprop) != ("standard", "store"):
        fail(f"engine=compiled is for method=standard backprop=store, not {s.method} {s.backprop}")
    return s


class Block(nn.Module):
    """The branch h(x) of one block, (B, T, D) to (B, T, D) in float32; adding it to the state is the method's affair."""
    def __init__(self, s):
        super().__init__()
        self.heads, self.causal, self.bfloat16 = s.heads, s.task == "gpt", s.precision == "bfloat16"
        self.norm1, self.qkv, self.out = nn.LayerNorm(s.width), nn.Linear(s.width, 3 * s.width), nn.Linear(s.width, s.width)
        self.norm2, self.up, self.down = nn.LayerNorm(s.width), nn.Linear(s.width, s.mlp), nn.Linear(s.mlp, s.width)

    def attention(self, x):
        B, T, D = x.shape
        q, k, v = self.qkv(x).view(B, T, 3, self.heads, -1).permute(2, 0, 3, 1, 4)  # (B, H, T, D/H)
        # Not in bfloat16, in which the backward pass of PyTorch 2.13 on the CPU takes far longer than with the casts.
        with torch.autocast("cpu", enabled=False):
            mixed = F.scaled_dot_product_attention(q.float(), k.float(), v.float(), is_causal=self.causal)
        return self.out(mixed.transpose(1, 2).reshape(B, T, D))

    def forward(self, x):
        # Without the cache: a block uses each weight once, so remembering its bfloat16 copy would only hold memory.
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.bfloat16, cache_enabled=False):
            f = self.attention(self.norm1(x))
            return (f + self.down(F.gelu(self.up(self.norm2(x + f))))).float()


def to_grid(x, step=STEP, rounding=torch.round):
    """Q[x]; or, of x on the grid, x + s STEP by taking odd multiples up to the next even one: twice the step, torch.ceil."""
    return rounding(x / step).mul_(step)


def straight_through(x, *grid):
    """to_grid(x), exactly, since the difference and the sum are; the gradient passes as if nothing had happened."""
    return x + (to_grid(x, *grid) - x).detach()


def advance(block, previous, current, gamma):
    """One step with its graph recorded; gamma (B, 1, 1) is None for the ordinary residual, previous for block 0."""
    if gamma is None:
        return current + block(current)
    if previous is None:
        return current + straight_through(block(current))
    mixed = straight_through((1 - gamma) * current + (1 + gamma) * block(current))
    return gamma * straight_through(previous, 2 * STEP, torch.ceil) + mixed


def pack(bits):  # (B, T, D) booleans to (B, T, D/8) bytes: one multiplication moves byte i's bit to bit 56 + i
    return (bits.view(torch.int64) * 0x0102040810204080 >> 56).to(torch.uint8)


def unpack(packed):  # the inverse: the byte eight times over, of which byte i keeps bit i alone
    return (packed.to(torch.int64) * 0x0101010101010101 & 0x8040201008040201 - 2**64).view(torch.uint8) != 0


def mix_(branch, current, gamma):
    """Q[(1 - γ) x_k + (1 + γ) h] in steps of the grid, in the branch's memory; both directions need the same bits of it."""
    return branch.mul_((1 + gamma) / STEP).addcmul_(current, (1 - gamma) / STEP).round_()


class Reversible(torch.autograd.Function):
    """The whole stack of blocks by exact BDIA: remembers the last two states and one bit per activation, no graph.

    The parameters' gradients are added to their .grad at once, to hold no more than one block's besides: loss.backward()
    works, torch.autograd.grad does not. backward runs once and overwrites the stack's output, which nothing may read by
    then. Rebuilt states may differ from the first ones in the sign of a zero, never in value.
    """

    @staticmethod
    def forward(ctx, x, blocks, gammas, watch):
        previous, packed = to_grid(x), []
        current = to_grid(blocks[0](previous)).add_(previous)
        watch(0, previous)
        watch(1, current)
        for k in range(1, len(blocks)):
            mixed = mix_(blocks[k](current), current, gammas[k])
            previous.mul_(0.5 / STEP)
            even = previous.ceil()
            packed.append(pack(even != previous))
            previous, current = current, mixed.addcmul_(even, 2 * gammas[k]).mul_(STEP)
            watch(k + 1, current)
        # Detached, because a reference to the output itself would be a cycle that only the garbage collector breaks.
        ctx.stack, ctx.states = (blocks, gammas, packed, watch), (previous, current.detach())
        return current

    @staticmethod
    def backward(ctx, dz):
        (blocks, gammas, packed, watch), (current, following) = ctx.stack, ctx.states
        ctx.states, carry = None, 0
        for k in reversed(range(len(blocks))):
            with torch.enable_grad():
                branch = blocks[k](current.requires_grad_())
            if k == 0:
                following = None
                torch.autograd.backward(branch, dz)
                return current.grad.add_(dz).add_(carry), None, None, None
            gamma = gammas[k]
            mixed = mix_(branch.detach(), current.detach(), gamma)
            previous = following.sub_(mixed, alpha=STEP).mul_(4 * gamma)  # 1/γ = 4γ
            previous.add_(unpack(packed.pop()), alpha=-STEP)
            watch(k - 1, previous)
            torch.autograd.backward(branch, torch.mul(dz, 1 + gamma, out=mixed))
            dz, carry = current.grad.addcmul_(dz, 1 - gamma).add_(carry), dz * gamma
            following, current = current.detach(), previous
            del branch, mixed


class Model(nn.Module):
    """Embedding, the stack and the head with its loss, on data and targets: one random batch until fetch() takes another."""
    def __init__(self, s):
        super().__init__()
        self.vit, self.gammas = s.task == "vit", None if s.method == "standard" else (s.depth, s.batch, 1, 1)
        self.blocks, self.norm = nn.ModuleList(Block(s) for _ in range(s.depth)), nn.LayerNorm(s.width)
        self.positions = nn.Parameter(0.02 * torch.randn(s.tokens, s.width))
        self.shape = s.batch, s.tokens
        if self.vit:
            self.images = torch.randint(256, (BATCHES * s.batch, CHANNELS, *2 * [SIDE * PATCH]), dtype=torch.uint8)
            self.labels = torch.randint(CLASSES, (BATCHES * s.batch,))
            self.embedding, self.head = nn.Linear(CHANNELS * PATCH**2, s.width), nn.Linear(s.width, CLASSES)
            self.data, self.targets = torch.randn(s.batch, CHANNELS, *2 * [SIDE * PATCH]), torch.randint(CLASSES, (s.batch,))
        else:
            self.text = torch.randint(s.vocabulary, (BATCHES * s.batch * s.tokens,))
            self.embedding = nn.Embedding(s.vocabulary, s.width)
            nn.init.normal_(self.embedding.weight, std=0.02)
            self.data, self.targets = torch.randint(s.vocabulary, (2, s.batch, s.tokens))

    def fetch(self):
        """The next training batch: images cropped, half of them flipped, and normalised; or windows of the text."""
        B, T = self.shape
        if self.vit:
            chosen, side = torch.randint(len(self.labels), (B,)), torch.arange(SIDE * PATCH)
            top, left = torch.randint(2 * PADDING + 1, (2, B, 1))
            rows, columns = top + side, left + torch.where(torch.randint(2, (B, 1)) == 1, side.flip(0), side)  # (B, side)
            padded = F.pad(self.images[chosen], 4 * [PADDING]).transpose(1, 3).transpose(1, 2)  # (B, rows, columns, channels)
            pixels = padded[torch.arange(B).view(B, 1, 1), rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)
            self.data, self.targets = (pixels / 255).sub_(MEAN).div_(STD), self.labels[chosen]
        else:
            windows = self.text[torch.randint(len(self.text) - T, (B, 1)) + torch.arange(T + 1)]
            self.data, self.targets = windows[:, :-1], windows[:, 1:]

    def draw(self):
        """γ for every block, sample by sample, of which block 0 uses none; None without BDIA."""
        return None if self.gammas is None else torch.randint(2, self.gammas) - 0.5

    def forward(self, gammas, backprop, watch):
        """The loss; watch sees every state of reversible back-propagation, on the way there and back."""
        data = self.data
        if self.vit:
            data = data.view(-1, CHANNELS, SIDE, PATCH, SIDE, PATCH).permute(0, 2, 4, 1, 3, 5).flatten(1, 2).flatten(2)
        x = self.embedding(data) + self.positions
        if backprop == "reversible":
            x = Reversible.apply(x, self.blocks, gammas, watch)
        else:
            again = functools.partial(checkpoint, advance, use_reentrant=False, preserve_rng_state=False)
            step = advance if backprop == "store" else again
            previous, x = None, x if gammas is None else straight_through(x)
            for k, block in enumerate(self.blocks):
                previous, x = x, step(block, previous, x, None if gammas is None else gammas[k])
        if self.vit:
            return F.cross_entropy(self.head(self.norm(x.mean(1))), self.targets)
        return F.cross_entropy(F.linear(self.norm(x), self.embedding.weight).flatten(0, 1), self.targets.flatten())


class Worker:
    """The model with its optimiser's state, as in the middle of training, and the answers to the commands."""
    def __init__(self, s):
        torch.set_num_threads(s.threads or torch.get_num_threads())
        torch.manual_seed(0)
        self.model, self.backprop, self.whole = Model(s), s.backprop, s.step != "bare"
        self.parameters = list(self.model.parameters())
        if s.engine == "compiled":
            for block in self.model.blocks:
                block.compile()
        if s.step == "per-block":
            self.optimizers = {p: torch.optim.AdamW([p], weight_decay=0, fused=True) for p in self.parameters}
            for p in self.parameters:
                p.register_post_accumulate_grad_hook(self.update)
        else:
            self.optimizers = {None: torch.optim.AdamW(self.parameters, weight_decay=0, fused=True)}
        self.step()
        if not self.whole:
            self.optimizers[None].step()  # from here on the moments exist and weigh
        self.steps(s.warmup - 1)
        self.counted = os.environ.get("BDIA_MEMORY_COUNTERS")
        self.counters = mmap.mmap(os.open(self.counted, os.O_RDWR) if self.counted else -1, 4096)
        if self.counted and struct.unpack_from("<q", self.counters, 16) == (0,):
            fail(f"no allocation has been counted: LD_PRELOAD={os.environ.get('LD_PRELOAD')} is not loaded")

    def update(self, parameter=None):
        self.optimizers[parameter].step()
        self.optimizers[parameter].zero_grad()

    def step(self, gammas=None, backprop=None, watch=lambda k, state: None):
        if self.whole:
            self.model.fetch()
        else:
            self.model.zero_grad(set_to_none=False)
        loss = self.model(self.model.draw() if gammas is None else gammas, backprop or self.backprop, watch)
        loss.backward()
        if None in self.optimizers and self.whole:
            self.update()
        return loss.item()

    def ready(self):
        params = sum(p.numel() * p.element_size() for p in self.parameters) / MIB
        return {"ready": True, "engine": f"PyTorch {torch.__version__}", "threads": torch.get_num_threads(), "params_mib": params}

    def steps(self, count):
        times, loss = [time.perf_counter()], None
        for _ in range(count):
            loss = self.step()
            times.append(time.perf_counter())
        return {"ms": [round((end - start) * 1e3, 3) for start, end in zip(times, times[1:])], "loss": loss}

    def memory(self):
        gc.collect()
        # Free pages that malloc keeps would count as rest and hide a part of the peak.
        ctypes.CDLL(None).malloc_trim(0)
        with open("/proc/self/clear_refs", "w", encoding="ascii") as file:
            file.write("5")
        resident = status("VmRSS")
        (rest,) = struct.unpack_from("<q", self.counters, 0)
        struct.pack_into("<q", self.counters, 8, rest)
        self.step()
        risen, (peak,) = status("VmHWM") - resident, struct.unpack_from("<q", self.counters, 8)
        if not self.counted:
            return {"peak_mib": risen, "rest_mib": resident, "rss_peak_mib": risen, "source": "rss"}
        return {"peak_mib": (peak - rest) / MIB, "rest_mib": rest / MIB, "rss_peak_mib": risen, "source": "counted"}

    def check(self):
        """Every rebuilt state against the first one, and the gradients against plain autograd with the same γ."""
        gammas, seen, gradients = self.model.draw(), {}, []
        for backprop in ("reversible", "store"):
            self.step(gammas, backprop, lambda k, state: seen.setdefault(k, []).append(state.clone()))
            gradients.append([p.grad.clone() for p in self.parameters])
        pairs = [states for states in seen.values() if len(states) == 2]  # the last two states are kept, not rebuilt
        error = max(((a - b).abs().max() / b.abs().max()).item() for a, b in zip(*gradients))
        mismatches = sum((a != b).sum().item() for a, b in pairs)
        return {"mismatches": mismatches, "compared": sum(a.numel() for a, _ in pairs), "gradient_error": error}


def status(name):
    """A line of /proc/self/status, in MiB."""
    with open("/proc/self/status", encoding="ascii") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith(name + ":"))


def main():
    s = parse(sys.argv[1:])
    try:
        worker = Worker(s)
    except Exception as error:
        if s.engine != "compiled":
            raise
        reason = str(error).strip().splitlines() or [""]
        print(json.dumps({"ready": False, "reason": f"torch.compile does not work here: {type(error).__name__}: {reason[0]}"}))
        return
    answer = worker.ready()
    while True:
        print(json.dumps(answer), flush=True)
        command, _, count = (sys.stdin.readline() or "quit").strip().partition(" ")
        if command == "quit":
            return
        if command == "step" and count.isdigit():
            answer = worker.steps(int(count))
        elif command == "memory" or (command == "check" and worker.backprop == "reversible" and not worker.whole):
            answer = getattr(worker, command)()
        else:
            fail(f"cannot {command!r} {count!r}; known are step N, memory, quit, and check if step=bare backprop=reversible")


if __name__ == "__main__":
    main()
