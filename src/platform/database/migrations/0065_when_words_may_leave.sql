-- Words such as "until tomorrow" were judged as they read on a day. Leaving before the one of these times, or at or after the other, they say
-- something else. Both are null for what names no such day, and for what the release before judges.
alter table assessments add column leaves_from timestamptz, add column leaves_before timestamptz;
