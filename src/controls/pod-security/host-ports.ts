import { defineControl, failAt, notApplicable, pass, remove, type AnyControl, type Edit, type Place } from '../../core/index.ts';
import type { ContainerPort } from '../../kube/types.ts';
import { containers } from '../../subjects/container.ts';

const onHostNetwork = notApplicable('every port is one of the node on its network, which pod-security/host-network judges');

export const hostPorts: AnyControl = defineControl({
  id: 'pod-security/host-ports',
  decides: ['POD-10'],
  title: 'Containers take no ports of the node',
  why: 'A host port opens the container on every address of the node, past Services, Ingress and the network policies of most plugins, and only one such pod fits on a node.',
  severity: 'medium',
  also: { pss: 'baseline', cis: ['5.2.12'], attack: ['T1133'] },
  subject: containers,

  evaluate({ container, pod, name }) {
    // With hostNetwork the API server copies containerPort to hostPort: one cause, reported once.
    if (pod.spec.hostNetwork === true) return onHostNetwork;
    const ports = container.ports;
    if (ports === undefined) return pass;
    let places: Place[] | undefined;
    for (let index = 0; index < ports.length; index++) {
      const port = ports[index];
      if (port !== undefined && takesHostPort(port)) (places ??= []).push(place(name, index, port));
    }
    return places === undefined ? pass : failAt(places);
  },

  fix: {
    safety: 'review',
    risk: 'clients that connect to the address of a node lose the port; show from flow logs that all come through a Service',
    edits: ({ container }) => {
      const edits: Edit[] = [];
      for (const [index, port] of (container.ports ?? []).entries()) {
        if (takesHostPort(port)) edits.push(remove(['ports', index, 'hostPort']), remove(['ports', index, 'hostIP']));
      }
      return edits;
    },
  },

  examples: () => ({
    pass: {
      'reached through a Service': 'ports: [{ containerPort: 8080 }]',
      'zero asks for none': 'ports: [{ containerPort: 8080, hostPort: 0 }]',
    },
    fail: {
      'on every address': 'ports: [{ containerPort: 8080, hostPort: 80 }]',
      'on the loopback address': 'ports: [{ containerPort: 8080, hostPort: 8080, hostIP: 127.0.0.1 }]',
    },
  }),
});

function takesHostPort({ hostPort }: ContainerPort): boolean {
  return hostPort !== undefined && hostPort !== 0;
}

function place(container: string, index: number, { hostPort, hostIP }: ContainerPort): Place {
  const where = ['ports', index, 'hostPort'];
  if (hostIP === '::1' || hostIP?.startsWith('127.') === true)
    return { where, message: `container "${container}" takes port ${hostPort} of the node, on its loopback address`, severity: 'low' };
  return { where, message: `container "${container}" takes port ${hostPort} of the node, past Services and network policies` };
}
