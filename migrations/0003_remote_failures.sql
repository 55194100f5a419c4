-- Why: data is fetched from elsewhere, and a remote that fails is neither a fault of the recipe nor of this machine.

create table attempts_with_remotes (
    run           text    not null,
    stage         text    not null,
    attempt       integer not null check (attempt > 0),
    pid           integer,
    machine       text    check (json_valid(machine)),
    outcome       text    check (outcome in ('finished', 'interrupted', 'failed')),
    failure       text    check (failure in ('bad-input', 'work', 'integrity', 'conflict', 'resources', 'remote', 'infrastructure', 'bug')),
    message       text,
    hint          text,
    started_at_ms integer,
    ended_at_ms   integer,
    primary key (run, stage, attempt),
    foreign key (run, stage) references stage_runs (run, stage)
) strict, without rowid;

insert into attempts_with_remotes (
    run, stage, attempt, pid, machine, outcome, failure, message, hint, started_at_ms, ended_at_ms
)
select run, stage, attempt, pid, machine, outcome, failure, message, hint, started_at_ms, ended_at_ms
from attempts;

drop table attempts;

alter table attempts_with_remotes rename to attempts;
