#!/usr/bin/env python3
"""Preparing a text corpus in Pedigree and in Python (datasets, datasketch, tokenizers), in turn, on the same files.

Both normalise Unicode, mask private data, drop short records, exact and near duplicates, write Parquet, and encode with the same tokenizer.
The corpus is made with a seed from the sources of Rust packages; the duplicates that are planted in it tell how many each of the two finds.
Run it with a Python that has the three packages. POSIX only.
"""
import argparse, hashlib, json, os, pathlib, random, re, resource, shutil, signal, statistics, subprocess, sys, tempfile, time

BEGUN = time.perf_counter()
THRESHOLD, MEGABYTE = 0.8, 1_000_000
SIGN_OR_WORD, WORD = re.compile(r"\w+|[^\w\s]"), re.compile(r"\w+")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
PHONE = re.compile(r"(?<![\w.+-])\+\d{1,3}[ -]?(?:\(?\d{2,4}\)?[ -]?){2,4}\d{2,4}(?!\w)|(?<![\w.-])(?:\(\d{3}\) ?|\d{3}-)\d{3}-\d{4}(?![\w-])")
ADDRESS = re.compile(r"(?<![\w.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w.])")
CARD = re.compile(r"(?<!\w)(?:\d[ -]?){12,18}\d(?!\w)")

RECIPE = """version: 1
name: bench
datasets:
  corpus:
    source: { type: jsonl, root: ../input, include: ["*.jsonl"] }
    clean:
      - { type: normalize-unicode }
      - { type: length, min-chars: 100 }
      - { type: redact-pii, kinds: [email, phone, ip-address, bank-card] }
      - { type: dedup-exact }
      - { type: dedup-near, threshold: 0.8 }
    split: { train: 0.98, validation: 0.02, test: 0.0, by: record }
tokenizers:
  bpe: { type: byte-bpe, vocab-size: 4096, train-on: [corpus] }
models:
  tiny:
    architecture: { type: llama, layers: 1, width: 16, heads: 1, context: 16 }
    tokenizer: bpe
    train: { data: corpus, budget: { steps: 40 } }
evaluations:
  loss: { metric: loss, data: corpus/validation, tokens: 64 }
"""


# ---- the corpus -------------------------------------------------------------------------------------------------------------------

def pieces(chance):
    """Pieces of about 3,000 characters of one version of every package; after the first round their words are shuffled."""
    root = pathlib.Path(os.environ.get("CARGO_HOME", pathlib.Path.home() / ".cargo")) / "registry/src"
    packages = {}
    for folder in sorted(root.glob("*/*")):
        packages.setdefault(re.sub(r"-\d+\..*$", "", folder.name), folder)
    files = [file for folder in packages.values() for file in sorted(folder.rglob("*")) if file.suffix in (".rs", ".md") and file.is_file()]
    if not files:
        sys.exit(f"no .rs and no .md file below {root}")
    chance.shuffle(files)
    seen, round = set(), 0
    while True:
        for file in files:
            text = file.read_text(errors="ignore")
            for start in range(0, len(text), 3000):
                piece = text[start:start + 3000]
                if round:
                    words = piece.split(" ")
                    chance.shuffle(words)
                    piece = " ".join(words)
                digest = hashlib.sha256("".join(piece.split()).encode()).digest()
                if digest not in seen and len(piece.split()) >= 60:
                    seen.add(digest)
                    yield piece
        round += 1


def replaced(text, share, chance):
    """The text with so many of its words replaced by words that stand nowhere else."""
    return WORD.sub(lambda word: f"other{chance.randrange(10**9)}" if chance.random() < share else word[0], text)


def similarity(a, b):
    a, b = shingles(a), shingles(b)
    return len(a & b) / len(a | b)


