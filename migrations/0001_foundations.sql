-- Why: the first schema. What was run, what came out of it, how good it was, and what of it is in the zoo.
-- Times are UTC, integers in milliseconds since 1970. Digests are 64 lowercase hexadecimal digits. JSON is what serde writes.

-- What was asked for, when, from which recipe and which sources; how did it end?
create table runs (
    id              text    not null primary key,
    short_id        text    not null,                 -- the last 8 hexadecimal digits of the id
    recipe          text    not null,
    recipe_file     text    not null,
    recipe_typed    text    not null,                 -- the text as it was written
    recipe_resolved text    not null check (json_valid(recipe_resolved)),
    plan            text    not null check (json_valid(plan)),
    overrides       text    not null check (json_valid(overrides)),
    provenance      text    not null check (json_valid(provenance)),
    reproduces      text    references runs (id),
    status          text    not null check (status in ('running', 'succeeded', 'failed', 'interrupted')),
    explanation     text,
    started_at_ms   integer not null,
    ended_at_ms     integer
) strict;

create index runs_by_short_id on runs (short_id);
create index runs_by_start on runs (started_at_ms);
create index runs_by_recipe on runs (recipe, started_at_ms);
create index runs_unfinished on runs (status) where status in ('running', 'interrupted');

-- What did a run consist of, why did each part of it run, and has the same work (fingerprint) been done before?
create table stage_runs (
    run           text    not null references runs (id),
    stage         text    not null,
    position      integer not null,
    fingerprint   text    not null check (length(fingerprint) = 64),
    key           text    not null check (json_valid(key)),
    status        text    not null check (status in ('waiting', 'running', 'finished', 'cached', 'failed', 'interrupted', 'skipped')),
    reason        text,                               -- why it was stale, in words
    from_run      text    references runs (id),       -- the run whose outputs were taken
    explanation   text,                               -- how it ended, in words
    started_at_ms integer,
    ended_at_ms   integer,
    primary key (run, stage)
) strict, without rowid;

create index stage_runs_by_fingerprint on stage_runs (fingerprint);

-- On which machine, by which process, was each attempt at a stage made, and how did it end?
create table attempts (
    run           text    not null,
    stage         text    not null,
    attempt       integer not null check (attempt > 0),
    pid           integer,
    machine       text    check (json_valid(machine)),
    outcome       text    check (outcome in ('finished', 'interrupted', 'failed')),
    failure       text    check (failure in ('bad-input', 'work', 'integrity', 'conflict', 'resources', 'infrastructure', 'bug')),
    message       text,
    hint          text,
    started_at_ms integer,
    ended_at_ms   integer,
    primary key (run, stage, attempt),
    foreign key (run, stage) references stage_runs (run, stage)
) strict, without rowid;

-- What did a stage tell while it worked, word for word?
create table events (
    run      text    not null,
    stage    text    not null,
    attempt  integer not null check (attempt > 0),
    sequence integer not null check (sequence >= 0),
    at_ms    integer not null,
    event    text    not null check (json_valid(event)),
    primary key (run, stage, attempt, sequence),
    foreign key (run, stage) references stage_runs (run, stage)
) strict, without rowid;

-- How did a number develop? Where a step was done twice, the later attempt is right.
create table metrics (
    run      text    not null,
    stage    text    not null,
    name     text    not null,
    step     integer not null check (step >= 0),
    value    real    not null,
    attempt  integer not null,
    sequence integer not null,
    at_ms    integer not null,
    primary key (run, stage, name, step),
    foreign key (run, stage) references stage_runs (run, stage)
) strict, without rowid;

-- From which states could a training go on?
create table checkpoints (
    run      text    not null,
    stage    text    not null,
    step     integer not null check (step >= 0),
    path     text    not null,
    digest   text    not null check (length(digest) = 64),
    bytes    integer not null,
    is_best  integer not null check (is_best in (0, 1)), -- when it was saved
    attempt  integer not null,
    sequence integer not null,
    at_ms    integer not null,
    primary key (run, stage, step),
    foreign key (run, stage) references stage_runs (run, stage)
) strict, without rowid;

