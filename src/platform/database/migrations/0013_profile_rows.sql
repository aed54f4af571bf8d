-- Every signal writes its person's row. An index on the moment they were last seen is written then too, and with it all other indexes of the
-- table; one on the hour (0019) is written once an hour, and the row stays on its page for as long as there is room.
alter table profiles add column seen_hour timestamptz; -- UTC; null until the service has filled it in
alter table profiles set (fillfactor = 60);

-- Rows come and go by the thousand a second: what is dead is cleared away before it is in the way.
alter table signal_inbox set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 50000, autovacuum_vacuum_cost_delay = 0);
alter table timers set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 50000);
