import { defineControl, failAt, pass, remove, type AnyControl, type Path, type Place } from '../../core/index.ts';
import type { Container, Handler } from '../../kube/types.ts';
import { containers } from '../../subjects/container.ts';

const probes = ['livenessProbe', 'readinessProbe', 'startupProbe'] as const;
const actions = ['httpGet', 'tcpSocket'] as const;
const hooks = ['postStart', 'preStop'] as const;

/** The Pod Security Standards forbid it from policy version 1.34; the kubelet sends such requests in every version. */
export const probeHosts: AnyControl = defineControl({
  id: 'pod-security/probe-hosts',
  decides: ['POD-20'],
  title: 'Probes and lifecycle hooks call only their own pod',
  why: 'The kubelet sends probes and hooks from the network of the node. With a host of its choice, whoever writes the pod makes the node call its loopback, the cloud metadata service or internal systems.',
  severity: 'medium',
  also: { pss: 'baseline', attack: ['T1552.005'] },
  subject: containers,

  evaluate({ container, name }) {
    let places: Place[] | undefined;
    for (const probe of probes) {
      const handler = container[probe];
      if (handler !== undefined && namesHost(handler)) places = judge(handler, [probe], name, places);
    }
    if (container.lifecycle !== undefined) {
      for (const hook of hooks) {
        const handler = container.lifecycle[hook];
        if (handler !== undefined && namesHost(handler)) places = judge(handler, ['lifecycle', hook], name, places);
      }
    }
    return places === undefined ? pass : failAt(places);
  },

  fix: {
    safety: 'review',
    risk: 'the request then goes to the address of the pod: show that the program listens there, not only on the loopback address',
    edits: ({ container }) => hostsOf(container).map((path) => remove(path)),
  },

  examples: () => ({
    pass: {
      'the pod itself': 'readinessProbe: { httpGet: { path: /ready, port: 8080 } }',
      'a command': 'livenessProbe: { exec: { command: [/bin/check] } }',
    },
    fail: {
      'a probe of the metadata service': 'livenessProbe: { httpGet: { host: 169.254.169.254, path: /, port: 80 } }',
      'a connection to another machine': 'startupProbe: { tcpSocket: { host: db.internal, port: 5432 } }',
      'a lifecycle hook': 'lifecycle: { preStop: { httpGet: { host: hooks.internal, path: /stop, port: 80 } } }',
    },
  }),
});

function namesHost({ httpGet, tcpSocket }: Handler): boolean {
  return httpGet?.host !== undefined || tcpSocket?.host !== undefined;
}

function judge(handler: Handler, path: Path, container: string, places: Place[] | undefined): Place[] | undefined {
  let found = places;
  for (const action of actions) {
    const host = handler[action]?.host;
    if (host === undefined || host === '') continue;
    const message = `container "${container}" makes the kubelet call "${host}" in its ${path.at(-1)}`;
    (found ??= []).push({ where: [...path, action, 'host'], message });
  }
  return found;
}

function hostsOf(container: Container): Path[] {
  let places: Place[] = [];
  for (const probe of probes) places = judge(container[probe] ?? {}, [probe], '', places) ?? places;
  for (const hook of hooks) places = judge(container.lifecycle?.[hook] ?? {}, ['lifecycle', hook], '', places) ?? places;
  return places.map((place) => place.where as Path);
}
