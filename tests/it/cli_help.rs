//! `--help`, of the program and of every command: the first thing a person reads.

use crate::support::Project;

const COMMANDS: [&[&str]; 38] = [
    &[],
    &["init"],
    &["check"],
    &["show"],
    &["plan"],
    &["why"],
    &["run"],
    &["resume"],
    &["runs"],
    &["status"],
    &["logs"],
    &["stop"],
    &["metrics"],
    &["compare"],
    &["reproduce"],
    &["zoo"],
    &["zoo", "list"],
    &["zoo", "show"],
    &["card"],
    &["data"],
    &["data", "list"],
    &["data", "inspect"],
    &["data", "report"],
    &["data", "diff"],
    &["data", "sample"],
    &["data", "card"],
    &["generate"],
    &["classify"],
    &["embed"],
    &["gc"],
    &["fsck"],
    &["doctor"],
    &["recipes"],
    &["recipes", "list"],
    &["recipes", "copy"],
    &["schema"],
    &["completions"],
    &["man"],
];

/// The options every command has; they are shown once.
fn without_global_options(help: &str) -> String {
    const GLOBAL: [&str; 6] = ["--workspace", "--format", "--color", "--verbose", "--help", "--version"];
    let mut kept = Vec::new();
    let mut is_global = false;
    for line in help.lines() {
        if line.trim_start().starts_with('-') {
            is_global = GLOBAL.iter().any(|option| line.contains(option));
        } else if !line.starts_with("     ") && !line.is_empty() {
            is_global = false;
        }
        if !is_global {
            kept.push(line.trim_end());
        }
    }
    kept.join("\n")
}

