#!/usr/bin/env python3
"""Near-deduplication alone, in Pedigree and in datatrove, in turn, on the corpus of `data.py` with the duplicates planted in it.

Both read JSON lines, drop near duplicates by MinHash and write Parquet. Pedigree compares the signatures of what falls into one bucket
with its threshold of 0.8; datatrove takes whatever falls into one bucket, with its own 14 buckets of 8 hashes. Run it with a Python that
has datatrove. POSIX only.
"""
import pathlib, shutil, sys

import data

RECIPE = """version: 1
name: bench
datasets:
  corpus:
    source: { type: jsonl, root: ../input, include: ["*.jsonl"] }
    clean: [{ type: dedup-near, threshold: 0.8 }]
    split: { train: 1.0, validation: 0.0, test: 0.0, by: record }
"""


def datatrove_route(input, output, workers):
    from datatrove.executor.local import LocalPipelineExecutor
    from datatrove.pipeline.dedup import MinhashDedupBuckets, MinhashDedupCluster, MinhashDedupFilter, MinhashDedupSignature
    from datatrove.pipeline.dedup.minhash import MinhashConfig
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.writers import ParquetWriter
    config, tasks = MinhashConfig(), len(list(pathlib.Path(input).glob("*.jsonl")))
    folder = lambda name: f"{output}/{name}"

    def run(pipeline, tasks):
        logs = folder(f"logs-{type(pipeline[-1]).__name__}")
        LocalPipelineExecutor(pipeline, tasks=tasks, workers=workers, logging_dir=logs).run()

    run([JsonlReader(input), MinhashDedupSignature(folder("signatures"), config=config)], tasks)
    run([MinhashDedupBuckets(folder("signatures"), folder("buckets"), config=config)], config.num_buckets)
    run([MinhashDedupCluster(folder("buckets"), folder("removed"), config=config)], 1)
    run([JsonlReader(input), MinhashDedupFilter(folder("removed")), ParquetWriter(folder("left"))], tasks)


def main():
    if sys.argv[1:2] == ["--datatrove-route"]:
        return datatrove_route(*sys.argv[2:4], int(sys.argv[4]))
    data.compared(__doc__, compare)


def compare(o, folder):
    input, theirs_at = folder / "input", folder / "datatrove"
    input.mkdir()
    (folder / "recipe").mkdir()
    (folder / "recipe/recipe.yaml").write_text(RECIPE)
    records, planted = data.make_corpus(input, o.megabytes)
    ours, theirs = dict(seconds=[], peak=[]), dict(seconds=[], peak=[])
    for _ in range(o.rounds):
        workspace = data.Workspace(o.binary, folder / "workspace", o.threads)
        one = workspace.run("dataset:corpus")
        shutil.rmtree(theirs_at, ignore_errors=True)
        other = data.measured(sys.executable, __file__, "--datatrove-route", input, theirs_at, o.threads)
        for name in ours:
            ours[name].append(one[name])
            theirs[name].append(other[name])
    print(f"near-deduplication alone: {o.megabytes} MB, {o.rounds} rounds, {o.threads} threads or processes")
    print(f"{'':<34}{'Pedigree':>10}{'datatrove':>10}{'':4}{'ratio':>8}   runs")
    data.line("JSON lines to Parquet", "s", ours["seconds"], theirs["seconds"])
    data.line("peak memory of the largest process", "MB", ours["peak"], theirs["peak"])
    a = data.judged(data.kept([workspace.file("train.parquet")]), planted)
    b = data.judged(data.kept((theirs_at / "left").glob("*.parquet")), planted)
    print(f"\n{records} records, {len(planted['near'])} near copies planted")
    for (what, left), (_, right) in zip(a, b):
        if "private" not in what:
            print(f"{what:<54}{left:<24}{right}")


if __name__ == "__main__":
    main()
