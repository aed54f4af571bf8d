-- Why nothing was done, beside the sealed result, so that it can be counted. Both are empty for decisions of the release before.
-- reason_code: the code of the first reason. forbidden: of a hold, whether consent, a rule or something unknown stood against everything that
-- could have been done, rather than that it was not worth it or not meant for the person.
alter table decisions add column reason_code text;
alter table decisions add column forbidden boolean;