#[test]
fn the_program_and_every_command_explain_themselves() {
    let project = Project::empty();
    let mut all = String::new();
    for command in COMMANDS {
        let mut arguments = command.to_vec();
        arguments.push("--help");
        let said = project.pedigree(&arguments);
        assert_eq!((said.code, said.stderr.as_str()), (0, ""), "{arguments:?}");
        let help = if command.is_empty() { said.stdout } else { without_global_options(&said.stdout) };
        all.push_str(&format!("$ pedigree {}\n{}\n\n", arguments.join(" "), help.trim_end()));
    }
    let all: Vec<&str> = all.lines().map(str::trim_end).collect();
    insta::assert_snapshot!(all.join("\n"), @r#"
    $ pedigree --help
    Pedigree: one recipe file for a whole fine-tune lineage; every model in the zoo knows where it comes
    from

    Usage: pedigree [OPTIONS] <COMMAND>

    Commands:
      init         Make a workspace here, with a first recipe that runs
      recipes      Look at the recipes that ship with Pedigree, and copy one
      check        Find every mistake in recipes, without running anything
      show         Print a recipe as it is meant: every default filled in
      schema       Print the JSON Schema of recipes, for editors
      plan         Tell what a run would do: every stage, fresh or stale and why
      why          Tell what a stage depends on, and what changed since it was last done
      run          Run a recipe: only what is stale
      resume       Go on with a run that was interrupted or failed
      runs         List the runs
      status       Tell how a run stands: stages, lineage, gates, samples
      logs         Print what a stage told while it worked
      stop         Ask the run that is under way to save its state and end
      metrics      Print the numbers of a run
      compare      Rank the variants of a sweep, or hold runs side by side
      reproduce    Run a recorded recipe again elsewhere, and compare everything that comes out
      zoo          Browse the models
      card         Print the card of a model
      data         Look at prepared data
      generate     Let a model write, fill in `[MASK]`, or make pictures
      classify     Let a model tell the classes of texts, pictures or sounds, or a number of each
      embed        Tell the vectors a model makes of texts, pictures or sounds
      gc           Delete what nothing needs: artifacts, kept preparations, fetched data
      fsck         Compare every artifact with its digest, and look over the database
      doctor       Find out whether everything is there that Pedigree needs
      completions  Print what a shell needs to complete commands, models, runs, stages and recipes
      man          Write manual pages
      help         Print this message or the help of the given subcommand(s)

    Options:
          --workspace <DIR>
              The project whose `.pedigree` folder is used [default: the nearest one upwards, else the
              current folder]

          --format <FORMAT>
              How answers are printed

              Possible values:
              - human: For people
              - json:  For programs

              [default: human]

          --color <COLOR>
              When to use colour

              Possible values:
              - auto:   On a terminal
              - always: Always
              - never:  Never

              [default: auto]

      -v, --verbose...
              Tell more of what happens; twice tells everything

      -h, --help
              Print help (see a summary with '-h')

      -V, --version
              Print version

    $ pedigree init --help
    Make a workspace here, with a first recipe that runs

    Usage: pedigree init [OPTIONS] [FOLDER]

    Arguments:
      [FOLDER]
              The project's folder

              [default: .]

    Options:
          --template <NAME>
              The recipe to begin with: one of those that `--list` lists

              [default: first]

              - human: For people
              - json:  For programs

              [default: human]

          --list
              List the templates, and make nothing

              - auto:   On a terminal
              - always: Always
              - never:  Never

              [default: auto]

    $ pedigree check --help
    Find every mistake in recipes, without running anything

    Usage: pedigree check [OPTIONS] <PATHS>...

    Arguments:
      <PATHS>...
              Recipes, or folders of recipes

    Options:
          --sarif
              Answer in SARIF 2.1.0, for code scanners and editors

      -D, --deny-warnings
              Take warnings for mistakes: exit with 2 where there are any

              - human: For people
              - json:  For programs

              [default: human]

              - auto:   On a terminal
              - always: Always
              - never:  Never

              [default: auto]

    $ pedigree show --help
    Print a recipe as it is meant: every default filled in

    Usage: pedigree show [OPTIONS] <WHAT> <RECIPE>

    Arguments:
      <WHAT>
              What to show

              Possible values:
              - recipe: The recipe, resolved

      <RECIPE>
              The recipe

    Options:
          --set <PATH=VALUE>
              Change a value: `models.general.train.budget.steps=50`

              - human: For people
              - json:  For programs

              [default: human]

              - auto:   On a terminal
              - always: Always
              - never:  Never

              [default: auto]

    $ pedigree plan --help
    Tell what a run would do: every stage, fresh or stale and why

    Usage: pedigree plan [OPTIONS] <RECIPE>

    Arguments:
      <RECIPE>
              The recipe

    Options:
          --set <PATH=VALUE>
              Change a value: `models.general.train.budget.steps=50`

              - human: For people
              - json:  For programs

              [default: human]

          --graph <KIND>
              Print the stages as a graph for another program instead

              Possible values:
              - dot:     Graphviz
              - mermaid: Mermaid, as Markdown pages show it

              - auto:   On a terminal
              - always: Always
              - never:  Never

              [default: auto]

          --max-time <DURATION>
              Refuse to start a run that is expected to last longer: `2h`, `30m`, `1h30m`, `90s`

          --max-memory <SIZE>
              Refuse to start a run with a training that is expected to need more memory: `8GiB`,
              `500MB`

          --max-cost <AMOUNT>
              Refuse to start a run that is expected to cost more, in the currency of the settings

    $ pedigree why --help
    Tell what a stage depends on, and what changed since it was last done

    Usage: pedigree why [OPTIONS] <RECIPE> <STAGE>

    Arguments:
      <RECIPE>
              The recipe

      <STAGE>
              The stage, such as `train:industry`

    Options:
          --set <PATH=VALUE>
              Change a value

              - human: For people
              - json:  For programs

              [default: human]

              - auto:   On a terminal
              - always: Always
              - never:  Never

              [default: auto]

    $ pedigree run --help
    Run a recipe: only what is stale

    Usage: pedigree run [OPTIONS] <RECIPE>

    Arguments:
      <RECIPE>
              The recipe

    Options:
          --set <PATH=VALUE>
              Change a value: `models.general.train.budget.steps=50`

              - human: For people
              - json:  For programs

              [default: human]

          --only <STAGE>
              Do only this stage and those it needs

              - auto:   On a terminal
              - always: Always
              - never:  Never

              [default: auto]

          --force <STAGE>
              Do this stage again although it is fresh

          --only-failed
              Do only what failed in the newest run of this recipe, and what was skipped because of it

          --max-time <DURATION>
              Refuse to start a run that is expected to last longer: `2h`, `30m`, `1h30m`, `90s`

          --max-memory <SIZE>
              Refuse to start a run with a training that is expected to need more memory: `8GiB`,
              `500MB`

          --max-cost <AMOUNT>
              Refuse to start a run that is expected to cost more, in the currency of the settings

    $ pedigree resume --help
    Go on with a run that was interrupted or failed

    Usage: pedigree resume [OPTIONS] [RUN]

    Arguments:
      [RUN]
              The run: its id, the end of it, or `latest`

              [default: latest]

    Options:
              - human: For people
              - json:  For programs

              [default: human]

              - auto:   On a terminal
              - always: Always
              - never:  Never

              [default: auto]

    $ pedigree runs --help
    List the runs

    Usage: pedigree runs [OPTIONS]

    Options:
          --limit <LIMIT>
              How many of the newest

              [default: 20]

          --estimates
              Hold what was expected of them beside what they took

              - human: For people
              - json:  For programs

              [default: human]

              - auto:   On a terminal
              - always: Always
              - never:  Never

              [default: auto]

    $ pedigree status --help
    Tell how a run stands: stages, lineage, gates, samples

    Usage: pedigree status [OPTIONS] [RUN]

    Arguments:
      [RUN]
              The run: its id, the end of it, or `latest`

              [default: latest]

    Options:
              - human: For people
              - json:  For programs

              [default: human]

              - auto:   On a terminal
              - always: Always
              - never:  Never

              [default: auto]

    $ pedigree logs --help
    Print what a stage told while it worked

    Usage: pedigree logs [OPTIONS] [RUN] [STAGE]

    Arguments:
      [RUN]
              The run: its id, the end of it, or `latest`

              [default: latest]

      [STAGE]
              The stage, such as `train:general` [default: all of them]

    Options:
      -f, --follow
              Go on printing until the run ends

              - human: For people
              - json:  For programs

              [default: human]

              - auto:   On a terminal
              - always: Always
              - never:  Never

              [default: auto]

    $ pedigree stop --help
    Ask the run that is under way to save its state and end

    Usage: pedigree stop [OPTIONS]

    Options:
              - human: For people
              - json:  For programs

              [default: human]

              - auto:   On a terminal
              - always: Always
              - never:  Never

              [default: auto]

    $ pedigree metrics --help
    Print the numbers of a run

    Usage: pedigree metrics [OPTIONS] [RUN]

    Arguments:
      [RUN]
              The run: its id, the end of it, or `latest`

              [default: latest]

    Options:
          --stage <STAGE>
              The stage, such as `train:general` [default: every training]

              - human: For people
              - json:  For programs

              [default: human]

          --name <NAME>
              The metric, such as `train/loss`: every point instead of the last

              - auto:   On a terminal
              - always: Always
              - never:  Never

              [default: auto]

    $ pedigree compare --help
    Rank the variants of a sweep, or hold runs side by side

    Usage: pedigree compare [OPTIONS] <RUNS>...

    Arguments:
      <RUNS>...
              The runs: one or more sweeps, whose variants are ranked, or two or more other runs

    Options:
          --by <EVALUATION>
              Rank by this evaluation [default: the first on data the ranked models learned from]

              - human: For people
              - json:  For programs

              [default: human]

          --model <MODEL>
              Rank the variants of this model, as the recipe names it [default: the deepest of the
              lineage]

              - auto:   On a terminal
              - always: Always
              - never:  Never

              [default: auto]

          --side-by-side
              Hold the runs side by side although they are sweeps

    $ pedigree reproduce --help
    Run a recorded recipe again elsewhere, and compare everything that comes out

    Usage: pedigree reproduce [OPTIONS] [RUN]

    Arguments:
      [RUN]
              The run: its id, the end of it, or `latest`

              [default: latest]

    Options:
          --into <DIR>
              Where to run it again [default: a folder in `.pedigree/reproductions`]

              - human: For people
              - json:  For programs

              [default: human]

          --tolerance <TOLERANCE>
              The relative difference up to which metrics count as equal

              [default: 0.001]

              - auto:   On a terminal
              - always: Always
              - never:  Never

              [default: auto]

    $ pedigree zoo --help
    Browse the models

    Usage: pedigree zoo [OPTIONS] <COMMAND>

    Commands:
      list  List the models
      tree  Show who comes from whom
      show  Tell everything about one model
      help  Print this message or the help of the given subcommand(s)

    Options:
              - human: For people
              - json:  For programs

              [default: human]

              - auto:   On a terminal
              - always: Always
              - never:  Never

              [default: auto]

    $ pedigree zoo list --help
    List the models

    Usage: pedigree zoo list [OPTIONS] [SEARCH]

    Arguments:
      [SEARCH]
              Only models that have this in their name, tags or recipe

    Options:
          --all
              Every version instead of the newest

              - human: For people
              - json:  For programs

              [default: human]

              - auto:   On a terminal
              - always: Always
              - never:  Never

              [default: auto]

    $ pedigree zoo show --help
    Tell everything about one model

    Usage: pedigree zoo show [OPTIONS] <MODEL>

    Arguments:
      <MODEL>
              The model: `name`, `name@v3` or `name@alias`

    Options:
              - human: For people
              - json:  For programs

              [default: human]

              - auto:   On a terminal
              - always: Always
              - never:  Never

              [default: auto]

    $ pedigree card --help
    Print the card of a model

    Usage: pedigree card [OPTIONS] <MODEL>

    Arguments:
      <MODEL>
              The model: `name`, `name@v3` or `name@alias`

    Options:
              - human: For people
              - json:  For programs

              [default: human]

              - auto:   On a terminal
              - always: Always
              - never:  Never

              [default: auto]

    $ pedigree data --help
    Look at prepared data

    Usage: pedigree data [OPTIONS] <COMMAND>

    Commands:
      list     List the datasets this project has prepared
      inspect  Tell what is in a dataset, in all of a run, or in a Parquet file: columns, splits,
               lengths, languages, some rows
      report   Tell what every step of the preparation did, and what it left out and why
      diff     Compare the rows of two datasets, or of one dataset in two runs
      sample   Print some rows, picked by chance
      card     Write a dataset's card and its Croissant description, with the tables: a folder that
               Hugging Face's `datasets` opens
      help     Print this message or the help of the given subcommand(s)

    Options:
              - human: For people
              - json:  For programs

              [default: human]

              - auto:   On a terminal
              - always: Always
              - never:  Never

              [default: auto]

    $ pedigree data list --help
    List the datasets this project has prepared

    Usage: pedigree data list [OPTIONS] [RECIPE]

    Arguments:
      [RECIPE]
              Only the datasets of this recipe

    Options:
              - human: For people
              - json:  For programs

              [default: human]

              - auto:   On a terminal
              - always: Always
              - never:  Never

              [default: auto]

    $ pedigree data inspect --help
    Tell what is in a dataset, in all of a run, or in a Parquet file: columns, splits, lengths,
    languages, some rows

    Usage: pedigree data inspect [OPTIONS] <WHAT>...

    Arguments:
      <WHAT>...
              Datasets (`name`, `recipe/name`, `run/name`), runs (all their datasets), or Parquet files

    Options:
      -n, --n <N>
              How many rows to show

              [default: 3]

              - human: For people
              - json:  For programs

              [default: human]

          --seed <SEED>
              The seed of their choice

              [default: 42]

              - auto:   On a terminal
              - always: Always
              - never:  Never

              [default: auto]

    $ pedigree data report --help
    Tell what every step of the preparation did, and what it left out and why

    Usage: pedigree data report [OPTIONS] <DATASET>

    Arguments:
      <DATASET>
              The dataset: `name`, `recipe/name`, or `run/name`, where a run is its id, the end of it,
              or `latest`

    Options:
          --html <FILE>
              Write the report as one self-contained web page

              - human: For people
              - json:  For programs

              [default: human]

              - auto:   On a terminal
              - always: Always
              - never:  Never

              [default: auto]

    $ pedigree data diff --help
    Compare the rows of two datasets, or of one dataset in two runs

    Usage: pedigree data diff [OPTIONS] <A> <B>

    Arguments:
      <A>
              The first dataset: `name`, `recipe/name`, `run/name`

      <B>
              The second dataset

    Options:
          --exit-code
              Exit with 1 where they differ

              - human: For people
              - json:  For programs

              [default: human]

              - auto:   On a terminal
              - always: Always
              - never:  Never

              [default: auto]

    $ pedigree data sample --help
    Print some rows, picked by chance

    Usage: pedigree data sample [OPTIONS] <DATASET>

    Arguments:
      <DATASET>
              The dataset: `name`, `recipe/name`, or `run/name`, where a run is its id, the end of it,
              or `latest`

    Options:
          --split <SPLIT>
              Only rows of this split [default: all of them]

              Possible values:
              - train:      What models learn from
              - validation: What early stopping and tuning look at
              - test:       What only evaluations look at

              - human: For people
              - json:  For programs

              [default: human]

      -n, --n <N>
              How many rows

              [default: 10]

              - auto:   On a terminal
              - always: Always
              - never:  Never

              [default: auto]

          --seed <SEED>
              The seed of the choice

              [default: 1]

          --label <LABEL>
              Only rows with this label

          --where <FIELD=VALUE>
              Only rows whose further field has this value; every one that is given has to fit

          --raw
              Print rows whole, private data included; with `--format json` they always are

    $ pedigree data card --help
    Write a dataset's card and its Croissant description, with the tables: a folder that Hugging Face's
    `datasets` opens

    Usage: pedigree data card [OPTIONS] <DATASET>

    Arguments:
      <DATASET>
              The dataset: `name`, `recipe/name`, or `run/name`, where a run is its id, the end of it,
              or `latest`

    Options:
          --out <DIR>
              The folder for `README.md`, `croissant.json` and the tables [default: print the card]

          --force
              Write over what is there

              - human: For people
              - json:  For programs

              [default: human]

              - auto:   On a terminal
              - always: Always
              - never:  Never

              [default: auto]

    $ pedigree generate --help
    Let a model write, fill in `[MASK]`, or make pictures

    Usage: pedigree generate [OPTIONS] <MODEL> [TEXT]...

    Arguments:
      <MODEL>
              The model: `name`, `name@v3` or `name@alias`

      [TEXT]...
              The text the model goes on from, or of which it fills in every `[MASK]`; with `--output`,
              pictures that an autoencoder makes again

    Options:
      -p, --prompt <PROMPT>
              The text the model goes on from, where it does not stand behind the model

              - human: For people
              - json:  For programs

              [default: human]

      -o, --output <FILE>
              The PNG file that the pictures of a `gan` or an autoencoder go to

              - auto:   On a terminal
              - always: Always
              - never:  Never

              [default: auto]

          --pictures <PICTURES>
              How many pictures a `gan` makes

              [default: 64]

          --max-tokens <MAX_TOKENS>
              The most tokens to write

              [default: 128]

          --temperature <TEMPERATURE>
              How daring the choice is: 0 always takes the likeliest token

              [default: 0]

          --top-k <TOP_K>
              Choose among so many of the likeliest tokens, 0 means all; or tell so many of every
              `[MASK]` [default there: 5]

              [default: 0]

          --top-p <TOP_P>
              Choose among the likeliest tokens that together have this probability

              [default: 1]

          --seed <SEED>
              The seed of the choice

              [default: 42]

          --device <DEVICE>
              Where tensors live: `auto`, `cpu`, `cuda:N`, `flex`

              [default: auto]

          --threads <THREADS>
              The number of threads

              [default: 2]

    $ pedigree classify --help
    Let a model tell the classes of texts, pictures or sounds, or a number of each

    Usage: pedigree classify [OPTIONS] <MODEL> [RECORD]...

    Arguments:
      <MODEL>
              The model: `name`, `name@v3` or `name@alias`

      [RECORD]...
              Texts, or files of pictures or sounds, as the model reads them;
              `pictures-idx3-ubyte.gz#12` is the twelfth of a file of MNIST's format [default: standard
              input, one a line]

    Options:
          --file <FILE>
              The file with the texts or the names of files, one a line; `-` reads standard input

          --classes <TEXT>...
              Tell which of these texts is nearest to a picture, with a `clip`

              - human: For people
              - json:  For programs

              [default: human]

              - auto:   On a terminal
              - always: Always
              - never:  Never

              [default: auto]

          --top-k <N>
              Tell so many of the likeliest classes

          --device <DEVICE>
              Where tensors live: `auto`, `cpu`, `cuda:N`, `flex`

              [default: auto]

          --threads <THREADS>
              The number of threads

              [default: 2]

    $ pedigree embed --help
    Tell the vectors a model makes of texts, pictures or sounds

    Usage: pedigree embed [OPTIONS] <MODEL> [RECORD]...

    Arguments:
      <MODEL>
              The model: `name`, `name@v3` or `name@alias`

      [RECORD]...
              Texts, or files of pictures or sounds, as the model reads them [default: standard input,
              one a line]

    Options:
          --file <FILE>
              The file with the texts or the names of files, one a line; `-` reads standard input

              - human: For people
              - json:  For programs

              [default: human]

          --unit
              Scale every vector to a length of 1

              - auto:   On a terminal
              - always: Always
              - never:  Never

              [default: auto]

      -o, --output <FILE>
              Write the vectors into a file, `.parquet` or `.jsonl`

          --device <DEVICE>
              Where tensors live: `auto`, `cpu`, `cuda:N`, `flex`

              [default: auto]

          --threads <THREADS>
              The number of threads

              [default: 2]

    $ pedigree gc --help
    Delete what nothing needs: artifacts, kept preparations, fetched data

    Usage: pedigree gc [OPTIONS]

    Options:
          --dry-run
              Only tell what would go

              - human: For people
              - json:  For programs

              [default: human]

          --sources
              Delete all fetched data too: it has to be fetched again before it is read again

              - auto:   On a terminal
              - always: Always
              - never:  Never

              [default: auto]

    $ pedigree fsck --help
    Compare every artifact with its digest, and look over the database

    Usage: pedigree fsck [OPTIONS]

    Options:
              - human: For people
              - json:  For programs

              [default: human]

              - auto:   On a terminal
              - always: Always
              - never:  Never

              [default: auto]

    $ pedigree doctor --help
    Find out whether everything is there that Pedigree needs

    Usage: pedigree doctor [OPTIONS]

    Options:
          --measure
              Measure how fast this machine computes, and keep it for the estimates of `pedigree plan`

              - human: For people
              - json:  For programs

              [default: human]

              - auto:   On a terminal
              - always: Always
              - never:  Never

              [default: auto]

    $ pedigree recipes --help
    Look at the recipes that ship with Pedigree, and copy one

    Usage: pedigree recipes [OPTIONS] <COMMAND>

    Commands:
      list  List the recipes that ship: what for, which tiers, how large, what data they need
      copy  Copy a recipe that ships into the project
      help  Print this message or the help of the given subcommand(s)

    Options:
              - human: For people
              - json:  For programs

              [default: human]

              - auto:   On a terminal
              - always: Always
              - never:  Never

              [default: auto]

    $ pedigree recipes list --help
    List the recipes that ship: what for, which tiers, how large, what data they need

    Usage: pedigree recipes list [OPTIONS]

    Options:
              - human: For people
              - json:  For programs

              [default: human]

              - auto:   On a terminal
              - always: Always
              - never:  Never

              [default: auto]

    $ pedigree recipes copy --help
    Copy a recipe that ships into the project

    Usage: pedigree recipes copy [OPTIONS] <NAME> [DEST]

    Arguments:
      <NAME>
              The recipe: one of those that `pedigree recipes list` lists

      [DEST]
              The file or the folder to copy it to [default: `recipes/` of the project]

    Options:
          --force
              Write over what is there

              - human: For people
              - json:  For programs

              [default: human]

              - auto:   On a terminal
              - always: Always
              - never:  Never

              [default: auto]

    $ pedigree schema --help
    Print the JSON Schema of recipes, for editors

    Usage: pedigree schema [OPTIONS]

    Options:
              - human: For people
              - json:  For programs

              [default: human]

              - auto:   On a terminal
              - always: Always
              - never:  Never

              [default: auto]

    $ pedigree completions --help
    Print what a shell needs to complete commands, models, runs, stages and recipes

    Usage: pedigree completions [OPTIONS] <SHELL>

    Arguments:
      <SHELL>
              The shell; it reads the answer when it starts: `source <(pedigree completions bash)`

              Possible values:
              - bash: In `~/.bashrc`: `source <(pedigree completions bash)`
              - zsh:  In `~/.zshrc`, behind `compinit`: `source <(pedigree completions zsh)`
              - fish: In `~/.config/fish/config.fish`: `pedigree completions fish | source`

    Options:
              - human: For people
              - json:  For programs

              [default: human]

              - auto:   On a terminal
              - always: Always
              - never:  Never

              [default: auto]

    $ pedigree man --help
    Write manual pages

    Usage: pedigree man [OPTIONS] <DIR>

    Arguments:
      <DIR>
              The folder the pages go to, such as `~/.local/share/man/man1`

    Options:
              - human: For people
              - json:  For programs

              [default: human]

              - auto:   On a terminal
              - always: Always
              - never:  Never

              [default: auto]
    "#);
}

