import { isObject } from '../../kube/shape-reader.ts';

export const json = 'application/json';

/** Of answers that are no list, in bytes. */
export const mostBytes: number = 16 << 20;

/** What an answer says, if it is JSON. */
export function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    // What is no JSON says nothing.
    return undefined;
  }
}

/** The token that asks for what follows a page, or replaces one that has expired. */
export function continueOf(body: Buffer): string | undefined {
  const answer = parsed(body);
  const metadata = isObject(answer) ? answer['metadata'] : undefined;
  const token = isObject(metadata) ? metadata['continue'] : undefined;
  return typeof token === 'string' && token !== '' ? token : undefined;
}
