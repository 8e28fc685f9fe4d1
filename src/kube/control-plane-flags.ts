import type { Path } from '../core/index.ts';
import { lastPartOf } from './image-reference.ts';
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
  return portsByComponent.get(programOf(container));
}

const portsByComponent: ReadonlyMap<string, PlaintextPort> = new Map(plaintextPorts.map((port) => [port.component, port]));

/** What a container runs, `kube-apiserver`: by its program, and by its image only where it names none. */
export function programOf(container: Container): string {
  for (const each of lately) if (each.container === container) return each.program;
  const program = findProgram(container);
  lately[turn] = { container, program };
  turn = (turn + 1) % mostLately;
  return program;
}

/** The answers before: many ask for the containers of one pod in turn. */
const lately: { readonly container: Container; readonly program: string }[] = [];
const mostLately = 4;
let turn = 0;

function findProgram({ command, args, image = '' }: Container): string {
  let program = command?.[0] ?? args?.[0];
  if (program !== undefined && starters.has(baseName(program)))
    program = [...(command ?? []), ...(args ?? [])].slice(1).find((item) => !item.startsWith('-'));
  if (program !== undefined && !program.startsWith('-')) return baseName(program);
  return lastPartOf(image);
}

/** One program for all components, until 1.18; and what writes the output of another to a file, as kOps and others start them. */
const starters: ReadonlySet<string> = new Set(['hyperkube', 'go-runner']);

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

/** The flags of these names: `--port=0`, or `--port` with its value in the next item. An underscore is as good as a hyphen. */
export function flagsOf(container: Container, names: readonly string[]): Flag[] {
  const items = (['command', 'args'] as const).flatMap((list) =>
    (container[list] ?? []).map((text, index) => ({ text, path: [list, index] as Path })),
  );
  return items.flatMap(({ text, path }, index): Flag[] => {
    const [, written, , value] = /^--([a-z_-]+)(=(.*))?$/s.exec(text) ?? [];
    const name = written?.replaceAll('_', '-');
    if (name === undefined || !names.includes(name)) return [];
    if (value !== undefined) return [{ name, value, paths: [path] }];
    const next = items[index + 1];
    return [next === undefined ? { name, value: '', paths: [path] } : { name, value: next.text, paths: [path, next.path] }];
  });
}