def make_corpus(folder, megabytes):
    """The files, and one of 5 MB beside the folder to add later; returns the number of records and what was planted.

    Of all records 10 % are exact copies of earlier ones, 5 % near copies (2 % of the words replaced), 2 % have a tenth of the words
    replaced and mostly have to stay, and 5 % hold an e-mail address and a telephone number."""
    chance = random.Random(42)
    source, originals = pieces(chance), []
    planted = dict(exact=[], near=[], private=[])
    written, number, out, parts = 0, 0, None, 0
    while written < megabytes * MEGABYTE:
        if out is None or out.tell() >= 20 * MEGABYTE:
            if out:
                out.close()
            out = open(folder / f"part-{parts:04}.jsonl", "wb")
            parts += 1
        name, kind = f"r{number}", chance.random() if len(originals) > 50 else 1.0
        if kind < 0.17:
            original, text = chance.choice(originals)
            if kind < 0.10:
                planted["exact"].append((original, name))
            else:
                copy = replaced(text, 0.02 if kind < 0.15 else 0.10, chance)
                planted["near"].append((original, name, similarity(text, copy)))
                text = copy
        else:
            text = next(source)
            if kind < 0.22:
                email, phone = f"person{number}@mail-{number}.com", f"+1 415-555-{number % 10000:04}"
                text += f"\nwrite to {email} or call {phone}\n"
                planted["private"].append((name, email, phone))
            originals.append((name, text))
        written += out.write(json.dumps(dict(id=name, text=text), ensure_ascii=False).encode() + b"\n")
        number += 1
    out.close()
    records = number
    with open(folder.parent / "added.jsonl", "wb") as out:
        while out.tell() < 5 * MEGABYTE:
            out.write(json.dumps(dict(id=f"r{number}", text=next(source)), ensure_ascii=False).encode() + b"\n")
            number += 1
    return records, planted


# ---- the Python route -------------------------------------------------------------------------------------------------------------

def shingles(text):
    """Runs of five words; a sign is a word, as it is in Pedigree, so that both routes hold the same sets against each other."""
    words = SIGN_OR_WORD.findall(text)
    return {" ".join(words[i:i + 5]) for i in range(max(1, len(words) - 4))}


def luhn(match):
    digits = [int(c) for c in reversed(match[0]) if c.isdigit()]
    total = sum(digits[0::2]) + sum(sum(divmod(2 * d, 10)) for d in digits[1::2])
    return match[0] if total % 10 else "[bank-card]"


def clean(row):
    import unicodedata
    text = unicodedata.normalize("NFC", row["text"]).replace("\r\n", "\n")
    text = CARD.sub(luhn, EMAIL.sub("[email]", text))
    return dict(text=PHONE.sub("[phone]", ADDRESS.sub("[ip-address]", text)))


def sketch(row):
    from datasketch import MinHash
    hashes = MinHash(num_perm=128)
    hashes.update_batch([shingle.encode() for shingle in shingles(row["text"])])
    return dict(hashes=hashes.hashvalues)


def python_route(input, output, tokenizer, processes):
    os.environ["HF_DATASETS_CACHE"], os.environ["HF_DATASETS_OFFLINE"] = f"{output}/cache", "1"
    os.environ["RAYON_NUM_THREADS"] = str(processes)
    import datasets
    from datasketch import MinHash, MinHashLSH
    from tokenizers import Tokenizer
    datasets.disable_progress_bars()
    files = sorted(str(file) for file in pathlib.Path(input).glob("*.jsonl"))
    rows = datasets.load_dataset("json", data_files=files, split="train", num_proc=min(processes, len(files)))
    rows = rows.map(clean, num_proc=processes).filter(lambda row: len(row["text"].strip()) >= 100, num_proc=processes)
    seen, kept = set(), []
    for place, text in enumerate(rows["text"]):
        digest = hashlib.sha256(" ".join(text.split()).encode()).digest()
        if digest not in seen:
            seen.add(digest)
            kept.append(place)
    rows = rows.select(kept).map(sketch, num_proc=processes).with_format("numpy", columns=["hashes"], output_all_columns=True)
    empty, index, sketches, kept = MinHash(num_perm=128), MinHashLSH(threshold=THRESHOLD, num_perm=128), {}, []
    for place, row in enumerate(rows):
        hashes = empty.copy()
        hashes.hashvalues = row["hashes"].astype(empty.hashvalues.dtype)
        if all(hashes.jaccard(sketches[other]) < THRESHOLD for other in index.query(hashes)):
            index.insert(place, hashes)
            sketches[place] = hashes
            kept.append(place)
    rows = rows.with_format(None).select(kept).select_columns(["id", "text"])
    rows.to_parquet(f"{output}/train.parquet")
    data = time.perf_counter() - BEGUN
    result = dict(data=data)
    if tokenizer:
        os.environ["TOKENIZERS_PARALLELISM"] = "true"
        begun = time.perf_counter()
        encoder, texts = Tokenizer.from_file(tokenizer), list(rows["text"])
        result["token_count"] = sum(len(row.ids) for start in range(0, len(texts), 1000) for row in encoder.encode_batch(texts[start:start + 1000]))
        result["tokens"] = time.perf_counter() - begun
    print(json.dumps(result))


