import { type RiskModel } from '../risk/calibration.js';
import { crossPredicting, type Example, fitting } from './strengths.js';

/** What verdicts teach. */
export interface Fitted {
  readonly model: Omit<RiskModel, 'version'>;
  /** For each verdict what a model said that had not seen it. */
  readonly unseen: readonly number[];
}

/** A verdict, and when it was given. */
export type DatedExample = Example & { readonly at: Date };

/** Keeps what the latest verdicts taught until there are others, and lets others have their turn while it learns. */
export class KeptFit {
  private kept: { readonly of: string; readonly fitted: Promise<Fitted> } | null = null;

  /** @param turn lets others go on; awaited between rounds of a fit. */
  constructor(private readonly turn: () => Promise<void>) {}

  /** @param examples newest first. @param mustSee see `calibrate`. Whoever asks while it is learned waits for the same. */
  of(examples: readonly DatedExample[], mustSee: number): Promise<Fitted> {
    const [newest, oldest] = [examples[0], examples.at(-1)];
    const of = [examples.length, newest?.at.getTime(), oldest?.at.getTime(), mustSee].join(' ');
    if (this.kept?.of === of) return this.kept.fitted;
    const fitted = this.fit(examples, mustSee);
    this.kept = { of, fitted };
    return fitted;
  }

  private async fit(examples: readonly Example[], mustSee: number): Promise<Fitted> {
    const unseen = await this.inTurns(crossPredicting(examples, mustSee));
    const { base, strengths } = await this.inTurns(fitting(examples, ''));
    return { model: { base, strengths }, unseen };
  }

  private async inTurns<Result>(rounds: Generator<void, Result>): Promise<Result> {
    for (;;) {
      const round = rounds.next();
      if (round.done === true) return round.value;
      await this.turn();
    }
  }
}
