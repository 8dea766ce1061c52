/** The exports of the engine, see src/host/wasm.rs. Addresses arrive as signed numbers: `>>> 0` makes them positive. */
export interface EngineExports {
  memory: { readonly buffer: ArrayBuffer };
  /** Makes room for a call of a number of bytes, and returns its address. */
  reserve(length: number): number;
  /** Takes the call as the bundle; returns 0 if it can be used. */
  load(length: number): number;
  /** Takes the call as a block; returns its handle, or a reason with the highest bit set. */
  load_block(length: number): number;
  /** These two return the address of the answer. */
  route(length: number): number;
  evaluate(length: number): number;
  /** Returns the address of a text: its length, then its UTF-8. */
  text(block: number, kind: number, index: number): number;
}
