/** After so many urgent ones in a row another has its turn, if one waits. */
const IN_A_ROW = 4;

/** Those who wait for their turn: urgent ones before others, each group in the order in which they came, and nobody for ever. */
export class Line<T> {
  private readonly urgent: T[] = [];
  private readonly others: T[] = [];
  private row = 0;

  get length(): number {
    return this.urgent.length + this.others.length;
  }

  join(one: T, urgent: boolean): void {
    (urgent ? this.urgent : this.others).push(one);
  }

  /** Whose turn it is; undefined when nobody waits. */
  next(): T | undefined {
    const urgent = this.urgent.length > 0 && (this.row < IN_A_ROW || this.others.length === 0);
    this.row = urgent ? this.row + 1 : 0;
    return (urgent ? this.urgent : this.others).shift();
  }
}
