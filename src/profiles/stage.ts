import { type LifecycleStage, type Profile } from './profile.js';

const DAY_MS = 86_400_000;
const NEW_DAYS = 30;
const ACTIVE_DAYS = 90;
const AT_RISK_DAYS = 180;
/** Every stage there is. */
export const STAGES: readonly LifecycleStage[] = [
  'anonymous',
  'lead',
  'new_customer',
  'active',
  'at_risk',
  'lapsed',
];
/** The event of the Segment e-commerce spec that makes a customer. */
const ORDER = 'Order Completed';

/**
 * Where somebody stands at a moment: `anonymous` without a userId or an e-mail address; `lead` without an order; `new_customer` for 30 days after
 * the one order; `active` up to 90 days after the last order, `at_risk` up to 180, `lapsed` after that.
 * @param now ISO 8601.
 */
export function stageAt(
  profile: Pick<Profile, 'userId' | 'addresses' | 'events'>,
  now: string,
): LifecycleStage {
  const orders = Object.hasOwn(profile.events, ORDER) ? profile.events[ORDER] : undefined;
  if (orders === undefined)
    return profile.userId === null && profile.addresses.email === null ? 'anonymous' : 'lead';
  const days = (Date.parse(now) - Date.parse(orders.lastAt)) / DAY_MS;
  if (orders.total === 1 && days < NEW_DAYS) return 'new_customer';
  if (days < ACTIVE_DAYS) return 'active';
  return days < AT_RISK_DAYS ? 'at_risk' : 'lapsed';
}
