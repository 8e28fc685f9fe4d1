import { defineControl, failAt, passSoFar, type Place, type AnyControl } from '../../core/index.ts';
import { isPositiveQuantity, isQuantity } from '../../kube/quantity.ts';
import type { Quantity } from '../../kube/types.ts';
import { recordOf } from '../../kube/untyped.ts';
import { exampleKubelet, kubeletConfigurations } from '../../subjects/kubelet-configuration.ts';

/** Without these thresholds memory or the disk of the node run full before anything is evicted. */
const vitalSignals = ['memory.available', 'nodefs.available'];

export const nodeReservations: AnyControl = defineControl({
  id: 'network-separation/node-reservations',
  decides: ['RES-05'],
  title: 'Kubelets keep resources back for the node itself',
  why: 'Without a reservation pods may take all of a node, and what keeps it alive is what the kernel ends. Eviction comes after the fact, and not at all where its thresholds are off.',
  severity: 'low',
  also: { attack: ['T1499'] },
  subject: kubeletConfigurations,
  inEveryCluster: true,

  evaluate({ systemReserved, kubeReserved, reservedSystemCPUs, evictionHard, mergeDefaultEvictionSettings, enforceNodeAllocatable }) {
    const places: Place[] = [];
    const reserved = new Set([systemReserved, kubeReserved].flatMap(resourcesIn));
    // They take the place of what is reserved by the two.
    if (typeof reservedSystemCPUs === 'string' && reservedSystemCPUs !== '') reserved.add('cpu');
    const open = ['cpu', 'memory', 'pid', 'ephemeral-storage'].filter((resource) => !reserved.has(resource));
    if (open.length > 0)
      places.push({
        where: systemReserved === undefined ? ['kind'] : ['systemReserved'],
        message: `the configuration keeps no ${open.join(', no ')} back for the node`,
      });
    if (Array.isArray(enforceNodeAllocatable) && !enforceNodeAllocatable.includes('pods'))
      places.push({ where: ['enforceNodeAllocatable'], message: 'what is kept back is not enforced: enforceNodeAllocatable lacks pods' });
    const off = Object.entries(recordOf(evictionHard)).find(([, threshold]) => threshold === '0%' || threshold === '100%');
    if (off !== undefined)
      places.push({ where: ['evictionHard', off[0]], message: 'the threshold of an eviction signal is off: the node runs full' });
    // What is given takes the place of all defaults (cmd/kubelet/app/server.go of Kubernetes 1.37).
    const replaced = typeof evictionHard === 'object' && evictionHard !== null && mergeDefaultEvictionSettings !== true;
    const left = replaced ? vitalSignals.filter((signal) => !Object.hasOwn(evictionHard, signal)) : [];
    if (left.length > 0)
      places.push({
        where: ['evictionHard'],
        message: `evictionHard leaves out ${left.join(' and ')}, and no default fills in: the node runs full`,
      });
    return places.length > 0 ? failAt(places) : passSoFar(['node']);
  },

  remedy:
    'Set systemReserved or kubeReserved for cpu, memory, pid and ephemeral-storage: what may be allocated shrinks by it, and pods may be evicted at the restart.',

  examples: () => ({
    pass: {
      'kept back': exampleKubelet(),
      'processors of its own': exampleKubelet({
        systemReserved: { memory: '512Mi', pid: '1000', 'ephemeral-storage': '1Gi' },
        reservedSystemCPUs: '0-1',
      }),
      'thresholds beside the defaults': exampleKubelet({
        evictionHard: { 'memory.available': '500Mi' },
        mergeDefaultEvictionSettings: true,
      }),
      'in two parts': exampleKubelet({
        systemReserved: { cpu: '100m', memory: '256Mi' },
        kubeReserved: { pid: '500', 'ephemeral-storage': '1Gi' },
      }),
    },
    fail: {
      'nothing said': exampleKubelet({ systemReserved: null }),
      'some only': exampleKubelet({ systemReserved: { cpu: '100m', memory: '256Mi' } }),
      'not enforced': exampleKubelet({ enforceNodeAllocatable: ['none'] }),
      'nothing kept back': exampleKubelet({ systemReserved: { cpu: '200m', memory: '512Mi', pid: '0', 'ephemeral-storage': '1Gi' } }),
      'no eviction': exampleKubelet({ evictionHard: { 'memory.available': '0%', 'nodefs.available': '10%' } }),
      'no eviction but for memory': exampleKubelet({ evictionHard: { 'memory.available': '500Mi' } }),
      'no thresholds': exampleKubelet({ evictionHard: {} }),
    },
  }),
});

/** Of which it keeps back more than nothing. */
function resourcesIn(reservation: unknown): string[] {
  return Object.entries(recordOf(reservation)).flatMap(([resource, value]) =>
    isQuantity(value) && isPositiveQuantity(value as Quantity) ? [resource] : [],
  );
}
