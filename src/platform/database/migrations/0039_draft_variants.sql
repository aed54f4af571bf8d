-- Which of the wordings that the model wrote of a message a draft is, where it wrote several; null where it wrote one, or a person changed it.
alter table drafts add column variant text;
-- Of the first of several: canonical JSON of what became of those that were asked for. Labels and codes, no words.
alter table drafts add column variants text;
-- Of one of several: the content that is signed if it is chosen; canonical JSON, sealed.
alter table draft_contents add column message_content bytea;

-- Which wording was drawn, and whether a person signed another of them instead: that says nothing against this one.
alter table judged_drafts add column variant text;
alter table judged_drafts add column passed_over boolean not null default false;

-- Content hashes of the wordings that whoever approved one would have signed as well.
alter table verdicts add column also_fine text[] not null default '{}';
