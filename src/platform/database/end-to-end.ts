/**
 * Many binary values that travel in a statement as one, one behind the other, and are cut apart there by their places: as text they would be half
 * as long again and read twice.
 */
export class EndToEnd {
  private readonly pieces: Uint8Array[] = [];
  private length = 0;

  /** @returns where the bytes lie, as `substring(… from … for …)` counts. */
  add(bytes: Uint8Array): { readonly from: number; readonly size: number } {
    const from = this.length + 1;
    this.pieces.push(bytes);
    this.length += bytes.length;
    return { from, size: bytes.length };
  }

  whole(): Buffer {
    return Buffer.concat(this.pieces);
  }
}
