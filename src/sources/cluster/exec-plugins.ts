import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { isatty } from 'node:tty';
import type { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import { isObject } from '../../kube/shape-reader.ts';
import { oneLine } from '../manifests/reasons.ts';

/** What runs plugins for credentials. */
export interface Plugins {
  /** The next credentials come from the plugin, although the last ones have not expired. */
  forget(): void;
}

/**
 * Bounds how long a plugin may take: the library waits for ever, and leaves its standard input open. Says to the plugin what
 * it is asked (KUBERNETES_EXEC_INFO, client.authentication.k8s.io/v1), which the library leaves out. A plugin may talk to
 * the user where there is a terminal.
 */
export function boundPlugins(config: KubeConfig, milliseconds: number): Plugins {
  const authenticators: unknown = Reflect.get(config, 'authenticators');
  const runners = (Array.isArray(authenticators) ? authenticators : []).filter((each) => isObject(each) && 'execFn' in each) as {
    execFn: unknown;
    tokenCache: unknown;
  }[];
  const interactive = isatty(0);
  const run = (command: string, args: readonly string[] | undefined, options: SpawnOptions): ChildProcess => {
    const exec: unknown = config.getCurrentUser()?.exec;
    const info = { apiVersion: isObject(exec) ? exec['apiVersion'] : undefined, kind: 'ExecCredential', spec: { interactive } };
    const env = { ...(options.env ?? process.env), KUBERNETES_EXEC_INFO: JSON.stringify(info) };
    const child = spawn(command, args ?? [], { ...options, env, stdio: [interactive ? 'inherit' : 'ignore', 'pipe', 'pipe'] });
    const timer = setTimeout(() => {
      child.emit('error', new Error(`${oneLine(command)} does not answer within ${milliseconds / 1000} s`));
      child.kill('SIGKILL');
      // What it has started may hold them, and is not waited for.
      child.stdout?.destroy();
      child.stderr?.destroy();
    }, milliseconds);
    child.once('close', () => clearTimeout(timer));
    return child;
  };
  for (const runner of runners) runner.execFn = run;
  return {
    forget() {
      for (const runner of runners) runner.tokenCache = {};
    },
  };
}
