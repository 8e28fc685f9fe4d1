import { isOpenFailure, type Finding, type LedgerState, type Report, type Unread } from '../core/index.ts';

/** What differs between a report and those before it. */
export interface Changes {
  /** Findings that fail, unwaived, and did not. */
  readonly fresh: readonly Finding[];
  /** Findings that failed and do not any more; `unsure` are those of which nobody knows now. */
  readonly resolved: readonly Finding[];
  readonly unsure: readonly Finding[];
  readonly rows: readonly ChangedRow[];
  /** What could be read before and cannot be now, and the other way round. */
  readonly unread: readonly Unread[];
  readonly readAgain: readonly string[];
}

export interface ChangedRow {
  readonly code: string;
  readonly title: string;
  readonly before: LedgerState;
  readonly after: LedgerState;
}

/**
 * Compares reports of the same input, one after the other. A finding that is not seen any more while something cannot be
 * read counts as standing until all that showed it can be read again: it is never taken for resolved.
 */
export function startComparing(first: Report): (next: Report) => Changes {
  let standing = failing(first);
  let before = first;
  /** What could not be read when what stands was seen. */
  let accepted = unreadFiles(first);

  return (next) => {
    const fails = failing(next);
    const missing = unreadFiles(next);
    const blind = [...missing].some((file) => !accepted.has(file));
    const gone = [...standing].filter(([print]) => !fails.has(print));
    const open = new Set(next.findings.flatMap(({ verdict, fingerprint }) => (verdict === 'unknown' ? [fingerprint] : [])));
    const fresh = [...fails].filter(([print]) => !standing.has(print)).map(([, finding]) => finding);
    const lately = unreadFiles(before);
    const states = new Map(before.ledger.map(({ code, state }) => [code, state]));
    const changes: Changes = {
      fresh,
      resolved: blind ? [] : gone.filter(([print]) => !open.has(print)).map(([, finding]) => finding),
      unsure: blind ? [] : gone.filter(([print]) => open.has(print)).map(([, finding]) => finding),
      rows: next.ledger.flatMap(({ code, title, state }) => {
        const was = states.get(code) ?? state;
        return was === state ? [] : [{ code, title, before: was, after: state }];
      }),
      unread: next.inputs.unread.filter(({ file }) => !lately.has(file)),
      readAgain: [...lately].filter((file) => !missing.has(file)),
    };
    standing = blind ? new Map([...gone, ...fails]) : fails;
    if (!blind) accepted = missing;
    before = next;
    return changes;
  };
}

/** Whether there is anything to tell. */
export function isEmpty(changes: Changes): boolean {
  return Object.values(changes).every((list: readonly unknown[]) => list.length === 0);
}

function failing({ findings }: Report): Map<string, Finding> {
  return new Map(findings.filter(isOpenFailure).map((finding) => [finding.fingerprint, finding]));
}

function unreadFiles({ inputs }: Report): Set<string> {
  return new Set(inputs.unread.map(({ file }) => file));
}
