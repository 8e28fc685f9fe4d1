import type { Input, Resource } from '../../core/resource.ts';
import type { Sharing } from '../manifests/sharing.ts';
import {
  handedReader,
  type Handed,
  type HandedOptions,
  type HandedOutcome,
  type HandedPortion,
  type HandedReplica,
  type HandedText,
} from './handed.ts';
import type { ServedKind } from './served-kinds.ts';

export type HandedSharing = Sharing<HandedPortion, HandedOutcome>;

/** With whom the work is shared, and from how many objects on that is worth it. */
export interface Share {
  readonly from: number;
  /** Undefined where nobody is there. */
  readonly start: () => HandedSharing | undefined;
}

/** Where objects go that are to be judged. Everything keeps its order, whoever parses it. */
export interface Handing {
  open(kind: ServedKind): KindHanding;
  tell(input: Input): void;
  /** At least so many objects more will be handed over: whoever is to help need not wait until they are. */
  expect(objects: number): void;
  /** Between two pages: what was handed over is given to whoever is free. */
  pause(): Promise<void>;
  /** Resolves when everything was parsed. */
  settle(): Promise<void>;
}

export interface KindHanding {
  /** `resource` is what it was parsed to already. `onRefused` hears, now or later, that it is nothing that can be judged. */
  hand(handed: HandedText, resource?: Resource, onRefused?: () => void): void;
  /** Hands over what need not be parsed. */
  name(replica: HandedReplica): void;
  /** Hears what became of all of them, behind the last one. */
  finish(done: (became: KindOutcome, sink: (input: Input) => void) => void): void;
}

export interface KindOutcome {
  unread: number;
  /** By reason. */
  readonly skips: Map<string, number>;
}

type Waiting =
  | {
      readonly type: 'object';
      readonly kind: ServedKind;
      readonly outcome: KindOutcome;
      readonly handed: Handed;
      readonly onRefused: (() => void) | undefined;
    }
  | { readonly type: 'action'; readonly run: () => void };

/** Enough of them that passing them on is no work, and few enough that nobody waits long for the last. */
const mostObjects = 64;

/** Hands inputs to the sink, or portions to those with whom the work is shared; `sink` then goes on where these have ended. */
export function startHanding(options: HandedOptions, share?: Share): Handing {
  const { sink } = options;
  let sharing: HandedSharing | undefined;
  let asked = false;
  let handedOver = 0;
  let waiting: Waiting[] = [];

  function shareFrom(objects: number): void {
    if (asked || share === undefined || objects < share.from) return;
    asked = true;
    sharing = share.start();
  }

  function after(run: () => void): void {
    if (sharing === undefined) run();
    else waiting.push({ type: 'action', run });
  }

  async function drain(shared: HandedSharing): Promise<void> {
    const all = waiting;
    waiting = [];
    for (let at = 0; at < all.length;) {
      const first = all[at]!;
      if (first.type === 'action') {
        shared.after(first.run);
        at++;
        continue;
      }
      const portion: Extract<Waiting, { type: 'object' }>[] = [];
      for (let next = all[at]; next?.type === 'object' && next.kind === first.kind && portion.length < mostObjects; next = all[at]) {
        portion.push(next);
        at++;
      }
      const objects = portion.map(({ handed }) => handed);
      await shared.take({ kind: first.kind, objects }, (outcome) => {
        add(first.outcome, outcome);
        for (const number of outcome.refused) portion[number]?.onRefused?.();
      });
    }
  }

  return {
    open(kind) {
      const reader = handedReader(kind, options);
      const outcome: KindOutcome = { unread: 0, skips: new Map() };
      return {
        hand(handed, resource, onRefused) {
          handedOver++;
          if (sharing !== undefined) waiting.push({ type: 'object', kind, outcome, handed, onRefused });
          else if (!(resource === undefined ? reader.read(handed) : reader.take(resource, handed))) onRefused?.();
        },
        name(replica) {
          handedOver++;
          if (sharing === undefined) reader.read(replica);
          else waiting.push({ type: 'object', kind, outcome, handed: replica, onRefused: undefined });
        },
        finish(done) {
          after(() => {
            add(outcome, reader.outcome);
            done(outcome, sink);
          });
        },
      };
    },

    tell(input) {
      after(() => sink(input));
    },

    expect: (objects) => shareFrom(handedOver + objects),

    async pause() {
      shareFrom(handedOver);
      if (sharing !== undefined) await drain(sharing);
    },

    async settle() {
      if (sharing === undefined) return;
      await drain(sharing);
      await sharing.outcomes();
    },
  };
}

function add(outcome: KindOutcome, { counts, skips }: Pick<HandedOutcome, 'counts' | 'skips'>): void {
  outcome.unread += counts.unread;
  for (const [reason, { count }] of skips) outcome.skips.set(reason, (outcome.skips.get(reason) ?? 0) + count);
}
