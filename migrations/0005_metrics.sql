-- Why: there are many more metrics than four, so their words are checked by the program that reads them; and a number tells how sure it is.

create table evaluations_of_any_metric (
    run        text    not null,
    stage      text    not null,
    model      text    not null,
    evaluation text    not null,
    metric     text    not null check (metric <> ''),
    value      real    not null,
    loss       real    not null,
    tokens     integer not null,
    details    text    check (json_valid(details)), -- the interval, the records, the numbers of a task and the drop; null for what older programs measured
    primary key (run, stage),
    foreign key (run, stage) references stage_runs (run, stage)
) strict, without rowid;

insert into evaluations_of_any_metric select run, stage, model, evaluation, metric, value, loss, tokens, null from evaluations;
drop table evaluations;
alter table evaluations_of_any_metric rename to evaluations;

create index evaluations_by_model on evaluations (run, model, evaluation);
