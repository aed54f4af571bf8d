import { type Clock } from '../../shared/clock.js';
import { type Database } from '../database/index.js';
import { Log } from '../telemetry/index.js';
import { reserveTokens, settleTokens, tokensTaken } from './model-budget.repository.js';
import { addUsage, type Taken } from './model-usage.repository.js';
import { ModelFailure } from './provider-failure.js';

/** The day's tokens do not suffice for a request: it is not made. */
export class TokensSpent extends Error {
  override readonly name = 'TokensSpent';
}

/** No language takes more tokens for its bytes; most take half as many. */
const BYTES_A_TOKEN = 2;

/** More tokens than some texts take. */
export function mostTokensOf(texts: readonly string[]): number {
  return Math.ceil(texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / BYTES_A_TOKEN);
}

/**
 * What questions to models take: asked within the tokens of a day, and written down. An answer that was paid for is worth more than its
 * line here: what cannot be written down after it is logged, and the answer stays.
 */
export class Spending {
  private readonly log = new Log('llm');

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Asks within the tokens of a day (UTC), over all processes: reserved before, settled after, so that no number of requests at once goes
   * beyond them.
   * @param tokensPerDay null sets no limit.
   * @param most what the request takes at most.
   * @param usedBy the tokens an answer took; 0 where the endpoint counts none.
   * @throws TokensSpent, and whatever asking throws.
   */
  async within<T>(
    tokensPerDay: number | null,
    most: number,
    ask: () => Promise<T>,
    usedBy: (answer: T) => number,
  ): Promise<T> {
    if (tokensPerDay === null) return ask();
    const { db } = this.database;
    const day = this.clock.now().toISOString().slice(0, 10);
    if (!(await reserveTokens(db, day, most, tokensPerDay)))
      throw new TokensSpent(
        `of ${tokensPerDay} tokens a day ${await tokensTaken(db, day)} are spent or spoken for, and this needs up to ${most}`,
      );
    // A call cut short may have been worked on to its end; one that was turned away was not.
    let used = most;
    try {
      const answer = await ask();
      used = usedBy(answer) || most;
      return answer;
    } catch (error) {
      if (error instanceof ModelFailure && error.failure.kind !== 'timeout') used = 0;
      throw error;
    } finally {
      // What cannot be settled stays reserved until the day is over: less may be asked, never more.
      await this.unlessLost(() => settleTokens(db, day, most, used));
    }
  }

  /** Writes down what a question took. Never throws. */
  async note(taken: Omit<Taken, 'at'>): Promise<void> {
    await this.unlessLost(() => addUsage(this.database.db, { ...taken, at: this.clock.now() }));
  }

  private async unlessLost(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      this.log.error('model.usage_lost', { error });
    }
  }
}
