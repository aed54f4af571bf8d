-- From here on `action` of judged_drafts, gate_looks and gates holds what a gate is for: an action and a kind of channel
-- (`recover-cart/email`). Gates of before, for an action alone, are closed by the first draft of that action.

-- Where and for whom a draft was written, in codes: what it is compared by with those that a gate was certified on. Null: written by a
-- release that kept none of it.
alter table judged_drafts add column channel text, add column locale text, add column stage text;
