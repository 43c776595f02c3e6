"""A notebook's answer in a sentence or two, its numbers taken from the rows of its results.json."""

from typing import Any, Dict, List, Tuple

from recorded import Row, matching, mean_std

# What a task is scored by on its test data, the most telling first: the metric, its scale, digits and words.
SCORES = (
    ("test_bleu", 1, 2, "{} BLEU on test data"),
    ("test_accuracy", 100, 2, "{} % test accuracy"),
    ("test_perplexity", 1, 2, "a test perplexity of {}"),
)


def values(rows: List[Row], **wanted: Any) -> List[float]:
    """The numbers, NaN and infinities among them, of the rows that have all that is wanted."""
    return [float(row["value"]) for row in matching(rows, **wanted)]


def trained(rows: List[Row], methods: Dict[str, str]) -> List[str]:
    """One sentence a task: score and validation loss of each method after training."""
    sentences = []
    for task in dict.fromkeys(row["task"] for row in rows if row["metric"] == "train_loss" and row["stage"] == "trained"):
        told: List[Tuple[str, int]] = []
        for method, name in methods.items():
            of = matching(rows, task=task, method=method, stage="trained")
            # Twins, run another way, end with the same bits and are no further seeds; other |gamma| are other variants.
            of = [row for row in of if row["gamma"] in (0, 0.5)]
            ways = ("reversible", "store", "checkpoint")
            way = max(ways, key=lambda way: len(values(of, metric="val_loss", backprop=way)))
            of = matching(of, backprop=way)
            losses = values(of, metric="val_loss")
            if losses:
                score = next(
                    (words.format(mean_std(values(of, metric=m), scale, digits)) for m, scale, digits, words in SCORES if values(of, metric=m)),
                    "no score",
                )
                told.append((f"{name} has {score} and a validation loss of {mean_std(losses)}", len(losses)))
        if told:
            # The number of seeds stands once where it is the same for all.
            last = [seeds != following[1] for (_, seeds), following in zip(told, told[1:])] + [True]
            alike = not any(last[:-1])
            words = [text + (f" ({seeds} {'seed' if seeds == 1 else 'seeds'})" if end or not alike else "") for (text, seeds), end in zip(told, last)]
            sentences.append(f"On {task}, {', '.join(words[:-1])}{' and ' if words[1:] else ''}{words[-1]}.")
    return sentences


def quickstart(rows: List[Row]) -> List[str]:
    wrong, gradients = (values(rows, metric=metric)[0] for metric in ("input_mismatches", "gradient_mismatches"))
    return [f"{wrong:,.0f} activations of the input are rebuilt wrongly, and {gradients:,.0f} gradients differ from those of storing everything."]


def exactness(rows: List[Row]) -> List[str]:
    wrong, compared = (sum(values(rows, method="bdia", metric=metric)) for metric in ("mismatches", "activations"))
    deepest = max(row["depth"] for row in rows)
    drift = max(values(rows, method="bdia-float", metric="input_error", stage="trained"))
    return [
        f"Of {compared:,.0f} activations that exact BDIA rebuilds, in up to {deepest} blocks, {wrong:,.0f} differ; "
        f"in floating point the input is off by up to {drift:.3g}."
    ]


def memory(rows: List[Row]) -> List[str]:
    deepest = max(row["depth"] for row in rows if row["task"] == "memory-vit")

    def one(metric: str, method: str, backprop: str, stage: str) -> float:
        where = dict(task="memory-vit", depth=deepest, stage=f"{stage}-float32")
        return values(rows, metric=metric, method=method, backprop=backprop, **where)[0]

    stored = one("peak_mib", "standard", "store", "fast")
    kept = one("peak_mib", "standard", "checkpoint", "fast")
    ways = [(stage, *(one(metric, "bdia", "reversible", stage) for metric in ("peak_mib", "time_ratio_to_store"))) for stage in ("fast", "lean")]
    told = " and ".join(f"BDIA ({stage}) {peak:.0f} MiB in {time:.2f} times the time" for stage, peak, time in ways)
    return [f"With {deepest} blocks a step's peak above rest is {stored:.0f} MiB when all is stored, {kept:.0f} MiB with checkpointing, {told}."]


def inverted(rows: List[Row]) -> List[str]:
    def less(task: str) -> str:
        exact, other = (values(rows, task=task, method=m, stage="fast", metric="saved_mib")[0] for m in ("standard", "standard+invact"))
        return f"{100 - 100 * other / exact:.0f} %"

    error = max(values(rows, method="ours", metric="derivative_error"))
    return [
        f"Inverted activations save {less('memory-mlp')} of what MLPs keep for the backward pass, {less('memory-vit')} in the vision "
        f"transformer and {less('memory-gpt')} in GPT; f′ is off by at most {error:.1e}."
    ]


PLAIN = {"standard": "the plain transformer", "bdia": "BDIA"}
DROPOUT = {**PLAIN, "standard+dropout0.1": "dropout 0.1"}


def answer(notebook: str, rows: List[Row]) -> str:
    """The notebook's answer; empty where its rows do not tell."""
    try:
        told = {
            "00-quickstart": lambda: quickstart(rows) + trained(rows, PLAIN),
            "01-exactness": lambda: exactness(rows),
            "02-cifar": lambda: trained(rows, {**PLAIN, "revnet": "RevViT"}),
            "06-memory-and-time": lambda: memory(rows),
            "08-inverted-activations": lambda: inverted(rows) + trained(rows, {**PLAIN, "bdia+invact": "BDIA with inverted activations"}),
        }.get(notebook, lambda: trained(rows, DROPOUT))()
    except (IndexError, KeyError, ValueError, TypeError):
        return ""
    return " ".join(told)
