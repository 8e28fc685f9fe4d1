import { startRights, type Rights } from '../library/rights/rights.ts';
import { checkNamespace } from '../options/target.ts';
import { counted } from '../report/outcome.ts';
import { printable } from '../report/printable.ts';
import type { Arguments } from './arguments.ts';
import { inventoryOf, isWhole, takeInventory } from './inventory.ts';
import { tell } from './output.ts';

export interface ReadRights {
  readonly rights: Rights;
  /** What keeps an answer from standing that more objects could change. */
  readonly missing?: string;
  /** Everything was read, or what was not is accepted. */
  readonly whole: boolean;
}

/**
 * Reads roles and bindings from where the command line says. `--namespace` is what is asked about, and of manifests where objects
 * without a namespace will be applied.
 * @throws OptionError where options exclude each other, or nothing can be read.
 */
export async function takeRights(given: Arguments, paths: readonly string[], definitions: boolean): Promise<ReadRights> {
  const namespace = given.value('namespace');
  checkNamespace(namespace);
  const from = await inventoryOf({ ...given, values: (name) => (name === 'namespace' ? [] : given.values(name)) }, paths);
  const reading = startRights({ definitions });
  const options = from.cluster === undefined && namespace !== undefined ? { ...from, namespace } : from;
  const inventory = await takeInventory(options, reading.kinds, reading.visit);
  const rights = reading.finish(inventory);
  const { unread, live } = rights.inventory;
  if (!isWhole(rights.inventory, given)) {
    const { length } = unread;
    return {
      rights,
      whole: false,
      missing: length === 0 ? 'nothing was read' : `${counted(length, live ? 'part' : 'document')} could not be read`,
    };
  }
  return rights.facts.length > 0
    ? { rights, whole: true }
    : { rights, whole: true, missing: `there is no role and no binding in ${inventory.source}` };
}

/** The exit code of a list, which does not say itself what it could not know; what was unread has been told. */
export function endOfList({ missing, whole }: ReadRights): number {
  if (missing === undefined) return 0;
  if (whole) tell(`plimsoll: ${printable(missing)}: what may be done is not known from that\n`);
  return 2;
}
