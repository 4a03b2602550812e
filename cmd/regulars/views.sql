-- What people with SQL may read of a shop: no name, no number, no message.
-- Grant a role of theirs USAGE on this schema and SELECT on its views; it then
-- sees these and nothing else. A row's value is JSON and four bytes of checksum.

create or replace function VIEWS.doc(value bytea) returns jsonb
  language sql immutable strict parallel safe
  as $$ select convert_from(substring(value for length(value) - 4), 'UTF8')::jsonb $$;

-- The parts of a key behind its table's word: account/01H… has one.
create or replace function VIEWS.part(key bytea, n int) returns text
  language sql immutable strict parallel safe
  as $$ select split_part(convert_from(key, 'UTF8'), '/', n + 1) $$;

create or replace view VIEWS.members as
  select VIEWS.part(key, 1) as member,
    d->>'status' as status, d->>'lang' as language,
    (d->>'created')::timestamptz as first_seen, (d->>'joined')::timestamptz as joined, (d->>'erased')::timestamptz as erased,
    coalesce((d->>'frozen')::boolean, false) as frozen, coalesce((d->>'quiet')::boolean, false) as quiet,
    coalesce((d->>'proven')::boolean, false) as phone_proven,
    coalesce((d#>>'{consents,marketing,given}')::boolean, false) as offers,
    d->>'into' as merged_into
  from (select key, VIEWS.doc(value) as d from SCHEMA.rows where key >= 'person/' and key < 'person0') r;

create or replace view VIEWS.accounts as
  select VIEWS.part(key, 1) as member,
    coalesce((d#>>'{pots,available}')::bigint, 0) as available, coalesce((d#>>'{pots,pending}')::bigint, 0) as pending,
    coalesce((d#>>'{pots,held}')::bigint, 0) as held, coalesce((d->>'owed')::bigint, 0) as owed,
    coalesce((d#>>'{count,earned}')::bigint, 0) as earned, coalesce((d#>>'{count,spent}')::bigint, 0) as spent,
    coalesce((d#>>'{count,visits}')::bigint, 0) as visits, coalesce((d#>>'{count,money}')::bigint, 0) as money,
    d#>>'{standing,level}' as tier, (d#>>'{standing,since}')::timestamptz as tier_since,
    (d#>>'{count,first}')::timestamptz as first_entry, (d#>>'{count,activity}')::timestamptz as last_activity,
    (d->>'seq')::bigint as entries
  from (select key, VIEWS.doc(value) as d from SCHEMA.rows where key >= 'account/' and key < 'account0') r;

create or replace view VIEWS.entries as
  select d->>'member' as member, (d->>'seq')::bigint as seq, d->>'ref' as ref, d->>'kind' as kind,
    (d->>'effective')::timestamptz as effective, (d->>'recorded')::timestamptz as recorded,
    coalesce((select sum((l->>'points')::bigint) from jsonb_array_elements(d->'legs') l where l->>'pot' = 'available'), 0)::bigint as available,
    coalesce((select sum((l->>'points')::bigint) from jsonb_array_elements(d->'legs') l where l->>'pot' = 'issued'), 0)::bigint as issued,
    coalesce((d->>'amount')::bigint, 0) as amount, d->>'store' as store, d->>'order' as order_no,
    d->>'actor' as actor, d->>'role' as role, d->>'approver' as approver,
    (d->>'of')::bigint as of_seq, d->>'gift' as gift, d->>'voucher' as voucher, (d->>'programme')::int as programme
  from (select VIEWS.doc(value) as d from SCHEMA.rows where key >= 'entry/' and key < 'entry0') r;

create or replace view VIEWS.campaigns as
  select VIEWS.part(key, 1) as campaign, d->>'name' as name, d->>'s' as state, d->>'why' as why, d->>'by' as drafted_by,
    (d->>'born')::timestamptz as drafted, (d->>'sending')::timestamptz as first_sent, (d->>'ended')::timestamptz as ended,
    coalesce((d->>'people')::bigint, 0) as recipients, coalesce((d->>'held')::bigint, 0) as control
  from (select key, VIEWS.doc(value) as d from SCHEMA.rows where key >= 'campaign/' and key < 'campaign0') r;

-- What waits to be sent, now.
create or replace view VIEWS.outbox as
  select d->>'ch' as channel, d->>'c' as class, d->>'s' as state, count(*) as letters,
    to_timestamp(min((d->>'b')::bigint) / 1e6) as oldest
  from (select VIEWS.doc(value) as d from SCHEMA.rows
    where key >= 'outqueue/' and key < 'outqueue0' or key >= 'outanswer/' and key < 'outanswer0') r
  group by 1, 2, 3;

-- What was sent, a row a day and channel.
create or replace view VIEWS.messages as
  select VIEWS.part(key, 1)::date as day, VIEWS.part(key, 2) as channel,
    coalesce((d->>'b')::bigint, 0) as billed, coalesce((d->>'f')::bigint, 0) as free,
    coalesce((d->>'r')::bigint, 0) as rode, coalesce((d->>'v')::bigint, 0) as saved,
    coalesce((select sum(value::bigint) from jsonb_each_text(d->'s')), 0)::bigint as sent,
    coalesce((select sum(value::bigint) from jsonb_each_text(d->'e')), 0)::bigint as ended_otherwise
  from (select key, VIEWS.doc(value) as d from SCHEMA.rows where key >= 'outday/' and key < 'outday0') r;
