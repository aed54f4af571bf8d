/** Names of the outcome signals that Countersign itself writes; the playbook may use them like declared events. */
export const OUTCOME_EVENTS = {
  sent: 'Message Sent',
  delivered: 'Message Delivered',
  bounced: 'Message Bounced',
  opened: 'Message Opened',
  clicked: 'Message Clicked',
  converted: 'Message Converted',
  unsubscribed: 'Unsubscribed',
  complained: 'Message Complained',
} as const;