-- Which files were ever made, and how large is each?
create table artifacts (
    digest        text    not null primary key check (length(digest) = 64),
    bytes         integer not null check (bytes >= 0),
    created_at_ms integer not null
) strict, without rowid;

-- Which files did a stage make, and which stage made a file?
create table stage_outputs (
    run    text not null,
    stage  text not null,
    name   text not null,
    digest text not null references artifacts (digest),
    primary key (run, stage, name),
    foreign key (run, stage) references stage_runs (run, stage)
) strict, without rowid;

create index stage_outputs_by_digest on stage_outputs (digest);

-- How good is each model of a run on each evaluation?
create table evaluations (
    run        text    not null,
    stage      text    not null,
    model      text    not null,
    evaluation text    not null,
    metric     text    not null check (metric in ('loss', 'perplexity', 'accuracy')),
    value      real    not null,
    loss       real    not null,
    tokens     integer not null,
    primary key (run, stage),
    foreign key (run, stage) references stage_runs (run, stage)
) strict, without rowid;

create index evaluations_by_model on evaluations (run, model, evaluation);

-- Which requirements did a run meet?
create table gates (
    run         text    not null,
    stage       text    not null,
    model       text    not null,
    evaluation  text    not null,
    rule        text    not null check (json_valid(rule)),
    value       real    not null,
    reference   real    not null,
    passed      integer not null check (passed in (0, 1)),
    explanation text    not null,
    primary key (run, stage),
    foreign key (run, stage) references stage_runs (run, stage)
) strict, without rowid;

-- What did the models of a run write?
create table samples (
    run      text    not null,
    stage    text    not null,
    model    text    not null,
    prompt   text    not null,
    text     text    not null,
    tokens   integer not null,
    sampling text    not null check (json_valid(sampling)),
    primary key (run, stage),
    foreign key (run, stage) references stage_runs (run, stage)
) strict, without rowid;

-- What does a model card say? Found by words, and shown without touching the artifacts.
create table cards (
    digest        text    not null primary key references artifacts (digest),
    text          text    not null,
    created_at_ms integer not null
) strict, without rowid;

-- What is in the zoo? A version never changes; the same weights with the same card are the same version.
create table model_versions (
    id            integer not null primary key,
    name          text    not null,                   -- rust-coder-industry
    version       integer not null check (version > 0),
    entry         text    not null,                   -- rust-coder, the name the recipe publishes under
    model         text    not null,                   -- industry, the name in the recipe
    run           text    not null references runs (id),
    fingerprint   text    not null check (length(fingerprint) = 64),
    tier          text    not null check (tier in ('general', 'industry', 'vertical')),
    architecture  text    not null check (json_valid(architecture)),
    vocab_size    integer not null,
    parameters    integer not null,
    weights       text    not null references artifacts (digest),
    tokenizer     text    not null references artifacts (digest),
    card          text    not null references cards (digest),
    description   text    not null,
    license       text,
    tags          text    not null check (json_valid(tags)),
    created_at_ms integer not null,
    unique (name, version),
    unique (name, weights, card)
) strict;

create index model_versions_by_weights on model_versions (weights);
create index model_versions_by_entry on model_versions (entry);

-- What does a model descend from, and what descends from it?
create table model_parents (
    child  integer not null references model_versions (id),
    parent integer not null references model_versions (id),
    primary key (child, parent),
    check (child <> parent)
) strict, without rowid;

create index model_parents_by_parent on model_parents (parent);

-- Which version does a movable name such as `rust-coder@champion` mean now?
create table aliases (
    entry       text    not null,
    alias       text    not null,
    version     integer not null references model_versions (id),
    moved_at_ms integer not null,
    primary key (entry, alias)
) strict, without rowid;

create index aliases_by_version on aliases (version);
