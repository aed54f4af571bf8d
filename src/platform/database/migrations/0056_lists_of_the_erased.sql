-- outside a transaction
-- Whose lines go when somebody is erased.
drop index concurrently if exists replay_affected_decision;
create index concurrently replay_affected_decision on replay_affected (decision_id);
drop index concurrently if exists simulation_affected_profile;
create index concurrently simulation_affected_profile on simulation_affected (profile_id);
