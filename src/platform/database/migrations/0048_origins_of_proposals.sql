alter table proposals validate constraint proposals_origin;