# ---- measuring --------------------------------------------------------------------------------------------------------------------

def measure(command):
    """Runs a command in a helper process of its own, so that the peak is of its processes only: of the largest one of them."""
    begun = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    seconds = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / MEGABYTE
    print(json.dumps(dict(code=done.returncode, seconds=seconds, peak=peak, out=done.stdout[-4000:], err=done.stderr[-4000:])))


def measured(*command):
    answer = subprocess.run([sys.executable, __file__, "--measure", *map(str, command)], stdout=subprocess.PIPE, text=True, check=True)
    answer = json.loads(answer.stdout)
    if answer["code"]:
        sys.exit(f"{' '.join(map(str, command))}\n{answer['out']}{answer['err']}")
    return answer


def descendants(process):
    try:
        children = pathlib.Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        children = []
    return [child for direct in map(int, children) for child in (direct, *descendants(direct))]


class Workspace:
    def __init__(self, binary, folder, threads):
        shutil.rmtree(folder, ignore_errors=True)
        self.binary, self.folder, self.threads = binary, folder, threads
        measured(binary, "init", folder)

    def command(self, *words):
        return [self.binary, "--workspace", self.folder, *words]

    def stage(self, name):
        return self.command("run", self.folder.parent / "recipe/recipe.yaml", "--only", name, "--set", f"run.threads={self.threads}")

    def run(self, stage):
        return measured(*self.stage(stage))

    def outputs(self):
        answer = subprocess.run(self.command("status", "--format", "json"), stdout=subprocess.PIPE, text=True, check=True)
        return {name: output["digest"] for stage in json.loads(answer.stdout)["stages"] if stage["stage"] in ("dataset:corpus", "tokenizer:bpe")
                for name, output in stage["outputs"].items()}

    def file(self, name):
        digest = self.outputs()[name]
        return self.folder / ".pedigree/artifacts" / digest[:2] / digest


def kept(paths):
    import pyarrow.parquet
    return {row["id"].rpartition("#")[2]: row["text"] for path in paths for row in pyarrow.parquet.read_table(path).to_pylist()}


def judged(texts, planted):
    """Of the planted pairs whose original was kept: how many copies went, and rightly so by the similarity of their whole sets."""
    pairs = [(copy not in texts, alike) for original, copy, alike in planted["near"] if original in texts]
    found, wanted, dropped = (sum(test(*pair) for pair in pairs) for test in (
        lambda gone, alike: gone and alike >= THRESHOLD, lambda gone, alike: alike >= THRESHOLD, lambda gone, alike: gone))
    exact = [copy not in texts for original, copy in planted["exact"] if original in texts]
    private = [value in texts[name] for name, *values in planted["private"] if name in texts for value in values]
    share = lambda part, whole: f"{part / max(whole, 1):.3f} ({part} of {whole})"
    return [("records kept", f"{len(texts)}"), ("exact copies dropped", share(sum(exact), len(exact))),
            ("near copies of similarity >= 0.8 dropped (recall)", share(found, wanted)),
            ("dropped near copies of similarity >= 0.8 (precision)", share(found, dropped)),
            ("planted private data left", share(sum(private), len(private)))]


def line(what, unit, ours, theirs):
    a, b = statistics.median(ours), statistics.median(theirs)
    runs = " ".join(f"{x:.1f}" for x in ours) + " against " + " ".join(f"{x:.1f}" for x in theirs)
    print(f"{what:<34}{a:>10.2f}{b:>10.2f} {unit:<3}{b / a:>8.2f}   {runs}", flush=True)


