// Made from the folders by `npm run generate`; do not edit.
import type { AnyControl } from '../core/index.ts';
import { hostIpc } from './pod-security/host-ipc.ts';
import { hostNetwork } from './pod-security/host-network.ts';
import { hostPid } from './pod-security/host-pid.ts';
import { hostPorts } from './pod-security/host-ports.ts';
import { privilegeEscalation } from './pod-security/privilege-escalation.ts';
import { privileged } from './pod-security/privileged.ts';
import { probeHosts } from './pod-security/probe-hosts.ts';
import { readOnlyRootFilesystem } from './pod-security/read-only-root-filesystem.ts';
import { sharedProcessNamespace } from './pod-security/shared-process-namespace.ts';
import { windowsHostProcess } from './pod-security/windows-host-process.ts';

/** Every control, sorted by id. */
export const controls: readonly AnyControl[] = [
  hostIpc,
  hostNetwork,
  hostPid,
  hostPorts,
  privilegeEscalation,
  privileged,
  probeHosts,
  readOnlyRootFilesystem,
  sharedProcessNamespace,
  windowsHostProcess,
];
