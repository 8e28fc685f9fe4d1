// What the page shows stands in the fragment of its address, so that a view can be kept and sent: #findings?severity=critical&q=web

export const views = ['overview', 'findings', 'ledger', 'workloads', 'inputs'] as const;
export type View = (typeof views)[number];

export const groupings = ['control', 'object', 'file', 'severity'] as const;
export type Grouping = (typeof groupings)[number];

export interface Filters {
  /** All where there is none. */
  readonly severity: readonly string[];
  readonly verdict: 'fail' | 'unknown' | 'any';
  readonly chapter: string;
  /** Of several. */
  readonly cluster: string;
  /** `withoutNamespace` for objects that name none. */
  readonly namespace: string;
  readonly kind: string;
  readonly waived: '' | 'no' | 'only';
  readonly q: string;
  /** From links: a recommendation, a control, an object by its number. */
  readonly code: string;
  readonly control: string;
  readonly object: string;
}

export interface State extends Filters {
  readonly view: View;
  /** The recommendation that a link into the ledger names. */
  readonly entry: string;
  readonly group: Grouping;
  /** States of the ledger that are shown; all where there is none. */
  readonly state: readonly string[];
  readonly level: string;
  readonly theme: '' | 'light' | 'dark';
  /** Whether keys without Ctrl or Alt do something. */
  readonly keys: boolean;
}

export const withoutNamespace = '(none)';

/** What Clear sets back. */
export const unfiltered = {
  severity: [],
  verdict: 'fail',
  chapter: '',
  cluster: '',
  namespace: '',
  kind: '',
  waived: '',
  q: '',
  code: '',
  control: '',
  object: '',
} as const;

export const initialState: State = {
  view: 'overview',
  entry: '',
  ...unfiltered,
  group: 'control',
  state: [],
  level: '',
  theme: '',
  keys: true,
};

/** What a fragment says; what it does not say, or says wrongly, is as at first. */
export function readFragment(fragment: string): State {
  const [, view = '', entry = '', query = ''] = /^#?([a-z]*)(?:\/([^?]*))?(?:\?(.*))?$/s.exec(fragment) ?? [];
  const parameters = new URLSearchParams(query);
  const text = (name: string): string => parameters.get(name) ?? '';
  const list = (name: string, known: readonly string[]): readonly string[] => known.filter((each) => text(name).split(',').includes(each));
  const one = <T extends string>(name: string, known: readonly T[], otherwise: T): T =>
    known.find((each) => each === text(name)) ?? otherwise;
  return {
    view: views.find((each) => each === view) ?? initialState.view,
    entry,
    severity: list('severity', ['critical', 'high', 'medium', 'low']),
    verdict: one('verdict', ['fail', 'unknown', 'any'], 'fail'),
    chapter: text('chapter'),
    cluster: text('cluster'),
    namespace: text('namespace'),
    kind: text('kind'),
    waived: one('waived', ['', 'no', 'only'], ''),
    q: text('q'),
    code: text('code'),
    control: text('control'),
    object: text('object'),
    group: one('group', groupings, 'control'),
    state: list('state', ['fail', 'unknown', 'pass', 'not-applicable']),
    level: one('level', ['', 'privileged', 'baseline', 'restricted'], ''),
    theme: one('theme', ['', 'light', 'dark'], ''),
    keys: text('keys') !== 'off',
  };
}

/** The fragment of a state, as short as it can be. */
export function writeFragment(state: State): string {
  const { view, entry, keys, ...rest } = state;
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(rest)) {
    const text = typeof value === 'string' ? value : value.join(',');
    const initial = initialState[name as keyof typeof rest];
    if (text !== (typeof initial === 'string' ? initial : initial.join(','))) parameters.set(name, text);
  }
  if (!keys) parameters.set('keys', 'off');
  const query = parameters.toString();
  return `#${view}${entry === '' ? '' : `/${entry}`}${query === '' ? '' : `?${query}`}`;
}
