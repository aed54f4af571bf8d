-- Whether a person wrote a proposal, or a start found it in the playbook's folder: a later start withdraws what an earlier one proposed.
alter table proposals add column origin text not null default 'person';
alter table proposals add constraint proposals_origin check (origin in ('person', 'folder')) not valid;
