-- Why: a model may tell classes instead of writing; it is measured by its macro F1 too, and the zoo says what it tells apart.

create table evaluations_with_classes (
    run        text    not null,
    stage      text    not null,
    model      text    not null,
    evaluation text    not null,
    metric     text    not null check (metric in ('loss', 'perplexity', 'accuracy', 'macro-f1')),
    value      real    not null,
    loss       real    not null,
    tokens     integer not null,
    primary key (run, stage),
    foreign key (run, stage) references stage_runs (run, stage)
) strict, without rowid;

insert into evaluations_with_classes select run, stage, model, evaluation, metric, value, loss, tokens from evaluations;
drop table evaluations;
alter table evaluations_with_classes rename to evaluations;

create index evaluations_by_model on evaluations (run, model, evaluation);

alter table model_versions add column classification text check (json_valid(classification)); -- null for a language model
