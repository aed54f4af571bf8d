-- Which of a template's wordings a message got, so that what came of each can be counted; null where there is but one, or a person changed it.
alter table messages add column variant text;