def compared(description, compare):
    """Calls `compare` with what the command line says, and a folder of its own."""
    options = argparse.ArgumentParser(description=description)
    options.add_argument("binary", type=lambda path: pathlib.Path(path).absolute())
    options.add_argument("--megabytes", type=int, default=100)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--threads", type=int, default=2, help="of Pedigree, and the processes of Python")
    o = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="pedigree-bench-") as folder:
        compare(o, pathlib.Path(folder))


def main():
    if sys.argv[1:2] == ["--measure"]:
        return measure(sys.argv[2:])
    if sys.argv[1:2] == ["--python-route"]:
        return python_route(*sys.argv[2:5], int(sys.argv[5]))
    compared(__doc__, compare)


def compare(o, folder):
    input, python = folder / "input", folder / "python"
    input.mkdir()
    (folder / "recipe").mkdir()
    (folder / "recipe/recipe.yaml").write_text(RECIPE)
    records, planted = make_corpus(input, o.megabytes)
    print(f"{o.megabytes} MB, {len(list(input.iterdir()))} files, {o.rounds} rounds, {o.threads} threads or processes", flush=True)

    def python_run(tokenizer, fresh=True):
        if fresh:
            shutil.rmtree(python, ignore_errors=True)
            python.mkdir()
        answer = measured(sys.executable, __file__, "--python-route", input, python, tokenizer, o.threads)
        return answer | json.loads(answer["out"].strip().splitlines()[-1])

    ours, theirs = dict(data=[], tokens=[], peak=[]), dict(data=[], tokens=[], peak=[])
    for _ in range(o.rounds):
        workspace = Workspace(o.binary, folder / "workspace", o.threads)
        data = workspace.run("dataset:corpus")
        workspace.run("tokenizer:bpe")
        tokens = workspace.run("tokens:corpus/bpe")
        for name, value in dict(data=data["seconds"], tokens=tokens["seconds"], peak=data["peak"]).items():
            ours[name].append(value)
        answer = python_run(workspace.file("tokenizer.json"))
        for name in theirs:
            theirs[name].append(answer[name])

    print(f"{'':<34}{'Pedigree':>10}{'Python':>10}{'':4}{'ratio':>8}   runs")
    line("corpus to Parquet", "s", ours["data"], theirs["data"])
    line("text to tokens", "s", ours["tokens"], theirs["tokens"])
    line("peak memory of the largest process", "MB", ours["peak"], theirs["peak"])
    digest, names = workspace.outputs()["train.parquet"], ("train.parquet", "validation.parquet")
    a, b = judged(kept(map(workspace.file, names)), planted), judged(kept([python / "train.parquet"]), planted)
    print(f"\n{records} records, {len(planted['near'])} near copies planted")
    for (what, left), (_, right) in zip(a, b):
        print(f"{what:<54}{left:<24}{right}")

    # Killed at 40 % of the median time, and resumed.
    broken = Workspace(o.binary, folder / "broken", o.threads)
    process = subprocess.Popen(broken.stage("dataset:corpus"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    time.sleep(0.4 * statistics.median(ours["data"]))
    ended, workers = process.poll() is not None, descendants(process.pid)
    if not ended:
        os.killpg(process.pid, signal.SIGKILL)
    for worker in workers:
        try:
            os.kill(worker, signal.SIGKILL)
        except ProcessLookupError:
            pass
    process.wait()
    resumed = measured(*broken.command("resume"))
    same = broken.outputs()["train.parquet"] == digest
    print(f"\nkilled at 40 %{' (it had ended before)' if ended else ''}, resumed in {resumed['seconds']:.2f} s: "
          f"train.parquet is {'the same' if same else 'ANOTHER'}")

    # One more file.
    shutil.copy(folder / "added.jsonl", input / "part-9999.jsonl")
    again, answer = workspace.run("dataset:corpus"), python_run("", fresh=False)
    print(f"one file of 5 MB more: {again['seconds']:.2f} s against {answer['data']:.2f} s")
    if not same:
        sys.exit(1)


if __name__ == "__main__":
    main()