#[test]
fn every_command_stands_in_the_list_above() {
    let listed = Project::empty().pedigree(&["--help"]).stdout;
    let listed: Vec<&str> = listed
        .lines()
        .skip_while(|line| !line.starts_with("Commands:"))
        .skip(1)
        .take_while(|line| !line.trim().is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .filter(|word| *word != "help")
        .collect();
    assert!(listed.len() > 10, "{listed:?}");
    for word in listed {
        assert!(COMMANDS.iter().any(|command| command.first() == Some(&word)), "`{word}` has no snapshot");
    }
}

#[test]
fn an_unknown_command_and_an_unknown_option_are_usage_mistakes() {
    let project = Project::empty();
    insta::assert_snapshot!(project.pedigree(&["rum"]), @r#"
    exit: 2
    --- stderr
    error: unrecognized subcommand 'rum'

      tip: some similar subcommands exist: 'runs', 'run', 'resume'

    Usage: pedigree [OPTIONS] <COMMAND>

    For more information, try '--help'.
    "#);
    insta::assert_snapshot!(project.pedigree(&["run", "x.yaml", "--sett", "a=1"]), @r#"
    exit: 2
    --- stderr
    error: unexpected argument '--sett' found

      tip: a similar argument exists: '--set'

    Usage: pedigree run --set <PATH=VALUE> <RECIPE>

    For more information, try '--help'.
    "#);
    insta::assert_snapshot!(project.pedigree(&["runs", "--format", "xml"]), @r#"
    exit: 2
    --- stderr
    error: invalid value 'xml' for '--format <FORMAT>'
      [possible values: human, json]

    For more information, try '--help'.
    "#);
}
