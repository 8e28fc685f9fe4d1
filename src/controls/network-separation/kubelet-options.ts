import { defineControl, failAt, passSoFar, type Place, type AnyControl } from '../../core/index.ts';
import { exampleKubelet, kubeletConfigurations } from '../../subjects/kubelet-configuration.ts';

export const kubeletOptions: AnyControl = defineControl({
  id: 'network-separation/kubelet-options',
  decides: ['NODE-09'],
  title: 'The remaining options of kubelets are hardened',
  why: 'Kernel settings that a kubelet changes to its liking hold for everything on the node, rules of the firewall that it does not keep are missing, and events that it drops are the ones of a busy attack.',
  severity: 'low',
  also: { cis: ['4.2.6', '4.2.7', '4.2.8'] },
  subject: kubeletConfigurations,
  inEveryCluster: true,

  evaluate({ protectKernelDefaults, makeIPTablesUtilChains, eventRecordQPS, enableSystemLogQuery }) {
    const places: Place[] = [];
    if (protectKernelDefaults !== true)
      places.push({
        where: protectKernelDefaults === undefined ? ['kind'] : ['protectKernelDefaults'],
        message: 'the kubelet changes kernel settings instead of refusing to start',
      });
    if (makeIPTablesUtilChains === false)
      places.push({ where: ['makeIPTablesUtilChains'], message: 'the kubelet does not keep its rules of the firewall' });
    if (eventRecordQPS === 0)
      places.push({ where: ['eventRecordQPS'], message: 'events are sent without a bound: one pod can flood the API server' });
    if (enableSystemLogQuery === true)
      places.push({
        where: ['enableSystemLogQuery'],
        message: 'whoever may reach the logs of nodes reads those of its services through the API',
      });
    return places.length > 0 ? failAt(places) : passSoFar(['node']);
  },

  remedy:
    'Set protectKernelDefaults to true once the settings of the node are what the kubelet asks for, and leave the others at their defaults.',

  examples: () => ({
    pass: { hardened: exampleKubelet() },
    fail: {
      'kernel settings': exampleKubelet({ protectKernelDefaults: null }),
      'no rules of the firewall': exampleKubelet({ makeIPTablesUtilChains: false }),
      'events and logs': exampleKubelet({ eventRecordQPS: 0, enableSystemLogQuery: true }),
    },
  }),
});
