#!/usr/bin/env python3
"""Opens a folder that `pedigree data card DATASET --out FOLDER` wrote with the tools it is for, and fails where one of them does not.

    python3 -m venv venv && venv/bin/pip install mlcroissant datasets huggingface_hub duckdb pandas pyarrow Pillow
    pedigree data card prose --out folder && venv/bin/python benches/dataset_folder.py folder

Needs no network: everything is read from the folder.
"""

import hashlib
import json
import logging
import os
import pathlib
import sys
import tempfile

os.environ.update(HF_HUB_OFFLINE="1", HF_DATASETS_OFFLINE="1")
os.environ.setdefault("HF_HOME", tempfile.mkdtemp())

import datasets  # noqa: E402
import duckdb  # noqa: E402
import huggingface_hub  # noqa: E402
import mlcroissant  # noqa: E402
import pandas  # noqa: E402


def main(folder: pathlib.Path) -> None:
    card = huggingface_hub.DatasetCard.load(folder / "README.md")
    assert card.data.license and card.data.pretty_name, card.data
    splits = {split["name"]: split["num_examples"] for split in card.data.to_dict()["dataset_info"]["splits"]}
    print("card:", card.data.license, splits)

    loaded = datasets.load_dataset(str(folder))
    assert {name: len(rows) for name, rows in loaded.items()} == splits, loaded
    columns = [feature["name"] for feature in card.data.to_dict()["dataset_info"]["features"]]
    for name, rows in loaded.items():
        assert rows.column_names == columns, (name, rows.column_names)
    print("datasets:", loaded)

    described = json.loads((folder / "croissant.json").read_text())
    for file in described["distribution"]:
        assert hashlib.sha256((folder / file["contentUrl"]).read_bytes()).hexdigest() == file["sha256"], file
    logging.disable(logging.WARNING)
    croissant = mlcroissant.Dataset(jsonld=str(folder / "croissant.json"))
    issues = croissant.metadata.ctx.issues
    assert not issues.errors, issues.report()
    for name, n in splits.items():
        rows = list(croissant.records(name))
        assert len(rows) == n, (name, len(rows), n)
        ids = [row[f"{name}/id"].decode() for row in rows]
        assert ids == list(loaded[name]["id"]), name
    print("mlcroissant:", len(issues.errors), "errors,", len(issues.warnings), "warnings")

    for name, n in splits.items():
        path = folder / f"{name}.parquet"
        assert duckdb.sql(f"select count(*) from '{path}'").fetchall() == [(n,)]
        assert len(pandas.read_parquet(path)) == n
    print("duckdb, pandas: all rows")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
