-- Why: models of pictures and sounds read no tokens, and are published without a tokenizer. A column cannot lose its `not null`, and the
-- tables that refer to it keep referring to what is dropped: so all three are made anew.

create table versions_without_tokens (
    id             integer not null primary key,
    name           text    not null,
    version        integer not null check (version > 0),
    entry          text    not null,
    model          text    not null,
    run            text    not null references runs (id),
    fingerprint    text    not null check (length(fingerprint) = 64),
    tier           text    not null check (tier in ('general', 'industry', 'vertical')),
    architecture   text    not null check (json_valid(architecture)),
    vocab_size     integer not null,                   -- 0 where it reads no tokens
    parameters     integer not null,
    weights        text    not null references artifacts (digest),
    tokenizer      text    references artifacts (digest), -- null where it reads no tokens
    card           text    not null references cards (digest),
    description    text    not null,
    license        text,
    tags           text    not null check (json_valid(tags)),
    created_at_ms  integer not null,
    classification text    check (json_valid(classification)), -- null where it tells no classes
    unique (name, version),
    unique (name, weights, card)
) strict;

create table parents_without_tokens (
    child  integer not null references versions_without_tokens (id),
    parent integer not null references versions_without_tokens (id),
    primary key (child, parent),
    check (child <> parent)
) strict, without rowid;

create table aliases_without_tokens (
    entry       text    not null,
    alias       text    not null,
    version     integer not null references versions_without_tokens (id),
    moved_at_ms integer not null,
    primary key (entry, alias)
) strict, without rowid;

insert into versions_without_tokens
select id, name, version, entry, model, run, fingerprint, tier, architecture, vocab_size, parameters, weights, tokenizer, card,
       description, license, tags, created_at_ms, classification
from model_versions;
insert into parents_without_tokens select child, parent from model_parents;
insert into aliases_without_tokens select entry, alias, version, moved_at_ms from aliases;

drop table aliases;
drop table model_parents;
drop table model_versions;
alter table versions_without_tokens rename to model_versions;
alter table parents_without_tokens rename to model_parents;
alter table aliases_without_tokens rename to aliases;

create index model_versions_by_weights on model_versions (weights);
create index model_versions_by_entry on model_versions (entry);
create index model_parents_by_parent on model_parents (parent);
create index aliases_by_version on aliases (version);
