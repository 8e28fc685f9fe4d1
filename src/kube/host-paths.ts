import { remembering } from '../core/index.ts';

/**
 * What folders of a node are worth to whoever mounts them. Sources: the layout that kubeadm, containerd, CRI-O, Docker, k3s,
 * k0s and MicroK8s document, and the Filesystem Hierarchy Standard.
 */

type Worth = 'critical' | 'high';

/** Sockets by which a container engine takes orders; Windows has them as named pipes. */
const engineSockets: readonly string[] = [
  '/run/docker.sock',
  '/run/containerd/containerd.sock',
  '/run/crio/crio.sock',
  '/run/podman/podman.sock',
  '/run/cri-dockerd.sock',
  '/run/dockershim.sock',
  '/run/k3s/containerd/containerd.sock',
  '/run/k0s/containerd.sock',
  '/var/snap/microk8s/common/run/containerd.sock',
  '/run/buildkit/buildkitd.sock',
  '/pipe/docker_engine',
  '/pipe/containerd-containerd',
];

type Entry = readonly [folder: string, worth: Worth, holds: string];

/** A folder counts with everything below it, and so does every folder that contains it. */
const worths: readonly Entry[] = [
  ['/etc/kubernetes', 'critical', 'its credentials and static pods'],
  ['/var/lib/kubelet', 'critical', 'the secrets of all its pods'],
  ['/var/lib/etcd', 'critical', 'the data of the whole cluster'],
  ['/var/lib/rancher', 'critical', 'its credentials'],
  ['/etc/rancher', 'critical', 'its credentials'],
  ['/var/lib/k0s', 'critical', 'its credentials'],
  ['/var/snap/microk8s', 'critical', 'its credentials'],
  ['/etc/containerd', 'critical', 'the settings of its container engine'],
  ['/etc/crio', 'critical', 'the settings of its container engine'],
  ['/etc/docker', 'critical', 'the settings of its container engine'],
  ['/var/lib/containerd', 'critical', 'the filesystems of all containers'],
  ['/var/lib/containers', 'critical', 'the filesystems of all containers'],
  ['/var/lib/docker', 'critical', 'the filesystems of all containers'],
  ['/var/spool/cron', 'critical', 'its scheduled jobs'],
  ['/etc/systemd', 'critical', 'its services'],
  ['/etc/ssh', 'critical', 'its keys'],
  ['/etc/shadow', 'critical', 'its accounts'],
  ['/etc/passwd', 'critical', 'its accounts'],
  ['/etc/sudoers', 'critical', 'its accounts'],
  ['/etc/cron.d', 'critical', 'its scheduled jobs'],
  ['/etc/crontab', 'critical', 'its scheduled jobs'],
  ['/etc/cni', 'high', 'its network configuration'],
  ['/lib/systemd', 'critical', 'its services'],
  ['/usr/lib/systemd', 'critical', 'its services'],
  ['/usr/libexec/kubernetes', 'critical', 'programs of the kubelet'],
  ['/opt/cni', 'critical', 'programs that it runs as root'],
  ['/root', 'critical', 'the keys and programs of root'],
  ['/boot', 'critical', 'its kernel'],
  ['/home', 'high', 'the keys of its users'],
  ['/proc', 'high', 'its processes and kernel settings'],
  ['/sys', 'high', 'its devices and kernel settings'],
  ['/dev', 'high', 'its devices'],
  ['/var/log', 'high', 'logs whose links lead to any file'],
];

/** Folders that are worth more as a whole than what is below them. */
const wholes: readonly Entry[] = [
  ['/', 'critical', 'every file of it'],
  ['/etc', 'critical', 'its accounts and services'],
  ['/proc', 'critical', 'its processes and kernel settings'],
  ['/dev', 'critical', 'its disks and memory'],
  ['/usr', 'critical', 'its programs'],
  ['/usr/bin', 'critical', 'its programs'],
  ['/usr/sbin', 'critical', 'its programs'],
  ['/usr/local/bin', 'critical', 'its programs'],
  ['/bin', 'critical', 'its programs'],
  ['/sbin', 'critical', 'its programs'],
];

/** What a mounted path of the node gives away, told of the node as "it"; `undefined` where it is nothing that is known. */
export interface HostPathWorth {
  readonly worth: Worth;
  readonly holds: string;
  /** A socket takes orders through a read-only mount just as well. */
  readonly socket: boolean;
}

/**
 * The path in one spelling: no double, trailing or backward slashes, no `.`, `/var/run` as the link to `/run` that it is
 * on every current distribution, a drive of Windows as root. A path with `..`, which the API server refuses, is `/`.
 */
export const cleanHostPath: (path: string) => string = remembering((path) => {
  const steps = path
    .replaceAll('\\', '/')
    .replace(/^[A-Za-z]:/, '')
    .split('/')
    .filter((step) => step !== '' && step !== '.');
  if (steps.includes('..')) return '/';
  const clean = `/${steps.join('/')}`;
  return clean === '/var/run' || clean.startsWith('/var/run/') ? clean.slice('/var'.length) : clean;
});

/** Whether a clean path is the folder or stands below it. */
export function isWithin(path: string, folder: string): boolean {
  return path.startsWith(folder) && (path.length === folder.length || folder === '/' || path.charCodeAt(folder.length) === 47);
}

/** The socket of a container engine that a mount of this clean path reaches. In `/var` only MicroK8s, on few nodes, has one. */
export function reachedEngineSocket(path: string): string | undefined {
  return path === '/var' ? undefined : engineSockets.find((socket) => isWithin(socket, path));
}

/** For a clean path. */
export function hostPathWorth(path: string): HostPathWorth | undefined {
  return worthOf(path) ?? undefined;
}

const worthOf = remembering((path): HostPathWorth | null => {
  const socket = reachedEngineSocket(path) !== undefined;
  if (socket && path !== '/') return { worth: 'critical', holds: 'the socket of a container engine', socket };
  const entry =
    wholes.find(([folder]) => folder === path) ??
    worths.find(([folder]) => isWithin(path, folder)) ??
    worths.find(([folder]) => isWithin(folder, path));
  return entry === undefined ? null : { worth: entry[1], holds: entry[2], socket };
});
