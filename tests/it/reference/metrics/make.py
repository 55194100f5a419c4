"""Makes metrics.json: what scikit-learn, sacrebleu, rouge-score and SciPy say to fixed inputs.

    pip install scikit-learn==1.9.1 sacrebleu==2.6.0 rouge-score==0.1.2 scipy==1.17.1 numpy==2.4.6
    python make.py > metrics.json
"""
import json
import numpy as np
import sacrebleu
import scipy.linalg
from rouge_score import rouge_scorer
from sklearn import metrics as sk

rng = np.random.default_rng(7)
out = {}


def shares(n, k, sharp):
    logits = rng.normal(size=(n, k)) * sharp
    logits = np.exp(logits - logits.max(1, keepdims=True))
    return (logits / logits.sum(1, keepdims=True)).astype(np.float32)


def classifier(n, k, sharp):
    p = shares(n, k, sharp)
    y = np.array([rng.choice(k, p=row.astype(float) / row.astype(float).sum()) if rng.random() < 0.7 else rng.integers(k) for row in p])
    guess = p.argmax(1)
    case = {"shares": p.tolist(), "classes": y.tolist(), "confusion": sk.confusion_matrix(y, guess, labels=range(k)).tolist()}
    exact = p.astype(float)
    case["log_loss"] = float(-np.log(exact[np.arange(n), y]).mean())
    for average in ["macro", "weighted"]:
        precision, recall, f1, _ = sk.precision_recall_fscore_support(y, guess, average=average, zero_division=0)
        case[average] = [precision, recall, f1]
    case["accuracy"] = sk.accuracy_score(y, guess)
    if k == 2:
        case["auc"] = sk.roc_auc_score(y, p[:, 1])
        case["top_k"] = {"1": sk.accuracy_score(y, guess)}
    else:
        case["auc"] = float(np.mean([sk.roc_auc_score(y == c, p[:, c]) for c in range(k)]))
        case["top_k"] = {str(j): sk.top_k_accuracy_score(y, p, k=j, labels=range(k)) for j in (1, 2, 3)}
    certainty, right, edges, error = exact.max(1), guess == y, np.linspace(0, 1, 16), 0.0
    for low, high in zip(edges[:-1], edges[1:]):
        inside = (certainty > low) & (certainty <= high)
        if inside.any():
            error += inside.mean() * abs(right[inside].mean() - certainty[inside].mean())
    case["calibration"] = error
    return case


out["classifiers"] = [classifier(60, 2, 1.5), classifier(120, 5, 2.0), classifier(9, 3, 0.5)]
tied = (rng.integers(0, 4, 40) / 4).astype(np.float32)
labels = rng.integers(0, 2, 40)
out["tied_auc"] = {"scores": tied.tolist(), "is_of": [bool(x) for x in labels], "auc": sk.roc_auc_score(labels, tied)}

right = rng.normal(size=30) * 5 + 2
told = right + rng.normal(size=30)
out["regression"] = {
    "told": told.tolist(), "right": right.tolist(),
    "mae": sk.mean_absolute_error(right, told), "rmse": float(np.sqrt(sk.mean_squared_error(right, told))), "r2": sk.r2_score(right, told),
}


def frechet(n, m, width):
    a = rng.normal(size=(n, width)) @ rng.normal(size=(width, width))
    b = rng.normal(size=(m, width)) @ rng.normal(size=(width, width)) + 0.5
    a, b = a.astype(np.float32), b.astype(np.float32)
    x, y = a.astype(float), b.astype(float)
    ca, cb = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    root = scipy.linalg.sqrtm(ca @ cb)
    value = float(((x.mean(0) - y.mean(0)) ** 2).sum() + np.trace(ca + cb - 2 * np.real(root)))
    return {"width": width, "one": a.flatten().tolist(), "other": b.flatten().tolist(), "distance": value}


out["frechet"] = [frechet(40, 50, 6), frechet(30, 25, 2)]

values = rng.gamma(2.0, 3.0, 37)
out["percentiles"] = {"values": values.tolist(), "p": {str(q): float(np.percentile(values, q)) for q in (0, 50, 90, 99, 100)}}

english = [
    ("The cat sat on the mat.", "The cat is sitting on the mat."),
    ("It's 3,000.50 dollars &amp; more - really?", "It is 3,000.50 dollars & more, really?"),
    ("A state-of-the-art, end-to-end model (2019-2020).", "An end-to-end state-of-the-art model (2019-2020)!"),
    ("\"Quoted\" text\nover two lines-\nwith a dash", "'Quoted' text over two lines with a dash"),
    ("Hello", "Hello there"),
    ("", "An empty answer"),
]
chinese = [
    ("今天天气很好，我们去公园玩。", "今天天气不错，我们一起去公园玩吧。"),
    ("“深度学习”是机器学习的一个分支——发展很快……", "“深度学习”属于机器学习的分支——发展得很快……"),
    ("他在2023年买了3.5公斤苹果（每公斤￥12）。", "2023年，他买了3.5公斤苹果（每公斤￥12）。"),
    ("使用 Rust 1.95 编写的工具，速度很快！", "用 Rust 1.95 写的工具速度非常快！"),
    ("𠀀字在扩展区B。", "𠀀字位于扩展区B。"),
]
mixed = english + chinese + [("Größe — 12,5 € «naïve» ½", "Die Größe: 12,5 € «naïve» — ½")]
out["bleu"] = []
for name, pairs in [("english", english), ("chinese", chinese), ("mixed", mixed), ("short", english[4:5]), ("nothing", [("a b c d e", "f g h i j")]), ("exact", [("a b c d e f", "a b c d e f")])]:
    for tokenize in ["13a", "zh", "intl", "none"]:
        hyps, refs = [p[0] for p in pairs], [p[1] for p in pairs]
        out["bleu"].append({"pairs": pairs, "tokenize": tokenize, "score": sacrebleu.corpus_bleu(hyps, [refs], tokenize=tokenize).score})
two = [("the cat sat on the mat today", ["the cat sat on a mat today .", "a cat was sitting on the mat"]), ("there is a book on the table", ["a book is on the table", "there is a book upon the old wooden table"])]
out["bleu_two"] = {"pairs": two, "score": sacrebleu.corpus_bleu([p[0] for p in two], [[p[1][0] for p in two], [p[1][1] for p in two]]).score}

scorer = rouge_scorer.RougeScorer(["rouge1", "rouge2", "rougeL"], use_stemmer=False)
out["rouge"] = []
for text, reference in mixed + [("the cat the cat", "the cat"), ("police killed the gunman", "police kill the gunman"), ("Snake_case and UPPER", "snake case and upper")]:
    scores = scorer.score(reference, text)
    out["rouge"].append({"text": text, "reference": reference, "f": [scores[k].fmeasure for k in ("rouge1", "rouge2", "rougeL")]})

print(json.dumps(out, ensure_ascii=False))
