import type { Path } from '../core/index.ts';
import type { Container } from './types.ts';

/** A component of the control plane with the history of its plaintext port. */
export interface PlaintextPort {
  readonly component: string;
  /** The flag of the port, and all flags that went with it. */
  readonly flag: string;
  readonly flags: readonly string[];
  readonly defaultPort: number;
  /** The first minor that serves nothing there; the flag then takes 0 alone. */
  readonly endedIn: number;
}

/** From this minor on the flags are unknown, and an unknown flag keeps a component from starting. */
export const flagsGoneSince = 24;

const plaintextPorts: readonly PlaintextPort[] = [
  {
    component: 'kube-apiserver',
    flag: 'insecure-port',
    flags: ['insecure-port', 'insecure-bind-address', 'port', 'address'],
    defaultPort: 8080,
    endedIn: 20,
  },
  { component: 'kube-controller-manager', flag: 'port', flags: ['port', 'address'], defaultPort: 10252, endedIn: 22 },
  { component: 'kube-scheduler', flag: 'port', flags: ['port', 'address'], defaultPort: 10251, endedIn: 23 },
];

/** The plaintext port of what a container runs. */
export function plaintextPortOf(container: Container): PlaintextPort | undefined {
  const program = programOf(container);
  return plaintextPorts.find(({ component }) => component === program);
}

/** What a container runs, `kube-apiserver`: by its program, and by its image only where it names none. */
export function programOf({ command = [], args = [], image = '' }: Container): string {
  const [first, second] = [...command, ...args];
  // One program for all components, until 1.18.
  const program = baseName(first ?? '') === 'hyperkube' ? second : first;
  return program === undefined || program.startsWith('-') ? baseName(image.replace(/[:@][^/]*$/, '')) : baseName(program);
}

/** Whether a switch is on, by its last flag, as Go reads it; undefined where it is not given. */
export function switchOf(container: Container, name: string): { readonly on: boolean; readonly path: Path } | undefined {
  const flag = flagsOf(container, [name]).at(-1);
  if (flag === undefined) return undefined;
  const [path = [], value] = flag.paths;
  // The value of a switch is never the next item.
  return { on: value !== undefined || !/^(?:0|f|false)$/i.test(flag.value), path };
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** A flag in the command or the arguments of a container; `paths` are the items that it takes, one or two. */
export interface Flag {
  readonly name: string;
  readonly value: string;
  readonly paths: readonly Path[];
}

/** The flags of these names: `--port=0`, or `--port` with its value in the next item. */
export function flagsOf(container: Container, names: readonly string[]): Flag[] {
  const items = (['command', 'args'] as const).flatMap((list) =>
    (container[list] ?? []).map((text, index) => ({ text, path: [list, index] as Path })),
  );
  return items.flatMap(({ text, path }, index): Flag[] => {
    const [, name, , value] = /^--([a-z-]+)(=(.*))?$/s.exec(text) ?? [];
    if (name === undefined || !names.includes(name)) return [];
    if (value !== undefined) return [{ name, value, paths: [path] }];
    const next = items[index + 1];
    return [next === undefined ? { name, value: '', paths: [path] } : { name, value: next.text, paths: [path, next.path] }];
  });
}
