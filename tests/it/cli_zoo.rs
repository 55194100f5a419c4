//! `zoo`, `card`, `generate`: the models, where they come from, and what they say.

use std::fs;

use crate::support::{copy_of_finished, finished};

#[test]
fn models_are_listed_and_found() {
    let project = finished();
    insta::assert_snapshot!(project.pedigree(&["zoo", "list"]), @r#"
    exit: 0
    --- stdout
     model  tier  parameters  licence  from  aliases  run
     small-general@v1  general  8.7 k  apache-2.0  [short]
     small-industry@v1  industry  8.7 k  apache-2.0  small-general@v1  [short]
     small-vertical@v1  vertical  8.7 k  apache-2.0  small-industry@v1  small@champion  [short]
    "#);
    insta::assert_snapshot!(project.pedigree(&["zoo", "list", "vertical"]), @r#"
    exit: 0
    --- stdout
     model  tier  parameters  licence  from  aliases  run
     small-vertical@v1  vertical  8.7 k  apache-2.0  small-industry@v1  small@champion  [short]
    "#);
    assert_eq!(project.json(&["zoo", "list", "no such thing"]), serde_json::json!([]));
}

#[test]
fn the_tree_shows_who_comes_from_whom() {
    insta::assert_snapshot!(finished().pedigree(&["zoo", "tree"]), @r#"
    exit: 0
    --- stdout
    small-general@v1  general, 8.7 k parameters
    └─ small-industry@v1  industry, 8.7 k parameters
       └─ small-vertical@v1  vertical, 8.7 k parameters  ← small@champion
    "#);
}

#[test]
fn one_model_tells_everything() {
    let project = finished();
    insta::assert_snapshot!(project.pedigree(&["zoo", "show", "small-vertical"]), @r#"
    exit: 0
    --- stdout
    model  small-vertical@v1
    what for  A lineage small enough for a test.
    tier  vertical
    architecture  llama
    parameters  8,688
    licence  apache-2.0
    language  en
    domain  code
    aliases  small@champion
    ancestors  small-industry@v1 ← small-general@v1
    run  [run id]
    published  [time] UTC
    weights  [digest] ([size])
    tokenizer  [digest]
    "#);
    let by_name = project.json(&["zoo", "show", "small-vertical"]);
    for reference in ["small-vertical@v1", "small@champion", "@champion"] {
        assert_eq!(project.json(&["zoo", "show", reference]), by_name, "{reference}");
    }
}

#[test]
fn a_card_is_made_of_facts() {
    let said = finished().pedigree(&["card", "small-vertical"]);
    insta::assert_snapshot!(said.without_numbers(), @r#"
    exit: 0
    --- stdout
    ---
    language: ["en"]
    license: "apache[n]"
    library_name: pedigree
    pipeline_tag: text-generation
    tags: ["pedigree", "vertical", "llama", "small-model", "code"]
    model-index:
      - name: "small-vertical"
        results:
          - task: {"type": "text-generation"}
            dataset: {"type": "prose", "name": "prose", "split": "test"}
            metrics:
              - {"type": "perplexity", "name": "prose-ppl", "value": [n]}
          - task: {"type": "text-generation"}
            dataset: {"type": "rust", "name": "rust", "split": "test"}
            metrics:
              - {"type": "loss", "name": "rust-loss", "value": [n]}
    ---

    # small-vertical

    A lineage small enough for a test.

    A small language model of the vertical tier, made by the recipe `small`.

    ## Lineage

    Fine-tuned step by step, the nearest parent first:

    | Parent | Tier | Weights |
    |---|---|---|
    | `small-industry` | industry | `[digest]` |
    | `small-general` | general | `[digest]` |

    ## Model

    | | |
    |---|---|
    | Architecture | llama |
    | Parameters | 8,688 |
    | Layers | 1 |
    | Width | 16 |
    | Heads | 2 of queries, 1 of keys and values |
    | Feed-forward width | 64 |
    | Context | 64 tokens |
    | Vocabulary | 300 tokens |
    | Tokenizer | bytes |
    | Adapter | LoRA of rank 2, alpha 4, merged into the weights |

    ## Training data

    ### tasks

    [n] % of the training tokens, from 100 files, [size], digest [digest].

    | Step | Records in | Records out | Changed | Counted |
    |---|---:|---:|---:|---|
    | rust-doc-pairs | 100 | 300 | 0 |  |

    | Split | Records | Text | Tokens |
    |---|---:|---:|---:|
    | train | 234 | [size] | 11,207 |
    | validation | 36 | [size] | 1,757 |
    | test | 30 | [size] | 1,467 |

    ## Training

    | | |
    |---|---|
    | Objective | predict the tokens of the response |
    | Trained parameters | 704 |
    | Budget | 10 steps, spent |
    | Steps | 10, weights of step 10 kept |
    | Tokens seen | 1,280 |
    | Tokens a step | 128 |
    | Optimizer | AdamW, learning rate [n], weight decay [n], betas [n] and [n], gradients clipped at 1 |
    | Schedule | cosine after 2 steps of warm-up, down to [n] % |
    | Last training loss | [n] nats a token |
    | Validation loss | [n] nats a token |

    [overfitting]

    ## Evaluation

    Every model of the lineage on every evaluation: what each tier gained, and what it forgot.

    | Evaluation | vertical | industry | general | What is measured |
    |---|---:|---:|---:|---|
    | prose-ppl | [n] \[[n], [n]\] | [n] \[[n], [n]\] | [n] \[[n], [n]\] | perplexity on prose/test, lower is better |
    | rust-loss | [n] \[[n], [n]\] | [n] \[[n], [n]\] | [n] \[[n], [n]\] | loss on rust/test, lower is better |

    Against the best of its ancestors:

    - prose-ppl: [n] % worse than industry
    - rust-loss: [n] % better than industry

    ## Contamination

    Records of the evaluations were looked for in the training data of this model and of its ancestors:

    | Evaluation | Found |
    |---|---|
    | prose-ppl | clean |
    | rust-loss | clean |

    ## Requirements

    | Evaluation | Outcome | |
    |---|---|---|
    | prose-ppl | passed | [n], required: at most 1000 |

    ## Sample

    Given:

    ```text
    The river
    ```

    it wrote (8 tokens, always the likeliest token):

    ```text
     l l l l l l l l
    ```

    ## How to use

    ```sh
    pedigree generate small-vertical -p "Write something that begins like this"
    pedigree zoo show small-vertical
    ```

    ## How to reproduce

    `pedigree zoo show` names the run; this command does it again and compares every file:

    ```sh
    pedigree reproduce RUN
    ```

    ## Provenance

    | | |
    |---|---|
    | Fingerprint of the training | [digest] |
    | Weights | [digest] |
    | Tokenizer | [digest] |
    | Seed | 7 |
    | Software | pedigree [n].0, burn [n].1, libtorch [n].1 |
    | Computed on | [machine] |
    "#);
    let copy = fs::read_to_string(finished().workspace().join("cards/small-vertical@v1.md")).unwrap();
    assert_eq!(copy.trim_end(), said.stdout.trim_end());
}

#[test]
fn a_model_writes_the_same_again() {
    let project = finished();
    let arguments =
        ["generate", "small@champion", "-p", "The river", "--max-tokens", "6", "--device", "cpu", "--threads", "1"];
    let said = project.pedigree(&arguments);
    assert_eq!(said.code, 0, "{said}");
    assert!(said.stdout.starts_with("The river") && said.stdout.len() > "The river\n".len(), "{said}");
    assert_eq!(project.pedigree(&arguments).stdout, said.stdout);
    let mut daring = arguments.to_vec();
    daring.extend(["--temperature", "3", "--top-k", "50", "--top-p", "0.9", "--seed", "1"]);
    assert_eq!(project.pedigree(&daring).stdout, project.pedigree(&daring).stdout);
    let one = project.pedigree(&daring).stdout;
    *daring.last_mut().unwrap() = "2";
    assert_ne!(project.pedigree(&daring).stdout, one, "another seed wrote the same");
}

#[test]
fn a_language_model_tells_no_classes() {
    let project = copy_of_finished();
    let texts = project.path().join("texts.txt");
    fs::write(&texts, "The river\nA stone\n").unwrap();
    insta::assert_snapshot!(project.pedigree(&["classify", "small@champion", "--file", "texts.txt", "--device", "cpu"]), @r#"
    exit: 2
    --- stderr
    error: the model writes text, and tells no classes: it tells no classes of its own
    hint: `pedigree generate` lets it write; `pedigree embed` tells vectors of texts
    "#);
    insta::assert_snapshot!(project.pedigree(&["classify", "small@champion", "--file", "nowhere.txt"]), @r#"
    exit: 2
    --- stderr
    error: cannot read `nowhere.txt`: No such file or directory (os error 2)
    hint: the records stand in a file, one a line; `-` reads standard input
    "#);
    insta::assert_snapshot!(project.pedigree(&["classify", "small@best", "--file", "texts.txt"]), @r#"
    exit: 2
    --- stderr
    error: no model `small@best` in the zoo
    hint: there is `small@champion`, `small-general`, `small-industry`, `small-vertical`
    "#);
    fs::write(&texts, b"The river\n\xff\n").unwrap();
    insta::assert_snapshot!(project.pedigree(&["classify", "small@champion", "--file", "texts.txt"]), @r#"
    exit: 2
    --- stderr
    error: `texts.txt`, line 2: not UTF-8
    hint: convert the texts to UTF-8
    "#);
}

#[test]
fn what_a_model_cannot_do_is_told() {
    let project = finished();
    insta::assert_snapshot!(project.pedigree(&["zoo", "show", "small-vertcal"]), @r#"
    exit: 2
    --- stderr
    error: no model `small-vertcal` in the zoo
    hint: there is `small-vertical`, `small-general`, `small-industry`, `small@champion`
    "#);
    insta::assert_snapshot!(project.pedigree(&["card", "small-vertical@v9"]), @r#"
    exit: 2
    --- stderr
    error: no model `small-vertical@v9` in the zoo
    hint: there is `small-vertical`, `small-general`, `small-industry`, `small@champion`
    "#);
    insta::assert_snapshot!(project.pedigree(&["generate", "small@best", "-p", "x"]), @r#"
    exit: 2
    --- stderr
    error: no model `small@best` in the zoo
    hint: there is `small@champion`, `small-general`, `small-industry`, `small-vertical`
    "#);
    insta::assert_snapshot!(project.pedigree(&["generate", "small@champion", "-p", "x", "--temperature", "99"]), @r#"
    exit: 2
    --- stderr
    error: temperature 99, top-p 1: out of range
    hint: `--temperature` goes from 0 to 10, `--top-p` from above 0 to 1
    "#);
    insta::assert_snapshot!(project.pedigree(&["generate", "small@champion", "-p", "x", "--device", "tpu"]), @r#"
    exit: 2
    --- stderr
    error: `tpu` is no device: expected `auto`, `cpu`, `cuda:N` or `flex`
    hint: `--device auto` takes what there is
    "#);
    insta::assert_snapshot!(project.pedigree(&["generate", "small@champion", "-p", "x", "--threads", "0"]), @r#"
    exit: 0
    --- stdout
    xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
    --- stderr

    libgomp: Invalid value for environment variable OMP_NUM_THREADS
    "#);
    insta::assert_snapshot!(project.pedigree(&["generate", "small@champion", "-p", ""]), @r#"
    exit: 0
    --- stdout
     the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the
    "#);
}
