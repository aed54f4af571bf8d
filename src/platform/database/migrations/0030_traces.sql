-- Where a sampled span is (W3C traceparent), kept with what is handed from process to process; null when nobody follows it, which is nearly
-- always. Rows of the inbox, of work and of timers go with their end; a message keeps it for the verdict on it.
alter table signal_inbox add column trace text;
alter table work add column trace text;
alter table timers add column trace text;
alter table messages add column trace text;
