/** How long to wait, in milliseconds. */
export interface Patience {
  /** For the answer to one request. */
  readonly request: number;
  /** For one kind, with all pages and attempts. */
  readonly kind: number;
  /** For the whole cluster. */
  readonly all: number;
  /** Before the second attempt; it doubles with each, up to the twentyfold. */
  readonly pause: number;
}

/** One kind may take a third of the time for the whole cluster, so that one that hangs leaves time for the others. */
export function patienceOf({ all = 900_000, kind = all / 3, request = 60_000, pause = 250 }: Partial<Patience> = {}): Patience {
  return { all, kind, request, pause };
}
