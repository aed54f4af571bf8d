import { type Json } from '../../shared/canonical-json.js';
import { type Check, needsPerson } from '../check.js';

const NO = new Set<Json>([false, 0, '', 'no', 'false', 'none', 'null', null]);
const PLANS = /^(?:enterprise|key[\s_-]?account|strategic|vip|platinum)$/i;

/** People whose relationship is looked after by somebody: a slip costs more there. What is owed to them (an order's confirmation) does not wait. */
export const keyAccount: Check = {
  name: 'key-account',
  run: ({ situation, content, engine }) => {
    if (content.class === 'transactional') return [];
    const { traits } = situation.profile;
    const marked = traits['key_account'];
    const plan = traits['plan'] ?? traits['account_tier'];
    const isMarked =
      marked !== undefined && !NO.has(typeof marked === 'string' ? marked.toLowerCase() : marked);
    const enterprise = typeof plan === 'string' && PLANS.test(plan.trim()) ? plan.trim() : null;
    if (!isMarked && enterprise === null) return [];
    return [
      {
        code: 'key-account',
        weight: needsPerson(engine),
        text: isMarked
          ? 'This person is a key account.'
          : `This person is on the plan “${enterprise ?? ''}”.`,
        spans: [],
      },
    ];
  },
};
