-- Who wrote what a proposal proposes, where that is somebody else than who proposed it: ids of people as a JSON array. Null where nobody said.
alter table proposals add column writers text;
