-- Whoever stood in an imported file and did nothing yet: a playbook that begins to wait for silence does not wait for theirs. Of people from
-- before nobody knows; they count as heard, as they did.
alter table profiles add column unheard boolean not null default false;
