import { fail, pass, passSoFar, unknown, type Verdict, type Where } from '../core/index.ts';

/** A minor of Kubernetes 1 with the last day on which it gets fixes. */
export interface MinorRelease {
  readonly minor: number;
  readonly endOfLife: string;
  /** The newest patch that this calendar knows, and the day on which it came out; only of minors that had not ended then. */
  readonly newestPatch?: { readonly patch: number; readonly on: string };
}

export interface SupportCalendar {
  readonly asOf: string;
  /** Until when patches were looked up. */
  readonly patchesAsOf: string;
  /** Without gaps, the oldest first. */
  readonly releases: readonly MinorRelease[];
}

/** https://kubernetes.io/releases and its pages. */
export const supportCalendar: SupportCalendar = {
  asOf: '2026-11',
  patchesAsOf: '2026-09-15',
  releases: [
    { minor: 20, endOfLife: '2022-02-28' },
    { minor: 21, endOfLife: '2022-06-28' },
    { minor: 22, endOfLife: '2022-10-28' },
    { minor: 23, endOfLife: '2023-02-28' },
    { minor: 24, endOfLife: '2023-07-28' },
    { minor: 25, endOfLife: '2023-10-28' },
    { minor: 26, endOfLife: '2024-02-28' },
    { minor: 27, endOfLife: '2024-07-16' },
    { minor: 28, endOfLife: '2024-10-22' },
    { minor: 29, endOfLife: '2025-02-28' },
    { minor: 30, endOfLife: '2025-07-15' },
    { minor: 31, endOfLife: '2025-11-11' },
    { minor: 32, endOfLife: '2026-02-28' },
    { minor: 33, endOfLife: '2026-06-28' },
    { minor: 34, endOfLife: '2026-10-27', newestPatch: { patch: 11, on: '2026-08-11' } },
    { minor: 35, endOfLife: '2027-02-28', newestPatch: { patch: 9, on: '2026-09-15' } },
    { minor: 36, endOfLife: '2027-06-28', newestPatch: { patch: 4, on: '2026-08-11' } },
    { minor: 37, endOfLife: '2027-10-28', newestPatch: { patch: 1, on: '2026-09-15' } },
  ],
};

/** What a component says it is. */
export interface ComponentVersion {
  /** As it says it: `v1.34.2-eks-3025e55`. */
  readonly text: string;
  readonly minor: number;
  readonly patch: number;
  /** Whose build it is, where its maker gives fixes of its own and for longer than upstream does. */
  readonly maker?: string;
}

const written = /^v?1\.(\d{1,4})\.(\d{1,4})(?:[-+]([\w.+-]{0,40}))?$/;

/** By the suffix of the version; other distributions end with upstream. */
const makers: readonly (readonly [RegExp, string])[] = [
  [/^eks-/, 'EKS'],
  [/^gke\./, 'GKE'],
  // A commit of its own repository: v1.32.9+ff7b5c9.
  [/^[0-9a-f]{7,10}$/, 'OpenShift'],
];

/** Reads what `/version` and kubelets say, as numbers: `v1.37.1`, `v1.34.2-eks-3025e55`. Undefined for anything else. */
export function componentVersion(text: string | undefined): ComponentVersion | undefined {
  if (text === undefined) return undefined;
  const parts = written.exec(text);
  if (parts === null) return undefined;
  const [, minor, patch, suffix = ''] = parts;
  const version = { text, minor: Number(minor), patch: Number(patch) };
  const maker = makers.find(([pattern]) => pattern.test(suffix))?.[1];
  return maker === undefined ? version : { ...version, maker };
}

/**
 * The day of a time in ISO 8601, but none before the calendar: what had ended when it was written has ended, whatever a
 * clock says, and where there is none it is the day of the calendar.
 */
export function dayOfSupport(time = ''): string {
  const day = time.slice(0, 10);
  return day > supportCalendar.asOf ? day : `${supportCalendar.asOf}-01`;
}

/** A patch may take as long as this to arrive in clusters; upstream brings one each month. */
const daysForPatch = 30;

/**
 * Whether a version gets fixes and has those that there are, on a day as `dayOfSupport` gives it. `who` is whose version it
 * is, for messages: `the API server`. Vendors of long support are asked for their own calendar, and this one where it has
 * become too old to tell.
 */
export function supportVerdict(who: string, version: ComponentVersion, day: string, where: Where): Verdict {
  const { text, minor, patch, maker } = version;
  const runs = `${who} runs ${text}`;
  const { asOf, patchesAsOf, releases } = supportCalendar;
  const calendar = `(calendar of ${asOf})`;
  const oldest = releases[0]!;
  const release = minor < oldest.minor ? oldest : releases.find((each) => each.minor === minor);
  if (release === undefined) {
    // A minor gets fixes for a year at least, and this one is younger than the calendar.
    if (daysBetween(`${asOf}-01`, day) < 365) return passSoFar(['person']);
    return unknown(where, `${runs}, which is younger than what this version of Plimsoll knows ${calendar}`, ['person']);
  }
  const { endOfLife, newestPatch } = release;
  if (endOfLife < day) {
    if (maker === undefined) return fail(where, `${runs}, which gets no fixes since ${endOfLife} ${calendar}`, 'high');
    return unknown(where, `${runs}, which ${maker} alone may still fix: upstream ended on ${endOfLife} ${calendar}`, ['cloud']);
  }
  // Makers pick fixes for their builds from any patch.
  if (maker !== undefined) return passSoFar(['cloud']);
  if (newestPatch !== undefined && patch < newestPatch.patch && daysBetween(newestPatch.on, day) > daysForPatch)
    return fail(where, `${runs}, and 1.${minor}.${newestPatch.patch} is out since ${newestPatch.on} ${calendar}`);
  return daysBetween(patchesAsOf, day) > daysForPatch ? passSoFar(['person']) : pass;
}

function daysBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 86_400_000;
}

/** Of minors, how much older than the API server a kubelet may be: https://kubernetes.io/releases/version-skew-policy. */
export function kubeletSkew({ minor }: ComponentVersion): number {
  return minor < 25 ? 2 : 3;
}
